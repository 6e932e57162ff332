package bot

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// decodeInto decodes a recorded value; none at all is the zero of the type.
func decodeInto(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// strict decodes JSON and refuses fields the type does not have, so that a
// renamed field is no silent zero.
func strict(raw json.RawMessage, into any) error {
	switch p := into.(type) { // what has no fields
	case *string, *bool, *int, *int64, *float64:
		return json.Unmarshal(raw, p)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// plain decodes a record of the plainest types without encoding/json, which
// nearly every answer is; ok is false for all else.
func plain[T any](s *step, into *T) (ok bool) {
	raw := s.Value
	switch p := any(into).(type) {
	case *string:
		n := len(raw)
		if n < 2 || raw[0] != '"' || bytes.IndexByte(raw, '\\') >= 0 {
			return false
		}
		if body := raw[1 : n-1]; string(body) == s.Words { // no copy
			*p = s.Words
		} else {
			*p = string(body)
		}
	case *int:
		n, err := strconv.Atoi(string(raw))
		if err != nil {
			return false
		}
		*p = n
	case *bool:
		switch string(raw) {
		case "true":
			*p = true
		case "false":
			*p = false
		default:
			return false
		}
	default:
		return false
	}
	return true
}
