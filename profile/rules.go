package profile

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed rules.yaml
var shipped embed.FS

// Rules derive tags from what a customer did.
type Rules struct{ rules []Rule }

// Rule gives a tag to the customers its segment matches.
type Rule struct {
	Tag     string            `yaml:"tag"`
	Name    map[string]string `yaml:"name"` // by language, for people
	Segment Segment           `yaml:"when"`
}

// Segment selects customers: every condition that is set must hold.
type Segment struct {
	// Tags must all be set, NotTags none.
	Tags    []string `yaml:"tags"`
	NotTags []string `yaml:"not_tags"`
	// Traits must have these values.
	Traits map[string]string `yaml:"traits"`
	// Kind counts events: at least Min and, unless 0, at most Max, counted over
	// the last Days for "purchased", over all time otherwise.
	Kind string `yaml:"kind"`
	Min  int    `yaml:"min"`
	Max  int    `yaml:"max"`
	Days int    `yaml:"days"`
	// Spent is the least spent, in minor units, by currency.
	Spent map[string]int64 `yaml:"spent"`
	// Quiet is how many days there was no activity at least, Known how many
	// days ago the first was at most.
	Quiet int `yaml:"quiet"`
	Known int `yaml:"known"`
	// Any are alternatives: one must match.
	Any []Segment `yaml:"any"`
}

// ReadRules reads rules in YAML; name is the file's, for errors.
func ReadRules(r io.Reader, name string) (*Rules, error) {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	var rules []Rule
	if err := d.Decode(&rules); err != nil && err != io.EOF {
		return nil, fmt.Errorf("profile: %s: %w", name, err)
	}
	seen := map[string]bool{}
	for i, r := range rules {
		switch {
		case r.Tag == "":
			return nil, fmt.Errorf("profile: %s: rule %d has no tag", name, i+1)
		case seen[r.Tag]:
			return nil, fmt.Errorf("profile: %s: tag %q has two rules: join them with any", name, r.Tag)
		}
		seen[r.Tag] = true
	}
	return &Rules{rules}, nil
}

// DefaultRules are the shipped ones: new, frequent_buyer, high_value, dormant,
// often_returns.
func DefaultRules() (*Rules, error) {
	f, err := shipped.Open("rules.yaml")
	if err != nil {
		return nil, err
	}
	return ReadRules(f, "rules.yaml")
}

// Tags are the derived tags of a customer at a time, in the rules' order.
func (r *Rules) Tags(c Customer, now time.Time) []string {
	var out []string
	for _, rule := range r.rules {
		if rule.Segment.Match(c, now) {
			out = append(out, rule.Tag)
		}
	}
	return out
}

// Name is a tag's name for people, the tag itself when it has none.
func (r *Rules) Name(tag, language string) string {
	for _, rule := range r.rules {
		if rule.Tag == tag && rule.Name[language] != "" {
			return rule.Name[language]
		}
	}
	return tag
}

// Match reports whether the segment holds for a customer at a time.
func (s Segment) Match(c Customer, now time.Time) bool {
	for _, t := range s.Tags {
		if !slices.Contains(c.Tags, t) {
			return false
		}
	}
	for _, t := range s.NotTags {
		if slices.Contains(c.Tags, t) {
			return false
		}
	}
	for k, v := range s.Traits {
		if c.Traits[k].Value != v {
			return false
		}
	}
	if s.Kind != "" {
		n := s.count(c, now)
		if n < s.Min || s.Max > 0 && n > s.Max {
			return false
		}
	}
	for cur, least := range s.Spent {
		if c.Activity.Spent[cur] < least {
			return false
		}
	}
	if s.Quiet > 0 && (c.Activity.Last.IsZero() || now.Sub(c.Activity.Last) < days(s.Quiet)) {
		return false
	}
	if s.Known > 0 && (c.Activity.First.IsZero() || now.Sub(c.Activity.First) > days(s.Known)) {
		return false
	}
	if len(s.Any) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Any, func(a Segment) bool { return a.Match(c, now) })
}

func (s Segment) count(c Customer, now time.Time) int {
	if s.Days == 0 || s.Kind != string(Purchased) {
		return c.Activity.Counts[s.Kind]
	}
	n := 0
	for _, p := range c.Activity.Purchases {
		if now.Sub(p.At) <= days(s.Days) {
			n++
		}
	}
	return n
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
