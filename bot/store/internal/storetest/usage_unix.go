//go:build unix

package storetest

import (
	"syscall"
	"time"
)

// cpu is the processor time of this process, its own and the kernel's for it.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
