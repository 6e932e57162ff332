package main

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

var (
	asked  = bot.Var[bool]{Name: "asked consent"}
	asking = bot.Var[bool]{Name: "asking consent"} // it is the last thing that was said
	proven = bot.Var[[]string]{Name: "orders proven"}
	misses = bot.Var[int]{Name: "wrong proofs"}
)

const (
	eventForget = "shop.forget" // the customer asked to have everything erased
	maxMisses   = 5             // wrong proofs in a conversation before a person must look
)

// taps answers the quick replies that belong to no question of a flow.
func (s *shop) taps(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		what, value, _ := strings.Cut(t.Message.Tap, ":")
		if asking.Get(t) {
			if err := asking.Set(t, false); err != nil {
				return err
			}
			if yes := t.Meaning.Intent == "yes"; t.Message.Tap == "" && (yes || t.Meaning.Intent == "no") && !wishing(t) {
				what, value = "consent", map[bool]string{true: "yes", false: "no"}[yes]
			}
			if yes, _ := grants(t); yes && t.Message.Tap == "" && t.Meaning.Intent == "" && utf8.RuneCountInString(t.Message.Text) <= 12 && !wishing(t) {
				what, value = "consent", "yes"
			}
		}
		switch what {
		case "consent":
			t.Consent(profile.Personal, value == "yes", "consent.personal")
			return t.Say("consent.thanks." + value)
		case "want":
			want(t, value)
		}
		return next.Handle(ctx, t)
	})
}

// greet welcomes by name and time of day, and says what it is.
func (s *shop) greet(_ context.Context, t *bot.Turn) error {
	if !t.First() {
		return nil // the catalogue's short answer will do
	}
	return t.Send(t.Opening())
}

// bye asks how it went.
func (s *shop) bye(_ context.Context, t *bot.Turn) error {
	return t.Send(bot.Reply{Text: t.Text("intent.bye"), Survey: t.Survey()})
}

// grants reports whether a message about personal data allows its use: it has words
// that do and none that refuse. asks is a question, which allows nothing: "can you
// look at what I bought?".
func grants(t *bot.Turn) (yes, asks bool) {
	says := saysWord(t, "consent.cue.grant") && !saysWord(t, "consent.cue.no")
	asks = says && saysAny(t, t.Message.Text, "consent.cue.asks")
	return says && !asks, asks
}

// withdraw takes consent back, and takes it where the customer gives it in words
// that are near: 可以用我的记录.
func (s *shop) withdraw(_ context.Context, t *bot.Turn) error {
	switch yes, asks := grants(t); {
	case asks:
		return s.sayConsent(t)
	case yes:
		t.Consent(profile.Personal, true, "consent.personal")
		return t.Say("consent.thanks.yes")
	}
	for _, p := range []profile.Purpose{profile.Personal, profile.Marketing} {
		t.Consent(p, false, "consent.withdrawn")
	}
	return t.Say("consent.withdrawn")
}

// forget erases everything known of the customer, after a clear yes.
func (s *shop) forget(_ context.Context, t *bot.Turn) error {
	if ok, err := bot.Confirm(t, "sure", "forget.sure"); err != nil || !ok {
		return err
	}
	t.Track(bot.Event{Kind: eventForget})
	return t.Say("forget.done")
}
