package nlu

import (
	"encoding/binary"
	"math"
)

// maxHidden is how many hidden units a file may have: more than training makes.
const maxHidden = 1024

// append writes the network behind b; nil is written as no hidden units.
func (n *network) append(b []byte) []byte {
	if n == nil {
		return binary.AppendUvarint(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(n.hidden))
	b = binary.AppendUvarint(b, uint64(len(n.scale)))
	last := 0
	for feature, at := range n.place {
		if at < 0 {
			continue
		}
		b = binary.AppendUvarint(b, uint64(feature-last))
		last = feature
		b = floats(b, n.scale[at:at+1])
		for _, v := range n.embed[int(at)*n.hidden : int(at+1)*n.hidden] {
			b = append(b, byte(v))
		}
	}
	return floats(b, n.offset, n.out, n.bias)
}

// floats writes all of them behind b.
func floats(b []byte, all ...[]float32) []byte {
	for _, fs := range all {
		for _, f := range fs {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	return b
}

// network reads a network for so many features and classes, or nil.
func (d *decoder) network(features, classes int) *network {
	h := d.count(maxHidden)
	if h == 0 {
		return nil
	}
	kept := d.count(features)
	if d.bad || kept*(5+h)+4*(h+classes*h+classes) > len(d.b) {
		d.bad = true
		return nil
	}
	n := &network{hidden: h, place: make([]int32, features), embed: make([]int8, 0, kept*h), scale: make([]float32, kept)}
	for i := range n.place {
		n.place[i] = -1
	}
	last := 0
	for at := range kept {
		step := d.count(features)
		last += step
		if last >= features || at > 0 && step == 0 {
			d.bad = true
			return nil
		}
		n.place[last] = int32(at)
		n.scale[at] = d.float()
		for _, v := range d.take(h) {
			n.embed = append(n.embed, int8(v))
		}
	}
	n.offset, n.out, n.bias = d.floats(h), d.floats(h*classes), d.floats(classes)
	if d.bad {
		return nil
	}
	return n
}

// floats reads n of them, and nil when fewer are left.
func (d *decoder) floats(n int) []float32 {
	if d.bad || 4*n > len(d.b) {
		d.bad = true
		return nil
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = d.float()
	}
	return out
}

// append writes the embedding behind b; nil is written as no dimensions.
func (e *embedding) append(b []byte) []byte {
	if e == nil {
		return binary.AppendUvarint(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(e.dims))
	return floats(b, []float32{e.share, e.temperature, float32(e.power)}, e.mean, e.out, e.bias)
}

// embedding reads an embedding for so many classes, or nil.
func (d *decoder) embedding(classes int) *embedding {
	e := &embedding{dims: d.count(maxDims)}
	if e.dims == 0 {
		return nil
	}
	e.share, e.temperature, e.power = d.float(), d.float(), float64(d.float())
	if !(e.temperature >= 0.01) || !(e.power > 0) || !(e.share >= 0 && e.share <= 1) {
		d.bad = true
		return nil
	}
	e.mean, e.out, e.bias = d.floats(e.dims), d.floats(e.dims*classes), d.floats(classes)
	if d.bad {
		return nil
	}
	return e
}
