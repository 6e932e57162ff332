package bot

import (
	"encoding/json"
	"fmt"
)

// Var is a host's own value on the conversation, typed and kept with the
// session:
//
//	var cart = bot.Var[Basket]{Name: "cart"}
//	b := cart.Get(t)
//	cart.Set(t, b)
//
// T must survive encoding/json. A value that no longer decodes (its type
// changed) reads as the zero value.
type Var[T any] struct {
	// Name is unique in the host's program.
	Name string
}

// Get returns the conversation's value, or the zero value.
func (v Var[T]) Get(t *Turn) T {
	var x T
	if raw, ok := t.session.Vars[v.Name]; ok {
		if err := json.Unmarshal(raw, &x); err != nil {
			var zero T
			t.Trace.Add("var", "%s does not decode as %T: zero value used", v.Name, x)
			return zero
		}
	}
	return x
}

// Set keeps a value; it is stored with the turn's commit. The error is that of
// encoding/json.
func (v Var[T]) Set(t *Turn, x T) error {
	raw, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("bot: Var %q: %w", v.Name, err)
	}
	if t.session.Vars == nil {
		t.session.Vars = map[string]json.RawMessage{}
	}
	t.session.Vars[v.Name] = raw
	return nil
}
