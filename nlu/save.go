package nlu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// The file format: magic, version, then counts, intents, vocabulary, weights
// (little endian), and a CRC-32 of all before it.
const (
	fileMagic   = "FDNLU"
	fileVersion = 1
	maxFile     = 1 << 30
)

// Save writes the model in a versioned, checksummed format. The extractor is
// not part of it.
func (m *Model) Save(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(fileMagic)
	b.WriteByte(fileVersion)
	le := binary.LittleEndian
	u32 := func(n int) { b.Write(le.AppendUint32(nil, uint32(n))) }
	u32(len(m.intents))
	u32(len(m.idf))
	for _, name := range m.intents {
		u32(len(name))
		b.WriteString(name)
	}
	hashes := make([]uint64, len(m.idf))
	for h, i := range m.vocab {
		hashes[i] = h
	}
	for _, h := range hashes {
		b.Write(le.AppendUint64(nil, h))
	}
	floats := func(fs []float32) {
		for _, f := range fs {
			b.Write(le.AppendUint32(nil, math.Float32bits(f)))
		}
	}
	floats(m.idf)
	floats(m.weights)
	floats(m.bias)
	floats([]float32{m.unseen, float32(m.familiar), float32(m.threshold)})
	b.Write(le.AppendUint32(nil, crc32.ChecksumIEEE(b.Bytes())))
	_, err := w.Write(b.Bytes())
	return err
}

// Load reads a model that Save wrote; extractor may be nil. Bytes that are no
// model, were cut or changed, or come from a newer version are refused.
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
	d := &decoder{b: body[len(fileMagic)+1:]}
	k, n := d.u32(), d.u32()
	if d.bad || k < 2 || k > len(d.b)/4 || n > len(d.b)/8 || uint64(n)*uint64(k) > uint64(len(d.b))/4 {
		return nil, errors.New("nlu: the model file is damaged: its counts do not fit its size")
	}
	m := &Model{extractor: extractor, none: -1, vocab: make(map[uint64]int32, n)}
	for range k {
		m.intents = append(m.intents, string(d.take(d.u32())))
	}
	if !slices.IsSorted(m.intents) {
		return nil, errors.New("nlu: the model file is damaged: its intents are out of order")
	}
	if m.intents[0] == "" {
		m.none = 0
	}
	for i := range n {
		m.vocab[d.u64()] = int32(i)
	}
	m.idf, m.weights, m.bias = d.floats(n), d.floats(n*k), d.floats(k)
	rest := d.floats(3)
	if d.bad || len(d.b) != 0 || len(m.vocab) != n {
		return nil, errors.New("nlu: the model file is damaged: it ends in the wrong place")
	}
	m.unseen, m.familiar, m.threshold = rest[0], float64(rest[1]), float64(rest[2])
	return m, nil
}

// decoder reads from bytes; bad stays set once they run out.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) take(n int) []byte {
	if d.bad || n < 0 || n > len(d.b) {
		d.bad = true
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) u32() int {
	if b := d.take(4); b != nil {
		return int(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (d *decoder) u64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) floats(n int) []float32 {
	b := d.take(4 * n)
	if b == nil {
		return make([]float32, min(n, 3))
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}
