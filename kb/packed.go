package kb

import (
	"errors"
	"math/bits"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// packed are the entries of a segment, one after the other in one string, as
// they are saved too: a tenth of what they take as values. An entry is read when
// it is asked for; its strings are parts of that string.
type packed struct {
	raw  string
	at   []uint64 // entry d is raw[at[d]:at[d+1]]
	slot []uint32 // number + 1 of the entry whose id hashes to it or before, 0 when free
}

func pack(entries []Entry) *packed {
	p := &packed{at: make([]uint64, 1, len(entries)+1)}
	var b []byte
	for i := range entries {
		b = appendEntry(b, entries[i])
		p.at = append(p.at, uint64(len(b)))
		if i+1 == sample {
			b = slices.Grow(b, len(b)/sample*(len(entries)-sample)/8*9)
		}
	}
	p.raw = string(b)
	p.index()
	return p
}

// errEntries says that packed entries are not what pack makes.
var errEntries = errors.New("the entries are not whole")

// unpack reads what pack made, and checks it; each is called with the entries in
// turn.
func unpack(raw []byte, each func(d int, e *Entry) error) (*packed, error) {
	p := &packed{raw: string(raw), at: []uint64{0}}
	r := codec{all: p.raw}
	for r.at < len(r.all) {
		e := r.entry()
		if r.bad || e.ID == "" {
			return nil, errEntries
		}
		if err := each(len(p.at)-1, &e); err != nil {
			return nil, err
		}
		p.at = append(p.at, uint64(r.at))
	}
	if !p.index() {
		return nil, errors.New("two entries have one id")
	}
	return p, nil
}

func (p *packed) len() int { return len(p.at) - 1 }

// entry reads entry d.
func (p *packed) entry(d uint32) Entry {
	r := codec{all: p.raw[p.at[d]:p.at[d+1]]}
	return r.entry()
}

// id is that of entry d.
func (p *packed) id(d uint32) string {
	r := codec{all: p.raw[p.at[d]:p.at[d+1]]}
	var id string
	r.string(&id)
	return id
}

// index makes the slots; it reports false when two entries have one id.
func (p *packed) index() bool {
	n := p.len()
	p.slot = make([]uint32, 1<<bits.Len(uint(n+n/2)))
	for d := range uint32(n) {
		i, taken := p.seek(p.id(d))
		if taken {
			return false
		}
		p.slot[i] = d + 1
	}
	return true
}

// find is the number of the entry with an id.
func (p *packed) find(id string) (d uint32, ok bool) {
	i, ok := p.seek(id)
	return p.slot[i] - 1, ok
}

// seek is the slot of an id, or the free one where it belongs.
func (p *packed) seek(id string) (i uint64, ok bool) {
	mask := uint64(len(p.slot) - 1)
	for i = text.Hash(id) & mask; p.slot[i] != 0; i = (i + 1) & mask {
		if p.id(p.slot[i]-1) == id {
			return i, true
		}
	}
	return i, false
}
