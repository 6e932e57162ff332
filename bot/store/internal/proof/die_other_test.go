//go:build unix && !linux

package proof

import "syscall"

func dieWithParent() *syscall.SysProcAttr { return nil }
