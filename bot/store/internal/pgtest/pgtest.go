// Package pgtest starts private PostgreSQL clusters for tests, from the
// programs that are installed: a data folder of its own, a Unix socket, no
// network, fsync on. Nothing is downloaded.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNotInstalled means that this machine has no PostgreSQL to start.
var ErrNotInstalled = errors.New("pgtest: no PostgreSQL is installed: neither pg_config nor /usr/lib/postgresql/*/bin leads to initdb and postgres")

// Cluster is a running PostgreSQL. Its methods are safe for concurrent use.
type Cluster struct {
	bin, dir string
	schemas  atomic.Int64 // made so far

	mu     sync.Mutex
	server *exec.Cmd
	log    *os.File
	ended  chan struct{} // closed when the server has ended
}

// startWait bounds how long a server may take to answer; recovery after an
// immediate stop is part of it.
const startWait = time.Minute

// New makes a cluster and starts it. settings are lines of postgresql.conf,
// such as "max_connections = 50"; they come after, and so win over, those of
// the package. Close stops it and removes its files.
func New(settings ...string) (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg") // a socket's path has 107 bytes at most
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, dir: dir}
	if err := c.create(settings); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.Start(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Installed returns ErrNotInstalled when New would.
func Installed() error {
	_, err := programs()
	return err
}

// programs finds the folder of initdb and postgres.
func programs() (string, error) {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Reverse(installed) // the newest first
	for _, dir := range append(dirs, installed...) {
		_, err1 := exec.LookPath(filepath.Join(dir, "initdb"))
		_, err2 := exec.LookPath(filepath.Join(dir, "postgres"))
		if err1 == nil && err2 == nil {
			return dir, nil
		}
	}
	return "", ErrNotInstalled
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) create(settings []string) error {
	if err := own(c.dir); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	init := exec.Command(filepath.Join(c.bin, "initdb"), "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	init.Dir = c.dir
	if err := unprivileged(init); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	conf, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	lines := append([]string{"listen_addresses = ''", "unix_socket_directories = '" + c.dir + "'", "shared_buffers = 32MB"}, settings...)
	_, err = conf.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	return errors.Join(err, conf.Close())
}

// Start starts the server and returns once it answers.
func (c *Cluster) Start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server != nil {
		return errors.New("pgtest: the server runs already")
	}
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.data())
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, log, log
	if err := unprivileged(cmd); err != nil {
		return errors.Join(fmt.Errorf("pgtest: %w", err), log.Close())
	}
	if err := cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("pgtest: %w", err), log.Close())
	}
	c.server, c.log, c.ended = cmd, log, make(chan struct{})
	go func(ended chan struct{}) {
		_ = cmd.Wait() // how it ended stands in its log
		close(ended)
	}(c.ended)
	return c.answers()
}

// answers waits until the server takes connections.
func (c *Cluster) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.ended:
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("pgtest: the server ended: %s", bytes.TrimSpace(log))
		case <-ctx.Done():
			return fmt.Errorf("pgtest: the server does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of the cluster's first database, for its superuser.
func (c *Cluster) URL() string {
	return "postgres:///postgres?" + url.Values{"host": {c.dir}, "user": {"postgres"}}.Encode()
}

// Schema makes a new, empty schema and returns an address that works in it.
func (c *Cluster) Schema(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	name := fmt.Sprintf("s%d", c.schemas.Add(1))
	_, err = conn.Exec(ctx, `CREATE SCHEMA `+name)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	return c.URL() + "&search_path=" + name, nil
}

// Stop stops the server: graceful lets nobody finish but shuts down in order
// (pg_ctl's "fast"), otherwise it dies as in a crash (pg_ctl's "immediate") and
// recovers from its log at the next Start.
func (c *Cluster) Stop(graceful bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return nil
	}
	how := syscall.SIGQUIT
	if graceful {
		how = syscall.SIGINT
	}
	err := c.server.Process.Signal(how)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	if err == nil {
		<-c.ended
	}
	c.server = nil
	return errors.Join(err, c.log.Close())
}

// Close stops the server and removes its files.
func (c *Cluster) Close() error {
	return errors.Join(c.Stop(false), os.RemoveAll(c.dir))
}
