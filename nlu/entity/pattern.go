package entity

import (
	"fmt"
	"regexp"
	"strings"
)

// Pattern finds one kind of entity by a regular expression. It is plain data,
// so a bot folder can hold it.
type Pattern struct {
	// Type of the entities found: "coupon", "plate".
	Type string `json:"type" yaml:"type"`
	// Expr is a regular expression (RE2 syntax). It is matched without regard
	// to case, on the message in half width and simplified characters.
	Expr string `json:"expr" yaml:"expr"`
	// Group is the capture group that is the entity; 0 is the whole match.
	Group int `json:"group,omitempty" yaml:"group,omitempty"`
	// Normalise makes Value from what was found: "" keeps it as the customer
	// wrote it, "upper" and "lower" fold width and case, "digits" keeps the
	// digits 0 to 9 only.
	Normalise string `json:"normalise,omitempty" yaml:"normalise,omitempty"`
}

type compiled struct {
	Pattern
	re *regexp.Regexp
}

func compilePatterns(list []Pattern) ([]compiled, error) {
	out := make([]compiled, 0, len(list))
	for i, p := range list {
		where := fmt.Sprintf("entity: pattern %d (type %q)", i+1, p.Type)
		if p.Type == "" {
			return nil, fmt.Errorf("%s: Type is empty; name the entity it finds", where)
		}
		re, err := regexp.Compile(`(?i)` + p.Expr)
		if err != nil {
			return nil, fmt.Errorf("%s: Expr %q: %w", where, p.Expr, err)
		}
		if p.Group < 0 || p.Group > re.NumSubexp() {
			return nil, fmt.Errorf("%s: Group %d, but Expr %q has %d groups", where, p.Group, p.Expr, re.NumSubexp())
		}
		switch p.Normalise {
		case "", "upper", "lower", "digits":
		default:
			return nil, fmt.Errorf("%s: Normalise %q: use upper, lower, digits or nothing", where, p.Normalise)
		}
		out = append(out, compiled{p, re})
	}
	return out, nil
}

// patterns runs the host's patterns.
func (c *scan) patterns() {
	for _, p := range c.x.patterns {
		for _, m := range p.re.FindAllStringSubmatchIndex(c.s, -1) {
			from, to := m[2*p.Group], m[2*p.Group+1]
			if from < 0 || from == to {
				continue
			}
			v := c.s[from:to]
			switch p.Normalise {
			case "":
				s, e := c.m.Original(from, to)
				v = c.src[s:max(s, e)]
			case "upper":
				v = strings.ToUpper(v)
			case "lower":
				v = strings.ToLower(v)
			case "digits":
				v = strings.Map(func(r rune) rune {
					if '0' <= r && r <= '9' {
						return r
					}
					return -1
				}, v)
			}
			c.add(from, to, rankPattern, Entity{Type: p.Type, Value: v})
		}
	}
}
