package keep

import (
	"fmt"
	"html/template"
	"io"
	"strings"
)

// String is the report for a terminal: how many findings of each kind, then all
// of them, a line each.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d entries, %d findings\n", r.Entries, len(r.Findings))
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

// Page is what HTML shows beside the findings. All of it may be left out.
type Page struct {
	Title string // "Knowledge base" when ""
	// Lang is the BCP 47 tag of Title and Words, "en" when "".
	Lang string
	Gaps []Gap
	// Words name the kinds of findings, and "entries", "findings", "gaps" and
	// "conversations", in the reader's language; English when nil.
	Words map[string]string
}

// HTML writes the report as one page that needs nothing else: a bar for each
// kind of finding, the findings, and the gaps by the conversations they cost, each
// with its other wordings (=), what people replied (→) and the nearest entry (≈).
// Everything from the base is escaped.
func (r Report) HTML(w io.Writer, p Page) error {
	type bar struct {
		Name         string
		Count, Share int // of the page's width, in percent
		Gap          Gap
	}
	const longest = 80
	type section struct {
		Name     string
		Findings []Finding
	}
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
	if data.Title == "" {
		data.Title = "Knowledge base"
	}
	if data.Lang == "" {
		data.Lang = "en"
	}
	most := 1
	for _, n := range r.Counts {
		most = max(most, n)
	}
	for _, k := range kinds() {
		if n := r.Counts[k]; n > 0 {
			data.Bars = append(data.Bars, bar{Name: word(string(k)), Count: n, Share: longest * n / most})
			s := section{Name: word(string(k))}
			for _, f := range r.Findings {
				if f.Kind == k {
					s.Findings = append(s.Findings, f)
				}
			}
			data.Sections = append(data.Sections, s)
		}
	}
	most = 1
	for _, g := range p.Gaps {
		most = max(most, g.Conversations)
	}
	for _, g := range p.Gaps {
		data.Lost = append(data.Lost, bar{g.Question, g.Conversations, longest * g.Conversations / most, g})
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
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
dl{display:grid;grid-template-columns:fit-content(45%) 1fr;gap:.3rem 1rem}
dd{margin:0}
.bar{display:inline-block;height:.8rem;background:#3566b0;margin-right:.5rem;min-width:2px}
td{padding:.2rem .8rem .2rem 0;vertical-align:top;border-top:1px solid #ddd;overflow-wrap:anywhere}
small{color:#666}
</style>
<h1>{{.Title}}</h1>
<p>{{call .Word "entries"}}: {{.Entries}} · {{call .Word "findings"}}: {{len .Findings}}</p>
<dl>{{range .Bars}}
<dt>{{.Name}}</dt><dd><span class="bar" style="width:{{.Share}}%"></span>{{.Count}}</dd>{{end}}
</dl>{{if .Lost}}
<h2>{{call .Word "gaps"}} ({{call .Word "conversations"}})</h2>
<dl>{{range .Lost}}
<dt>{{.Name}}</dt><dd><span class="bar" style="width:{{.Share}}%"></span>{{.Count}}{{range .Gap.Samples}}<br><small>= {{.}}</small>{{end}}{{with .Gap.Reply}}<br><small>→ {{.}}</small>{{end}}{{with .Gap.Nearest}}<br><small>≈ {{(index . 0).Question}} ({{(index . 0).ID}})</small>{{end}}</dd>{{end}}
</dl>{{end}}{{range .Sections}}
<h2>{{.Name}}</h2>
<table>{{range .Findings}}
<tr><td>{{.ID}}{{with .Other}}<br>{{.}}{{end}}</td><td>{{.Language}}</td><td>{{.Text}}{{with .Against}}<br>{{.}}{{end}}</td><td><small>{{with .Source.File}}{{.}}{{end}}{{with .Source.Line}}:{{.}}{{end}}</small></td></tr>{{end}}
</table>{{end}}
</html>
`
