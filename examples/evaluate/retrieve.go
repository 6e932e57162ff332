package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

func evaluateRetrieve(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("retrieve", log)
	dir := fs.String("dir", "", "folder with corpus.tsv, queries.tsv, qrels.tsv")
	which := fs.String("queries", "test", "dev or test")
	noAnswers := fs.Bool("no-answers", false, "do not index the answer column")
	passages := fs.Bool("passages", false, "the entries are passages: their answer is searched as much as their question")
	slips := fs.Bool("slips", false, "put one character typed by sound into each Chinese question")
	labels := fs.Int("labels", 0, "train the ranker on so many labels: dev queries and dev unanswerable ones, in proportion")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := need(map[string]string{"dir": *dir}); err != nil {
		return nil, err
	}
	if *which != "dev" && *which != "test" {
		return nil, fmt.Errorf("-queries %q: use dev or test", *which)
	}
	entries, err := corpus(*dir, *noAnswers)
	if err != nil {
		return nil, err
	}
	if *passages {
		for i := range entries {
			entries[i].Kind = kb.Passage
		}
	}
	w := start()
	base, err := kb.New(entries, nil)
	if err != nil {
		return nil, err
	}
	buildCPU, buildWall := w.stop()
	res := result{"entries": len(entries), "build_s": round(buildCPU), "build_wall_s": round(buildWall)}
	w = start()
	adapted, err := base.Adapt(ctx)
	if err != nil {
		return nil, err
	}
	adaptCPU, _ := w.stop()
	res["adapted"], res["adapt_s"] = adapted.Adopted, round(adaptCPU)
	if *labels > 0 {
		t, err := trainOn(ctx, base, *dir, *labels)
		if err != nil {
			return nil, err
		}
		res["mix_learnt"], res["confidence_learnt"] = t.Mix, t.Confidence
	}
	file, suffix := "queries.tsv", ".tsv"
	if *which == "dev" {
		file, suffix = "queries_dev.tsv", "_dev.tsv"
	}
	queries, err := rows(filepath.Join(*dir, file), 2)
	if err != nil {
		return nil, err
	}
	grades, err := qrels(filepath.Join(*dir, "qrels.tsv"))
	if err != nil {
		return nil, err
	}
	if *slips {
		slip(queries)
	}
	var m metrics
	w = start()
	answers := make([]kb.Answer, len(queries))
	for i, q := range queries {
		if answers[i], err = base.Answer(ctx, kb.Query{Text: q[1], N: 10}); err != nil {
			return nil, err
		}
	}
	cpu, wall := w.stop()
	for i, q := range queries {
		if len(grades[q[0]]) > 0 {
			m.add(answers[i], grades[q[0]])
		}
	}
	if m.n == 0 {
		return nil, fmt.Errorf("%s: no query has a judged entry in qrels.tsv", file)
	}
	res["queries"] = m.n
	res["recall_at_1"], res["mrr_at_10"], res["ndcg_at_10"], res["recall_at_10"] = round(m.hit1/float64(m.n)), round(m.mrr/float64(m.n)), round(m.ndcg/float64(m.n)), round(m.recall/float64(m.n))
	res["coverage_at_p90"] = round(m.coverage(0.9))
	res["queries_per_s"], res["queries_per_wall_s"] = int(float64(len(queries))/cpu), int(float64(len(queries))/wall)
	for key, pattern := range map[string]string{"auroc_near": "unanswerable" + suffix, "auroc_offtopic": "offtopic.tsv"} {
		files, err := filepath.Glob(filepath.Join(*dir, pattern))
		if err != nil {
			return nil, err
		}
		var out, off []float64
		for _, f := range files {
			qs, err := rows(f, 1)
			if err != nil {
				return nil, err
			}
			for _, q := range qs {
				a, err := base.Answer(ctx, kb.Query{Text: q[len(q)-1], N: 10})
				if err != nil {
					return nil, err
				}
				out, off = append(out, a.Confidence), append(off, a.OnTopic)
				if key == "auroc_near" {
					m.said.add(a, nil)
				}
			}
		}
		if len(out) > 0 {
			res[key] = round(auroc(m.confidence, out))
		}
		if key == "auroc_offtopic" && len(off) > 0 {
			res["auroc_offtopic_gate"] = round(auroc(m.topic, off)) // of Answer.OnTopic
		}
		if key == "auroc_near" {
			res["calibration_error"] = round(m.calibration(out))
		}
	}
	v := &m.said
	res["answered"], res["answered_right"] = round(v.answered/v.n), round(v.rightly/max(v.answered, 1))
	res["asked"], res["asked_right"] = round(v.asked/v.n), round(v.among/max(v.asked, 1))
	return res, nil
}

// slip puts another character that sounds the same in the place of one of each
// question, the same ones each time.
func slip(queries [][]string) {
	sounds, alike := text.NewSounds(), map[uint16][]rune{}
	for r := '\u4e00'; r <= '\u9fff'; r++ {
		if s := sounds.Of(r); s != 0 {
			alike[s] = append(alike[s], r)
		}
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for _, q := range queries {
		rs := []rune(q[1])
		for _, i := range chance.Perm(len(rs)) {
			if others := alike[sounds.Of(rs[i])]; sounds.Of(rs[i]) != 0 && len(others) > 1 {
				was := rs[i]
				for rs[i] == was {
					rs[i] = others[chance.IntN(len(others))]
				}
				break
			}
		}
		q[1] = string(rs)
	}
}

// trainOn trains the base's ranker on labels of the dev part and puts it to use.
func trainOn(ctx context.Context, base *kb.Base, dir string, n int) (kb.Training, error) {
	queries, err := rows(filepath.Join(dir, "queries_dev.tsv"), 2)
	if err != nil {
		return kb.Training{}, err
	}
	grades, err := qrels(filepath.Join(dir, "qrels.tsv"))
	if err != nil {
		return kb.Training{}, err
	}
	var none [][]string
	if f := filepath.Join(dir, "unanswerable_dev.tsv"); exists(f) {
		if none, err = rows(f, 1); err != nil {
			return kb.Training{}, err
		}
	}
	var labels []kb.Label
	r := rand.New(rand.NewPCG(1, 1)) // files are often sorted
	r.Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })
	r.Shuffle(len(none), func(i, j int) { none[i], none[j] = none[j], none[i] })
	for q, u := 0, 0; len(labels) < n && q+u < len(queries)+len(none); { // as many of each as the dev part has, in proportion
		if q < len(queries) && q*len(none) <= u*len(queries) {
			best := ""
			for id, g := range grades[queries[q][0]] {
				if old := grades[queries[q][0]][best]; g > old || g == old && id < best {
					best = id
				}
			}
			labels = append(labels, kb.Label{Query: kb.Query{Text: queries[q][1]}, Entry: best})
			q++
			continue
		}
		labels = append(labels, kb.Label{Query: kb.Query{Text: none[u][len(none[u])-1]}})
		u++
	}
	t, err := base.Train(ctx, labels)
	if err != nil {
		return t, err
	}
	return t, base.SetRanker(t.Ranker)
}

// corpus reads the entries with their other wordings.
func corpus(dir string, noAnswers bool) ([]kb.Entry, error) {
	rs, err := rows(filepath.Join(dir, "corpus.tsv"), 2)
	if err != nil {
		return nil, err
	}
	others := map[string][]string{}
	if f := filepath.Join(dir, "similar.tsv"); exists(f) {
		sim, err := rows(f, 2)
		if err != nil {
			return nil, err
		}
		for _, r := range sim {
			others[r[0]] = append(others[r[0]], r[1])
		}
	}
	var out []kb.Entry
	for _, r := range rs {
		t := kb.Text{Question: r[1], Others: others[r[0]]}
		if len(r) > 2 && !noAnswers {
			t.Answer = r[2]
		}
		if t.Question == "" { // a passage without a question is found by its text
			t.Question, t.Answer = t.Answer, ""
		}
		out = append(out, kb.Entry{ID: r[0], Texts: map[string]kb.Text{"": t}})
	}
	return out, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func qrels(path string) (map[string]map[string]float64, error) {
	rs, err := rows(path, 2)
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]float64{}
	for i, r := range rs {
		g := 1.0
		if len(r) > 2 {
			if g, err = strconv.ParseFloat(r[2], 64); err != nil {
				return nil, fmt.Errorf("%s:%d: grade %q is no number", path, i+1, r[2])
			}
		}
		if g <= 0 {
			continue
		}
		if out[r[0]] == nil {
			out[r[0]] = map[string]float64{}
		}
		out[r[0]][r[1]] = g
	}
	return out, nil
}

// metrics sums over queries.
type metrics struct {
	n                       int
	hit1, mrr, ndcg, recall float64
	confidence, topic       []float64
	right                   []bool
	said                    verdicts
}

// verdicts count what a base would do: of the questions it answered how many
// rightly, and of those it asked back about how many had the right entry in the
// first three.
type verdicts struct {
	n, answered, rightly, asked, among float64
}

func (v *verdicts) add(a kb.Answer, want map[string]float64) {
	v.n++
	holds := func(h kb.Hit) bool { return want[h.ID] > 0 }
	switch a.Verdict {
	case kb.Answered:
		v.answered++
		if holds(a.Hits[0]) {
			v.rightly++
		}
	case kb.Unsure:
		v.asked++
		if slices.ContainsFunc(a.Hits[:min(3, len(a.Hits))], holds) {
			v.among++
		}
	}
}

func (m *metrics) add(a kb.Answer, want map[string]float64) {
	m.n++
	m.said.add(a, want)
	m.confidence, m.topic = append(m.confidence, a.Confidence), append(m.topic, a.OnTopic)
	m.right = append(m.right, len(a.Hits) > 0 && want[a.Hits[0].ID] > 0)
	dcg, found := 0.0, 0
	for i, h := range a.Hits {
		if want[h.ID] <= 0 {
			continue
		}
		if found == 0 {
			m.mrr += 1 / float64(i+1)
			if i == 0 {
				m.hit1++
			}
		}
		found++
		dcg += (math.Pow(2, want[h.ID]) - 1) / math.Log2(float64(i+2))
	}
	m.recall += float64(found) / float64(len(want))
	var grades []float64
	for _, g := range want {
		grades = append(grades, g)
	}
	sort.Sort(sort.Reverse(sort.Float64Slice(grades)))
	ideal := 0.0
	for i, g := range grades {
		if i < 10 {
			ideal += (math.Pow(2, g) - 1) / math.Log2(float64(i+2))
		}
	}
	m.ndcg += dcg / ideal
}

// coverage is the largest share of queries that can be answered, surest first,
// with at least this precision.
func (m *metrics) coverage(precision float64) float64 {
	at := make([]int, m.n)
	for i := range at {
		at[i] = i
	}
	sort.SliceStable(at, func(i, j int) bool { return m.confidence[at[i]] > m.confidence[at[j]] })
	right, best := 0, 0
	for k, i := range at {
		if m.right[i] {
			right++
		}
		if float64(right) >= precision*float64(k+1) {
			best = k + 1
		}
	}
	return float64(best) / float64(m.n)
}

// calibration is the expected calibration error in ten bins of the confidence
// that the first entry is right, over the queries and others, which have none.
func (m *metrics) calibration(others []float64) float64 {
	var sum, right, n [10]float64
	add := func(p float64, ok bool) {
		k := min(int(p*10), 9)
		n[k]++
		sum[k] += p
		if ok {
			right[k]++
		}
	}
	for i, p := range m.confidence {
		add(p, m.right[i])
	}
	for _, p := range others {
		add(p, false)
	}
	total := 0.0
	for k := range n {
		total += math.Abs(sum[k] - right[k])
	}
	return total / float64(len(m.confidence)+len(others))
}
