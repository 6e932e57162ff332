package recommend

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// habits is a log of customers who each take a pair of items that belong
// together, in sessions.
func habits(n int) []Event {
	var out []Event
	for i := range n {
		u := fmt.Sprint("u", i)
		for k, it := range []string{fmt.Sprint("a", i%7), fmt.Sprint("b", i%7), fmt.Sprint("c", i%7)} {
			out = append(out, Event{ID: fmt.Sprint(i, k), Kind: "viewed", Customer: u, Session: u, Item: it})
		}
	}
	return out
}

func TestReplayHoldsBackTheTail(t *testing.T) {
	t.Parallel()
	all := habits(40)
	for i := range 20 { // and visitors nobody knows
		for k := range 3 {
			all = append(all, Event{ID: fmt.Sprint("v", i, k), Kind: "viewed", Session: fmt.Sprint("v", i), Item: fmt.Sprint("abc"[k:k+1], i%7)})
		}
	}
	r := NewReplay(all, nil)
	assert.Len(t, r.queries, 40+2, "one of every customer, two steps of the last session")
	assert.Len(t, r.learn, 80+57)
	for _, q := range r.queries[:40] {
		assert.Len(t, q.session, 2)
		assert.Len(t, q.want, 1)
	}
	rep, err := r.Judge(context.Background(), nil)
	require.NoError(t, err)
	assert.Equal(t, 42, rep.Queries)
	assert.Equal(t, 1.0, rep.HitRate)
	assert.Greater(t, rep.Coverage, 0.3)
	assert.Len(t, NewReplay(all, &ReplayOptions{Queries: 5}).queries, 5)

	for name, o := range map[string]*ReplayOptions{"a goal nobody reaches": {Goal: []string{"purchsed"}}, "a day nobody knows": {After: noon(0).AddDate(9, 0, 0)}} {
		_, err = NewReplay(all, o).Judge(context.Background(), nil)
		assert.ErrorContains(t, err, "nothing to judge by", name)
		_, _, err = NewReplay(all, o).Tune(context.Background())
		assert.ErrorContains(t, err, "nothing to judge by", name)
	}
}

// What came from a day on judges what was learned before it; the last item of
// each customer does likewise.
func TestReplayCutsOtherwise(t *testing.T) {
	t.Parallel()
	var all []Event
	for u := range 20 {
		segment := []string{"men", "women"}[u%2]
		for k := range 4 {
			all = append(all, Event{ID: fmt.Sprint(u, "-", k), At: noon(k * 60), Kind: "viewed", Customer: fmt.Sprint("u", u), Item: "abcdefg"[u/2%4+k:][:1], Segments: []string{segment}})
		}
	}
	all = append(all, Event{ID: "new", At: noon(200), Kind: "viewed", Customer: "late", Item: "a0"})
	for name, c := range map[string]struct {
		o     ReplayOptions
		learn int
		want  int // items a query waits for
	}{
		"from a day on": {ReplayOptions{After: noon(120)}, 40, 2},
		"leave one out": {ReplayOptions{LeaveOneOut: true}, 61, 1},
	} {
		r := NewReplay(all, &c.o)
		require.Len(t, r.queries, 20, name)
		assert.Len(t, r.learn, c.learn, name)
		for _, q := range r.queries {
			assert.Len(t, q.want, c.want, name)
		}
		rep, err := r.Judge(t.Context(), nil)
		require.NoError(t, err)
		assert.Positive(t, rep.Novelty, name)
		require.Len(t, rep.Segments, 2, name)
		assert.Equal(t, 10, rep.Segments["women"].Queries, name)
	}
}

// Looks that are noise are given no strength, where purchases foretell.
func TestTuneKinds(t *testing.T) {
	t.Parallel()
	var all []Event
	add := func(u, kind, item string) {
		all = append(all, Event{ID: fmt.Sprint(len(all)), At: noon(len(all)), Kind: kind, Customer: u, Item: item})
	}
	for i := range 300 {
		u := fmt.Sprint("u", i)
		for k := range 6 {
			add(u, "viewed", fmt.Sprint("noise", (i*31+k*k*17)%40))
		}
		for k := range 4 {
			add(u, "purchased", fmt.Sprint("p", i%5, "-", (i/5*3+k*k)%10))
		}
	}
	r := NewReplay(all, &ReplayOptions{Goal: []string{"purchased"}})
	require.NotEmpty(t, r.queries)
	before, err := r.Judge(t.Context(), nil)
	require.NoError(t, err)
	kinds, rep, err := r.TuneKinds(t.Context(), nil)
	require.NoError(t, err)
	assert.Less(t, kinds["viewed"], kinds["purchased"])
	assert.GreaterOrEqual(t, rep.NDCG, before.NDCG)
}

// The report of TuneKinds is of the weights it was given, fitted as they say,
// not of others.
func TestTuneKindsReportsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	var all []Event
	for u := range 60 {
		for k := range 6 {
			all = append(all, Event{Kind: "viewed", Customer: fmt.Sprint("u", u), Item: fmt.Sprint(u%5, "-", (u/5+k*k)%10)})
		}
	}
	r := NewReplay(all, nil)
	for name, w := range map[string]Weights{"regressions alone": {Ridge: 1}, "regressions beside": DefaultWeights()} {
		kinds, rep, err := r.TuneKinds(t.Context(), &w)
		require.NoError(t, err, name)
		require.Len(t, kinds, 1, "of one kind there is nothing to choose")
		want, err := r.Judge(t.Context(), &w)
		require.NoError(t, err, name)
		require.Positive(t, want.NDCG, name)
		assert.InDelta(t, want.NDCG, rep.NDCG, 1e-9, name)
	}
}

// With a goal the last basket counts only for what is of that kind, and tenants'
// customers of the same name are apart.
func TestReplayOfBasketsWithAGoal(t *testing.T) {
	t.Parallel()
	var all []Event
	for _, tenant := range []string{"north", "south"} {
		for i := range 4 {
			b := fmt.Sprint(i)
			all = append(all, Event{Tenant: tenant, At: noon(i), Kind: "purchased", Customer: "c", Basket: b, Item: "tea" + b},
				Event{Tenant: tenant, At: noon(i), Kind: "carted", Customer: "c", Basket: b, Item: "cup" + tenant})
		}
	}
	r := NewReplay(all, &ReplayOptions{Goal: []string{"purchased"}})
	require.Len(t, r.queries, 2)
	for _, q := range r.queries {
		assert.Equal(t, map[string]bool{"tea3": true}, q.want)
	}
	assert.NotEqual(t, r.queries[0].customer, r.queries[1].customer)
	assert.Len(t, r.learn, 12)
	none := NewReplay(all, &ReplayOptions{Goal: []string{"reviewed"}})
	assert.Empty(t, none.queries)
}

func TestReplayOfBaskets(t *testing.T) {
	t.Parallel()
	var all []Event
	for i := range 40 {
		for k := range 3 {
			all = append(all, Event{Kind: "purchased", Basket: fmt.Sprint(i), Item: fmt.Sprint("abc"[k:k+1], i%5)})
		}
	}
	r := NewReplay(all, nil)
	require.Len(t, r.queries, 2)
	assert.Len(t, r.learn, 38*3)
	rep, err := r.Judge(context.Background(), nil)
	require.NoError(t, err)
	assert.Equal(t, 1.0, rep.HitRate)
}

// Weights that were tuned are no worse on the log than the defaults.
func TestTune(t *testing.T) {
	t.Parallel()
	r := NewReplay(habits(60), nil)
	w, rep, err := r.Tune(context.Background())
	require.NoError(t, err)
	def, err := r.Judge(context.Background(), nil)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, rep.NDCG, def.NDCG)
	again, err := r.Judge(context.Background(), &w)
	require.NoError(t, err)
	assert.InDelta(t, rep.NDCG, again.NDCG, 1e-9, "the report is of the weights returned")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, _, err = r.Tune(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

// Where sessions go to and fro between two lists, what the defaults put first is
// found to be wrong.
func TestTuneFindsWhatTheDefaultsMiss(t *testing.T) {
	t.Parallel()
	var all []Event
	for i := range 400 {
		for k := range 6 {
			all = append(all, Event{Kind: "viewed", Session: fmt.Sprint(i), Item: fmt.Sprint([]int{i % 11, (i*7 + k) % 13}[k%2])})
		}
	}
	r := NewReplay(all, nil)
	before, err := r.Judge(t.Context(), nil)
	require.NoError(t, err)
	w, after, err := r.Tune(t.Context())
	require.NoError(t, err)
	assert.Greater(t, after.NDCG, before.NDCG)
	assert.NotEqual(t, DefaultWeights(), w)
}

func TestGainsAreMoreThanChance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b []float64
		want bool
	}{
		"none":      {nil, nil, false},
		"same":      {[]float64{1, 0, 1}, []float64{1, 0, 1}, false},
		"one of 9":  {[]float64{1, 0, 1, 0, 1, 0, 1, 0, 1}, []float64{0, 0, 1, 0, 1, 0, 1, 0, 1}, false},
		"most of 9": {[]float64{1, 1, 1, 1, 1, 1, 1, 0, 1}, []float64{0, 0, 0, 0, 1, 0, 1, 0, 1}, true},
		"worse":     {[]float64{0, 0}, []float64{1, 1}, false},
	} {
		assert.Equal(t, c.want, gains(c.a, c.b), name)
	}
}

func ExampleReplay() {
	log := []Event{
		{Kind: "viewed", Session: "1", Item: "tent"}, {Kind: "viewed", Session: "1", Item: "stove"},
		{Kind: "viewed", Session: "2", Item: "tent"}, {Kind: "viewed", Session: "2", Item: "stove"},
	}
	for i := range 20 {
		s := fmt.Sprint("s", i)
		log = append(log, Event{Kind: "viewed", Session: s, Item: "tent"}, Event{Kind: "viewed", Session: s, Item: "stove"})
	}
	rep, err := NewReplay(log, nil).Judge(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d ranking, hit rate %.0f\n", rep.Queries, rep.HitRate)
	// Output: 1 ranking, hit rate 1
}
