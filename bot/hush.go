package bot

import (
	"context"
	"sync"
)

// hush is how a turn under way learns that a person has taken the
// conversation over: what it says then is dropped, what it does is not.
type hush struct {
	mu     sync.Mutex
	silent bool
	done   chan struct{} // closed when silent; made when somebody waits for it
}

func (h *hush) over() bool {
	if h == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.silent
}

// context ends when a person takes over: for work that only serves an answer.
func (h *hush) context(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if h == nil {
		return ctx, cancel
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.silent {
		cancel()
		return ctx, cancel
	}
	if h.done == nil {
		h.done = make(chan struct{})
	}
	go func(done <-chan struct{}) {
		select {
		case <-done:
			cancel()
		case <-ctx.Done():
		}
	}(h.done)
	return ctx, cancel
}

func (h *hush) silence() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.silent && h.done != nil {
		close(h.done)
	}
	h.silent = true
}

// hushes are those of the turns under way.
type hushes struct {
	mu sync.Mutex
	by map[Key]*hush
}

func (hs *hushes) begin(k Key) *hush {
	h := &hush{}
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.by == nil {
		hs.by = map[Key]*hush{}
	}
	hs.by[k] = h
	return h
}

func (hs *hushes) end(k Key, h *hush) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.by[k] == h {
		delete(hs.by, k)
	}
}

// silence tells the turn under way, if there is one.
func (hs *hushes) silence(k Key) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h := hs.by[k]; h != nil {
		h.silence()
	}
}
