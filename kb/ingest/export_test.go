package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestReadExports(t *testing.T) {
	t.Parallel()
	gbk, _ := charset.Lookup("gbk")
	encoded := func(s string) string {
		out, err := gbk.NewEncoder().String(s)
		require.NoError(t, err)
		return out
	}
	csv := "问题,相似问,答案,分类,生效日期\n可以开专票吗？,\"增值税专用发票\n能开专用发票么\",\"可以，请填写税号、开户行；\n30天内可补开。\",发票,2026/1/5\n"
	for name, src := range map[string]string{
		"a.csv":        csv,
		"bom.csv":      "\ufeff" + csv,
		"gbk.csv":      encoded(csv),
		"semi.csv":     strings.NewReplacer(",", ";").Replace(csv),
		"tab.csv":      strings.NewReplacer(",", "\t").Replace(csv),
		"list.json":    `[{"question":"可以开专票吗？","similarQuestions":["增值税专用发票","能开专用发票么"],"answer":"可以，请填写税号、开户行；\n30天内可补开。","category":"发票","valid_from":"2026-01-05","hits":12}]`,
		"wrapped.json": `{"code":0,"data":{"total":1,"list":[{"标准问":"可以开专票吗？","相似问":["增值税专用发票","能开专用发票么"],"答案":"可以，请填写税号、开户行；\n30天内可补开。","分类":"发票","生效日期":"2026-01-05","author":{"name":"x"}}]}}`,
		"lines.jsonl":  `{"question":"可以开专票吗？","similar_questions":["增值税专用发票","能开专用发票么"],"answer":"可以，请填写税号、开户行；\n30天内可补开。","category":"发票","validFrom":"2026-01-05"}` + "\n",
		"entries.json": `[{"id":"x","category":"发票","from":"2026-01-05T00:00:00Z","texts":{"zh":{"question":"可以开专票吗？","others":["增值税专用发票","能开专用发票么"],"answer":"可以，请填写税号、开户行；\n30天内可补开。"}}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			es, err := Read(name, strings.NewReader(src), nil)
			require.NoError(t, err)
			require.Len(t, es, 1)
			x := es[0].Texts["zh"]
			assert.Equal(t, "可以开专票吗？", x.Question)
			assert.Equal(t, []string{"增值税专用发票", "能开专用发票么"}, x.Others)
			assert.Equal(t, "可以，请填写税号、开户行；\n30天内可补开。", x.Answer)
			assert.Equal(t, "发票", es[0].Category)
			assert.Equal(t, "2026-01-05", es[0].From.Format("2006-01-02"))
			assert.Equal(t, name, es[0].Source.File)
		})
	}
}

func TestReadExportsSaysWhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want string }{
		"empty.json":  {"[\n{\"question\":\"q\",\"answer\":\"a\"},\n\n{\"question\":\"q2\",\"answer\":\" \"}]", "empty.json:4: question or answer is empty"},
		"syntax.json": {"[\n{\"question\":\"q\",\n\"answer\" \"a\"}]", "syntax.json: line 3: invalid character"},
		"cut.jsonl":   {"{\"question\":\"q\",\"answer\":\"a\"}\n{\"question\":\"q", "cut.jsonl: line 2: unexpected EOF"},
		"picture.txt": {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "picture.txt: it is no text"},
		"other.json":  {`{"name":"frontdesk","version":"1.0.0"}`, "other.json holds no objects with a question and an answer"},
	} {
		_, err := Read(name, strings.NewReader(c.src), nil)
		assert.ErrorContains(t, err, c.want)
	}
	var left []string
	es, err := Dir(fstest.MapFS{"pipe.txt": {Mode: fs.ModeNamedPipe}, "b.docx": {Data: []byte("x")}, "package.json": {Data: []byte(`{"name":"x"}`)}, "a.png": {Data: []byte("\x89PNG\x00")}, "a.txt": {Data: []byte("七天内可以退货。")}}, &Options{LeftOut: func(name string, why error) { left = append(left, fmt.Sprint(name, " ", errors.Is(why, ErrFormat))) }})
	require.NoError(t, err, "JSON of another kind and pictures are left out")
	assert.Equal(t, []string{"a.png true", "b.docx false", "package.json true"}, left)
	assert.Len(t, es, 1)
}

// A page that a browser saved says its encoding itself.
func TestReadHTMLInItsEncoding(t *testing.T) {
	t.Parallel()
	gbk, _ := charset.Lookup("gbk")
	raw, err := gbk.NewEncoder().String(`<html><head><meta charset="gb2312"><title>退货</title></head><body><p>七天内可退</p></body></html>`)
	require.NoError(t, err)
	es, err := Read("a.html", strings.NewReader(raw), &Options{Language: "zh"})
	require.NoError(t, err)
	require.Len(t, es, 1)
	assert.Equal(t, kb.Text{Question: "退货", Answer: "七天内可退"}, es[0].Texts["zh"])
}

func TestReadJSONTellsTheRow(t *testing.T) {
	t.Parallel()
	es, err := Read("a.json", strings.NewReader("{\n\"meta\":{\"by\":\"x\"},\n\"data\":{\n\"rows\":[\n{\"question\":\"q\",\"answer\":\"a\"},\n{\"question\":\"r\",\n\"answer\":\"b\"}]}}"), nil)
	require.NoError(t, err)
	require.Len(t, es, 2)
	assert.Equal(t, []int{5, 6}, []int{es[0].Source.Line, es[1].Source.Line})
}

// One long text that stands in every cell of a sheet is a file of some kilobytes.
func TestSharedTextsUnfoldToALimit(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for range 200 {
		rows.WriteString(`<row><c t="s"><v>0</v></c></row>`)
	}
	raw := officeFile(t, map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="1" Target="a.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>` + strings.Repeat("x", 1<<19) + `</t></si></sst>`,
		"xl/a.xml":                   `<worksheet>` + rows.String() + `</worksheet>`,
	})
	_, err := Read("a.xlsx", strings.NewReader(string(raw)), nil)
	assert.ErrorIs(t, err, errLarge)
}

// A title over rows, and a row of empty cells as Excel leaves them, are no faults;
// of very many faults the first are told, with their sheet.
func TestTablesAsPeopleKeepThem(t *testing.T) {
	t.Parallel()
	es, err := Read("a.csv", strings.NewReader("分类,问题,答案,\n退货,,,\n,能退吗,七天内可退,\n,,,\n"), nil)
	require.NoError(t, err)
	assert.Len(t, es, 1)
	_, err = Read("a.csv", strings.NewReader("问题,答案\n"+strings.Repeat("能退吗,\n", 100)), nil)
	assert.ErrorContains(t, err, "a.csv:2: question or answer is empty")
	assert.ErrorContains(t, err, "ingest: a.csv: and 50 more")
	_, err = kb.ReadCSV("a.csv", strings.NewReader("问题,答案,\n能退吗,七天内可退,\n,,\n"), "zh")
	assert.NoError(t, err)
}
