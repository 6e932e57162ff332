package recommend

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func noon(minutes int) time.Time {
	return time.Date(2026, 11, 1, 12, minutes, 0, 0, time.UTC)
}

// What a customer owns or does not want is decided by the latest event by its
// own time, in whatever order events arrive.
// What a customer made progress in lately is not forgotten before what they
// bought long ago.
func TestProgressIsKept(t *testing.T) {
	t.Parallel()
	u := newPerson()
	u.state(fact{item: 1, mastered: 0.9, progressed: noon(500).UnixNano()})
	for i := range maxFacts {
		u.state(fact{item: uint32(i + 2), owned: true, bought: noon(0).UnixNano() + int64(i)})
	}
	require.Len(t, u.facts, maxFacts)
	assert.Positive(t, u.fact(1).mastered)
	assert.False(t, u.fact(2).owned, "the oldest went")

	s, err := New(nil, nil)
	require.NoError(t, err)
	record(t, s, Event{At: noon(3), Kind: "progressed", Customer: "c", Item: "course", Value: 0.5})
	f := s.learned.users["c"].fact(s.learned.items.no["course"])
	assert.Equal(t, noon(3).UnixNano(), f.since())
}

func TestFactsInAnyOrder(t *testing.T) {
	t.Parallel()
	e := func(minute int, kind string, value float64) Event {
		return Event{ID: fmt.Sprint(minute, kind), At: noon(minute), Kind: kind, Customer: "c", Item: "d1", Value: value}
	}
	for name, c := range map[string]struct {
		events []Event
		want   string
	}{
		"bought":                  {[]Event{e(1, "purchased", 0)}, "owned"},
		"refunded":                {[]Event{e(1, "purchased", 0), e(2, "refunded", 0)}, ""},
		"bought again":            {[]Event{e(1, "purchased", 0), e(2, "refunded", 0), e(3, "purchased", 0)}, "owned"},
		"not interested":          {[]Event{e(1, "viewed", 0), e(2, "dismissed", 0)}, "dismissed"},
		"reviewed badly":          {[]Event{e(1, "purchased", 0), e(2, "refunded", 0), e(3, "reviewed", 1)}, "dismissed"},
		"reviewed well":           {[]Event{e(1, "purchased", 0), e(2, "refunded", 0), e(3, "reviewed", 5)}, ""},
		"interested after all":    {[]Event{e(1, "dismissed", 0), e(2, "carted", 0)}, ""},
		"a look changes nothing":  {[]Event{e(1, "dismissed", 0), e(2, "viewed", 0)}, "dismissed"},
		"of somebody else's name": {[]Event{{ID: "x", At: noon(1), Kind: "purchased", Customer: "other", Item: "d1"}}, ""},
	} {
		for _, backwards := range []bool{false, true} {
			s := shelf(t)
			for i := range c.events {
				if backwards {
					i = len(c.events) - 1 - i
				}
				require.NoError(t, s.Record(context.Background(), c.events[i], c.events[i]))
			}
			assert.Equal(t, c.want, blockedFor(s, "d1", &Request{Customer: "c"}), "%s, backwards %t", name, backwards)
			assert.Empty(t, blockedFor(s, "d1", &Request{}), name)
		}
	}
}

// The same events in any order within Options.Late teach the same.
func TestLateEventsTeachTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var events []Event
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			events = append(events, Event{ID: fmt.Sprint(i), At: noon(rapid.IntRange(0, 59).Draw(t, "minute")), Kind: rapid.SampledFrom([]string{"viewed", "purchased", "carted", "dismissed", "refunded"}).Draw(t, "kind"),
				Customer: rapid.SampledFrom([]string{"u", "v", ""}).Draw(t, "user"), Session: rapid.SampledFrom([]string{"s", "t", ""}).Draw(t, "session"),
				Basket: rapid.SampledFrom([]string{"b", ""}).Draw(t, "basket"), Item: rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "item")})
		}
		learn := func(events []Event) *Shelf {
			s, err := New(nil, &Options{Late: time.Hour, HalfLife: 10 * time.Minute})
			require.NoError(t, err)
			require.NoError(t, s.Record(context.Background(), events...))
			require.NoError(t, s.Record(context.Background(), Event{ID: "last", At: noon(121), Kind: "viewed", Item: "z"}))
			return s
		}
		x, y := learn(events), learn(rapid.Permutation(events).Draw(t, "order"))
		for _, who := range []string{"", "u", "v"} {
			for _, now := range [][]string{nil, {"a"}, {"b", "c"}} {
				a, b := x.Rank(who, now, 9, true), y.Rank(who, now, 9, true)
				require.Len(t, b, len(a))
				for i := range a {
					assert.InDelta(t, a[i].Score, b[i].Score, 1e-5)
				}
			}
		}
	})
}

func TestKindsAreWeighed(t *testing.T) {
	t.Parallel()
	o := &Options{Kinds: map[string]float64{"enrolled": 0.9, "viewed": 0, "odd": math.NaN()}}
	for name, c := range map[string]struct {
		e    Event
		want float64
	}{
		"a host's own":     {Event{Kind: "enrolled"}, 0.9},
		"switched off":     {Event{Kind: "viewed"}, 0},
		"default":          {Event{Kind: "purchased"}, 1},
		"unknown":          {Event{Kind: "sneezed"}, 0},
		"short look":       {Event{Kind: "dwelt", Value: 2}, 0.03},
		"long look":        {Event{Kind: "dwelt", Value: 40}, 0.6},
		"left open":        {Event{Kind: "dwelt", Value: 1e9}, 1},
		"five stars":       {Event{Kind: "reviewed", Value: 5}, 0.8},
		"one star":         {Event{Kind: "reviewed", Value: 1}, 0},
		"no number":        {Event{Kind: "dwelt", Value: math.NaN()}, 0},
		"infinite":         {Event{Kind: "reviewed", Value: math.Inf(1)}, 1},
		"no number a kind": {Event{Kind: "odd"}, 0},
	} {
		assert.InDelta(t, c.want, o.strength(&c.e), 1e-9, name)
	}
}

// What is new outweighs what is old, and a wrong clock does not age everything.
func TestDecay(t *testing.T) {
	t.Parallel()
	s, err := New(nil, &Options{HalfLife: 24 * time.Hour})
	require.NoError(t, err)
	day := 0
	buy := func(item string, times int) {
		for range times {
			day++
			for _, it := range []string{"tea", item} {
				require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", At: noon(0).Add(time.Duration(day) * 24 * time.Hour), Customer: fmt.Sprint(day), Item: it}))
			}
		}
	}
	buy("old cup", 60) // longer than counts grow before they are rescaled
	require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", At: noon(0).AddDate(5000, 0, 0), Customer: "x", Item: "odd"}))
	buy("new cup", 20)
	w := DefaultWeights()
	w.Alike = 0
	s.weights = w
	require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", Customer: "me", Item: "tea"}))
	got := s.Rank("me", nil, 2, false)
	require.NotEmpty(t, got)
	assert.Equal(t, "new cup", got[0].Item)
	for _, v := range s.learned.popular {
		assert.False(t, math.IsInf(float64(v), 0) || math.IsNaN(float64(v)))
	}
}

func TestLatestIsBounded(t *testing.T) {
	t.Parallel()
	l := latest[int, int]{most: 10}
	for i := range 100 {
		l.put(i, i)
		assert.LessOrEqual(t, len(l.now)+len(l.old), 20)
		_, ok := l.get(max(0, i-9))
		assert.True(t, ok, "one of the latest ten was forgotten")
	}
	_, ok := l.get(50)
	assert.False(t, ok)
}

func blockedFor(s *Shelf, id string, r *Request) string {
	a := s.ready(r)
	return s.blocked(s.index.item(id), &a)
}

// A customer who is erased leaves nothing behind that knows them, and the same
// id of another tenant is another customer.
func TestEraseAndTenants(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	for _, e := range []Event{{Tenant: "a", Customer: "c", Kind: "purchased", Item: "d1"}, {Tenant: "a", Customer: "c", Kind: "dismissed", Item: "d2"}, {Tenant: "b", Customer: "c", Kind: "viewed", Item: "d3"}} {
		require.NoError(t, s.Record(t.Context(), e))
	}
	assert.Equal(t, "owned", blockedFor(s, "d1", &Request{Tenant: "a", Customer: "c"}))
	assert.Empty(t, blockedFor(s, "d1", &Request{Tenant: "b", Customer: "c"}))
	assert.Empty(t, blockedFor(s, "d1", &Request{Tenant: "a", Customer: "c", Owned: true}), "asked for again")
	assert.Equal(t, "dismissed", blockedFor(s, "d2", &Request{Tenant: "a", Customer: "c", Owned: true}))
	rows, err := s.Erase(t.Context(), "a", "c")
	require.NoError(t, err)
	assert.Equal(t, 1, rows["customers"])
	assert.Empty(t, blockedFor(s, "d1", &Request{Tenant: "a", Customer: "c"}))
	var saved bytes.Buffer
	require.NoError(t, s.Save(&saved))
	assert.NotContains(t, saved.String(), "a\x00c")
	assert.Contains(t, saved.String(), "b\x00c", "another tenant's customer went too")
	require.NoError(t, s.Restore(&saved))
	assert.Positive(t, s.learned.taken(s.learned.items.no["d1"]), "what it learned of items is gone")
}

// A customer costs no more than the caps.
func TestFactsAreBounded(t *testing.T) {
	t.Parallel()
	s, err := New(nil, nil)
	require.NoError(t, err)
	for i := range maxFacts + 500 {
		require.NoError(t, s.Record(t.Context(), Event{At: noon(i), Customer: "c", Kind: "dismissed", Item: fmt.Sprint(i * 7919 % 5000)}))
	}
	u := s.learned.users["c"]
	assert.Len(t, u.facts, maxFacts)
	newest := s.learned.items.no[fmt.Sprint((maxFacts+499)*7919%5000)]
	assert.True(t, u.fact(newest).unwanted)
	assert.False(t, u.fact(s.learned.items.no["0"]).unwanted, "the oldest goes first")
}

// A purchase counts whatever its clock says, and one without a time is the latest.
func TestFactsOfOddClocks(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Time{
		"the least there is in SQL": time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600)), "before 1970": time.Unix(-1, 0), "1900": time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
		"9999": time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), "1970": time.Unix(0, 0),
	} {
		s := shelfOf(t, nil, "A", "B")
		record(t, s, Event{ID: "1", Kind: "purchased", Customer: "me", Item: "A", At: at}, Event{ID: "2", Kind: "dismissed", Customer: "me", Item: "B", At: at})
		assert.Empty(t, recommendTo(t, s, Request{Customer: "me"}), name)
		record(t, s, Event{ID: "3", Kind: "refunded", Customer: "me", Item: "A"}, Event{ID: "4", Kind: "carted", Customer: "me", Item: "B"})
		assert.Len(t, recommendTo(t, s, Request{Customer: "me"}), 2, name)
	}
}

// One event from a wrong clock neither ages what is there nor leads; when enough
// say so, time has gone on.
func TestOneWrongClock(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, &Options{HalfLife: 30 * 24 * time.Hour}, "A", "B", "C")
	buy := func(item string, at time.Time, times int) {
		for i := range times {
			record(t, s, Event{Kind: "purchased", At: at.Add(time.Duration(i) * time.Minute), Item: item})
		}
	}
	buy("A", noon(0), 50)
	buy("B", noon(0).AddDate(10, 0, 0), 1)
	buy("A", noon(60), 50)
	assert.Equal(t, "A", recommendTo(t, s, Request{N: 1})[0].Item.ID)
	assert.Equal(t, "A", recommendTo(t, s, Request{N: 1, Order: Trending})[0].Item.ID)
	buy("C", noon(0).AddDate(2, 0, 0), 20)
	assert.Equal(t, "C", recommendTo(t, s, Request{N: 1})[0].Item.ID, "two years later")
	assert.Equal(t, "C", recommendTo(t, s, Request{N: 1, Order: Trending})[0].Item.ID)
}
