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
	b = binary.AppendUvarint(b, uint64(len(n.nets)))
	for i := range n.nets {
		b = n.nets[i].append(b)
	}
	return b
}

func (n *net) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(n.scale)))
	last := 0
	for feature, at := range n.place {
		if at < 0 {
			continue
		}
		b = binary.AppendUvarint(b, uint64(feature-last))
		last = feature
		b = binary.LittleEndian.AppendUint16(b, uint16(math.Float32bits(n.scale[at])>>16))
		b = append(b, n.embed[int(at)*netHidden/2:int(at+1)*netHidden/2]...)
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
	var n network
	for range d.count(maxNets) {
		n.nets = append(n.nets, d.net(features, classes))
		if d.bad {
			return nil
		}
	}
	if n.nets == nil {
		return nil
	}
	return &n
}

func (d *decoder) net(features, classes int) net {
	const h = netHidden
	kept := d.count(features)
	if d.bad || kept*(3+h/2)+4*(h+classes*h+classes) > len(d.b) {
		d.bad = true
		return net{}
	}
	n := net{place: make([]int32, features), embed: make([]byte, 0, kept*h/2), scale: make([]float32, 0, kept)}
	for i := range n.place {
		n.place[i] = -1
	}
	last := 0
	for at := range kept {
		step := d.count(features)
		last += step
		if last >= features || at > 0 && step == 0 {
			d.bad = true
			return net{}
		}
		n.place[last] = int32(at)
		n.scale = append(n.scale, d.half())
		n.embed = append(n.embed, d.take(h/2)...)
	}
	n.offset, n.out, n.bias = d.floats(h), d.floats(h*classes), d.floats(classes)
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
