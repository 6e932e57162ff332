package slot

import (
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Tagger finds the entities that training examples marked. It is immutable and
// safe for concurrent use.
type Tagger struct {
	kinds   []string // types; tag 0 is outside, 2k+1 begins kinds[k], 2k+2 goes on with it
	step    steps
	weights []int8            // of features and tags, by hash
	scale   float32           // of weights
	known   map[uint64]uint16 // phrases of training and the kind plus one
	intents *nlu.Model        // nil when examples had none
}

// Types are the types of entity that the tagger finds, sorted.
func (t *Tagger) Types() []string { return append([]string(nil), t.kinds...) }

// maxText bounds how much of a message is looked at, in bytes.
const maxText = 16 << 10

// Extract returns the entities of a message, in order, not overlapping, with
// byte offsets into the message. Value is the text as the customer wrote it.
// The signature is that of [entity.Extractor], of which language and now are
// not needed.
func (t *Tagger) Extract(message, _ string, _ time.Time) []entity.Entity {
	if len(message) > maxText {
		message = text.Cut(message, maxText)
	}
	m := text.Normalize(message, &text.Options{KeepRepeats: true})
	ts := tokenize(m.Text)
	if len(ts) == 0 {
		return nil
	}
	fs := features(m.Text, ts, t.intent(m.Text), t.kindOf)
	scores, sum := make([]float32, len(ts)*t.tags()), make([]int32, t.tags())
	for i, f := range fs {
		t.score(f, sum, scores[i*t.tags():(i+1)*t.tags()])
	}
	tags := decode(scores, t.step, t.tags())
	var out []entity.Entity
	last := 0
	for i := 0; i < len(ts); {
		if tags[i] == 0 {
			i++
			continue
		}
		j := i + 1
		for j < len(ts) && tags[j] == goesOn(tags[i]) {
			j++
		}
		start, end := m.Original(ts[i].start, ts[j-1].end)
		if start >= last && start < end {
			out = append(out, entity.Entity{Type: t.kinds[(tags[i]-1)/2], Value: message[start:end], Text: message[start:end], Start: start, End: end})
			last = end
		}
		i = j
	}
	return out
}

func (t *Tagger) tags() int { return 2*len(t.kinds) + 1 }

// goesOn is the tag that continues an entity.
func goesOn(tag int) int {
	if tag%2 == 1 {
		return tag + 1
	}
	return tag
}

func (t *Tagger) kindOf(phrase uint64) uint64 { return uint64(t.known[phrase]) }

// intent is a hash of the likeliest intent, or 0.
func (t *Tagger) intent(s string) uint64 {
	if t.intents == nil {
		return 0
	}
	got, _ := t.intents.Classify(s)
	if len(got) == 0 {
		return 0
	}
	return hash(3, got[0].Name)
}

// score adds up the weights of a token's features.
func (t *Tagger) score(f []uint64, sum []int32, into []float32) {
	clear(sum)
	for _, h := range f {
		at := place(h, len(t.weights), len(sum))
		for k, w := range t.weights[at : at+len(sum)] {
			sum[k] += int32(w)
		}
	}
	for k, v := range sum {
		into[k] = float32(v) * t.scale
	}
}

// place is where the weights of a feature begin in a table of the given size.
func place(h uint64, size, tags int) int { return int((h >> 32) * uint64(size-tags) >> 32) }

// steps are the scores of each tag after each, and their extremes so far.
type steps struct {
	w       []float32 // of tag c after tag p at c*k+p
	low, up float32
}

func newSteps(w []float32) steps {
	s := steps{w: w}
	for _, v := range w {
		s.low, s.up = min(s.low, v), max(s.up, v)
	}
	return s
}

// decode finds the best sequence of tags (Viterbi): an entity goes on only
// where it has begun. A tag so far behind that no step could make up for it is
// left out, which changes nothing but the time.
func decode(scores []float32, step steps, k int) []int {
	n := len(scores) / k
	best := make([]float32, 2*k)
	now, next := best[:k], best[k:]
	back := make([]uint16, len(scores))
	live := make([]uint16, 0, k)
	for c := range now {
		now[c] = scores[c]
		if c > 0 && c%2 == 0 {
			now[c] = -1e9
		}
	}
	for i := 1; i < n; i++ {
		least := slices.Max(now) - (step.up - step.low)
		live = live[:0]
		for p, v := range now {
			if v >= least {
				live = append(live, uint16(p))
			}
		}
		back, scores := back[i*k:i*k+k], scores[i*k:i*k+k]
		for c := range next {
			after := step.w[c*k : c*k+k]
			if c > 0 && c%2 == 0 {
				from := c - 1
				if now[c]+after[c] > now[c-1]+after[c-1] {
					from = c
				}
				next[c] = now[from] + after[from] + scores[c]
				back[c] = uint16(from)
				continue
			}
			top, from := float32(-1e30), uint16(0)
			for _, p := range live {
				if v := now[p] + after[p]; v > top {
					top, from = v, p
				}
			}
			next[c] = top + scores[c]
			back[c] = from
		}
		now, next = next, now
	}
	tags := make([]int, n)
	for c, v := range now {
		if v > now[tags[n-1]] {
			tags[n-1] = c
		}
	}
	for i := n - 1; i > 0; i-- {
		tags[i-1] = int(back[i*k+tags[i]])
	}
	return tags
}
