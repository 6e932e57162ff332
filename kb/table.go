package kb

// table numbers hashes in the order they are first seen, by open addressing in
// a flat slice: a look-up touches one cache line. Two hashes are told apart by
// their slot and their upper 32 bits, so that of a million one pair at most in
// some thousand tables is taken for one. The zero value is empty.
type table struct {
	keys []uint64 // by number
	slot []uint64 // upper half of the hash, number + 1; 0 when free; its length is a power of two
}

// find returns the number of a hash.
func (t *table) find(key uint64) (uint32, bool) {
	if len(t.slot) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slot) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		v := t.slot[i&uint64(len(t.slot)-1)]
		if v == 0 {
			return 0, false
		}
		if (v^key)>>32 == 0 {
			return uint32(v) - 1, true
		}
	}
}

// number returns the number of a hash, a new one when it was not seen before.
func (t *table) number(key uint64) uint32 {
	if n, ok := t.find(key); ok {
		return n
	}
	if len(t.keys)*3 >= len(t.slot)*2 {
		t.grow(max(16, 2*len(t.slot)))
	}
	t.keys = append(t.keys, key)
	t.place(len(t.keys) - 1)
	return uint32(len(t.keys) - 1)
}

func (t *table) grow(size int) {
	t.slot = make([]uint64, size)
	for n := range t.keys {
		t.place(n)
	}
}

func (t *table) place(n int) {
	mask := uint64(len(t.slot) - 1)
	i := t.keys[n] & mask
	for t.slot[i] != 0 {
		i = (i + 1) & mask
	}
	t.slot[i] = t.keys[n]>>32<<32 | uint64(n+1)
}

// tableOf rebuilds a table from its keys, which must differ.
func tableOf(keys []uint64) table {
	t := table{keys: keys}
	size := 16
	for size*2 <= len(keys)*3 {
		size *= 2
	}
	t.grow(size)
	return t
}
