package main

import (
	"context"
	"database/sql"
	"flag"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
)

var (
	_      = flag.Bool("update", false, "rewrite the golden conversations")
	shared struct {
		sync.Once
		st  *stock
		err error
	}
)

// opened is a shop with a ledger of its own in db; what is read from the data
// files is read once for all tests.
func opened(t testing.TB, db *sql.DB) *stock {
	t.Helper()
	shared.Do(func() { shared.st, shared.err = load(context.Background(), memoryDB(t), bottest.Start(), false) })
	require.NoError(t, shared.err)
	st, own := *shared.st, *shared.st.shop
	var err error
	own.orders, err = openLedger(mustSub(t), db, bottest.Start())
	require.NoError(t, err)
	st.shop = &own
	require.NoError(t, own.stockUp(t.Context(), &st.goods)) // it learns, so it is the test's own
	return &st
}

func memoryDB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	return db
}

// rig is a conversation with the shop.
func rig(t *testing.T, settings map[string]string) *bottest.Rig {
	t.Helper()
	return rigOver(t, settings, bot.Options{Store: bot.NewMemory(), Customers: profile.NewBook()})
}

// rigOver is a conversation with the shop over a store and what knows its customers.
func rigOver(t testing.TB, settings map[string]string, opts bot.Options) *bottest.Rig {
	t.Helper()
	db := memoryDB(t)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	st := opened(t, db)
	lang := settings["language"]
	if lang == "" {
		lang = "zh"
	}
	opts.Understand, opts.Knowledge, opts.Mood = st.model, st.base, st.mood
	opts.Variables = st.shop
	opts.Recommend, opts.Handoff, opts.Texts, opts.Language = st.shop.shelf, st.desk, st.texts, lang
	r := bottest.New(t, opts, st.shop.handlers(), st.shop.taps, st.shop.makeUp, st.shop.meant, st.shop.blame, st.shop.roles)
	r.Agent = "小林"
	r.Watch = func() any { return done(t, db) }
	user, ok := settings["user"]
	if !ok {
		user = "demo"
	}
	if user != "" {
		r.Identities = []profile.Identity{{Kind: "uid", Value: user, Verified: true}}
	}
	if tier := settings["tier"]; tier != "" {
		ctx := context.Background()
		c, err := opts.Customers.Customer(ctx, "", r.Identities[0])
		require.NoError(t, err)
		known := []bot.Event{
			{ID: "uid", At: bottest.Start(), Customer: c.ID, Kind: string(profile.Identified), Identity: &r.Identities[0]},
			{ID: "tier", At: bottest.Start(), Customer: c.ID, Kind: string(profile.Learned), Key: "tier", Value: tier}}
		require.NoError(t, opts.Store.Append(ctx, known...))
		require.NoError(t, opts.Customers.Record(ctx, "", c.ID,
			profile.Event{ID: "uid", Kind: profile.Identified, At: bottest.Start(), Identity: &r.Identities[0]},
			profile.Event{ID: "tier", Kind: profile.Learned, At: bottest.Start(), Key: "tier", Value: tier}))
	}
	return r
}

// deed is something the shop has done about an order.
type deed struct{ Kind, Order, Detail string }

// done is all that the shop has done.
func done(t testing.TB, db *sql.DB) (all []deed) {
	t.Helper()
	rows, err := db.Query(`SELECT kind, order_id, detail FROM shop_actions ORDER BY rowid`)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d deed
		require.NoError(t, rows.Scan(&d.Kind, &d.Order, &d.Detail))
		all = append(all, d)
	}
	require.NoError(t, rows.Err())
	return all
}

// Each file below testdata is a conversation with a stated outcome; go test
// -update writes them anew.
func TestConversations(t *testing.T) {
	t.Parallel()
	bottest.Golden(t, "testdata", rig)
}

func TestConversationsAreMany(t *testing.T) {
	t.Parallel()
	for lang, least := range map[string]int{"zh": 19, "en": 17} {
		files, err := filepath.Glob(filepath.Join("testdata", lang, "*.convo"))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, len(files), least, lang)
	}
}

// The process ends in the middle of a return; the next goes on, and the return
// exists once.
func TestReturnSurvivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shop.db")
	lines := []string{"我要退货", "0047", "质量问题", "退货退款", "鞋底开胶了", "跳过", "是的"}
	var last string
	for i, line := range lines {
		store, err := sqlite.Open(path, nil)
		require.NoError(t, err)
		own, err := ownTables(path)
		require.NoError(t, err)
		b, err := newBot(opened(t, own), bot.Options{Store: store, Customers: store.Profiles(), Clock: bottest.NewClock(bottest.Start())})
		require.NoError(t, err)
		for range 2 { // the transport delivers each twice
			rs, err := b.Handle(t.Context(), bot.Message{ID: string(rune('a' + i)), Text: line, Thread: bot.Thread{Channel: "t", Peer: "p"},
				Identities: []profile.Identity{{Kind: "uid", Value: "demo", Verified: true}}})
			require.NoError(t, err)
			require.NotEmpty(t, rs)
			last = rs[len(rs)-1].Text
		}
		require.NoError(t, b.Close())
		if i == len(lines)-1 {
			var n int
			require.NoError(t, own.QueryRow(`SELECT COUNT(*) FROM shop_actions WHERE kind = 'return' AND order_id = '0047'`).Scan(&n))
			assert.Equal(t, 1, n)
		}
		require.NoError(t, own.Close())
		require.NoError(t, store.Close())
	}
	assert.Contains(t, last, "退货申请已提交")
}

// An order is shown only to who owns it: others prove it, and only so often.
func TestProofIsCounted(t *testing.T) {
	t.Parallel()
	r := rig(t, map[string]string{})
	r.Say("查一下 0061 到哪了").Want("后四位")
	r.Say("1234").Want("对不上").WantNot("南京西路", "SF1402990011")
	r.Say("9999").Want("对不上")
	r.Say("0000").WantNot("SF1402990011").WantEvent(bot.EventFlowEnded, "order.status")
	r = rig(t, map[string]string{"user": ""})
	r.Say("查一下 0061 到哪了").Want("后四位")
	r.Say("5678").Want("0061", "SF1402990011")
	r.Say("0061 到哪了").Want("SF1402990011")
}

func TestTicketIsComplete(t *testing.T) {
	t.Parallel()
	r := rig(t, map[string]string{})
	r.Say("我上周买的鞋子开胶了，太差劲了")
	r.Say("再这样我就投诉到12315").WantEvent(bot.EventHandover, "threat")
	r.Say("有人吗").WantSilence()
	tk := r.Take()
	assert.Empty(t, tk.Missing())
	assert.Equal(t, handoff.Threat, tk.Reason)
	assert.Equal(t, handoff.Urgent, tk.Priority)
	assert.Contains(t, tk.Facts, handoff.Fact{Name: "order", Value: "0047"})
	r.Tell("您好，马上为您处理").Return()
	r.Say("谢谢").Want()
}

func TestForgetting(t *testing.T) {
	t.Parallel()
	store := bot.NewMemory()
	db := memoryDB(t)
	defer func() { _ = db.Close() }()
	b, err := newBot(opened(t, db), bot.Options{Store: store, Customers: profile.NewBook()})
	require.NoError(t, err)
	for i, line := range []string{"你好", "删除我的数据", "是的"} {
		_, err := b.Handle(t.Context(), bot.Message{ID: string(rune('a' + i)), Text: line, Thread: bot.Thread{Channel: "t", Peer: "p"}})
		require.NoError(t, err)
	}
	events, err := store.Events(t.Context(), bot.AllTenants, 0, 100)
	require.NoError(t, err)
	assert.Empty(t, events, "events of an erased customer are left")
	k, err := store.Open(t.Context(), bot.Thread{Channel: "t", Peer: "p"})
	require.NoError(t, err)
	lines, err := store.History(t.Context(), k, bot.Page{})
	require.NoError(t, err)
	assert.Empty(t, lines)
}
