package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// pool knows when a connection was last found broken: a server that restarts
// breaks all of them, and each of the others is asked whether it is well before
// it is used again.
type pool struct{ lostAt atomic.Pointer[time.Time] }

// checkAfter is how long a connection may idle and be used unasked.
const checkAfter = time.Second

func (p *pool) shouldPing(_ context.Context, conn stdlib.ShouldPingParams) bool {
	lost := p.lostAt.Load()
	return conn.IdleDuration > checkAfter || lost != nil && conn.IdleDuration > time.Since(*lost)
}

// lost reports whether an error means that the connection is gone, and
// remembers it.
func (p *pool) lost(err error) bool {
	var network net.Error
	gone := pgconn.SafeToRetry(err) || strings.HasPrefix(code(err), operatorIntervention) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) && !network.Timeout()
	if gone {
		now := time.Now()
		p.lostAt.Store(&now)
	}
	return gone
}

// operatorIntervention begins the codes of errors with which a server sends its
// clients away.
const operatorIntervention = "57P"
