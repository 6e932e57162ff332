package instep

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// Connector returns a driver.Connector, for sql.OpenDB, whose statements and
// transactions are refused unless their context is that of a step. Pings are
// let through. Statements without a context, such as DB.Exec, are refused.
func Connector(c driver.Connector) driver.Connector { return connector{c} }

type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	in, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{in}, nil
}

// Close closes the connector within, as sql.DB.Close does.
func (c connector) Close() error {
	if in, ok := c.Connector.(io.Closer); ok {
		return in.Close()
	}
	return nil
}

// conn hands what is allowed to the connection within.
type conn struct{ driver.Conn }

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := check(ctx, "prepare"); err != nil {
		return nil, err
	}
	var st driver.Stmt
	var err error
	if in, ok := c.Conn.(driver.ConnPrepareContext); ok {
		st, err = in.PrepareContext(ctx, query)
	} else {
		st, err = c.Conn.Prepare(query)
	}
	if err != nil {
		return nil, err
	}
	return &stmt{st}, nil
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := check(ctx, "begin"); err != nil {
		return nil, err
	}
	if in, ok := c.Conn.(driver.ConnBeginTx); ok {
		return in.BeginTx(ctx, opts)
	}
	if opts != (driver.TxOptions{}) {
		return nil, errors.New("instep: the driver has no transactions of another kind than the default")
	}
	//lint:ignore SA1019 what a driver without BeginTx has
	return c.Conn.Begin()
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := check(ctx, "exec"); err != nil {
		return nil, err
	}
	if in, ok := c.Conn.(driver.ExecerContext); ok {
		return in.ExecContext(ctx, query, args)
	}
	return nil, driver.ErrSkip // database/sql prepares it
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := check(ctx, "query"); err != nil {
		return nil, err
	}
	if in, ok := c.Conn.(driver.QueryerContext); ok {
		return in.QueryContext(ctx, query, args)
	}
	return nil, driver.ErrSkip
}

func (c *conn) Ping(ctx context.Context) error {
	if in, ok := c.Conn.(driver.Pinger); ok {
		return in.Ping(ctx)
	}
	return nil
}

func (c *conn) ResetSession(ctx context.Context) error {
	if in, ok := c.Conn.(driver.SessionResetter); ok {
		return in.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	in, ok := c.Conn.(driver.Validator)
	return !ok || in.IsValid()
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if in, ok := c.Conn.(driver.NamedValueChecker); ok {
		return in.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// stmt is a prepared statement; it may outlive the step that prepared it.
type stmt struct{ driver.Stmt }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := check(ctx, "exec"); err != nil {
		return nil, err
	}
	if in, ok := s.Stmt.(driver.StmtExecContext); ok {
		return in.ExecContext(ctx, args)
	}
	vs, err := values(args)
	if err != nil {
		return nil, err
	}
	return s.Exec(vs)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := check(ctx, "query"); err != nil {
		return nil, err
	}
	if in, ok := s.Stmt.(driver.StmtQueryContext); ok {
		return in.QueryContext(ctx, args)
	}
	vs, err := values(args)
	if err != nil {
		return nil, err
	}
	return s.Query(vs)
}

func (s *stmt) CheckNamedValue(v *driver.NamedValue) error {
	if in, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return in.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func values(args []driver.NamedValue) ([]driver.Value, error) {
	out := make([]driver.Value, len(args))
	for i, a := range args {
		if a.Name != "" {
			return nil, errors.New("instep: the driver has no named arguments")
		}
		out[i] = a.Value
	}
	return out, nil
}

var (
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.Pinger             = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.StmtExecContext    = (*stmt)(nil)
	_ driver.StmtQueryContext   = (*stmt)(nil)
	_ driver.NamedValueChecker  = (*stmt)(nil)
)
