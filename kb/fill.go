package kb

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fill puts values in the place of an answer's variables, {{order.status}}. It
// asks value once for each name, in the order they stand, and returns the names
// it had none for; they stay in the text as they are, so that whoever sends it
// sees that it is not ready: send something else when missing is not empty.
// Values are put in as they are, and what looks like a variable in one is not
// filled again. Braces that do not close, or whose content begins with a sign as in
// the template languages ({{.Title}}, {{#if}}), are text.
func Fill(answer string, value func(name string) (string, bool)) (text string, missing []string) {
	if !strings.Contains(answer, "{{") {
		return answer, nil
	}
	type known struct {
		value string
		ok    bool
	}
	seen := map[string]known{}
	var b strings.Builder
	for rest := answer; ; {
		i := strings.Index(rest, "{{")
		if i < 0 {
			b.WriteString(rest)
			return b.String(), missing
		}
		end := strings.Index(rest[i:], "}}")
		if end < 0 {
			b.WriteString(rest)
			return b.String(), missing
		}
		// The last braces that open before these close are the variable's.
		i += strings.LastIndex(rest[i:i+end], "{{")
		end = i + strings.Index(rest[i:], "}}")
		name := strings.TrimSpace(rest[i+2 : end])
		b.WriteString(rest[:i])
		v, asked := seen[name]
		if !asked {
			if !isName(name) { // {{.Title}} of some template language is text
				b.WriteString(rest[i : end+2])
				rest = rest[end+2:]
				continue
			}
			if value != nil {
				v.value, v.ok = value(name)
			}
			seen[name] = v
			if !v.ok {
				missing = append(missing, name)
			}
		}
		if v.ok {
			b.WriteString(v.value)
		} else {
			b.WriteString(rest[i : end+2])
		}
		rest = rest[end+2:]
	}
}

// isName reports whether what stands between braces is meant as a variable's name,
// well written or not: it does not begin with a sign, as {{.Title}} and {{#if}} do.
func isName(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || unicode.IsLetter(r) || unicode.IsDigit(r)
}
