package keep

import (
	"maps"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/pii"
	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// CleanOptions of Clean. The zero value (and a nil pointer) works.
type CleanOptions struct {
	// Public are telephone numbers and addresses of the shop's own, which stay
	// as they are written there.
	Public []string
	// Repeated is in how many files a paragraph stands that is no part of what
	// they say (a notice, a way back to the start), 4 when 0; none when negative.
	Repeated int
}

// Cleaned is one thing that Clean took away.
type Cleaned struct {
	ID       string `json:"id"`
	Language string `json:"language"`
	// What is "personal-data", "repeated" or "empty"; Text is what is left of
	// personal data, masked, or what was taken away.
	What string `json:"what"`
	Text string `json:"text"`
}

// Clean returns entries as they may be shown: personal data masked, paragraphs
// left out of passages that stand in many files, and passages left out of which
// nothing remains. The entries given stay as they are.
func Clean(entries []kb.Entry, o *CleanOptions) ([]kb.Entry, []Cleaned) {
	var opts CleanOptions
	if o != nil {
		opts = *o
	}
	if opts.Repeated == 0 {
		opts.Repeated = 4
	}
	repeated := boilerplate(entries, opts.Repeated)
	var out []kb.Entry
	var done []Cleaned
	for i := range entries {
		e := entries[i]
		var texts map[string]kb.Text
		for _, lang := range languages(&e) {
			t := e.Texts[lang]
			note := func(what, s string) { done = append(done, Cleaned{e.ID, lang, what, text.Cut(s, 200)}) }
			mask := func(s string) string {
				m := maskBut(s, opts.Public)
				if m != s {
					note("personal-data", m)
				}
				return m
			}
			c := kb.Text{Question: mask(t.Question), Answer: mask(t.Answer), Category: t.Category, Source: t.Source}
			for _, ch := range slices.Sorted(maps.Keys(t.ByChannel)) {
				if c.ByChannel == nil {
					c.ByChannel = map[string]string{}
				}
				c.ByChannel[ch] = mask(t.ByChannel[ch])
			}
			for _, other := range t.Others {
				c.Others = append(c.Others, mask(other))
			}
			if e.Kind == kb.Passage && len(repeated) > 0 {
				var kept []string
				for p := range strings.SplitSeq(c.Answer, "\n\n") {
					if repeated[key(p)] {
						note("repeated", p)
						continue
					}
					kept = append(kept, p)
				}
				c.Answer = strings.TrimSpace(strings.Join(kept, "\n\n"))
			}
			if c.Question != t.Question || c.Answer != t.Answer || !slices.Equal(c.Others, t.Others) || !maps.Equal(c.ByChannel, t.ByChannel) {
				if texts == nil {
					texts = maps.Clone(e.Texts)
				}
				texts[lang] = c
			}
			if e.Kind == kb.Passage && c.Answer == "" {
				note("empty", c.Question)
				texts = maps.Clone(e.Texts)
				delete(texts, lang)
				e.Texts = texts
			}
		}
		if texts != nil {
			e.Texts = texts
		}
		if len(e.Texts) > 0 {
			out = append(out, e)
		}
	}
	return out, done
}

// boilerplate are the keys of paragraphs that stand in so many files and in one
// of five at least.
func boilerplate(entries []kb.Entry, least int) map[string]bool {
	if least < 0 {
		return nil
	}
	files := map[string]bool{}
	in := map[string]map[string]bool{}
	for i := range entries {
		e := &entries[i]
		if e.Kind != kb.Passage {
			continue
		}
		files[e.Source.File] = true
		for _, t := range e.Texts {
			for p := range strings.SplitSeq(t.Answer, "\n\n") {
				k := key(p)
				if k == "" {
					continue
				}
				if in[k] == nil {
					in[k] = map[string]bool{}
				}
				in[k][e.Source.File] = true
			}
		}
	}
	out := map[string]bool{}
	for k, n := range in {
		if len(n) >= least && 5*len(n) >= len(files) {
			out[k] = true
		}
	}
	return out
}

// maskBut masks the personal data of a text but for what is public.
func maskBut(s string, public []string) string {
	var b strings.Builder
	at := 0
	for _, p := range pii.Find(s) {
		found := s[p.Start:p.End]
		b.WriteString(s[at:p.Start])
		if slices.ContainsFunc(public, func(known string) bool { return known != "" && strings.Contains(known, found) }) {
			b.WriteString(found)
		} else {
			b.WriteString(pii.Mask(found))
		}
		at = p.End
	}
	b.WriteString(s[at:])
	return b.String()
}
