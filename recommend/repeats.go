package recommend

import "slices"

// Bounds of what is known of repeats.
const (
	repeatBack  = 20      // items of a session that are looked back on
	repeatTimes = 3       // how often an item stands among them, at most
	repeatFar   = 1 << 16 // looks that a share is the mean of, about
)

// repeats is how often the next item of a session is one that it holds already,
// by how often that stands among the latest and how far back the last time is.
// In some shops every second look comes back to an item, in others hardly any:
// the shop's own events say so, so that no weight has to.
type repeats [repeatTimes][repeatBack]share

// share is a mean of what is so, 1, or not so, 0: of the latest looks, so that
// it follows the times.
type share struct {
	mean float32
	n    uint32
}

func (s *share) add(x float32) {
	s.n = min(s.n+1, repeatFar)
	s.mean += (x - s.mean) / float32(s.n)
}

// learn counts what came after a session's items.
func (r *repeats) learn(items []uint32, next uint32) {
	r.each(items, func(item uint32, s *share) {
		if item == next {
			s.add(1)
		} else {
			s.add(0)
		}
	})
}

// each gives each of a session's latest items once, the latest first, and the
// share that is of it.
func (r *repeats) each(items []uint32, do func(item uint32, s *share)) {
	items = items[max(0, len(items)-repeatBack):]
	for i := len(items) - 1; i >= 0; i-- {
		if slices.Contains(items[i+1:], items[i]) {
			continue
		}
		times := 0
		for _, before := range items[:i] {
			if before == items[i] && times < repeatTimes-1 {
				times++
			}
		}
		do(items[i], &r[times][len(items)-1-i])
	}
}

// from adds a session's own items to scores: each, of all that the scores say
// and by weight, the share that comes back to it.
func (r *repeats) from(items []uint32, weight float64, to *scratch) {
	all := float32(0)
	for _, i := range to.touched {
		all += to.score[i]
	}
	if all <= 0 {
		all = 1
	}
	r.each(items, func(item uint32, s *share) { to.add(item, float32(weight)*all*s.mean) })
}

func (r *repeats) code(c *codec) {
	for i := range r {
		for j := range r[i] {
			s := &r[i][j]
			c.f32(&s.mean)
			c.u32(&s.n)
			if s.mean > 1 || s.n > repeatFar {
				c.fail()
				*s = share{}
			}
		}
	}
}
