package keep

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
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
// name one JSON object of a [Message] on each line, as .jsonl files have, or an
// array of them. A role is customer, agent or bot, or what exports call these.
// Problems are reported together, with their lines; what could be read is
// returned too.
func ReadMessages(name string, r io.Reader) ([]Message, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxExport+1))
	if err != nil {
		return nil, fmt.Errorf("keep: %s: %w", name, err)
	}
	if len(raw) > maxExport {
		return nil, fmt.Errorf("keep: %s: larger than %d bytes: split it", name, maxExport)
	}
	raw = bytes.ToValidUTF8(bytes.TrimPrefix(raw, []byte("\ufeff")), []byte("\ufffd"))
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return messagesCSV(name, raw)
	}
	return messagesJSON(name, raw)
}

const (
	maxExport   = 256 << 20
	maxProblems = 20 // that are reported at once
)

func messagesCSV(name string, raw []byte) ([]Message, error) {
	cr := csv.NewReader(bytes.NewReader(raw))
	cr.FieldsPerRecord = -1
	cr.LazyQuotes = true
	head, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("keep: %s: reading the header: %w", name, err)
	}
	at := map[string]int{}
	for i, h := range head {
		switch strings.ToLower(strings.TrimSpace(h)) {
		case "conversation", "conversation_id", "session", "session_id", "会话", "会话id", "会话编号":
			at["conversation"] = i
		case "role", "sender", "from", "角色", "发送方", "发送人":
			at["role"] = i
		case "text", "message", "content", "内容", "消息", "消息内容":
			at["text"] = i
		case "language", "lang", "语言":
			at["language"] = i
		}
	}
	for _, need := range []string{"conversation", "role", "text"} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("keep: %s:1: column %q is missing: the header needs conversation, role and text", name, need)
		}
	}
	var out []Message
	var errs []error
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return out, errors.Join(errs...)
		}
		if err != nil {
			return out, errors.Join(append(errs, fmt.Errorf("keep: %s: %w", name, err))...)
		}
		line, _ := cr.FieldPos(0)
		get := func(col string) string {
			if i, ok := at[col]; ok && i < len(rec) {
				return rec[i]
			}
			return ""
		}
		m := Message{Conversation: strings.TrimSpace(get("conversation")), Role: role(get("role")), Text: get("text"), Language: strings.TrimSpace(get("language"))}
		if m.Role == "" {
			if len(errs) < maxProblems {
				errs = append(errs, fmt.Errorf("keep: %s:%d: role %q is unknown: use customer, agent or bot", name, line, text.Cut(get("role"), 40)))
			}
			continue
		}
		out = append(out, m)
	}
}

func messagesJSON(name string, raw []byte) ([]Message, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	array := bytes.HasPrefix(bytes.TrimSpace(raw), []byte("["))
	if array {
		if _, err := d.Token(); err != nil {
			return nil, fmt.Errorf("keep: %s: %w", name, err)
		}
	}
	var out []Message
	var errs []error
	for n := 1; d.More(); n++ {
		var m Message
		if err := d.Decode(&m); err != nil {
			return out, errors.Join(append(errs, fmt.Errorf("keep: %s: message %d: %w (at byte %d)", name, n, err, d.InputOffset()))...)
		}
		who := role(string(m.Role))
		if who == "" {
			if len(errs) < maxProblems {
				errs = append(errs, fmt.Errorf("keep: %s: message %d: role %q is unknown: use customer, agent or bot", name, n, text.Cut(string(m.Role), 40)))
			}
			continue
		}
		m.Role = who
		out = append(out, m)
	}
	return out, errors.Join(errs...)
}
