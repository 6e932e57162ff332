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
	maxSentence   = 240     // bytes
	maxLine       = 8 << 10 // bytes
)

// NewTicket makes a waiting ticket. Its summary is of [Summarise]; its
// transcript are the last 200 lines, each of at most 8 KiB.
func NewTicket(c Case) Ticket {
	lines := slices.Clone(c.Transcript[max(0, len(c.Transcript)-maxTranscript):])
	for i := range lines {
		lines[i].Text = text.Cut(lines[i].Text, maxLine)
	}
	return Ticket{ID: c.ID, Tenant: c.Tenant, Conversation: c.Conversation, Customer: c.Customer, Channel: c.Channel,
		Language: c.Language, Created: c.Created, State: Waiting, Reason: c.Decision.Reason, Rule: c.Decision.Rule,
		Priority: c.Decision.Priority, Skill: c.Decision.Skill, Summary: Summarise(lines, c.Facts, maxSummary),
		Transcript: lines, Facts: slices.Clone(c.Facts), Mood: slices.Clone(c.Mood), Open: c.Open,
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

// Summarise picks at most n sentences of the customer's lines, in the
// customer's words and order: by how much of the conversation's vocabulary they
// carry, the facts, numbers and words of trouble in them, and how recent they
// are (extractive, after Luhn, "The Automatic Creation of Literature Abstracts",
// 1958). A sentence said twice counts once; greetings and thanks are left out
// when there is anything else. Personal data is masked, what is long is cut.
func Summarise(lines []Line, facts []Fact, n int) []string {
	type sentence struct {
		text   string
		terms  []string
		at     int
		score  float64
		slight bool // a greeting, a thank-you, "the red one"
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
			folded := fold(s)
			if folded == "" || seen[folded] {
				continue
			}
			seen[folded] = true
			terms := vocabulary(folded)
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
		s.slight = len(s.terms) < 3
		folded := fold(s.text)
		if strings.ContainsAny(folded, "0123456789") {
			s.score += 0.3
			s.slight = false
		}
		for _, cue := range cues {
			if strings.Contains(folded, cue) {
				s.score += 0.5
				s.slight = false
				break
			}
		}
		for _, f := range facts {
			if f.Value != "" && strings.Contains(folded, fold(f.Value)) {
				s.score += 0.5
				s.slight = false
			}
		}
		s.score += 0.8 * float64(s.at+1) / float64(len(all)) // what is said last weighs more
	}
	if slices.ContainsFunc(all, func(s sentence) bool { return !s.slight }) {
		all = slices.DeleteFunc(all, func(s sentence) bool { return s.slight })
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	all = all[:max(0, min(n, len(all)))]
	sort.Slice(all, func(i, j int) bool { return all[i].at < all[j].at })
	out := make([]string, len(all))
	for i, s := range all {
		masked := pii.Mask(s.text)
		if out[i] = text.Cut(masked, maxSentence); out[i] != masked {
			out[i] += "…"
		}
	}
	return out
}

// cues are words of what customers come for: trouble, wishes, threats. Both
// scripts are listed, as fold keeps them.
var cues = [...]string{
	"退", "换", "換", "坏", "壞", "错", "錯", "没收到", "沒收到", "没到", "沒到", "发货", "發貨", "破", "裂", "开胶", "開膠", "掉色", "少了", "漏",
	"投诉", "投訴", "差", "赔", "賠", "取消", "发票", "發票", "扣", "不能用", "打不开", "打不開", "等了", "要求", "12315",
	"refund", "return", "exchange", "broke", "wrong", "missing", "late", "never arrived", "not arrived", "hasn't arrived", "damaged",
	"defect", "faulty", "complain", "charged", "cancel", "invoice", "want", "need", "waiting", "doesn't work", "not working", "weeks", "lawyer",
}

// fold leaves traditional script as it is: within one conversation it does not
// matter, and a bot without a policy need not link the table.
func fold(s string) string { return text.Plain(s, nil).Text }

// vocabulary are a text's words, for Han its pairs of characters.
func vocabulary(folded string) []string {
	var out []string
	tokens := text.Tokens(folded)
	for i, t := range tokens {
		switch {
		case !t.Han:
			out = append(out, t.Text)
		case i+1 < len(tokens) && tokens[i+1].Han && tokens[i+1].Start == t.End:
			out = append(out, t.Text+tokens[i+1].Text)
		}
	}
	return out
}
