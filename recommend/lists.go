package recommend

const (
	leastRoom = 4       // numbers of the smallest room
	rooms     = 5       // sizes of rooms, each twice the one before: maxSession at most
	block     = 1 << 10 // numbers that rooms of one size are cut from
)

// lists are many short lists of numbers, by the order they were made in. Those
// that have grown alike stand side by side and begin where the processor's lines
// do: one that is read by chance takes as few lines as may be, and nothing of it
// is for the garbage collector to follow.
type lists struct {
	long   []uint8  // how many numbers each holds
	at     []uint32 // where: the block, and the place in it
	blocks [][]uint32
	free   [rooms][]uint32 // rooms of each size
}

// room is the size of a room for n numbers, from 0, and how many it has room for.
func room(n int) (size, most int) {
	for most = leastRoom; most < n; most *= 2 {
		size++
	}
	return size, most
}

// of are the numbers of a list; they may be changed in place.
func (l *lists) of(i uint32) []uint32 {
	at := l.at[i]
	return l.blocks[at/block][at%block:][:l.long[i]:l.long[i]]
}

// add makes an empty list.
func (l *lists) add() {
	l.long, l.at = append(l.long, 0), append(l.at, l.take(0))
}

// take finds a room.
func (l *lists) take(size int) uint32 {
	if len(l.free[size]) == 0 {
		from, most := uint32(len(l.blocks)*block), leastRoom<<size
		l.blocks = append(l.blocks, make([]uint32, block))
		for at := block - most; at >= 0; at -= most {
			l.free[size] = append(l.free[size], from+uint32(at))
		}
	}
	n := len(l.free[size]) - 1
	at := l.free[size][n]
	l.free[size] = l.free[size][:n]
	return at
}

// append adds a number to a list, of maxSession the first makes room.
func (l *lists) append(i, number uint32) {
	was := l.of(i)
	switch size, most := room(len(was)); {
	case len(was) == maxSession:
		copy(was, was[1:])
		was[maxSession-1] = number
		return
	case len(was) == most:
		from := l.at[i]
		l.at[i] = l.take(size + 1)
		l.long[i]++
		copy(l.of(i), was)
		l.free[size] = append(l.free[size], from)
	default:
		l.long[i]++
	}
	now := l.of(i)
	now[len(now)-1] = number
}

// empty takes all numbers out of a list.
func (l *lists) empty(i uint32) {
	size, _ := room(int(l.long[i]))
	l.free[size] = append(l.free[size], l.at[i])
	l.long[i], l.at[i] = 0, l.take(0)
}
