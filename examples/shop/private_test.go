package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/desk"
	"github.com/frontdesk-go/frontdesk/profile"
)

// told is what customers tell of themselves: a text, and what of it is personal.
type told struct {
	Text     string
	Entities []struct{ Text string }
}

func personal(t *testing.T) []told {
	t.Helper()
	var out []told
	for text, parts := range map[string]string{
		"我叫王小明，电话 13812345678，住在上海市浦东新区世纪大道100号3栋502室":                      "王小明 13812345678 世纪大道 502室",
		"修改收货地址，改到杭州市西湖区文三路90号，李雷收，13900001111":                             "文三路 李雷 13900001111",
		"查一下快递 SF1234567890123，订单号 TS2026110701":                            "SF1234567890123 TS2026110701",
		"My name is Jane Miller, 12 Baker Street, London, jane@example.com": "Miller Baker jane@example.com",
		"call me on +1 415 555 0134, I want a human agent":                  "415 0134",
	} {
		p := told{Text: text}
		for _, s := range strings.Fields(parts) {
			p.Entities = append(p.Entities, struct{ Text string }{s})
		}
		out = append(out, p)
	}
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		t.Log("FRONTDESK_DATA is not set: only the texts of this file are tried")
		return out
	}
	f, err := os.Open(filepath.Join(dir, "security", "own", "pii_zh_en.jsonl"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	in := bufio.NewScanner(f)
	for in.Scan() {
		var p told
		require.NoError(t, json.Unmarshal(in.Bytes(), &p))
		out = append(out, p)
	}
	require.NoError(t, in.Err())
	return out
}

// Whatever customers tell of themselves in the text of a message, or in answer
// to what a dialog asks, the inspector does not have it.
func TestTheInspectorHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	db := memoryDB(t)
	defer func() { assert.NoError(t, db.Close()) }()
	const token = "0123456789abcdef"
	f, err := face(opened(t, db), bot.Options{Customers: profile.NewBook(), Language: "zh", Logger: slog.New(slog.DiscardHandler)}, t.TempDir(), token)
	require.NoError(t, err)
	defer func() {
		assert.NoError(t, f.hangUp())
		assert.NoError(t, f.bot.Close())
	}()
	traces := func() (string, int) {
		r := httptest.NewRequest("GET", "/desk/v1/traces", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("X-Agent", "Lin")
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, w.Body)
		var out struct{ Traces []desk.Trace }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
		return w.Body.String(), len(out.Traces)
	}
	for i, p := range personal(t) {
		for _, before := range []string{"", "修改收货地址"} { // by itself, and as an answer
			th := bot.Thread{Channel: "web", Peer: fmt.Sprint(i, before)}
			for j, text := range []string{before, p.Text, "转人工"} {
				if text == "" {
					continue
				}
				_, err := f.bot.Handle(t.Context(), bot.Message{ID: fmt.Sprint("m", j), Thread: th, Text: text,
					Identities: []profile.Identity{{Kind: "uid", Value: "demo", Verified: true}}})
				require.NoError(t, err)
			}
		}
		body, n := traces()
		require.Positive(t, n)
		for _, e := range p.Entities {
			assert.NotContains(t, body, e.Text, p.Text)
		}
	}
}
