package entity

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Built-in entity types. Names and patterns of the host may use these or any
// other name.
const (
	TypeOrder    = "order"     // Value "SF1234567890", letters in upper case
	TypeTracking = "tracking"  // Value "1Z999AA10123456784", see Options.Tracking
	TypePhone    = "phone"     // Value in E.164, "+8613800138000"
	TypeEmail    = "email"     // Value in lower case
	TypeURL      = "url"       // Value as written
	TypeMoney    = "money"     // Value "200..300 CNY", Entity.Money set
	TypeQuantity = "quantity"  // Value "2 件", Entity.Quantity set
	TypeDate     = "date"      // Value RFC 3339, Entity.When set
	TypeSize     = "size"      // Value "L", "XXL", "42"
	TypeIDCard   = "id_card"   // Value of 18 characters, the check digit being right
	TypeBankCard = "bank_card" // Value in digits, of an issuer's range and right after Luhn
	TypePlate    = "plate"     // Value "沪A12345", of China
)

// maxText bounds how much of one message is looked at, in bytes: nothing a
// customer types by hand is longer, and a pasted megabyte must not hold up a turn.
const maxText = 64 << 10

// Options says what an [Extractor] looks for. The zero value, like a
// nil pointer, means the built-in types only.
type Options struct {
	// Names are the gazetteer: products, categories, colours, brands and so on.
	Names []Name
	// Slips also finds names that were misspelt: Latin names of six letters or
	// more with one letter wrong, missing, too many or two exchanged, the first
	// letter being right (addidas); and Chinese names with characters
	// that sound alike (洪米 for 红米, also zh for z, ng for n), at least one
	// being right. What was found so has Fuzzy set. A name written right always
	// goes first, and words that happen to come close can be hidden (see Name).
	Slips bool
	// Patterns are the host's own regular expressions.
	Patterns []Pattern
	// Tagger finds what names and patterns cannot say, such as a
	// [github.com/frontdesk-go/frontdesk/nlu/slot.Tagger]; nil for none. Where
	// it and the others overlap the longest wins, and the others where both are
	// of one length.
	Tagger Tagger
	// NoDefaults turns all built-in types off.
	NoDefaults bool
	// Without turns single built-in types off, by name ("url", "order").
	Without []string
	// Order is a regular expression that an order number matches as a whole,
	// letters in upper case: `[A-Z]{2}\d{8}`. "" means the default shape: 4 to
	// 20 digits, or 1 to 4 letters and at least 3 digits, when it stands
	// alone; anything with a digit after a word such as 订单 or "order".
	Order string
	// Tracking is a regular expression that a tracking number matches as a
	// whole, letters in upper case: [Carriers], or the shape of the host's own
	// carrier. What matches is of TypeTracking even where the message says
	// order. "" finds none: a tracking number is then an order number.
	Tracking string
}

// Tagger finds entities in a message; offsets are bytes of the message, in
// order and not overlapping. It must be safe for concurrent use.
type Tagger interface {
	Extract(message, language string, now time.Time) []Entity
}

// Extractor finds entities in a message. It is immutable and safe for
// concurrent use. A nil *Extractor finds nothing.
type Extractor struct {
	names    *gazetteer
	patterns []compiled
	order    *regexp.Regexp
	tracking *regexp.Regexp
	off      map[string]bool
	builtin  bool
	tagger   Tagger
}

// New compiles names and patterns. An error names the pattern or name
// that is wrong. Building 20,000 names takes some tens of milliseconds.
func New(opts *Options) (*Extractor, error) {
	if opts == nil {
		opts = &Options{}
	}
	x := &Extractor{builtin: !opts.NoDefaults, off: map[string]bool{}, tagger: opts.Tagger}
	for _, t := range opts.Without {
		x.off[t] = true
	}
	var err error
	if opts.Order != "" {
		if x.order, err = regexp.Compile(`^(?:` + opts.Order + `)$`); err != nil {
			return nil, fmt.Errorf("entity: Options.Order %q: %w", opts.Order, err)
		}
	}
	if opts.Tracking != "" {
		if x.tracking, err = regexp.Compile(`^(?:` + opts.Tracking + `)$`); err != nil {
			return nil, fmt.Errorf("entity: Options.Tracking %q: %w", opts.Tracking, err)
		}
	}
	if x.patterns, err = compilePatterns(opts.Patterns); err != nil {
		return nil, err
	}
	if x.names, err = newGazetteer(opts.Names, opts.Slips); err != nil {
		return nil, err
	}
	return x, nil
}

// Extract returns the entities of this message alone, in order and not
// overlapping. Where readings overlap the longest wins, then the more telling
// kind (host patterns and cued order numbers, cards and plates, url, email,
// phone, size, names, date, money, quantity, bare order numbers), then the
// earlier. Text is always text[Start:End], whatever width, case or script the
// customer used.
//
// language is a BCP 47 tag or ""; both languages are always looked for, the
// tag only settles what reads differently (5/3 is May 3, but 5 March for
// "en-GB"). Relative dates count from now, in its Location.
func (x *Extractor) Extract(message, language string, now time.Time) []Entity {
	if x == nil || message == "" {
		return nil
	}
	if len(message) > maxText {
		n := maxText
		for n > 0 && !utf8.RuneStart(message[n]) {
			n--
		}
		message = message[:n]
	}
	// Repeats are kept: 1000 is not 100, and "//" belongs to an address.
	m := text.Normalize(message, &text.Options{KeepRepeats: true})
	c := &scan{x: x, src: message, m: m, s: m.Text, lang: language, now: now, today: midnight(now)}
	c.patterns()
	x.names.find(c)
	if x.builtin {
		c.builtins()
	}
	out := c.resolve()
	if x.tagger != nil {
		out = merge(out, x.tagger.Extract(message, language, now))
	}
	return out
}

// merge adds to own what the tagger found where nothing of own is as long.
func merge(own, tagged []Entity) []Entity {
	for _, e := range tagged {
		overlaps := func(o Entity) bool { return o.Start < e.End && e.Start < o.End }
		longer := func(o Entity) bool { return overlaps(o) && o.End-o.Start >= e.End-e.Start }
		if !slices.ContainsFunc(own, longer) {
			own = append(slices.DeleteFunc(own, overlaps), e)
		}
	}
	slices.SortFunc(own, func(a, b Entity) int { return cmp.Compare(a.Start, b.Start) })
	return own
}

// found is a candidate in the normalised text.
type found struct {
	Entity
	from, to int
	rank     int8
}

// Ranks settle candidates of equal length; smaller wins.
const (
	rankPattern int8 = iota
	rankOrderCue
	rankDocument
	rankURL
	rankEmail
	rankPhone
	rankSize
	rankName
	rankDate
	rankMoney
	rankQuantity
	rankOrder
)

// add keeps a candidate unless its type is switched off.
func (c *scan) add(from, to int, rank int8, e Entity) {
	if from >= to || rank != rankName && rank != rankPattern && c.x.off[e.Type] {
		return
	}
	c.out = append(c.out, found{Entity: e, from: from, to: to, rank: rank})
}

// builtins tries every built-in recogniser at every place it may start.
func (c *scan) builtins() {
	c.documents()
	for i, r := range c.s {
		switch {
		case isDigit(c.s[i]):
			if i > 0 && isDigit(c.s[i-1]) {
				continue
			}
			if c.before(i) == '第' {
				continue
			}
			c.phone(i)
			c.orderNumber(i)
			c.size(i)
			if i > 1 && c.s[i-1] == '.' && isDigit(c.s[i-2]) {
				continue // the fraction of a number already read
			}
			c.date(i)
			c.money(i)
			c.quantity(i)
		case isLetter(c.s[i]):
			if i > 0 && isAlnum(c.s[i-1]) {
				continue
			}
			c.url(i)
			c.orderNumber(i)
			c.size(i)
			c.date(i)
			c.money(i)
			c.quantity(i)
		case r == '@':
			c.email(i)
		case r < utf8.RuneSelf:
			if r == '+' || r == '(' {
				c.phone(i)
			}
			if r == '$' || r == '<' || r == '>' || r == '~' {
				c.money(i)
			}
		default:
			c.plate(i, r)
			prev, _ := utf8.DecodeLastRuneInString(c.s[:i])
			if hanNumeral(r) {
				if hanNumeral(prev) || prev == '第' || prev == '每' {
					continue
				}
				c.phone(i)
			}
			k := startsHan(r)
			if k&(hanSize|hanNumber) != 0 {
				c.size(i)
			}
			if k&hanDate != 0 {
				c.date(i)
			}
			if k&hanNumber != 0 {
				c.quantity(i)
			}
			if k&hanMoney != 0 {
				c.money(i)
			}
		}
	}
}

// What a non-ASCII character may begin, as bits.
const (
	hanNumber = 1 << iota
	hanDate
	hanMoney
	hanSize
)

// startsHan spares most characters the tables of words: it knows the first
// character of every word that the recognisers look for.
func startsHan(r rune) int {
	switch r {
	case '¥', '￥', '€', '£', '≤', '≥', '≈', '别', '低', '少', '不', '便', '预', '控', '超', '高', '多', '起', '差', '约', '介', '从', '人', '至':
		return hanMoney
	case '几':
		return hanMoney | hanDate
	case '小':
		return hanMoney | hanSize
	case '最':
		return hanMoney | hanDate
	case '大':
		return hanMoney | hanDate | hanSize
	case '中':
		return hanDate | hanSize
	case '均', '加', '特':
		return hanSize
	case '今', '明', '后', '昨', '前', '上', '这', '本', '下', '周', '星', '礼', '月', '去', '过', '近', '再', '好',
		'早', '清', '午', '傍', '晚', '夜', '凌', '国', '年', '零', '重', '劳', '元', '情', '妇', '儿', '教', '圣', '平', '双', '春', '除', '端', '母', '父', '感', '正':
		return hanDate
	}
	if hanNumeral(r) {
		return hanNumber | hanDate | hanMoney
	}
	return 0
}

// resolve chooses among overlapping candidates and maps them to the
// customer's own text.
func (c *scan) resolve() []Entity {
	if len(c.out) == 0 {
		return nil
	}
	slices.SortStableFunc(c.out, func(a, b found) int {
		if a.Fuzzy != b.Fuzzy { // a guess comes after all that is certain
			if a.Fuzzy {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.rank, b.rank), cmp.Compare(a.from, b.from))
	})
	// What is chosen earlier is at least as long, guesses apart, so an overlap
	// covers one end of the later candidate.
	taken := make([]bool, len(c.s))
	kept := c.out[:0]
	for _, f := range c.out {
		if taken[f.from] || taken[f.to-1] || f.Fuzzy && slices.Contains(taken[f.from:f.to], true) {
			continue
		}
		for i := f.from; i < f.to; i++ {
			taken[i] = true
		}
		if f.Type != "" { // a blocker has done its work
			kept = append(kept, f)
		}
	}
	slices.SortFunc(kept, func(a, b found) int { return cmp.Compare(a.from, b.from) })

	out := make([]Entity, 0, len(kept))
	end := 0
	at := kept[:0] // those of out
	for _, f := range kept {
		s, e := c.m.Original(f.from, f.to)
		if s < end || s >= e || e > len(c.src) {
			continue // two halves of one character of the customer's
		}
		end = e
		f.Start, f.End, f.Text = s, e, c.src[s:e]
		if f.Type == TypeURL {
			f.Value = f.Text
		}
		out, at = append(out, f.Entity), append(at, f)
	}
	if len(out) == 0 {
		return nil
	}
	c.refuse(out, at)
	return out
}
