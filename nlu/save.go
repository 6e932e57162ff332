package nlu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// The file: magic, version, then (numbers as unsigned varints unless said
// otherwise, floats as 32 bits, little endian)
//
//	counts      classes, features, examples trained on, the power of the inverse
//	            document frequency as a float, entries of all rows
//	intents     length and bytes of each, sorted
//	numbers     familiar, threshold, temperature, power, and the bias of each class, as floats
//	wording     the switches of the normalisation as bits, the rules of its
//	            slang, and of each the two texts and the boundaries as bits
//	vocabulary  of each feature: its hash less the one before, its document frequency
//	weights     of each feature: entries; if any, the scale as a float, then of
//	            each entry the class less the one before and the value as a byte
//	networks    how many there are, 0 when none; of each the features it knows,
//	            of each of those its number less the one before, a scale (the
//	            upper half of a float) and half a byte a unit; then as floats
//	            the offset of each unit, of each unit its row, of each class its bias
//	embedding   its dimensions, 0 when there is none; then as floats its share,
//	            temperature and power, the mean, of each class its row and bias
//
// and a CRC-32 (IEEE) of all before it.
const (
	fileMagic   = "FDNLU"
	fileVersion = 5
	maxFile     = 1 << 30
)

// Save writes the model in a versioned, checksummed format; Load gives back
// exactly the same model. The extractor is not part of it.
func (m *Model) Save(w io.Writer) error {
	var b []byte
	put := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	float := func(f float32) { b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f)) }
	b = append(append(b, fileMagic...), fileVersion)
	put(len(m.intents))
	put(len(m.vocab.hashes))
	put(m.vocab.total)
	float(m.vocab.power)
	put(len(m.weights.class))
	str := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	for _, name := range m.intents {
		str(name)
	}
	float(float32(m.familiar))
	float(float32(m.threshold))
	float(m.temperature)
	float(float32(m.power))
	for _, f := range m.bias {
		float(f)
	}
	keep := m.norm.keep
	put(flags(keep.KeepCase, keep.KeepTraditional, keep.KeepRepeats, keep.KeepEmoji))
	put(len(m.norm.rules))
	for _, r := range m.norm.rules {
		str(r.from)
		str(r.to)
		put(flags(r.before, r.after))
	}
	last := 0
	for i, h := range m.vocab.hashes {
		put(int(h) - last)
		put(int(m.vocab.df[i]))
		last = int(h)
	}
	for i, scale := range m.weights.scale {
		from, to := m.weights.start[i], m.weights.start[i+1]
		put(int(to - from))
		if from == to {
			continue
		}
		float(scale)
		last := 0
		for j := from; j < to; j++ {
			put(int(m.weights.class[j]) - last)
			b = append(b, byte(m.weights.value[j]))
			last = int(m.weights.class[j])
		}
	}
	b = m.embed.append(m.net.append(b))
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err := w.Write(b)
	return err
}

// flags packs bits, the first lowest.
func flags(on ...bool) int {
	n := 0
	for i, b := range on {
		if b {
			n |= 1 << i
		}
	}
	return n
}

// Load reads a model that Save wrote; extractor may be nil. Bytes that are no
// model, were cut or changed, or come from another version are refused, and
// memory in proportion to the bytes is all they can take.
func Load(r io.Reader, extractor *entity.Extractor) (*Model, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fmt.Errorf("nlu: reading a model: %w", err)
	}
	if len(raw) < len(fileMagic)+5 || string(raw[:len(fileMagic)]) != fileMagic {
		return nil, errors.New("nlu: this is no model file: it was not written by Model.Save")
	}
	if v := raw[len(fileMagic)]; v != fileVersion {
		return nil, fmt.Errorf("nlu: the model file has version %d, this program reads %d: train it again or run a newer program", v, fileVersion)
	}
	body, sum := raw[:len(raw)-4], binary.LittleEndian.Uint32(raw[len(raw)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errors.New("nlu: the model file is damaged: its checksum is wrong")
	}
	m, err := decodeModel(body[len(fileMagic)+1:])
	if err != nil {
		return nil, fmt.Errorf("nlu: the model file is damaged: %w", err)
	}
	m.extractor = extractor
	return m, nil
}

// decodeModel reads what stands between the version and the checksum. Every
// count is held against the bytes that are left before it sizes anything.
func decodeModel(b []byte) (*Model, error) {
	d := &decoder{b: b}
	k, n, total, power, entries := d.count(len(b)), d.count(len(b)), d.count(math.MaxUint32), d.float(), d.count(len(b))
	if d.bad || !(power >= 0 && power <= 2) || k < 2 || k > math.MaxUint16 || 5*k+3*n+2*entries > len(d.b) || total < 1 {
		return nil, errors.New("its counts do not fit its size")
	}
	m := &Model{none: -1}
	for range k {
		m.intents = append(m.intents, d.string())
	}
	if !slices.IsSorted(m.intents) || len(slices.Compact(slices.Clone(m.intents))) != k {
		return nil, errors.New("its intents are out of order")
	}
	if m.intents[0] == "" {
		m.none = 0
	}
	m.familiar, m.threshold, m.temperature = float64(d.float()), float64(d.float()), d.float()
	m.power = float64(d.float())
	if !(m.temperature >= 0.01) || !(m.power > 0) {
		return nil, errors.New("its calibration is none")
	}
	m.bias = make([]float32, k)
	for i := range m.bias {
		m.bias[i] = d.float()
	}
	keep := d.count(15)
	m.norm = &normalizer{keep: text.Options{KeepCase: keep&1 > 0, KeepTraditional: keep&2 > 0, KeepRepeats: keep&4 > 0, KeepEmoji: keep&8 > 0}}
	for range d.count(len(b)) {
		r := rule{from: d.string(), to: d.string()}
		ends := d.count(3)
		r.before, r.after = ends&1 > 0, ends&2 > 0
		if err := r.check(); d.bad || err != nil {
			return nil, fmt.Errorf("its wording: %w", err)
		}
		m.norm.rules = append(m.norm.rules, r)
	}
	m.norm.index()
	v := &vocabulary{hashes: make([]uint32, n), df: make([]uint32, n), total: total, power: power}
	last := 0
	for i := range n {
		step := d.count(math.MaxUint32)
		last += step
		v.hashes[i], v.df[i] = uint32(last), uint32(d.count(total))
		if last > math.MaxUint32 || i > 0 && step == 0 || v.df[i] == 0 {
			return nil, errors.New("its vocabulary is out of order")
		}
	}
	w := &weights{start: make([]uint32, 1, n+1), scale: make([]float32, n), class: make([]uint16, 0, entries), value: make([]int8, 0, entries)}
	for i := range n {
		c := d.count(k)
		if c > 0 {
			w.scale[i] = d.float()
		}
		last := 0
		for j := range c {
			step := d.count(k)
			last += step
			if last >= k || j > 0 && step == 0 || d.bad {
				return nil, errors.New("a row of its weights is out of order")
			}
			w.class = append(w.class, uint16(last))
			w.value = append(w.value, int8(d.byte()))
		}
		w.start = append(w.start, uint32(len(w.class)))
	}
	m.net, m.embed = d.network(n, k), d.embedding(k)
	if d.bad || len(d.b) != 0 || len(w.class) != entries {
		return nil, errors.New("it ends in the wrong place")
	}
	v.index()
	m.vocab, m.weights = v, w
	return m, nil
}

// decoder reads from bytes; bad stays set once they run out or make no sense.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) take(n int) []byte {
	if d.bad || n > len(d.b) {
		d.bad = true
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

// count reads a number of at most top.
func (d *decoder) count(top int) int {
	n, used := binary.Uvarint(d.b)
	if d.bad || used <= 0 || n > uint64(top) {
		d.bad = true
		return 0
	}
	d.b = d.b[used:]
	return int(n)
}

func (d *decoder) string() string { return string(d.take(d.count(len(d.b)))) }

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

// float reads a float no larger than any that training makes; sums of such
// stay finite.
func (d *decoder) float() float32 {
	b := d.take(4)
	if b == nil {
		return 0
	}
	f := math.Float32frombits(binary.LittleEndian.Uint32(b))
	if !(f >= -1e6 && f <= 1e6) {
		d.bad = true
		return 0
	}
	return f
}
