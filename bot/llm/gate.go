package llm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/kb"
)

// gate lets an answer through clause by clause while it is written, once its
// facts stand in the passages: a wrong price is not shown for a moment either.
type gate struct {
	passages []string
	all      string
	shown    int // how much of all was let through
	tried    int // up to where it was looked at
}

func newGate(ps []bot.Passage) *gate {
	g := &gate{}
	for _, p := range ps {
		g.passages = append(g.passages, p.Title+"\n"+p.Text)
	}
	return g
}

// add takes what was written and returns what may be shown now.
func (g *gate) add(s string) string {
	g.all += s
	end := g.shown + clause(g.all[g.shown:])
	if end <= g.tried {
		return ""
	}
	g.tried = end
	out := g.all[g.shown:end]
	if !g.bears(out) { // a date may go on in the next clause
		return ""
	}
	g.shown = end
	return out
}

// rest returns what has not been shown at the end of an answer, false when it
// says what no passage says.
func (g *gate) rest() (string, bool) {
	return g.all[g.shown:], g.bears(g.all[g.shown:])
}

func (g *gate) bears(s string) bool {
	for _, x := range kb.Supported(s, g.passages) {
		if len(x.Missing) > 0 {
			return false
		}
	}
	return true
}

// clause returns how long s is up to the end of its last whole clause. A comma
// or full stop before a digit may be within a date or a number.
func clause(s string) int {
	if i := strings.LastIndexAny(s, "。！？；，\n"); i >= 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		s, i = s[i+n:], i+n
		return i + spaced(s)
	}
	return spaced(s)
}

// spaced is clause for the marks that end a clause when a space follows.
func spaced(s string) int {
	for i := len(s) - 3; i >= 0; i-- {
		if strings.IndexByte(".,;!?:", s[i]) < 0 || s[i+1] != ' ' {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(s[i+2:]); !unicode.IsDigit(next) && next != ' ' {
			return i + 2
		}
	}
	return 0
}
