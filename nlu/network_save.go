package nlu

import (
	"encoding/binary"
	"math"
)

// maxNets is how many networks a file may have: more than training makes.
const maxNets = 8

// append writes the networks behind b; nil is written as none.
func (n *network) append(b []byte) []byte {
	if n == nil {
		return binary.AppendUvarint(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(n.nets))
	b = binary.AppendUvarint(b, uint64(len(n.scale)/n.nets))
	last, bytes := 0, n.units()/2
	for feature, at := range n.place {
		if at < 0 {
			continue
		}
		b = binary.AppendUvarint(b, uint64(feature-last))
		last = feature
		for _, s := range n.scale[int(at)*n.nets : int(at+1)*n.nets] {
			b = binary.LittleEndian.AppendUint16(b, uint16(math.Float32bits(s)>>16))
		}
		b = append(b, n.embed[int(at)*bytes:int(at+1)*bytes]...)
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

// network reads networks for so many features and classes, or nil.
func (d *decoder) network(features, classes int) *network {
	n := &network{nets: d.count(maxNets)}
	if n.nets == 0 {
		return nil
	}
	kept, h := d.count(features), n.units()
	if d.bad || kept*(1+2*n.nets+h/2)+4*(h+classes*h+classes) > len(d.b) {
		d.bad = true
		return nil
	}
	n.place, n.embed, n.scale = make([]int32, features), make([]byte, 0, kept*h/2), make([]float32, 0, kept*n.nets)
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
		for range n.nets {
			n.scale = append(n.scale, d.half())
		}
		n.embed = append(n.embed, d.take(h/2)...)
	}
	n.offset, n.out, n.bias = d.floats(h), d.floats(h*classes), d.floats(classes)
	if d.bad {
		return nil
	}
	return n
}

// half reads the upper half of a float.
func (d *decoder) half() float32 {
	b := d.take(2)
	if b == nil {
		return 0
	}
	f := math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)
	if !(f >= 0 && f <= 1e6) {
		d.bad = true
		return 0
	}
	return f
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
