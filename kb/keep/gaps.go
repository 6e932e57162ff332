package keep

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/pii"
	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Asked is a question that a conversation left without an answer, or that a
// person answered.
type Asked struct {
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
	// Conversation tells those of one customer's talk apart; "" counts as one of
	// its own.
	Conversation string `json:"conversation,omitempty"`
	// Reply is what the human agent answered, if one did.
	Reply string `json:"reply,omitempty"`
	// Robot is what the bot said to it, if it did: who knows its words for
	// having no answer leaves out what a flow of it served.
	Robot string `json:"robot,omitempty"`
}

// Gap is something customers ask that the base does not answer. Personal data is
// left out of questions and masked in replies.
type Gap struct {
	// Question is the wording most like all others, Samples are some others.
	Question string   `json:"question"`
	Samples  []string `json:"samples,omitempty"`
	Language string   `json:"language,omitempty"`
	// Count is how often it was asked, Conversations in how many of them: what
	// an answer would have saved.
	Count         int `json:"count"`
	Conversations int `json:"conversations"`
	// Nearest are the entries that come closest: perhaps one lacks only a
	// wording.
	Nearest []kb.Hit `json:"nearest,omitempty"`
	// Reply is what agents answered, in the words most like all their replies;
	// Replies is how many did.
	Reply   string `json:"reply,omitempty"`
	Replies int    `json:"replies,omitempty"`
}

// GapOptions of Gaps. The zero value (and a nil pointer) works.
type GapOptions struct {
	// Like is the least score, 0 to 1, at which two questions are one; 0.45 when 0.
	// Like replies raise it.
	Like float64
	// Least is how many conversations make a gap, 2 when 0.
	Least int
	// Sure is the least confidence at which the base answers a question by now,
	// so that it is no gap; 0.85 when 0: the questions were open once, and one
	// left out is not seen again.
	Sure float64
	// Query is filled with each question to ask the base: its Channel, Roles and
	// Now are the conversations'.
	Query kb.Query
}

const (
	maxSamples = 8
	maxAsked   = 1000 // bytes of a question or reply
)

// Gaps groups questions that the base does not answer (those it does by now are
// left out), the ones asked in the most conversations first. A base may be nil;
// then all questions are grouped. The same questions give the same gaps. The
// error is ctx's.
func Gaps(ctx context.Context, base *kb.Base, asked []Asked, o *GapOptions) ([]Gap, error) {
	var opts GapOptions
	if o != nil {
		opts = *o
	}
	if opts.Like <= 0 {
		opts.Like = 0.45
	}
	if opts.Least <= 0 {
		opts.Least = 2
	}
	if opts.Sure <= 0 {
		opts.Sure = 0.85
	}
	groups, err := open(ctx, base, asked, &opts)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	near, err := neighbours(ctx, base, groups, asked, opts.Like)
	if err != nil {
		return nil, err
	}
	// The question that stands for most conversations, its own and its
	// neighbours', takes them; then the next of what is left.
	weight := make([]int, len(groups))
	order := make([]int, len(groups))
	for i := range groups {
		order[i] = i
		for _, k := range near[i] {
			weight[i] += len(groups[k].asked)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	taken := make([]bool, len(groups))
	var out []Gap
	for _, i := range order {
		if taken[i] {
			continue
		}
		g := Gap{Question: groups[i].bare, Language: groups[i].language}
		talks := map[string]bool{}
		var replies []string
		for _, k := range near[i] {
			if taken[k] || groups[k].language != g.Language {
				continue
			}
			taken[k] = true
			if k != i && len(g.Samples) < maxSamples {
				g.Samples = append(g.Samples, groups[k].bare)
			}
			for _, n := range groups[k].asked {
				a := &asked[n]
				g.Count++
				talk := a.Conversation
				if talk == "" {
					talk = "\x00" + strconv.Itoa(n)
				}
				talks[talk] = true
				if r := tidy(a.Reply); r != "" {
					replies = append(replies, r)
				}
			}
		}
		if g.Conversations = len(talks); g.Conversations < opts.Least {
			continue
		}
		g.Reply, g.Replies = middle(replies), len(replies)
		if base != nil {
			q := opts.Query
			q.Text, q.Language, q.N = g.Question, g.Language, 3
			if g.Nearest, err = base.Search(ctx, q); err != nil {
				return nil, err
			}
		}
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(b.Conversations, a.Conversations), cmp.Compare(b.Count, a.Count))
	})
	return out, nil
}

// group is one wording of a question and where it was asked.
type group struct {
	bare, language string // the question without personal data
	asked          []int
}

// open groups what says the same and leaves out what the base answers.
func open(ctx context.Context, base *kb.Base, asked []Asked, o *GapOptions) ([]group, error) {
	at := map[string]int{}
	var out []group
	for n := range asked {
		says := key(tidy(asked[n].Text))
		if says == "" {
			continue
		}
		key := asked[n].Language + "\n" + says
		i, ok := at[key]
		if !ok {
			if base != nil {
				q := o.Query
				q.Text, q.Language = asked[n].Text, asked[n].Language
				a, err := base.Answer(ctx, q)
				if err != nil {
					return nil, err
				}
				if a.Confidence >= o.Sure {
					at[key] = -1
					continue
				}
			}
			i = len(out)
			at[key] = i
			out = append(out, group{bare: bare(asked[n].Text), language: asked[n].Language})
		}
		if i >= 0 {
			out[i].asked = append(out[i].asked, n)
		}
	}
	return out, ctx.Err()
}

// neighbours are, for each group, those that ask the same, itself first. The
// questions are searched as a base of their own, beside what the base asks, which
// tells words of the trade from those of every question; those to which people
// replied alike are more alike.
func neighbours(ctx context.Context, base *kb.Base, groups []group, asked []Asked, like float64) ([][]int, error) {
	entries := make([]kb.Entry, len(groups))
	for i, g := range groups {
		entries[i] = kb.Entry{ID: strconv.Itoa(i), Tags: []string{"asked"}, Category: g.language, Texts: map[string]kb.Text{g.language: {Question: g.bare}}}
	}
	var answers []set
	if base != nil {
		for e := range base.Entries() {
			k := kb.Entry{ID: "base " + e.ID, Texts: map[string]kb.Text{}}
			for lang, t := range e.Texts {
				k.Texts[lang] = kb.Text{Question: t.Question}
				answers = append(answers, repliesOf(t.Answer))
			}
			entries = append(entries, k)
		}
	}
	b, err := kb.New(entries, nil)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	replies := make([]set, len(groups))
	for i, g := range groups {
		for _, n := range g.asked {
			if replies[i] = repliesOf(asked[n].Reply); len(replies[i]) > 0 {
				break
			}
		}
	}
	said := weightsOf(append(answers, replies...))
	out := make([][]int, len(groups))
	for i, g := range groups {
		hits, err := b.Search(ctx, kb.Query{Text: g.bare, N: 64, Category: g.language, Tags: []string{"asked"}})
		if err != nil {
			return nil, err
		}
		out[i] = append(out[i], i)
		for _, h := range hits {
			k, err := strconv.Atoi(h.ID)
			if err != nil || k == i {
				continue
			}
			score := h.Score
			if len(replies[i]) > 0 && len(replies[k]) > 0 {
				score += said.cosine(replies[i], replies[k]) / 2
			}
			if score >= like {
				out[i] = append(out[i], k)
			}
		}
	}
	return out, nil
}

// repliesOf is what a reply says, its facts beside its words: 每小时 5 元 and 5
// 元/小时 are the same.
func repliesOf(s string) set {
	s = tidy(s)
	out := setOf(s)
	for _, f := range kb.Facts(s) {
		out = append(out, text.Hash("fact "+f.Value))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tidy masks a text and cuts it to a size.
func tidy(s string) string {
	return strings.TrimSpace(pii.Mask(strings.ToValidUTF8(text.Cut(s, maxAsked), "")))
}

// bare is a text without the personal data in it, and without the few words that
// only led to it (我电话…, my mail is …), or masked if nothing is left.
func bare(s string) string {
	s = strings.ToValidUTF8(text.Cut(s, maxAsked), "")
	var b strings.Builder
	at := 0
	for _, p := range pii.Find(s) {
		if p.Start < at {
			continue
		}
		from, to := clause(s[at:p.Start]), len(s)-len(strings.TrimLeftFunc(s[p.End:], unmarked))
		led := len(text.Tokens(s[at+from:p.Start])) + len(text.Tokens(s[p.End:to]))
		if rest := len(text.Tokens(s)) - led; led <= fewWords && rest > fewWords+1 {
			b.WriteString(s[at : at+from])
			at = to
			continue
		}
		b.WriteString(s[at:p.Start])
		at = p.End
	}
	b.WriteString(s[at:])
	if out := strings.TrimFunc(b.String(), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、;；:：", r) }); out != "" {
		return out
	}
	return tidy(s)
}

const fewWords = 4

// clause is where the last clause of a text begins.
func clause(s string) int {
	i := strings.LastIndexFunc(s, func(r rune) bool { return !unmarked(r) })
	if i < 0 {
		return 0
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return i + n
}

// unmarked reports whether a character does not end a clause.
func unmarked(r rune) bool { return !strings.ContainsRune(",，。.!！?？;；、\n", r) }

// middle is the text that has most in common with all the others.
func middle(texts []string) string {
	const some = 200 // of which each is compared with all
	if len(texts) > some {
		texts = texts[len(texts)-some:]
	}
	sets := make([]set, len(texts))
	for i, t := range texts {
		sets[i] = setOf(t)
	}
	best, most := "", -1.0
	for i := range texts {
		sum := 0.0
		for k := range texts {
			sum += weights(nil).jaccard(sets[i], sets[k])
		}
		if sum > most {
			best, most = texts[i], sum
		}
	}
	return best
}

// Draft is the gap as an entry to be finished, reviewed and put into the base:
// its question, the samples as other wordings, and what agents replied. The id is
// made of the question, so that the same gap is the same draft.
func (g Gap) Draft() kb.Entry {
	return kb.Entry{ID: fmt.Sprintf("draft.%08x", uint32(text.Hash(g.Language+"\n"+g.Question))), State: kb.Draft,
		Texts: map[string]kb.Text{g.Language: {Question: g.Question, Others: g.Samples, Answer: g.Reply}}}
}
