package ingest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a page does not show is not what it says: an entry would tell customers.
func TestReadHTMLAsItIsShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want string }{
		"hidden":                  {`<p>七天内可退。</p><div hidden>内部成本价<div>12元</div></div><p>运费自理。</p>`, "七天内可退。\n\n运费自理。"},
		"hidden by its style":     {`<p>七天内可退。</p><div style="color:red; display : none">咖啡 咖啡</div>`, "七天内可退。"},
		"hidden within a line":    {`<p>七天<span style="visibility:hidden">不</span>内可退。</p>`, "七天内可退。"},
		"hidden from readers":     {`<p>七天内可退。</p><p aria-hidden="true">★★★</p><p>运费自理。</p>`, "七天内可退。\n\n运费自理。"},
		"a paragraph nobody ends": {`<p hidden>内部<p>七天内可退。<p>运费自理。`, "七天内可退。\n\n运费自理。"},
		"ways through the site":   {`<div role="navigation">首页 帮助</div><ul class="c-Breadcrumb__list"><li>首页</li></ul><p>七天内可退。</p>`, "七天内可退。"},
		"lists in lists":          {`<ul><li>金卡<ul><li>9折</li><li>生日礼</li></ul></li><li>银卡</li></ul><p>以上。</p>`, "- 金卡\n  - 9折\n  - 生日礼\n- 银卡\n\n以上。"},
	} {
		es, err := Read("a.html", strings.NewReader(c.src), nil)
		require.NoError(t, err, name)
		require.Len(t, es, 1, name)
		assert.Equal(t, c.want, es[0].Texts["zh"].Answer, name)
	}
}

func TestSiteLeavesOutTrails(t *testing.T) {
	t.Parallel()
	page := func(path, title string) Page {
		return Page{URL: "https://a.example/" + path, Type: "text/html", Body: []byte("<title>" + title + "</title><div>首页 &gt; 帮助中心 &gt; " + title + "</div><h1>" + title + "</h1><p>关于" + title + "的说明，共" + path + "条。</p><p>路径：设置 &gt; 通知</p>")}
	}
	c := crawl(t, page("1", "发票"), page("2", "退货"))
	require.Len(t, c.Entries, 2)
	assert.Equal(t, "关于发票的说明，共1条。\n\n路径：设置 > 通知", c.Entries[0].Texts["zh"].Answer)
}
