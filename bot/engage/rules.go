package engage

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed rules.yaml texts/*.yaml
var shipped embed.FS

// Rules say when the bot speaks first.
type Rules struct {
	Limits Limits
	// Rules in order: the first that fits is taken.
	Rules []Rule
}

// Limits hold for all rules.
type Limits struct {
	Rest     time.Duration // no offer so long after one in another visit
	Declined time.Duration // nor after "no, thanks"
	Busy     time.Duration // nor after the customer's last message
	Visit    time.Duration // how long what a visit did is remembered
}

// Rule is one moment to speak at.
type Rule struct {
	Name string
	// On is the kind of signal: "dwell", "idle", "error", "view", "cart", …
	On string
	// Seconds is how long it must have lasted, Times how often it must have
	// happened in the visit, Cart how many items the cart must hold.
	Seconds, Times, Cart int
	// Text is a key of the catalogue, with {item} and {count}; Choices are
	// keys of quick replies, beside "engage.no".
	Text    string
	Choices []string
}

// DefaultRules are those shipped.
func DefaultRules() (*Rules, error) {
	raw, err := shipped.ReadFile("rules.yaml")
	if err != nil {
		return nil, err
	}
	return ReadRules(bytes.NewReader(raw), "rules.yaml")
}

// ReadRules reads rules; errors name file and line.
func ReadRules(r io.Reader, name string) (*Rules, error) {
	var doc struct {
		Limits struct {
			Rest, Declined, Busy, Visit span
		}
		Rules []struct {
			Name                 string
			On                   string
			Seconds, Times, Cart int
			Text                 string
			Choices              []string
		}
	}
	d := yaml.NewDecoder(io.LimitReader(r, 1<<20))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("engage: %s: %w", name, err)
	}
	out := &Rules{Limits: Limits{Rest: time.Duration(doc.Limits.Rest), Declined: time.Duration(doc.Limits.Declined),
		Busy: time.Duration(doc.Limits.Busy), Visit: time.Duration(doc.Limits.Visit)}}
	seen := map[string]bool{}
	for i, r := range doc.Rules {
		switch {
		case r.Name == "":
			return nil, fmt.Errorf("engage: %s: rule %d has no name", name, i+1)
		case seen[r.Name]:
			return nil, fmt.Errorf("engage: %s: rule %q stands there twice: remove one", name, r.Name)
		case r.On == "":
			return nil, fmt.Errorf(`engage: %s: rule %q needs "on", the kind of signal, such as dwell`, name, r.Name)
		case r.Text == "":
			return nil, fmt.Errorf(`engage: %s: rule %q needs "text", what is said`, name, r.Name)
		case r.Seconds < 0 || r.Times < 0 || r.Cart < 0:
			return nil, fmt.Errorf("engage: %s: rule %q has a negative number", name, r.Name)
		}
		seen[r.Name] = true
		out.Rules = append(out.Rules, Rule{Name: r.Name, On: r.On, Seconds: r.Seconds, Times: r.Times, Cart: r.Cart, Text: r.Text, Choices: r.Choices})
	}
	return out, nil
}

// span is a duration in YAML.
type span time.Duration

// UnmarshalYAML reads "24h".
func (s *span) UnmarshalYAML(n *yaml.Node) error {
	d, err := time.ParseDuration(n.Value)
	if err != nil || d < 0 {
		return fmt.Errorf(`line %d: %q is no duration: write it as in "90s", "2m" or "24h"`, n.Line, n.Value)
	}
	*s = span(d)
	return nil
}

// fits returns the rule a visit's signal meets.
func (r *Rules) fits(s *Signal, v *visit) (Rule, bool) {
	for _, rule := range r.Rules {
		if rule.On == s.Kind && int(s.For/time.Second) >= rule.Seconds && v.times[s.Kind] >= rule.Times && v.cart >= rule.Cart {
			return rule, true
		}
	}
	return Rule{}, false
}

// Watch are the seconds of dwell and of idleness that rules ask for, ascending,
// each once: what a page has to report. Without any no rule asks.
func (r *Rules) Watch() (dwell, idle []int) {
	for _, rule := range r.Rules {
		if rule.Seconds <= 0 {
			continue
		}
		switch rule.On {
		case "dwell":
			dwell = append(dwell, rule.Seconds)
		case "idle":
			idle = append(idle, rule.Seconds)
		}
	}
	slices.Sort(dwell)
	slices.Sort(idle)
	return slices.Compact(dwell), slices.Compact(idle)
}
