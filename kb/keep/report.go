package keep

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// String is the report for a terminal: how many findings of each kind, then all
// of them, a line each.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n", count(r.Entries, "entry", "entries"), count(len(r.Findings), "finding", "findings"))
	for _, k := range kinds() {
		if n := r.Counts[k]; n > 0 {
			fmt.Fprintf(&b, "%6d  %s\n", n, k)
		}
	}
	for _, f := range r.Findings {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

func count(n int, one, more string) string {
	if n == 1 {
		more = one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// Page is what HTML shows beside the findings. All of it may be left out.
type Page struct {
	Title string // "Knowledge base" when ""
	// Lang is the BCP 47 tag of Title and Words, "en" when "".
	Lang string
	Gaps []Gap
	// Words name the kinds of findings, and "entries", "findings", "gaps",
	// "conversations" and "none", in the reader's language; English when nil. A
	// word for a kind with "?" behind it says what to do about it.
	Words map[string]string
}

// todo is what to do about a kind of findings.
func todo(k Kind) string {
	switch k {
	case Contradiction:
		return "Two entries ask the same and cannot both be right: correct one, then make one of the two."
	case Translation, Channel:
		return "One of the two numbers is wrong, or was not changed with the other."
	case Expired, Expiring:
		return "Give it a new last day, or retire it."
	case Stale:
		return "Read it, correct what is no longer true, and set the date of review."
	case PastDate:
		return "Say what holds now."
	case Edited:
		return "Read what the source says now, and send the entry to review."
	case Falling, Doubtful:
		return "Customers say so: read their reasons, correct the answer, and set the date of review."
	case Link:
		return "Correct the link, or take it out."
	case Variable:
		return "Fill it in, or give the variable a value."
	case Personal:
		return "Take it out; a number of your own may be listed as public."
	case Empty:
		return "Write the answer."
	case Duplicate, NearDuplicate:
		return "Make one entry of the two, with both wordings."
	case Missing:
		return "Translate it."
	}
	return ""
}

type bar struct {
	Name, Anchor string
	Count, Share int // of the chart's width, in percent
	Grave        bool
	Gap          Gap
}

type section struct {
	Name, Anchor, Todo string
	Findings           []Finding
}

// HTML writes the report as one page that needs nothing else: a bar for each
// kind of finding, the findings with what to do about them, and the gaps by the
// conversations they cost, each with its other wordings (=), what people replied
// (→) and the nearest entry (≈). Everything from the base is escaped.
func (r Report) HTML(w io.Writer, p Page) error {
	word := func(k string) string {
		if s, ok := p.Words[k]; ok {
			return s
		}
		return k
	}
	data := struct {
		Page
		Report
		Word     func(string) string
		Bars     []bar
		Sections []section
		Lost     []bar
	}{Page: p, Report: r, Word: word}
	data.Title, data.Lang = cmp.Or(p.Title, "Knowledge base"), cmp.Or(p.Lang, "en")
	most := 1
	for _, n := range r.Counts {
		most = max(most, n)
	}
	for _, k := range kinds() {
		n := r.Counts[k]
		if n == 0 {
			continue
		}
		grave := slices.Index(kinds(), k) <= slices.Index(kinds(), Doubtful)
		data.Bars = append(data.Bars, bar{Name: word(string(k)), Anchor: string(k), Count: n, Share: 100 * n / most, Grave: grave})
		s := section{Name: word(string(k)), Anchor: string(k), Todo: todo(k)}
		if t, ok := p.Words[string(k)+"?"]; ok {
			s.Todo = t
		}
		for _, f := range r.Findings {
			if f.Kind == k {
				s.Findings = append(s.Findings, f)
			}
		}
		data.Sections = append(data.Sections, s)
	}
	most = 1
	for _, g := range p.Gaps {
		most = max(most, g.Conversations)
	}
	for _, g := range p.Gaps {
		data.Lost = append(data.Lost, bar{Name: g.Question, Count: g.Conversations, Share: 100 * g.Conversations / most, Gap: g})
	}
	t, err := template.New("report").Parse(page)
	if err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	if err := t.Execute(w, data); err != nil {
		return fmt.Errorf("keep: writing the report: %w", err)
	}
	return nil
}

const page = `<!doctype html>
<html lang="{{.Lang}}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
:root{color-scheme:light dark;--text:#1d2126;--faint:#5c6570;--line:#d9dee4;--page:#fff;--grave:#b3321f;--bar:#2f6db5;--track:#eef1f4}
@media(prefers-color-scheme:dark){:root{--text:#e4e7eb;--faint:#9aa4af;--line:#3a424c;--page:#15181c;--grave:#e0705c;--bar:#6fa4e0;--track:#252a31}}
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--text);background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .2rem}
p{margin:.2rem 0 .8rem;color:var(--faint)}
ul{list-style:none;margin:0;padding:0}
a{color:inherit}
.chart li{display:grid;grid-template-columns:minmax(9rem,30%) 1fr 3rem;gap:.8rem;align-items:center;padding:.15rem 0}
.track{height:.8rem;border-radius:.2rem;background:var(--track)}
.bar{display:block;height:100%;border-radius:.2rem;background:var(--bar);min-width:2px}
.grave{background:var(--grave)}
.n{text-align:right;font-variant-numeric:tabular-nums}
.list li{border-top:1px solid var(--line);padding:.5rem 0}
.list b{font-weight:600}
small{color:var(--faint)}
.chart small{grid-column:1/-1;margin:-.5rem 0 .4rem}
</style>
<h1>{{.Title}}</h1>
<p>{{call .Word "entries"}}: {{.Entries}} · {{call .Word "findings"}}: {{len .Findings}}</p>{{if .Bars}}
<ul class="chart">{{range .Bars}}
<li><a href="#{{.Anchor}}">{{.Name}}</a><span class="track"><span class="bar{{if .Grave}} grave{{end}}" style="width:{{.Share}}%"></span></span><span class="n">{{.Count}}</span></li>{{end}}
</ul>{{else}}
<p>{{call .Word "none"}}</p>{{end}}{{if .Lost}}
<h2>{{call .Word "gaps"}} ({{call .Word "conversations"}})</h2>
<ul class="chart">{{range .Lost}}
<li><span>{{.Name}}</span><span class="track"><span class="bar" style="width:{{.Share}}%"></span></span><span class="n">{{.Count}}</span><small>{{range .Gap.Samples}}= {{.}}<br>{{end}}{{with .Gap.Reply}}→ {{.}}<br>{{end}}{{with .Gap.Nearest}}≈ {{(index . 0).Question}} ({{(index . 0).ID}}){{end}}</small></li>{{end}}
</ul>{{end}}{{range .Sections}}
<h2 id="{{.Anchor}}">{{.Name}} <small>{{len .Findings}}</small></h2>
<p>{{.Todo}}</p>
<ul class="list">{{range .Findings}}
<li><b>{{.Question}}</b>{{with .Language}} <small>{{.}}</small>{{end}}<br>{{.Text}}{{with .Against}} ⟷ {{.}}{{end}}<br><small>{{.ID}}{{with .Other}} / {{.}}{{end}}{{with .Source.File}} · {{.}}{{end}}{{with .Source.Line}}:{{.}}{{end}}</small></li>{{end}}
</ul>{{end}}
</html>
`
