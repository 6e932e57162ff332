package keep

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb/internal/textfile"
)

// Role is who wrote a message.
type Role string

// The roles of a conversation.
const (
	Customer Role = "customer"
	Agent    Role = "agent" // a person who served the customer
	Robot    Role = "bot"
)

// Message is one message of a past conversation.
type Message struct {
	Conversation string `json:"conversation"`
	Role         Role   `json:"role"`
	Text         string `json:"text"`
	Language     string `json:"language,omitempty"` // a BCP 47 tag; recognised from the text when ""
}

// Questions takes from conversations what customers asked and, where a person
// replied next, what they replied: what [Gaps] groups. Messages of a
// conversation stand in order, those of several may be mixed. What a customer
// writes in one go is one question, what a person writes in one go one reply;
// greetings, thanks and "one moment" are left out. A robot's answer ends a
// question too, but is no reply: a person who comes in next, before the customer
// asks anything else, answers the question. Texts are as they were written; Gaps
// masks them.
func Questions(messages []Message) []Asked {
	type talk struct {
		asked   []string
		replies []string
		robot   []string
		lang    string
	}
	var out []Asked
	open := map[string]*talk{}
	var order []string
	end := func(id string, t *talk) {
		if q := strings.Join(t.asked, " "); q != "" {
			out = append(out, Asked{Text: q, Language: t.lang, Conversation: id, Reply: strings.Join(t.replies, "\n"), Robot: strings.Join(t.robot, "\n")})
		}
		*t = talk{}
	}
	for i := range messages {
		m := &messages[i]
		t := open[m.Conversation]
		if t == nil {
			t = &talk{}
			open[m.Conversation] = t
			order = append(order, m.Conversation)
		}
		said := strings.TrimSpace(text.Cut(m.Text, maxAsked))
		switch {
		case m.Role == Customer:
			if len(t.replies) > 0 {
				end(m.Conversation, t)
			}
			if said == "" || courtesy(said) {
				continue
			}
			if len(t.robot) > 0 {
				end(m.Conversation, t)
			}
			if t.lang == "" {
				if t.lang = m.Language; t.lang == "" {
					t.lang = text.Language(said)
				}
			}
			t.asked = append(t.asked, said)
		case m.Role == Agent && len(t.asked) > 0:
			if said != "" && !courtesy(said) {
				t.replies = append(t.replies, said)
			}
		case m.Role == Robot && len(t.asked) > 0:
			if len(t.replies) > 0 {
				end(m.Conversation, t)
			} else if said != "" {
				t.robot = append(t.robot, said)
			}
		}
	}
	for _, id := range order {
		end(id, open[id])
	}
	return out
}

// courtesy reports whether a message neither asks nor tells anything.
func courtesy(s string) bool {
	switch strings.TrimSpace(strings.Trim(key(s), " ")) {
	case "":
		return true
	}
	s = text.Fold(s)
	for _, w := range []string{
		"您好", "你好", "亲", "在吗", "在么", "有人吗", "转人工客服", "转人工", "客服", "人工", "谢谢", "多谢", "感谢", "好的", "好吧", "嗯嗯", "嗯", "哦", "收到", "知道了", "明白了", "请稍等", "稍等", "一下", "马上为您查询", "为您查询", "请问", "有什么可以帮您", "还有其他问题吗", "不客气", "再见",
		"let me talk to a human", "talk to a human", "talk to a person", "talk to an agent", "good morning", "good afternoon", "hello", "hi there", "hi", "hey", "thank you", "thanks", "okay", "ok", "great", "got it", "one moment", "just a moment", "please wait", "please", "let me check", "bye", "you're welcome", "how can i help you", "how can i help", "today", "is anyone there",
	} {
		s = dropWord(s, w)
	}
	return len(text.Terms(s)) == 0
}

// dropWord takes a phrase out of a folded text, where it stands as whole words.
func dropWord(s, w string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, w)
		if i < 0 {
			return b.String() + s
		}
		j := i + len(w)
		if letter(w[0]) && (i > 0 && letter(s[i-1]) || j < len(s) && letter(s[j])) {
			b.WriteString(s[:j])
		} else {
			b.WriteString(s[:i] + " ")
		}
		s = s[j:]
	}
}

// role reads what exports call the writer of a message, "" for others.
func role(s string) Role {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "customer", "user", "visitor", "client", "buyer", "客户", "顾客", "用户", "访客", "买家":
		return Customer
	case "agent", "human", "staff", "seller", "operator", "客服", "人工", "坐席", "人工客服", "卖家":
		return Agent
	case "bot", "assistant", "robot", "机器人", "智能客服", "系统", "system":
		return Robot
	}
	return ""
}

// ReadMessages reads an export of conversations: of a name that ends in .csv a
// table with the columns conversation, role, text and, if it has one, language
// (also as 会话, 角色, 内容, 语言; in any order, others are left out); of any other
// name one JSON object with such fields on each line, as .jsonl files have, or an
// array of them, or of conversations ({"id": …, "messages": […]}). A role is customer, agent or bot, or what exports call these.
// Where all have a time, the messages are put in its order. Problems are reported
// together, with their lines; what could be read is returned too.
func ReadMessages(name string, r io.Reader) ([]Message, error) {
	s, err := readExport(name, r)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return messagesCSV(name, s)
	}
	return messagesJSON(name, s)
}

// field is what a column or field of an export holds, "" for others.
func field(head string) string {
	switch strings.ToLower(strings.NewReplacer("_", "", " ", "", "-", "").Replace(strings.TrimSpace(head))) {
	case "conversation", "conversationid", "session", "sessionid", "chatid", "会话", "会话id", "会话编号":
		return "conversation"
	case "role", "sender", "from", "author", "角色", "发送方", "发送人", "发送者":
		return "role"
	case "text", "message", "content", "body", "内容", "消息", "消息内容":
		return "text"
	case "language", "lang", "语言":
		return "language"
	case "time", "at", "timestamp", "date", "createdat", "senttime", "时间", "发送时间", "消息时间", "日期":
		return "time"
	}
	return ""
}

// export is what is read of one: messages, and when each was written as far as
// that is said.
type export struct {
	problems
	messages []Message
	times    []time.Time
}

// add takes over a message, or the problem with it.
func (e *export) add(line int, fields map[string]string) {
	m, ok := messageOf(fields)
	if !ok {
		e.stranger(line, fields)
		return
	}
	e.messages = append(e.messages, m)
	if t, ok := timeOf(fields["time"]); ok {
		e.times = append(e.times, t)
	}
}

// done are the messages as they were written one after the other, if all say
// when: many exports have the latest first.
func (e *export) done(err error) ([]Message, error) {
	if len(e.times) == len(e.messages) {
		order := make([]int, len(e.messages))
		for i := range order {
			order[i] = i
		}
		if n := len(order); n > 0 && e.times[0].After(e.times[n-1]) {
			slices.Reverse(order) // of one minute too the latest stands first
		}
		slices.SortStableFunc(order, func(a, b int) int { return e.times[a].Compare(e.times[b]) })
		sorted := make([]Message, len(order))
		for i, k := range order {
			sorted[i] = e.messages[k]
		}
		e.messages = sorted
	}
	return e.messages, errors.Join(e.err(), err)
}

// timeOf reads a time as exports write it: a date with a time of day, or the
// seconds or milliseconds since 1970.
func timeOf(s string) (time.Time, bool) {
	s = strings.NewReplacer("/", "-", "年", "-", "月", "-", "日", "").Replace(strings.TrimSpace(s))
	for _, layout := range []string{time.RFC3339Nano, "2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n > 1e8 && n < 1e14) {
		return time.Time{}, false
	}
	if n < 1e11 {
		n *= 1000
	}
	return time.UnixMilli(int64(n)), true
}

// messageOf is the message of an export's fields; ok is false when it is not said
// who wrote it, or in which conversation.
func messageOf(fields map[string]string) (m Message, ok bool) {
	m = Message{Conversation: strings.TrimSpace(fields["conversation"]), Role: role(fields["role"]), Text: fields["text"], Language: strings.TrimSpace(fields["language"])}
	return m, m.Role != "" && m.Conversation != ""
}

const (
	maxExport   = 256 << 20
	maxProblems = 20 // that are reported at once
)

// problems are those of an export, the first of them in full.
type problems struct {
	name string
	errs []error
	more int
}

func (p *problems) problem(line int, format string, args ...any) {
	if len(p.errs) == maxProblems {
		p.more++
		return
	}
	p.errs = append(p.errs, fmt.Errorf("keep: %s:%d: "+format, append([]any{p.name, line}, args...)...))
}

func (p *problems) stranger(line int, fields map[string]string) {
	if role(fields["role"]) == "" {
		p.problem(line, "role %q is unknown: use customer, agent or bot", text.Cut(fields["role"], 40))
		return
	}
	p.problem(line, "the conversation has no name: give each a number")
}

func (p *problems) err() error {
	if p.more > 0 {
		return errors.Join(append(p.errs, fmt.Errorf("keep: %s: and %d more", p.name, p.more))...)
	}
	return errors.Join(p.errs...)
}

func messagesCSV(name, s string) ([]Message, error) {
	cr := csv.NewReader(strings.NewReader(s))
	cr.Comma, cr.FieldsPerRecord, cr.LazyQuotes = textfile.Comma(s), -1, true
	head, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("keep: %s: reading the header: %w", name, err)
	}
	at := map[string]int{}
	for i, h := range head {
		if f := field(h); f != "" {
			at[f] = i
		}
	}
	for _, need := range []string{"conversation", "role", "text"} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("keep: %s:1: column %q is missing: the header needs conversation, role and text", name, need)
		}
	}
	out := export{problems: problems{name: name}}
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return out.done(nil)
		}
		if err != nil {
			return out.done(fmt.Errorf("keep: %s: %w", name, err))
		}
		line, _ := cr.FieldPos(0)
		fields := map[string]string{}
		for f, i := range at {
			if i < len(rec) {
				fields[f] = rec[i]
			}
		}
		out.add(line, fields)
	}
}

func messagesJSON(name, s string) ([]Message, error) {
	d := json.NewDecoder(strings.NewReader(s))
	if strings.HasPrefix(strings.TrimSpace(s), "[") {
		if _, err := d.Token(); err != nil {
			return nil, fmt.Errorf("keep: %s: %w", name, err)
		}
	}
	out := export{problems: problems{name: name}}
	line, seen := 1, 0
	for d.More() {
		var o map[string]any
		err := d.Decode(&o)
		at := int(d.InputOffset())
		var kind *json.UnmarshalTypeError
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = int(syntax.Offset)
		} else if errors.Is(err, io.ErrUnexpectedEOF) {
			at = len(s)
		}
		line += strings.Count(s[seen:min(max(at, seen), len(s))], "\n")
		seen = min(max(at, seen), len(s))
		if errors.As(err, &kind) {
			out.problem(line, "want an object with conversation, role and text, not a %s", kind.Value)
			continue
		}
		if err != nil {
			return out.done(fmt.Errorf("keep: %s:%d: %w", name, line, err))
		}
		all := []map[string]any{o}
		if within, ok := o["messages"].([]any); ok { // the whole conversation
			all = nil
			for _, x := range within {
				m, _ := x.(map[string]any)
				m = maps.Clone(m)
				if m == nil {
					m = map[string]any{}
				}
				m["conversation"] = cmp.Or(fieldsOf(o)["conversation"], plainly(o["id"]), strconv.Itoa(line))
				all = append(all, m)
			}
		}
		for _, o := range all {
			out.add(line, fieldsOf(o))
		}
	}
	return out.done(nil)
}

// fieldsOf are the fields of an object that are read.
func fieldsOf(o map[string]any) map[string]string {
	out := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(o)) {
		if f := field(k); f != "" && out[f] == "" {
			out[f] = plainly(o[k])
		}
	}
	return out
}

// plainly is a JSON value as text: a text or a number; "" of others.
func plainly(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// readExport reads a file that was exported from elsewhere, in whatever encoding.
func readExport(name string, r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxExport+1))
	if err != nil {
		return "", fmt.Errorf("keep: %s: %w", name, err)
	}
	if len(raw) > maxExport {
		return "", fmt.Errorf("keep: %s: larger than %d bytes: split it", name, maxExport)
	}
	s, _ := textfile.Decode(raw)
	return s, nil
}
