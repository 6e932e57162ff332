package nlu

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

//go:embed slang/*.yaml
var slangFiles embed.FS

// Normalization says which differences of writing are left alone before a
// message is classified. The zero value folds them all. A saved model keeps
// its normalisation, tables included.
type Normalization struct {
	KeepCase        bool // upper and lower case, accents
	KeepTraditional bool // traditional Chinese characters
	KeepRepeats     bool // stretched words, runs of marks
	KeepEmoji       bool // emoji sequences in full
	// KeepSlang leaves the shipped table of slang, dialect and net wording out:
	// 肿么 stays 肿么, "gonna" stays "gonna".
	KeepSlang bool
	// Slang adds wordings: the standard one to its variants, as in
	// {"包裹": {"小包裹", "件儿"}}. See the shipped table for "|" and for guards.
	Slang map[string][]string
}

// Slang is the shipped table of colloquial, dialect and net wording, standard
// wording to variants, in the languages given ("zh", "en") or in all: a start
// for one's own.
func Slang(languages ...string) (map[string][]string, error) {
	out := map[string][]string{}
	files, err := fs.Glob(slangFiles, "slang/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if lang := strings.TrimSuffix(strings.TrimPrefix(f, "slang/"), ".yaml"); len(languages) > 0 && !slices.Contains(languages, lang) {
			continue
		}
		raw, err := slangFiles.ReadFile(f)
		if err != nil {
			return nil, err
		}
		table := map[string][]string{}
		if err := yaml.Unmarshal(raw, &table); err != nil {
			return nil, fmt.Errorf("nlu: %s: %w", f, err)
		}
		for k, v := range table {
			out[k] = append(out[k], v...)
		}
	}
	return out, nil
}

// rule rewrites one variant.
type rule struct {
	from, to      string
	before, after bool // ask for a boundary
}

// maxWording bounds a rule, so that rewriting a message cannot blow it up.
const maxWording = 256

func (r *rule) check() error {
	switch {
	case r.from == "":
		return errors.New("it has no text")
	case len(r.from) > maxWording || len(r.to) > maxWording:
		return fmt.Errorf("longer than %d bytes", maxWording)
	case !utf8.ValidString(r.from) || !utf8.ValidString(r.to):
		return errors.New("it is not UTF-8")
	}
	return nil
}

// normalizer is a Normalization made ready.
type normalizer struct {
	keep   text.Options
	rules  []rule // sorted by from; the longest of those that share a beginning last
	starts map[rune][2]int32
	ascii  [utf8.RuneSelf][2]int32 // starts of those
	seldom [64]uint64              // bits of the others that may start a rule
}

func newNormalizer(o *Normalization) (*normalizer, error) {
	if o == nil {
		o = &Normalization{}
	}
	n := &normalizer{keep: text.Options{KeepCase: o.KeepCase, KeepTraditional: o.KeepTraditional, KeepRepeats: o.KeepRepeats, KeepEmoji: o.KeepEmoji}}
	own := map[string]bool{}
	add := func(table map[string][]string, mine bool) error {
		for to, list := range table {
			for _, variant := range list {
				r, from := rule{to: n.fold(to)}, variant
				from, r.before = strings.CutPrefix(from, "|")
				from, r.after = strings.CutSuffix(from, "|")
				r.from = n.fold(from)
				if err := r.check(); err != nil {
					return fmt.Errorf("nlu: slang for %q: %q: %w", to, variant, err)
				}
				if own[r.from] && !mine {
					continue
				}
				own[r.from] = own[r.from] || mine
				n.rules = append(n.rules, r)
			}
		}
		return nil
	}
	if err := add(o.Slang, true); err != nil {
		return nil, err
	}
	if !o.KeepSlang {
		shipped, err := Slang()
		if err == nil {
			err = add(shipped, false)
		}
		if err != nil {
			return nil, err
		}
	}
	n.index()
	return n, nil
}

func (n *normalizer) fold(s string) string { return text.Normalize(s, &n.keep).Text }

// index sorts the rules; of two for one wording the first standard wording in
// alphabetical order stays.
func (n *normalizer) index() {
	slices.SortFunc(n.rules, func(a, b rule) int {
		return cmp.Or(strings.Compare(a.from, b.from), strings.Compare(a.to, b.to))
	})
	n.rules = slices.CompactFunc(n.rules, func(a, b rule) bool { return a.from == b.from })
	n.starts = map[rune][2]int32{}
	for i, r := range n.rules {
		first, _ := utf8.DecodeRuneInString(r.from)
		span, ok := n.starts[first]
		if !ok {
			span[0] = int32(i)
		}
		span[1] = int32(i + 1)
		n.starts[first] = span
		if first < utf8.RuneSelf {
			n.ascii[first] = span
		}
		n.seldom[first>>6&63] |= 1 << (first & 63)
	}
}

// starting are the rules that may start at r.
func (n *normalizer) starting(r rune) [2]int32 {
	switch {
	case r < utf8.RuneSelf:
		return n.ascii[r]
	case n.seldom[r>>6&63]&(1<<(r&63)) == 0:
		return [2]int32{}
	}
	return n.starts[r]
}

// Normalized is a text in standard wording and the way back.
type Normalized struct {
	// Text is the text that is classified.
	Text  string
	plain text.Mapped // before the wording was changed
	spans []rewritten
}

// rewritten says that Text[at:at+size] stands for plain.Text[from:to].
type rewritten struct{ at, size, from, to int }

// Original maps the byte range [start, end) of n.Text to the byte range of the
// customer's own text that it stands for. A range that touches a wording that
// was changed covers the whole of it.
func (n Normalized) Original(start, end int) (int, int) {
	start = min(max(start, 0), len(n.Text))
	end = min(max(end, start), len(n.Text))
	from, to, shift := -1, -1, 0
	for _, s := range n.spans {
		if from < 0 && start < s.at {
			from = start + shift
		}
		if to < 0 && end <= s.at {
			to = end + shift
		}
		if from < 0 && start < s.at+s.size {
			from = s.from
		}
		if to < 0 && end <= s.at+s.size {
			to = s.to
		}
		shift = s.to - s.at - s.size
	}
	if from < 0 {
		from = start + shift
	}
	if to < 0 {
		to = end + shift
	}
	return n.plain.Original(from, max(from, to))
}

// normalize folds a text and puts it into standard wording, reading from the
// left and taking the longest variant.
func (n *normalizer) normalize(s string) Normalized {
	out, _ := n.rewrite(text.Normalize(s, &n.keep), nil)
	return out
}

// wording is the text of normalize, made in f's memory as far as that goes.
func (n *normalizer) wording(f *featurer, s string) string {
	if n.keep != (text.Options{}) {
		return n.normalize(s).Text
	}
	var out Normalized
	out, f.wrote = n.rewrite(f.plain.Normalize(s), f.wrote[:0])
	return out.Text
}

// rewrite puts a folded text into standard wording; b is room for it.
func (n *normalizer) rewrite(plain text.Mapped, b []byte) (Normalized, []byte) {
	out := Normalized{plain: plain, Text: plain.Text}
	if len(n.rules) == 0 {
		return out, b
	}
	s := out.Text
	done := 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		best := -1
		// A rule in Latin letters or digits is a whole word.
		if span := n.starting(r); span[1] > 0 && (r >= utf8.RuneSelf || i == 0 || !isAlnum(s[i-1])) {
			for k := span[0]; k < span[1]; k++ {
				if strings.HasPrefix(s[i:], n.rules[k].from) && n.rules[k].stands(s, i) && (best < 0 || len(n.rules[k].from) > len(n.rules[best].from)) {
					best = int(k)
				}
			}
		}
		if best < 0 {
			i += size
			continue
		}
		x := &n.rules[best]
		end := i + len(x.from)
		if x.from != x.to {
			b = append(b, s[done:i]...)
			out.spans = append(out.spans, rewritten{len(b), len(x.to), i, end})
			b = append(b, x.to...)
			done = end
		}
		i = end
	}
	if out.spans == nil {
		return out, b
	}
	if b = append(b, s[done:]...); len(bytes.TrimSpace(b)) == 0 {
		out.spans = nil // "亲" alone is what was said
		return out, b
	}
	out.Text = string(b)
	return out, b
}

// stands reports whether the boundaries hold that the rule asks for at i; a
// variant in Latin letters or digits is always a whole word.
func (r *rule) stands(s string, i int) bool {
	prev, _ := utf8.DecodeLastRuneInString(s[:i])
	next, _ := utf8.DecodeRuneInString(s[i+len(r.from):])
	first, last := rune(r.from[0]), rune(r.from[len(r.from)-1])
	switch {
	case r.before && isWord(prev), r.after && isWord(next):
		return false
	case first < utf8.RuneSelf && isWord(prev) && !text.IsHan(prev) || prev == '\'' && first < utf8.RuneSelf:
		return false
	case last < utf8.RuneSelf && isWord(next) && !text.IsHan(next) || next == '\'' && last < utf8.RuneSelf:
		return false
	}
	return true
}

func isAlnum(b byte) bool {
	return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z'
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
