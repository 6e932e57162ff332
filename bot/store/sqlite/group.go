package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
)

// maxGroup bounds how many writes share a transaction, and so how long the
// first of them waits for the last.
const maxGroup = 256

// group writes the statements of concurrent callers in one transaction, so that
// they share one wait for the disk. Nobody waits for company: a caller that
// finds the writer free writes at once; those who come while it writes are the
// next group, written by the first of them. There is no goroutine behind it.
type group struct {
	db *sql.DB
	// keep holds on to one connection and its prepared statements; a database
	// in memory has only one, which the readers need too.
	keep bool

	mu      sync.Mutex
	writing bool
	queue   []*write
	closed  bool
	idle    chan struct{} // closed when closed and nobody writes

	// Of the caller that writes.
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// write is one caller's statements.
type write struct {
	ctx     context.Context
	ops     []sqlstore.Op
	changed []int64
	err     error
	done    bool
	wake    chan struct{} // receives when it is done, or when it is its turn to write
}

// Write implements sqlstore.Writer. Once it is being written, a done ctx does
// not stop it: what is reported is what happened.
func (g *group) Write(ctx context.Context, ops []sqlstore.Op) ([]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &write{ctx: context.WithoutCancel(ctx), ops: ops}
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil, errors.New("sqlite: the store is closed")
	}
	g.queue = append(g.queue, w)
	if g.writing {
		w.wake = make(chan struct{}, 1)
		g.mu.Unlock()
		if !g.wait(ctx, w) {
			return nil, ctx.Err()
		}
		if w.done {
			return w.changed, w.err
		}
		g.mu.Lock()
	}
	g.writing = true
	n := min(len(g.queue), maxGroup)
	batch := slices.Clone(g.queue[:n])
	g.queue = slices.Delete(g.queue, 0, n)
	g.mu.Unlock()

	g.commit(batch)

	g.mu.Lock()
	g.writing = len(g.queue) > 0
	if g.writing {
		g.queue[0].wake <- struct{}{}
	} else if g.closed {
		close(g.idle)
	}
	g.mu.Unlock()
	for _, other := range batch {
		if other != w {
			other.done = true
			other.wake <- struct{}{}
		}
	}
	return w.changed, w.err
}

// wait waits until w is done or has its turn to write; it reports false when
// ctx was done before either, and w is withdrawn.
func (g *group) wait(ctx context.Context, w *write) bool {
	select {
	case <-w.wake:
		return true
	case <-ctx.Done():
	}
	g.mu.Lock()
	i := slices.Index(g.queue, w)
	if i < 0 || len(w.wake) > 0 { // being written, or about to write
		g.mu.Unlock()
		<-w.wake
		return true
	}
	g.queue = slices.Delete(g.queue, i, i+1)
	g.mu.Unlock()
	return false
}

// commit writes a group in one transaction. A write that fails takes nothing of
// the others with it.
func (g *group) commit(batch []*write) {
	ctx := batch[0].ctx
	err := g.connect(ctx)
	if err == nil {
		err = g.transaction(ctx, batch)
	}
	if !g.keep || err != nil {
		err = errors.Join(err, g.disconnect(err != nil))
	}
	if err != nil {
		for _, w := range batch {
			w.changed, w.err = nil, err
		}
	}
}

// transaction writes a group at first as if nothing would fail: a savepoint for
// each write would cost a third of the time. A write that is refused before it
// changed anything leaves nothing to undo; after one that fails half-way, all
// is undone and written again with savepoints. An error of transaction's own
// concerns every write of the group.
func (g *group) transaction(ctx context.Context, batch []*write) error {
	clean, err := g.attempt(ctx, batch, false)
	if err == nil && !clean {
		_, err = g.attempt(ctx, batch, true)
	}
	return err
}

// attempt runs a group and commits it, unless a write left something behind
// that only a savepoint can undo.
func (g *group) attempt(ctx context.Context, batch []*write, savepoints bool) (clean bool, err error) {
	if err := g.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	kept := 0
	for _, w := range batch {
		if savepoints {
			if err := g.exec(ctx, "SAVEPOINT one"); err != nil {
				return false, g.rollback(ctx, err)
			}
		}
		w.changed, w.err = sqlstore.Run(w.ctx, g, w.ops)
		switch {
		case w.err == nil:
			kept++
		case savepoints:
			// A full disk undoes the whole transaction, and the savepoint with it.
			if err := g.exec(ctx, "ROLLBACK TO one"); err != nil {
				return false, g.rollback(ctx, errors.Join(w.err, err))
			}
		case !untouched(w):
			return len(batch) == 1, g.rollback(ctx, nil)
		}
		if savepoints {
			if err := g.exec(ctx, "RELEASE one"); err != nil {
				return false, g.rollback(ctx, err)
			}
		}
	}
	if kept == 0 {
		return true, g.rollback(ctx, nil)
	}
	if err := g.exec(ctx, "COMMIT"); err != nil {
		return false, g.rollback(ctx, err)
	}
	return true, nil
}

// untouched reports whether a write was refused before it changed a row.
func untouched(w *write) bool {
	if !errors.Is(w.err, bot.ErrConflict) {
		return false
	}
	for _, n := range w.changed {
		if n > 0 {
			return false
		}
	}
	return true
}

// rollback undoes the transaction because of err, which may have done so.
func (g *group) rollback(ctx context.Context, err error) error {
	if undo := g.exec(ctx, "ROLLBACK"); undo != nil && err == nil {
		return errors.Join(g.disconnect(true), g.connect(ctx))
	}
	return err
}

func (g *group) exec(ctx context.Context, query string) error {
	_, err := g.ExecContext(ctx, query)
	return err
}

// ExecContext implements sqlstore.Execer on the writer's connection.
func (g *group) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if !g.keep {
		return g.conn.ExecContext(ctx, query, args...)
	}
	stmt := g.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = g.conn.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		g.stmts[query] = stmt
	}
	return stmt.ExecContext(ctx, args...)
}

func (g *group) connect(ctx context.Context) error {
	if g.conn != nil {
		return nil
	}
	conn, err := g.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("sqlite: connecting to write: %w", err)
	}
	g.conn, g.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// fullSync is the least level of PRAGMA synchronous at which a commit waits for
// the disk; EXTRA is 3.
const fullSync = 2

// durable checks that the connection that writes waits for the disk.
func (g *group) durable(ctx context.Context) error {
	if err := g.connect(ctx); err != nil {
		return err
	}
	var level int
	if err := g.conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level); err != nil {
		return err
	}
	if level < fullSync {
		return fmt.Errorf("synchronous is %d, not FULL: a crash of the machine would lose what was committed; set Options.AllowLoss to accept that", level)
	}
	return nil
}

// disconnect lets go of the connection; a broken one, which may be inside a
// transaction still, is closed instead of going back to the others.
func (g *group) disconnect(broken bool) error {
	if g.conn == nil {
		return nil
	}
	var err error
	for _, stmt := range g.stmts {
		err = errors.Join(err, stmt.Close())
	}
	if broken {
		_ = g.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	if closing := g.conn.Close(); !errors.Is(closing, sql.ErrConnDone) {
		err = errors.Join(err, closing)
	}
	g.conn, g.stmts = nil, nil
	return err
}

// close waits for the writes that have been accepted and refuses others.
func (g *group) close() error {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		if !g.writing {
			close(g.idle)
		}
	}
	g.mu.Unlock()
	<-g.idle
	g.mu.Lock() // close may be called twice, at once
	defer g.mu.Unlock()
	return g.disconnect(false)
}
