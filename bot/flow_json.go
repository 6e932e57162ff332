package bot

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// The state of flows is read and written in every turn of a flow, and most of it
// are steps: those are read and written by hand, without reflection and nearly
// without copies. What is written is what encoding/json would write of the types.

// append writes the state behind b.
func (st *flowState) append(b []byte) ([]byte, error) {
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, int64(st.V), 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, int64(st.Seq), 10)
	var err error
	for _, l := range []struct {
		name   string
		frames []*frame
	}{{`,"stack":[`, st.Stack}, {`,"wait":[`, st.Waiting}} {
		for i, f := range l.frames {
			if i == 0 {
				b = append(b, l.name...)
			} else {
				b = append(b, ',')
			}
			if b, err = f.append(b); err != nil {
				return nil, err
			}
		}
		if len(l.frames) > 0 {
			b = append(b, ']')
		}
	}
	if len(st.Inbox) > 0 {
		if b, err = appendJSON(b, `,"in":`, st.Inbox); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// append writes the frame behind b.
func (f *frame) append(b []byte) ([]byte, error) {
	b = appendQuoted(append(b, `{"f":`...), f.Flow)
	b = strconv.AppendInt(append(b, `,"i":`...), int64(f.Number), 10)
	b = strconv.AppendInt(append(b, `,"p":`...), int64(f.Pass), 10)
	b = appendTime(append(b, `,"t":`...), f.At)
	for i := range f.Steps {
		if i == 0 {
			b = append(b, `,"s":[`...)
		} else {
			b = append(b, ',')
		}
		b = f.Steps[i].append(b)
	}
	if len(f.Steps) > 0 {
		b = append(b, ']')
	}
	var err error
	if f.Open != nil {
		if b, err = appendJSON(b, `,"o":`, f.Open); err != nil {
			return nil, err
		}
	}
	if len(f.Fill) > 0 {
		if b, err = appendJSON(b, `,"fill":`, f.Fill); err != nil {
			return nil, err
		}
	}
	if len(f.Files) > 0 {
		if b, err = appendJSON(b, `,"fi":`, f.Files); err != nil {
			return nil, err
		}
	}
	if f.Held != nil {
		if b, err = appendJSON(b, `,"held":`, f.Held); err != nil {
			return nil, err
		}
	}
	if f.Began != "" {
		b = appendQuoted(append(b, `,"w":`...), f.Began)
	}
	if f.Failed != 0 {
		b = strconv.AppendInt(append(b, `,"x":`...), int64(f.Failed), 10)
	}
	if f.Message != "" {
		b = appendQuoted(append(b, `,"m":`...), f.Message)
	}
	if len(f.Before) > 0 {
		raw, err := json.Marshal(f.Before)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"mb":`...), raw...)
	}
	if f.Told {
		b = append(b, `,"b":true`...)
	}
	return append(b, '}'), nil
}

// append writes the step behind b.
func (s *step) append(b []byte) []byte {
	b = appendQuoted(append(b, `{"n":`...), s.Name)
	b = appendQuoted(append(b, `,"k":`...), s.Kind)
	if len(s.Value) > 0 {
		b = append(append(b, `,"v":`...), s.Value...)
	}
	if f := s.Err; f != nil {
		sep := `,"e":{"`
		for _, x := range []struct{ name, value string }{{"step", f.Step}, {"code", f.Code}, {"text", f.Text}} {
			if x.value != "" {
				b = appendQuoted(append(append(append(b, sep...), x.name...), `":`...), x.value)
				sep = `,"`
			}
		}
		if sep != `,"` {
			b = append(b, `,"e":{`...)
		}
		b = append(b, '}')
	}
	if s.Words != "" {
		b = appendQuoted(append(b, `,"r":`...), s.Words)
	}
	if s.Hash != 0 {
		b = strconv.AppendUint(append(b, `,"q":`...), uint64(s.Hash), 10)
	}
	b = strconv.AppendInt(append(b, `,"p":`...), int64(s.Pass), 10)
	if s.Stale {
		b = append(b, `,"c":true`...)
	}
	if s.State != "" {
		b = appendQuoted(append(b, `,"w":`...), s.State)
	}
	return append(b, '}')
}

func appendTime(b []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// appendJSON writes what is rare in a state.
func appendJSON(b []byte, name string, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(append(b, name...), raw...), nil
}

// decode reads a state. Values of steps point into raw.
func (st *flowState) decode(raw []byte) error {
	return fields(raw, func(name, value []byte) (err error) {
		switch string(name) {
		case "v":
			st.V, err = strconv.Atoi(string(value))
		case "seq":
			st.Seq, err = strconv.Atoi(string(value))
		case "stack":
			st.Stack, err = decodeFrames(value)
		case "wait":
			st.Waiting, err = decodeFrames(value)
		case "in":
			err = json.Unmarshal(value, &st.Inbox)
		}
		return err
	})
}

func decodeFrames(list []byte) ([]*frame, error) {
	var out []*frame
	whole := string(list) // names and words are parts of it
	err := items(list, func(value []byte) error {
		f := new(frame)
		out = append(out, f)
		return f.decode(value, list, whole)
	})
	return out, err
}

// decode reads a frame, a part of raw.
func (f *frame) decode(value, raw []byte, whole string) error {
	return fields(value, func(name, value []byte) (err error) {
		switch string(name) {
		case "f":
			f.Flow, err = unquote(value)
		case "i":
			f.Number, err = strconv.Atoi(string(value))
		case "p":
			f.Pass, err = strconv.Atoi(string(value))
		case "t":
			err = f.At.UnmarshalJSON(value)
		case "s":
			f.Steps = make([]step, 0, 4+len(value)/90)
			err = items(value, func(value []byte) error {
				if len(f.Steps) > maxSteps {
					return fmt.Errorf("more than %d steps", maxSteps)
				}
				f.Steps = append(f.Steps, step{})
				return f.Steps[len(f.Steps)-1].decode(value, raw, whole)
			})
		case "o":
			f.Open = new(open)
			err = json.Unmarshal(value, f.Open)
		case "fill":
			err = json.Unmarshal(value, &f.Fill)
		case "fi":
			err = json.Unmarshal(value, &f.Files)
		case "held":
			f.Held = new(held)
			err = json.Unmarshal(value, f.Held)
		case "w":
			f.Began, err = unquote(value)
		case "x":
			f.Failed, err = strconv.Atoi(string(value))
		case "m":
			f.Message, err = unquote(value)
		case "mb":
			err = json.Unmarshal(value, &f.Before)
		case "b":
			f.Told = string(value) == "true"
		}
		return err
	})
}

// decode reads a step, a part of raw.
func (s *step) decode(value, raw []byte, whole string) error {
	return fields(value, func(name, value []byte) (err error) {
		if len(name) != 1 {
			return nil // of a newer program
		}
		switch name[0] {
		case 'n':
			s.Name, err = part(value, raw, whole)
		case 'k':
			s.Kind, err = part(value, raw, whole)
		case 'v':
			s.Value = value
		case 'e':
			s.Err = new(Failed)
			err = json.Unmarshal(value, s.Err)
		case 'r':
			s.Words, err = part(value, raw, whole)
		case 'q':
			var n uint64
			n, err = strconv.ParseUint(string(value), 10, 32)
			s.Hash = uint32(n)
		case 'p':
			s.Pass, err = strconv.Atoi(string(value))
		case 'c':
			s.Stale = string(value) == "true"
		case 'w':
			s.State, err = part(value, raw, whole)
		}
		return err
	})
}

// part reads a JSON string without a copy: whole is raw as a string, and value
// is a part of raw, so their ends in memory tell where it stands.
func part(value, raw []byte, whole string) (string, error) {
	at := cap(raw) - cap(value)
	if n := len(value); n >= 2 && value[0] == '"' && at >= 0 && at+n <= len(whole) {
		body := whole[at+1 : at+n-1]
		for i := 0; i < len(body); i++ {
			if c := body[i]; c == '\\' || c < ' ' {
				return unquote(value)
			}
		}
		if whole[at:at+n] == string(value) && utf8.ValidString(body) {
			return body, nil
		}
	}
	return unquote(value)
}

// items calls fn for each value of a JSON list, in order.
func items(raw []byte, fn func(value []byte) error) error {
	i := space(raw, 0)
	if string(raw) == "null" {
		return nil
	}
	if i == len(raw) || raw[i] != '[' {
		return errJSON
	}
	if i = space(raw, i+1); i < len(raw) && raw[i] == ']' {
		return nil
	}
	for {
		end := skip(raw, i)
		if end <= i {
			return errJSON
		}
		if err := fn(raw[i:end]); err != nil {
			return err
		}
		i = space(raw, end)
		switch {
		case i < len(raw) && raw[i] == ',':
			i = space(raw, i+1)
		case i < len(raw) && raw[i] == ']':
			return nil
		default:
			return errJSON
		}
	}
}
