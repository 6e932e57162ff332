// Package instep guards the clients a flow uses: a request or a statement
// outside [bot.Load], [bot.Once] and a question's Check is refused. A flow runs
// again from the top at every message, so what it reads or does between its
// steps would be read or done again each time; the guard turns that mistake
// into an error on the first day instead of a double refund on a bad one.
//
//	client := &http.Client{Transport: instep.Transport(nil)}
//	db := sql.OpenDB(instep.Connector(connector))
//
// Give guarded clients to flows, and plain ones to the rest of the program.
package instep

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/frontdesk-go/frontdesk/bot"
)

// ErrOutside means that a guarded client was used outside a step of a flow.
var ErrOutside = errors.New("instep: used outside a step: read in bot.Load, act in bot.Once, with the context given to them")

// Transport returns a RoundTripper that refuses requests whose context is not
// that of a step and hands the others to next, http.DefaultTransport when nil.
func Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return transport{next}
}

type transport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if bot.InStep(r.Context()) {
		return t.next.RoundTrip(r)
	}
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return nil, fmt.Errorf("%w: %s %s", ErrOutside, r.Method, r.URL.Host)
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach next.
func (t transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// check refuses a statement outside a step; the statement stays out of the
// error, as it may hold personal data.
func check(ctx context.Context, what string) error {
	if bot.InStep(ctx) {
		return nil
	}
	return fmt.Errorf("%w: SQL %s", ErrOutside, what)
}
