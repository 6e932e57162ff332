package pgtest

import "syscall"

// dieWithParent has the server stop when the test process is killed, so that
// no cluster outlives its test.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
