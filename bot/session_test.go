package bot

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

func drawSession(t *rapid.T) *session {
	text := rapid.OneOf(rapid.StringN(0, 12, 40), rapid.SampledFrom([]string{"", "订单 A12", "\"\\\n\x00", "<b>&", "\u2028", "\xff\xfe", "🙂"}))
	raw := rapid.SampledFrom([]json.RawMessage{nil, json.RawMessage(`{"v":1,"seq":2}`), json.RawMessage(`[{"id":"a-1","text":"} ] \" {"}]`), json.RawMessage(`"x"`), json.RawMessage(`12`), json.RawMessage(`null`)})
	s := &session{V: sessionVersion, Thread: Thread{Tenant: text.Draw(t, "tenant"), Channel: text.Draw(t, "channel"), Account: text.Draw(t, "account"), Peer: text.Draw(t, "peer")},
		Customer: text.Draw(t, "customer"), Language: text.Draw(t, "language"), Owner: text.Draw(t, "owner"), Ticket: text.Draw(t, "ticket"),
		After: rapid.String().Draw(t, "after"), Failures: rapid.IntRange(0, 9).Draw(t, "failures"), Pressing: rapid.Bool().Draw(t, "pressing"), Offered: rapid.Bool().Draw(t, "offered"),
		Last: raw.Draw(t, "last"), Flows: raw.Draw(t, "flows")}
	if rapid.Bool().Draw(t, "context") {
		s.Context = nlu.Context{Intent: "order.status", Entities: []nlu.Entity{{Type: "order", Value: "A12", Text: "A12"}}, Shown: []string{"i1"}, Earlier: []string{"i1", "i2"}, Age: 1}
	}
	if rapid.Bool().Draw(t, "mood") {
		s.Trend, s.Moods = sentiment.Trend{Level: -0.5, Turns: 3}, []float64{0.25, -1, 0}
	}
	if rapid.Bool().Draw(t, "choices") {
		s.Choices = []Choice{{Label: "是", Value: "yes"}, {Label: "不", Value: "no"}}
	}
	if rapid.Bool().Draw(t, "votes") {
		s.Votes = []vote{{Reply: "a-1-0", Helpful: true}, {Reply: "a-2-0"}}
	}
	for range rapid.IntRange(0, 3).Draw(t, "vars") {
		if v := raw.Draw(t, "value"); v != nil {
			name := text.Draw(t, "name")
			if utf8.ValidString(name) {
				s.Vars.set(name, v)
			}
		}
	}
	if rapid.Bool().Draw(t, "at") {
		s.At = time.Date(2026, 11, 21, 9, 30, 0, rapid.IntRange(0, 999).Draw(t, "ns"), time.FixedZone("", 8*3600))
	}
	return s
}

// What append writes is JSON that says the same to encoding/json, and decode
// reads what either writes.
func TestSessionJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSession(t)
		raw, err := s.append(nil)
		require.NoError(t, err)
		require.True(t, json.Valid(raw), "%s", raw)
		var back session
		require.NoError(t, back.decode(raw))
		// Strings that are not UTF-8 come back as JSON can hold them.
		for _, p := range []*string{&s.Thread.Tenant, &s.Thread.Channel, &s.Thread.Account, &s.Thread.Peer, &s.Customer, &s.Language, &s.Owner, &s.Ticket} {
			*p = string([]rune(*p)) // each byte that is none becomes U+FFFD
		}
		same(t, s, &back)

		// The fields by their tags; vars are this package's own.
		var tagged session
		require.NoError(t, json.Unmarshal(raw, &tagged))
		tagged.Vars = back.Vars
		same(t, s, &tagged)
		whole, err := json.MarshalIndent(s, " ", "\t")
		require.NoError(t, err)
		back = session{}
		require.NoError(t, back.decode(whole))
		var compact, want any
		back.Vars = s.Vars
		again, err := back.append(nil)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(again, &compact))
		require.NoError(t, json.Unmarshal(raw, &want))
		assert.Equal(t, want, compact)
	})
}

func same(t require.TestingT, want, got *session) {
	w, err := want.append(nil)
	require.NoError(t, err)
	g, err := got.append(nil)
	require.NoError(t, err)
	assert.Equal(t, string(w), string(g))
}

func TestSessionRefuses(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"no object":      `[]`,
		"cut":            `{"v":1,"customer":"c`,
		"cut in a value": `{"v":1,"context":{"intent":"a"`,
		"no colon":       `{"v" 1}`,
		"no value":       `{"v":}`,
		"no comma":       `{"v":1 "customer":"c"}`,
		"wrong type":     `{"v":"one"}`,
		"wrong inside":   `{"v":1,"thread":[]}`,
		"newer":          `{"v":99}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := new(session).read(Record{Key: Key{Conversation: "c"}, Session: []byte(raw)})
			require.ErrorContains(t, err, "session of conversation c")
		})
	}
}

// Whatever a store returns, decoding ends without a panic, and valid JSON is
// understood as encoding/json does.
func FuzzSessionDecode(f *testing.F) {
	f.Add([]byte(`{"v":1,"thread":{"channel":"web","peer":"p"},"customer":"c\u0031","vars":{"n":1},"last":[{"id":"x","text":"]}"}],"at":"2026-11-21T09:30:00+08:00"}`))
	f.Add([]byte(`{"v":1,"moods":[1,2],"flows":{"v":1,"seq":3,"stack":[{"f":"return","i":1,"p":0}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s session
		if s.decode(raw) != nil || !json.Valid(raw) {
			return
		}
		var want struct{ Customer, Owner, Ticket string }
		if strings.Contains(strings.ToLower(string(raw)), `\u`) || json.Unmarshal(raw, &want) != nil {
			return
		}
		if !strings.ContainsAny(string(raw), "CUSTOMERWKIDſK") { // names are exact here
			assert.Equal(t, want.Customer, s.Customer)
		}
		_, err := decodeFlows(s.Flows)
		_ = err
	})
}

// Replies written by hand read as encoding/json's do.
func TestRepliesArePlainJSON(t *testing.T) {
	t.Parallel()
	words := rapid.StringMatching(`[a-z<"\\ \n七天é]{0,6}`)
	replies := rapid.Custom(func(t *rapid.T) Reply {
		r := Reply{ID: words.Draw(t, "id"), Text: words.Draw(t, "text"), Language: words.Draw(t, "language")}
		switch rapid.IntRange(0, 12).Draw(t, "more") { // each field makes it more than plain
		case 0:
			r.Choices = []Choice{{Label: "l", Value: "v"}}
		case 1:
			r.Cards = []Card{{Title: "t"}}
		case 2:
			r.Attachments = []Attachment{{URL: "u"}}
		case 3:
			r.Citations = []Citation{{ID: "c"}}
		case 4:
			r.Survey = &Survey{}
		case 5:
			r.Written = true
		case 6:
			r.From = "小林"
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		rs := rapid.SliceOfN(replies, 1, 3).Draw(t, "replies")
		raw, err := encodeReplies(rs)
		require.NoError(t, err)
		std, err := json.Marshal(rs)
		require.NoError(t, err)
		require.JSONEq(t, string(std), string(raw))
	})
	// A field added to Reply must be told to plain.
	assert.Equal(t, 10, reflect.TypeFor[Reply]().NumField())
}
