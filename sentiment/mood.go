package sentiment

import (
	"slices"
	"time"
)

// Emotion is what a message shows.
type Emotion string

// The emotions told apart.
const (
	Neutral      Emotion = "neutral"
	Angry        Emotion = "angry"
	Anxious      Emotion = "anxious"
	Sad          Emotion = "sad"
	Disappointed Emotion = "disappointed"
	Satisfied    Emotion = "satisfied"
	Grateful     Emotion = "grateful"
	Surprised    Emotion = "surprised"
)

// Emotions are all emotions told apart.
func Emotions() []Emotion { return slices.Clone(emotions[:]) }

// emotions are the emotions in the order of a mass.
var emotions = [...]Emotion{Neutral, Angry, Anxious, Sad, Disappointed, Satisfied, Grateful, Surprised}

// Distribution is a share for each emotion; the shares sum to 1.
type Distribution struct {
	Neutral      float64 `json:"neutral"`
	Angry        float64 `json:"angry,omitzero"`
	Anxious      float64 `json:"anxious,omitzero"`
	Sad          float64 `json:"sad,omitzero"`
	Disappointed float64 `json:"disappointed,omitzero"`
	Satisfied    float64 `json:"satisfied,omitzero"`
	Grateful     float64 `json:"grateful,omitzero"`
	Surprised    float64 `json:"surprised,omitzero"`
}

// Of is an emotion's share; 0 for an unknown one.
func (d *Distribution) Of(e Emotion) float64 {
	switch e {
	case Neutral:
		return d.Neutral
	case Angry:
		return d.Angry
	case Anxious:
		return d.Anxious
	case Sad:
		return d.Sad
	case Disappointed:
		return d.Disappointed
	case Satisfied:
		return d.Satisfied
	case Grateful:
		return d.Grateful
	case Surprised:
		return d.Surprised
	}
	return 0
}

// Score is the mood of one text.
type Score struct {
	// Polarity is -1 (most negative) to 1 (most positive).
	Polarity float64 `json:"polarity"`
	// Chance is how likely people call the text negative, neutral or positive;
	// see [Scorer.Calibrate].
	Chance Chance `json:"chance,omitzero"`
	// Emotion is the strongest of Emotions, Neutral when none stands out.
	Emotion Emotion `json:"emotion"`
	// Emotions is how likely each is.
	Emotions Distribution `json:"emotions,omitzero"`
	// Intensity is how strongly it is felt, 0 to 1.
	Intensity float64 `json:"intensity"`
	// Urgency is how pressing the customer says it is, 0 to 1.
	Urgency float64 `json:"urgency"`
	// Politeness is how polite the wording is, -1 (abuse) to 1; 0 is plain. Like
	// urgency it is by rules, as there is no labelled data to learn it from.
	Politeness float64 `json:"politeness"`
	// Threat reports that the customer threatens: to go to a regulator, to law,
	// to the public.
	Threat bool `json:"threat,omitempty"`
	// Spans are the words that carried it, as byte offsets into the text.
	Spans []Span `json:"spans,omitempty"`
}

// Span is a part of the text and what it added to the polarity.
type Span struct {
	Start int     `json:"start"`
	End   int     `json:"end"`
	Value float64 `json:"value"`
	Why   string  `json:"why"` // "word", "trouble", "negated", "question", "condition", "sarcasm", "threat"
}

// Input is one message, the trend before it, and what the host knows that
// decides how to act on a mood.
type Input struct {
	Text     string
	Language string // BCP 47 hint, "" when unknown
	Trend    Trend  // of the conversation so far; the zero value for a first message
	// Cause is what a complaint is about when the host knows it: [CauseDelay],
	// [CauseQuality], [CausePrice], [CauseAttitude], [CauseFit] or a name of its own. When it
	// is "" the words of the text tell, see [Scorer.Cause], and when they do not,
	// Topic does: what the conversation is likely about, by its intent say.
	Cause, Topic string
	// Fault is whose fault the host found it to be: [FaultOurs],
	// [FaultCustomer], "" while unknown, or a name of its own.
	Fault string
	// Now is the time, and Compensated when the customer was last given a
	// compensation, in any conversation; zero when unknown. The cooling-off
	// period reads them.
	Now, Compensated time.Time
	// Tier is the customer's service tier ("", "member", "vip").
	Tier string
}

// Faults a strategy knows.
const (
	FaultOurs     = "ours"
	FaultCustomer = "customer" // compensates never
)

// Mood is a message's score, what it is about, the conversation's trend with
// it, and what to do.
type Mood struct {
	Score
	// Cause is what the plan took the complaint to be about, "" when unknown.
	Cause string `json:"cause,omitempty"`
	Trend Trend  `json:"trend"`
	Plan  Plan   `json:"plan"`
}

// Action is something to do about a mood.
type Action string

// The actions a strategy may ask for.
const (
	Soothe       Action = "soothe"     // say that the trouble is understood
	Apologise    Action = "apologise"  // say sorry
	Compensate   Action = "compensate" // propose a compensation
	Prioritise   Action = "prioritise" // treat before others
	OfferHuman   Action = "person"     // offer a person
	Escalate     Action = "escalate"   // hand over to a person
	Thank        Action = "thank"      // thank for praise
	Explain      Action = "explain"    // say what happened and what comes next
	Reward       Action = "reward"     // give a small thing for loyalty or praise
	InviteReview Action = "review"     // ask for a review
	Upsell       Action = "upsell"     // the moment allows an offer
)
