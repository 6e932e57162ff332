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
	float := func(f float32) { b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f)) }
	b = binary.AppendUvarint(b, uint64(n.hidden))
	b = binary.AppendUvarint(b, uint64(len(n.scale)))
	last := 0
	for feature, at := range n.place {
		if at < 0 {
			continue
		}
		b = binary.AppendUvarint(b, uint64(feature-last))
		last = feature
		float(n.scale[at])
		for _, v := range n.embed[int(at)*n.hidden : int(at+1)*n.hidden] {
			b = append(b, byte(v))
		}
	}
	for _, fs := range [][]float32{n.offset, n.out, n.bias} {
		for _, f := range fs {
			float(f)
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
	floats := func(count int) []float32 {
		out := make([]float32, count)
		for i := range out {
			out[i] = d.float()
		}
		return out
	}
	n.offset, n.out, n.bias = floats(h), floats(h*classes), floats(classes)
	if d.bad {
		return nil
	}
	return n
}
