package kb

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
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
// Markdown is welcome: a file without such lines is read all the same. All
// problems are reported together, with file and line.
func ReadMarkdown(name string, r io.Reader, language string) ([]Entry, error) {
	s, err := readText(name, r)
	if err != nil {
		return nil, err
	}
	sc := bufio.NewScanner(strings.NewReader(s))
	sc.Buffer(nil, maxLine)
	var out []Entry
	var errs []error
	category := ""
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
	fence, front := false, false
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSuffix(sc.Text(), "\r")
		if n == 1 && line == "---" {
			front = true
			continue
		}
		if front {
			front = line != "---" && line != "..."
			continue
		}
		if t := strings.TrimSpace(line); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			fence = !fence
		}
		level, title := heading(line)
		if fence || level == 0 {
			if cur != nil {
				cur.add(line, n, fence)
			}
			continue
		}
		end()
		title, id := headingID(title)
		if level == 1 {
			category = title
		}
		cur = &mdEntry{file: name, line: n, question: title, id: id, meta: true, title: level == 1}
	}
	end()
	if err := sc.Err(); err != nil {
		errs = append(errs, fmt.Errorf("kb: %s: %w: split lines longer than %d bytes", name, err, maxLine))
	}
	return out, errors.Join(errs...)
}

const maxLine = 1 << 20

func heading(line string) (level int, title string) {
	t := strings.TrimLeft(line, " ")
	if len(line)-len(t) > 3 {
		return 0, ""
	}
	for level < len(t) && t[level] == '#' {
		level++
	}
	if level == 0 || level > 6 || level < len(t) && t[level] != ' ' && t[level] != '\t' {
		return 0, ""
	}
	return level, strings.TrimSpace(strings.TrimRight(strings.TrimSpace(t[level:]), "#"))
}

func headingID(title string) (rest, id string) {
	if i := strings.LastIndex(title, "{#"); i >= 0 && strings.HasSuffix(title, "}") {
		return strings.TrimSpace(title[:i]), strings.TrimSpace(title[i+2 : len(title)-1])
	}
	return title, ""
}

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
// 2026年1月31日.
func parseDate(s string) (time.Time, error) {
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
