package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// consent reads a yes or a no to a text that was read: with more words than one
// ("yes, cancel it", "no, don't", 好的取消吧), as long as they stand in that text or
// say nothing new, and of "cancel it" and 取消吧 that they do what the question
// asks. What says anything else, asks, or says both is neither.
type consent struct {
	turn  *Turn
	text  string
	yesNo [][]string

	asked, question string          // the text folded, and the sentences of it that ask
	words           map[string]role // nil until a message is read
}

// role is what a word is to a question.
type role int

const (
	roleNew   role = iota // something else
	roleFill              // nothing
	roleYes               // agrees
	roleNo                // refuses
	roleNot               // turns around what follows
	roleDo                // demands what stands before it
	roleQuit              // ends the flow
	roleAsked             // stands in what was read
)

// ready looks up words and folds the text, which a flow that only passes by the
// question does not need.
func (c *consent) ready() {
	if c.words != nil {
		return
	}
	c.asked, c.words = text.Fold(c.text), map[string]role{}
	for _, s := range text.Sentences(c.asked) {
		if strings.HasSuffix(strings.TrimRight(s, " "), "?") {
			c.question += s
		}
	}
	note := func(r role, words []string) {
		for _, w := range words {
			if w = strings.TrimFunc(text.Fold(w), isMark); w != "" {
				c.words[w] = r
			}
		}
	}
	for _, of := range [...]struct {
		key  string
		role role
	}{{"confirm.cue.filler", roleFill}, {"confirm.cue.not", roleNot}, {"confirm.cue.do", roleDo}, {"confirm.cue.keep", roleNo}, {"flow.cue.cancel", roleQuit}} {
		s, _ := c.turn.lookup(of.key)
		words := splitWords(s)
		if of.role == roleNo || of.role == roleQuit {
			words = slices.DeleteFunc(words, func(w string) bool { return strings.Contains(c.asked, text.Fold(w)) })
		}
		note(of.role, words)
	}
	note(roleYes, c.yesNo[0])
	note(roleNo, c.yesNo[1])
}

// of is "yes", "no" or "" for a message.
func (c *consent) of(message string) string {
	c.ready()
	s := text.Fold(message)
	verdict, not, quit, last := "", false, false, ""
	for len(s) > 0 {
		if r, n := utf8.DecodeRuneInString(s); isMark(r) {
			s = s[n:]
			continue
		}
		r, n := c.next(s)
		switch {
		case r == roleNew, not && (r == roleYes || r == roleNo), (quit || verdict == "no") && r == roleYes:
			return ""
		case r == roleQuit:
			quit = true
		case r == roleYes:
			verdict = "yes"
		case r == roleNo, r == roleAsked && not:
			verdict, not = "no", false
		case r == roleNot:
			not = true
		case r == roleDo && verdict == "" && !quit && c.asks(last):
			verdict = "yes"
		}
		last = ""
		if r == roleAsked {
			last = s[:n]
		}
		s = s[n:]
	}
	if not {
		return "no"
	}
	return verdict
}

// swapped reports whether a message that asks for something else wants that
// instead: "no, change the address", 还是改地址吧.
func (c *consent) swapped(message string) bool {
	s := text.Fold(message)
	instead, _ := c.turn.lookup("confirm.cue.instead")
	if slices.ContainsFunc(splitWords(instead), func(w string) bool { return contains(s, w) }) {
		return true
	}
	first, _, rest := strings.Cut(strings.NewReplacer("。", ",", ".", ",", ";", ",", "!", ",").Replace(s), ",")
	return rest && c.of(first) == "no"
}

// doubtful reports whether a message that would end the flow asks something, or
// only repeats what the question asks: "cancel" to "Cancel the order?".
func (c *consent) doubtful(message string) bool {
	c.ready()
	return inquires(message) || c.asks(strings.TrimFunc(text.Fold(message), isMark))
}

// next is what a message begins with, and how long that is.
func (c *consent) next(s string) (role, int) {
	r, n := roleNew, 0
	for w, of := range c.words {
		if len(w) > n && strings.HasPrefix(s, w) && !latin(s, len(w), w[len(w)-1]) {
			r, n = of, len(w)
		}
	}
	if r == roleYes {
		return r, n
	}
	if read := c.read(s); read > n {
		return roleAsked, read
	}
	return r, n
}

// read is how much of a message's beginning stands in what was read: a word of
// letters or digits, or as many Chinese characters as do.
func (c *consent) read(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	if !text.IsHan(first) {
		end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) || text.IsHan(r) })
		if end < 0 {
			end = len(s)
		}
		if contains(c.asked, s[:end]) {
			return end
		}
		return 0
	}
	most := 0
	for to := n; strings.Contains(c.asked, s[:to]); to += n {
		most = to
		var r rune
		if r, n = utf8.DecodeRuneInString(s[to:]); !text.IsHan(r) {
			break
		}
	}
	return most
}

// asks reports whether a word is what the question asks to do: it stands in the
// sentence that asks, and nothing before it there says no to it.
func (c *consent) asks(word string) bool {
	at := indexWord(c.question, word, 0)
	return word != "" && at >= 0 && !refused(c.question[:at])
}
