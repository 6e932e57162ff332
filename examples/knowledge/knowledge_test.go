package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/kb"
)

// keeper runs commands on a base of its own.
type keeper struct {
	t   *testing.T
	dir string
}

func (k keeper) try(args ...string) (string, error) {
	var out bytes.Buffer
	args = append([]string{args[0], "-kb", filepath.Join(k.dir, "kb.json"), "-base", filepath.Join(k.dir, "base.kb"), "-today", "2026-11-21"}, args[1:]...)
	err := run(context.Background(), args, &out)
	return out.String(), err
}

func (k keeper) run(args ...string) string {
	k.t.Helper()
	out, err := k.try(args...)
	require.NoError(k.t, err, out)
	return out
}

func (k keeper) entries() map[string]kb.Entry {
	k.t.Helper()
	f, err := os.Open(filepath.Join(k.dir, "kb.json"))
	require.NoError(k.t, err)
	defer func() { _ = f.Close() }()
	es, err := kb.ReadJSON("kb.json", f)
	require.NoError(k.t, err)
	out := map[string]kb.Entry{}
	for _, e := range es {
		out[e.ID] = e
	}
	return out
}

func TestTour(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, tour(context.Background(), &out))
	for _, want := range []string{
		"20 added, 0 changed, 0 gone, 1 cleaned",
		"3 drafted",
		`contradiction: returns.how / after.return [zh]: "7 天" / "15 天"`,
		`translation: delivery.fee: "en: 3000 yuan" / "zh: 2000 元"`,
		`faq/zh/delivery.md:10: broken-link: delivery.fee [zh]: "fees.md"`,
		`gap: 3 conversations: "do you send fabric samples for the sofa?"`,
		`gap: 2 conversations: "甲醛达标吗，有孩子"`,
		`past-date: after.sale [zh]: "2026-11-15"`,
		`stale: delivery.old: "2025-06-01"`,
		`delivery.fee             is asked as "上六楼没电梯加钱吗" too`,
		"after.return: rejected",
		"9 of 23 entries wait",
		"published 20 of 23 entries",
		"没有电梯时，三楼起每层每件 20 元。",
		"the base has no answer",
	} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotContains(t, out.String(), "13812345678")
	assert.NotContains(t, out.String(), "lena@example.org")
}

func TestCollectAgainChangesNothing(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	k.run("collect", "data")
	first := k.entries()
	assert.Contains(t, k.run("collect", "data"), "0 added, 0 changed, 0 gone")
	assert.Equal(t, first, k.entries())
	for id, e := range first {
		if strings.HasPrefix(id, "draft.") {
			assert.Equal(t, kb.Draft, e.State)
			assert.NotContains(t, e.Texts["zh"].Question+e.Texts["zh"].Answer, "13987654321")
		}
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	k.run("collect", "data")
	_, err := k.try("publish")
	require.NoError(t, err)
	assert.Contains(t, k.run("ask", "沙发布套能拆洗吗"), "no answer", "a draft answered")
	_, err = k.try("approve", "-by", "老陈", "after.fabric")
	assert.ErrorIs(t, err, kb.ErrStep, "a draft goes to review first")
	k.run("submit", "-by", "老陈", "after.fabric", "after.return")
	_, err = k.try("approve", "-by", "老陈", "after.fabric")
	assert.ErrorContains(t, err, "another must approve")
	k.run("approve", "-by", "小周", "-from", "2026-12-01", "after.fabric")
	k.run("publish")
	assert.NotContains(t, k.run("ask", "沙发布套能拆洗吗"), "after.fabric", "before its day")
	late, err := k.try("ask", "-today", "2026-12-02", "沙发布套能拆洗吗")
	require.NoError(t, err)
	assert.Contains(t, late, "冷水轻柔机洗")
	_, err = k.try("reject", "-by", "小周", "after.return")
	assert.ErrorContains(t, err, "say why")
	k.run("reject", "-by", "小周", "-why", "是七天", "after.return")
	k.run("revise", "-by", "老陈", "after.return")
	assert.Contains(t, k.run("merge", "-by", "老陈", "returns.how", "after.return"), "retired")
	es := k.entries()
	assert.Equal(t, kb.Retired, es["after.return"].State)
	assert.Contains(t, es["returns.how"].Texts["zh"].Others, "家具可以退货么")
	assert.Contains(t, k.run("show", "after.return"), "是七天")
	assert.NotContains(t, k.run("check"), "contradiction")
}

func TestTeam(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	k.run("collect", "data")
	as := func(args ...string) error {
		_, err := k.try(append([]string{args[0], "-team", "data/team.json"}, args[1:]...)...)
		return err
	}
	assert.ErrorContains(t, as("submit", "-by", "老陈", "after.fabric"), `"老陈" may not draft`)
	require.NoError(t, as("submit", "-by", "小周", "after.fabric"))
	assert.ErrorIs(t, as("approve", "-by", "小周", "after.fabric"), kb.ErrDuty)
	require.NoError(t, as("approve", "-by", "老陈", "after.fabric"))
	assert.ErrorContains(t, as("publish", "-by", "小周"), `"小周" may not publish: ask 老陈`)
	require.NoError(t, as("publish", "-by", "老陈"))
	assert.ErrorContains(t, as("merge", "-by", "路人", "returns.how", "after.return"), "ask 小周, 老陈")
	bad := filepath.Join(k.dir, "team.json")
	require.NoError(t, os.WriteFile(bad, []byte(`[{"name":"x","duties":["fly"]}]`), 0o600))
	_, err := k.try("publish", "-team", bad)
	assert.ErrorContains(t, err, `"fly"`)
}

// A page that the crawl could not fetch stays; one that it no longer finds goes.
func TestCrawlAgain(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	site := filepath.Join(k.dir, "site")
	require.NoError(t, os.Mkdir(site, 0o700))
	write := func(lines ...string) {
		require.NoError(t, os.WriteFile(filepath.Join(site, "crawl.jsonl"), []byte(strings.Join(lines, "\n")), 0o600))
	}
	page := func(name, body string) string {
		return fmt.Sprintf(`{"url":"https://home.example/%s","type":"text/html","body":"<p>%s</p>"}`, name, body)
	}
	write(page("a", "周一到周五送货。"), page("b", "安装不收费。"), page("c", "定金三成。"))
	assert.Contains(t, k.run("collect", k.dir), "3 added, 0 changed, 0 gone")
	assert.Contains(t, k.run("collect", k.dir), "0 added, 0 changed, 0 gone")
	write(page("a", "每天送货。"), `{"url":"https://home.example/b","error":"timeout"}`)
	out := k.run("collect", k.dir)
	assert.Contains(t, out, "0 added, 1 changed, 1 gone")
	assert.Contains(t, out, "left out https://home.example/b: timeout")
	write(`{"url":`)
	_, err := k.try("collect", k.dir)
	assert.ErrorContains(t, err, "site/crawl.jsonl:1: want a page on each line")
}

func TestReports(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	k.run("collect", "data")
	page := filepath.Join(k.dir, "report.html")
	k.run("check", "-html", page, "-lang", "zh", "data")
	raw, err := os.ReadFile(page)
	require.NoError(t, err)
	for _, want := range []string{"知识库体检", "互相矛盾", "客户问了但没有答案", "fabric samples"} {
		assert.Contains(t, string(raw), want)
	}
	var report struct {
		Report struct {
			Counts map[string]int `json:"counts"`
		} `json:"report"`
	}
	require.NoError(t, json.Unmarshal([]byte(k.run("check", "-json", "data")), &report))
	assert.Equal(t, 1, report.Report.Counts["contradiction"])
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	for want, args := range map[string][]string{
		"there is no command":      {"fly"},
		"name one folder":          {"collect"},
		"holds no entries":         {"check"},
		"no entry is approved yet": {"publish"},
		"publish first":            {"ask", "怎么退货"},
		"there is no entry":        {"submit", "-by", "x", "nobody"},
		"name at least one entry":  {"submit", "-by", "x"},
		"write a day as":           {"ask", "-from", "tomorrow"},
		"name one file":            {"learn"},
		"name two entries":         {"merge", "a"},
	} {
		_, err := k.try(args...)
		assert.ErrorContains(t, err, want)
	}
}

// A stranger's first command: what is wrong with these files? Flags may stand
// behind the folder.
func TestCheckReadsAFolder(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	folder, secret := t.TempDir(), filepath.Join(t.TempDir(), "secret.md")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "配送.md"), []byte("## 运费怎么算\n客服小王电话13812345678。\n"), 0o600))
	html := filepath.Join(k.dir, "report.html")
	assert.Contains(t, k.run("check", folder, "-html", html), "配送.md:1: personal-data")
	assert.FileExists(t, html)
	assert.NoFileExists(t, filepath.Join(k.dir, "kb.json"), "check only reads")

	require.NoError(t, os.WriteFile(secret, []byte("## password\nhunter2\n"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(folder, "a.md")))
	out, err := k.try("check", folder)
	require.ErrorContains(t, err, "a.md: path escapes")
	assert.NotContains(t, out+err.Error(), "hunter2")
	_, err = k.try("check", filepath.Join(folder, "nowhere"))
	assert.ErrorContains(t, err, "nowhere: no such file")
	_, err = k.try("check")
	assert.ErrorContains(t, err, "holds no entries: collect some first, or name a folder")
}

func TestFlagsBehindWords(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	k.run("collect", "data")
	k.run("learn", "data/feedback.jsonl", "-apply")
	assert.Contains(t, k.entries()["delivery.fee"].Texts["zh"].Others, "上六楼没电梯加钱吗")
}

func TestRestore(t *testing.T) {
	t.Parallel()
	k := keeper{t, t.TempDir()}
	k.run("collect", "data")
	k.run("publish")
	was := strings.Fields(k.run("restore"))[0]
	require.Contains(t, k.run("ask", "送货收费吗"), "delivery")
	for id := range k.entries() { // each a version of its own
		if strings.HasPrefix(id, "delivery.") {
			k.run("retire", "-by", "老陈", id)
			k.run("publish")
		}
	}
	require.Contains(t, k.run("ask", "送货收费吗"), "no answer")
	_, err := k.try("restore", "-team", "data/team.json", "-by", "小周", was)
	require.ErrorIs(t, err, kb.ErrDuty)
	k.run("restore", "-team", "data/team.json", "-by", "老陈", was)
	assert.Contains(t, k.run("ask", "送货收费吗"), "delivery")
	assert.True(t, strings.HasPrefix(k.run("restore"), was), "it is the published one")
	_, err = k.try("restore", "../kb.json")
	assert.ErrorContains(t, err, "there is no version")
}

func TestCheckAsksForLinks(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/gone":
			w.WriteHeader(http.StatusNotFound)
		case r.Method == http.MethodHead:
			w.WriteHeader(http.StatusNotFound) // knows no HEAD
		case r.URL.Path == "/login":
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer srv.Close()
	k, folder := keeper{t, t.TempDir()}, t.TempDir()
	text := fmt.Sprintf("## q\n[a](%[1]s/here) [b](%[1]s/login) [c](%[1]s/gone)\n", srv.URL)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a.md"), []byte(text), 0o600))
	assert.Contains(t, k.run("check", folder), "0 findings")
	out := k.run("check", folder, "-links")
	assert.Contains(t, out, "1 finding\n")
	assert.Contains(t, out, srv.URL+"/gone")
}

// One document that cannot be read holds up no other, and what is known of it
// stays.
func TestCollectReadsOn(t *testing.T) {
	t.Parallel()
	k, folder := keeper{t, t.TempDir()}, t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "docs"), 0o700))
	put := func(name, s string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "docs", name), []byte(s), 0o600))
	}
	put("a.csv", "问题,答案\n能退吗,七天内可退\n能换吗,可以换\n")
	assert.Contains(t, k.run("collect", folder), "2 added")
	put("a.csv", "问题,答案\n能退吗,七天内可退\n能换吗,\n")
	put("b.txt", "门店九点开门，九点关门。")
	put("c.pdf", "%PDF-1.4")
	put("d.doc", "x")
	require.NoError(t, os.Mkdir(filepath.Join(folder, "talks"), 0o700))
	put("../talks/a.csv", "会话,角色,内容\n1,系统通知,已接入\n1,买家,能开发票吗\n")
	out := k.run("collect", folder)
	assert.Contains(t, out, "left out docs/a.csv: ingest: kb: a.csv:3: question or answer is empty")
	assert.Contains(t, out, "left out docs/c.pdf: c.pdf: pdf: there is no text")
	assert.Contains(t, out, "left out docs/d.doc: its kind is not read; save it as .docx")
	assert.Contains(t, out, "1 added, 0 changed, 0 gone")
	assert.Contains(t, out, `left out of talks: keep: a.csv:2: role "系统通知" is unknown`)
	assert.Contains(t, out, "conversations: 1 asked")
	var report any
	assert.NoError(t, json.Unmarshal([]byte(k.run("check", folder, "-json")), &report))
}

// A draft that someone rejected does not come back because more customers ask.
func TestRejectedDraftsStayRejected(t *testing.T) {
	t.Parallel()
	k, folder := keeper{t, t.TempDir()}, t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "talks"), 0o700))
	talk := func(n int, reply string) {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "{\"conversation\":%d,\"role\":\"customer\",\"text\":\"杯子能刻字吗\"}\n{\"conversation\":%[1]d,\"role\":\"agent\",\"text\":%q}\n", i, reply)
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, "talks", fmt.Sprintf("%d.jsonl", n)), []byte(b.String()), 0o600))
	}
	talk(2, "可以刻字")
	assert.Contains(t, k.run("collect", folder), "1 drafted")
	k.run("submit", "-by", "小周", "draft.*")
	k.run("reject", "-by", "老陈", "-why", "不再提供", "draft.*")
	talk(9, "能刻的亲")
	assert.Contains(t, k.run("collect", folder), "0 drafted")
	for _, e := range k.entries() {
		assert.Equal(t, kb.Rejected, e.State)
	}
}
