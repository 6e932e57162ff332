package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/recommend"
)

func evaluateRecommend(ctx context.Context, args []string, log io.Writer) (result, error) {
	m := &ranked{catalogue: map[string]bool{}, shown: map[string]bool{}, log: log}
	fs := flags("recommend", log)
	set := fs.String("set", "", "a public set below recommend/ of $FRONTDESK_DATA, with its files and its task: gowalla, lastfm, beauty, toys, diginetica, tmall, yoochoose64, tafeng, tafeng-own, tafeng-next, groceries; toys-cold and beauty-cold for new items")
	own := fs.String("log", "", "your own log instead: one recommend.Event as JSON a line")
	after := fs.String("after", "", "with -log: judge by what came from this day on, as 2026-11-30")
	goal := fs.String("goal", "", "with -log: kinds of event that count as what came, as purchased,carted; all when empty")
	queries := fs.Int("queries", 0, "with -log: how many rankings are judged at most, spread over the log; 4000 when 0")
	leave := fs.Bool("leave-one-out", false, "with -log: judge by the last item of each customer")
	train := fs.String("train", "", "events to learn from")
	test := fs.String("test", "", "events to predict")
	byTask := map[string]*bool{
		"sessions":     fs.Bool("sessions", false, "files hold one session a line, items in order: next item for every prefix"),
		"next":         fs.Bool("next", false, "files hold user, item, position: the next item of each user, seen items left out"),
		"baskets":      fs.Bool("baskets", false, "files hold baskets: the rest of each basket"),
		"next-baskets": fs.Bool("next-baskets", false, "train holds user, number, basket in order; test user, basket: the next basket of each user"),
		"own-baskets":  fs.Bool("own-baskets", false, "files as with -next-baskets: the rest of each user's basket"),
	}
	fs.BoolVar(&m.tune, "tune", false, "choose weights by replaying the train part, before the test is read")
	fs.BoolVar(&m.fit, "fit", false, "solve the regressions of Shelf.Fit after learning")
	fs.StringVar(&m.valid, "valid", "", "with -next: what came between train and test; rankings see it, nothing learns it")
	items := fs.String("items", "", "attributes of items: item, attribute ids; also with -log")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if *own != "" {
		if err := m.stock(*items); err != nil {
			return nil, err
		}
		o := &recommend.ReplayOptions{Items: m.items, LeaveOneOut: *leave, Queries: *queries, Goal: strings.FieldsFunc(*goal, func(r rune) bool { return r == ',' || r == ' ' })}
		if *after != "" {
			var err error
			if o.After, err = time.Parse(time.DateOnly, *after); err != nil {
				return nil, fmt.Errorf("-after: %w: write a day like 2026-11-30", err)
			}
		}
		return m.own(ctx, *own, o)
	}
	kind := "users"
	for name, on := range byTask {
		if *on {
			kind = name
		}
	}
	if *set != "" {
		dir := filepath.Join(os.Getenv("FRONTDESK_DATA"), "recommend")
		name, cold := coldSets()[*set]
		f, known := publicSets()[*set]
		if !known && !cold || os.Getenv("FRONTDESK_DATA") == "" {
			return nil, fmt.Errorf("-set %s: name one of the table in docs/recommend.md, and the folder of the public sets in FRONTDESK_DATA", *set)
		}
		if cold {
			return evaluateCold(ctx, filepath.Join(dir, name))
		}
		kind, *train, *test = f.task, filepath.Join(dir, f.train), filepath.Join(dir, f.test)
		if f.valid != "" {
			m.valid = filepath.Join(dir, f.valid)
		}
		if f.items != "" {
			*items = filepath.Join(dir, f.items)
		}
	}
	if err := need(map[string]string{"train": *train, "test": *test}); err != nil {
		return nil, err
	}
	if err := m.stock(*items); err != nil {
		return nil, err
	}
	return m.run(ctx, tasks()[kind], *train, *test)
}

// stock reads the catalogue, where there is one.
func (m *ranked) stock(path string) error {
	if path == "" {
		return nil
	}
	var err error
	m.items, err = catalogueOf(path)
	for i := range m.items {
		m.catalogue[m.items[i].ID] = true
	}
	return err
}

// ranked sums over queries.
type ranked struct {
	queries                               int
	recall10                              float64
	recall20, ndcg20, hit10, hit20, mrr20 float64
	catalogue, shown                      map[string]bool
	history                               map[string][]string // of the task next
	items                                 []recommend.Item
	tune, fit                             bool
	valid                                 string
	log                                   io.Writer
}

// run learns the train file, then ranks what the test file asks for.
func (m *ranked) run(ctx context.Context, t task, train, test string) (result, error) {
	events, err := t.train(m, train)
	if err != nil {
		return nil, err
	}
	res := result{}
	s, err := m.learn(ctx, events, res)
	if err != nil {
		return nil, err
	}
	queries, err := t.test(m, test)
	if err != nil {
		return nil, err
	}
	took := make([]float64, len(queries))
	w := start()
	for i, q := range queries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		began := time.Now()
		got := q.rank(s)
		took[i] = float64(time.Since(began).Nanoseconds()) / 1000
		m.judge(got, q.want)
	}
	cpu, _ := w.stop()
	n := float64(max(1, m.queries))
	slices.Sort(took)
	for key, v := range map[string]float64{"recall_at_10": m.recall10 / n, "recall_at_20": m.recall20 / n, "ndcg_at_20": m.ndcg20 / n, "hit_rate_at_10": m.hit10 / n,
		"hit_rate_at_20": m.hit20 / n, "mrr_at_20": m.mrr20 / n, "coverage": float64(len(m.shown)) / float64(max(1, len(m.catalogue))),
		"query_us": cpu / n * 1e6, "query_p99_us": took[len(took)*99/100]} {
		res[key] = round(v)
	}
	res["queries"], res["events"], res["items"] = m.queries, len(events), len(m.catalogue)
	return res, nil
}

// rank is the twenty items that answer a query.
func (q *query) rank(s *recommend.Shelf) []recommend.Scored {
	if !q.rest {
		return s.Rank(q.customer, q.session, 20, q.seen)
	}
	got := slices.DeleteFunc(s.Rank(q.customer, q.session, 20+len(q.session), q.seen), func(x recommend.Scored) bool { return slices.Contains(q.session, x.Item) })
	return got[:min(20, len(got))]
}

// learn records events in chunks, and counts the time.
func (m *ranked) learn(ctx context.Context, events []recommend.Event, res result) (*recommend.Shelf, error) {
	opts := &recommend.Options{}
	if m.tune {
		w, rep, err := recommend.NewReplay(events, &recommend.ReplayOptions{Items: m.items}).Tune(ctx)
		if err != nil {
			return nil, err
		}
		opts.Weights, m.fit = &w, true
		if _, err := fmt.Fprintf(m.log, "tuned on %d rankings of the train part: ndcg %.4f, recall %.4f, mrr %.4f: %+v\n", rep.Queries, rep.NDCG, rep.Recall, rep.MRR, w); err != nil {
			return nil, err
		}
	}
	s, err := recommend.New(m.items, opts)
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
	res["event_us"] = round(cpu / float64(max(1, len(events))) * 1e6)
	if m.fit {
		w := start()
		if err := s.Fit(ctx); err != nil {
			return nil, err
		}
		cpu, _ := w.stop()
		res["fit_s"] = round(cpu)
	}
	return s, nil
}

// judge counts one query's list of twenty against what came.
func (m *ranked) judge(got []recommend.Scored, want map[string]bool) {
	m.queries++
	found, first, dcg := 0, 0, 0.0
	for i, g := range got {
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

// own judges a host's own log, cut in two.
func (m *ranked) own(ctx context.Context, path string, opts *recommend.ReplayOptions) (result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var events []recommend.Event
	for d := json.NewDecoder(f); ; {
		var e recommend.Event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: event %d: %w: write one recommend.Event as JSON a line", path, len(events)+1, err)
		}
		events = append(events, e)
	}
	r := recommend.NewReplay(events, opts)
	res := result{"events": len(events)}
	var rep recommend.Report
	if m.tune {
		var w recommend.Weights
		if w, _, err = r.Tune(ctx); err != nil {
			return nil, err
		}
		if res["kinds"], rep, err = r.TuneKinds(ctx, &w); err != nil {
			return nil, err
		}
		res["weights"], res["chosen_on_the_same_queries"] = w, true
	} else {
		w := recommend.DefaultWeights()
		if !m.fit {
			w.Ridge, w.Along = 0, 0
		}
		if rep, err = r.Judge(ctx, &w); err != nil {
			return nil, err
		}
	}
	for key, v := range reported(rep) {
		res[key] = v
	}
	segments := result{}
	for name, of := range rep.Segments {
		segments[name] = reported(of)
	}
	if len(segments) > 0 {
		res["segments"] = segments
	}
	return res, nil
}

func reported(r recommend.Report) result {
	return result{"queries": r.Queries, "recall_at_20": round(r.Recall), "ndcg_at_20": round(r.NDCG), "hit_rate_at_20": round(r.HitRate), "mrr_at_20": round(r.MRR),
		"coverage": round(r.Coverage), "novelty_bits": round(r.Novelty)}
}
