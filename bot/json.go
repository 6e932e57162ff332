package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// A session is read and written in every turn, and most of it is a few short
// strings: what encoding/json spends on reflection is spared here. What is
// written is plain JSON.

var errJSON = errors.New("not a JSON object")

// fields calls fn for each field of a JSON object, in order, with its value as
// it stands. Values are told apart, not checked: whoever reads one does.
func fields(raw []byte, fn func(name, value []byte) error) error {
	i := space(raw, 0)
	if i == len(raw) || raw[i] != '{' {
		return errJSON
	}
	i = space(raw, i+1)
	if i < len(raw) && raw[i] == '}' {
		return nil
	}
	for {
		if i == len(raw) || raw[i] != '"' {
			return errJSON
		}
		end := quoted(raw, i)
		if end < 0 {
			return errJSON
		}
		name := raw[i+1 : end-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			s, err := unquote(raw[i:end])
			if err != nil {
				return err
			}
			name = []byte(s)
		}
		if i = space(raw, end); i == len(raw) || raw[i] != ':' {
			return errJSON
		}
		i = space(raw, i+1)
		if end = skip(raw, i); end <= i {
			return errJSON
		}
		if err := fn(name, raw[i:end]); err != nil {
			return fmt.Errorf("field %q: %w", name, err)
		}
		i = space(raw, end)
		switch {
		case i < len(raw) && raw[i] == ',':
			i = space(raw, i+1)
		case i < len(raw) && raw[i] == '}':
			return nil
		default:
			return errJSON
		}
	}
}

func space(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t' || raw[i] == '\r') {
		i++
	}
	return i
}

// quoted returns the end of the string that begins at i, or -1.
func quoted(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// skip returns the end of the value that begins at i, or -1.
func skip(raw []byte, i int) int {
	depth := 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			end := quoted(raw, i)
			if end < 0 || depth == 0 {
				return end
			}
			i = end - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i // behind a number or a word
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	if depth > 0 {
		return -1
	}
	return i
}

// unquote reads a JSON string.
func unquote(raw []byte) (string, error) {
	if len(raw) >= 2 && raw[0] == '"' && raw[len(raw)-1] == '"' {
		body := raw[1 : len(raw)-1]
		plain := utf8.Valid(body)
		for _, c := range body {
			if c == '\\' || c == '"' || c < ' ' {
				plain = false
				break
			}
		}
		if plain {
			return string(body), nil
		}
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// appendQuoted writes a JSON string.
func appendQuoted(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				return appendSlow(b, s)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return appendSlow(b, s)
		}
		i += n
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendSlow(b []byte, s string) []byte {
	raw, err := json.Marshal(s)
	if err != nil { // a string always encodes
		return append(b, `""`...)
	}
	return append(b, raw...)
}
