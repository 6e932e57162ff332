package storetest

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// usage is what this process has used of the machine: of a store in the process
// it is all, of a server it is the client's part. It does not depend on how busy
// the machine is, as turns per second do.
type usage struct {
	cpu time.Duration
	// written and writes are the bytes of system calls that write, and their number.
	written, writes int64
}

func used() usage {
	u := usage{cpu: cpu()}
	// Linux counts what a process writes; elsewhere nothing is reported.
	raw, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return u
	}
	var read, reads int64
	_, _ = fmt.Sscanf(string(raw), "rchar: %d\nwchar: %d\nsyscr: %d\nsyscw: %d", &read, &u.written, &reads, &u.writes)
	return u
}

func (u usage) less(v usage) usage {
	return usage{u.cpu - v.cpu, u.written - v.written, u.writes - v.writes}
}

func (u usage) report(b *testing.B) {
	if u.cpu > 0 {
		b.ReportMetric(float64(u.cpu.Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
	}
	if u.writes > 0 {
		b.ReportMetric(float64(u.written)/float64(b.N), "written-B/op")
		b.ReportMetric(float64(u.writes)/float64(b.N), "writes/op")
	}
}
