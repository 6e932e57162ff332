package bot_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// What the host tracks reaches the profile and the recommender once, and a new
// process learns it again from the log.
func TestTrack(t *testing.T) {
	t.Parallel()
	store, book := bot.NewMemory(), profile.NewBook()
	shelf := func() *recommend.Shelf {
		s, err := recommend.New(nil, nil)
		require.NoError(t, err)
		return s
	}
	first := shelf()
	b := newBot(t, bot.Options{Store: store, Customers: book, Recommend: first}, nil)
	for i := range 5 {
		for _, item := range []string{"phone", "case"} {
			for range 2 { // delivered twice
				require.NoError(t, b.Track(t.Context(), thread(fmt.Sprint(i)), bot.Event{ID: fmt.Sprint(i, item), Kind: string(profile.Purchased), Item: item,
					Amount: 100, Currency: "CNY", Basket: fmt.Sprint(i)}))
			}
		}
	}
	c, err := book.Customer(t.Context(), "", thread("1").Identity())
	require.NoError(t, err)
	assert.Equal(t, int64(200), c.Activity.Spent["CNY"])
	want := first.Rank("", []string{"phone"}, 1, false)
	require.Len(t, want, 1)
	assert.Equal(t, "case", want[0].Item)

	again := shelf()
	newBot(t, bot.Options{Store: store, Customers: book, Recommend: again}, nil)
	assert.Equal(t, want, again.Rank("", []string{"phone"}, 1, false), "a new process did not learn from the log")

	for name, e := range map[string]bot.Event{"ID": {Kind: "viewed"}, "Kind": {ID: "x"}} {
		assert.ErrorContains(t, b.Track(t.Context(), thread("1"), e), name)
	}
}

// Erased means gone: from the store, the profiles and every further holder.
func TestErase(t *testing.T) {
	t.Parallel()
	store, book := bot.NewMemory(), profile.NewBook()
	cache := &holder{rows: map[string]int{}}
	b := newBot(t, bot.Options{Store: store, Customers: book, Erasers: []bot.Eraser{cache}}, bot.HandlerFunc(count))
	for _, peer := range []string{"a", "b"} {
		_, err := b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread(peer), Text: "CANARY " + peer})
		require.NoError(t, err)
	}
	a, err := book.Customer(t.Context(), "", thread("a").Identity())
	require.NoError(t, err)
	cache.rows[a.ID] = 7
	certificate, err := b.Erase(t.Context(), "", a.ID)
	require.NoError(t, err)
	assert.Equal(t, 1, certificate["store"]["conversations"])
	assert.Equal(t, 1, certificate["profile"]["customers"])
	assert.Contains(t, fmt.Sprint(certificate), "rows:7")
	events, err := store.Events(t.Context(), bot.AllTenants, 0, 100)
	require.NoError(t, err)
	for _, e := range events {
		assert.NotEqual(t, a.ID, e.Customer)
	}
	after, err := book.Customer(t.Context(), "", thread("a").Identity())
	require.NoError(t, err)
	assert.Empty(t, after.Identities)
	rs, err := b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: "again"})
	require.NoError(t, err)
	assert.Equal(t, "1", rs[0].Text, "the session was not forgotten")
	rs, err = b.Handle(t.Context(), bot.Message{ID: "2", Thread: thread("b"), Text: "still here"})
	require.NoError(t, err)
	assert.Equal(t, "2", rs[0].Text, "another customer was erased")
}

// A recommender that is an Eraser need not be named among the Erasers.
func TestEraseAsksTheRecommender(t *testing.T) {
	t.Parallel()
	shelf, err := recommend.New([]recommend.Item{{ID: "cup", Category: "cup", Name: map[string]string{"en": "Cup"}, Price: map[string]int64{"USD": 1}, Stock: 1}}, nil)
	require.NoError(t, err)
	b := newBot(t, bot.Options{Recommend: shelf}, nil)
	require.NoError(t, b.Track(t.Context(), thread("a"), bot.Event{ID: "1", Kind: "purchased", Customer: "ann", Item: "cup"}))
	found := func() int {
		s, err := shelf.Recommend(t.Context(), recommend.Request{Customer: "ann"})
		require.NoError(t, err)
		return len(s)
	}
	require.Zero(t, found(), "it is hers already")
	certificate, err := b.Erase(t.Context(), "", "ann")
	require.NoError(t, err)
	assert.Equal(t, 1, certificate["recommend"]["customers"])
	assert.Equal(t, 1, found(), "nobody knows that she has it")
}

// holder is a host's own cache of personal data.
type holder struct{ rows map[string]int }

func (h *holder) Erase(_ context.Context, _, customer string) (map[string]int, error) {
	n := h.rows[customer]
	delete(h.rows, customer)
	return map[string]int{"rows": n}, nil
}
