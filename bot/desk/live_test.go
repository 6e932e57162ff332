package desk_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// follow opens a desk's stream; next reads an event of it.
func (r *rig) follow() (next func() (name string, conversations []string)) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), "GET", r.srv.URL+"/desk/v1/events", nil)
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("X-Agent", "Lin")
	res, err := r.srv.Client().Do(req)
	require.NoError(r.t, err)
	r.t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(r.t, 200, res.StatusCode)
	assert.Equal(r.t, "text/event-stream", strings.Split(res.Header.Get("Content-Type"), ";")[0])
	in := bufio.NewScanner(res.Body)
	return func() (name string, conversations []string) {
		for in.Scan() {
			if s, ok := strings.CutPrefix(in.Text(), "event: "); ok {
				name = s
			}
			if s, ok := strings.CutPrefix(in.Text(), "data: "); ok {
				var data struct{ Conversations []string }
				require.NoError(r.t, json.Unmarshal([]byte(s), &data))
				return name, data.Conversations
			}
		}
		return "end", nil
	}
}

// advance moves the clock until done: a stream sets its timers by itself.
func (r *rig) advance(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			r.clock.Advance(50 * time.Millisecond)
		}
	}
}

// Two desks learn of what happens, by its conversation, each of its own stream.
func TestTwoDesksFollow(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	one, two := r.follow(), r.follow()
	for _, next := range []func() (string, []string){one, two} {
		name, _ := next()
		require.Equal(t, "ready", name)
	}
	r.say("1", "转人工")
	tickets, err := r.b.Tickets(t.Context(), "")
	require.NoError(t, err)
	id := tickets[0].Conversation
	hear := func(next func() (string, []string)) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				name, ids := next()
				if assert.Equal(t, "changed", name); name != "changed" || len(ids) > 0 {
					assert.Equal(t, []string{id}, ids)
					return
				} // else a look at what other processes did
			}
		}()
		r.advance(done)
		<-done
	}
	hear(one)
	hear(two)
	status, _ := r.do("POST", "v1/tickets/"+tickets[0].ID+"/take", "Lin", map[string]string{})
	require.Equal(t, 204, status)
	hear(two)
	status, _ = r.do("POST", "v1/tickets/"+tickets[0].ID+"/note", "Lin", map[string]string{"text": "赶时间"})
	require.Equal(t, 204, status)
	hear(one) // the take and the note
	_, body := r.do("GET", "v1/conversations/"+id, "Wang", nil)
	assert.Contains(t, body, "赶时间", "a colleague reads the note")
}

// Nobody follows without the token.
func TestTheStreamAsksForTheToken(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	status, _ := r.do("GET", "v1/events", "Lin", nil, "Authorization", "Bearer no")
	assert.Equal(t, http.StatusUnauthorized, status)
}
