package keep

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
)

func TestQuestions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		talk []Message
		want []Asked
	}{
		"asked and answered": {[]Message{{"1", Customer, "你好", ""}, {"1", Customer, "在吗？", ""}, {"1", Customer, "我昨天买的裙子，", ""}, {"1", Customer, "可以改地址吗？", ""},
			{"1", Agent, "您好，请稍等", ""}, {"1", Agent, "发货前可以改，在订单里点“修改地址”。", ""}, {"1", Customer, "好的谢谢", ""}},
			[]Asked{{Text: "我昨天买的裙子， 可以改地址吗？", Language: "zh", Conversation: "1", Reply: "发货前可以改，在订单里点“修改地址”。"}}},
		"two questions": {[]Message{{"1", Customer, "Hi there, do you ship to Oslo?", ""}, {"1", Agent, "Yes, in 5 days.", ""}, {"1", Customer, "And to Rome?", ""}, {"1", Agent, "One moment please", ""}, {"1", Agent, "In 3 days.", ""}},
			[]Asked{{Text: "Hi there, do you ship to Oslo?", Language: "en", Conversation: "1", Reply: "Yes, in 5 days."}, {Text: "And to Rome?", Language: "en", Conversation: "1", Reply: "In 3 days."}}},
		"a robot could not": {[]Message{{"1", Customer, "能开专票吗", ""}, {"1", Robot, "没听懂", ""}, {"1", Customer, "转人工", "zh"}, {"1", Agent, "可以开。", ""}},
			[]Asked{{Text: "能开专票吗", Language: "zh", Conversation: "1", Reply: "可以开。", Robot: "没听懂"}}},
		"a robot answered in between": {[]Message{{"1", Customer, "几点开门", ""}, {"1", Robot, "9点", ""}, {"1", Customer, "能绣名字吗", ""}, {"1", Robot, "您想问哪个？", ""}, {"1", Robot, "1 怎么洗", ""}, {"1", Customer, "转人工", ""}, {"1", Robot, "正在转接", ""}, {"1", Agent, "可以绣。", ""}},
			[]Asked{{Text: "几点开门", Language: "zh", Conversation: "1", Robot: "9点"}, {Text: "能绣名字吗", Language: "zh", Conversation: "1", Reply: "可以绣。", Robot: "您想问哪个？\n1 怎么洗\n正在转接"}}},
		"mixed": {[]Message{{"1", Customer, "几点开门", ""}, {"2", Customer, "几点关门", ""}, {"2", Agent, "22点", ""}, {"1", Agent, "9点", ""}},
			[]Asked{{Text: "几点开门", Language: "zh", Conversation: "1", Reply: "9点"}, {Text: "几点关门", Language: "zh", Conversation: "2", Reply: "22点"}}},
		"only courtesy": {[]Message{{"1", Customer, "您好！", ""}, {"1", Agent, "Hello, how can I help you today?", ""}, {"1", Customer, "Thanks, bye", ""}, {"1", Customer, "👍", ""}}, nil},
	} {
		assert.Equal(t, c.want, Questions(c.talk), name)
	}
}

func TestReadMessages(t *testing.T) {
	t.Parallel()
	want := []Message{{"7", Customer, "能开专票吗，\"急\"", "zh"}, {"7", Agent, "可以", ""}}
	got, err := ReadMessages("talks.csv", strings.NewReader("\ufeff内容,会话,时间,角色,语言\n\"能开专票吗，\"\"急\"\"\",7,9:00,买家,zh\n可以,7,9:01,人工客服,\n"))
	require.NoError(t, err)
	assert.Equal(t, want, got)
	for _, s := range []string{
		`{"conversation":"7","role":"user","text":"能开专票吗，\"急\"","language":"zh"}` + "\n" + `{"conversation":"7","role":"agent","text":"可以"}`,
		`{"session_id":7,"sender":"visitor","content":"能开专票吗，\"急\"","lang":"zh","time":1}` + "\n" + `{"session_id":7,"sender":"operator","content":"可以"}`,
		`{"id":7,"messages":[{"role":"user","content":"能开专票吗，\"急\"","language":"zh"},{"role":"agent","content":"可以"}]}`,
		`[{"conversation":"7","role":"customer","text":"能开专票吗，\"急\"","language":"zh"},{"conversation":"7","role":"人工","text":"可以"}]`,
	} {
		got, err = ReadMessages("talks.jsonl", strings.NewReader(s))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for in, problem := range map[string]string{
		"a.csv\nrole,text\n":                        `column "conversation" is missing`,
		"a.csv\nconversation,role,text\n1,cat,miau": `a.csv:2: role "cat" is unknown`,
		"a.csv\n":                "reading the header",
		"a.json\n\n{\"role\":1}": `a.json:2: role "1" is unknown`,
		"a.json\n{\"role\":\"bot\",\"text\":\"hi\"}": "a.json:1: the conversation has no name",
		"a.csv\nconversation,role,text\n,bot,hi":     "a.csv:2: the conversation has no name",
		"a.json\n[1]":                                "a.json:1: want an object with conversation, role and text, not a number",
		"a.json\n{\"role\":\"x\"}":                   `role "x" is unknown`,
		"a.json\n[{\"role\":\"bot\",\"text\":\"hi\"": "a.json:1: unexpected EOF",
	} {
		name, body, _ := strings.Cut(in, "\n")
		_, err = ReadMessages(name, strings.NewReader(body))
		assert.ErrorContains(t, err, problem, in)
	}
}

// What Excel makes of an export on a Chinese Windows.
func TestReadMessagesInOtherEncodings(t *testing.T) {
	t.Parallel()
	gbk, _ := charset.Lookup("gbk")
	raw, err := gbk.NewEncoder().String("会话;角色;内容\n7;买家;能开专票吗\n7;客服;可以\n")
	require.NoError(t, err)
	got, err := ReadMessages("talks.csv", strings.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, []Message{{"7", Customer, "能开专票吗", ""}, {"7", Agent, "可以", ""}}, got)
	_, err = ReadMessages("talks.csv", strings.NewReader("会话,角色,内容\n"+strings.Repeat("7,猫,喵\n", 30)))
	assert.ErrorContains(t, err, "talks.csv: and 10 more")
}

// The latest first, as many exports have it.
func TestReadMessagesInOrderOfTime(t *testing.T) {
	t.Parallel()
	want := []Message{{"7", Customer, "能开专票吗", ""}, {"7", Agent, "可以", ""}}
	for name, s := range map[string]string{
		"a.csv":   "会话,角色,内容,时间\n8,买家,在吗,2026/11/3 9:00\n7,客服,可以,2026/11/2 9:05\n7,买家,能开专票吗,2026/11/2 9:05\n",
		"b.csv":   "会话,角色,内容,发送时间\n7,客服,可以,2026-11-02 09:05:01\n7,买家,能开专票吗,2026-11-02 09:05:00\n",
		"c.jsonl": `{"conversation":7,"role":"agent","text":"可以","timestamp":1793000001}` + "\n" + `{"conversation":7,"role":"user","text":"能开专票吗","timestamp":1793000000}`,
	} {
		got, err := ReadMessages(name, strings.NewReader(s))
		require.NoError(t, err, name)
		require.GreaterOrEqual(t, len(got), 2, name)
		assert.Equal(t, want, got[:2], name)
	}
	got, err := ReadMessages("a.csv", strings.NewReader("会话,角色,内容,时间\n7,买家,能开专票吗,刚才\n7,客服,可以,2026/11/2 9:05\n"))
	require.NoError(t, err)
	assert.Equal(t, want, got, "one that does not say its time: as they stand")
}

func FuzzReadMessages(f *testing.F) {
	f.Add("a.csv", "conversation,role,text\n1,customer,\"hi\n1,agent,ok")
	f.Add("a.jsonl", `{"conversation":"1","role":"客户","text":"在吗"} {`)
	f.Fuzz(func(t *testing.T, name, s string) {
		ms, _ := ReadMessages(name, strings.NewReader(s))
		for _, a := range Questions(ms) {
			if strings.TrimSpace(a.Text) == "" {
				t.Fatal("an empty question")
			}
		}
	})
}
