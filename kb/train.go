package kb

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

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
