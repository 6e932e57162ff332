package kb

import (
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// codec writes values one after the other, or reads them, by the same calls, so
// that what is read is what was written. A number is a varint, a string its
// length and its bytes, nothing a 0. What is read takes no more room than a few
// times its bytes, whatever lengths it claims.
type codec struct {
	write bool
	out   []byte // written so far
	all   string // what is read
	at    int
	bad   bool // what is read is not what was written
}

func appendEntry(b []byte, e Entry) []byte {
	c := codec{write: true, out: b}
	c.fields(&e)
	return c.out
}

// entry reads what appendEntry wrote.
func (c *codec) entry() (e Entry) {
	c.fields(&e)
	return e
}

// fields are those of an entry. The id stands first.
func (c *codec) fields(e *Entry) {
	c.string(&e.ID)
	c.texts(&e.Texts)
	c.string((*string)(&e.Kind))
	c.list(&e.Path)
	c.string(&e.Category)
	c.list(&e.Tags)
	c.source(&e.Source)
	if !c.some(len(e.Channels)+len(e.Audience)+len(e.Products)+len(e.State)+len(e.Owner)+len(e.Steps) > 0 || !e.From.IsZero() || !e.Until.IsZero() || !e.Reviewed.IsZero()) {
		return
	}
	c.list(&e.Channels)
	c.list(&e.Audience)
	c.list(&e.Products)
	c.string((*string)(&e.State))
	c.time(&e.From)
	c.time(&e.Until)
	c.string(&e.Owner)
	c.time(&e.Reviewed)
	for i := range c.count(len(e.Steps)) {
		if !c.write {
			e.Steps = append(e.Steps, Step{})
		}
		s := &e.Steps[i]
		c.string((*string)(&s.To))
		c.string(&s.By)
		c.time(&s.At)
		c.string(&s.Why)
		if c.bad {
			return
		}
	}
}

// texts are the languages, sorted.
func (c *codec) texts(texts *map[string]Text) {
	var langs []string
	if c.write {
		langs = slices.Sorted(maps.Keys(*texts))
	}
	n := c.count(len(langs))
	if !c.write {
		*texts = make(map[string]Text, min(n, 8))
	}
	for i := range n {
		var lang string
		if c.write {
			lang = langs[i]
		}
		c.string(&lang)
		t := (*texts)[lang]
		c.string(&t.Question)
		c.string(&t.Answer)
		c.list(&t.Others)
		if c.some(len(t.ByChannel)+len(t.Category) > 0 || t.Source != nil) {
			c.channels(&t.ByChannel)
			c.string(&t.Category)
			if c.some(t.Source != nil) {
				if !c.write {
					t.Source = &Source{}
				}
				c.source(t.Source)
			}
		}
		if (*texts)[lang] = t; c.bad {
			return
		}
	}
}

// channels are the answers by channel, sorted.
func (c *codec) channels(by *map[string]string) {
	var names []string
	if c.write {
		names = slices.Sorted(maps.Keys(*by))
	}
	n := c.count(len(names))
	if !c.write && n > 0 {
		*by = make(map[string]string, min(n, 8))
	}
	for i := range n {
		var name string
		if c.write {
			name = names[i]
		}
		c.string(&name)
		s := (*by)[name]
		c.string(&s)
		if (*by)[name] = s; c.bad {
			return
		}
	}
}

func (c *codec) source(s *Source) {
	if !c.some(*s != Source{}) {
		return
	}
	c.string(&s.File)
	line := uint64(int64(s.Line))
	c.number(&line)
	s.Line = int(int64(line))
	c.string(&s.URL)
	c.string(&s.Sum)
}

func (c *codec) time(t *time.Time) {
	if !c.some(!t.IsZero()) {
		return
	}
	_, zone := t.Zone()
	sec, nano, east := uint64(t.Unix()), uint64(t.Nanosecond()), uint64(int64(zone))
	c.number(&sec)
	c.number(&nano)
	c.number(&east)
	if c.write {
		return
	}
	*t = time.Unix(int64(sec), int64(nano%1e9)).UTC()
	if z := int64(east); z != 0 && z > -1e6 && z < 1e6 {
		*t = t.In(time.FixedZone("", int(z)))
	}
}

// some writes, or reads, whether something follows.
func (c *codec) some(has bool) bool {
	n := uint64(0)
	if has {
		n = 1
	}
	c.number(&n)
	return n == 1
}

func (c *codec) number(n *uint64) {
	if c.write {
		c.out = binary.AppendUvarint(c.out, *n)
		return
	}
	*n = 0
	for shift := 0; ; shift += 7 {
		if c.at >= len(c.all) || shift > 63 {
			c.bad = true
			*n = 0
			return
		}
		b := c.all[c.at]
		c.at++
		*n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return
		}
	}
}

// count is how many things follow, each of which takes at least a byte.
func (c *codec) count(n int) int {
	v := uint64(n)
	c.number(&v)
	if !c.write && v > uint64(len(c.all)-c.at) {
		c.bad = true
		return 0
	}
	return int(v)
}

func (c *codec) string(s *string) {
	n := c.count(len(*s))
	if c.write {
		c.out = append(c.out, *s...)
		return
	}
	*s = c.all[c.at : c.at+n]
	c.at += n
}

func (c *codec) list(l *[]string) {
	n := c.count(len(*l))
	if !c.write && n > 0 {
		*l = make([]string, 0, min(n, 64))
	}
	for i := range n {
		if !c.write {
			*l = append(*l, "")
		}
		if c.string(&(*l)[i]); c.bad {
			return
		}
	}
}
