package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

// office makes an Office file of parts.
func officeFile(tb testing.TB, parts map[string]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := z.Create(name)
		require.NoError(tb, err)
		_, err = w.Write([]byte(content))
		require.NoError(tb, err)
	}
	require.NoError(tb, z.Close())
	return b.Bytes()
}

func para(style, s string) string {
	if style != "" {
		style = `<w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`
	}
	return "<w:p>" + style + "<w:r><w:t>" + s + "</w:t></w:r></w:p>"
}

func docxFile(tb testing.TB) []byte {
	return officeFile(tb, map[string]string{
		"word/styles.xml": `<w:styles xmlns:w="w"><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="2"><w:name w:val="heading 2"/></w:style><w:style w:styleId="a5"><w:name w:val="店铺小标题"/><w:basedOn w:val="2"/></w:style></w:styles>`,
		"word/document.xml": `<w:document xmlns:w="w"><w:body>` + para("1", "售后") + para("a5", "退货") +
			"<w:p><w:r><w:t>七天内</w:t></w:r><w:del><w:r><w:delText>不</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>凭小票</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>（内部：可放宽）</w:t></w:r><w:r><w:t>可以退货。</w:t></w:r></w:p>" +
			"<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>未拆封</w:t></w:r></w:p><w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>有发票</w:t></w:r></w:p>" +
			para("2", "运费") + "<w:tbl><w:tr><w:tc>" + para("", "地区") + "</w:tc><w:tc>" + para("", "运费") + "</w:tc></w:tr><w:tr><w:tc>" + para("", "江浙沪") + "</w:tc><w:tc>" + para("", "包邮") + "</w:tc></w:tr></w:tbl></w:body></w:document>",
	})
}

func xlsxFile(tb testing.TB) []byte {
	s := func(i int) string { return fmt.Sprintf(`<v>%d</v>`, i) }
	return officeFile(tb, map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="售后" sheetId="1" r:id="rId1"/><sheet name="秘密" sheetId="2" state="hidden" r:id="rId2"/><sheet name="门店" sheetId="3" r:id="rId3"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Target="/xl/worksheets/sheet3.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>标准问</t></si><si><t>答案</t></si><si><t>相似问</t></si><si><r><t>怎么</t></r><r><t>退货？</t></r><rPh><t>zen</t></rPh></si><si><t>在订单里申请。</t></si><si><t>能退吗；想退货</t></si><si><t>失效日期</t></si></sst>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s">` + s(0) + `</c><c r="B1" t="s">` + s(1) + `</c><c r="C1" t="s">` + s(2) + `</c><c r="E1" t="s">` + s(6) + `</c></row>` +
			`<row r="3"><c r="A3" t="s">` + s(3) + `</c><c r="B3" t="s">` + s(4) + `</c><c r="C3" t="s">` + s(5) + `</c><c r="E3"><v>46387</v></c></row><row r="4"><c r="A4" t="inlineStr"><is><t>没有答案的？</t></is></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>机密</t></is></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet3.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>城市</t></is></c><c r="B1" t="inlineStr"><is><t>电话</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>杭州</t></is></c><c r="B2"><v>95500</v></c></row></sheetData></worksheet>`,
	})
}

// brief is what a test says of passages: headings, text, line.
func brief(es []kb.Entry) []string {
	var out []string
	for _, e := range es {
		for lang, t := range e.Texts {
			out = append(out, fmt.Sprintf("%s %d [%s] %s: %s", e.ID, e.Source.Line, lang, strings.Join(e.Path, " › "), t.Answer))
		}
	}
	return out
}

func TestReadCutsDocuments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, content string
		want          []string
	}{
		"markdown": {"a.md", "---\ntitle: 手册\n---\n# 售后\n\n先看这里。<!-- 内部\n说明 -->\n\n## 退货 {#return}\n\n在 [我的订单](/orders) 里点**申请**，见 ![图](a.png)。\n\n```\n# 不是标题\n```\n\n* 未拆封\n* `有发票`\n\n运费\n----\n| 地区 | 运费 |\n|---|---|\n| 江浙沪 | 包邮 |\n", []string{
			"a.md#售后 6 [zh] 手册 › 售后: 先看这里。", "a.md#return 11 [zh] 手册 › 售后 › 退货: 在 我的订单 里点申请，见 。\n\n# 不是标题\n\n- 未拆封\n- 有发票", "a.md#运费 22 [zh] 手册 › 售后 › 运费: 地区 | 运费\n江浙沪 | 包邮"}},
		"no headings": {"note.txt", "Opening hours\nare nine to five.\n\n\nWe close on Sundays.\n", []string{"note.txt#note 1 [en] note: Opening hours\nare nine to five.\n\nWe close on Sundays."}},
		"html": {"p.html", `<html lang="en-GB"><head><title>Returns &amp; refunds</title><link rel="canonical" href="https://shop.example/returns"></head><body><nav>Menu</nav><header>Shop</header><main><h1>Returns &amp; refunds</h1><p>Within <b>30</b> days,<br>unused.</p><script>x()</script><h2 id="cost">What does it  cost?</h2><ul><li>In store: free</li><li>By post: £3</li></ul><table><tr><th>Size</th><th>Price</th></tr><tr><td>S</td><td>£1</td></tr></table></main><footer>© us</footer></body></html>`, []string{
			"p.html#returns-refunds 0 [en-GB] Returns & refunds: Within 30 days,\nunused.", "p.html#cost 0 [en-GB] Returns & refunds › What does it cost?: - In store: free\n- By post: £3\n\nSize | Price\nS | £1"}},
		"html without main":   {"p.htm", "<p>营业时间<p>九点到六点", []string{"p.htm#p 0 [zh] p: 营业时间\n\n九点到六点"}},
		"csv of questions":    {"f.csv", "问题,答案\n几点开门？,九点。\n", []string{"f#几点开门 2 [zh] : 九点。"}},
		"csv of anything":     {"f.csv", "City,Phone\nLeeds,555\n", []string{"f.csv#f 2 [en] f: City: Leeds; Phone: 555"}},
		"word":                {"w.docx", string(docxFile(t)), []string{"w.docx#退货 0 [zh] 售后 › 退货: 七天内可以退货。\n\n- 未拆封\n- 有发票", "w.docx#运费 0 [zh] 售后 › 运费: 地区 | 运费\n江浙沪 | 包邮"}},
		"word without styles": {"w.docx", string(officeFile(t, map[string]string{"word/document.xml": "<w:document>" + para("Heading1", "个人贷款") + para("Heading2", "提前还款") + para("", "满 12 个月免违约金。") + "</w:document>"})), []string{"w.docx#提前还款 0 [zh] 个人贷款 › 提前还款: 满 12 个月免违约金。"}},
		"empty":               {"e.md", "", nil},
		"headings alone":      {"e.md", "# a\n## b\n---\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			es, err := Read(c.file, strings.NewReader(c.content), nil)
			require.NoError(t, err)
			assert.Equal(t, c.want, brief(es))
		})
	}
}

func TestReadExcel(t *testing.T) {
	t.Parallel()
	es, err := Read("faq.xlsx", bytes.NewReader(xlsxFile(t)), nil)
	assert.ErrorContains(t, err, "faq.xlsx:4: question or answer is empty")
	require.Len(t, es, 2)
	assert.Equal(t, kb.Text{Question: "怎么退货？", Others: []string{"能退吗", "想退货"}, Answer: "在订单里申请。"}, es[0].Texts["zh"])
	assert.Equal(t, "售后", es[0].Category)
	assert.Equal(t, 3, es[0].Source.Line)
	assert.Equal(t, "2027-01-01", es[0].Until.Format("2006-01-02"), "the last day still counts")
	assert.Equal(t, "城市: 杭州; 电话: 95500", es[1].Texts["zh"].Answer)
	for _, e := range es {
		assert.NotContains(t, fmt.Sprint(e), "机密", "a hidden sheet was read")
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	deep := officeFile(t, map[string]string{"word/document.xml": strings.Repeat("<a>", 300)})
	for name, c := range map[string]struct {
		file, content string
		opts          *Options
		want          string
	}{
		"another kind": {"a.pdf", "%PDF", nil, "no .md, .html"},
		"no zip":       {"a.docx", "hello", nil, "a.docx: no Office file"},
		"no document":  {"a.docx", string(officeFile(t, map[string]string{"x": "y"})), nil, "part word/document.xml is missing"},
		"broken xml":   {"a.docx", string(officeFile(t, map[string]string{"word/document.xml": "<a"})), nil, "word/document.xml: XML syntax error"},
		"deep":         {"a.docx", string(deep), nil, "more than 200 deep"},
		"too large":    {"a.txt", "12345", &Options{MaxFile: 4}, "larger than 4 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(c.file, strings.NewReader(c.content), c.opts)
			require.Error(t, err)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := Read("a.pdf", strings.NewReader(""), nil)
	assert.ErrorIs(t, err, ErrFormat)
}

func TestDir(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"zh/a.md": {Data: []byte("# 甲\nok")}, "en/b.txt": {Data: []byte("hello")}, ".git/c.md": {Data: []byte("# x\ny")}, "logo.png": {Data: []byte("x")}, "z.docx": {Data: []byte("no zip")}}
	es, err := Dir(fsys, nil)
	assert.ErrorContains(t, err, "z.docx: no Office file")
	assert.Equal(t, []string{"en/b.txt#b 1 [en] b: hello", "zh/a.md#甲 2 [zh] 甲: ok"}, brief(es))
}

func TestOfficeUnfoldsToALimit(t *testing.T) {
	t.Parallel()
	o, err := openOffice(officeFile(t, map[string]string{"a": "<a>" + strings.Repeat("x", 5000) + "</a>", "b": "<b/>"}))
	require.NoError(t, err)
	o.left = 4000
	assert.ErrorIs(t, o.each("a", true, nil, nil, nil), errLarge)
	o.left = 5008
	require.NoError(t, o.each("a", true, nil, nil, nil))
	assert.ErrorIs(t, o.each("b", true, nil, nil, nil), errLarge, "the limit is for all parts together")
}

// Cutting loses no word, keeps to the size, and is the same every time.
func TestCutKeepsAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"# 一", "## 二", "正文，很长。", "\n", "a b c d e f g.", "没有标点的一长段文字没有标点的一长段文字没有标点的一长段文字", "- 项"}), 1, 30).Draw(t, "lines"), "\n")
		size := rapid.IntRange(8, 80).Draw(t, "size")
		es, err := Read("a.md", strings.NewReader(src), &Options{Size: size, Language: "zh"})
		require.NoError(t, err)
		var got, want strings.Builder
		ids := map[string]bool{}
		for _, e := range es {
			assert.LessOrEqual(t, len(e.Texts["zh"].Answer), size)
			assert.True(t, utf8.ValidString(e.Texts["zh"].Answer))
			assert.False(t, ids[e.ID], "id %s twice", e.ID)
			ids[e.ID] = true
			got.WriteString(e.Texts["zh"].Answer)
		}
		for l := range strings.SplitSeq(src, "\n") {
			if !strings.HasPrefix(l, "#") {
				want.WriteString(l)
			}
		}
		strip := func(s string) string {
			return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }), "")
		}
		assert.Equal(t, strip(want.String()), strip(got.String()))
	})
}

// The public documentation of DolphinScheduler answers the questions of its own
// FAQ page, found as passages among all others.
func TestDocumentationAnswersItsFAQ(t *testing.T) {
	t.Parallel()
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA is not set")
	}
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			es, err := Dir(os.DirFS(filepath.Join(data, "retrieve", "dsdocs_"+lang, "md")), &Options{Language: lang})
			require.NoError(t, err)
			base, err := kb.New(es, nil)
			require.NoError(t, err)
			asked, right := 0, 0
			seen := map[string]bool{}
			for _, e := range es {
				if e.Source.File != "faq.md" || len(e.Path) == 0 || seen[e.Path[len(e.Path)-1]] {
					continue
				}
				question := e.Path[len(e.Path)-1]
				seen[question] = true
				asked++
				a, err := base.Answer(context.Background(), kb.Query{Text: strings.TrimLeft(question, "Q：: "), Language: lang})
				require.NoError(t, err)
				if len(a.Hits) > 0 && strings.HasPrefix(a.Hits[0].ID, "faq.md#") && a.Hits[0].Path[len(a.Hits[0].Path)-1] == question {
					right++
				}
			}
			t.Logf("%d passages, %d of %d questions answered first", len(es), right, asked)
			require.Greater(t, asked, 30)
			assert.Greater(t, float64(right)/float64(asked), 0.9)
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"# a\ntext `code` [l](x) <b>", "<h1>a<p>b</main>", "问题,答案\na,b\n", "[[[[[[", "```\nx", "<!--", "a\n===\n|x|\n|-|\n|y|"} {
		f.Add([]byte(s))
	}
	f.Add(docxFile(f))
	f.Add(xlsxFile(f))
	f.Add([]byte(`{"data":[{"question":"q","answer":["a"]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, name := range []string{"a.md", "a.html", "a.txt", "a.docx", "a.xlsx", "a.csv", "a.json"} {
			es, _ := Read(name, bytes.NewReader(raw), nil)
			for _, e := range es {
				for _, text := range e.Texts {
					if !utf8.ValidString(text.Question + text.Answer) {
						t.Fatalf("%s: %q is not UTF-8", name, text.Question+text.Answer)
					}
				}
			}
		}
	})
}

// FuzzParts fuzzes the XML inside Office files, which a fuzzer of zips never
// reaches.
func FuzzParts(f *testing.F) {
	f.Add([]byte(`<w:p><w:tbl><w:tr><w:tc><w:t>x</w:t></w:tc></w:tr></w:tbl></w:p>`), []byte(`<sst><si><t>a</t></si></sst>`))
	f.Add([]byte(`</w:tbl></w:tbl><w:p/>`), []byte(`<row r="9"><c r="ZZZZZ1" t="s"><v>-1</v></c></row>`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		word := officeFile(t, map[string]string{"word/document.xml": string(a), "word/styles.xml": string(b), "docProps/core.xml": string(b)})
		_, _ = Read("a.docx", bytes.NewReader(word), nil)
		sheet := officeFile(t, map[string]string{"xl/workbook.xml": `<sheet name="a" r:id="r"/>`, "xl/_rels/workbook.xml.rels": `<Relationship Id="r" Target="s.xml"/>`, "xl/s.xml": string(a), "xl/sharedStrings.xml": string(b)})
		_, _ = Read("a.xlsx", bytes.NewReader(sheet), nil)
	})
}

func BenchmarkRead(b *testing.B) {
	page := strings.Repeat("## 怎么退货？\n\n在[我的订单](/orders)里点**申请退货**，选择原因，七天内寄回。\n\n| 地区 | 运费 |\n|---|---|\n| 江浙沪 | 包邮 |\n\n", 500)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Read("a.md", strings.NewReader(page), nil)
	}
}

func ExampleRead() {
	page := "# 售后\n\n## 怎么退货？\n\n在“我的订单”里申请，七天内寄回。\n"
	entries, err := Read("help.md", strings.NewReader(page), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range entries {
		fmt.Println(e.ID, e.Path, e.Texts["zh"].Answer)
	}
	// Output:
	// help.md#怎么退货 [售后 怎么退货？] 在“我的订单”里申请，七天内寄回。
}

// Much of any one thing is read in time that grows with its length: the test
// would not end if one took its square.
func TestLargeInput(t *testing.T) {
	size := 1 << 18
	t.Parallel()
	for _, unit := range []string{"[", "`", "``` ", "<", "<!--", "*", "> ", "# ", "a", "。", "| ", "[a](", "&", "<p>", "<table><tr>", "<h1>", "\n", "- \n", "字", "\"", "a,", "![", "\\", "&amp;#", "<a "} {
		s := strings.Repeat(unit, size/len(unit))
		for _, name := range []string{"a.md", "a.html", "a.txt", "a.csv"} {
			es, err := Read(name, strings.NewReader(s), nil)
			if err != nil {
				continue
			}
			for _, e := range es {
				for _, text := range e.Texts {
					require.LessOrEqual(t, len(text.Answer), 1800, "%s of %q", name, unit)
				}
			}
		}
	}
}

func TestRadicalsAreCharacters(t *testing.T) {
	t.Parallel()
	require.Len(t, []rune(characters), 0x2fd5-0x2f00+1)
	es := Passages("a.pdf", "", []Block{{Level: 1, Text: "咖啡机使⽤⼿册"}, {Text: "⻓按电源键3秒，⽔箱加满。"}}, nil)
	require.Len(t, es, 1)
	assert.Equal(t, "a.pdf#咖啡机使用手册", es[0].ID)
	assert.Equal(t, kb.Text{Question: "咖啡机使用手册", Answer: "长按电源键3秒，水箱加满。"}, es[0].Texts["zh"])
	assert.Equal(t, "\u2e9a一", unradical("\u2e9a⼀"), "what has no likeness stays")
}
