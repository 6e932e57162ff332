package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/recommend"
)

func evaluateRecommend(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("recommend", log)
	train := fs.String("train", "", "events to learn from")
	test := fs.String("test", "", "events to predict")
	sessions := fs.Bool("sessions", false, "files hold one session a line, items in order: next item for every prefix")
	next := fs.Bool("next", false, "files hold user, item, position: the next item of each user, seen items left out")
	baskets := fs.Bool("baskets", false, "files hold baskets: the rest of each basket")
	nextBasket := fs.Bool("next-baskets", false, "train holds user, number, basket in order; test user, basket: the next basket of each user")
	tune := fs.Bool("tune", false, "choose weights by replaying the train part, before the test is read")
	valid := fs.String("valid", "", "with -next: what came between train and test; rankings see it, nothing learns it")
	items := fs.String("items", "", "attributes of items: item, attribute ids")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := need(map[string]string{"train": *train, "test": *test}); err != nil {
		return nil, err
	}
	m := &ranked{catalogue: map[string]bool{}, shown: map[string]bool{}, tune: *tune, valid: *valid, log: log}
	run := m.users
	switch {
	case *sessions:
		run = m.sessions
	case *next:
		run = m.next
	case *baskets:
		run = m.baskets
	case *nextBasket:
		run = m.nextBaskets
	}
	if *items != "" {
		rs, err := rows(*items, 1)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			m.catalogue[r[0]] = true
		}
	}
	if err := run(ctx, *train, *test); err != nil {
		return nil, err
	}
	n := float64(max(1, m.queries))
	return result{"queries": m.queries, "events": m.events, "recall_at_10": round(m.recall10 / n), "recall_at_20": round(m.recall20 / n), "ndcg_at_20": round(m.ndcg20 / n),
		"hit_rate_at_10": round(m.hit10 / n), "hit_rate_at_20": round(m.hit20 / n), "mrr_at_20": round(m.mrr20 / n),
		"coverage": round(float64(len(m.shown)) / float64(max(1, len(m.catalogue)))), "items": len(m.catalogue),
		"event_us": round(m.eventCPU / float64(max(1, m.events)) * 1e6), "query_us": round(m.queryCPU / n * 1e6)}, nil
}

// ranked sums over queries.
type ranked struct {
	queries, events                       int
	recall10                              float64
	recall20, ndcg20, hit10, hit20, mrr20 float64
	catalogue, shown                      map[string]bool
	eventCPU, queryCPU                    float64
	tune                                  bool
	valid                                 string
	log                                   io.Writer
}

// learn records events in chunks, and counts the time.
func (m *ranked) learn(ctx context.Context, events []recommend.Event) (*recommend.Shelf, error) {
	opts := &recommend.Options{}
	if m.tune {
		w, rep, err := recommend.NewReplay(events, nil).Tune(ctx)
		if err != nil {
			return nil, err
		}
		opts.Weights = &w
		if _, err := fmt.Fprintf(m.log, "tuned on %d rankings of the train part: ndcg %.4f, recall %.4f, mrr %.4f: %+v\n", rep.Queries, rep.NDCG, rep.Recall, rep.MRR, w); err != nil {
			return nil, err
		}
	}
	s, err := recommend.New(nil, opts)
	if err != nil {
		return nil, err
	}
	for i := range events {
		m.catalogue[events[i].Item] = true
	}
	w := start()
	for chunk := range slices.Chunk(events, 4096) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.Record(ctx, chunk...); err != nil {
			return nil, err
		}
	}
	cpu, _ := w.stop()
	m.eventCPU += cpu
	m.events += len(events)
	return s, nil
}

// judge counts one query's list against what came.
func (m *ranked) judge(got []recommend.Scored, want map[string]bool) {
	m.queries++
	found, first, dcg := 0, 0, 0.0
	for i, g := range got {
		if i == 20 {
			break
		}
		m.shown[g.Item] = true
		if !want[g.Item] {
			continue
		}
		if found == 0 {
			first = i + 1
		}
		found++
		if i < 10 {
			m.recall10 += 1 / float64(len(want))
		}
		dcg += 1 / math.Log2(float64(i+2))
	}
	if found == 0 {
		return
	}
	ideal := 0.0
	for i := range min(20, len(want)) {
		ideal += 1 / math.Log2(float64(i+2))
	}
	m.recall20 += float64(found) / float64(len(want))
	m.ndcg20 += dcg / ideal
	m.hit20++
	m.mrr20 += 1 / float64(first)
	if first <= 10 {
		m.hit10++
	}
}

func (m *ranked) users(ctx context.Context, train, test string) error {
	rs, err := rows(train, 2)
	if err != nil {
		return err
	}
	events := make([]recommend.Event, len(rs))
	for i, r := range rs {
		events[i] = recommend.Event{ID: strconv.Itoa(i), Kind: "viewed", Customer: r[0], Item: r[1]}
	}
	s, err := m.learn(ctx, events)
	if err != nil {
		return err
	}
	ts, err := rows(test, 2)
	if err != nil {
		return err
	}
	want := map[string]map[string]bool{}
	var order []string
	for _, r := range ts {
		if want[r[0]] == nil {
			want[r[0]] = map[string]bool{}
			order = append(order, r[0])
		}
		want[r[0]][r[1]] = true
	}
	w := start()
	for _, u := range order {
		m.judge(s.Rank(u, nil, 20, false), want[u])
	}
	m.queryCPU, _ = w.stop()
	return ctx.Err()
}

func (m *ranked) next(ctx context.Context, train, test string) error {
	rs, err := rows(train, 3)
	if err != nil {
		return err
	}
	history := map[string][]string{}
	events := make([]recommend.Event, len(rs))
	for i, r := range rs {
		history[r[0]] = append(history[r[0]], r[1])
		events[i] = recommend.Event{ID: strconv.Itoa(i), Kind: "viewed", Customer: r[0], Session: r[0], Item: r[1]}
	}
	s, err := m.learn(ctx, events)
	if err != nil {
		return err
	}
	if m.valid != "" {
		vs, err := rows(m.valid, 2)
		if err != nil {
			return err
		}
		for _, r := range vs {
			history[r[0]] = append(history[r[0]], r[1])
		}
	}
	ts, err := rows(test, 2)
	if err != nil {
		return err
	}
	w := start()
	for _, r := range ts {
		h := history[r[0]]
		m.judge(s.Rank(r[0], h[max(0, len(h)-5):], 20, false), map[string]bool{r[1]: true})
	}
	m.queryCPU, _ = w.stop()
	return ctx.Err()
}

func (m *ranked) sessions(ctx context.Context, train, test string) error {
	rs, err := rows(train, 1)
	if err != nil {
		return err
	}
	var events []recommend.Event
	for i, r := range rs {
		for _, it := range splitItems(r) {
			events = append(events, recommend.Event{ID: strconv.Itoa(len(events)), Kind: "viewed", Session: strconv.Itoa(i), Item: it})
		}
	}
	s, err := m.learn(ctx, events)
	if err != nil {
		return err
	}
	ts, err := rows(test, 1)
	if err != nil {
		return err
	}
	w := start()
	for _, r := range ts {
		its := splitItems(r)
		for i := 1; i < len(its); i++ {
			m.judge(s.Rank("", its[max(0, i-20):i], 20, true), map[string]bool{its[i]: true})
		}
	}
	m.queryCPU, _ = w.stop()
	return ctx.Err()
}

// baskets learns whole baskets and completes others with one item hidden.
func (m *ranked) baskets(ctx context.Context, train, test string) error {
	rs, err := rows(train, 1)
	if err != nil {
		return err
	}
	var events []recommend.Event
	for i, r := range rs {
		for _, it := range splitItems(r[len(r)-1:]) {
			events = append(events, recommend.Event{ID: strconv.Itoa(len(events)), Kind: "purchased", Basket: strconv.Itoa(i), Item: it})
		}
	}
	s, err := m.learn(ctx, events)
	if err != nil {
		return err
	}
	ts, err := rows(test, 1)
	if err != nil {
		return err
	}
	w := start()
	for _, r := range ts {
		its := splitItems(r[len(r)-1:])
		if len(its) < 2 {
			continue
		}
		last := len(its) - 1
		m.judge(s.Rank("", its[:last], 20, false), map[string]bool{its[last]: true})
	}
	m.queryCPU, _ = w.stop()
	if m.queries == 0 {
		return fmt.Errorf("%s: no basket has two items", test)
	}
	return ctx.Err()
}

// nextBaskets learns the baskets of users and ranks for their next one; what
// they bought before may come again.
func (m *ranked) nextBaskets(ctx context.Context, train, test string) error {
	rs, err := rows(train, 3)
	if err != nil {
		return err
	}
	var events []recommend.Event
	for _, r := range rs {
		for _, it := range splitItems(r[2:]) {
			events = append(events, recommend.Event{ID: strconv.Itoa(len(events)), Kind: "purchased", Customer: r[0], Basket: r[0] + "/" + r[1], Item: it})
		}
	}
	s, err := m.learn(ctx, events)
	if err != nil {
		return err
	}
	ts, err := rows(test, 2)
	if err != nil {
		return err
	}
	w := start()
	for _, r := range ts {
		want := map[string]bool{}
		for _, it := range splitItems(r[1:]) {
			want[it] = true
		}
		m.judge(s.Rank(r[0], nil, 20, true), want)
	}
	m.queryCPU, _ = w.stop()
	return ctx.Err()
}

// splitItems reads items with spaces, commas, tabs or bars between.
func splitItems(cols []string) []string {
	sep := func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }
	if s := strings.Join(cols, "\t"); !strings.Contains(s, "|") {
		return strings.FieldsFunc(s, sep)
	}
	return strings.FieldsFunc(strings.Join(cols, "|"), func(r rune) bool { return r == '|' })
}
