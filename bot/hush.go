package bot

import (
	"context"
	"sync"
)

// hush is how a turn under way learns that a person has taken the
// conversation over: what it says then is dropped, what it does is not.
type hush struct {
	once sync.Once
	done chan struct{}
}

func (h *hush) over() bool {
	if h == nil {
		return false
	}
	select {
	case <-h.done:
		return true
	default:
		return false
	}
}

// context ends when a person takes over: for work that only serves an answer.
func (h *hush) context(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if h == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-h.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// hushes are those of the turns under way.
type hushes struct {
	mu sync.Mutex
	by map[Key]*hush
}

func (hs *hushes) begin(k Key) (h *hush, end func()) {
	h = &hush{done: make(chan struct{})}
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.by == nil {
		hs.by = map[Key]*hush{}
	}
	hs.by[k] = h
	return h, func() {
		hs.mu.Lock()
		defer hs.mu.Unlock()
		if hs.by[k] == h {
			delete(hs.by, k)
		}
	}
}

// silence tells the turn under way, if there is one.
func (hs *hushes) silence(k Key) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h := hs.by[k]; h != nil {
		h.once.Do(func() { close(h.done) })
	}
}
