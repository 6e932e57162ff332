package sentiment

import (
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// apart reads a word whose letters were taken apart, for emphasis or to get by
// a filter: "w a s t e", 垃.圾. It returns where to read on, i when there is none.
func (r *reader) apart(i int) int {
	if i > 0 && (isWord(r.s[i-1]) || r.s[i-1] >= utf8.RuneSelf) {
		return i
	}
	least := 2
	if isWord(r.s[i]) {
		least = 4 // "a b" is no word
	}
	var joined [32]byte
	n, letters := 0, 0
	var best *entry
	end := i
	for at := i; at < len(r.s) && n < len(joined)-utf8.UTFMax; at++ {
		c, size := utf8.DecodeRuneInString(r.s[at:])
		if !text.IsHan(c) && !isWord(r.s[at]) {
			break
		}
		n += copy(joined[n:], r.s[at:at+size])
		letters++
		at += size
		if at < len(r.s) && isWord(r.s[at]) {
			break
		}
		if letters >= least {
			if e, stop := r.lex.longest(string(joined[:n]), 0); e != nil && stop == n {
				best, end = e, at
			}
		}
		if at == len(r.s) || strings.IndexByte(" .*-_/|~", r.s[at]) < 0 {
			break
		}
	}
	if best != nil {
		r.found(best, i, end)
	}
	return end
}
