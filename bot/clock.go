package bot

import "time"

// Clock is the only source of time of the engine, the stores and the flows.
// Tests drive their own.
type Clock interface {
	// Now is the current time.
	Now() time.Time
	// NewTimer returns a channel that receives once after d, and a function
	// that stops the timer and frees it.
	NewTimer(d time.Duration) (fire <-chan time.Time, stop func())
}

// SystemClock is the machine's clock.
func SystemClock() Clock { return systemClock{} }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) NewTimer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
