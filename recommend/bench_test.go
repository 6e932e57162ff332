package recommend

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mall is a shelf of n items in 40 categories, 200 brands and 12 colours, which
// 2,000 customers have looked at and bought from by their own tastes.
func mall(t testing.TB, n int) *Shelf {
	t.Helper()
	colours := []string{"red", "black", "white", "blue", "grey", "beige", "camel", "khaki", "brown", "pink", "yellow", "green"}
	chance := rand.New(rand.NewPCG(1, 0))
	items := make([]Item, n)
	for i := range items {
		items[i] = Item{ID: fmt.Sprint("i", i), Category: fmt.Sprint("c", i%40), Brand: fmt.Sprint("b", chance.IntN(200)), Stock: 1 + i%9,
			Name:       map[string]string{"zh": fmt.Sprint("商品", i), "en": fmt.Sprint("thing ", i)},
			Price:      map[string]int64{"CNY": 1000 + int64(chance.IntN(50000))},
			Attributes: map[string][]string{"colour": {colours[chance.IntN(len(colours))]}, "style": {fmt.Sprint("s", chance.IntN(9))}}}
	}
	s, err := New(items, nil)
	require.NoError(t, err)
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range 60000 {
		c := chance.IntN(2000)
		item := (c*37 + int(chance.ExpFloat64()*60)*40) % n
		kind := "viewed"
		if chance.IntN(8) == 0 {
			kind = "purchased"
		}
		require.NoError(t, s.Record(context.Background(), Event{ID: fmt.Sprint(i), At: start.Add(time.Duration(i) * time.Minute), Kind: kind,
			Customer: fmt.Sprint("u", c), Session: fmt.Sprint(c, "-", i/6000), Item: fmt.Sprint("i", item), Segments: []string{"women"}}))
	}
	return s
}

func BenchmarkRecommend(b *testing.B) {
	s := mall(b, 10000)
	now := time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	forYou := func(i int) Request {
		return Request{Customer: fmt.Sprint("u", i%2000), Personal: true, Segments: []string{"women"}, Now: now, N: 10, Language: "zh", Currency: "CNY"}
	}
	for _, c := range []struct {
		name string
		of   func(i int) Request
	}{
		{"for you", forYou},
		{"for you, fitted", forYou},
		{"session", func(i int) Request {
			return Request{Session: []string{fmt.Sprint("i", i*37%10000), fmt.Sprint("i", i*37%10000)}, Now: now, N: 10, Language: "zh", Currency: "CNY"}
		}},
		{"asked for", func(i int) Request {
			return Request{Customer: fmt.Sprint("u", i%2000), Personal: true, Now: now, N: 10, Language: "zh", Currency: "CNY", MaxPrice: 30000,
				Must: []Filter{{Attribute: "category", Any: []string{fmt.Sprint("c", i%40)}}, {Attribute: "colour", Any: []string{"red", "black"}}}}
		}},
		{"in words", func(i int) Request {
			return Request{Text: fmt.Sprint("有没有商品", i%10000), Now: now, N: 10, Language: "zh", Currency: "CNY"}
		}},
		{"similar", func(i int) Request {
			return Request{Like: []string{fmt.Sprint("i", i%10000)}, Now: now, N: 10, Language: "zh"}
		}},
		{"goes with", func(i int) Request {
			return Request{GoesWith: []string{fmt.Sprint("i", i%10000)}, Now: now, N: 10, Language: "zh"}
		}},
		{"unknown visitor", func(int) Request { return Request{Now: now, N: 10, Language: "zh"} }},
	} {
		if c.name == "for you, fitted" {
			require.NoError(b, s.Fit(b.Context()))
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			defer cpu(b)()
			for i := 0; b.Loop(); i++ {
				if _, err := s.Recommend(context.Background(), c.of(i)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRecord(b *testing.B) {
	s := mall(b, 10000)
	at := time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	defer cpu(b)()
	for i := 0; b.Loop(); i++ {
		c := i * 7919 % 2000
		if err := s.Record(context.Background(), Event{At: at, Kind: "viewed", Customer: fmt.Sprint("u", c), Session: fmt.Sprint("b", i/5),
			Item: fmt.Sprint("i", (c*37+i%60*40)%10000)}); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu measures the processor's time, which other programs do not stretch.
func cpu(b *testing.B) func() {
	used := func() float64 {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return float64(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func() { b.ReportMetric((used()-before)/float64(b.N), "cpu-ns/op") }
}

// places are the items of gowalla as a catalogue: what they are like is made up.
func places(events []Event) []Item {
	var out []Item
	chance, known := rand.New(rand.NewPCG(2, 0)), map[string]bool{}
	for i := range events {
		id := events[i].Item
		if known[id] {
			continue
		}
		known[id] = true
		out = append(out, Item{ID: id, Category: fmt.Sprint("c", chance.IntN(40)), Brand: fmt.Sprint("b", chance.IntN(200)), Stock: chance.IntN(10), Name: map[string]string{"en": "place " + id},
			Price: map[string]int64{"USD": 100 + int64(chance.IntN(9900))}, Attributes: map[string][]string{"colour": {fmt.Sprint(chance.IntN(12))}}})
	}
	return out
}

// BenchmarkGowalla streams a public set: events, rankings, recommendations of
// ten with filters and reasons before and after a Fit, one after the other, and
// a plainly written item-kNN beside them.
func BenchmarkGowalla(b *testing.B) {
	all := rows(b, "gowalla/train.tsv")
	events := make([]Event, len(all))
	for i, r := range all {
		events[i] = Event{ID: fmt.Sprint(i), Kind: "viewed", Customer: r[0], Item: r[1]}
	}
	b.Run("memory", func(b *testing.B) {
		held := func() float64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return float64(m.HeapAlloc) / 1e6
		}
		for b.Loop() {
			before := held()
			s, err := New(nil, nil)
			require.NoError(b, err)
			require.NoError(b, s.Record(b.Context(), events...))
			b.ReportMetric(held()-before, "MB")
			require.NotEmpty(b, s.Rank("0", nil, 1, false))
		}
	})
	s, err := New(places(events), nil)
	require.NoError(b, err)
	b.Run("event", func(b *testing.B) {
		spread(b, func(i int) {
			if i < len(events) {
				require.NoError(b, s.Record(b.Context(), events[i]))
			}
		})
	})
	require.NoError(b, s.Record(b.Context(), events...))
	customer := func(i int) string { return events[i*7919%len(events)].Customer }
	tenFor := func(who string) {
		got, err := s.Recommend(b.Context(), Request{Customer: who, Personal: true, N: 10, Language: "en", Currency: "USD", MaxPrice: 9000, Not: []Filter{{Attribute: "colour", Any: []string{"3"}}}})
		require.NoError(b, err)
		require.NotEmpty(b, got)
	}
	ten := func(i int) { tenFor(customer(i)) }
	eventAndTen := func(i int) {
		require.NoError(b, s.Record(b.Context(), Event{Kind: "viewed", Customer: customer(i), Item: events[i*104729%len(events)].Item}))
		ten(i)
	}
	rank := func(i int) { s.Rank(customer(i), nil, 10, false) }
	b.Run("rank", func(b *testing.B) { spread(b, rank) })
	b.Run("ten", func(b *testing.B) { spread(b, ten) }) // customers by their events: 77 items at the mean
	b.Run("ten for anybody", func(b *testing.B) { spread(b, func(i int) { tenFor(fmt.Sprint(i * 31 % 29858)) }) })
	b.Run("event and ten", func(b *testing.B) { spread(b, eventAndTen) })
	b.Run("plain item-kNN", func(b *testing.B) {
		plain := plainly(events)
		spread(b, func(i int) { plain(customer(i), 10) })
	})
	b.Run("fitted", func(b *testing.B) {
		require.NoError(b, s.Fit(b.Context()))
		b.Run("rank", func(b *testing.B) { spread(b, rank) })
		b.Run("ten", func(b *testing.B) { spread(b, ten) })
		b.Run("event and ten", func(b *testing.B) { spread(b, eventAndTen) })
		b.Run("save", func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, s.Save(io.Discard))
			}
		})
		b.Run("restore", func(b *testing.B) {
			var file bytes.Buffer
			require.NoError(b, s.Save(&file))
			for b.Loop() {
				require.NoError(b, s.Restore(bytes.NewReader(file.Bytes())))
			}
		})
	})
}

// BenchmarkMillions is a shelf of a million items that two million customers took
// from: what it holds, an event, a recommendation of ten with filters and reasons,
// and how long a snapshot takes.
func BenchmarkMillions(b *testing.B) {
	const items, customers = 1_000_000, 2_000_000
	held := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	before := held()
	s, err := New(nil, nil)
	require.NoError(b, err)
	require.NoError(b, s.PutAll(func(yield func(Item) bool) {
		for i := range items {
			if !yield(Item{ID: fmt.Sprint("i", i), Category: fmt.Sprint("c", i%400), Brand: fmt.Sprint("b", i%5000), Stock: 1 + i%9, Name: map[string]string{"en": fmt.Sprint("thing ", i)},
				Price: map[string]int64{"USD": 100 + int64(i*7919%9900)}, Attributes: map[string][]string{"colour": {fmt.Sprint(i % 12)}}}) {
				return
			}
		}
	}))
	shelf := held()
	customer := func(i int) string { return fmt.Sprint("u", i%customers) }
	event := func(i int) { // each customer's own corner of the shelf, and now and then another's
		corner := i % customers * 31 % items
		if i%7 == 0 {
			corner = i * 104729 % items
		}
		require.NoError(b, s.Record(b.Context(), Event{Kind: "viewed", Customer: customer(i), Item: fmt.Sprint("i", (corner+i/customers*400)%items)}))
	}
	for i := range 4 * customers {
		event(i)
	}
	learned := held()
	b.Run("event", func(b *testing.B) {
		spread(b, func(i int) { event(4*customers + i) })
		b.ReportMetric(shelf-before, "MB-items")
		b.ReportMetric(learned-shelf, "MB-learned")
	})
	b.Run("ten", func(b *testing.B) {
		spread(b, func(i int) {
			got, err := s.Recommend(b.Context(), Request{Customer: customer(i * 7919), Personal: true, N: 10, Language: "en", Currency: "USD", MaxPrice: 9000, Not: []Filter{{Attribute: "colour", Any: []string{"3"}}}})
			require.NoError(b, err)
			require.NotEmpty(b, got)
		})
	})
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, s.Save(io.Discard))
		}
	})
}

// spread runs something b.N times and reports the mean of processor time and
// the 99th percentile of wall time, in microseconds.
func spread(b *testing.B, do func(int)) {
	defer cpu(b)()
	took := make([]int64, 0, 1<<16)
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		do(i)
		took = append(took, time.Since(began).Nanoseconds())
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100])/1000, "p99-us")
}

// plainly is cosine item-kNN as one writes it in an afternoon: maps of maps,
// counted whole, no caps.
func plainly(events []Event) func(customer string, n int) []string {
	history, count, pair := map[string][]string{}, map[string]float64{}, map[string]map[string]float64{}
	for i := range events {
		e := &events[i]
		count[e.Item]++
		if pair[e.Item] == nil {
			pair[e.Item] = map[string]float64{}
		}
		h := history[e.Customer]
		for _, other := range h[max(0, len(h)-maxHistory):] {
			pair[e.Item][other]++
			pair[other][e.Item]++
		}
		history[e.Customer] = append(h, e.Item)
	}
	return func(customer string, n int) []string {
		score := map[string]float64{}
		for _, item := range history[customer] {
			for other, c := range pair[item] {
				score[other] += c / math.Sqrt(count[item]*count[other])
			}
		}
		for _, item := range history[customer] {
			delete(score, item)
		}
		out := slices.Collect(maps.Keys(score))
		slices.SortFunc(out, func(a, b string) int { return cmp.Compare(score[b], score[a]) })
		return out[:min(n, len(out))]
	}
}
