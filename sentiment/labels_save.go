package sentiment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// labelMagic begins a file of labels; its last character is the version.
const labelMagic = "fdlabel1\n"

// mostLabelFile bounds a file of labels: every gram learnt, of every label.
const mostLabelFile = 1<<gramBits*(mostLabels+5) + 1<<20

// WriteTo writes what was learnt, in a form that [Scorer.LoadLabels] of this and
// later versions reads. The scorer is not in it.
func (l *Labeller) WriteTo(out io.Writer) (int64, error) {
	buf := append(make([]byte, 0, len(labelMagic)+len(l.rows)*2), labelMagic...)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(labelFigures))
	buf = binary.AppendUvarint(buf, uint64(len(l.labels)))
	for _, name := range l.labels {
		buf = append(binary.AppendUvarint(buf, uint64(len(name))), name...)
	}
	for _, x := range slices.Concat(l.bias, l.dense, []float32{l.unit}) {
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
	}
	buf = binary.AppendUvarint(buf, uint64(len(l.rows)/len(l.labels)))
	last := 0
	for g, p := range l.place { // places rise with the hash
		if p > 0 {
			buf = binary.AppendUvarint(buf, uint64(g-last))
			last = g
		}
	}
	for _, x := range l.rows {
		buf = append(buf, byte(x))
	}
	n, err := out.Write(buf)
	if err != nil {
		return int64(n), fmt.Errorf("sentiment: write labels: %w", err)
	}
	return int64(n), nil
}

// LoadLabels reads what WriteTo wrote. The scorer must have the words and
// weights that the labels were learnt with, or they are told worse.
func (s *Scorer) LoadLabels(in io.Reader) (*Labeller, error) {
	raw, err := io.ReadAll(io.LimitReader(in, mostLabelFile+1))
	if err == nil && len(raw) > mostLabelFile {
		err = errors.New("the file is longer than any file of labels")
	}
	l := &Labeller{scorer: s, place: make([]int32, 1<<gramBits)}
	if err == nil {
		err = l.decode(raw)
	}
	if err != nil {
		return nil, fmt.Errorf("sentiment: load labels: %w", err)
	}
	return l, nil
}

// decode fills a labeller from a file.
func (l *Labeller) decode(raw []byte) error {
	if len(raw) < len(labelMagic)+4 || string(raw[:len(labelMagic)]) != labelMagic {
		return errors.New("no file of labels: make one with Scorer.TrainLabels")
	}
	d := decoder{rest: raw[len(labelMagic):]}
	if n := binary.LittleEndian.Uint32(d.take(4)); n != uint32(labelFigures) {
		return fmt.Errorf("%d figures, this version has %d: train anew", n, labelFigures)
	}
	k := d.count(mostLabels)
	for range k {
		l.labels = append(l.labels, string(d.take(d.count(len(d.rest)))))
	}
	l.bias, l.dense = d.floats(k), d.floats(k*labelFigures)
	unit := d.floats(1)
	rows := d.count(1 << gramBits)
	g := 0
	for i := range rows {
		step := d.count(1<<gramBits - 1 - g)
		if step == 0 && i > 0 {
			d.bad = true
		}
		g += step
		l.place[g] = int32(i + 1)
	}
	l.rows = make([]int8, min(rows*k, len(d.rest)))
	for i, b := range d.take(rows * k) {
		if i < len(l.rows) {
			l.rows[i] = int8(b)
		}
	}
	if d.bad || k < 2 || len(d.rest) > 0 || !slices.IsSorted(l.labels) || len(slices.Compact(slices.Clone(l.labels))) < k {
		return errors.New("the file is damaged")
	}
	l.unit = unit[0]
	return nil
}

// A decoder takes a file apart. After an error it hands out zeros.
type decoder struct {
	rest []byte
	bad  bool
}

// take is the next n bytes; four zeros when there are fewer.
func (d *decoder) take(n int) []byte {
	if d.bad || n > len(d.rest) {
		d.bad = true
		return make([]byte, 4)
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// count is a number up to most.
func (d *decoder) count(most int) int {
	n, size := binary.Uvarint(d.rest)
	if d.bad || size <= 0 || n > uint64(max(0, most)) {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return int(n)
}

// floats are n numbers within reason.
func (d *decoder) floats(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.take(4)))
		d.bad = d.bad || !small(float64(out[i]))
	}
	return out
}
