package bottest

import (
	"fmt"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Persona is a simulated customer, without a model behind it. One with Lines
// says them one after the other, whatever the answer. One with Facts has a goal:
// it opens, reads each question, and answers with the fact it is asked for.
type Persona struct {
	// Name tells the customer from others; it is the peer of the thread.
	Name string
	// Identities are what the transport knows of the customer.
	Identities []profile.Identity
	// Lines are a script.
	Lines []string
	// Opening is what a customer with a goal writes first.
	Opening string
	// Facts are what they know; the first that a question asks for answers it.
	Facts []Fact
	// Shrug is what they say to a question they have no fact for; "" means that
	// they then have nothing more to say.
	Shrug string
	// Goal is a line of the transcript that shows that they have what they came
	// for, such as "! flow return.start done".
	Goal string
	// Patience is how many messages they write at most, 12 when 0.
	Patience int
}

// Fact answers a question.
type Fact struct {
	// Asked are words of the question, any of which will do; of a question with
	// quick replies the prompt alone is read.
	Asked []string
	// Says is the answer. When it is the label of a quick reply, that is tapped.
	Says string
}

func (p *Persona) patience() int {
	if p.Patience <= 0 {
		return 12
	}
	return p.Patience
}

// Next is what the customer writes after n messages of theirs, having read the
// bot's last replies. ok is false when they have nothing more to say.
func (p *Persona) Next(n int, read []bot.Reply) (m bot.Message, ok bool) {
	switch {
	case len(p.Lines) > 0:
		if n >= len(p.Lines) {
			return m, false
		}
		return say(p.Lines[n], read), true
	case n == 0:
		return bot.Message{Text: p.Opening}, p.Opening != ""
	case n >= p.patience():
		return m, false
	}
	question := ""
	for i := range read {
		question += read[i].Text + "\n"
	}
	// The last question read is the one that is open: facts are matched against
	// the end of what was said first.
	for at := len(question); at > 0; {
		at = strings.LastIndexByte(question[:at-1], '\n') + 1
		line := question[at : at+strings.IndexByte(question[at:], '\n')]
		for _, f := range p.Facts {
			for _, w := range f.Asked {
				if strings.Contains(strings.ToLower(line), strings.ToLower(w)) {
					return say(f.Says, read), true
				}
			}
		}
	}
	return bot.Message{Text: p.Shrug}, p.Shrug != "" && len(read) > 0
}

// say taps the quick reply of that label among what was read, or writes it.
func say(text string, read []bot.Reply) bot.Message {
	for i := len(read) - 1; i >= 0; i-- {
		for _, c := range choices(&read[i]) {
			if c.Label == text {
				return bot.Message{Tap: c.Value, Text: text}
			}
		}
	}
	return bot.Message{Text: text}
}

// choices are all that can be tapped on a reply.
func choices(r *bot.Reply) []bot.Choice {
	all := r.Choices[:len(r.Choices):len(r.Choices)]
	for _, c := range r.Cards {
		all = append(all, c.Choices...)
	}
	if r.Survey != nil {
		all = append(all, r.Survey.Choices...)
	}
	return all
}

// Play lets a simulated customer talk with the bot until they have what they
// came for, have nothing more to say, or run out of patience. It returns how
// many messages that took; a customer with a Goal who does not get it fails the
// test.
func (r *Rig) Play(p *Persona) (messages int) {
	r.t.Helper()
	r.Thread.Peer, r.Identities = p.Name, p.Identities
	if r.Thread.Peer == "" {
		r.Thread.Peer = "customer"
	}
	from := r.log.Len()
	reached := func() bool {
		return p.Goal != "" && strings.Contains("\n"+r.log.String()[from:], "\n"+p.Goal+"\n")
	}
	var read []bot.Reply
	for ; !reached(); messages++ {
		m, ok := p.Next(messages, read)
		if !ok {
			break
		}
		r.Send(m)
		read = r.replies
	}
	if p.Goal != "" && !reached() {
		r.fail("%s did not get what they came for (%s) in %d messages", fmt.Sprintf("%q", p.Name), p.Goal, messages)
	}
	return messages
}
