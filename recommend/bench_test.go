package recommend

import (
	"context"
	"fmt"
	"math/rand/v2"
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
	for _, c := range []struct {
		name string
		of   func(i int) Request
	}{
		{"for you", func(i int) Request {
			return Request{Customer: fmt.Sprint("u", i%2000), Personal: true, Segments: []string{"women"}, Now: now, N: 10, Language: "zh", Currency: "CNY"}
		}},
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

// BenchmarkGowalla streams a public set: an event, a ranking, and one after
// the other.
func BenchmarkGowalla(b *testing.B) {
	all := rows(b, "gowalla/train.tsv")
	events := make([]Event, len(all))
	for i, r := range all {
		events[i] = Event{Kind: "viewed", Customer: r[0], Item: r[1]}
	}
	s, err := New(nil, nil)
	require.NoError(b, err)
	require.NoError(b, s.Record(b.Context(), events...))
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			fresh, err := New(nil, nil)
			require.NoError(b, err)
			require.NoError(b, fresh.Record(b.Context(), events...))
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(events)), "ns/event")
	})
	b.Run("rank", func(b *testing.B) {
		b.ReportAllocs()
		defer cpu(b)()
		for i := 0; b.Loop(); i++ {
			s.Rank(fmt.Sprint(i*7919%29858), nil, 10, false)
		}
	})
	b.Run("event and rank", func(b *testing.B) {
		defer cpu(b)()
		for i := 0; b.Loop(); i++ {
			e := events[i*7919%len(events)]
			require.NoError(b, s.Record(b.Context(), Event{Kind: "viewed", Customer: e.Customer, Item: events[i*104729%len(events)].Item}))
			s.Rank(e.Customer, nil, 10, false)
		}
	})
}
