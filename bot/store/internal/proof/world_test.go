//go:build unix

package proof

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// world is what stays when an engine dies: customers, the channel, the other
// side of effects, and the ledger of what they saw, in one order.
type world struct {
	t     *testing.T
	file  *os.File // the ledger on disk
	copy  string   // of it, to be looked at when a test has failed
	write *os.File // given to each child

	mu      sync.Mutex
	changed *sync.Cond // told of each line and each change of replicas
	lines   []line
	bad     []string          // lines that could not be read
	by      map[string]*story // of the first lines
	heard   int               // so many
	stale   int               // refused writes in them
	asked   int
	waits   map[int]chan line
	live    []*replica
	closing bool // customers end after the message they are at
	read    chan struct{}
}

// replica is a child as the world sees it.
type replica struct {
	name   string
	cmd    *exec.Cmd
	in     io.WriteCloser
	mu     sync.Mutex // of in
	gone   chan struct{}
	frozen chan struct{} // closed when customers turn away from it
}

func newWorld(t *testing.T) *world {
	t.Helper()
	out, in, err := os.Pipe()
	require.NoError(t, err)
	file, err := os.CreateTemp(t.TempDir(), "ledger")
	require.NoError(t, err)
	w := &world{t: t, file: file, write: in, waits: map[int]chan line{}, read: make(chan struct{})}
	w.changed = sync.NewCond(&w.mu)
	go w.listen(out)
	t.Cleanup(func() {
		w.mu.Lock()
		left := append([]*replica(nil), w.live...)
		w.closing = true
		w.mu.Unlock()
		for _, r := range left {
			_ = r.cmd.Process.Kill()
			<-r.gone
		}
		assert.NoError(t, in.Close())
		<-w.read
		assert.NoError(t, errors.Join(out.Close(), file.Close()))
	})
	return w
}

// listen enters what the children write into the ledger.
func (w *world) listen(out io.Reader) {
	defer close(w.read)
	for in := bufio.NewReader(out); ; {
		raw, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var l line
		err = json.Unmarshal(raw, &l)
		_, werr := w.file.Write(raw)
		w.mu.Lock()
		if err = errors.Join(err, werr); err != nil {
			w.bad = append(w.bad, fmt.Sprintf("%v: %q", err, raw))
		}
		w.lines = append(w.lines, l)
		if c := w.waits[l.Request]; c != nil {
			delete(w.waits, l.Request)
			c <- l
		}
		w.changed.Broadcast()
		w.mu.Unlock()
	}
}

// start starts a child.
func (w *world) start(o order) *replica {
	w.t.Helper()
	self, err := os.Executable()
	require.NoError(w.t, err)
	raw, err := json.Marshal(o)
	require.NoError(w.t, err)
	r := &replica{name: o.Name, cmd: exec.Command(self, "-test.run=^$"), gone: make(chan struct{}), frozen: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	r.cmd.Stderr = os.Stderr
	r.cmd.ExtraFiles = []*os.File{w.write}
	r.cmd.SysProcAttr = dieWithParent()
	r.in, err = r.cmd.StdinPipe()
	require.NoError(w.t, err)
	require.NoError(w.t, r.cmd.Start())
	go func() {
		_ = r.cmd.Wait() // killed, or its end stands in the ledger
		w.mu.Lock()
		for i, l := range w.live {
			if l == r {
				w.live = append(w.live[:i:i], w.live[i+1:]...)
				break
			}
		}
		close(r.gone)
		w.changed.Broadcast()
		w.mu.Unlock()
	}()
	w.mu.Lock()
	w.live = append(w.live, r)
	w.changed.Broadcast()
	w.mu.Unlock()
	return r
}

// patience bounds how long anything is waited for: only a failure waits so long.
const patience = 90 * time.Second

// until waits until ok says so of the ledger, which is locked meanwhile.
func (w *world) until(what string, ok func() bool) bool {
	w.t.Helper()
	over := false
	timer := time.AfterFunc(patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		over = true
		w.changed.Broadcast()
	})
	defer timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !ok() {
		if over {
			w.t.Errorf("waited %s in vain until %s", patience, what)
			return false
		}
		w.changed.Wait()
	}
	return true
}

// wrote waits for a line of a child.
func (w *world) wrote(r *replica, what string) bool {
	w.t.Helper()
	from := 0
	found := false
	return w.until(r.name+" wrote "+what, func() bool {
		for ; from < len(w.lines); from++ {
			found = found || w.lines[from].Who == r.name && w.lines[from].What == what
		}
		return found
	})
}

// ask hands a request to a child; ok is false when it did not answer.
func (w *world) ask(ctx context.Context, r *replica, q request) (l line, ok bool) {
	c := make(chan line, 1)
	w.mu.Lock()
	w.asked++
	q.ID = w.asked
	w.waits[q.ID] = c
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.waits, q.ID)
		w.mu.Unlock()
	}()
	raw, err := json.Marshal(q)
	if err != nil {
		return l, false
	}
	r.mu.Lock()
	_, err = r.in.Write(append(raw, '\n'))
	r.mu.Unlock()
	if err != nil {
		return l, false
	}
	select {
	case l = <-c:
		return l, l.What == "acked"
	case <-r.gone:
	case <-r.frozen:
	case <-ctx.Done():
	}
	return l, false
}

// choose waits for a replica that customers may turn to; nil when the world ends.
func (w *world) choose(chance *rand.Rand) *replica {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		var open []*replica
		for _, r := range w.live {
			select {
			case <-r.frozen:
			default:
				open = append(open, r)
			}
		}
		if len(open) > 0 {
			return open[chance.IntN(len(open))]
		}
		if w.closing && len(w.live) == 0 {
			return nil
		}
		w.changed.Wait()
	}
}

// kill kills a child.
func (r *replica) kill() {
	_ = r.cmd.Process.Signal(syscall.SIGKILL)
	<-r.gone
}

// stop lets a child end what it has under way, and end.
func (w *world) stop(r *replica) {
	w.t.Helper()
	require.NoError(w.t, r.in.Close())
	select {
	case <-r.gone:
	case <-time.After(patience):
		w.t.Errorf("%s did not stop", r.name)
		r.kill()
	}
	w.wrote(r, "stopped")
}
