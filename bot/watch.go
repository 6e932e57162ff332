package bot

import "sync"

// Part is a piece of a turn's output while the turn runs. It is provisional:
// the commit confirms the reply it belongs to, replaces its text, or drops it,
// and only what was committed is remembered or sent elsewhere.
type Part struct {
	// Reply is the id the reply will have.
	Reply string `json:"reply"`
	// Text is to be put behind the parts before it.
	Text string `json:"text"`
	// Notice marks Text as a notice that work is going on ("I'm looking up
	// your order"), gone when the turn ends.
	Notice bool `json:"notice,omitempty"`
}

// Live is something that happens in a conversation right now, in this process.
// One of the fields besides Key is set.
type Live struct {
	Key Key
	// Began reports that a turn began, Ended that it ended, with or without a commit.
	Began, Ended bool
	Part         *Part
	// Typing is the name of a person at the desk who is writing.
	Typing string
	// Report is of a commit: a turn's, or what a person did at the desk.
	Report *Report
}

// watchers are who follows conversations.
type watchers struct {
	mu   sync.RWMutex
	next int
	by   map[Key]map[int]func(Live)
}

// Watch calls fn for what happens in a conversation of this process, until
// stop is called; a Key without Conversation follows all of its tenant. fn is
// called from the goroutine of the turn: it must be fast, must not call the
// bot, and is called from several goroutines when it follows a tenant. A
// transport wakes up by it and reads what was committed with History; what
// another process commits it sees at its next look.
func (b *Bot) Watch(k Key, fn func(Live)) (stop func()) {
	w := &b.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil {
		w.by = map[Key]map[int]func(Live){}
	}
	if w.by[k] == nil {
		w.by[k] = map[int]func(Live){}
	}
	w.next++
	id := w.next
	w.by[k][id] = fn
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.by[k], id)
		if len(w.by[k]) == 0 {
			delete(w.by, k)
		}
	}
}

func (w *watchers) any() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return len(w.by) > 0
}

func (w *watchers) tell(l Live) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if len(w.by) == 0 {
		return
	}
	for _, fn := range w.by[l.Key] {
		fn(l)
	}
	if l.Key.Conversation != "" {
		for _, fn := range w.by[Key{Tenant: l.Key.Tenant}] {
			fn(l)
		}
	}
}

// Typing tells who watches a conversation that a person is writing.
func (b *Bot) Typing(k Key, name string) { b.watchers.tell(Live{Key: k, Typing: name}) }
