package bot

import (
	"encoding/json"
	"slices"
	"strings"
)

// Choose asks for one of several options and returns it. An option's label is
// the catalogue's text of prompt.option, or the option itself; further words
// for it stand under prompt.option.also, separated by "|".
func Choose(t *Turn, name, prompt string, options ...string) (string, error) {
	var known string
	if s := t.usual(name, kindAnswer); s != nil && plain(s, &known) && slices.Contains(options, known) {
		t.run.came(s)
		return known, nil
	}
	return t.choose(kindAnswer, name, t.Text(prompt), prompt, options)
}

// Confirm asks for a yes or no, with the prompt's placeholders as name-value
// pairs. A yes counts only for the text that was read: it is never taken from
// an earlier message, never kept when something before it is corrected, and
// asked again when the text has changed meanwhile.
func Confirm(t *Turn, name, prompt string, args ...any) (bool, error) {
	var known string
	if s := t.usual(name, kindConsent); s != nil && plain(s, &known) {
		t.run.came(s)
		return known == "yes", nil
	}
	s, err := t.choose(kindConsent, name, t.Text(prompt, args...), "confirm", []string{"yes", "no"})
	return s == "yes", err
}

func (t *Turn) choose(kind, name, text, labels string, options []string) (string, error) {
	c := t.choiceOf(labels, options)
	var asked *consent
	if kind == kindConsent {
		asked = &consent{turn: t, text: text, yesNo: c.words}
	}
	q := asker{name: name, kind: kind, question: Reply{Text: text, Choices: c.shown}, choice: true, show: c.show,
		parse:   func(h Heard) (json.RawMessage, Sure) { return encoded(pick(h, options, c.words, asked)) },
		decodes: c.decodes,
		check:   func(json.RawMessage) error { return nil },
		consent: asked,
	}
	if kind == kindAnswer {
		q.names(t, labels)
	}
	raw, err := t.ask(q)
	if err != nil {
		return "", err
	}
	var o string
	err = json.Unmarshal(raw, &o)
	return o, err
}

// choiceOf reads the labels of options and what else they are called.
func (t *Turn) choiceOf(labels string, options []string) choiceSet {
	c := choiceSet{options: options, words: make([][]string, len(options))}
	for i, o := range options {
		label := o
		if s, ok := t.lookup(labels + "." + o); ok {
			label = s
		}
		c.shown = append(c.shown, Choice{Label: label, Value: o})
		c.words[i] = []string{label}
		if s, ok := t.lookup(labels + "." + o + ".also"); ok {
			c.words[i] = append(c.words[i], splitWords(s)...)
		}
	}
	return c
}

// choicesOf is a set of options that bring their labels with them.
func choicesOf(shown []Choice) choiceSet {
	c := choiceSet{shown: shown}
	for _, s := range shown {
		c.options = append(c.options, s.Value)
		c.words = append(c.words, []string{s.Label})
	}
	return c
}

// choiceSet are the options of a question.
type choiceSet struct {
	options []string
	words   [][]string // what each is called, its label first
	shown   []Choice
}

// label is what customers read for an option.
func (c *choiceSet) label(option string) string {
	for _, s := range c.shown {
		if s.Value == option {
			return s.Label
		}
	}
	return option
}

// show is label for an answer on record.
func (c *choiceSet) show(raw json.RawMessage) string {
	var o string
	if json.Unmarshal(raw, &o) != nil {
		return ""
	}
	return c.label(o)
}

func (c *choiceSet) decodes(raw json.RawMessage) bool {
	var o string
	return strict(raw, &o) == nil && slices.Contains(c.options, o)
}

// encoded is an answer as it stands on record.
func encoded[T any](x T, sure Sure) (json.RawMessage, Sure) {
	if sure == No {
		return nil, No
	}
	raw, err := json.Marshal(x)
	if err != nil {
		return nil, No
	}
	return raw, sure
}

func (t *Turn) lookup(key string) (string, bool) {
	return t.bot.texts.Lookup(t.Language, t.Tone, key)
}

func splitWords(s string) []string {
	var out []string
	for _, w := range strings.Split(s, "|") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
