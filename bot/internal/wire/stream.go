package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// writeTime is how long a client may take to read what is written to it.
const writeTime = 10 * time.Second

// PingEvery keeps proxies from closing a stream with nothing to say, and tells
// the client that it is alive.
const PingEvery = 15 * time.Second

// Stream writes server-sent events (WHATWG HTML, section 9.2).
type Stream struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	buf  []byte
	sent time.Time
}

// NewStream answers a request with a stream of events.
func NewStream(w http.ResponseWriter) (*Stream, error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	s := &Stream{w: w, rc: http.NewResponseController(w)}
	return s, s.write([]byte("retry: 1000\n\n"))
}

// Event writes an event; an id above 0 is where the client goes on after a cut.
func (s *Stream) Event(name string, id int64, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	b := s.buf[:0]
	if id > 0 {
		b = append(b, "id: "...)
		b = strconv.AppendInt(b, id, 10)
		b = append(b, '\n')
	}
	b = append(b, "event: "...)
	b = append(b, name...)
	b = append(b, "\ndata: "...)
	b = append(b, raw...) // json.Marshal puts no line break into it
	b = append(b, "\n\n"...)
	err = s.write(b)
	if s.buf = b[:0]; cap(b) > 16<<10 {
		s.buf = nil
	}
	return err
}

// Flush sends what was written, with a ping when it is time for one.
func (s *Stream) Flush(now time.Time) error {
	if s.sent.IsZero() || now.Before(s.sent) {
		s.sent = now
	}
	if now.Sub(s.sent) >= PingEvery {
		s.sent = now
		if err := s.write([]byte(": ping\n\n")); err != nil {
			return err
		}
	}
	return s.rc.Flush()
}

func (s *Stream) write(b []byte) error {
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeTime)) // a test's recorder has none
	_, err := s.w.Write(b)
	return err
}
