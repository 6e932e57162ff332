package recommend

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// codec writes values to a buffer, or reads them back: one description of a
// structure serves both ways. What is read is checked, never trusted.
type codec struct {
	buf     []byte
	reading bool
	items   uint32 // numbers read must be below
	err     error
}

var errDamaged = errors.New("the snapshot is damaged")

func (c *codec) fail() {
	if c.err == nil {
		c.err = errDamaged
	}
	c.buf = nil
}

func (c *codec) uint(x uint64) uint64 {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, x)
		return x
	}
	v, n := binary.Uvarint(c.buf)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.buf = c.buf[n:]
	return v
}

func (c *codec) u32(x *uint32) {
	v := c.uint(uint64(*x))
	if v > math.MaxUint32 {
		c.fail()
	}
	if c.reading { // writing leaves what others may be reading alone
		*x = uint32(v)
	}
}

// u64 is any number, of no small ones more than of others.
func (c *codec) u64(x *uint64) {
	if !c.reading {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, *x)
		return
	}
	if len(c.buf) < 8 {
		c.fail()
		return
	}
	*x, c.buf = binary.LittleEndian.Uint64(c.buf), c.buf[8:]
}

// item is a number that some item has.
func (c *codec) item(x *uint32) {
	c.u32(x)
	if c.reading && *x >= c.items {
		c.fail()
		*x = 0
	}
}

func (c *codec) int(x *int) {
	if v := c.uint(uint64(uint32(*x))); c.reading {
		*x = int(int32(v))
	}
}

func (c *codec) flag(x *bool) {
	v := uint64(0)
	if *x {
		v = 1
	}
	if v = c.uint(v); c.reading {
		*x = v == 1
	}
}

func (c *codec) i64(x *int64) {
	if !c.reading {
		c.buf = binary.AppendVarint(c.buf, *x)
		return
	}
	v, n := binary.Varint(c.buf)
	if n <= 0 {
		c.fail()
		return
	}
	*x, c.buf = v, c.buf[n:]
}

// f32 is a weight: a finite number that is not below nothing.
func (c *codec) f32(x *float32) {
	if !c.reading {
		c.buf = binary.LittleEndian.AppendUint32(c.buf, math.Float32bits(*x))
		return
	}
	if len(c.buf) < 4 {
		c.fail()
		return
	}
	if *x = math.Float32frombits(binary.LittleEndian.Uint32(c.buf)); !(*x >= 0 && *x <= math.MaxFloat32) {
		c.fail()
		*x = 0
		return
	}
	c.buf = c.buf[4:]
}

// signed is a finite number.
func (c *codec) signed(x *float32) {
	size, below := abs(*x), *x < 0
	c.f32(&size)
	if c.flag(&below); c.reading {
		if *x = size; below {
			*x = -size
		}
	}
}

func (c *codec) str(x *string) {
	n := c.uint(uint64(len(*x)))
	if !c.reading {
		c.buf = append(c.buf, *x...)
		return
	}
	if n > uint64(len(c.buf)) {
		c.fail()
		return
	}
	*x, c.buf = string(c.buf[:n]), c.buf[n:]
}

func (c *codec) time(x *time.Time) {
	zero := x.IsZero()
	c.flag(&zero)
	if zero {
		if c.reading {
			*x = time.Time{}
		}
		return
	}
	sec, nano := x.Unix(), int64(x.Nanosecond())
	c.i64(&sec)
	c.i64(&nano)
	if c.reading {
		*x = time.Unix(sec, nano).UTC()
	}
}

// size is a length; when reading, no more than there are bytes left.
func (c *codec) size(n int) int {
	v := c.uint(uint64(n))
	if c.reading && v > uint64(len(c.buf)) {
		c.fail()
		return 0
	}
	return int(v)
}

func array[T any](c *codec, s *[]T, each func(*T)) {
	n := c.size(len(*s))
	if c.reading {
		*s = make([]T, n)
	}
	for i := range *s {
		if c.err != nil {
			return
		}
		each(&(*s)[i])
	}
}

func table[K comparable, V any](c *codec, m *map[K]V, each func(*K, *V)) {
	n := c.size(len(*m))
	if !c.reading {
		for k, v := range *m {
			each(&k, &v)
		}
		return
	}
	*m = make(map[K]V, n)
	for range n {
		var k K
		var v V
		if each(&k, &v); c.err != nil {
			return
		}
		(*m)[k] = v
	}
}
