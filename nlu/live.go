package nlu

import (
	"context"
	"errors"
	"sync/atomic"
)

// Live is a model that can be replaced while it is in use. Messages under way
// finish on the model they began with; none waits. The zero value holds no
// model; make one with [NewLive].
type Live struct{ current atomic.Pointer[Model] }

// NewLive returns a Live that uses m.
func NewLive(m *Model) *Live {
	l := &Live{}
	l.current.Store(m)
	return l
}

// Model is the model in use.
func (l *Live) Model() *Model { return l.current.Load() }

// Swap puts m into use and returns the model it replaces, for going back.
func (l *Live) Swap(m *Model) (before *Model) { return l.current.Swap(m) }

// Understand is Understand of the model in use.
func (l *Live) Understand(ctx context.Context, in Input) (Meaning, error) {
	m := l.current.Load()
	if m == nil {
		return Meaning{}, errors.New("nlu: Live holds no model: make it with NewLive")
	}
	return m.Understand(ctx, in)
}
