package kb

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// Saved vectors are, in order: magic, the length of a vector (uint32), how many
// there are (uint64), each with its key (uint64), scale (float32) and numbers
// (int8), all little-endian, and the SHA-256 of all that.
const vectorMagic = "frontdesk vectors 1\n"

// SaveVectors writes the vectors of the base's texts, so that the next process
// need not ask for them again. They belong to the model that made them: keep
// them apart by its name.
func (b *Base) SaveVectors(w io.Writer) error {
	b.means.mu.Lock()
	dim := b.means.dim
	of := maps.Clone(b.means.of)
	b.means.mu.Unlock()
	sum := sha256.New()
	out := bufio.NewWriter(io.MultiWriter(w, sum))
	buf := []byte(vectorMagic)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(dim))
	buf = binary.LittleEndian.AppendUint64(buf, uint64(len(of)))
	_, err := out.Write(buf)
	for _, k := range slices.Sorted(maps.Keys(of)) {
		v := of[k]
		buf = binary.LittleEndian.AppendUint64(buf[:0], k)
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v.scale))
		for _, q := range v.v {
			buf = append(buf, byte(q))
		}
		if _, e := out.Write(buf); e != nil {
			err = e
			break
		}
	}
	if err = errors.Join(err, out.Flush()); err == nil {
		_, err = w.Write(sum.Sum(nil))
	}
	if err != nil {
		return fmt.Errorf("kb: saving vectors: %w", err)
	}
	return nil
}

// LoadVectors takes over what SaveVectors wrote; Embed then asks only for texts
// that are new. On an error, which wraps ErrSaved when the file is not whole, the
// base stays as it is.
func (b *Base) LoadVectors(r io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxSaved+1))
	if err != nil {
		return fmt.Errorf("kb: loading vectors: %w", err)
	}
	keys, vs, dim, err := readVectors(raw)
	if err != nil {
		return fmt.Errorf("kb: loading vectors: %w", err)
	}
	if len(keys) == 0 {
		return nil
	}
	if !b.means.fits(dim) {
		return fmt.Errorf("kb: loading vectors: they have %d numbers, those of the base %d: they are another model's", dim, b.means.length())
	}
	b.means.keep(keys, vs)
	s := b.snap.Load()
	for k := range s.parts {
		b.means.attach(s.parts[k].segment)
	}
	return nil
}

func readVectors(raw []byte) (keys []uint64, vs []vector, dim int, err error) {
	const head = len(vectorMagic) + 12
	if len(raw) < head+sha256.Size || !bytes.HasPrefix(raw, []byte(vectorMagic)) {
		return nil, nil, 0, fmt.Errorf("%w: these are no vectors", ErrSaved)
	}
	body := raw[:len(raw)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], raw[len(body):]) {
		return nil, nil, 0, fmt.Errorf("%w: the checksum is wrong", ErrSaved)
	}
	dim = int(binary.LittleEndian.Uint32(body[len(vectorMagic):]))
	n := binary.LittleEndian.Uint64(body[len(vectorMagic)+4:])
	body = body[head:]
	row := 12 + dim
	if dim > maxDim || n > uint64(len(body)) || uint64(len(body)) != n*uint64(row) || n > 0 && dim == 0 {
		return nil, nil, 0, fmt.Errorf("%w: its parts do not fit", ErrSaved)
	}
	for at := 0; at < len(body); at += row {
		scale := math.Float32frombits(binary.LittleEndian.Uint32(body[at+8:]))
		if !(scale > 0 && scale <= 1) {
			return nil, nil, 0, fmt.Errorf("%w: a vector has no length", ErrSaved)
		}
		v := vector{v: make([]int8, dim), scale: scale}
		for i, q := range body[at+12 : at+row] {
			v.v[i] = int8(q)
		}
		keys, vs = append(keys, binary.LittleEndian.Uint64(body[at:])), append(vs, v)
	}
	return keys, vs, dim, nil
}
