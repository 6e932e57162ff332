//go:build unix

package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// customers write until the world closes, each one message after the other:
// the next once the one before is acknowledged. One that is not, because the
// process died or refused it, is sent again with the same id, as a channel does.
type customers struct {
	w  *world
	wg sync.WaitGroup
	// modes are how customer i's messages are handed in, by i: a name of
	// request.Mode, or "any" for each by turns: a channel tries a message again the way it tried it first.
	modes []string
	asked []int // messages acknowledged, by customer
}

// crowd starts the customers.
func (w *world) crowd(seed uint64, modes ...string) *customers {
	c := &customers{w: w, modes: modes, asked: make([]int, len(modes))}
	for i := range modes {
		c.wg.Go(func() { c.asked[i] = c.talk(i, rand.New(rand.NewPCG(seed, uint64(i)+1))) })
	}
	return c
}

// conv names a customer's conversation.
func conv(i int, mode string) string { return fmt.Sprint("c", i, "-", mode) }

// end waits for the customers, which send no new messages, and says how many
// were acknowledged in each conversation.
func (c *customers) end() map[string]int {
	c.w.mu.Lock()
	c.w.closing = true
	c.w.changed.Broadcast()
	c.w.mu.Unlock()
	c.wg.Wait()
	asked := map[string]int{}
	for i, n := range c.asked {
		asked[conv(i, c.modes[i])] = n
	}
	return asked
}

func (w *world) isClosing() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closing
}

// talk returns how many messages were acknowledged.
func (c *customers) talk(i int, chance *rand.Rand) int {
	for n := 0; ; n++ {
		if c.w.isClosing() {
			return n
		}
		for {
			r := c.w.choose(chance)
			if r == nil {
				return n
			}
			var again sync.WaitGroup
			if chance.IntN(5) == 0 { // the channel sends it twice at once
				other, q := c.w.choose(chance), c.request(i, n, chance)
				if other != nil {
					again.Go(func() { c.w.ask(context.Background(), other, q) })
				}
			}
			if n > 0 && chance.IntN(8) == 0 { // or an old one again
				q := c.request(i, chance.IntN(n), chance)
				again.Go(func() { c.w.ask(context.Background(), r, q) })
			}
			_, ok := c.w.ask(context.Background(), r, c.request(i, n, chance))
			again.Wait()
			if ok {
				break
			}
			time.Sleep(2 * time.Millisecond) // between a channel's attempts
		}
	}
}

func (c *customers) request(i, n int, chance *rand.Rand) request {
	q := request{Conv: conv(i, c.modes[i]), N: n, Mode: c.modes[i]}
	if q.Mode == "any" {
		q.Mode = []string{"handle", "deliver", "by", "deliver", "handle"}[n%5]
	}
	if q.Mode == "by" {
		q.By = time.Duration(chance.IntN(20)) * time.Millisecond
	}
	return q
}
