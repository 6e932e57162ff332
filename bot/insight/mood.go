package insight

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Log is where events are read from; every bot.Store is one.
type Log interface {
	// Events returns up to n events of a tenant after a place, in order.
	Events(ctx context.Context, tenant string, after int64, n int) ([]bot.Event, error)
}

// Span is the time a report is about: from From, up to but without To; a zero
// time is open.
type Span struct{ From, To time.Time }

func (s Span) has(t time.Time) bool {
	return !t.Before(s.From) && (s.To.IsZero() || t.Before(s.To))
}

// MoodReport is how the conversations of a span of time went. The level is that
// of sentiment.Trend, the smoothed polarity of a conversation, -1 to 1.
type MoodReport struct {
	// Conversations had a turn in the span; Soured of them turned bad, and
	// Mended of these came back, ByPerson while a person had them.
	Conversations int `json:"conversations"`
	Soured        int `json:"soured"`
	Mended        int `json:"mended"`
	ByPerson      int `json:"by_person"`
	// Causes are what the conversations that turned bad were about, most first;
	// the name is "" where nobody could tell.
	Causes []Cause `json:"causes,omitempty"`
	// After are the answers after which customers were worse off, worst first.
	After []Answer `json:"after,omitempty"`
	// Bad are the conversations that turned bad and have not mended, lowest
	// first.
	Bad []Conversation `json:"bad,omitempty"`
}

// Cause is how many conversations turned bad over something.
type Cause struct {
	Name   string `json:"name"`
	Soured int    `json:"soured"`
	Mended int    `json:"mended"`
}

// Answer is how customers took a way of answering: Name is the Value of
// bot.EventTurn, such as "kb:return-policy", "flow:return" or "fallback" ("person"
// for a message that waited for a person or was theirs to answer), and Intent
// what had been asked. Worse counts the times the next message took the
// level down, of Given times it was given.
type Answer struct {
	Name   string `json:"name"`
	Intent string `json:"intent,omitempty"`
	Given  int    `json:"given"`
	Worse  int    `json:"worse"`
}

// Share is how often customers were worse off, 0 to 1.
func (a Answer) Share() float64 { return float64(a.Worse) / float64(max(1, a.Given)) }

// Conversation is one that went wrong: when it turned, how low it came, over
// what and after which answer of the bot ("" when it began so).
type Conversation struct {
	ID       string    `json:"id"`
	Customer string    `json:"customer,omitempty"`
	Turned   time.Time `json:"turned"`
	Low      float64   `json:"low"`
	Cause    string    `json:"cause,omitempty"`
	After    string    `json:"after,omitempty"`
}

// Moods reads a tenant's log from its beginning and reports on the mood of its
// conversations in a span of time. It keeps some hundred bytes a conversation.
// An event that the log has twice counts once.
func Moods(ctx context.Context, log Log, tenant string, span Span) (MoodReport, error) {
	if !span.To.IsZero() && !span.From.Before(span.To) {
		return MoodReport{}, fmt.Errorf("insight: the span ends at %s, before it begins", span.To.Format(time.RFC3339))
	}
	f := moods{span: span, talks: map[string]*talk{}, answers: map[how]*Answer{}}
	for after := int64(0); ; {
		events, err := log.Events(ctx, tenant, after, 1000)
		if err != nil {
			return MoodReport{}, fmt.Errorf("insight: reading the event log: %w", err)
		}
		if len(events) == 0 {
			return f.report(), nil
		}
		last := events[len(events)-1].Seq
		if last <= after {
			return MoodReport{}, errors.New("insight: the event log gives no places (Event.Seq): it would be read forever")
		}
		after = last
		for i := range events {
			f.add(&events[i])
		}
	}
}

// moods is the fold.
type moods struct {
	span    Span
	talks   map[string]*talk
	answers map[how]*Answer
}

// how is a way of answering an intent.
type how struct{ name, intent string }

// talk is what is known of a conversation.
type talk struct {
	Conversation
	last                 how  // the latest answer
	lastWithin           bool // it was given in the span
	seq                  int64
	within               bool // had a turn in the span
	bad, soured, mended  bool // is bad; turned in the span; came back in it
	person, mendedPerson bool
}

func (f *moods) add(e *bot.Event) {
	if e.Conversation == "" || !f.span.To.IsZero() && !e.At.Before(f.span.To) {
		return
	}
	t := f.talks[e.Conversation]
	if t == nil {
		t = &talk{Conversation: Conversation{ID: e.Conversation}}
		f.talks[e.Conversation] = t
	}
	if e.Seq <= t.seq {
		return
	}
	t.seq = e.Seq
	t.Customer = cmp.Or(e.Customer, t.Customer)
	within := f.span.has(e.At)
	switch e.Kind {
	case bot.EventTurn:
		t.last, t.lastWithin = how{e.Value, e.Key}, within
		if within {
			t.within = true
			f.answer(t.last).Given++
		}
	case bot.EventTaken:
		t.person = true
	case bot.EventReturned:
		t.person = false
	case bot.EventMood:
		f.mood(t, e, within)
	}
}

func (f *moods) answer(h how) *Answer {
	a := f.answers[h]
	if a == nil {
		a = &Answer{Name: h.name, Intent: h.intent}
		f.answers[h] = a
	}
	return a
}

func (f *moods) mood(t *talk, e *bot.Event, within bool) {
	level, _ := strconv.ParseFloat(e.Value, 64)
	switch e.Key {
	case "worse":
		if t.bad {
			t.Low = min(t.Low, level)
		}
		if within && t.lastWithin && t.last.name != "" {
			f.answer(t.last).Worse++
		}
	case "soured":
		t.bad, t.Turned, t.Low, t.Cause, t.After = true, e.At, level, e.Source, t.last.name
		if within {
			t.soured, t.mended = true, false
		}
	case "mended":
		t.bad = false
		if within && t.soured {
			t.mended, t.mendedPerson = true, t.person
		}
	}
	if t.Cause == "" {
		t.Cause = e.Source
	}
}

func (f *moods) report() MoodReport {
	var r MoodReport
	causes := map[string]*Cause{}
	for _, t := range f.talks {
		if t.within {
			r.Conversations++
		}
		if !t.soured {
			continue
		}
		r.Soured++
		c := causes[t.Cause]
		if c == nil {
			c = &Cause{Name: t.Cause}
			causes[t.Cause] = c
		}
		c.Soured++
		switch {
		case t.mended:
			r.Mended++
			c.Mended++
			if t.mendedPerson {
				r.ByPerson++
			}
		case t.bad:
			r.Bad = append(r.Bad, t.Conversation)
		}
	}
	for _, c := range slices.SortedFunc(maps.Values(causes), func(a, b *Cause) int {
		return cmp.Or(b.Soured-a.Soured, cmp.Compare(a.Name, b.Name))
	}) {
		r.Causes = append(r.Causes, *c)
	}
	for _, a := range f.answers {
		if a.Worse > 0 {
			r.After = append(r.After, *a)
		}
	}
	slices.SortFunc(r.After, func(a, b Answer) int {
		return cmp.Or(b.Worse-a.Worse, cmp.Compare(b.Share(), a.Share()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Intent, b.Intent))
	})
	slices.SortFunc(r.Bad, func(a, b Conversation) int { return cmp.Or(cmp.Compare(a.Low, b.Low), cmp.Compare(a.ID, b.ID)) })
	return r
}
