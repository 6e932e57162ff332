package sqlstore

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Ids come from channels and may hold any bytes; some databases take no NUL and
// no invalid UTF-8 as text. Such an id is stored escaped, as one that begins
// like an escaped one is, so that different ids stay different.
const escapeMark = "\x1bb64:"

func escape(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && !strings.HasPrefix(s, escapeMark) {
		return s
	}
	return escapeMark + base64.RawStdEncoding.EncodeToString([]byte(s))
}

func unescape(s string) string {
	if rest, ok := strings.CutPrefix(s, escapeMark); ok {
		if raw, err := base64.RawStdEncoding.DecodeString(rest); err == nil {
			return string(raw)
		}
	}
	return s
}

// args makes values fit for the database.
func (s *Store) args(args []any) []any {
	if s.dialect.AnyText {
		return args
	}
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = escape(text)
		}
	}
	return args
}

// text reads an id back.
func (s *Store) text(v string) string {
	if s.dialect.AnyText {
		return v
	}
	return unescape(v)
}
