package dataset

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// show writes a set one line a fact; it fails when an offset is wrong.
func show(t require.TestingT, s *Set) string {
	var b strings.Builder
	for _, e := range s.Examples {
		fmt.Fprintf(&b, "%s%s: %s", e.Intent, map[bool]string{true: "/" + e.Language}[e.Language != ""], e.Text)
		last := 0
		for _, m := range e.Entities {
			require.True(t, last <= m.Start && m.Start < m.End && m.End <= len(e.Text), "%q %+v", e.Text, m)
			require.Equal(t, e.Text[m.Start:m.End], m.Text)
			require.NotEmpty(t, m.Type)
			last = m.End
			fmt.Fprintf(&b, " | %s=%s %q", m.Type, m.Value, m.Text)
		}
		b.WriteString("\n")
	}
	for _, n := range s.Names {
		fmt.Fprintf(&b, "%s=%s %q\n", n.Type, n.Value, n.Texts)
	}
	for _, p := range s.Patterns {
		fmt.Fprintf(&b, "%s ~ %s\n", p.Type, p.Expr)
	}
	return b.String()
}

const rasaYAML = `version: "3.1"
nlu:
- intent: product.search
  examples: |
    - 我想买一条[红色](colour)的[连衣裙]{"entity": "category", "value": "dress"}
    - any [crimson](colour) [dresses](category:dress)?
    - from [Paris]{"entity": "city", "role": "from"} to [Rome][{"entity": "city", "role": "to"}]
- intent: faq/hours
  examples:
  - text: |
      几点开门？
    metadata: {sentiment: neutral}
  - when do you open
- intent: nlu_fallback
  examples: |
    - 量子力学是什么
- synonym: red
  examples: |
    - 红色
    - crimson
- regex: coupon
  examples: |
    - CP\d{4}
- lookup: brand
  examples: |
    - 北面
    - Levi's
`

const rasaWant = `product.search: 我想买一条红色的连衣裙 | colour=red "红色" | category=dress "连衣裙"
product.search: any crimson dresses? | colour=red "crimson" | category=dress "dresses"
product.search: from Paris to Rome | city.from=Paris "Paris" | city.to=Rome "Rome"
faq/hours: 几点开门？
faq/hours: when do you open
: 量子力学是什么
brand=北面 ["北面"]
brand=Levi's ["Levi's"]
colour=red ["red" "红色" "crimson"]
coupon ~ CP\d{4}
`

const rasaMarkdown = `<!-- a comment
## intent:hidden
-->
## intent:product.search
- 我想买一条[红色](colour)的[连衣裙](category:dress)
* any [crimson](colour) [dresses](category:dress)?

## synonym:red
- 红色
- crimson
## regex:coupon
- CP\d{4}
## lookup:brand
brands.txt
`

const plainMarkdown = `# 常见问法
这里是说明。

## greet
- 你好
- hello [sic]

### bye
- 再见
`

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"rasa yaml": {map[string]string{"nlu.yml": rasaYAML}, rasaWant},
		"rasa markdown": {map[string]string{"nlu.md": rasaMarkdown, "brands.txt": "北面\r\nLevi's\n\n"},
			"product.search: 我想买一条红色的连衣裙 | colour=red \"红色\" | category=dress \"连衣裙\"\n" +
				"product.search: any crimson dresses? | colour=red \"crimson\" | category=dress \"dresses\"\n" +
				"brand=北面 [\"北面\"]\nbrand=Levi's [\"Levi's\"]\ncolour=red [\"red\" \"红色\" \"crimson\"]\ncoupon ~ CP\\d{4}\n"},
		"plain markdown": {map[string]string{"a.md": plainMarkdown}, "greet: 你好\ngreet: hello [sic]\nbye: 再见\n"},
		"rasa json": {map[string]string{"a.json": `{"rasa_nlu_data": {
			"common_examples": [{"text": "查一下三月的流量", "intent": "query", "entities": [{"start": 3, "end": 5, "value": "3", "entity": "month"}]}],
			"entity_synonyms": [{"value": "3", "synonyms": ["三月", "march"]}],
			"regex_features": [{"name": "phone", "pattern": "1\\d{10}"}],
			"lookup_tables": [{"name": "plan", "elements": ["畅享", 4]}]}}`},
			"query: 查一下三月的流量 | month=3 \"三月\"\nplan=畅享 [\"畅享\"]\nplan=4 [\"4\"]\nmonth=3 [\"3\" \"三月\" \"march\"]\nphone ~ 1\\d{10}\n"},
		"native yaml":                    {map[string]string{"zh.yaml": "rules:\n  - 退货规则是什么\nnone:\n  - 今天天气不错\n"}, "rules/zh: 退货规则是什么\n/zh: 今天天气不错\n"},
		"tsv, a name with brackets":      {map[string]string{"a[1].tsv": "hi\tgreet\n"}, "greet: hi\n"},
		"rasa files without nlu":         {map[string]string{"a.yml": "version: \"3.1\"\nstories:\n- story: x\n", "b.yml": "nlu: []\n", "c.yml": ""}, ""},
		"text in brackets is no mark":    {map[string]string{"a.md": "## a\n- [x] [] (y) [z] (w) [\n- [[in](k)] 1]\n"}, "a: [x] [] (y) [z] (w) [\na: [in] 1] | k=in \"in\"\n"},
		"a value that is a number":       {map[string]string{"a.md": "## a\n- [two]{\"entity\": \"n\", \"value\": 2}\n"}, "a: two | n=2 \"two\"\n"},
		"a synonym of an unknown type":   {map[string]string{"a.md": "## intent:a\n- x\n## synonym:y\n- z\n"}, "a: x\n"},
		"a synonym of two types":         {map[string]string{"a.md": "## intent:a\n- [z](k)\n- [z](j)\n## synonym:y\n- z\n"}, "a: z | k=y \"z\"\na: z | j=y \"z\"\nj=y [\"y\" \"z\"]\nk=y [\"y\" \"z\"]\n"},
		"overlapping entities of a json": {map[string]string{"a.json": `{"rasa_nlu_data":{"common_examples":[{"text":"abcd","intent":"i","entities":[{"start":1,"end":3,"entity":"k"},{"start":0,"end":2,"entity":"j"}]}]}}`}, "i: abcd | j=ab \"ab\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for f, s := range c.files {
				fsys[f] = &fstest.MapFile{Data: []byte(s)}
			}
			s, err := Read(fsys, "*.yml", "*.yaml", "*.md", "*.json", "*.tsv")
			require.NoError(t, err)
			assert.Equal(t, c.want, show(t, s))
			x, err := entity.New(&entity.Options{Names: s.Names, Patterns: s.Patterns})
			require.NoError(t, err, "what was read must be what the extractor takes")
			_ = x
		})
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want, kept string }{
		"broken yaml":       {"a.yml", "nlu: [", "dataset: a.yml: yaml", ""},
		"nlu is no list":    {"a.yml", "version: 1\nnlu: 3\n", "a.yml:2: want a list under nlu", ""},
		"no kind":           {"a.yml", "nlu:\n- examples: |\n    - x\n- intent: b\n  examples: |\n    - y\n", "a.yml:2: want intent, synonym, regex or lookup", "b: y\n"},
		"no examples":       {"a.yml", "nlu:\n- intent: a\n", `a.yml:2: intent "a" has no examples`, ""},
		"no dash":           {"a.yml", "nlu:\n- intent: a\n  examples: |\n    - x\n    y\n", `a.yml:5: want "- " before "y"`, "a: x\n"},
		"empty":             {"a.yml", "nlu:\n- intent: a\n  examples: |\n    - x\n    -\n", `a.yml:5: an example of "a" is empty`, "a: x\n"},
		"bad mark":          {"a.yml", "nlu:\n- intent: a\n  examples: |\n    - [x]{\"entity\n", "a.yml:4: mark of [x]: want JSON", "a: [x]{\"entity\n"},
		"mark w/o entity":   {"a.yml", "nlu:\n- intent: a\n  examples: |\n    - [x]{\"value\": \"y\"} z\n", "a.yml:4: mark of [x]: want {\"entity\"", "a: x z\n"},
		"look-ahead":        {"a.yml", "nlu:\n- regex: a\n  examples: |\n    - (?=x)\n", `a.yml:4: regex of "a"`, ""},
		"no such table":     {"a.md", "## lookup:a\nb/none.txt\n", `a.md:2: lookup "a"`, ""},
		"heading no name":   {"a.md", "## intent:\n- x\n", "a.md:1: the heading has no name", ""},
		"json syntax":       {"a.json", "{\n\"rasa_nlu_data\": {\n,", "a.json:3:", ""},
		"json, other":       {"a.json", "{}", "a.json:1: want rasa_nlu_data", ""},
		"json, off the end": {"a.json", `{"rasa_nlu_data":{"common_examples":[{"text":"退货","intent":"r","entities":[{"start":0,"end":3,"entity":"k"}]}]}}`, `common_examples[0] "退货": entity "k" at 0 to 3`, "r: 退货\n"},
		"unknown format":    {"a.csv", "x", "a.csv: unknown format", ""},
		"tsv":               {"a.tsv", "hi\tgreet\nx\n", "a.tsv:2", "greet: hi\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Read(fstest.MapFS{c.file: {Data: []byte(c.content)}}, "*")
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, c.kept, show(t, s))
		})
	}
	_, err := Read(fstest.MapFS{}, "*.yml")
	assert.ErrorContains(t, err, "no file matches")
	_, err = Read(fstest.MapFS{}, "[")
	assert.ErrorContains(t, err, `pattern "["`)
}

func agent() fstest.MapFS {
	out := fstest.MapFS{}
	for f, s := range map[string]string{
		"agent.json":            `{"language": "en"}`,
		"intents/01-order.json": `{"id": "1", "name": "order - status", "fallbackIntent": false, "responses": [{}]}`,
		"intents/01-order_usersays_en.json": `[{"id": "a", "data": [{"text": "where is my ", "userDefined": false}, {"text": "crimson", "alias": "colour", "meta": "@colour"},
			{"text": " dress from "}, {"text": "last week", "meta": "@sys.date-period", "alias": "date"}, {"text": " then", "meta": "@sys.ignore"}], "isTemplate": false, "count": 0}]`,
		"intents/01-order_usersays_zh-cn.json": `[{"data": [{"text": "我的"}, {"text": "红色", "meta": "@colour"}, {"text": "裙子到哪了"}]}]`,
		"intents/fallback.json":                `{"name": "Default Fallback Intent", "fallbackIntent": true}`,
		"intents/fallback_usersays_en.json":    `[{"data": [{"text": "sing me a song"}]}]`,
		"intents/plain_usersays_en.json":       `[{"data": [{"text": "hi"}]}]`,
		"entities/colour.json":                 `{"name": "colour", "isRegexp": false}`,
		"entities/colour_entries_en.json":      `[{"value": "red", "synonyms": ["red", "crimson"]}, {"value": "@a:a", "synonyms": ["@a:a @b:b"]}]`,
		"entities/colour_entries_zh-cn.json":   `[{"value": "red", "synonyms": ["红色"]}]`,
		"entities/sku.json":                    `{"name": "sku", "isRegexp": true}`,
		"entities/sku_entries_en.json":         `[{"value": "[A-Z]{2}\\d{4}", "synonyms": ["[A-Z]{2}\\d{4}"]}]`,
	} {
		out["my agent/"+f] = &fstest.MapFile{Data: []byte(s)}
	}
	return out
}

const agentWant = `order - status/en: where is my crimson dress from last week then | colour=red "crimson" | date=last week "last week"
order - status/zh-cn: 我的红色裙子到哪了 | colour=red "红色"
/en: sing me a song
plain/en: hi
colour=red ["red" "crimson" "红色"]
sku ~ [A-Z]{2}\d{4}
`

func TestDialogflow(t *testing.T) {
	t.Parallel()
	s, err := Dialogflow(agent())
	require.NoError(t, err)
	assert.Equal(t, agentWant, show(t, s))

	var raw bytes.Buffer
	w := zip.NewWriter(&raw)
	require.NoError(t, w.AddFS(agent()))
	require.NoError(t, w.Close())
	r, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	require.NoError(t, err)
	s, err = Dialogflow(r)
	require.NoError(t, err)
	assert.Equal(t, agentWant, show(t, s), "the zip reads as the folder")

	_, err = Dialogflow(fstest.MapFS{"agent.json": {Data: []byte("{}")}})
	assert.ErrorContains(t, err, "this is no Dialogflow export")
	broken := agent()
	broken["my agent/intents/plain_usersays_en.json"].Data = []byte("[{\n\"data\": 3}]")
	broken["my agent/entities/sku.json"].Data = []byte("{\n\n")
	s, err = Dialogflow(broken)
	assert.ErrorContains(t, err, "plain_usersays_en.json:2:")
	assert.ErrorContains(t, err, "entities/sku.json:3:")
	assert.Len(t, s.Examples, 3)
}

// An utterance marked and read again is the utterance with its marks.
func TestAnnotatedRoundTrip(t *testing.T) {
	t.Parallel()
	plain := rapid.StringMatching(`[a-z 我要红色，。🙂()]{0,6}`)
	word := rapid.StringMatching(`[a-z红色🙂 ]{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		var marked, want strings.Builder
		var places []string
		for range rapid.IntRange(0, 5).Draw(t, "marks") {
			p, w := plain.Draw(t, "plain"), word.Draw(t, "word")
			marked.WriteString(p + "[" + w + "]" + rapid.SampledFrom([]string{"(kind)", "(kind:v)", `{"entity": "kind"}`, `[{"entity": "kind"}]`}).Draw(t, "mark"))
			want.WriteString(p)
			places = append(places, fmt.Sprint(want.Len(), want.Len()+len(w)))
			want.WriteString(w)
		}
		tail := plain.Draw(t, "tail")
		got, found, err := annotated(marked.String() + tail)
		require.NoError(t, err)
		require.Equal(t, want.String()+tail, got)
		require.Len(t, found, len(places))
		for i, e := range found {
			require.Equal(t, places[i], fmt.Sprint(e.Start, e.End))
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{rasaYAML, rasaMarkdown, plainMarkdown, `{"rasa_nlu_data":{"common_examples":[{"text":"退货","entities":[{"start":0,"end":1,"entity":"k"}]}]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, ext := range []string{"yml", "md", "json", "tsv"} {
			s, _ := Read(fstest.MapFS{"a." + ext: {Data: raw}}, "*")
			show(t, s)
		}
	})
}

func agentCX() fstest.MapFS {
	out := fstest.MapFS{}
	for f, s := range map[string]string{
		"agent.json":                             `{"displayName": "shop"}`,
		"intents/order status/order status.json": `{"name": "18cc", "displayName": "order - status", "parameters": [{"id": "colour", "entityType": "@colour"}, {"id": "when", "entityType": "@sys.date-period"}]}`,
		"intents/order status/trainingPhrases/en.json": `{"trainingPhrases": [{"id": "1", "parts": [{"text": "where is my ", "auto": true}, {"text": "crimson", "parameterId": "colour"},
			{"text": " dress from "}, {"text": "last week", "parameterId": "when"}, {"text": " then"}], "repeatCount": 1, "languageCode": "en"}]}`,
		"intents/order status/trainingPhrases/zh-cn.json":              `{"trainingPhrases": [{"parts": [{"text": "我的"}, {"text": "红色", "parameterId": "colour"}, {"text": "裙子到哪了"}]}]}`,
		"intents/Default Negative Intent/Default Negative Intent.json": `{"displayName": "Default Negative Intent", "isFallback": true}`,
		"intents/Default Negative Intent/trainingPhrases/en.json":      `{"trainingPhrases": [{"parts": [{"text": "sing me a song"}]}]}`,
		"intents/plain/trainingPhrases/en.json":                        `{"trainingPhrases": [{"parts": [{"text": "hi"}]}]}`,
		"entityTypes/colour/colour.json":                               `{"displayName": "colour", "kind": "KIND_MAP"}`,
		"entityTypes/colour/entities/en.json":                          `{"entities": [{"value": "red", "synonyms": ["red", "crimson"], "languageCode": "en"}]}`,
		"entityTypes/colour/entities/zh-cn.json":                       `{"entities": [{"value": "red", "synonyms": ["红色"]}]}`,
		"entityTypes/sku/sku.json":                                     `{"displayName": "sku", "kind": "KIND_REGEXP"}`,
		"entityTypes/sku/entities/en.json":                             `{"entities": [{"value": "[A-Z]{2}\\d{4}", "synonyms": ["[A-Z]{2}\\d{4}"]}]}`,
		"flows/Default Start Flow/Default Start Flow.json":             `{"name": "0"}`,
		"flows/Default Start Flow/pages/Order.json":                    `{"name": "1"}`,
		"testCases/order.json":                                         `[]`,
	} {
		out["export/"+f] = &fstest.MapFile{Data: []byte(s)}
	}
	return out
}

func TestDialogflowCX(t *testing.T) {
	t.Parallel()
	s, err := Dialogflow(agentCX())
	require.NoError(t, err)
	lines := strings.Split(show(t, s), "\n")
	want := strings.Split(agentWant, "\n")
	assert.ElementsMatch(t, want, lines)

	broken := agentCX()
	broken["export/intents/plain/trainingPhrases/en.json"].Data = []byte("{\n\"trainingPhrases\": 3}")
	broken["export/entityTypes/sku/sku.json"].Data = []byte("{\n\n")
	s, err = Dialogflow(broken)
	assert.ErrorContains(t, err, "plain/trainingPhrases/en.json:2:")
	assert.ErrorContains(t, err, "sku/sku.json:3:")
	assert.Len(t, s.Examples, 3)
}

func FuzzDialogflow(f *testing.F) {
	f.Add([]byte(`[{"data": [{"text": "where is my "}, {"text": "crimson", "meta": "@colour"}]}]`), []byte(`{"name": "x"}`), []byte(`[{"value": "red", "synonyms": ["crimson"]}]`))
	f.Add([]byte(`{"trainingPhrases": [{"parts": [{"text": "red", "parameterId": "c"}]}]}`), []byte(`{"displayName": "x", "parameters": [{"id": "c", "entityType": "@sys.color"}]}`), []byte(`{"entities": [{"value": "red"}]}`))
	f.Fuzz(func(t *testing.T, says, head, entries []byte) {
		var fsys fs.FS = fstest.MapFS{"a_usersays_en.json": {Data: says}, "a.json": {Data: head}, "a_entries_en.json": {Data: entries},
			"intents/b/trainingPhrases/en.json": {Data: says}, "intents/b/b.json": {Data: head}, "entityTypes/c/entities/en.json": {Data: entries}}
		s, _ := Dialogflow(fsys)
		show(t, s)
	})
}
