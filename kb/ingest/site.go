package ingest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/internal/textfile"
)

// Page is one page of a site, as a crawl fetched it.
type Page struct {
	URL  string `json:"url"`            // absolute
	Type string `json:"type,omitempty"` // the Content-Type of the response; by the URL's ending and the body when ""
	Body []byte `json:"body"`
	// At is when it was fetched; of two pages with one address the later counts.
	At time.Time `json:"at,omitzero"`
}

// Skip is a page that Site took no passages from.
type Skip struct {
	URL string `json:"url"`
	Why string `json:"why"`
}

// Crawl is what Site made of pages.
type Crawl struct {
	// Entries are the passages, and the entries of tables that list questions.
	// Source.File is the canonical address of the page, Source.URL leads to the
	// part of it.
	Entries []kb.Entry
	// Pages is how many pages they are of.
	Pages int
	// Repeated are the texts left out because they stand on many pages of their
	// site: look through them once, a notice on every page may say something.
	Repeated []string
	// Skipped are pages without passages, and why: not fetched, another page's
	// copy, asked not to be indexed, no text.
	Skipped []Skip

	hosts map[string]bool
	fails map[string]bool // canonical addresses that were not fetched or read
}

// Of reports whether an entry comes from the sites crawled: with it,
// [kb.Base.Sync] and keep.Collect find what is gone. A page that could not be
// fetched this time does not make its entries go.
func (c *Crawl) Of(e kb.Entry) bool {
	u, err := url.Parse(e.Source.File)
	return err == nil && c.hosts[u.Host] && !c.fails[e.Source.File]
}

// sitePage is a page that was read.
type sitePage struct {
	url  string
	host string
	at   time.Time
	doc  document
	list []kb.Entry // of a table of questions
}

// Site reads the pages of one or more sites that a crawl of the host's supplies,
// in any order. Each page is known by its canonical address: the one it names as
// its own (of the same host), without fragment, default port and what only
// counts visits (utm_source, gclid, spm); pages that say the same are one. Texts
// that stand on a third of a site's pages, or of a folder's, at least three, are
// left out: menus, footers, notices; so is the site's name at the end of titles.
// Bodies are decoded by their content type or what the page says of itself
// (UTF-8, GBK, Big5, …). A page that comes with an error was not fetched: it is
// skipped, and what is known of it stays. The same pages give the same entries:
//
//	crawl, err := ingest.Site(ctx, pages, nil)
//	changes, err := base.Sync(crawl.Entries, crawl.Of) // added, changed, gone
//
// The error is ctx's.
func Site(ctx context.Context, pages iter.Seq2[Page, error], o *Options) (Crawl, error) {
	opts := o.fill()
	c := Crawl{hosts: map[string]bool{}, fails: map[string]bool{}}
	byURL := map[string]*sitePage{}
	for p, err := range pages {
		if ctx.Err() != nil {
			return Crawl{}, fmt.Errorf("ingest: %w", ctx.Err())
		}
		address, host, bad := canonical(p.URL, nil)
		if bad != nil {
			c.Skipped = append(c.Skipped, Skip{p.URL, bad.Error()})
			continue
		}
		c.hosts[host] = true
		if err != nil {
			c.fail(address, err)
			continue
		}
		got, why := readPage(p, address, host, opts)
		switch {
		case why != nil:
			c.fail(address, why)
		case got.doc.noindex:
			c.Skipped = append(c.Skipped, Skip{address, "asks not to be indexed"})
		default:
			if old := byURL[got.url]; old == nil || cmp.Or(got.at.Compare(old.at), strings.Compare(address, got.url)) >= 0 {
				byURL[got.url] = got
			}
		}
	}
	all := make([]*sitePage, 0, len(byURL))
	for _, p := range byURL {
		delete(c.fails, p.url) // fetched in another of its forms
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *sitePage) int { return strings.Compare(a.url, b.url) })
	shorten(all)
	c.Repeated = strip(all)
	c.build(all, opts)
	return c, nil
}

func (c *Crawl) fail(address string, why error) {
	c.fails[address] = true
	c.Skipped = append(c.Skipped, Skip{address, why.Error()})
}

// build makes the entries of pages; of those that say the same only the one with
// the shortest address, https before http.
func (c *Crawl) build(all []*sitePage, opts Options) {
	first := map[string]string{}
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b *sitePage) int {
		return cmp.Or(-cmp.Compare(a.url[:5], b.url[:5]), cmp.Compare(len(a.url), len(b.url))) // https before http:
	})
	copies := map[string]string{}
	for _, p := range order {
		k := p.says()
		if k == "" {
			continue
		}
		if other, ok := first[k]; ok {
			copies[p.url] = other
			continue
		}
		first[k] = p.url
	}
	for _, p := range all {
		if other := copies[p.url]; other != "" {
			c.Skipped = append(c.Skipped, Skip{p.url, "says the same as " + other})
			continue
		}
		es := append(p.list, p.doc.entries(p.url, opts)...)
		if len(es) == 0 {
			c.Skipped = append(c.Skipped, Skip{p.url, "has no text of its own"})
			continue
		}
		for i := range es {
			if es[i].Source.URL == "" {
				es[i].Source.URL = p.url
			}
			es[i].Source.File, es[i].Source.Line = p.url, 0
		}
		c.Pages++
		c.Entries = append(c.Entries, es...)
	}
}

// says is all a page says, "" when that is nothing.
func (p *sitePage) says() string {
	var b strings.Builder
	for _, bl := range p.doc.blocks {
		b.WriteString(text.Fold(bl.text) + "\n")
	}
	for _, e := range p.list {
		for _, t := range e.Texts {
			b.WriteString(t.Question + "\n" + t.Answer + "\n")
		}
	}
	if !says(b.String()) {
		return ""
	}
	return p.host + "\n" + b.String()
}

// readPage reads a page by its type.
func readPage(p Page, address, host string, opts Options) (*sitePage, error) {
	if int64(len(p.Body)) > opts.MaxFile {
		return nil, fmt.Errorf("larger than %d bytes: raise Options.MaxFile", opts.MaxFile)
	}
	out := &sitePage{url: address, host: host, at: p.At}
	ending := endingOf(p)
	if read := opts.Readers[ending]; read != nil {
		es, err := read(address, bytes.NewReader(p.Body), &opts)
		out.list = es
		return out, err
	}
	body := p.Body
	switch ending {
	case ".html", ".md", ".txt", ".csv":
		body = decode(body, p.Type)
	}
	var err error
	if out.doc, out.list, err = readDocument(address, ending, body, opts); err != nil {
		return nil, err
	}
	if own := out.doc.url; own != "" {
		base, err := url.Parse(p.URL)
		if err == nil {
			if to, h, err := canonical(own, base); err == nil && h == host {
				out.url = to
			}
		}
	}
	out.doc.url = out.url
	return out, nil
}

// decode makes a body UTF-8: by the content type or what it says of itself, and
// when neither tells, by how it looks.
func decode(body []byte, kind string) []byte {
	if utf8.Valid(body) {
		return body
	}
	if e, _, certain := charset.DetermineEncoding(body, kind); certain {
		if raw, err := e.NewDecoder().Bytes(body); err == nil {
			return raw
		}
	}
	s, _ := textfile.Decode(body)
	return []byte(s)
}

// endingOf is the ending of the names of files like the page.
func endingOf(p Page) string {
	kind, _, err := mime.ParseMediaType(p.Type)
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(p.Type), ";")
	}
	switch strings.TrimSpace(kind) {
	case "text/html", "application/xhtml+xml":
		return ".html"
	case "text/markdown", "text/x-markdown":
		return ".md"
	case "text/csv":
		return ".csv"
	case "application/pdf":
		return ".pdf"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return ".docx"
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return ".xlsx"
	}
	ending := ""
	if u, err := url.Parse(p.URL); err == nil {
		ending = strings.ToLower(path.Ext(u.Path))
	}
	switch ending {
	case ".md", ".markdown", ".txt", ".csv", ".docx", ".xlsx", ".pdf":
		return ending
	}
	switch {
	case kind == "text/plain":
		return ".txt"
	case kind == "" && (bytes.HasPrefix(bytes.TrimSpace(p.Body), []byte("<")) || ending == ".html" || ending == ".htm"):
		return ".html"
	case kind != "":
		return "." + kind
	}
	return ending
}

// canonical is the address of a page, which may be relative to base, in the one
// form that stands for all that lead to it, and its host.
func canonical(s string, base *url.URL) (address, host string, err error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		return "", "", fmt.Errorf("is no address: %w", err)
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", "", fmt.Errorf("%q is no address of a page: use https://host/path", text.Cut(s, 100))
	}
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	if rest, name := path.Split(u.Path); name == "index.html" || name == "index.htm" || name == "index.php" {
		u.Path, u.RawPath = rest, ""
	}
	q := u.Query()
	for k := range q {
		if counts(k) {
			q.Del(k)
		}
	}
	u.RawQuery, u.ForceQuery = q.Encode(), false // sorted
	return u.String(), u.Host, nil
}

// counts reports whether a parameter of an address only tells where a visitor
// came from.
func counts(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "gclid", "fbclid", "msclkid", "yclid", "mc_cid", "mc_eid", "_ga", "spm", "scm", "hmsr", "hmpl", "hmcu", "hmkw", "hmci", "bd_vid", "sessionid", "jsessionid", "phpsessid":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "mtm_")
}

const (
	fewest = 3 // pages on which a text that repeats stands at least
	share  = 3 // and one of so many of the site's or the folder's
)

// scopes are the site a page is of and the folder it is in.
func (p *sitePage) scopes() [2]string {
	u, err := url.Parse(p.url)
	if err != nil {
		return [2]string{p.host, p.host}
	}
	return [2]string{p.host, p.host + path.Dir(u.Path)}
}

// common finds the keys that stand on many pages of a site or a folder. keys
// gives those of a page, each once.
func common(all []*sitePage, keys func(*sitePage) []string) func(p *sitePage, key string) bool {
	pages, in := map[string]int{}, map[[2]string]int{}
	for _, p := range all {
		scopes := p.scopes()
		seen := keys(p)
		for i, scope := range scopes {
			if i == 1 && scope == scopes[0] {
				break
			}
			pages[scope]++
			for _, k := range seen {
				in[[2]string{scope, k}]++
			}
		}
	}
	return func(p *sitePage, key string) bool {
		for _, scope := range p.scopes() {
			if n := in[[2]string{scope, key}]; n >= fewest && share*n >= pages[scope] {
				return true
			}
		}
		return false
	}
}

// strip takes the texts off pages that repeat over their site, and returns them.
func strip(all []*sitePage) []string {
	key := func(s string) string {
		return strings.Join(strings.FieldsFunc(text.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	}
	repeats := common(all, func(p *sitePage) []string {
		seen := map[string]bool{}
		var out []string
		for _, b := range p.doc.blocks {
			if k := key(b.text); b.level == 0 && k != "" && !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
		return out
	})
	var out []string
	told := map[string]bool{}
	for _, p := range all {
		kept := p.doc.blocks[:0]
		for _, b := range p.doc.blocks {
			k := key(b.text)
			if p.trail(b) {
				continue
			}
			if b.level > 0 || k == "" || !repeats(p, k) {
				kept = append(kept, b)
				continue
			}
			if !told[k] {
				told[k] = true
				out = append(out, b.text)
			}
		}
		p.doc.blocks = kept
	}
	return out
}

// trail reports a line that only says where the page stands: 首页 > 帮助 > 发票.
func (p *sitePage) trail(b block) bool {
	if b.level > 0 || len(b.text) > 300 || strings.Contains(b.text, "\n") {
		return false
	}
	parts := strings.FieldsFunc(b.text, func(r rune) bool { return strings.ContainsRune(">›»/→", r) })
	if len(parts) < 2 {
		return false
	}
	last := text.Fold(strings.TrimSpace(parts[len(parts)-1]))
	return last == text.Fold(p.doc.title) || slices.ContainsFunc(p.doc.blocks, func(b block) bool { return b.level > 0 && text.Fold(b.text) == last })
}

// shorten takes what titles of a site end with, its name, off them.
func shorten(all []*sitePage) {
	tail := func(title string) (rest, end string) {
		at := -1
		for _, sep := range []string{" | ", "|", " - ", " – ", " — ", "——", " · ", "_", "-", "–"} {
			if i := strings.LastIndex(title, sep); i > 0 && i > at {
				at = i
			}
		}
		if at < 0 {
			return title, ""
		}
		return strings.TrimSpace(title[:at]), title[at:]
	}
	for range 3 {
		repeats := common(all, func(p *sitePage) []string {
			if _, end := tail(p.doc.title); end != "" {
				return []string{end}
			}
			return nil
		})
		for _, p := range all {
			if rest, end := tail(p.doc.title); rest != "" && end != "" && repeats(p, end) {
				p.doc.title = rest
			}
		}
	}
}
