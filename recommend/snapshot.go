package recommend

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"slices"
)

// magic begins a snapshot; its digit is the version.
const magic = "frontdesk recommend 7\n"

// Save writes what was learned from events: not the catalogue, the options or a
// bandit. Write it to a new file and rename that over the old one; a part of a
// snapshot is refused by Restore. Readers go on meanwhile, events wait.
func (s *Shelf) Save(w io.Writer) error {
	c := &codec{}
	s.writing.Lock()
	c.buf = append(make([]byte, 0, s.learned.roughly()), magic...)
	s.learned.code(c)
	s.writing.Unlock()
	c.buf = binary.LittleEndian.AppendUint32(c.buf, crc32.ChecksumIEEE(c.buf))
	if _, err := w.Write(c.buf); err != nil {
		return fmt.Errorf("recommend: saving a snapshot: %w", err)
	}
	return nil
}

// Restore replaces what was learned with what Save wrote; on an error nothing
// changes. Events recorded since the snapshot are recorded again by the host,
// from its log: those it holds count once.
func (s *Shelf) Restore(r io.Reader) error {
	raw, err := readAll(r)
	if err != nil {
		return fmt.Errorf("recommend: restoring a snapshot: %w", err)
	}
	body, ok := bytes.CutPrefix(raw, []byte(magic))
	if !ok || len(body) < 4 {
		return fmt.Errorf("recommend: restoring a snapshot: it does not begin with %q: it is none, or of another version; learn from the log instead", magic)
	}
	sum := binary.LittleEndian.Uint32(raw[len(raw)-4:])
	if crc32.ChecksumIEEE(raw[:len(raw)-4]) != sum {
		return fmt.Errorf("recommend: restoring a snapshot: %w: its sum does not agree; learn from the log instead", errDamaged)
	}
	l := newLearned(&s.opts)
	c := &codec{buf: body[:len(body)-4], reading: true}
	if l.code(c); c.err == nil && len(c.buf) > 0 {
		c.fail()
	}
	if c.err != nil {
		return fmt.Errorf("recommend: restoring a snapshot: %w; learn from the log instead", c.err)
	}
	s.change(func() {
		s.learned = l
		clear(s.index.nos)
		for i := range s.index.place {
			if it := &s.index.place[i]; it.goods != nil {
				it.no = l.items.add(it.ID)
				s.index.number(it)
			}
		}
	})
	return nil
}

// readAll is io.ReadAll that makes room once where a reader knows how much it
// holds.
func readAll(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	switch r := r.(type) {
	case interface{ Len() int }:
		b.Grow(r.Len() + bytes.MinRead)
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			b.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// roughly is about how many bytes a snapshot takes: most of it are pairs.
func (l *learned) roughly() int {
	n := 1 << 16
	for _, p := range []*pairs{&l.together, &l.next, &l.basket} {
		for i := range p.rows {
			n += 100 + 10*int(p.rows[i].n)
		}
	}
	return n + n/8
}

// code writes or reads everything learned.
func (l *learned) code(c *codec) {
	array(c, &l.items.of, c.str)
	if c.reading {
		if len(l.items.of) == 0 {
			l.items.of = []string{""}
		}
		for i, id := range l.items.of[1:] {
			l.items.no[id] = uint32(i + 1)
		}
	}
	c.items = uint32(len(l.items.of))
	for _, p := range []*pairs{&l.together, &l.next, &l.basket} {
		p.code(c)
	}
	for _, v := range []*visits{l.visits, l.alike, l.baskets} {
		v.code(c)
	}
	l.repeats.code(c)
	array(c, &l.popular, c.f32)
	c.f32(&l.most)
	table(c, &l.users, func(id *string, u **person) {
		c.str(id)
		if *u == nil {
			*u = newPerson()
		}
		(*u).code(c)
	})
	l.known.now.code(c)
	l.known.old.code(c)
	array(c, &l.waiting.events, func(e *Event) { e.code(c) })
	c.time(&l.waiting.newest)
	table(c, (*map[string]*trend)(&l.trends), func(name *string, t **trend) {
		c.str(name)
		if *t == nil {
			*t = newTrend()
		}
		(*t).decay.code(c)
		c.f32(&(*t).most)
		table(c, &(*t).count, func(i *uint32, w *float32) { c.item(i); c.f32(w) })
		(*t).top.code(c)
	})
	table(c, &l.gaps, func(i *uint32, g *gaps) {
		c.item(i)
		c.i64((*int64)(&g.sum))
		c.int(&g.n)
	})
	l.decay.code(c)
	found := l.fitted != nil
	if c.flag(&found); found {
		if c.reading {
			l.fitted = &fitted{}
		}
		for _, rows := range []*[][]cell{&l.fitted.with, &l.fitted.bought, &l.fitted.after} {
			array(c, rows, func(r *[]cell) {
				array(c, r, func(x *cell) { c.item(&x.item); c.signed(&x.w) })
			})
		}
	}
	l.top.code(c)
}

func (l *leaders) code(c *codec) {
	array(c, &l.items, c.item)
	c.f32(&l.least)
	if c.reading && len(l.items) > 0 {
		l.in = make(map[uint32]bool, len(l.items))
		for _, i := range l.items {
			l.in[i] = true
		}
	}
}

func (d *decay) code(c *codec) {
	c.time(&d.from)
	c.time(&d.newest)
	array(c, &d.ahead, c.time)
}

func (p *pairs) code(c *codec) {
	array(c, &p.seen, c.f32)
	if c.reading {
		p.rows = make([]row, len(p.seen))
	}
	for i := range p.rows {
		if p.rows[i].code(c); c.err != nil {
			return
		}
	}
}

// code keeps every cell in its slot, so that nothing has to find its place
// again and a restored row grows as the saved one would have.
func (r *row) code(c *codec) {
	size, n := c.uint(uint64(len(r.cells))), c.uint(uint64(r.n))
	if size == 0 && n == 0 {
		return
	}
	if !c.reading {
		from := 0
		for at, x := range r.cells {
			if x.item != 0 {
				c.buf = append(c.buf, byte((at-from)>>8), byte(at-from))
				c.buf = binary.LittleEndian.AppendUint32(c.buf, x.item)
				c.buf = binary.LittleEndian.AppendUint32(c.buf, math.Float32bits(x.w))
				from = at + 1
			}
		}
	} else {
		const cost = 10
		if size > rowMost || n*20 > size*17 || n*cost > uint64(len(c.buf)) {
			c.fail()
			return
		}
		r.cells, r.n = make([]cell, size), uint16(n)
		at := 0
		for range n {
			b := c.buf[:cost]
			at += int(b[0])<<8 | int(b[1])
			x := cell{binary.LittleEndian.Uint32(b[2:]), math.Float32frombits(binary.LittleEndian.Uint32(b[6:]))}
			if at >= len(r.cells) || x.item == 0 || x.item >= c.items || !(x.w >= 0 && x.w <= math.MaxFloat32) {
				c.fail()
				return
			}
			r.cells[at] = x
			at++
			c.buf = c.buf[cost:]
		}
	}
	if c.reading && n > rowTop {
		r.choose()
	}
}

func (v *visits) code(c *codec) {
	c.u32(&v.next)
	at, held := uint32(0), []uint32(nil)
	array(c, &v.keys, func(key *string) {
		c.str(key)
		if !c.reading {
			held = v.items.of(at)
		}
		if array(c, &held, c.item); c.reading {
			if v.items.add(); len(held) > maxSession {
				c.fail()
				return
			}
			for _, item := range held {
				v.items.append(at, item)
			}
		}
		at++
	})
	if c.reading && (len(v.keys) > maxVisits || int(v.next) < len(v.keys) || len(v.keys) < maxVisits && int(v.next) != len(v.keys)) {
		c.fail()
		return
	}
	if c.reading { // the ring's numbers follow from next
		for i, key := range v.keys {
			if key != "" { // not erased
				v.open[key] = v.next - 1 - (v.next-1-uint32(i))%maxVisits
			}
		}
	}
	array(c, &v.postings, func(p *[]uint32) {
		array(c, p, c.u32)
		if len(*p) > 2*maxPosting {
			c.fail()
		}
	})
	for i := range v.items.at {
		for _, item := range v.items.of(uint32(i)) {
			if int(item) >= len(v.postings) {
				c.fail()
				return
			}
		}
	}
}

func (u *person) code(c *codec) {
	array(c, &u.items, c.item)
	array(c, &u.again, func(h *habit) {
		c.f32(&h.count)
		c.u32(&h.last)
	})
	c.u32(&u.steps)
	if len(u.again) != len(u.items) {
		c.fail()
	}
	array(c, &u.facts, func(f *fact) {
		c.item(&f.item)
		c.flag(&f.owned)
		c.flag(&f.unwanted)
		c.flag(&f.returned)
		c.f32(&f.mastered)
		c.i64(&f.bought)
		c.i64(&f.dismissed)
		c.i64(&f.progressed)
	})
	for i := range u.facts {
		u.rejects = u.rejects || u.facts[i].unwanted || u.facts[i].returned
	}
	if !slices.IsSortedFunc(u.facts, func(a, b fact) int { return byFact(a, b.item) }) {
		c.fail()
	}
	u.shown.code(c, func(i *uint32, n *int) { c.item(i); c.int(n) })
}

func (l *latest[K, V]) code(c *codec, each func(*K, *V)) {
	table(c, &l.now, each)
	table(c, &l.old, each)
}

func (e *Event) code(c *codec) {
	for _, s := range []*string{&e.ID, &e.Tenant, &e.Customer, &e.Session, &e.Kind, &e.Item, &e.Basket} {
		c.str(s)
	}
	c.time(&e.At)
	f := float32(max(0, e.Value))
	if c.f32(&f); c.reading {
		e.Value = float64(f)
	}
	array(c, &e.Segments, c.str)
}
