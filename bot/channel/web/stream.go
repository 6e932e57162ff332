package web

import (
	"context"
	"net/http"
	"reflect"
	"strconv"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
)

// events is the stream of a conversation: its history from the place the
// client has seen on, and what happens right now.
func (c *Chat) events(w http.ResponseWriter, r *http.Request, who caller) error {
	after := int64(0)
	if s := r.Header.Get("Last-Event-ID"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return wire.Refuse(http.StatusBadRequest, "last-event-id", "Last-Event-ID must be a place, a number from 0")
		}
		after = n
	}
	if !c.streams.up(c.o.MaxStreams) {
		return bot.ErrOverloaded
	}
	defer c.streams.down()
	s, err := wire.NewStream(w)
	if err != nil {
		return nil
	}
	h, release := c.hold(who.key)
	defer release()
	in, leave := h.listen(c.o.MaxTabs)
	defer leave()
	// The status is out: from here on an error ends the stream, and the client
	// comes back with its place.
	if err := c.follow(r.Context(), s, in, who.key, after); err != nil && r.Context().Err() == nil {
		c.o.Logger.Debug("web: a stream ended", "error", err)
	}
	return nil
}

func (c *Chat) follow(ctx context.Context, s *wire.Stream, in *inbox, k bot.Key, after int64) error {
	var state bot.State
	lines := func() error {
		for {
			ls, err := c.b.History(ctx, k, bot.Page{After: after, N: 100})
			if err != nil {
				return err
			}
			for i := range ls {
				after = ls[i].Seq
				if err := s.Event("line", after, &ls[i]); err != nil {
					return err
				}
			}
			if len(ls) < 100 {
				return nil
			}
		}
	}
	stateNow := func(force bool) error {
		st, err := c.b.State(ctx, k)
		if err != nil {
			return err
		}
		same := state
		same.Turns = st.Turns
		if !force && reflect.DeepEqual(same, st) {
			return nil
		}
		state = st
		return s.Event("state", 0, &st)
	}
	if err := lines(); err != nil {
		return err
	}
	if err := stateNow(true); err != nil {
		return err
	}
	if err := s.Event("ready", 0, struct{}{}); err != nil {
		return err
	}
	if err := s.Flush(c.o.Clock.Now()); err != nil {
		return err
	}
	for {
		look, stop := c.o.Clock.NewTimer(min(c.o.Look, wire.PingEvery))
		select {
		case <-ctx.Done():
			stop()
			return ctx.Err()
		case <-c.closed:
			stop()
			return nil
		case <-in.crowded:
			stop()
			if err := s.Event("crowded", 0, struct{}{}); err != nil {
				return err
			}
			return s.Flush(c.o.Clock.Now())
		case <-in.wake:
			stop()
		case <-look:
		}
		parts, began, ended, wrote, typing := in.drain()
		if began {
			if err := s.Event("working", 0, struct{}{}); err != nil {
				return err
			}
		}
		for i := range parts {
			if err := s.Event("part", 0, &parts[i]); err != nil {
				return err
			}
		}
		if typing != "" {
			if err := s.Event("typing", 0, map[string]string{"name": typing}); err != nil {
				return err
			}
		}
		if !began && len(parts) == 0 || ended || wrote {
			before := after
			if err := lines(); err != nil {
				return err
			}
			if before != after || ended || wrote || state.Owner == bot.OwnerWaiting {
				if err := stateNow(false); err != nil {
					return err
				}
			}
		}
		if ended {
			if err := s.Event("done", 0, struct{}{}); err != nil {
				return err
			}
		}
		if err := s.Flush(c.o.Clock.Now()); err != nil {
			return err
		}
	}
}
