package web

import (
	"slices"
	"sync"

	"github.com/frontdesk-go/frontdesk/bot"
)

// maxParts bounds the provisional parts that wait for a slow client, maxDraft
// the bytes of a running turn that are kept for streams that join it.
const (
	maxParts = 256
	maxDraft = 64 << 10
)

// hub is what happens in one conversation right now, for all its streams. It
// keeps what the running turn has shown so far, so that a reload, a second tab
// or a connection that was cut sees the answer from its beginning.
type hub struct {
	refs int // guarded by hubs.mu
	stop func()

	mu      sync.Mutex
	running bool
	parts   []bot.Part // one for each reply, with all of its text so far
	size    int
	inboxes []*inbox
}

// hubs are those of the conversations somebody follows or writes in.
type hubs struct {
	mu sync.Mutex
	by map[bot.Key]*hub
}

// hold returns the hub of a conversation; it lives until everybody has let go.
func (c *Chat) hold(k bot.Key) (h *hub, release func()) {
	c.hubs.mu.Lock()
	defer c.hubs.mu.Unlock()
	if c.hubs.by == nil {
		c.hubs.by = map[bot.Key]*hub{}
	}
	h = c.hubs.by[k]
	if h == nil {
		h = &hub{}
		h.stop = c.b.Watch(k, h.hear)
		c.hubs.by[k] = h
	}
	h.refs++
	return h, func() {
		c.hubs.mu.Lock()
		defer c.hubs.mu.Unlock()
		if h.refs--; h.refs == 0 {
			h.stop()
			delete(c.hubs.by, k)
		}
	}
}

// hear takes what the bot reports and hands it to the streams.
func (h *hub) hear(l bot.Live) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case l.Began:
		h.running, h.parts, h.size = true, nil, 0
	case l.Ended:
		h.running, h.parts, h.size = false, nil, 0
	case l.Part != nil && h.running:
		h.keep(*l.Part)
	}
	for _, in := range h.inboxes {
		in.take(l)
	}
}

func (h *hub) keep(p bot.Part) {
	h.size += len(p.Text)
	if h.size > maxDraft {
		return // who joins now sees the committed line only
	}
	i := slices.IndexFunc(h.parts, func(x bot.Part) bool { return x.Reply == p.Reply })
	if i < 0 {
		h.parts = append(h.parts, p)
		return
	}
	h.parts[i].Text += p.Text
}

// listen gives a stream its inbox, with what the running turn has shown so far.
// Of more than limit streams the oldest must go: it is the likeliest to be one
// whose client has long left without the server having noticed.
func (h *hub) listen(limit int) (in *inbox, leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in = &inbox{wake: make(chan struct{}, 1), crowded: make(chan struct{})}
	if len(h.inboxes) >= limit {
		close(h.inboxes[0].crowded)
		h.inboxes = slices.Delete(h.inboxes, 0, 1)
	}
	if h.running {
		in.began = true
		in.skip = h.size > maxDraft
		if !in.skip {
			in.parts = slices.Clone(h.parts)
		}
		in.wake <- struct{}{}
	}
	h.inboxes = append(h.inboxes, in)
	return in, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.inboxes = slices.DeleteFunc(h.inboxes, func(x *inbox) bool { return x == in })
	}
}

// inbox gathers what happens in a conversation until its stream gets to it. It
// is bounded: parts that find no place are left out, as the committed line
// brings the whole text anyway.
type inbox struct {
	crowded chan struct{} // closed when newer streams have taken its place
	wake    chan struct{}

	mu     sync.Mutex
	parts  []bot.Part
	skip   bool // parts of the turn were left out
	began  bool
	ended  bool
	wrote  bool // something was committed
	typing string
}

func (in *inbox) take(l bot.Live) {
	in.mu.Lock()
	switch {
	case l.Began: // the end of a turn before it goes without saying
		in.began, in.skip, in.parts = true, false, nil
		in.wrote, in.ended = in.wrote || in.ended, false
	case l.Ended:
		in.ended = true
	case l.Report != nil:
		in.wrote = true
	case l.Typing != "":
		in.typing = l.Typing
	case l.Part != nil:
		in.skip = in.skip || len(in.parts) >= maxParts
		if !in.skip {
			in.parts = append(in.parts, *l.Part)
		}
	}
	in.mu.Unlock()
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

func (in *inbox) drain() (parts []bot.Part, began, ended, wrote bool, typing string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	parts, began, ended, wrote, typing = in.parts, in.began, in.ended, in.wrote, in.typing
	in.parts, in.began, in.ended, in.wrote, in.typing = nil, false, false, false, ""
	return parts, began, ended, wrote, typing
}
