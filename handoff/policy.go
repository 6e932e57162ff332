package handoff

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

//go:embed policy.yaml
var shipped embed.FS

// Rule says what follows when a situation is so. Every condition that is set
// must hold.
type Rule struct {
	Name  string `yaml:"name"`
	Stage Stage  `yaml:"stage"` // "before" when empty
	When  When   `yaml:"when"`
	Then  Then   `yaml:"then"`
}

// When are a rule's conditions.
type When struct {
	// Intents: one of them; "return.*" stands for all that begin so. NotIntents:
	// none of them. Words: one occurs in the text; the languages they are listed by
	// are for the reader only. Matching ignores case, width and traditional script.
	Intents    []string            `yaml:"intents"`
	NotIntents []string            `yaml:"not_intents"`
	Words      map[string][]string `yaml:"words"`
	// Emotions: one of them. Intensity, Urgency and Negative are least values,
	// Level is the most the smoothed mood may be.
	Emotions  []string `yaml:"emotions"`
	Intensity float64  `yaml:"intensity"`
	Urgency   float64  `yaml:"urgency"`
	Negative  int      `yaml:"negative"`
	Level     *float64 `yaml:"level"`
	// Threat: the mood stage saw one. Actions: the mood strategy asked for one of
	// them.
	Threat  bool     `yaml:"threat"`
	Actions []string `yaml:"actions"`
	// Failures is the least number of turns without an answer.
	Failures int `yaml:"failures"`
	// GaveUp, Effects, Error, Offered, Closed must be so when true.
	GaveUp  bool `yaml:"gave_up"`
	Effects bool `yaml:"effects"`
	Error   bool `yaml:"error"`
	Offered bool `yaml:"offered"`
	Closed  bool `yaml:"closed"`
	// Tiers and Tags: one of them.
	Tiers []string `yaml:"tiers"`
	Tags  []string `yaml:"tags"`
}

// Then is what a rule decides.
type Then struct {
	Handover bool     `yaml:"handover"`
	Offer    bool     `yaml:"offer"`
	Reason   Reason   `yaml:"reason"`
	Priority Priority `yaml:"priority"`
	Skill    string   `yaml:"skill"`
}

// Policy judges situations by rules: the first that matches decides. It is
// immutable and safe for concurrent use.
type Policy struct{ rules []compiled }

type compiled struct {
	Rule
	words []string // folded
}

// ReadPolicy reads rules in YAML; name is the file's, for errors, which name
// the line and say what is allowed.
func ReadPolicy(r io.Reader, name string) (*Policy, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("handoff: %s: %w", name, err)
	}
	var nodes []yaml.Node
	if err := yaml.Unmarshal(raw, &nodes); err != nil {
		return nil, fmt.Errorf("handoff: %s: want a list of rules: %w", name, err)
	}
	if len(nodes) == 0 {
		return nil, fmt.Errorf("handoff: %s: no rules: want a list of name, when, then", name)
	}
	rules := make([]Rule, len(nodes))
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&rules); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("handoff: %s: %w", name, err)
	}
	var errs []error
	for i := range rules {
		if err := rules[i].validate(); err != nil {
			errs = append(errs, fmt.Errorf("handoff: %s:%d: %w", name, nodes[i].Line, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return NewPolicy(rules)
}

// DefaultPolicy is the shipped one: asked for, threats, sensitive topics, anger
// that does not settle, repeated failures, flows given up, effects left.
func DefaultPolicy() (*Policy, error) {
	f, err := shipped.Open("policy.yaml")
	if err != nil {
		return nil, err
	}
	return ReadPolicy(f, "policy.yaml")
}

// NewPolicy makes a policy of rules; without rules it never asks for a person.
func NewPolicy(rules []Rule) (*Policy, error) {
	p := &Policy{}
	for i := range rules {
		if err := rules[i].validate(); err != nil {
			return nil, fmt.Errorf("handoff: rule %d: %w", i+1, err)
		}
		c := compiled{Rule: rules[i]}
		for _, ws := range c.When.Words {
			for _, w := range ws {
				c.words = append(c.words, text.Fold(w))
			}
		}
		p.rules = append(p.rules, c)
	}
	return p, nil
}

// Reasons are all reasons there are.
func Reasons() []Reason {
	return []Reason{Asked, Anger, Threat, Sensitive, NoAnswer, GaveUp, EffectsLeft, Failure, VIP, Business, Proactive}
}

func (r *Rule) validate() error {
	if r.Name == "" {
		return errors.New("the rule has no name")
	}
	if r.Stage == "" {
		r.Stage = Before
	}
	if r.Stage != Before && r.Stage != After {
		return fmt.Errorf("rule %q: stage %q: use %q or %q", r.Name, r.Stage, Before, After)
	}
	if err := r.When.validate(); err != nil {
		return fmt.Errorf("rule %q: %w", r.Name, err)
	}
	if r.Then.Handover == r.Then.Offer {
		return fmt.Errorf("rule %q: set one of handover and offer", r.Name)
	}
	if !slices.Contains(Reasons(), r.Then.Reason) {
		return fmt.Errorf("rule %q: reason %q: use one of %v", r.Name, r.Then.Reason, Reasons())
	}
	if r.Then.Priority == 0 {
		r.Then.Priority = Normal
	}
	if r.Then.Priority < Low || r.Then.Priority > Urgent {
		return fmt.Errorf("rule %q: priority %d: use low, normal, high or urgent", r.Name, r.Then.Priority)
	}
	return nil
}

func (w *When) validate() error {
	emotions := []string{"angry", "anxious", "sad", "disappointed", "satisfied", "grateful", "surprised", "neutral"}
	for _, e := range w.Emotions {
		if !slices.Contains(emotions, e) {
			return fmt.Errorf("emotion %q: use one of %v", e, emotions)
		}
	}
	for lang, words := range w.Words {
		for _, x := range words {
			if text.Fold(x) == "" {
				return fmt.Errorf("words, %s: an empty word", lang)
			}
		}
	}
	switch {
	case !(w.Intensity >= 0 && w.Intensity <= 1), !(w.Urgency >= 0 && w.Urgency <= 1):
		return errors.New("intensity and urgency go from 0 to 1")
	case w.Level != nil && !(*w.Level >= -1 && *w.Level <= 1):
		return errors.New("level goes from -1 to 1")
	case w.Negative < 0, w.Failures < 0:
		return errors.New("negative and failures count, from 0")
	}
	return nil
}

// UnmarshalYAML reads a priority by name.
func (p *Priority) UnmarshalYAML(n *yaml.Node) error {
	switch n.Value {
	case "low":
		*p = Low
	case "normal":
		*p = Normal
	case "high":
		*p = High
	case "urgent":
		*p = Urgent
	default:
		return fmt.Errorf("line %d: priority %q: use low, normal, high or urgent", n.Line, n.Value)
	}
	return nil
}

// String is the name of a priority.
func (p Priority) String() string {
	switch p {
	case Low:
		return "low"
	case High:
		return "high"
	case Urgent:
		return "urgent"
	}
	return "normal"
}

// maxText is how many bytes of a message are searched for words.
const maxText = 64 << 10

// Judge returns the decision of the first rule that matches; the zero Decision
// when none does.
func (p *Policy) Judge(_ context.Context, s Situation) (Decision, error) {
	folded := text.Fold(text.Cut(s.Text, maxText))
	for i := range p.rules {
		r := &p.rules[i]
		if r.Stage == s.Stage && r.holds(&s, folded) {
			return Decision{Handover: r.Then.Handover, Offer: r.Then.Offer, Reason: r.Then.Reason,
				Priority: r.Then.Priority, Rule: r.Name, Skill: r.Then.Skill}, nil
		}
	}
	return Decision{}, nil
}

func (r *compiled) holds(s *Situation, folded string) bool {
	w := &r.When
	switch {
	case len(w.Intents) > 0 && !slices.ContainsFunc(w.Intents, func(x string) bool { return fits(s.Intent, x) }),
		slices.ContainsFunc(w.NotIntents, func(x string) bool { return fits(s.Intent, x) }),
		len(r.words) > 0 && !slices.ContainsFunc(r.words, func(x string) bool { return occurs(folded, x) }),
		len(w.Emotions) > 0 && !slices.Contains(w.Emotions, s.Emotion),
		s.Intensity < w.Intensity, s.Urgency < w.Urgency, s.Negative < w.Negative, s.Failures < w.Failures,
		w.Level != nil && s.Level > *w.Level,
		w.Threat && !s.Threat,
		len(w.Actions) > 0 && !slices.ContainsFunc(w.Actions, func(a string) bool { return slices.Contains(s.Actions, a) }),
		w.GaveUp && s.GaveUp == "", w.Effects && len(s.Effects) == 0, w.Error && !s.Error, w.Offered && !s.Offered, w.Closed && s.Open,
		len(w.Tiers) > 0 && !slices.Contains(w.Tiers, s.Tier),
		len(w.Tags) > 0 && !slices.ContainsFunc(w.Tags, func(t string) bool { return slices.Contains(s.Tags, t) }):
		return false
	}
	return true
}

// fits matches an intent to a pattern.
func fits(intent, pattern string) bool {
	if head, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(intent, head)
	}
	return intent == pattern
}

// occurs finds a word, at word borders when its edge is a Latin letter.
func occurs(s, word string) bool {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	if word == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		if (i == 0 || !letter(s[i-1]) || !letter(word[0])) && (end == len(s) || !letter(s[end]) || !letter(word[len(word)-1])) {
			return true
		}
		from = i + 1
	}
}
