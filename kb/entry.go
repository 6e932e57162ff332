package kb

import "time"

// Entry is one piece of knowledge: a question customers ask and its answer, in
// every language the base serves.
type Entry struct {
	// ID names the entry in citations, feedback and traces; unique in a base.
	ID string `json:"id"`
	// Kind is what the entry is; "" is a question with its answer.
	Kind Kind `json:"kind,omitempty"`
	// Path are the headings a passage stands under, outermost first.
	Path []string `json:"path,omitempty"`
	// Texts holds the wording by BCP 47 language.
	Texts    map[string]Text `json:"texts"`
	Category string          `json:"category,omitempty"`
	Tags     []string        `json:"tags,omitempty"`
	// Channels and Audience limit the entry to queries of one of these channels
	// and by someone with one of these roles; empty is all. A query that does not
	// say its channel or role does not find a limited entry.
	Channels []string `json:"channels,omitempty"`
	Audience []string `json:"audience,omitempty"`
	// Products are what the entry is about, by the host's references; empty is
	// any. It answers no query about other products.
	Products []string `json:"products,omitempty"`
	// State says whether the entry may answer; "" is approved.
	State State `json:"state,omitempty"`
	// From and Until bound when the entry may answer; zero is open.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Owner answers for the entry; Reviewed is when it was last found true. They
	// are for those who keep the base.
	Owner    string    `json:"owner,omitempty"`
	Reviewed time.Time `json:"reviewed,omitzero"`
	// Steps are the entry's way through its review, oldest first.
	Steps []Step `json:"steps,omitempty"`
	// Source is where the entry was read.
	Source Source `json:"source,omitzero"`
}

// Kind is what an entry is.
type Kind string

// Passage is a piece of a document: its Question are its headings and its Answer
// is its text, which is searched as much as they are.
const Passage Kind = "passage"

// Text is an entry in one language.
type Text struct {
	Question string   `json:"question"`
	Others   []string `json:"others,omitempty"` // other wordings of the question
	Answer   string   `json:"answer"`
	// ByChannel are answers for channels that need one of their own: a voice line,
	// a channel without links. Answer is for all others, and what is searched.
	ByChannel map[string]string `json:"by_channel,omitempty"`
	// Category is the name of the entry's category in this language, "" when it
	// is that of the entry.
	Category string `json:"category,omitempty"`
	// Source is where this language was read, nil when that is the entry's own.
	Source *Source `json:"source,omitempty"`
}

// SourceIn is where the entry's text in a language was read.
func (e *Entry) SourceIn(lang string) Source {
	if s := e.Texts[lang].Source; s != nil {
		return *s
	}
	return e.Source
}

// Source is where an entry comes from.
type Source struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	URL  string `json:"url,omitempty"`
	// Sum is of what the source said when it was read, so that a change there is
	// seen; "" when it is not followed.
	Sum string `json:"sum,omitempty"`
}

// Query asks a base.
type Query struct {
	// Text is the question in the customer's words.
	Text string
	// Language prefers entries of a BCP 47 language; an entry without it
	// answers in another only when Text matched that other wording. "" takes any.
	Language string
	// OnlyLanguage keeps to entries that have Language, or one it is a variety of
	// (zh for zh-Hant-TW), and answers in it.
	OnlyLanguage bool
	// Channel and Roles are where the question comes from and what the customer
	// may read; entries limited to others are not found.
	Channel string
	Roles   []string
	// Products are those the question is about, when known; entries about others
	// only are not found.
	Products []string
	// Category and Tags keep only entries that have them, when set.
	Category string
	Tags     []string
	// After is the id of the entry that answered what was asked before, if one did.
	// Of entries that fit alike, those of its category come first ("how much is
	// it?", after shipping), and "那新疆呢" or "and remote regions?" is answered by it
	// where its answer says so and no other entry is sure.
	After string
	// Now decides which entries are valid; zero means all are.
	Now time.Time
	// N is how many hits to return at most, 3 when 0; there are never more than 64.
	N int
}

// Verdict says what a base made of a question.
type Verdict string

// The verdicts of an Answer.
const (
	Answered Verdict = "answered" // the first hit answers it
	Unsure   Verdict = "unsure"   // one of the hits may: ask which was meant
	Unknown  Verdict = "unknown"  // the base has no answer
)

// Answer is what a base has to say to a query.
type Answer struct {
	Verdict Verdict `json:"verdict"`
	// Confidence is the probability, 0 to 1, that Hits[0] answers the question;
	// Options.Sure where that is the answer before (see Query.After).
	Confidence float64 `json:"confidence"`
	// OnTopic is the probability, 0 to 1 and no less than Confidence, that the
	// question is about what the base is, whether or not it has the answer.
	OnTopic float64 `json:"on_topic"`
	// Hits are the nearest entries, best first; empty when nothing is near.
	Hits []Hit `json:"hits,omitempty"`
	// Version is that of the snapshot that answered.
	Version string `json:"version,omitempty"`
	// Embedded says that vectors took part beside the words.
	Embedded bool `json:"embedded,omitempty"`
}

// Hit is an entry found, in the language it answers in.
type Hit struct {
	ID       string   `json:"id"`
	Language string   `json:"language"`
	Question string   `json:"question"`
	Answer   string   `json:"answer"`
	Category string   `json:"category,omitempty"`
	Kind     Kind     `json:"kind,omitempty"`
	Path     []string `json:"path,omitempty"`
	Matched  string   `json:"matched,omitempty"` // the wording that was nearest
	Score    float64  `json:"score"`             // 0 to 1, comparable within one answer
	Source   Source   `json:"source,omitzero"`
}
