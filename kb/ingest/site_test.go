package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

// fetched is a crawl of pages, of which those with an empty body failed.
func fetched(pages ...Page) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for _, p := range pages {
			var err error
			if p.Body == nil {
				err = errors.New("502 Bad Gateway")
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// shopPage is a page of a shop whose menu and foot stand on every one.
func shopPage(address, title, body string) Page {
	return Page{URL: address, Type: "text/html; charset=utf-8", Body: []byte(`<html lang="zh-CN"><head><title>` + title + `_木与棉家居</title></head><body>
<div class=menu><a>首页</a> <a>全部商品</a> <a>客服中心</a></div><h1>` + title + `</h1>` + body + `<p>木与棉家居 版权所有 沪ICP备00000000号</p></body></html>`)}
}

func shopPages() []Page {
	return []Page{
		shopPage("https://shop.example/help/return", "退货", `<p>签收后七天内可以申请退货。</p><h2 id=fee>运费</h2><p>质量问题由我们承担运费。</p>`),
		shopPage("https://shop.example/help/ship", "发货", `<p>每天 16 点前付款的订单当天发货。</p>`),
		shopPage("https://shop.example/help/bill", "发票", `<p>在订单详情里申请电子发票。</p>`),
		shopPage("https://shop.example/about", "关于我们", `<p>我们做实木家具。</p>`),
	}
}

func crawl(t require.TestingT, pages ...Page) Crawl {
	c, err := Site(context.Background(), fetched(pages...), nil)
	require.NoError(t, err)
	return c
}

func TestSite(t *testing.T) {
	t.Parallel()
	pages := append(shopPages(),
		Page{URL: "https://SHOP.example:443/help/ship?utm_source=mail&spm=1.2#top", Type: "text/html", Body: shopPages()[1].Body}, // another way there
		Page{URL: "http://shop.example/help/bill.html", Type: "text/html", Body: []byte(strings.Replace(string(shopPages()[2].Body), "<head>", `<head><link rel=canonical href="/help/bill">`, 1))},
		Page{URL: "https://shop.example/m/help/ship", Type: "text/html", Body: shopPages()[1].Body}, // a copy without saying so
		Page{URL: "https://shop.example/cart", Type: "text/html", Body: []byte(`<meta name=robots content="noindex,nofollow"><p>购物车</p>`)},
		Page{URL: "https://shop.example/logo.png", Type: "image/png", Body: []byte("\x89PNG")},
		Page{URL: "/relative", Type: "text/html", Body: []byte("<p>x</p>")},
		Page{URL: "https://shop.example/help/broken"},
	)
	c := crawl(t, pages...)
	texts := map[string]string{}
	for _, e := range c.Entries {
		assert.Equal(t, kb.Passage, e.Kind)
		for lang, x := range e.Texts {
			assert.Equal(t, "zh-CN", lang)
			texts[e.ID] = x.Question + ": " + x.Answer
		}
	}
	assert.Equal(t, map[string]string{
		"https://shop.example/help/return#退货":  "退货: 签收后七天内可以申请退货。",
		"https://shop.example/help/return#fee": "退货 › 运费: 质量问题由我们承担运费。",
		"https://shop.example/help/ship#发货":    "发货: 每天 16 点前付款的订单当天发货。",
		"https://shop.example/help/bill#发票":    "发票: 在订单详情里申请电子发票。",
		"https://shop.example/about#关于我们":      "关于我们: 我们做实木家具。",
	}, texts)
	assert.Equal(t, 4, c.Pages)
	assert.ElementsMatch(t, []string{"首页 全部商品 客服中心", "木与棉家居 版权所有 沪ICP备00000000号"}, c.Repeated)
	why := map[string]string{}
	for _, s := range c.Skipped {
		why[s.URL] = s.Why
	}
	assert.Equal(t, "says the same as https://shop.example/help/ship", why["https://shop.example/m/help/ship"])
	assert.Equal(t, "says the same as https://shop.example/help/bill", why["http://shop.example/help/bill"])
	assert.Equal(t, "asks not to be indexed", why["https://shop.example/cart"])
	assert.Contains(t, why["https://shop.example/logo.png"], "ingest: the file is no")
	assert.Contains(t, why["/relative"], "use https://host/path")
	assert.Contains(t, why["https://shop.example/help/broken"], "502")
}

func TestSiteAgain(t *testing.T) {
	t.Parallel()
	first := crawl(t, shopPages()...)
	base, err := kb.New([]kb.Entry{{ID: "faq", Texts: map[string]kb.Text{"zh": {Question: "几点上班？", Answer: "九点。"}}}}, nil)
	require.NoError(t, err)
	changes, err := base.Sync(first.Entries, first.Of)
	require.NoError(t, err)
	assert.Len(t, changes.Added, 5)

	again := shopPages()
	for i := range again {
		again[i].At = time.Unix(1e9, 0)
		again[i].URL += "?utm_campaign=x"
	}
	second := crawl(t, again...)
	changes, err = base.Sync(second.Entries, second.Of)
	require.NoError(t, err)
	assert.Equal(t, kb.Changes{}, changes, "the same pages again")

	third := crawl(t,
		shopPage("https://shop.example/help/return", "退货", `<p>签收后十五天内可以申请退货。</p>`), // says otherwise, and lost its part on fees
		Page{URL: "https://shop.example/help/ship"},                                 // not fetched today
		shopPages()[2],
		shopPage("https://shop.example/help/points", "积分", `<p>一元一分。</p>`)) // about is gone
	changes, err = base.Sync(third.Entries, third.Of)
	require.NoError(t, err)
	assert.Equal(t, kb.Changes{Added: []string{"https://shop.example/help/points#积分"},
		Changed: []string{"https://shop.example/help/return#退货"},
		Gone:    []string{"https://shop.example/about#关于我们", "https://shop.example/help/return#fee"}}, changes)
	_, ok := base.Entry("https://shop.example/help/ship#发货")
	assert.True(t, ok, "a page that was not fetched stays")
	_, ok = base.Entry("faq")
	assert.True(t, ok, "another source stays")
}

func TestSiteTakesTheLaterPage(t *testing.T) {
	t.Parallel()
	old := Page{URL: "https://a.example/x", Body: []byte("<p>old text</p>"), At: time.Unix(1, 0)}
	late := Page{URL: "https://a.example/x#part", Body: []byte("<p>new text</p>"), At: time.Unix(2, 0)}
	for _, pages := range [][]Page{{old, late}, {late, old}, {old, {URL: old.URL}, late}} {
		c := crawl(t, pages...)
		require.Len(t, c.Entries, 1)
		assert.Equal(t, "new text", c.Entries[0].Texts["en"].Answer)
		assert.True(t, c.Of(c.Entries[0]))
	}
}

func TestSiteDecodes(t *testing.T) {
	t.Parallel()
	gbk, _ := charset.Lookup("gbk")
	big5, _ := charset.Lookup("big5")
	in := func(s string) []byte {
		out, err := gbk.NewEncoder().Bytes([]byte(s))
		require.NoError(t, err)
		return out
	}
	traditional, err := big5.NewEncoder().Bytes([]byte(`<meta charset=big5><p>七天內可以退貨。</p>`))
	require.NoError(t, err)
	for name, p := range map[string]Page{
		"by the type":      {Type: "text/html; charset=GBK", Body: in("<p>七天内可以退货。</p>")},
		"by the page":      {Type: "text/html", Body: in("<meta charset=gb2312><p>七天内可以退货。</p>")},
		"by guess":         {Body: in("<p>七天内可以退货。</p>")},
		"a text":           {Type: "text/plain", Body: in("七天内可以退货。")},
		"UTF-8 behind 1 K": {Body: []byte("<p hidden " + strings.Repeat("x", 2000) + "></p><p>七天内可以退货。</p>")},
		"Big5":             {Body: traditional},
		"Markdown":         {Type: "text/markdown", Body: []byte("七天内**可以**退货。")},
	} {
		p.URL = "https://a.example/" + strings.ReplaceAll(name, " ", "-")
		c := crawl(t, p)
		require.Len(t, c.Entries, 1, name)
		for _, x := range c.Entries[0].Texts {
			assert.Contains(t, []string{"七天内可以退货。", "七天內可以退貨。"}, x.Answer, name)
		}
	}
}

func TestSiteKeepsWhatOneSiteSays(t *testing.T) {
	t.Parallel()
	var pages []Page
	for i := range 9 { // a notice of one folder, and a sentence that two pages have
		body := fmt.Sprintf("<p>part number %d is this long</p>", i)
		if i < 2 {
			body += "<p>Both of these ship free.</p>"
		}
		pages = append(pages, Page{URL: fmt.Sprintf("https://a.example/parts/%d", i), Body: []byte(body + "<p>Back to all parts</p>")})
	}
	for i := range 40 {
		pages = append(pages, Page{URL: fmt.Sprintf("https://a.example/other/%d", i), Body: fmt.Appendf(nil, "<p>another page, of %d words</p>", i)})
	}
	c := crawl(t, pages...)
	assert.Equal(t, []string{"Back to all parts"}, c.Repeated)
	assert.Len(t, c.Entries, 49)
	assert.Contains(t, c.Entries[len(c.Entries)-8].Texts["en"].Answer, "Both of these ship free.")
}

// However the pages come, the same ones give the same entries, each id once.
func TestSiteOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	want := crawl(t, shopPages()...)
	rapid.Check(t, func(t *rapid.T) {
		got := crawl(t, rapid.Permutation(append(shopPages(), shopPages()...)).Draw(t, "pages")...)
		require.Equal(t, want.Entries, got.Entries)
	})
}

func TestSiteStops(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err := Site(ctx, fetched(shopPages()...), nil)
	assert.ErrorIs(t, err, context.Canceled)
}

func FuzzSite(f *testing.F) {
	f.Add("https://a.example/x?b=1&a=2#c", "text/html; charset=gbk", []byte("<title>a_b</title><p>x"))
	f.Add("https://a.example/x.csv", "", []byte("问题,答案\n怎么退货,七天"))
	f.Add("//", "text/html;;;", []byte("\xff\xfe<"))
	f.Fuzz(func(t *testing.T, address, kind string, body []byte) {
		pages := []Page{{URL: address, Type: kind, Body: body}, {URL: "https://a.example/y", Type: kind, Body: body}}
		c, err := Site(context.Background(), fetched(pages...), nil)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, e := range c.Entries {
			require.False(t, seen[e.ID], e.ID)
			seen[e.ID] = true
			require.True(t, c.Of(e), e.Source.URL)
		}
	})
}
