//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// postgresUser is who runs the programs when we are root, which they refuse to be.
func postgresUser() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// own gives a folder to the user that runs the programs.
func own(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	as, err := postgresUser()
	if err != nil {
		return err
	}
	return os.Chown(dir, int(as.Uid), int(as.Gid))
}

// unprivileged has a command run as a user PostgreSQL accepts, in a process
// group of its own, so that an interrupted test stops its server itself.
func unprivileged(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	if os.Getuid() != 0 {
		return nil
	}
	as, err := postgresUser()
	cmd.SysProcAttr.Credential = as
	return err
}
