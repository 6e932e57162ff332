package keep

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/pii"
	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Kind is what is wrong with an entry.
type Kind string

// The kinds of findings.
const (
	Duplicate     Kind = "duplicate"        // two entries ask the same
	NearDuplicate Kind = "near-duplicate"   // two entries ask nearly the same
	Contradiction Kind = "contradiction"    // and their answers differ in a number or in yes and no
	Translation   Kind = "translation"      // two languages of an entry differ in a number
	Channel       Kind = "channel"          // an answer for a channel differs in a number from that for others
	Missing       Kind = "missing-language" // an entry lacks a language that is asked for
	Expired       Kind = "expired"          // Until has passed
	Expiring      Kind = "expiring"         // Until will pass soon
	Stale         Kind = "stale"            // not reviewed for long
	PastDate      Kind = "past-date"        // the answer speaks of a date that has passed
	Edited        Kind = "source-changed"   // its source says otherwise now, and nobody has looked yet
	Falling       Kind = "falling"          // it helps fewer customers than it did
	Doubtful      Kind = "unhelpful"        // it helps fewer than half
	Link          Kind = "broken-link"      // a link leads nowhere
	Variable      Kind = "variable"         // a variable or placeholder is unfilled
	Personal      Kind = "personal-data"    // a telephone number, address, … stands in the text
	Empty         Kind = "empty-answer"     // there is no answer
)

// Finding is one thing to look at.
type Finding struct {
	Kind Kind `json:"kind"`
	// ID is the entry, Other the one it is held against, if any; Languages and
	// Source are where to look.
	ID       string    `json:"id"`
	Other    string    `json:"other,omitempty"`
	Language string    `json:"language,omitempty"`
	Source   kb.Source `json:"source,omitzero"`
	// Question is the entry's, for who does not know the id. Personal data is
	// masked.
	Question string `json:"question,omitempty"`
	// Text is the passage meant, Against that of the other; Like is how much
	// two questions have in common, 0 to 1. Personal data is masked.
	Text    string  `json:"text,omitempty"`
	Against string  `json:"against,omitempty"`
	Like    float64 `json:"like,omitempty"`
}

// String is the finding on a line: where, what, and the texts.
func (f Finding) String() string {
	var b strings.Builder
	switch {
	case f.Source.Line > 0:
		fmt.Fprintf(&b, "%s:%d: ", f.Source.File, f.Source.Line)
	case f.Source.File != "":
		b.WriteString(f.Source.File + ": ")
	}
	fmt.Fprintf(&b, "%s: %s", f.Kind, f.ID)
	if f.Other != "" {
		b.WriteString(" / " + f.Other)
	}
	if f.Language != "" {
		b.WriteString(" [" + f.Language + "]")
	}
	if f.Text != "" {
		fmt.Fprintf(&b, ": %q", f.Text)
	}
	if f.Against != "" {
		fmt.Fprintf(&b, " / %q", f.Against)
	}
	return strings.Map(func(r rune) rune { // an id or the name of a file may hold what a terminal obeys
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, b.String())
}

// Options of Check. The zero value (and a nil pointer) works.
type Options struct {
	// Now judges dates; with the zero time they are not judged.
	Now time.Time
	// Soon is how long before its end an entry is Expiring, 14 days when 0;
	// MaxAge how long after its review it is Stale, 365 days when 0.
	Soon, MaxAge time.Duration
	// Languages that every question needs; when nil, those that at least half
	// of the questions have. Passages need none.
	Languages []string
	// Near is the least share of words that near-duplicates have in common,
	// 0.75 when 0.
	Near float64
	// Link judges links to elsewhere (https://…); nil takes them as good. It is
	// called once for each.
	Link func(url string) bool
	// Public are telephone numbers and addresses of the shop's own, which may
	// stand in texts as they are written there.
	Public []string
	// Variables are the names that may stand as {{name}}; nil allows any.
	Variables []string
	// Records tell how customers took the answers, as Learn has it.
	Records []Record
}

func (o *Options) fill() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Soon <= 0 {
		out.Soon = 14 * 24 * time.Hour
	}
	if out.MaxAge <= 0 {
		out.MaxAge = 365 * 24 * time.Hour
	}
	if out.Near <= 0 {
		out.Near = 0.75
	}
	return out
}

// Report is what Check found.
type Report struct {
	Entries  int          `json:"entries"`
	Counts   map[Kind]int `json:"counts"`
	Findings []Finding    `json:"findings"` // by kind, then as the entries stand
}

// Check goes through the entries of a base, as kb.ReadDir or Base.Entries gives
// them (what kb.New would reject it leaves to kb.New), and reports what someone should look at. Retired and rejected entries are
// left out. 100,000 entries take some seconds.
func Check(entries []kb.Entry, o *Options) Report {
	opts := o.fill()
	c := &checker{opts: opts, good: map[string]bool{}}
	entries, _ = kb.Merge(entries) // a base with errors does not load
	for i := range entries {
		if e := &entries[i]; e.State != kb.Retired && e.State != kb.Rejected {
			c.entries = append(c.entries, e)
		}
	}
	c.targets(entries)
	wanted := opts.Languages
	if wanted == nil {
		wanted = c.usual()
	}
	records := make(map[string]*Record, len(opts.Records))
	for i := range opts.Records {
		records[opts.Records[i].Entry] = &opts.Records[i]
	}
	for _, e := range c.entries {
		c.dates(e)
		c.helps(e, records[e.ID])
		c.translations(e)
		c.channels(e)
		for _, lang := range wanted {
			if e.Kind != kb.Passage && !has(e, lang) {
				c.add(Finding{Kind: Missing, Language: lang}, e)
			}
		}
		for _, lang := range languages(e) {
			c.text(e, lang)
		}
	}
	c.pairs()
	r := Report{Entries: len(c.entries), Counts: map[Kind]int{}, Findings: c.out}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Compare(slices.Index(kinds(), a.Kind), slices.Index(kinds(), b.Kind))
	})
	for _, f := range r.Findings {
		r.Counts[f.Kind]++
	}
	return r
}

// kinds are all, the gravest first.
func kinds() []Kind {
	return []Kind{Contradiction, Translation, Channel, Expired, Personal, Empty, Variable, Link, PastDate, Falling, Doubtful, Edited, Duplicate, NearDuplicate, Missing, Expiring, Stale}
}

type checker struct {
	opts    Options
	entries []*kb.Entry
	good    map[string]bool // links known to lead somewhere, or not
	out     []Finding
}

func (c *checker) add(f Finding, e *kb.Entry) {
	if f.Kind != Link { // which shows no more than its address
		f.Text, f.Against = c.shown(f.Text), c.shown(f.Against)
	}
	f.ID, f.Source, f.Question = e.ID, e.SourceIn(f.Language), c.shown(question(e, f.Language))
	c.out = append(c.out, f)
}

// shown is a text as a report has it: without personal data, and not too long.
func (c *checker) shown(s string) string {
	short := text.Cut(s, maxShown)
	if short != s {
		short += "…"
	}
	return maskBut(short, c.opts.Public)
}

const maxShown = 400 // bytes of a text in a finding

// question is an entry's in a language, or in the first it has.
func question(e *kb.Entry, lang string) string {
	t, ok := e.Texts[lang]
	if all := languages(e); !ok && len(all) > 0 {
		t = e.Texts[all[0]]
	}
	return t.Question
}

func languages(e *kb.Entry) []string {
	return slices.Sorted(maps.Keys(e.Texts))
}

// has reports whether an entry has a language or a variety of it.
func has(e *kb.Entry, lang string) bool {
	for l := range e.Texts {
		if l == lang || strings.HasPrefix(l, lang+"-") {
			return true
		}
	}
	return false
}

// usual are the languages that at least half of the questions have.
func (c *checker) usual() []string {
	count, all := map[string]int{}, 0
	for _, e := range c.entries {
		if e.Kind == kb.Passage {
			continue
		}
		all++
		for l := range e.Texts {
			count[l]++
		}
	}
	var out []string
	for l, n := range count {
		if l != "" && 2*n >= all {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return out
}

func (c *checker) dates(e *kb.Entry) {
	now := c.opts.Now
	switch {
	case now.IsZero():
		return
	case !e.Until.IsZero() && !now.Before(e.Until):
		c.add(Finding{Kind: Expired, Text: e.Until.Format(time.DateOnly)}, e)
	case !e.Until.IsZero() && e.Until.Sub(now) <= c.opts.Soon:
		c.add(Finding{Kind: Expiring, Text: e.Until.Format(time.DateOnly)}, e)
	}
	if !e.Reviewed.IsZero() && now.Sub(e.Reviewed) > c.opts.MaxAge {
		c.add(Finding{Kind: Stale, Text: e.Reviewed.Format(time.DateOnly)}, e)
	}
	for _, lang := range languages(e) {
		if d, ok := lastDate(e.Texts[lang].Answer); ok && d.Before(now.AddDate(0, 0, -1)) {
			c.add(Finding{Kind: PastDate, Language: lang, Text: d.Format(time.DateOnly)}, e)
		}
	}
}

// helps looks at what customers and the source say of an entry.
func (c *checker) helps(e *kb.Entry, r *Record) {
	if n := len(e.Steps); e.State == kb.Draft && n > 0 && (e.Steps[n-1].Why == edited || e.Steps[n-1].Why == back) {
		c.add(Finding{Kind: Edited, Text: e.Steps[n-1].At.Format(time.DateOnly)}, e)
	}
	if r == nil || !r.Falling && !r.Unhelpful {
		return
	}
	f := Finding{Kind: Doubtful, Text: fmt.Sprintf("%.0f %%", 100*r.Rate)}
	if r.Falling {
		f.Kind = Falling
	}
	if n := len(r.Reasons); n > 0 {
		f.Against = r.Reasons[n-1]
	}
	c.add(f, e)
}

// translations compares the numbers of an entry's languages.
func (c *checker) translations(e *kb.Entry) {
	langs := languages(e)
	for i := 1; i < len(langs); i++ {
		x, y, ok := differ(numbers(e.Texts[langs[0]].Answer), numbers(e.Texts[langs[i]].Answer))
		if ok {
			c.add(Finding{Kind: Translation, Text: langs[0] + ": " + x, Against: langs[i] + ": " + y}, e)
		}
	}
}

// channels compares the numbers of an answer with those for channels of their own.
func (c *checker) channels(e *kb.Entry) {
	for _, lang := range languages(e) {
		t := e.Texts[lang]
		for _, ch := range slices.Sorted(maps.Keys(t.ByChannel)) {
			if x, y, ok := differ(numbers(t.Answer), numbers(t.ByChannel[ch])); ok {
				c.add(Finding{Kind: Channel, Language: lang, Text: x, Against: ch + ": " + y}, e)
			}
		}
	}
}

// text looks at the wording in one language.
func (c *checker) text(e *kb.Entry, lang string) {
	t := e.Texts[lang]
	if strings.TrimSpace(t.Answer) == "" {
		c.add(Finding{Kind: Empty, Language: lang, Text: t.Question}, e)
		return
	}
	whole := strings.Join(append(saysOf(t), t.Answer), "\n")
	answers := t.Answer
	for _, ch := range slices.Sorted(maps.Keys(t.ByChannel)) {
		whole += "\n" + t.ByChannel[ch]
		answers += "\n" + t.ByChannel[ch]
	}
	for _, p := range c.opts.Public {
		if p != "" {
			whole = strings.ReplaceAll(whole, p, "")
		}
	}
	if found := pii.Find(whole); len(found) > 0 {
		c.add(Finding{Kind: Personal, Language: lang, Text: around(pii.Mask(whole), found[0].Start)}, e)
	}
	for _, v := range unfilled(whole, c.opts.Variables) {
		c.add(Finding{Kind: Variable, Language: lang, Text: v}, e)
	}
	for _, l := range links(answers) {
		if !c.leads(l, e.SourceIn(lang).File) {
			c.add(Finding{Kind: Link, Language: lang, Text: l}, e)
		}
	}
}

// around is the line of s that byte i stands in, or what is left of it.
func around(s string, i int) string {
	i = min(i, len(s))
	from, to := strings.LastIndexByte(s[:i], '\n')+1, strings.IndexByte(s[i:], '\n')
	if to < 0 {
		to = len(s) - i
	}
	return text.Cut(s[from:i+to], 120)
}

// targets collects what links inside the base may lead to: files, their
// anchors, and ids.
func (c *checker) targets(entries []kb.Entry) {
	for i := range entries {
		e := &entries[i]
		c.good["#"+e.ID] = true
		for lang := range e.Texts {
			if file := e.SourceIn(lang).File; file != "" {
				c.good[path.Clean(file)] = true
			}
		}
		if _, anchor, ok := strings.Cut(e.ID, "#"); ok {
			c.good[path.Clean(e.Source.File)+"#"+anchor] = true
		}
	}
}

// leads reports whether a link that stands in a file leads somewhere, as far as
// that can be told: a web address when Options.Link says so, a document of the
// base when it is there. A link to a picture or into a site is taken as good.
func (c *checker) leads(link, file string) bool {
	if strings.Contains(link, "://") {
		good, known := c.good[link]
		if !known {
			good = c.opts.Link == nil || c.opts.Link(link)
			c.good[link] = good
		}
		return good
	}
	if strings.HasPrefix(link, "#") {
		if plain, err := url.PathUnescape(link); err == nil {
			link = plain
		}
		return c.good[link] || c.good[path.Clean(file)+link]
	}
	target, _, _ := strings.Cut(link, "#")
	target, _, _ = strings.Cut(target, "?")
	if plain, err := url.PathUnescape(target); err == nil {
		target = plain // %E9%85%8D.md is 配.md
	}
	switch strings.ToLower(path.Ext(target)) {
	case ".md", ".markdown", ".html", ".htm", ".txt", ".docx", ".csv", ".json":
		return strings.HasPrefix(target, "/") || c.good[path.Join(path.Dir(file), target)]
	}
	return true
}
