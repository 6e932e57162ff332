package handoff

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/pii"
	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Case is what a ticket is made of.
type Case struct {
	ID, Tenant, Conversation, Customer, Channel, Language string
	Created                                               time.Time
	Decision                                              Decision
	Transcript                                            []Line
	Facts                                                 []Fact
	Mood                                                  []float64
	Open                                                  string // the flow and question under way
	Suggested, Source                                     string
}

// Bounds of a ticket.
const (
	maxTranscript = 200
	maxSummary    = 4
	maxSentence   = 200 // bytes
)

// NewTicket makes a waiting ticket. Its summary are up to four sentences of
// the customer's own, in order, chosen by how much of the conversation's
// vocabulary they carry, by facts named in them and by how recent they are
// (extractive, after Luhn 1958); personal data in them is masked.
func NewTicket(c Case) Ticket {
	lines := c.Transcript
	if len(lines) > maxTranscript {
		lines = lines[len(lines)-maxTranscript:]
	}
	return Ticket{ID: c.ID, Tenant: c.Tenant, Conversation: c.Conversation, Customer: c.Customer, Channel: c.Channel,
		Language: c.Language, Created: c.Created, State: Waiting, Reason: c.Decision.Reason, Rule: c.Decision.Rule,
		Priority: c.Decision.Priority, Skill: c.Decision.Skill, Summary: Summarise(lines, c.Facts, maxSummary),
		Transcript: slices.Clone(lines), Facts: slices.Clone(c.Facts), Mood: slices.Clone(c.Mood), Open: c.Open,
		Suggested: c.Suggested, Source: c.Source}
}

// Missing names what a person would look for in vain: a complete ticket has
// none.
func (t *Ticket) Missing() []string {
	var out []string
	for _, f := range []struct {
		name string
		ok   bool
	}{
		{"id", t.ID != ""}, {"conversation", t.Conversation != ""}, {"created", !t.Created.IsZero()},
		{"reason", slices.Contains(Reasons(), t.Reason)}, {"priority", t.Priority >= Low && t.Priority <= Urgent},
		{"summary", len(t.Summary) > 0}, {"transcript", len(t.Transcript) > 0}, {"suggested", t.Suggested != ""},
		{"language", t.Language != ""}, {"channel", t.Channel != ""},
	} {
		if !f.ok {
			out = append(out, f.name)
		}
	}
	return out
}

// Summarise picks at most n sentences of the customer's lines, in order.
func Summarise(lines []Line, facts []Fact, n int) []string {
	type sentence struct {
		text  string
		terms []string
		at    int
		score float64
	}
	var all []sentence
	df := map[string]int{}
	seen := map[string]bool{}
	for _, l := range lines {
		if l.From != "customer" {
			continue
		}
		for _, s := range text.Sentences(l.Text) {
			s = strings.TrimSpace(s)
			folded := text.Fold(s)
			if folded == "" || seen[folded] {
				continue
			}
			seen[folded] = true
			terms := text.Terms(folded)
			slices.Sort(terms)
			terms = slices.Compact(terms)
			for _, t := range terms {
				df[t]++
			}
			all = append(all, sentence{text: s, terms: terms, at: len(all)})
		}
	}
	for i := range all {
		s := &all[i]
		for _, t := range s.terms {
			s.score += math.Log(1 + float64(df[t]))
		}
		s.score /= math.Sqrt(6 + float64(len(s.terms)))
		if len(s.terms) < 3 {
			s.score *= 0.3 // "你好", "ok"
		}
		for _, f := range facts {
			if f.Value != "" && strings.Contains(text.Fold(s.text), text.Fold(f.Value)) {
				s.score += 0.5
			}
		}
		s.score += 0.8 * float64(s.at+1) / float64(len(all)) // what is said last weighs more
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	all = all[:min(n, len(all))]
	sort.Slice(all, func(i, j int) bool { return all[i].at < all[j].at })
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = text.Cut(pii.Mask(s.text), maxSentence)
	}
	return out
}
