package bot

import (
	"strconv"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// Turn is one message on its way to its replies: what came, what the stages
// found, and what will be said. It belongs to one goroutine and must not be
// kept after the handler has returned.
type Turn struct {
	Message Message
	Key     Key
	// Now is when the message was sent (or arrived), in the customer's zone.
	Now      time.Time
	Language string       // BCP 47, of the reply
	Tone     profile.Tone // of the reply

	Customer    profile.Customer
	Meaning     nlu.Meaning
	Mood        sentiment.Mood
	Answer      kb.Answer              // set when the knowledge base was asked
	Suggestions []recommend.Suggestion // what was recommended in this turn
	Decision    handoff.Decision       // what the handoff policy said
	Trace       *Trace

	*turnState
	scope string // prefix of step names, "" or "a/b/"
}

// turnState is shared by a Turn and the scoped Turns made of it.
type turnState struct {
	bot     *Bot
	session *session
	replies []Reply
	events  []Event
	timers  []Timer
	stop    []string
	ticket  *handoff.Ticket
	// journalled are the frames the turn has journalled so far.
	journalled []*frame
	flows      *flowState // the conversation's flows, once routed
	run        *run       // the frame that is running, nil outside flows
	drop       bool       // unsent replies are dropped: a person took over
	answers    string     // how the turn was answered, for the event log
	err        error      // why the turn failed inside
	version    int64
	size       int // of the session as it was read, in bytes
	fired      string
	asking     bool // a flow's question is open at the end of the turn
	waits      bool // a flow went to wait in this turn
	back       int  // number of the frame the customer comes back to after a while
	gaveUp     string
	left       []string       // effects left behind
	told       []handoff.Fact // answers of flows that ended before their end
	tracked    int            // events given an id
	fresh      bool           // the conversation's first turn
	push       *Push          // what the host started the turn with
	from       *start
	// readOnly is a run that only looks: nothing is journalled.
	readOnly bool
	sent     bool // what the turn says is for the sender alone
	drafts   int
	stream   func(Part)
	hush     *hush
	felt     *sentiment.Input // what the mood was felt from; nil without one
	dropped  bool             // what the turn would have said was dropped
	spots    *[]StepRecord    // steps come by, when somebody wants to know
	room     *room            // nil once it is used
}

// room is what nearly every turn needs once: the conversation's flows, the
// frame of the handler, and its run.
type room struct {
	flows flowState
	stack [1]*frame
	frame frame
	run   run
}

// newTurn makes a turn with all that belongs to it in one piece.
func newTurn() *Turn {
	w := &struct {
		turn    Turn
		state   turnState
		trace   Trace
		session session
		room    room
	}{}
	w.turn.turnState, w.turn.Trace = &w.state, &w.trace
	w.state.session, w.state.room = &w.session, &w.room
	return &w.turn
}

// Text returns a text of the catalogue in the turn's language and tone, with
// {name} placeholders filled from name-value pairs. A key the catalogue does
// not have is used as the text itself, so a host with one language may write
// its texts in place.
func (t *Turn) Text(key string, args ...any) string {
	if s, ok := t.bot.texts.Lookup(t.Language, t.Tone, key); ok {
		return fill(s, args)
	}
	if s, ok := t.bot.texts.Lookup(t.bot.opts.Language, t.Tone, key); ok {
		return fill(s, args)
	}
	return fill(key, args)
}

// Say adds a reply with a text of the catalogue; see Text. In a flow, what was
// said before something the customer has answered is not said again. The error
// is that of a flow that has suspended; outside flows it is always nil.
func (t *Turn) Say(text string, args ...any) error {
	return t.Send(Reply{Text: t.Text(text, args...)})
}

// Send adds a reply as it stands, under the same rules as Say.
func (t *Turn) Send(r Reply) error {
	r.ID = "" // given by the commit
	return t.send(r)
}

func (t *Turn) send(r Reply) error {
	if r.Language == "" {
		r.Language = t.Language
	}
	if t.run != nil {
		return t.run.say(r)
	}
	t.replies = append(t.replies, r)
	return nil
}

// Replies are what will be sent, for middleware that looks at them after next.
// They can be changed in place with SetReplies.
func (t *Turn) Replies() []Reply { return t.replies }

// SetReplies replaces what will be sent.
func (t *Turn) SetReplies(rs []Reply) { t.replies = rs }

// Answered reports whether the turn has something to say or has been handed on.
func (t *Turn) Answered() bool {
	return len(t.replies) > 0 || t.ticket != nil || t.run != nil && len(t.run.queue) > 0
}

// HandedOver reports whether this turn passed the conversation to a person.
func (t *Turn) HandedOver() bool { return t.ticket != nil }

// Track adds an event to the log with the turn's commit. ID, At, Tenant,
// Customer and Conversation are filled in when empty. In a flow the rule of Say
// holds: what stands before an answered question is not tracked again.
func (t *Turn) Track(e Event) {
	if e.ID == "" {
		e.ID = t.id("e", t.tracked)
		t.tracked++
	}
	if e.At.IsZero() {
		e.At = t.Now
	}
	e.Tenant, e.Conversation = t.Key.Tenant, t.Key.Conversation
	if e.Customer == "" {
		e.Customer = t.Customer.ID
	}
	if t.bot.opts.Customers != nil {
		t.Customer.Apply(e.forProfile())
	}
	if t.run != nil {
		later := e
		t.run.queue = append(t.run.queue, queued{event: &later})
		return
	}
	t.events = append(t.events, e)
}

// id names the i-th thing of a kind that the turn makes: the same when the turn
// runs again, of a process that died over it.
func (t *Turn) id(kind string, i int) string {
	b := make([]byte, 0, 48)
	b = append(b, t.Key.Conversation...)
	b = append(b, '-')
	b = strconv.AppendInt(b, t.session.N+1, 10)
	b = append(b, '-')
	b = append(b, kind...)
	return string(strconv.AppendInt(b, int64(i), 10))
}

// Learn keeps something the customer told: a trait of the profile such as
// "name" or "size.top".
func (t *Turn) Learn(key, value string) {
	t.Track(Event{Kind: string(profile.Learned), Key: key, Value: value, Source: "told"})
}

// Consent records the customer's answer for a purpose; text is the key of the
// wording that was read.
func (t *Turn) Consent(p profile.Purpose, yes bool, text string) {
	v := "no"
	if yes {
		v = "yes"
	}
	t.Track(Event{Kind: string(profile.Consented), Key: string(p), Value: v, Source: text})
}

// Verify records that the customer has proven an identity: from the next
// message on, everything known under it is theirs.
func (t *Turn) Verify(kind, value string) {
	t.Track(Event{Kind: string(profile.Identified),
		Identity: &profile.Identity{Kind: kind, Value: value, Verified: true, At: t.Now}})
}

// Verified returns the proven value of an identity kind, such as the host's
// account id "uid".
func (t *Turn) Verified(kind string) (value string, ok bool) {
	for _, id := range t.Customer.Identities {
		if id.Kind == kind && id.Verified {
			return id.Value, true
		}
	}
	for _, id := range t.Message.Identities {
		if id.Kind == kind && id.Verified {
			return id.Value, true
		}
	}
	return "", false
}

// Remember puts an entity into the context, as if the customer had named it:
// "it" and a later question's Slot find it.
func (t *Turn) Remember(kind, value string) {
	t.Forget(kind)
	c := &t.session.Context
	c.Entities = append([]nlu.Entity{{Type: kind, Value: value, Carried: true}}, c.Entities...)
}

// Forget drops what the conversation knows of a type: later messages carry no
// such entity.
func (t *Turn) Forget(kind string) {
	kept := t.session.Context.Entities[:0:0]
	for _, e := range t.session.Context.Entities {
		if e.Type != kind {
			kept = append(kept, e)
		}
	}
	t.session.Context.Entities = kept
}

// Show records what is put before the customer, in order, so that "the second
// one" can be understood, and tracks it as shown.
func (t *Turn) Show(ids ...string) {
	c := &t.session.Context
	if was := c.Shown; len(ids) < len(was) || len(ids) == 1 && len(was) == 1 && len(c.Earlier) < 2 {
		c.Earlier = was
	}
	c.Shown, c.Focus = ids, ""
	if len(ids) == 1 {
		c.Focus = ids[0]
	}
	for _, id := range ids {
		t.Track(Event{Kind: EventShown, Item: id})
	}
}

// Focus records the one thing talked about: what "it" means next.
func (t *Turn) Focus(id string) { t.session.Context.Focus = id }

// Shown are the ids last put before the customer, Earlier those of the longer list
// before, Focused the one talked about.
func (t *Turn) Shown() []string { return t.session.Context.Shown }

// Earlier are the ids of the list that a shorter one took the place of.
func (t *Turn) Earlier() []string { return t.session.Context.Earlier }

// Focused is the id of the thing talked about, or "".
func (t *Turn) Focused() string { return t.session.Context.Focus }

// First reports whether this is the conversation's first turn.
func (t *Turn) First() bool { return t.fresh }

// Remind starts a turn at a time, handled by the Mux's "timer."+name. Setting
// the same name again moves it.
func (t *Turn) Remind(name string, at time.Time) {
	t.timers = append(t.timers, Timer{ID: t.Key.Conversation + "/" + name, Key: t.Key,
		Thread: t.session.Thread, At: at, Name: name})
}

// Price writes an amount in minor units the way the turn's language does:
// "¥299", "$39.90".
func (t *Turn) Price(minor int64, currency string) string { return Price(minor, currency) }

// Price is recommend.Price.
func Price(minor int64, currency string) string { return recommend.Price(minor, currency) }
