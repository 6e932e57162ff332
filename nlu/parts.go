package nlu

import (
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Part is one of several things that a message asks for.
type Part struct {
	Intent      string  `json:"intent"`
	Probability float64 `json:"p"`
	// Text is message[Start:End].
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// When a message is taken apart. A customer who says 另外 or "also" announces
// that there is more, and is believed sooner than a comma.
const (
	maxClauses    = 8
	partAnnounced = 0.5 // least probability of an announced part
	partPlain     = 0.8 // of one that only a comma or a full stop sets apart
	partSure      = 0.6 // least probability that such a one was understood
	leastClause   = 2   // words
)

// clause is a piece of a message between commas, full stops and announcements.
type clause struct {
	start, end int
	announced  bool
}

// announcements begin another matter, anywhere in a message or (later) only
// behind punctuation, where 还有 does not mean "is there still".
func announcement(s string, later bool) int {
	if r, _ := utf8.DecodeRuneInString(s); !strings.ContainsRune("顺另此还再对abopABOP", r) {
		return 0
	}
	anywhere := []string{"顺便", "另外", "顺带", "此外", "by the way", "and also", "btw", "one more thing", "another thing"}
	behind := []string{"还有", "再就是", "对了", "还想", "还要", "再问", "also", "and", "oh and", "plus", "besides"}
	for _, w := range anywhere {
		if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) {
			return len(w)
		}
	}
	if later {
		for _, w := range behind {
			if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) {
				return len(w)
			}
		}
	}
	return 0
}

// clauses takes a message apart; nothing of it is lost but white space.
func clauses(s string) []clause {
	var out []clause
	c := clause{}
	later := false // behind punctuation
	for i := 0; i < len(s) && len(out) < maxClauses; {
		r, size := utf8.DecodeRuneInString(s[i:])
		if n := announcement(s[i:], later); n > 0 && i > 0 && (r >= utf8.RuneSelf || !isWord(before(s, i))) && (i+n == len(s) || !isAlnum(s[i+n-1]) || !isAlnum(s[i+n])) {
			if i > c.start {
				c.end = i
				out = append(out, c)
			}
			c = clause{start: i, announced: true}
			i += n
			later = false
			continue
		}
		i += size
		switch {
		case r == ' ':
			continue // the start stays behind punctuation
		case strings.ContainsRune("，；。！？;!?\n", r), (r == ',' || r == '.') && (i == len(s) || s[i] == ' '):
			c.end = i
			out = append(out, c)
			c = clause{start: i}
			later = true
			continue
		}
		later = false
	}
	if c.start < len(s) {
		c.end = len(s)
		out = append(out, c)
	}
	return out
}

func before(s string, i int) rune {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return r
}

// parts are the several things that a message asks for, or nil when it asks for
// one: what announcements set apart, else what punctuation does.
func (m *Model) parts(s string) []Part {
	cs := clauses(s)
	if len(cs) < 2 {
		return nil
	}
	var whole []clause
	for _, c := range cs {
		if len(whole) == 0 || c.announced {
			whole = append(whole, c)
		} else {
			whole[len(whole)-1].end = c.end
		}
	}
	if len(whole) > 1 {
		if out := m.apart(s, whole, 0, partAnnounced); out != nil {
			return out
		}
	}
	if len(whole) == len(cs) {
		return nil // the same clauses, of which less was asked
	}
	return m.apart(s, cs, partSure, partPlain)
}

// apart are the clauses with an intent, understood as surely and as probable as
// asked, or nil unless there are two. Clauses that say nothing of their own
// belong to the part before.
func (m *Model) apart(s string, cs []clause, sure, least float64) []Part {
	var out []Part
	for _, c := range cs {
		intents, unknown := m.Classify(s[c.start:c.end])
		own := len(intents) > 0 && 1-unknown >= max(m.threshold, sure) && intents[0].Probability >= least && !small(intents[0].Name) &&
			len(text.Tokens(text.Fold(s[c.start:c.end]))) >= leastClause
		switch last := len(out) - 1; {
		case own && (last < 0 || out[last].Intent != intents[0].Name):
			from := c.start
			if last < 0 {
				from = 0
			}
			out = append(out, Part{Intent: intents[0].Name, Probability: intents[0].Probability, Start: from, End: c.end})
		case last >= 0:
			out[last].End = c.end
		}
	}
	if len(out) < 2 {
		return nil
	}
	for i := range out {
		p := &out[i]
		whole := s[p.Start:p.End]
		p.Text = strings.TrimSpace(whole)
		p.Start += strings.Index(whole, p.Text)
		p.End = p.Start + len(p.Text)
	}
	return out
}
