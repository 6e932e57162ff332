package kb

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/frontdesk-go/frontdesk/kb/internal/markdown"
)

// ReadMarkdown reads the entries of a file: the first heading of level one is
// the category, every deeper heading a question, the text under it the answer.
// Lines right under a heading of the form "also: a | b", "tags: x, y",
// "from: 2026-01-31", "until: …", "source: URL", "channels: web, app",
// "audience: …", "products: …", "owner: …", "reviewed: 2026-01-31" and
// "state: draft", or in Chinese 也问, 标签, 起, 止, 来源, 仅限渠道, 仅限对象,
// 适用商品, 负责人, 复核日期, 审核状态 (草稿, 待审, 通过, 驳回, 停用), say more of
// the entry; "{#id}" at a heading's end names it. Behind the answer, a line
// "@wechat, phone" begins another answer, for these channels. Any
// Markdown is welcome: a file without such lines is read all the same, one
// without headings is a problem. Comments (<!-- … -->) are left out. All problems
// are reported together, with file and line.
func ReadMarkdown(name string, r io.Reader, language string) ([]Entry, error) {
	s, err := readText(name, r)
	if err != nil {
		return nil, err
	}
	lines, errs := markdownLines(name, s)
	var out []Entry
	category := ""
	headings, text := 0, 0
	var cur *mdEntry
	end := func() {
		if cur == nil {
			return
		}
		if e, err := cur.entry(language, category); err != nil {
			errs = append(errs, err)
		} else if e != nil {
			out = append(out, *e)
		}
		cur = nil
	}
	for _, l := range lines {
		level, title := l.level, l.text
		if level == 0 {
			if cur != nil {
				cur.add(l.text, l.n, l.code)
			} else if strings.TrimSpace(l.text) != "" && text == 0 {
				text = l.n
			}
			continue
		}
		end()
		headings++
		title, id := markdown.HeadingID(title)
		if level == 1 {
			category = title
		}
		cur = &mdEntry{file: name, line: l.n, question: title, id: id, meta: true, title: level == 1}
	}
	end()
	if headings == 0 && text > 0 {
		errs = append(errs, fmt.Errorf("kb: %s:%d: there is no heading: write the question, \"## …\", over its answer", name, text))
	}
	return out, errors.Join(errs...)
}

// mdLine is a line of Markdown.
type mdLine struct {
	text  string // of a heading, what it says
	n     int
	level int // of a heading
	code  bool
}

// markdownLines are the lines of a document without its front matter and its
// comments, which are not for customers.
func markdownLines(name, s string) (out []mdLine, errs []error) {
	var at markdown.Lines
	front, opened, n := false, 0, 0
	for line := range strings.Lines(s) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if len(line) > maxLine {
			errs = append(errs, fmt.Errorf("kb: %s:%d: longer than %d bytes: split the line", name, n, maxLine))
			break
		}
		if n == 1 && line == "---" {
			front = true
			continue
		}
		if front {
			front = line != "---" && line != "..."
			continue
		}
		was, fenced := at.Open(), at.Fenced()
		text, code := at.Next(line)
		if at.Open() && !was || at.Fenced() && !fenced {
			opened = n
		}
		if text != line && strings.TrimSpace(text) == "" || was && at.Open() {
			continue // nothing but a comment
		}
		l := mdLine{text: text, n: n, code: code}
		if !code {
			if level, title := markdown.Heading(text); level > 0 {
				l.level, l.text = level, title
			} else if k := len(out) - 1; k >= 0 && len(strings.TrimSpace(text)) >= 3 && markdown.Underline(text) > 0 && titles(out, k) {
				out[k].level, out[k].text = markdown.Underline(text), strings.TrimSpace(out[k].text)
				continue
			}
		}
		out = append(out, l)
	}
	switch {
	case at.Open():
		errs = append(errs, fmt.Errorf("kb: %s:%d: the comment is not closed: write -->", name, opened))
	case at.Fenced():
		errs = append(errs, fmt.Errorf("kb: %s:%d: the code is not closed: write the same marks on a line of their own", name, opened))
	}
	return out, errs
}

// titles reports whether a line can be a heading by the line of = or - under it:
// a paragraph of its own, in which no other mark begins.
func titles(lines []mdLine, k int) bool {
	t := strings.TrimSpace(lines[k].text)
	if t == "" || lines[k].code || lines[k].level > 0 || strings.ContainsAny(t[:1], "|>-*+") {
		return false
	}
	if _, _, meta := metaLine(t); meta {
		return false
	}
	return k == 0 || lines[k-1].level > 0 || strings.TrimSpace(lines[k-1].text) == ""
}

const maxLine = 1 << 20

// mdEntry is an entry while it is read.
type mdEntry struct {
	file, question, id string
	line               int
	title              bool // heading of level one: no question unless text follows
	meta               bool // still among the lines right under the heading
	also, tags         []string
	limits             Entry // what the lines under the heading say of it
	url                string
	answer             []string
	channels           []string            // whose answer is being read; none for all
	special            map[string][]string // answers of channels
	errs               []error
}

// add reads a line of the entry; code is whether it stands in a block of code.
func (m *mdEntry) add(line string, n int, code bool) {
	if m.meta {
		if strings.TrimSpace(line) == "" && len(m.answer) == 0 && (len(m.also) > 0 || len(m.tags) > 0) {
			m.meta = false
			return
		}
		if key, value, ok := metaLine(line); ok {
			m.set(key, value, n)
			return
		}
		if strings.TrimSpace(line) != "" {
			m.meta = false
		}
	}
	if c := channelLine(line); c != nil && !code {
		m.channels, m.meta = c, false
		return
	}
	for _, c := range m.channels {
		if m.special == nil {
			m.special = map[string][]string{}
		}
		m.special[c] = append(m.special[c], line)
	}
	if len(m.channels) == 0 {
		m.answer = append(m.answer, line)
	}
}

// channelLine reads "@wechat, phone", a line of its own: the answer for these
// channels follows.
func channelLine(line string) []string {
	line = strings.TrimSpace(line)
	names, ok := strings.CutPrefix(line, "@")
	if !ok {
		return nil
	}
	out := split(names, ",，、")
	for i, c := range out {
		out[i] = strings.TrimPrefix(c, "@")
		if strings.ContainsAny(out[i], " \t.:/") || out[i] == "" {
			return nil // a mention in a text
		}
	}
	return out
}

// metaLine recognises "key: value" with a known key.
func metaLine(line string) (key, value string, ok bool) {
	i := strings.IndexAny(line, ":：")
	if i < 0 {
		return "", "", false
	}
	width := 1
	if strings.HasPrefix(line[i:], "：") {
		width = len("：")
	}
	switch k := strings.ToLower(strings.TrimSpace(line[:i])); k {
	case "also", "也问":
		key = "also"
	case "tags", "标签":
		key = "tags"
	case "from", "起":
		key = "from"
	case "until", "止":
		key = "until"
	case "source", "来源":
		key = "source"
	case "channels", "仅限渠道":
		key = "channels"
	case "audience", "仅限对象":
		key = "audience"
	case "products", "适用商品":
		key = "products"
	case "owner", "负责人":
		key = "owner"
	case "reviewed", "复核日期":
		key = "reviewed"
	case "state", "审核状态":
		key = "state"
	default:
		return "", "", false
	}
	return key, strings.TrimSpace(line[i+width:]), true
}

func (m *mdEntry) set(key, value string, n int) {
	switch key {
	case "also":
		m.also = append(m.also, split(value, "|｜")...)
	case "tags":
		m.tags = append(m.tags, split(value, ",，、")...)
	case "source":
		m.url = value
	case "channels":
		m.limits.Channels = append(m.limits.Channels, split(value, ",，、")...)
	case "audience":
		m.limits.Audience = append(m.limits.Audience, split(value, ",，、")...)
	case "products":
		m.limits.Products = append(m.limits.Products, split(value, ",，、")...)
	case "owner":
		m.limits.Owner = value
	case "state":
		state, ok := stateOf(value)
		if !ok {
			m.errs = append(m.errs, fmt.Errorf("kb: %s:%d: %q is no state: write draft, review, approved, rejected or retired", m.file, n, value))
		}
		m.limits.State = state
	case "from", "until", "reviewed":
		t, err := parseDate(value)
		if err != nil {
			m.errs = append(m.errs, fmt.Errorf("kb: %s:%d: %q is no date: write 2026-01-31", m.file, n, value))
			return
		}
		switch key {
		case "from":
			m.limits.From = t
		case "until":
			m.limits.Until = t.AddDate(0, 0, 1) // the day itself still counts
		case "reviewed":
			m.limits.Reviewed = t
		}
	}
}

// stateOf reads a state as people write it.
func stateOf(s string) (State, bool) {
	switch strings.ToLower(s) {
	case "draft", "草稿":
		return Draft, true
	case "review", "待审":
		return InReview, true
	case "approved", "通过", "":
		return Approved, true
	case "rejected", "驳回":
		return Rejected, true
	case "retired", "停用":
		return Retired, true
	}
	return "", false
}

// parseDate reads a day as people write it: 2026-01-31, 2026/1/31, 2026.1.31,
// 2026年1月31日. A time of day behind it, as spreadsheets write, is left out.
func parseDate(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " T"); i > 0 && strings.Contains(s[i:], ":") {
		s = s[:i]
	}
	s = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-", " ", "").Replace(s)
	return time.Parse("2006-1-2", s)
}

func split(s, seps string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(seps, r) }) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (m *mdEntry) entry(language, category string) (*Entry, error) {
	answer := strings.TrimSpace(strings.Join(m.answer, "\n"))
	if err := errors.Join(m.errs...); err != nil {
		return nil, err
	}
	if answer == "" {
		if len(m.also) > 0 || m.id != "" {
			return nil, fmt.Errorf("kb: %s:%d: %q has no answer: write it under the heading", m.file, m.line, m.question)
		}
		return nil, nil // a heading over other headings
	}
	if m.question == "" {
		return nil, fmt.Errorf("kb: %s:%d: the heading is empty: write the question", m.file, m.line)
	}
	id := m.id
	if id == "" {
		id = strings.TrimSuffix(path.Base(m.file), path.Ext(m.file)) + "#" + slug(m.question)
	}
	e := m.limits
	e.ID, e.Category, e.Tags = id, category, m.tags
	t := Text{Question: m.question, Others: m.also, Answer: answer, Category: category}
	for c, lines := range m.special {
		if a := strings.TrimSpace(strings.Join(lines, "\n")); a != "" {
			if t.ByChannel == nil {
				t.ByChannel = map[string]string{}
			}
			t.ByChannel[c] = a
		}
	}
	e.Texts = map[string]Text{language: t}
	e.Source = Source{File: m.file, Line: m.line, URL: m.url}
	return &e, nil
}

func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
	}
	return b.String()
}
