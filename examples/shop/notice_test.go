package main

import (
	"database/sql"
	"log/slog"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// While the order system is asked the customer reads that it is.
func TestNotices(t *testing.T) {
	t.Parallel()
	for lang, c := range map[string]struct{ said, want []string }{
		"zh": {[]string{"我要取消订单 0051", "是的"}, []string{"正在查询订单 0051…", "正在为您提交…"}},
		"en": {[]string{"I want to cancel order 0051", "yes"}, []string{"Looking up order 0051…", "Submitting it for you…"}},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			db := memoryDB(t)
			t.Cleanup(func() { assert.NoError(t, db.Close()) })
			b, err := newBot(opened(t, db), bot.Options{Language: lang, Clock: bottest.NewClock(bottest.Start()), Customers: profile.NewBook(), Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, b.Close()) })
			var got []string
			for i, text := range c.said {
				replies, err := b.Stream(t.Context(), bot.Message{ID: strconv.Itoa(i), Text: text, Language: lang, Thread: bot.Thread{Channel: "web", Peer: "p"},
					Identities: []profile.Identity{{Kind: "uid", Value: "demo", Verified: true}}},
					func(p bot.Part) {
						if p.Notice {
							got = append(got, p.Text)
						}
					})
				require.NoError(t, err)
				require.NotEmpty(t, replies)
				for _, r := range replies {
					assert.NotContains(t, r.Text, "…", "a notice is no reply")
				}
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, []deed{{"cancel", "0051", ""}}, done(t, db))
		})
	}
}

// On the page the notice stands there as long as the order system takes.
func TestBrowserNotice(t *testing.T) {
	t.Parallel()
	var db *sql.DB
	_, srv, b := onTheWeb(t, func(st *stock) { db = st.shop.orders.db })
	p := b.Tab(srv.URL+"/chat/?lang=zh", 500, 800)
	p.Wait(says("智能客服小拾"))
	ask(p, "我要取消订单 0051")
	p.Wait(says("手机号"))
	ask(p, "8000")
	p.Wait(says("确定取消"))
	busy, err := db.Conn(t.Context()) // it has one connection
	require.NoError(t, err)
	ask(p, "是的")
	p.Wait(inChat + `.querySelector(".notice")?.textContent === "正在为您提交…"`)
	assert.Zero(t, count(p, "正在为您提交"), "a notice is no line of the conversation")
	require.NoError(t, busy.Close())
	p.Wait(says("已取消") + `&& !` + inChat + `.querySelector(".notice")`)
}
