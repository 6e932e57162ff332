package llm

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// door is the HTTP client the requests go through: the library above it loses
// headers, and takes any body for a stream.
type door struct{ client *http.Client }

type waitKey struct{}

type asked struct {
	wait *time.Duration
	now  time.Time
}

// withWait asks the door to put the wait a refusal asks for into wait; it
// stays negative when the service did not say.
func withWait(ctx context.Context, wait *time.Duration, now time.Time) context.Context {
	*wait = -1
	return context.WithValue(ctx, waitKey{}, asked{wait, now})
}

// maxStream bounds a stream in bytes: a piece of an answer takes about 200.
const maxStream = 4 << 20

// Do implements openai.HTTPDoer.
func (d *door) Do(req *http.Request) (*http.Response, error) {
	res, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	if a, ok := req.Context().Value(waitKey{}).(asked); ok {
		*a.wait = retryAfter(res.Header.Get("Retry-After"), a.now)
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxStream), res.Body}
	}
	if kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); res.StatusCode < 300 && err == nil && kind == "text/html" {
		res.StatusCode = http.StatusBadGateway // an error page of something in between
	}
	return res, nil
}

// retryAfter reads seconds or a date; anything else, and more than an hour, is
// no wait we know.
func retryAfter(h string, now time.Time) time.Duration {
	h = strings.TrimSpace(h)
	if at, err := http.ParseTime(h); err == nil && at.Sub(now) <= time.Hour {
		return max(0, at.Sub(now))
	}
	n, err := strconv.ParseFloat(h, 64)
	if err != nil || !(n >= 0 && n <= 3600) {
		return -1
	}
	return time.Duration(n * float64(time.Second))
}

// breaker leaves a failing service alone for a while.
type breaker struct {
	rest  time.Duration
	limit int

	mu    sync.Mutex
	fails int
	until time.Time
	trial bool // one request is finding out whether the service is back
}

func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails < b.limit {
		return true
	}
	if now.Before(b.until) || b.trial {
		return false
	}
	b.trial = true
	return true
}

// unsure ends a trial without a result.
func (b *breaker) unsure() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trial = false
}

func (b *breaker) saw(ok bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trial = false
	if ok {
		b.fails = 0
		return
	}
	if b.fails++; b.fails >= b.limit {
		b.until = now.Add(b.rest)
	}
}
