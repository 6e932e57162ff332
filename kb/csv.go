package kb

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb/internal/textfile"
)

const columns = "id, language, category, question, also, answer, tags, from, until, source, channels, audience, products, owner, reviewed, state"

// Column is the name [ReadCSV] has for what people call a column of a list of
// questions, in English or Chinese: "question" for 标准问, "answer@phone" for
// 答案@phone; "" for others.
func Column(head string) string {
	h := strings.ToLower(strings.Trim(strings.TrimPrefix(head, "\ufeff"), " \t*＊:："))
	if name, channel, ok := strings.Cut(h, "@"); ok {
		if Column(name) != "answer" || len(channelLine("@"+channel)) != 1 {
			return ""
		}
		return "answer@" + strings.TrimSpace(channel)
	}
	switch h {
	case "id", "编号", "編號", "知识编号":
		return "id"
	case "language", "lang", "语言", "語言":
		return "language"
	case "category", "topic", "section", "分类", "分類", "类别", "类目", "知识分类":
		return "category"
	case "question", "questions", "title", "标准问", "标准问题", "问题", "問題", "问", "知识标题":
		return "question"
	case "also", "others", "other wordings", "similar questions", "alternatives", "variants", "相似问", "相似问题", "相似问法", "扩展问", "其他问法", "也问":
		return "also"
	case "answer", "answers", "reply", "response", "答案", "回答", "答", "回复", "標準答案", "标准答案":
		return "answer"
	case "tags", "keywords", "标签", "標籤", "关键词":
		return "tags"
	case "from", "valid from", "生效日期", "生效时间", "起":
		return "from"
	case "until", "valid until", "expires", "失效日期", "失效时间", "有效期至", "止":
		return "until"
	case "source", "url", "link", "来源", "來源", "链接":
		return "source"
	case "channels", "channel", "渠道", "适用渠道", "仅限渠道":
		return "channels"
	case "audience", "roles", "对象", "可见范围", "仅限对象":
		return "audience"
	case "products", "product", "商品", "关联商品", "适用商品":
		return "products"
	case "owner", "负责人":
		return "owner"
	case "reviewed", "last reviewed", "复核日期":
		return "reviewed"
	case "state", "审核状态":
		return "state"
	}
	return ""
}

// ReadCSV reads entries with the header id, language, category, question,
// also, answer, tags, from, until, source, channels, audience, products, owner,
// reviewed, state, or as [Column] knows them; question and answer are needed, any
// order will do. also is separated by "|" or new lines, the other lists by commas;
// columns by commas, semicolons or tabs, as the first row has them. A column
// answer@wechat (答案@wechat) has the answers for a channel that needs another.
func ReadCSV(name string, r io.Reader, language string) ([]Entry, error) {
	s, err := readText(name, r)
	if err != nil {
		return nil, err
	}
	cr := csv.NewReader(strings.NewReader(s))
	cr.Comma, cr.FieldsPerRecord = textfile.Comma(s), -1
	head, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("kb: %s:1: reading the header: %w: the first row names the columns, %s", name, err, columns)
	}
	h, err := ReadHeader(name, head)
	if err != nil {
		return nil, err
	}
	var out []Entry
	var errs []error
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return out, together(errs)
		}
		if err != nil {
			return out, errors.Join(append(errs, fmt.Errorf("kb: %s: %w: put a cell with quotes in it into quotes, and write each of them twice", name, err))...)
		}
		line, _ := cr.FieldPos(0)
		e, err := h.Entry(line, rec, language)
		switch {
		case err != nil:
			errs = append(errs, err)
		case e.ID != "":
			out = append(out, e)
		}
	}
}

// Header says in which columns of a table the entries have what.
type Header struct {
	name string
	at   map[string]int
}

// ReadHeader reads the first row of a table of that name, as [ReadCSV] does its
// own. Columns without a name are left out, and those that only count the rows
// (序号, No.): such a number is another entry's when a row is put in between. The
// error says what is unknown, or missing.
func ReadHeader(name string, head []string) (Header, error) {
	at := map[string]int{}
	for i, h := range head {
		k := Column(h)
		if k == "" && counts(h) {
			continue
		}
		if k == "" {
			return Header{}, fmt.Errorf("kb: %s:1: column %q is unknown: the header may have %s", name, h, columns)
		}
		if _, twice := at[k]; twice {
			return Header{}, fmt.Errorf("kb: %s:1: column %q stands twice, the second time as %q: take one of them out", name, k, h)
		}
		at[k] = i
	}
	for _, need := range []string{"question", "answer"} {
		if _, ok := at[need]; !ok {
			return Header{}, fmt.Errorf("kb: %s:1: column %q is missing: the header may have %s", name, need, columns)
		}
	}
	return Header{name, at}, nil
}

// counts reports a column that says nothing, or only which row it is.
func counts(head string) bool {
	switch strings.ToLower(strings.Trim(head, " \t.．")) {
	case "", "序号", "序號", "行号", "#", "no", "nr", "row":
		return true
	}
	return false
}

// Entry is the entry of a row, the zero Entry of one that neither asks nor
// answers: an empty one, a title over others. language is that of a row that does
// not say its own.
func (h Header) Entry(line int, row []string, language string) (Entry, error) {
	get := func(col string) string {
		if i, ok := h.at[col]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	switch q, a := get("question"), get("answer"); {
	case q == "" && a == "":
		return Entry{}, nil
	case q == "" || a == "":
		return Entry{}, fmt.Errorf("kb: %s:%d: question or answer is empty: fill both or remove the row", h.name, line)
	}
	m := &mdEntry{file: h.name, line: line, question: get("question"), id: get("id"), tags: split(get("tags"), ",，、"),
		also: split(get("also"), "|｜\n"), url: get("source"), answer: []string{get("answer")}}
	for _, k := range []string{"from", "until", "channels", "audience", "products", "owner", "reviewed", "state"} {
		if v := get(k); v != "" {
			m.set(k, v, line)
		}
	}
	for k := range h.at {
		if channel, ok := strings.CutPrefix(k, "answer@"); ok && get(k) != "" {
			if m.special == nil {
				m.special = map[string][]string{}
			}
			m.special[channel] = []string{get(k)}
		}
	}
	e, err := m.entry(cmp.Or(get("language"), language), get("category"))
	if err != nil {
		return Entry{}, err
	}
	return *e, nil
}
