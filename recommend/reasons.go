package recommend

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed reasons.yaml
var shipped embed.FS

// sentences are the wordings of reasons by language and code.
type sentences map[string]wordings

func readSentences() (sentences, error) {
	raw, err := shipped.ReadFile("reasons.yaml")
	if err != nil {
		return nil, err
	}
	var s sentences
	if err := yaml.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("recommend: reasons.yaml: %w", err)
	}
	return s, nil
}

// in are the wordings in a language, in English where there are none.
func (s sentences) in(lang string) wordings {
	base, _, _ := strings.Cut(lang, "-")
	if w, ok := s[base]; ok {
		return w
	}
	return s["en"]
}

// wordings are those of one language, by code.
type wordings map[string]string

// say is a wording with what stands in braces replaced: pairs of both.
func (w wordings) say(code string, pairs ...string) string {
	said := w[code]
	if len(pairs) == 0 {
		return said
	}
	var out strings.Builder
	long := len(said)
	for _, p := range pairs {
		long += len(p)
	}
	out.Grow(long)
	for {
		from := strings.IndexByte(said, '{')
		to := strings.IndexByte(said, '}') + 1
		if from < 0 || to <= from {
			out.WriteString(said)
			return out.String()
		}
		with := said[from:to]
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == with {
				with = pairs[i+1]
				break
			}
		}
		out.WriteString(said[:from])
		out.WriteString(with)
		said = said[to:]
	}
}

// usual is how many reasons an item has, about.
const usual = 4

// why appends an item's reasons to none, strongest first; there is always one.
func (s *Shelf) why(it *stocked, r *ask, c *scored, b *board, none []Reason) []Reason {
	out, weights := none, make([]float64, 0, 2*usual)
	add := func(w float64, reason Reason, pairs ...string) {
		if w <= 0 {
			return
		}
		if reason.Text == "" {
			reason.Text = r.words.say(reason.Code, pairs...)
		}
		at := len(out)
		for at > 0 && weights[at-1] < w {
			at--
		}
		out, weights = slices.Insert(out, at, reason), slices.Insert(weights, at, w)
	}
	about := func(code, id string, w float64) { // a reason that names another item
		if of := s.index.item(id); of != nil {
			add(w, Reason{Code: code, Item: id}, "{name}", nameIn(of.Name, r.Language))
		}
	}
	if c.listed {
		about("goes_with", c.mate.ID, 1+c.with)
	} else if c.with > 0 { // why it is shown at all, however much else speaks for it
		about("together", c.mate.ID, 1+c.with)
	}
	if c.kin != nil {
		about("similar", c.kin.ID, 2*c.like)
	}
	if asked := s.asked(it, r); len(asked) > 0 {
		add(1.5, Reason{Code: "asked", Values: asked}, "{what}", s.display(asked, r))
	}
	if r.budget.Text != "" {
		add(1.4, r.budget)
	}
	if len(it.Needs) > 0 {
		about("follows", it.Needs[len(it.Needs)-1], 1.2)
	}
	if c.due > 0 {
		add(1.3*c.due, Reason{Code: "due"})
	}
	if c.same != nil {
		add(0.5+c.history, Reason{Code: "series", Item: c.same.ID}, "{name}", nameIn(c.same.Name, r.Language), "{when}", s.ago(r.u.fact(c.same.no).bought, r))
	}
	if c.history > 0 {
		switch of, code, at := s.because(it, r.u, b); {
		case of == nil:
			add(c.history, Reason{Code: "history"})
		case of != c.same: // else it is said already
			add(c.history, Reason{Code: code, Item: of.ID}, "{name}", nameIn(of.Name, r.Language), "{when}", s.ago(at, r))
		}
	}
	if c.session > 0 && s.alsoLooked(it, r) {
		add(0.8*c.session, Reason{Code: "session"})
	}
	if c.taste > 0.1 && c.liked > 0 {
		liked := []Value{s.index.of[c.liked-1]}
		add(0.6*c.taste, Reason{Code: "taste", Values: liked}, "{what}", s.display(liked, r))
	}
	if c.words > 0.15 {
		add(c.words, Reason{Code: "words"})
	}
	switch {
	case r.Order == Cheapest:
		add(0.2, Reason{Code: "cheapest"})
	case r.Order == Newest:
		add(1.6, Reason{Code: "new"})
	case r.Order == Trending && c.trend > trendsFrom/3: // who asks for it hears of less
		add(1.6, Reason{Code: "trending"})
	case c.trend > trendsFrom:
		add(0.4*c.trend, Reason{Code: "trending"})
	}
	if c.popular > 0.3 {
		add(0.5*c.popular, Reason{Code: "popular"})
	}
	if len(out) == 0 {
		code := "stock"
		if len(r.must)+len(r.not) > 0 { // words and wishes promise nothing
			code = "fits"
		}
		add(0.01, Reason{Code: code})
	}
	return out
}

// because is the item of the customer's latest that most speaks for another,
// whether they bought it or looked at it, and when they bought it; nil when none
// of them does, or it is not on the shelf.
func (s *Shelf) because(it *stocked, u *person, b *board) (of *stocked, code string, at int64) {
	l, mine, best, lately := s.learned, &b.signals.mine, cell{}, 0
	took := slices.Contains(u.items, it.no) // then they may be the only one who did both, which is no reason
	if int(it.no) >= len(l.together.rows) {
		return nil, "", 0
	}
	for _, c := range l.together.rows[it.no].speak(rowTop) { // pairs count both ways: one row holds them all
		if !mine.holds(c.item) || c.item == it.no || c.w < best.w {
			continue
		}
		at := slices.Index(b.signals.latest, c.item)
		if c.w == best.w && at > lately && of != nil {
			continue
		}
		if took && !l.several(c.item, it.no) {
			continue
		}
		if u.rejects {
			if f := u.fact(c.item); f.unwanted || f.returned {
				continue
			}
		}
		if held := s.index.numbered(c.item); held != nil {
			best, of, lately = c, held, at
		}
	}
	if of == nil {
		return nil, "", 0
	}
	f := u.fact(of.no)
	if !f.owned {
		return of, "looked", 0
	}
	return of, "bought", f.bought
}

// trendsFrom is from what share of what is taken most on an item is said to be
// trending.
const trendsFrom = 0.3

// alsoLooked reports whether two sessions besides the one at hand, which may be
// among those held, went from its latest items to another.
func (s *Shelf) alsoLooked(it *stocked, a *ask) bool {
	now := s.learned.numbers(a.Session)
	return slices.ContainsFunc(now[max(0, len(now)-walkFrom-1):], func(no uint32) bool { return s.learned.visits.both(no, it.no, "", 2) > 1 })
}

// ago says when something was, for a reason; "" when that is not known, or too
// long ago to be sure what the customer calls it.
func (s *Shelf) ago(at int64, r *ask) string {
	if at == 0 || r.Now.IsZero() {
		return ""
	}
	then := time.Unix(0, at).In(r.Now.Location())
	switch since := r.Now.Sub(then); {
	case since < 0:
	case since < time.Hour:
		return r.words.say("ago_now")
	case since < 48*time.Hour:
		return r.words.say("ago_lately")
	case since < 7*24*time.Hour:
		return r.words.say("ago_days")
	default:
		lastYear, lastWeek := r.Now.AddDate(0, 0, -7).ISOWeek()
		if year, week := then.ISOWeek(); year == lastYear && week == lastWeek {
			return r.words.say("ago_week")
		}
	}
	return ""
}

// asked are the values the item has of those asked for, besides the category.
func (s *Shelf) asked(it *stocked, r *ask) []Value {
	var out []Value
	for _, ts := range [][]test{r.must, r.wish} {
		for _, t := range ts {
			if t.Attribute == "category" {
				continue
			}
			for _, n := range t.any {
				if slices.Contains(it.values(), n) {
					out = append(out, s.index.of[n])
				}
			}
		}
	}
	return out
}

func (s *Shelf) display(values []Value, r *ask) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = s.opts.Attributes.Display(v.Attribute, v.Value, r.Language)
	}
	return strings.Join(names, r.words.say("list"))
}

// budget is the reason of a price within the bounds of a request, none when it
// has none.
func (w wordings) budget(r *Request) Reason {
	code, text := "", ""
	switch {
	case r.MinPrice > 0 && r.MaxPrice > 0:
		code, text = "between", Price(r.MinPrice, r.Currency)+"–"+Price(r.MaxPrice, r.Currency)
	case r.MaxPrice > 0:
		code, text = "budget", Price(r.MaxPrice, r.Currency)
	case r.MinPrice > 0:
		code, text = "over", Price(r.MinPrice, r.Currency)
	default:
		return Reason{}
	}
	return Reason{Code: code, Text: w.say(code, "{budget}", text)}
}

// nameIn picks a name by language, in another of its regions or the first in
// order when there is none.
func nameIn(names map[string]string, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	for _, l := range []string{lang, base} {
		if n := names[l]; n != "" {
			return n
		}
	}
	first := ""
	for _, l := range sorted(names) {
		if region, _, _ := strings.Cut(l, "-"); region == base && names[l] != "" {
			return names[l]
		}
		if first == "" {
			first = names[l]
		}
	}
	return first
}
