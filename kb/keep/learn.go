package keep

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Sign is how a customer took an answer.
type Sign string

// The signs of an answer.
const (
	Helpful   Sign = "helpful"   // said it helped
	Unhelpful Sign = "unhelpful" // said it did not
	Chosen    Sign = "chosen"    // tapped it as what was meant
	Rephrased Sign = "rephrased" // asked the same in other words right after it
	HandedOff Sign = "handoff"   // went to a person right after it
)

// good reports whether a sign speaks for the answer.
func (s Sign) good() bool { return s == Helpful || s == Chosen }

func signs() []Sign { return []Sign{Helpful, Unhelpful, Chosen, Rephrased, HandedOff} }

// Feedback is one sign of one answer.
type Feedback struct {
	Entry    string    `json:"entry"`
	Question string    `json:"question"` // in the customer's words
	Language string    `json:"language,omitempty"`
	Sign     Sign      `json:"sign"`
	Reason   string    `json:"reason,omitempty"`
	At       time.Time `json:"at"`
	Customer string    `json:"customer,omitempty"` // tells customers apart; "" is one of its own
}

// Record is what the feedback on an entry comes to.
type Record struct {
	Entry string       `json:"entry"`
	Signs map[Sign]int `json:"signs"`
	// Rate is how much of the feedback speaks for the answer, and at least how
	// much, with 95 % certainty (Wilson 1927), both 0 to 1.
	Rate    float64 `json:"rate"`
	AtLeast float64 `json:"at_least"`
	// Falling says that the later half of the feedback is worse than the
	// earlier, beyond chance: the answer may no longer be true. Unhelpful says
	// that it helps fewer than half, with 95 % certainty. Both are silent after a
	// review until customers say so again, five times at least.
	Falling   bool     `json:"falling,omitempty"`
	Unhelpful bool     `json:"unhelpful,omitempty"`
	Reasons   []string `json:"reasons,omitempty"` // of those whom it did not help, masked, the latest last
}

// Wording is a way of asking that customers confirmed an entry answers.
type Wording struct {
	Entry     string `json:"entry"`
	Language  string `json:"language,omitempty"`
	Text      string `json:"text"`
	Customers int    `json:"customers"` // who confirmed it
}

// Lessons are what feedback teaches.
type Lessons struct {
	Records  []Record  `json:"records"`  // the least helpful first
	Wordings []Wording `json:"wordings"` // proposed, the most confirmed first
}

// ReadFeedback reads feedback kept as one JSON object on each line. Problems, such
// as a sign that there is not, are reported together, with their lines; what
// could be read is returned too.
func ReadFeedback(name string, r io.Reader) ([]Feedback, error) {
	s, err := readExport(name, r)
	if err != nil {
		return nil, err
	}
	var out []Feedback
	bad := problems{name: name}
	n := 0
	for line := range strings.Lines(s) {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		var f Feedback
		switch err := json.Unmarshal([]byte(line), &f); {
		case err != nil:
			bad.problem(n, "want one feedback, {\"entry\": …, \"question\": …, \"sign\": …, \"at\": …}: %w", err)
		case f.Entry == "":
			bad.problem(n, "the entry is missing: say which answer it was")
		case !slices.Contains(signs(), f.Sign):
			bad.problem(n, "sign %q is unknown: use one of %v", text.Cut(string(f.Sign), 40), signs())
		default:
			out = append(out, f)
		}
	}
	return out, bad.err()
}

// Learn makes lessons of feedback: a record of each entry, and new wordings for
// entries that at least so many customers confirmed (2 when 0) and nobody
// contradicted. Wordings the entry has, or that say what another entry's do, are
// left out. The base stays as it is; the same feedback gives the same lessons.
func Learn(base *kb.Base, feedback []Feedback, confirmed int) Lessons {
	if confirmed <= 0 {
		confirmed = 2
	}
	var out Lessons
	of, reviewed := map[string][]Feedback{}, map[string]time.Time{}
	var order []string
	for _, f := range feedback {
		e, ok := base.Entry(f.Entry)
		if !ok || !slices.Contains(signs(), f.Sign) {
			continue // the entry is gone, or the sign says nothing
		}
		reviewed[f.Entry] = e.Reviewed
		if of[f.Entry] == nil {
			order = append(order, f.Entry)
		}
		of[f.Entry] = append(of[f.Entry], f)
	}
	for _, id := range order {
		out.Records = append(out.Records, record(id, of[id], reviewed[id]))
	}
	slices.SortStableFunc(out.Records, func(a, b Record) int { return cmp.Compare(a.AtLeast, b.AtLeast) })
	out.Wordings = wordings(base, feedback, confirmed)
	return out
}

const (
	maxReasons = 5
	fewSigns   = 5 // below which nothing is said of a share
)

// record sums up the feedback on an entry that was last reviewed at a time.
func record(id string, all []Feedback, reviewed time.Time) Record {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Feedback) int { return a.At.Compare(b.At) })
	r := Record{Entry: id, Signs: map[Sign]int{}}
	var good [2]int
	half := len(all) / 2
	since, liked := 0, 0 // since the review
	for i, f := range all {
		r.Signs[f.Sign]++
		if f.At.IsZero() || f.At.After(reviewed) {
			since++
			if f.Sign.good() {
				liked++
			}
		}
		if f.Sign.good() {
			good[min(i/max(half, 1), 1)]++
		} else if reason := tidy(f.Reason); reason != "" {
			r.Reasons = append(r.Reasons, reason)
		}
	}
	r.Reasons = r.Reasons[max(0, len(r.Reasons)-maxReasons):]
	n := len(all)
	r.Rate = float64(good[0]+good[1]) / float64(n)
	r.AtLeast = wilson(good[0]+good[1], n)
	if since >= fewSigns {
		r.Falling = worse(good[0], half, good[1], n-half) && liked*half < good[0]*since
		r.Unhelpful = wilson(since-liked, since) > 0.5
	}
	return r
}

// wilson is the lower end of the 95 % interval of a share.
func wilson(good, n int) float64 {
	if good == 0 {
		return 0
	}
	const z = 1.96
	p, m := float64(good)/float64(n), float64(n)
	return max(0, (p+z*z/(2*m)-z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m)))/(1+z*z/m))
}

// worse reports whether the second share is below the first with 97.5 %
// certainty (a z-test of two proportions).
func worse(a, n, b, m int) bool {
	if n < fewSigns || m < fewSigns {
		return false
	}
	p := float64(a+b) / float64(n+m)
	se := math.Sqrt(p * (1 - p) * (1/float64(n) + 1/float64(m)))
	return se > 0 && (float64(a)/float64(n)-float64(b)/float64(m))/se > 1.96
}

// wordings proposes what several customers asked and confirmed.
func wordings(base *kb.Base, feedback []Feedback, confirmed int) []Wording {
	type asked struct {
		first     Feedback
		customers map[string]bool
		anonymous int
		against   bool
	}
	by := map[string]*asked{}
	var order []string
	for _, f := range feedback {
		k := f.Language + "\n" + key(f.Question)
		a, ok := by[k]
		if !ok {
			a = &asked{first: f, customers: map[string]bool{}}
			by[k] = a
			order = append(order, k)
		}
		switch {
		case !f.Sign.good() || f.Entry != a.first.Entry:
			a.against = true
		case f.Customer == "":
			a.anonymous++
		default:
			a.customers[f.Customer] = true
		}
	}
	taken := map[string]bool{}
	for e := range base.Entries() {
		for lang, t := range e.Texts {
			for _, w := range saysOf(t) {
				taken[lang+"\n"+key(w)] = true
			}
		}
	}
	var out []Wording
	for _, k := range order {
		a := by[k]
		n := len(a.customers) + a.anonymous
		e, ok := base.Entry(a.first.Entry)
		lang := a.first.Language
		if _, has := e.Texts[lang]; !ok || !has || a.against || taken[k] || n < confirmed || key(a.first.Question) == "" {
			continue
		}
		out = append(out, Wording{Entry: e.ID, Language: lang, Text: tidy(bare(a.first.Question)), Customers: n})
	}
	slices.SortStableFunc(out, func(a, b Wording) int { return cmp.Compare(b.Customers, a.Customers) })
	return out
}

// Apply is the entry with a proposed wording.
func (w Wording) Apply(e kb.Entry) kb.Entry {
	t, ok := e.Texts[w.Language]
	if !ok || e.ID != w.Entry {
		return e
	}
	texts := make(map[string]kb.Text, len(e.Texts))
	for l, have := range e.Texts {
		texts[l] = have
	}
	t.Others = append(slices.Clip(t.Others), w.Text)
	texts[w.Language] = t
	e.Texts = texts
	return e
}
