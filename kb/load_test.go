package kb

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
)

func inEncoding(t *testing.T, s, name string) []byte {
	t.Helper()
	e, _ := charset.Lookup(name)
	require.NotNil(t, e)
	raw, err := e.NewEncoder().Bytes([]byte(s))
	require.NoError(t, err)
	return raw
}

// What Excel saves, on a Chinese Windows and elsewhere.
func TestLoadReadsWhatExcelSaves(t *testing.T) {
	t.Parallel()
	comma := "问题,相似问,答案\n可以开专票吗？,\"增值税专用发票\n能开专用发票么\",\"可以，下单时填写税号、开户行。\n已下单的，30天内补开。\"\n"
	semicolon := "问题;相似问;答案\n可以开专票吗？;\"增值税专用发票\n能开专用发票么\";\"可以，下单时填写税号、开户行。\n已下单的，30天内补开。\"\n"
	tab := "问题\t相似问\t答案\n可以开专票吗？\t\"增值税专用发票\n能开专用发票么\"\t\"可以，下单时填写税号、开户行。\n已下单的，30天内补开。\"\n"
	for name, raw := range map[string][]byte{
		"CSV UTF-8":       []byte("\ufeff" + comma),
		"CSV on Windows":  inEncoding(t, comma, "gbk"),
		"with semicolons": []byte(semicolon),
		"Unicode text":    append([]byte{0xff, 0xfe}, inEncoding(t, tab, "utf-16le")...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			es, err := ReadDir(fstest.MapFS{"发票.csv": {Data: raw}}, &Options{Language: "zh"})
			require.NoError(t, err)
			require.Len(t, es, 1)
			assert.Equal(t, Text{Question: "可以开专票吗？", Others: []string{"增值税专用发票", "能开专用发票么"}, Answer: "可以，下单时填写税号、开户行。\n已下单的，30天内补开。"}, es[0].Texts["zh"])
			assert.Equal(t, 2, es[0].Source.Line)
		})
	}
}

func TestLoadReadsOtherEncodings(t *testing.T) {
	t.Parallel()
	es, err := ReadDir(fstest.MapFS{
		"zh.md":   {Data: inEncoding(t, "# 退货\n## 几天内可以退货？\n也问：退货期限是多久\n签收后七天内，商品完好即可。\n", "gbk")},
		"b.json":  {Data: []byte("\ufeff[{\"id\":\"b\",\"state\":\"草稿\",\"texts\":{\"zh\":{\"question\":\"几点关门\",\"answer\":\"22点\"}}}]\n")},
		"big5.md": {Data: inEncoding(t, "## 可以開發票嗎？\n可以，請在下單時填寫統一編號，電子發票會寄到您的信箱。\n", "big5")},
	}, nil)
	require.NoError(t, err)
	require.Len(t, es, 3)
	assert.Equal(t, Draft, es[0].State, "in JSON too a state is read as people write it")
	assert.Equal(t, "可以開發票嗎？", es[1].Texts[""].Question)
	assert.Equal(t, []string{"退货期限是多久"}, es[2].Texts["zh"].Others)
}

func TestReadersSayWhereTheFaultIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"broken character": {"a.md", "# 退货\n\n## 几天内\n七天\xe8内都可以退货\n", "a.md:4: a character is not UTF-8: correct it and save the file as UTF-8"},
		"picture":          {"a.csv", "\x89PNG\r\n\x1a\n\x00\x00", "a.csv:1: a character is not UTF-8"},
		"quotes":           {"a.csv", "question,answer\nq,say \"yes\" now\n", "a.csv: parse error on line 2, column 7: bare \" in non-quoted-field: put a cell with quotes in it into quotes, and write each of them twice"},
		"empty":            {"a.csv", "", "a.csv:1: reading the header: EOF: the first row names the columns, id, language"},
		"comma":            {"a.json", "[\n{\"id\":\"a\"\n\"texts\":{}}]", "a.json:3: want an array of entries"},
		"second array":     {"a.json", "[]\n[]", "a.json:2: more follows the array of entries"},
		"state":            {"a.json", "[{\"id\":\"a\",\"state\":\"aproved\"}]", "a.json: entry \"a\": \"aproved\" is no state: write draft"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadDir(fstest.MapFS{c.file: {Data: []byte(c.content)}}, nil)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func TestReadDirLeavesOutWhatIsNoText(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, s := range map[string]string{"a.md": "## q\na\n", ".git/b.md": "## b\nb\n", ".obsidian/c.json": "{}", ".d.md": "## d\nd\n", "sub/e.md": "## e\ne\n"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600))
	}
	require.NoError(t, os.Symlink("a.md", filepath.Join(dir, "z.md"))) // as Kubernetes mounts files
	es, err := ReadDir(os.DirFS(dir), nil)
	require.NoError(t, err)
	var ids []string
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	assert.Equal(t, []string{"a#q", "e#e", "z#q"}, ids)
	_, err = ReadDir(fstest.MapFS{"pipe.md": {Mode: fs.ModeNamedPipe}}, nil)
	assert.ErrorContains(t, err, "holds no .md", "a pipe is not waited for")
}

// A link out of the folder is followed by os.DirFS and refused by os.Root.
func TestReadDirOfARootKeepsInside(t *testing.T) {
	t.Parallel()
	dir, secret := t.TempDir(), filepath.Join(t.TempDir(), "secret.md")
	require.NoError(t, os.WriteFile(secret, []byte("## password\nhunter2\n"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "a.md")))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, root.Close()) }()
	es, err := ReadDir(root.FS(), nil)
	require.ErrorContains(t, err, "a.md: path escapes from parent")
	assert.Empty(t, es)
}

// The date of review and the owner count whichever language's file gives them.
func TestMergeKeepsWhoAndWhen(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"in the second file": {"en.md": {Data: []byte("## q {#q}\na\n")}, "zh.md": {Data: []byte("# 退货\n## 问 {#q}\n负责人：小林\n复核日期：2025-08-01\n答\n")}},
		"in both":            {"en.md": {Data: []byte("# Returns\n## q {#q}\nowner: 小林\nreviewed: 2026-08-01\na\n")}, "zh.md": {Data: []byte("# 退货\n## 问 {#q}\n负责人：周\n复核日期：2025-08-01\n答\n")}},
	} {
		b, err := Load(files, nil)
		require.NoError(t, err, name)
		e, ok := b.Entry("q")
		require.True(t, ok, name)
		assert.Equal(t, "小林", e.Owner, name)
		assert.Equal(t, "2025-08-01", e.Reviewed.Format("2006-01-02"), name)
		assert.NotEmpty(t, e.Category, name)
	}
}

func TestReadMarkdownAsItIsShown(t *testing.T) {
	t.Parallel()
	src := "---\ntitle: 售后\n---\n\n# 售后\n\n<!-- 不给客户看\n## 假问题\n假答案 -->\n\n## 能退吗\n<!-- 上次改于三月 -->\nalso: 可以退货么\n\n七天内可退。<!-- 毛利 40% -->\n\n多久退款\n--------\n也问：退款时间\n\n3 个工作日。\n\n## 怎么装\n```sh\n## no heading <!-- stays -->\n```\n~~~\n```\n## nor this\n~~~\n装好了。\n---\n完。\n"
	es, err := ReadDir(fstest.MapFS{"a.zh.md": {Data: []byte(src)}}, nil)
	require.NoError(t, err)
	require.Len(t, es, 3)
	for i, want := range []Text{
		{Question: "能退吗", Others: []string{"可以退货么"}, Answer: "七天内可退。", Category: "售后"},
		{Question: "多久退款", Others: []string{"退款时间"}, Answer: "3 个工作日。", Category: "售后"},
		{Question: "怎么装", Answer: "```sh\n## no heading <!-- stays -->\n```\n~~~\n```\n## nor this\n~~~\n装好了。\n---\n完。", Category: "售后"},
	} {
		assert.Equal(t, want, es[i].Texts["zh"])
	}
	assert.Equal(t, []int{11, 17, 23}, []int{es[0].Source.Line, es[1].Source.Line, es[2].Source.Line})
	for name, c := range map[string]struct{ src, want string }{
		"no heading":   {"\n七天内可退。\n", "a.md:2: there is no heading: write the question"},
		"open comment": {"## q\na\n<!-- b\n## r\nc\n", "a.md:3: the comment is not closed"},
		"open code":    {"## q\na\n```\n## r\nc\n", "a.md:3: the code is not closed"},
		"a long line":  {"## q\n" + strings.Repeat("x", 2<<20) + "\n", "a.md:2: longer than 1048576 bytes"},
	} {
		_, err := ReadDir(fstest.MapFS{"a.md": {Data: []byte(c.src)}}, nil)
		assert.ErrorContains(t, err, c.want, name)
	}
}

func TestReadDirNamesTheFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "handbok")
	_, err := Load(os.DirFS(dir), nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, dir, "os.DirFS itself only says: stat .")
}

// The number of a row is no id: it is another entry's when a row is put in between.
func TestRowNumbersAreNoIDs(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"序号,问题,答案", "No.,question,answer", "#,question,answer,"} {
		before, err := ReadCSV("a.csv", strings.NewReader(head+"\n1,能退吗,能\n2,能换吗,能\n"), "zh")
		require.NoError(t, err)
		after, err := ReadCSV("a.csv", strings.NewReader(head+"\n1,运费多少,8元\n2,能退吗,能\n3,能换吗,能\n"), "zh")
		require.NoError(t, err)
		assert.Equal(t, before[0].ID, after[1].ID)
	}
}

func TestDatesAsSpreadsheetsWriteThem(t *testing.T) {
	t.Parallel()
	for _, d := range []string{"2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "2026年 1 月 5 日", "2026/1/5 0:00", "2026-01-05 00:00:00", "2026-01-05T00:00:00Z"} {
		es, err := ReadCSV("a.csv", strings.NewReader("问题,答案,生效日期\nq,a,"+d+"\n"), "zh")
		require.NoError(t, err, d)
		assert.Equal(t, "2026-01-05", es[0].From.Format("2006-01-02"), d)
	}
	_, err := ReadCSV("a.csv", strings.NewReader("问题,答案,生效日期\nq,a,明天\n"), "zh")
	assert.ErrorContains(t, err, `a.csv:2: "明天" is no date`)
}
