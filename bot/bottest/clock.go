package bottest

import (
	"sync"
	"time"
)

// Clock is a bot.Clock that stands still until it is moved. It is safe for
// concurrent use.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*timer]struct{}
	ahead  time.Duration // what Now shows besides, in an audit
}

type timer struct {
	at   time.Time
	fire chan time.Time
}

// NewClock returns a clock that shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now, timers: map[*timer]struct{}{}} }

// Now is the time shown.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now.Add(c.ahead)
}

// skew shows another time without letting any pass: no timer fires.
func (c *Clock) skew(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// NewTimer fires when the clock has been moved past d from now.
func (c *Clock) NewTimer(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{at: c.now.Add(d), fire: make(chan time.Time, 1)}
	if d <= 0 {
		t.fire <- c.now
		return t.fire, func() {}
	}
	c.timers[t] = struct{}{}
	return t.fire, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timers, t)
	}
}

// Advance moves the clock and fires what is due.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for t := range c.timers {
		if !t.at.After(c.now) {
			t.fire <- c.now
			delete(c.timers, t)
		}
	}
}
