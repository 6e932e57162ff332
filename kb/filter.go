package kb

import (
	"slices"
	"strings"
)

// What a filter must look at, by entry: an entry none of whose flags a query
// asks about passes unread.
const (
	flagTimed    uint8 = 1 << iota // From or Until is set
	flagLimited                    // Channels or Audience is set
	flagProduct                    // Products is set
	flagUnserved                   // not approved, or taken back: never served
	flagAny                        // every entry
)

func flagsOf(e *Entry) uint8 {
	f := flagAny
	if !e.From.IsZero() || !e.Until.IsZero() {
		f |= flagTimed
	}
	if len(e.Channels) > 0 || len(e.Audience) > 0 {
		f |= flagLimited
	}
	if len(e.Products) > 0 {
		f |= flagProduct
	}
	if !e.State.Serves() {
		f |= flagUnserved
	}
	return f
}

// flags are those of entries that the query's filters must read.
func (q *Query) flags() uint8 {
	f := flagLimited | flagUnserved
	if !q.Now.IsZero() {
		f |= flagTimed
	}
	if len(q.Products) > 0 {
		f |= flagProduct
	}
	if q.Category != "" || len(q.Tags) > 0 || q.OnlyLanguage && q.Language != "" {
		f |= flagAny
	}
	return f
}

// kinds are what filters look at, of entries that most have it alike.
type kinds struct {
	of   []uint32 // by entry, a place in all
	all  []Entry  // with no more than that
	seen map[string]uint32
	buf  []byte
}

// add adds what a filter looks at of the next entry.
func (k *kinds) add(e *Entry) {
	only := Entry{Category: e.Category, Tags: e.Tags, Channels: e.Channels, Audience: e.Audience, Products: e.Products, State: e.State, From: e.From, Until: e.Until}
	only.Texts = make(map[string]Text, len(e.Texts))
	for lang := range e.Texts {
		only.Texts[lang] = Text{}
	}
	k.buf = appendEntry(k.buf[:0], only)
	n, ok := k.seen[string(k.buf)]
	if !ok {
		if k.seen == nil {
			k.seen = map[string]uint32{}
		}
		n = uint32(len(k.all))
		key := string(k.buf)
		c := codec{all: key}
		k.all = append(k.all, c.entry())
		k.seen[key] = n
	}
	k.of = append(k.of, n)
}

func (k *kinds) passes(d uint32, q *Query) bool { return k.at(d).Passes(q) }

// at is what a filter looks at of an entry.
func (k *kinds) at(d uint32) *Entry { return &k.all[k.of[d]] }

// Passes reports whether an entry may answer a query.
func (e *Entry) Passes(q *Query) bool {
	if !e.State.Serves() {
		return false
	}
	if len(e.Channels) > 0 && !slices.Contains(e.Channels, q.Channel) {
		return false
	}
	if len(e.Audience) > 0 && !overlap(e.Audience, q.Roles) {
		return false
	}
	if len(e.Products) > 0 && len(q.Products) > 0 && !overlap(e.Products, q.Products) {
		return false
	}
	if q.Category != "" && e.Category != q.Category {
		return false
	}
	for _, t := range q.Tags {
		if !slices.Contains(e.Tags, t) {
			return false
		}
	}
	if !q.Now.IsZero() {
		if !e.From.IsZero() && q.Now.Before(e.From) || !e.Until.IsZero() && !q.Now.Before(e.Until) {
			return false
		}
	}
	if q.OnlyLanguage && q.Language != "" {
		_, ok := e.textIn(q.Language)
		return ok
	}
	return true
}

func overlap(a, b []string) bool {
	for _, s := range a {
		if slices.Contains(b, s) {
			return true
		}
	}
	return false
}

// textIn finds the language of the entry that serves a wanted one: itself, or
// the nearest it is a variety of: zh-Hant-TW, zh-Hant, zh.
func (e *Entry) textIn(want string) (string, bool) {
	for lang := want; lang != ""; {
		if _, ok := e.Texts[lang]; ok {
			return lang, true
		}
		i := strings.LastIndexByte(lang, '-')
		if i < 0 {
			break
		}
		lang = lang[:i]
	}
	return "", false
}

// answerOn is the answer for a channel.
func (t *Text) answerOn(channel string) string {
	if a, ok := t.ByChannel[channel]; ok && channel != "" {
		return a
	}
	return t.Answer
}

// answerIn picks the language of the answer: the query's, its base language,
// else that of the wording that matched.
func (e *Entry) answerIn(want, matched string) string {
	if lang, ok := e.textIn(want); ok {
		return lang
	}
	return matched
}
