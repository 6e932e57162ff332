package bot

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
)

// escalate asks the handoff policy twice: before the answer for what the
// message shows, after it for what the turn showed.
func (b *Bot) escalate(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		offered := t.session.Offered
		t.session.Offered = false
		d := b.judge(ctx, t, handoff.Before, offered)
		if d.Handover {
			return b.handOver(ctx, t, d)
		}
		if err := next.Handle(ctx, t); err != nil {
			return err
		}
		if after := b.judge(ctx, t, handoff.After, offered); after.Handover {
			return b.handOver(ctx, t, after)
		} else if after.Offer {
			d = after
		}
		if d.Offer && !t.asking && t.ticket == nil {
			t.session.Offered = true
			t.replies = append(t.replies, Reply{Text: t.Text("handoff.offer"), Language: t.Language,
				Choices: []Choice{{Label: t.Text("handoff.yes"), Value: t.Text("handoff.yes")}}})
		}
		return nil
	})
}

func (b *Bot) judge(ctx context.Context, t *Turn, stage handoff.Stage, offered bool) handoff.Decision {
	s := handoff.Situation{Stage: stage, Text: t.Message.Text, Language: t.Language, Intent: t.Meaning.Intent,
		Emotion: string(t.Mood.Emotion), Polarity: t.Mood.Polarity, Level: t.Mood.Trend.Level,
		Intensity: t.Mood.Intensity, Urgency: t.Mood.Urgency, Negative: t.Mood.Trend.Negative,
		Failures: t.session.Failures, GaveUp: t.gaveUp, Effects: t.left, Error: t.err != nil,
		Threat: t.Mood.Threat, Tier: t.Customer.Traits["tier"].Value, Tags: t.Customer.Tags, Offered: offered, Now: t.Now,
		Open: b.opts.Open == nil || b.opts.Open(t.Now)}
	for _, a := range t.Mood.Plan.Actions {
		s.Actions = append(s.Actions, string(a))
	}
	began := b.opts.Clock.Now()
	d, err := b.opts.Handoff.Judge(ctx, s)
	if err != nil {
		b.stageFailed(t, "escalate", err)
		return handoff.Decision{}
	}
	if d.Handover || d.Offer {
		t.Trace.Add("escalate", "%s: rule %q, reason %s, priority %d, handover %t", stage, d.Rule, d.Reason, d.Priority, d.Handover)
		t.took(began)
	}
	t.Decision = d
	return d
}

// handOver makes the ticket; from the commit on a person owns the
// conversation and the bot is silent.
func (b *Bot) handOver(ctx context.Context, t *Turn, d handoff.Decision) error {
	lines := append(b.transcript(ctx, t), lineOf(&t.Message, t.Now).forTicket())
	if t.session.Pressing {
		d.Priority = max(d.Priority, handoff.High)
	}
	t.session.Pressing = false
	c := handoff.Case{
		ID: fmt.Sprintf("%s-%d", t.Key.Conversation, t.session.N+1), Tenant: t.Key.Tenant, Conversation: t.Key.Conversation,
		Customer: t.Customer.ID, Channel: t.session.Thread.Channel, Language: t.Language, Created: t.Now,
		Decision: d, Transcript: lines, Facts: t.facts(), Mood: t.session.Moods, Open: b.openMatter(t),
	}
	c.Suggested, c.Source = b.suggestReply(ctx, t)
	ticket := handoff.NewTicket(c)
	t.ticket = &ticket
	t.session.Owner, t.session.Ticket = ownerWaiting, ticket.ID
	t.session.Failures = 0
	t.drop = true
	t.answers = "person"
	t.Track(Event{Kind: EventHandover, Key: string(d.Reason), Value: ticket.ID, Source: d.Rule})
	text := "handoff.now"
	if b.opts.Open != nil && !b.opts.Open(t.Now) {
		text = "handoff.closed"
	}
	ahead := 0
	if waiting, err := b.opts.Store.Tickets(ctx, t.Key.Tenant); err == nil {
		for _, w := range waiting {
			if w.State == handoff.Waiting && w.Priority >= ticket.Priority {
				ahead++
			}
		}
	}
	if ahead > 0 && text == "handoff.now" {
		text = "handoff.queue"
	}
	t.replies = nil // what the bot would have said is the person's to say now
	t.dropped = true
	return t.Say(text, "ticket", ticket.ID, "ahead", ahead)
}

// transcript is what was said so far, for a ticket.
func (b *Bot) transcript(ctx context.Context, t *Turn) []handoff.Line {
	lines, err := b.opts.Store.History(ctx, t.Key, Page{N: 200})
	if err != nil {
		b.stageFailed(t, "handover", err)
	}
	out := make([]handoff.Line, len(lines), len(lines)+1)
	for i := range lines {
		out[i] = lines[i].forTicket()
	}
	return out
}

// facts are what the conversation established, for the ticket.
func (t *Turn) facts() []handoff.Fact {
	var out []handoff.Fact
	seen := map[string]bool{}
	for _, e := range append(append(t.Meaning.Entities[:0:0], t.Meaning.Entities...), t.session.Context.Entities...) {
		if f := (handoff.Fact{Name: e.Type, Value: e.Value}); !seen[f.Name+f.Value] {
			seen[f.Name+f.Value] = true
			out = append(out, f)
		}
	}
	if f := t.session.Context.Focus; f != "" && !seen["item"+f] {
		out = append(out, handoff.Fact{Name: "item", Value: f})
	}
	out = append(out, t.grievanceFacts()...)
	return append(out, t.flowFacts()...)
}

// suggestReply proposes what the person may answer, from the knowledge base.
func (b *Bot) suggestReply(ctx context.Context, t *Turn) (text, source string) {
	base := b.opts.knowledge(t.Key.Tenant)
	if base == nil {
		return t.Text("handoff.suggested"), ""
	}
	a, err := base.Answer(ctx, t.query())
	if err != nil || a.Verdict == kb.Unknown || len(a.Hits) == 0 {
		return t.Text("handoff.suggested"), ""
	}
	return a.Hits[0].Answer, a.Hits[0].ID
}
