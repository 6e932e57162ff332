package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/ingest"
)

// row is a line of a page made by a test.
type row struct {
	size, x, y float64
	s          string
}

// document makes a PDF, type of 10.5 points in bold: Latin in a standard font, all else in one with two bytes
// a glyph and a map to Unicode, as word processors write Chinese.
func document(pages ...[]row) []byte {
	var b bytes.Buffer
	var at []int
	b.WriteString("%PDF-1.4\n")
	object := func(format string, args ...any) int {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
		return len(at)
	}
	stream := func(s string) int {
		return object("<< /Length %d >>\nstream\n%s\nendstream", len(s), s)
	}
	latin := object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	var chars strings.Builder
	for _, p := range pages {
		for _, l := range p {
			for _, u := range utf16.Encode([]rune(l.s)) {
				fmt.Fprintf(&chars, "1 beginbfchar\n<%04X> <%04X>\nendbfchar\n", u, u)
			}
		}
	}
	cmap := stream("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /X def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + chars.String() + "endcmap\nend end")
	bold := object("<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+SimHei /Encoding /Identity-H /DescendantFonts [ << /Type /Font /Subtype /CIDFontType2 >> ] /ToUnicode %d 0 R >>", cmap)
	han := object("<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [ << /Type /Font /Subtype /CIDFontType2 /BaseFont /Song >> ] /ToUnicode %d 0 R >>", cmap)
	root := len(at) + 2*len(pages) + 1
	var kids []string
	for _, p := range pages {
		var c strings.Builder
		for _, l := range p {
			if strings.IndexFunc(l.s, func(r rune) bool { return r >= 0x80 }) < 0 {
				fmt.Fprintf(&c, "BT /F1 %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n", l.size, l.x, l.y, strings.NewReplacer("(", "\\(", ")", "\\)").Replace(l.s))
				continue
			}
			face := map[bool]string{true: "F3", false: "F2"}[l.size == 10.5]
			fmt.Fprintf(&c, "BT /%s %g Tf 1 0 0 1 %g %g Tm <", face, l.size, l.x, l.y)
			for _, u := range utf16.Encode([]rune(l.s)) {
				fmt.Fprintf(&c, "%04X", u)
			}
			c.WriteString("> Tj ET\n")
		}
		body := stream(c.String())
		kids = append(kids, fmt.Sprintf("%d 0 R", object("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R /F2 %d 0 R /F3 %d 0 R >> >> >>", root, body, latin, han, bold)))
	}
	object("<< /Type /Pages /Count %d /Kids [ %s ] >>", len(pages), strings.Join(kids, " "))
	catalogue := object("<< /Type /Catalog /Pages %d 0 R >>", root)
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, catalogue, start)
	return b.Bytes()
}

// sheet puts lines under each other; a line that begins with # is a heading, an
// empty one leaves room.
func sheet(lines ...string) []row {
	var out []row
	y := 800.0
	for _, l := range lines {
		size := 10.0
		if h, ok := strings.CutPrefix(l, "# "); ok {
			size, l = 18, h
		} else if h, ok := strings.CutPrefix(l, "## "); ok {
			size, l = 14, h
		}
		if l != "" {
			out = append(out, row{size, 60, y, l})
		}
		y -= 1.4 * size
	}
	return out
}

func TestRead(t *testing.T) {
	t.Parallel()
	raw := document(
		sheet("暖木家居 内部资料", "", "# 保修说明", "", "## 保修期限", "", "实木框架保修 5 年，五金件保修 2 年，布艺和皮面", "保修 1 年，自签收之日起计算。", "", "人为损坏不在保修范围内。", "", "1"),
		sheet("暖木家居 内部资料", "", "## 怎么报修", "", "在“我的订单”里点“申请售后”。", "", "1. 上传照片", "2. 等待电话", "", "2"),
		sheet("暖木家居 内部资料", "", "## Warranty abroad", "", "Furniture shipped abroad is covered for two years. Parts are re-", "placed free of charge (labour is not).", "", "3"),
	)
	got, err := Read("保修.pdf", bytes.NewReader(raw), nil)
	require.NoError(t, err)
	var text []string
	for _, e := range got {
		for _, x := range e.Texts {
			text = append(text, x.Question+" | "+x.Answer)
		}
		assert.Equal(t, kb.Passage, e.Kind)
		assert.Equal(t, "保修.pdf", e.Source.File)
	}
	assert.Equal(t, []string{
		"保修说明 › 保修期限 | 实木框架保修 5 年，五金件保修 2 年，布艺和皮面保修 1 年，自签收之日起计算。\n\n人为损坏不在保修范围内。",
		"保修说明 › 怎么报修 | 在“我的订单”里点“申请售后”。\n\n1. 上传照片\n\n2. 等待电话",
		"保修说明 › Warranty abroad | Furniture shipped abroad is covered for two years. Parts are replaced free of charge (labour is not).",
	}, text)
}

// Headings in bold type of the size of all else, as word processors make them.
func TestBoldHeadings(t *testing.T) {
	t.Parallel()
	got, err := Read("说明.pdf", bytes.NewReader(document([]row{
		{18, 60, 800, "空气净化器"},
		{10.5, 60, 770, "更换滤网"}, {10, 60, 756, "滤网每六个月更换一次，换好后长按滤网键清零。"},
		{10.5, 60, 735, "请勿水洗。"}, {10, 60, 721, "水洗会损坏滤网，也会缩短电机的寿命。"},
		{10.5, 60, 700, "档位"}, {10.5, 100, 700, "噪音"}, {10, 60, 686, "睡眠"}, {10, 100, 686, "很轻"}, {10, 60, 672, "高速"}, {10, 100, 672, "较响"},
	})), nil)
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, kb.Text{Question: "空气净化器 › 更换滤网", Answer: "滤网每六个月更换一次，换好后长按滤网键清零。\n\n请勿水洗。水洗会损坏滤网，也会缩短电机的寿命。\n\n档位 | 噪音\n睡眠 | 很轻\n高速 | 较响"}, got[0].Texts["zh"])
}

// A document that only forbids changes is read; qpdf made these, of every kind of
// encryption there is but that of revision 5, which only one version of one
// program wrote.
func TestReadEncrypted(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rc4-40", "rc4-128", "aes-128", "aes-256"} {
		f, err := os.Open("testdata/" + kind + ".pdf")
		require.NoError(t, err)
		got, err := Read("x.pdf", f, nil)
		require.NoError(t, f.Close())
		require.NoError(t, err, kind)
		require.Len(t, got, 1, kind)
		assert.Equal(t, "Charge the battery for 60 minutes before first use.", got[0].Texts["en"].Answer, kind)
	}
	f, err := os.Open("testdata/password.pdf")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	_, err = Read("x.pdf", f, nil)
	assert.ErrorIs(t, err, ErrNoText)
	assert.ErrorIs(t, err, errLocked)
}

// Tables keep their cells apart and a line for each row, whatever order a program
// writes and centres them in; columns of a page are no table.
func TestTables(t *testing.T) {
	t.Parallel()
	at := func(x, y float64, s string) row { return row{10, x, y, s} }
	for name, c := range map[string]struct {
		rows []row
		want string
	}{
		"rows": {[]row{at(60, 700, "代码"), at(100, 700, "含义"), at(180, 700, "处理"), at(60, 680, "E05"), at(100, 680, "组件没有装好"), at(180, 680, "重新卡入"), at(60, 660, "E12"), at(100, 660, "过热"), at(180, 660, "断电冷却30分钟")},
			"代码 | 含义 | 处理\nE05 | 组件没有装好 | 重新卡入\nE12 | 过热 | 断电冷却30分钟"},
		"cells of several lines": {[]row{at(60, 700, "Model"), at(140, 700, "Weight"), at(240, 700, "Noise"),
			at(60, 673, "D20 Pro"), at(140, 680, "1.6 kg with"), at(140, 666, "the battery"), at(240, 673, "81 dB"), at(60, 640, "D10"), at(140, 640, "1.1 kg"), at(240, 640, "75 dB")},
			"Model | Weight | Noise\nD20 Pro | 1.6 kg with the battery | 81 dB\nD10 | 1.1 kg | 75 dB"},
		"columns": {[]row{at(60, 700, "Set the collar to the"), at(60, 686, "drill symbol for"), at(60, 672, "wood and metal."), at(60, 658, "Only then begin."), at(300, 700, "The chuck takes bits"), at(300, 686, "of 13 mm.")},
			"Set the collar to the drill symbol for wood and metal. Only then begin.\n\nThe chuck takes bits of 13 mm."},
		"a list": {[]row{at(60, 700, "以下除外："), at(60, 686, "•"), at(80, 686, "定制家具"), at(60, 672, "•"), at(80, 672, "已拆封的床垫"), at(60, 658, "1."), at(80, 658, "拍照"), at(60, 644, "2."), at(80, 644, "提交")},
			"以下除外：\n\n• 定制家具\n\n• 已拆封的床垫\n\n1. 拍照\n\n2. 提交"},
		"Chinese across lines": {[]row{at(60, 700, "空喷5"), at(60, 686, "秒，再用 iPhone"), at(60, 672, "扫码。")}, "空喷5秒，再用 iPhone扫码。"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read("x.pdf", bytes.NewReader(document(c.rows)), &ingest.Options{Language: "zh"})
			require.NoError(t, err)
			require.Len(t, got, 1)
			assert.Equal(t, c.want, got[0].Texts["zh"].Answer)
		})
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	whole := document(sheet("Some text that is long enough to be a passage."))
	for name, raw := range map[string][]byte{
		"nothing": nil, "no PDF": []byte("hello"), "no text": document(sheet()), "head only": []byte("%PDF-1.4\n%%EOF"),
		"no objects": []byte("%PDF-1.4\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF"),
	} {
		_, err := Read("x.pdf", bytes.NewReader(raw), nil)
		assert.ErrorIs(t, err, ErrNoText, name)
	}
	_, err := Read("x.pdf", bytes.NewReader(whole), &ingest.Options{MaxFile: 10})
	assert.ErrorContains(t, err, "larger than 10 bytes")
}

func TestDirReadsPDF(t *testing.T) {
	t.Parallel()
	raw := document(sheet("# Care", "", "Dust with a soft dry cloth along the grain."))
	fsys := fstest.MapFS{"en/care.PDF": {Data: raw}, "en/note.txt": {Data: []byte("Ask us.")}}
	es, err := ingest.Dir(fsys, &ingest.Options{Readers: map[string]func(string, io.Reader, *ingest.Options) ([]kb.Entry, error){".pdf": Read}})
	require.NoError(t, err)
	require.Len(t, es, 2)
	assert.Equal(t, "Dust with a soft dry cloth along the grain.", es[0].Texts["en"].Answer)
}

// Small files that would unfold, or be mapped, to more than a machine has end
// within bounds: a page of a hundred pages' worth, drawn by fifty; a font
// that maps all codes again and again, written into the page itself.
func TestReadEnds(t *testing.T) {
	t.Parallel()
	content := folded(strings.Repeat("BT /F 9 Tf (aaaaaaaaaa) Tj ET ", 1<<16))
	bomb := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Subtype /Type1 >>", streamOf("/Filter /FlateDecode", content)}
	var kids strings.Builder
	for i := range 50 {
		bomb = append(bomb, "<< /Type /Page /Contents 4 0 R >>")
		fmt.Fprintf(&kids, "%d 0 R ", 5+i)
	}
	bomb[1] = "<< /Type /Pages /Kids [" + kids.String() + "] /Resources << /Font << /F 3 0 R >> >> >>"
	f, err := open(raw(bomb...))
	require.NoError(t, err)
	list, err := f.pages()
	require.NoError(t, err)
	by := &painter{f: f, fonts: map[ref]*font{}}
	by.paint(f.unfold(list[0]), list[0].resources, matrix{1, 0, 0, 1, 0, 0}, 0)
	assert.Len(t, by.marks, maxMarks)
	_, err = Read("x.pdf", bytes.NewReader(raw(bomb...)), nil)
	assert.ErrorContains(t, err, "x.pdf: more than 4194304 characters: split it")

	maps := "1 begincodespacerange <0000> <ffff> endcodespacerange\n" + strings.Repeat("1 beginbfrange <0000> <ffff> <0020> endbfrange\n", 1000)
	f, err = open(raw("<< /Subtype /Type0 /ToUnicode 2 0 R /DescendantFonts [<< /W ["+strings.Repeat("0 65535 500 ", 1000)+"] >>] >>", streamOf("", maps)))
	require.NoError(t, err)
	require.NotNil(t, f.font(f.dict(ref(1))))
	assert.LessOrEqual(t, f.maps, 0, "stops when the document has mapped enough")
}

// The library is fed with what is nearly a PDF; nothing may panic.
func FuzzRead(f *testing.F) {
	whole := document(sheet("# 保修", "", "保修 5 年。"), sheet("Some text."))
	f.Add(whole, 100, byte('x'))
	f.Add(whole[:len(whole)-30], 3, byte(0))
	for _, kind := range []string{"rc4-40", "aes-128", "aes-256", "password"} {
		raw, err := os.ReadFile("testdata/" + kind + ".pdf")
		require.NoError(f, err)
		f.Add(raw, 0, byte('%'))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at int, b byte) {
		if len(raw) > 1<<14 {
			return
		}
		raw = bytes.Clone(raw)
		if at >= 0 && at < len(raw) {
			raw[at] = b
		}
		es, err := Read("x.pdf", bytes.NewReader(raw), nil)
		if err == nil && len(es) == 0 {
			t.Fatal("neither passages nor an error")
		}
	})
}

func folded(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

// raw makes a document of objects as they are written.
func raw(objects ...string) []byte {
	s := "%PDF-1.5\n"
	for i, o := range objects {
		s += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	return []byte(s)
}

func streamOf(entries, body string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", entries, len(body), body)
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	const pages = "<< /Type /Catalog /Pages 2 0 R >>\n"
	first := func(font, content string) []byte {
		return raw(pages, "<< /Type /Pages /Kids [3 0 R] /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>", "<< /Type /Page /Contents [4 0 R] >>",
			streamOf("", content), font, streamOf("/Subtype /Form /Resources << /Font << /F 5 0 R >> >>", "BT /F 10 Tf 50 700 Td (drawn by a form) Tj /X Do ET"))
	}
	const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"gaps are spaces": {first("<< /Subtype /TrueType /FirstChar 65 /Widths [600 600 600] >>", "BT /F 10 Tf 1 0 0 1 50 700 Tm [(AB) -400 (C) 20 (A)] TJ ET"), "AB CA"},
		"quotes move on":  {first(helvetica, "BT /F 10 Tf 12 TL 50 700 Td (one) Tj (two) ' 0 0 (three) \" ET"), "one two three"},
		"names of glyphs": {first("<< /Subtype /Type1 /Encoding << /Differences [1 /fi /n /uni4FDD /seven /quotedblleft /nothing] >> >>", "BT /F 10 Tf 50 700 Td (\\001\\002\\003\\004\\005\\006!) Tj ET"), "fin保7“!"},
		"ranges": {append(first("<< /Subtype /Type0 /ToUnicode 7 0 R >>", "BT /F 10 Tf 50 700 Td <00010002000300050009> Tj ET"),
			[]byte("7 0 obj\n"+streamOf("/Filter /FlateDecode", folded("1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfrange <0001> <0003> <4fdd> <0005> <0006> [<4fee> <9000>] endbfrange"))+"\nendobj\n")...), "保俞俟修"},
		"two bytes that are Unicode": {first("<< /Subtype /Type0 /Encoding /UniGB-UCS2-H >>", "BT /F 10 Tf 50 700 Td <4fdd4fee> Tj ET"), "保修"},
		"a form":                     {first(helvetica, "q 1 0 0 1 0 0 cm /X Do Q Q"), "drawn by a form"},
		"a picture in between":       {first(helvetica, "BT /F 10 Tf 50 700 Td (before) Tj ET BI /W 1 ID \x00(EI( EI BT /F 10 Tf 50 688 Td (after) Tj ET"), "before after"},
		"kids of themselves":         {raw(pages, "<< /Type /Pages /Kids [2 0 R 3 0 R 3 0 R] >>", "<< /Type /Page /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>", streamOf("", "BT /F 9 Tf (only once) Tj ET"), helvetica), "only once"},
		"no table of pages":          {raw("<< /Type /Page /Contents 2 0 R /Resources << /Font << /F 3 0 R >> >> >>", streamOf("/Filter [/ASCIIHexDecode]", fmt.Sprintf("%x>", "BT /F 9 Tf (found all the same) Tj ET")), helvetica), "found all the same"},
		"objects in a stream": {raw(streamOf("/Type /ObjStm /N 3 /First 15 /Filter /FlateDecode", folded("2 0 3 34 4 69  << /Type /Catalog /Pages 3 0 R >> << /Type /Pages /Kids [ 4 0 R ] >> << /Type /Page /Contents 5 0 R /Resources << /Font << /F << /Subtype /Type1 >> >> >> >>")),
			"null", "null", "null", streamOf("", "BT /F 9 Tf (from a stream) Tj ET")), "from a stream"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read("x.pdf", bytes.NewReader(c.raw), nil)
			require.NoError(t, err)
			require.Len(t, got, 1)
			for _, x := range got[0].Texts {
				assert.Equal(t, c.want, x.Answer)
			}
		})
	}
	_, err := Read("x.pdf", bytes.NewReader(append(raw(pages), []byte("trailer << /Encrypt 9 0 R >>")...)), nil)
	assert.ErrorIs(t, err, ErrNoText)
	assert.ErrorContains(t, err, "password")
}
