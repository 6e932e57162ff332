package slot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// The file: magic, version, then (numbers as unsigned varints, floats as 32
// bits, little endian) the types; the steps as floats; the size of the table,
// its scale, and of each weight that is not 0 the distance from the one before
// and a byte; the phrases, as distance and type; the length of the intent
// model (0 for none) and its file; and a CRC-32 (IEEE) of all before it.
const (
	fileMagic   = "FDSLT"
	fileVersion = 1
	maxFile     = 1 << 30
)

// Save writes the tagger in a versioned, checksummed format; Load gives back
// exactly the same tagger.
func (t *Tagger) Save(w io.Writer) error {
	b := append([]byte(fileMagic), fileVersion)
	put := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	float := func(f float32) { b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f)) }
	put(len(t.kinds))
	for _, k := range t.kinds {
		put(len(k))
		b = append(b, k...)
	}
	for _, f := range t.step.w {
		float(f)
	}
	put(len(t.weights))
	float(t.scale)
	n, last := 0, 0
	for _, v := range t.weights {
		if v != 0 {
			n++
		}
	}
	put(n)
	for i, v := range t.weights {
		if v != 0 {
			put(i - last)
			b = append(b, byte(v))
			last = i
		}
	}
	put(len(t.known))
	before := uint64(0)
	for _, h := range slices.Sorted(maps.Keys(t.known)) {
		b = binary.AppendUvarint(b, h-before)
		put(int(t.known[h]))
		before = h
	}
	var intents bytes.Buffer
	if t.intents != nil {
		if err := t.intents.Save(&intents); err != nil {
			return err
		}
	}
	put(intents.Len())
	b = append(b, intents.Bytes()...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err := w.Write(b)
	return err
}

// Load reads a tagger that Save wrote. Bytes that are no tagger, were cut or
// changed, or come from another version are refused.
func Load(r io.Reader) (*Tagger, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fmt.Errorf("slot: reading a tagger: %w", err)
	}
	head := len(fileMagic) + 1
	if len(raw) < head+4 || string(raw[:len(fileMagic)]) != fileMagic {
		return nil, errors.New("slot: this is no tagger file: it was not written by Tagger.Save")
	}
	if v := raw[len(fileMagic)]; v != fileVersion {
		return nil, fmt.Errorf("slot: the tagger file has version %d, this program reads %d: train it again or run a newer program", v, fileVersion)
	}
	body, sum := raw[:len(raw)-4], binary.LittleEndian.Uint32(raw[len(raw)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errors.New("slot: the tagger file is damaged: its checksum is wrong")
	}
	t, err := decodeTagger(body[head:])
	if err != nil {
		return nil, fmt.Errorf("slot: the tagger file is damaged: %w", err)
	}
	return t, nil
}

// decoder reads from bytes; bad stays set once they run out or make no sense.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uvarint() uint64 {
	n, used := binary.Uvarint(d.b)
	if d.bad || used <= 0 {
		d.bad = true
		return 0
	}
	d.b = d.b[used:]
	return n
}

// count reads a number of at most top.
func (d *decoder) count(top int) int {
	n := d.uvarint()
	if n > uint64(top) {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *decoder) take(n int) []byte {
	if d.bad || n > len(d.b) {
		d.bad = true
		return make([]byte, min(n, 4))
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) float() float32 {
	f := math.Float32frombits(binary.LittleEndian.Uint32(d.take(4)))
	if !(f >= -1e9 && f <= 1e9) {
		d.bad = true
		return 0
	}
	return f
}

func decodeTagger(b []byte) (*Tagger, error) {
	d := &decoder{b: b}
	t := &Tagger{known: map[uint64]uint16{}}
	for range d.count(maxKinds) {
		t.kinds = append(t.kinds, string(d.take(d.count(len(d.b)))))
	}
	k := t.tags()
	if d.bad || len(t.kinds) == 0 || 4*k*k > len(d.b) {
		return nil, errors.New("its types do not fit its size")
	}
	w := make([]float32, k*k)
	for i := range w {
		w[i] = d.float()
	}
	t.step = newSteps(w)
	size := d.count(maxTable)
	t.scale = d.float()
	if d.bad || size < minTable {
		return nil, errors.New("its table has no size that Train gives one")
	}
	t.weights = make([]int8, size)
	at := 0
	for range d.count(size) {
		if at += d.count(size); d.bad || at >= size {
			return nil, errors.New("a weight stands outside its table")
		}
		t.weights[at] = int8(d.take(1)[0])
	}
	h := uint64(0)
	for range d.count(len(d.b)) {
		h += d.uvarint()
		kind := d.count(len(t.kinds))
		if d.bad || kind == 0 {
			return nil, errors.New("a phrase has no type")
		}
		t.known[h] = uint16(kind)
	}
	if n := d.count(len(d.b)); n > 0 && !d.bad {
		m, err := nlu.Load(bytes.NewReader(d.take(n)), nil)
		if err != nil {
			return nil, err
		}
		t.intents = m
	}
	if d.bad || len(d.b) != 0 {
		return nil, errors.New("it ends in the wrong place")
	}
	return t, nil
}
