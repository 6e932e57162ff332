package kb

import (
	"errors"
	"fmt"
	"math"
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
