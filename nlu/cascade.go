package nlu

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Asker is asked for the intent of a message that the classifier is unsure of:
// a language model, or a person. likely are the candidates, likeliest first;
// "" says that the message has none of the intents. Other names than those of
// the model are taken as "".
type Asker interface {
	Ask(ctx context.Context, text string, likely []Intent) (intent string, err error)
}

// Rule decides the intent of messages by a regular expression (RE2 syntax) on
// the message in standard wording (see Model.Normalize).
type Rule struct {
	Expr   string `json:"expr" yaml:"expr"`
	Intent string `json:"intent" yaml:"intent"`
}

// CascadeOptions configure a [Cascade]. The zero value asks nobody.
type CascadeOptions struct {
	// Rules decide first, in order.
	Rules []Rule
	// Ask is asked last; nil asks nobody.
	Ask Asker
	// Sure is the least probability of having understood (1 - Meaning.Unknown)
	// from which an accepted intent is not asked about; the model's threshold
	// when 0. A message without an accepted intent always is, a follow-up that
	// its context explains never.
	Sure float64
	// PerHour bounds how often Ask is called in any clock hour of Input.Now; 0
	// is 100, below 0 is no bound. Beyond it the classifier's word stands.
	PerHour int
	// Timeout bounds one call of Ask; 3 s when 0.
	Timeout time.Duration
}

// Cascade understands by rules, then by a trained model, and asks for the
// unsure share only, within a budget. A failed or late answer leaves what the
// classifier said: the cascade is never worse off without the one it asks. It
// is safe for concurrent use; the model under it can be swapped.
type Cascade struct {
	live  *Live
	opts  CascadeOptions
	rules []*regexp.Regexp

	mu    sync.Mutex
	hour  time.Time
	asked int // in this hour
	count CascadeReport
}

// CascadeReport counts what decided the messages so far.
type CascadeReport struct {
	Messages   int // all of them
	Rules      int // decided by a rule
	Classifier int // decided by the classifier, sure enough
	Asked      int // asked about
	Answered   int // asked about and answered in time
	Refused    int // unsure, but beyond the budget
}

// Saved is the share of messages, 0 to 1, that needed no asking.
func (r CascadeReport) Saved() float64 {
	if r.Messages == 0 {
		return 0
	}
	return 1 - float64(r.Asked)/float64(r.Messages)
}

// NewCascade puts rules before and an asker behind a model. An error names the
// rule that is wrong.
func NewCascade(live *Live, opts *CascadeOptions) (*Cascade, error) {
	c := &Cascade{live: live}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.PerHour == 0 {
		c.opts.PerHour = 100
	}
	if c.opts.Timeout <= 0 {
		c.opts.Timeout = 3 * time.Second
	}
	for i, r := range c.opts.Rules {
		re, err := regexp.Compile(r.Expr)
		if err != nil {
			return nil, fmt.Errorf("nlu: rule %d (intent %q): %w", i+1, r.Intent, err)
		}
		c.rules = append(c.rules, re)
	}
	return c, nil
}

// Report is what decided the messages so far.
func (c *Cascade) Report() CascadeReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// Understand is [Model.Understand] with the rules before and the asker behind.
func (c *Cascade) Understand(ctx context.Context, in Input) (Meaning, error) {
	m := c.live.Model()
	if m == nil {
		return c.live.Understand(ctx, in)
	}
	wording := m.wording(in.Text)
	for i, re := range c.rules {
		if re.MatchString(wording) {
			c.add(func(r *CascadeReport) { r.Messages++; r.Rules++ })
			return m.understand(ctx, in, func(*Meaning) (string, bool) { return c.opts.Rules[i].Intent, true })
		}
	}
	return m.understand(ctx, in, func(out *Meaning) (string, bool) {
		sure := c.opts.Sure
		if sure <= 0 {
			sure = m.threshold
		}
		if c.opts.Ask == nil || out.FollowUp || out.Intent != "" && 1-out.Unknown >= sure || len(out.Intents) == 0 {
			c.add(func(r *CascadeReport) { r.Messages++; r.Classifier++ })
			return "", false
		}
		if !c.spend(in.Now) {
			c.add(func(r *CascadeReport) { r.Messages++; r.Refused++ })
			return "", false
		}
		c.add(func(r *CascadeReport) { r.Messages++; r.Asked++ })
		within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
		defer cancel()
		intent, err := c.opts.Ask.Ask(within, in.Text, slices.Clone(out.Intents))
		if err != nil || within.Err() != nil {
			return "", false
		}
		c.add(func(r *CascadeReport) { r.Answered++ })
		if _, known := slices.BinarySearch(m.intents, intent); !known {
			intent = ""
		}
		return intent, true
	})
}

func (c *Cascade) add(f func(*CascadeReport)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.count)
}

// spend takes one call from the hour's budget.
func (c *Cascade) spend(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := now.Truncate(time.Hour); !h.Equal(c.hour) {
		c.hour, c.asked = h, 0
	}
	if c.opts.PerHour >= 0 && c.asked >= c.opts.PerHour {
		return false
	}
	c.asked++
	return true
}
