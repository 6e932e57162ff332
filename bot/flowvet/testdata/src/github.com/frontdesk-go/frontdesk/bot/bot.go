// Package bot stands in for the real one.
package bot

import (
	"context"
	"iter"
	"time"
)

type Turn struct{ Now time.Time }

type Question[T any] struct {
	Name, Prompt string
	Parse        func(string) (T, bool)
	Check        func(T) error
}

type For struct{ Event string }

func Ask[T any](t *Turn, q Question[T]) (v T, err error)                     { return v, nil }
func Choose(t *Turn, name, prompt string, options ...string) (string, error) { return "", nil }
func Confirm(t *Turn, name, prompt string, args ...any) (bool, error)        { return true, nil }
func Fill[T any](t *Turn, name string, form *T) error                        { return nil }
func Wait[T any](t *Turn, name string, f For) (v T, err error)               { return v, nil }
func Load[T any](ctx context.Context, t *Turn, name string, fn func(context.Context) (T, error)) (v T, err error) {
	return v, nil
}
func Once[T any](ctx context.Context, t *Turn, name string, fn func(context.Context, string) (T, error)) (v T, err error) {
	return v, nil
}

func (t *Turn) Say(text string, args ...any) error     { return nil }
func (t *Turn) Until(name string, at time.Time) error  { return nil }
func (t *Turn) At(name string) (time.Time, error)      { return t.Now, nil }
func (t *Turn) In(parts ...any) *Turn                  { return t }
func (t *Turn) Each(name string) iter.Seq2[int, *Turn] { return nil }
