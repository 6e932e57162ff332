package kb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Ranker is how a base mixes the parts of a score and how sure it is of the
// result. It is plain data, to be kept as JSON; the zero value is the ranker a
// base begins with.
type Ranker struct {
	// BM25, Wording and Profile weigh the parts of a score, at least 0. Profile
	// counts less the fewer wordings entries have: nothing when each has one.
	BM25    float64 `json:"bm25"`
	Wording float64 `json:"wording"`
	Profile float64 `json:"profile"`
	// Latent weighs the cosine in the latent factors that a base of up to 2,000
	// entries has.
	Latent float64 `json:"latent,omitempty"`
	// Meaning weighs the nearness of vectors, where the base has an Embedder.
	Meaning float64 `json:"meaning,omitempty"`
	// That a question is on the base's topics has as its probability the logistic
	// of Bias and the others, at least 0, times the first entry's score, the
	// cosine of its nearest wording, its margin over the second (0.3 at most) and
	// the share of the query's words the base knows.
	Bias     float64 `json:"bias"`
	Score    float64 `json:"score"`
	Near     float64 `json:"near"`
	Margin   float64 `json:"margin"`
	Coverage float64 `json:"coverage"`
	// Clear is how sure it is that the first entry answers the question. With the
	// zero value that it is on topic is all.
	Clear Clear `json:"clear,omitzero"`
}

// Clear is how much speaks for a first entry: the logistic of Bias and the others,
// at least 0, times the log odds that the question is on topic (within 5 of 0), the
// entry's margin over the second (0.3 at most), its gap to the fifth (0.4 at most),
// the logarithm of the query's length in characters (55 at most), as few words fit
// many entries, and the share of them that is Han: fewer of the terms of a Chinese
// question, which are characters and pairs, meet those of an entry that answers it.
type Clear struct {
	Bias   float64 `json:"bias"`
	Topic  float64 `json:"topic"`
	Margin float64 `json:"margin"`
	Gap    float64 `json:"gap"`
	Length float64 `json:"length"`
	Han    float64 `json:"han"`
	// Stretch and Shift are what labels of the base's own taught: what the logistic
	// is of grows by Stretch of itself and by Shift. A Shift above 0 counts as far as
	// the question is on topic, so that labels cannot make the base answer what is
	// not. 0 is nothing.
	Stretch float64 `json:"stretch,omitempty"`
	Shift   float64 `json:"shift,omitempty"`
}

// firstRanker was set on other bases' labelled questions.
func firstRanker() Ranker {
	return Ranker{BM25: 1, Wording: 0.25, Profile: 1.25, Latent: 0.5, Meaning: 1, Bias: -7, Score: 9.5, Near: 5, Coverage: 5.7,
		Clear: Clear{Bias: -4.8, Topic: 0.36, Margin: 8.7, Gap: 6.4, Length: 0.66, Han: 1.7}}
}

// Ranker is the one in use.
func (b *Base) Ranker() Ranker { return *b.ranker.Load() }

// SetRanker puts a ranker to use, as Train proposed it or as it was before; the
// zero value is the one a base begins with. It fails on one with a weight below
// 0, or with no weight at all.
func (b *Base) SetRanker(r Ranker) error {
	if r == (Ranker{}) {
		r = firstRanker()
	}
	for _, w := range []float64{r.Score, r.Near, r.Margin, r.Coverage, r.Clear.Topic, r.Clear.Margin, r.Clear.Gap, r.Clear.Length, r.Clear.Han, 1 + r.Clear.Stretch, r.BM25, r.Wording, r.Profile, r.Latent, r.Meaning} {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("kb: ranker: a weight is %v: give numbers from 0 up", w)
		}
	}
	if bias := r.Bias + r.Clear.Bias + r.Clear.Shift; r.BM25+r.Wording+r.Profile+r.Latent+r.Meaning <= 0 || math.IsNaN(bias) || math.IsInf(bias, 0) {
		return errors.New("kb: ranker: the parts of the score have no weight, or the bias is no number")
	}
	b.ranker.Store(&r)
	return nil
}

func (r *Ranker) weights() [5]float64 {
	return [5]float64{r.BM25, r.Wording, r.Profile, r.Latent, r.Meaning}
}

// mix is a ranker as it scores the entries of one snapshot for one query.
type mix struct {
	*Ranker
	share   float64 // the snapshot's
	vectors bool    // whether there are any
	latent  float64 // how much its factors count, 0 when it has none
}

// parts are the parts of a candidate's score, as far as they count here.
func (m *mix) parts(c *candidate) [5]float64 {
	return [5]float64{c.bm25, c.near, m.share * c.whole, m.latent * c.alike, c.sense}
}

func (m *mix) score(c *candidate) float64 {
	w, p := m.weights(), m.parts(c)
	all := w[0] + w[1] + m.share*w[2] + m.latent*w[3]
	sum := w[0]*p[0] + w[1]*p[1] + w[2]*p[2] + w[3]*p[3]
	if m.vectors {
		all += w[4]
		sum += w[4] * p[4]
	}
	if all == 0 { // what has weight is not there
		return c.near * (1 - c.apart)
	}
	return sum / all * (1 - c.apart)
}

// onTopic is what the logistic of the query being about what the base is is of.
func (r *ranking) onTopic(by *Ranker) float64 {
	best := &r.top[0]
	return by.Bias + by.Score*best.score + by.Near*best.near + by.Margin*r.ahead(1, 0.3) + by.Coverage*r.coverage
}

// clear is what the logistic of the first entry being the right one is of, before
// what labels taught.
func (r *ranking) clear(by *Ranker) float64 {
	const most = 5
	c := &by.Clear
	return c.Bias + c.Topic*min(max(r.onTopic(by), -most), most) + c.Margin*r.ahead(1, 0.3) + c.Gap*r.ahead(4, 0.4) + c.Length*r.length + c.Han*r.han
}

// learnt is z as labels of the base's own have changed it.
func (c *Clear) learnt(z, topic float64) float64 {
	return (1+c.Stretch)*z + c.share(topic)*c.Shift
}

// share is how much of the shift counts.
func (c *Clear) share(topic float64) float64 {
	if c.Shift > 0 {
		return topic
	}
	return 1
}

// alike is how many of the first entries say much the same as the query: each is
// as likely the right one.
func (r *ranking) alike() float64 {
	const near, close = 0.7, 0.9
	n := 0
	for n < len(r.top) && r.top[n].near > near && r.top[n].score >= close*r.top[0].score {
		n++
	}
	return float64(max(n, 1))
}

// ahead is how far the score of the first entry is above that of another, at most
// so much, which it is where there is none.
func (r *ranking) ahead(of int, most float64) float64 {
	if of >= len(r.top) {
		return min(r.top[0].score, most)
	}
	return min(r.top[0].score-r.top[of].score, most)
}

// confidence is the probability that the first entry answers the query, and topic
// that the query is about what the base is, which is no less.
func (r *ranking) confidence(by *Ranker) (confidence, topic float64) {
	if len(r.top) == 0 {
		return 0, 0
	}
	topic = logistic(r.onTopic(by))
	if by.Clear == (Clear{}) {
		return topic, topic
	}
	z := r.clear(by)
	confidence = logistic(by.Clear.learnt(z, topic)) / r.alike()
	return confidence, max(topic, confidence)
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// Label says which entry a question should have found.
type Label struct {
	Query Query `json:"query"`
	// Entry is the right entry, "" when the base has none.
	Entry string `json:"entry"`
}

// Quality is how well a ranker does on labels.
type Quality struct {
	// First is the share of questions with a right entry for which it came
	// first.
	First float64 `json:"first"`
	// Loss is the mean log loss of the confidence that the first entry is right.
	Loss float64 `json:"loss"`
}

// Training is what Train made of labels.
type Training struct {
	// Ranker is the proposed one: what did not win is as it was.
	Ranker Ranker `json:"ranker"`
	// Learnt and HeldOut are how many labels it was trained on and judged by.
	Learnt  int `json:"learnt"`
	HeldOut int `json:"held_out"`
	// Before and After are of the labels held out; without a new mix the loss is
	// of all labels, each held out once.
	Before Quality `json:"before"`
	After  Quality `json:"after"`
	// Mix and Confidence say which part of the ranker won and is taken over; the
	// mix only together with the confidence.
	Mix        bool `json:"mix"`
	Confidence bool `json:"confidence"`
}

// fewest is how many labels can teach anything.
const fewest = 30

// Train proposes a ranker for this base, from labels: "which entry was right" of
// a reviewer, or what customers chose. Seven labels in ten teach, the others,
// which are always the same ones, judge: weights for the score are taken over
// when they put clearly more right entries first. Else the confidence is, stretched
// and shifted, when it is a better probability, judged by each fifth of the labels
// held out in turn. The base stays as it is; SetRanker takes the
// proposal over, and the earlier Ranker back. The same labels give the same
// proposal, in seconds at most. It fails on fewer than 30 labels, and on an
// entry the base does not have.
func (b *Base) Train(ctx context.Context, labels []Label) (Training, error) {
	if len(labels) < fewest {
		return Training{}, fmt.Errorf("kb: %d labels teach nothing: give %d or more", len(labels), fewest)
	}
	now := b.Ranker()
	out := Training{Ranker: now}
	var learn, held []lesson
	for i := range labels {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		l := &labels[i]
		if _, ok := b.Entry(l.Entry); !ok && l.Entry != "" {
			return out, fmt.Errorf("kb: label %d: the base has no entry %q: leave the label out", i+1, l.Entry)
		}
		s := b.lesson(ctx, l)
		if text.Hash(l.Query.Text)%10 < 7 {
			learn = append(learn, s)
		} else {
			held = append(held, s)
		}
	}
	out.Learnt, out.HeldOut = len(learn), len(held)
	out.Before = quality(held, &now)
	out.After = out.Before
	// Other weights give other scores, so the confidence is learnt with them.
	mixed := learnConfidence(learn, learnMix(learn, now))
	if q := quality(held, &mixed); clearly(held, &now, &mixed) && q.Loss <= out.Before.Loss {
		out.Ranker, out.Mix, out.Confidence, out.After = mixed, true, true, q
		return out, nil
	}
	every := slices.Concat(learn, held)
	out.Before.Loss = quality(every, &now).Loss
	out.After.Loss = heldOut(every, now)
	if out.After.Loss < out.Before.Loss {
		out.Ranker, out.Confidence = learnConfidence(every, now), true
	} else {
		out.After = out.Before
	}
	return out, nil
}

// heldOut is the loss of a confidence that is learnt of four fifths of the labels
// each time and judged by the others.
func heldOut(ls []lesson, r Ranker) float64 {
	const parts = 5
	sum := 0.0
	for k := range parts {
		var learn, held []lesson
		for i := range ls {
			if i%parts == k {
				held = append(held, ls[i])
			} else {
				learn = append(learn, ls[i])
			}
		}
		sure := learnConfidence(learn, r)
		sum += quality(held, &sure).Loss * float64(len(held))
	}
	return sum / float64(max(len(ls), 1))
}

// lesson is a label with what the search found.
type lesson struct {
	found  []candidate
	right  int // in found, -1 when it is not there
	answer bool
	like   ranking // what does not depend on the ranker
	mix    mix
}

func (b *Base) lesson(ctx context.Context, l *Label) lesson {
	s := b.snap.Load()
	v, _ := b.meant(ctx, l.Query.Text)
	sc := b.scratch()
	now := b.Ranker()
	r := s.rank(sc, &now, &l.Query, v, 2*candidates)
	b.pool.Put(sc)
	out := lesson{found: r.top, right: -1, answer: l.Entry != "", like: ranking{coverage: r.coverage, length: r.length, han: r.han}, mix: r.mix}
	for i, c := range r.top {
		if _, e := s.at(c.doc); e.ID == l.Entry {
			out.right = i
		}
	}
	return out
}

// judge ranks what was found by another ranker, and reports whether the right
// entry comes first.
func (l *lesson) judge(by *Ranker) (r ranking, first bool) {
	r = l.like
	m := l.mix
	m.Ranker = by
	for i, c := range l.found {
		c.score = m.score(&c)
		r.place(c, compared)
		if len(r.top) > 0 && r.top[0].doc == c.doc {
			first = i == l.right
		}
	}
	return r, first
}

func quality(ls []lesson, by *Ranker) Quality {
	var q Quality
	answers := 0
	for i := range ls {
		r, first := ls[i].judge(by)
		if ls[i].answer {
			answers++
			if first {
				q.First++
			}
		}
		p, _ := r.confidence(by)
		p = min(max(p, 1e-6), 1-1e-6)
		if first {
			q.Loss -= math.Log(p)
		} else {
			q.Loss -= math.Log(1 - p)
		}
	}
	q.First /= float64(max(answers, 1))
	q.Loss /= float64(max(len(ls), 1))
	return q
}

// clearly reports whether a ranker puts more right entries first than another,
// by three at least and by more than chance (1.3 standard deviations of a sign
// test: nine times in ten it is no accident).
func clearly(ls []lesson, old, by *Ranker) bool {
	won, lost := 0, 0
	for i := range ls {
		_, was := ls[i].judge(old)
		_, is := ls[i].judge(by)
		switch {
		case is && !was:
			won++
		case was && !is:
			lost++
		}
	}
	return won-lost >= 3 && float64(won-lost) >= 1.3*math.Sqrt(float64(won+lost))
}

// learnMix fits the weights of the score by a softmax over what was found (a
// conditional logit, McFadden 1973), by gradient descent on their logarithms, so
// that they stay above zero, and not far from what they were.
func learnMix(ls []lesson, r Ranker) Ranker {
	const steps, rate, pull = 300, 0.3, 0.02
	start := r.weights()
	sum := start[0] + start[1] + start[2] + start[3] + start[4]
	var u, first [5]float64
	for k := range u {
		first[k] = math.Log(max(start[k]/sum, 0.01)) + math.Log(20) // a softmax needs scale
		u[k] = first[k]
	}
	n := 0
	for _, l := range ls {
		if l.right >= 0 {
			n++
		}
	}
	if n == 0 {
		return r
	}
	p := make([]float64, 2*candidates)
	for range steps {
		var w, g [5]float64
		for k := range w {
			w[k] = math.Exp(u[k])
		}
		for _, l := range ls {
			if l.right < 0 {
				continue
			}
			total, top := 0.0, math.Inf(-1)
			for i := range l.found {
				x := l.mix.parts(&l.found[i])
				p[i] = w[0]*x[0] + w[1]*x[1] + w[2]*x[2] + w[3]*x[3] + w[4]*x[4]
				top = max(top, p[i])
			}
			for i := range l.found {
				p[i] = math.Exp(p[i] - top)
				total += p[i]
			}
			for i := range l.found {
				d := p[i] / total
				if i == l.right {
					d--
				}
				for k, x := range l.mix.parts(&l.found[i]) {
					g[k] += d * x * w[k]
				}
			}
		}
		for k := range u {
			u[k] -= rate * (g[k]/float64(n) + pull*(u[k]-first[k]))
		}
	}
	var w [5]float64
	for k := range w {
		w[k] = math.Exp(u[k])
	}
	total := w[0] + w[1] + w[2]
	if ls[0].mix.latent > 0 {
		total += w[3]
	}
	if ls[0].mix.vectors {
		total += w[4]
	}
	r.BM25, r.Wording, r.Profile, r.Latent, r.Meaning = w[0]/total, w[1]/total, w[2]/total, w[3]/total, w[4]/total
	return r
}

// learnConfidence stretches and shifts what the logistic of the first entry being
// the right one is of, to the labels (Platt, "Probabilistic Outputs for Support
// Vector Machines", 1999). What is surer than what stays as it is.
func learnConfidence(ls []lesson, r Ranker) Ranker {
	// What was before counts as so many labels: that bases are answered more or less
	// often than others says more than how much surer a clear case is.
	const steps, rate, stretched, shifted = 2000, 0.1, 5, 1
	if r.Clear == (Clear{}) {
		r.Clear = firstRanker().Clear
	}
	var topics, zs, ys []float64
	for i := range ls {
		rank, right := ls[i].judge(&r)
		if len(rank.top) == 0 {
			continue
		}
		y := 0.0
		if right {
			y = 1
		}
		topics, zs, ys = append(topics, logistic(rank.onTopic(&r))), append(zs, rank.clear(&r)), append(ys, y)
	}
	before := r.Clear
	c := &r.Clear
	for range steps {
		var ga, gb float64
		for i, z := range zs {
			d := logistic(c.learnt(z, topics[i])) - ys[i]
			ga += d * z
			gb += d * c.share(topics[i])
		}
		n := float64(len(zs))
		c.Stretch = max(-0.95, c.Stretch-rate*(ga+stretched*(c.Stretch-before.Stretch))/(n+stretched))
		c.Shift -= rate * (gb + shifted*(c.Shift-before.Shift)) / (n + shifted)
	}
	return r
}
