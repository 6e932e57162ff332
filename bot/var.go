package bot

import (
	"encoding/json"
	"fmt"
	"strconv"
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
	raw := t.session.Vars.get(v.Name)
	if n, err := strconv.Atoi(string(raw)); err == nil { // a counter, mostly
		if x, ok := any(n).(T); ok {
			return x
		}
	}
	var x T
	if raw != nil {
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
	t.session.Vars.set(v.Name, raw)
	return nil
}

// vars are a session's values by name: few, so that a list beats a map.
type vars []namedValue

type namedValue struct {
	name  string
	value json.RawMessage
}

func (vs vars) get(name string) json.RawMessage {
	for i := range vs {
		if vs[i].name == name {
			return vs[i].value
		}
	}
	return nil
}

func (vs *vars) set(name string, value json.RawMessage) {
	for i := range *vs {
		if (*vs)[i].name == name {
			(*vs)[i].value = value
			return
		}
	}
	*vs = append(*vs, namedValue{name, value})
}

// append writes them as a JSON object behind b.
func (vs vars) append(b []byte) []byte {
	b = append(b, '{')
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuoted(b, v.name), ':')
		b = append(b, v.value...)
	}
	return append(b, '}')
}
