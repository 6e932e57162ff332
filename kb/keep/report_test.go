package keep

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestReportInThreeForms(t *testing.T) {
	t.Parallel()
	r := Check([]kb.Entry{entry("a", "多久发货？<script>", "七天"), entry("b", "多久发货<script>", "九天", func(e *kb.Entry) { e.Source = kb.Source{File: "a.md", Line: 7} })}, nil)
	assert.Equal(t, "2 entries, 2 findings\n     1  contradiction\n     1  duplicate\n"+r.Findings[0].String()+"\n"+r.Findings[1].String()+"\n", r.String())

	raw, err := json.Marshal(r)
	require.NoError(t, err)
	var back Report
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.Equal(t, r, back)

	var page strings.Builder
	require.NoError(t, r.HTML(&page, Page{Title: "知识库", Lang: "zh", Gaps: []Gap{{Question: "能退吗<b>", Conversations: 12, Samples: []string{"可以退么"}, Reply: "不支持<i>", Nearest: []kb.Hit{{ID: "return", Question: "怎么退货？"}}}, {Question: "几点关门", Conversations: 6}}, Words: map[string]string{"contradiction": "互相矛盾", "contradiction?": "改正一条", "gaps": "缺口"}}))
	for _, want := range []string{`<html lang="zh">`, "<h1>知识库</h1>", "互相矛盾", "缺口", "能退吗&lt;b&gt;", `width:100%"></span></span><span class="n">12</span><small>= 可以退么<br>→ 不支持&lt;i&gt;<br>≈ 怎么退货？ (return)</small>`, `width:50%"></span></span><span class="n">6</span>`,
		"<b>多久发货？&lt;script&gt;</b>", "七天 ⟷ 九天", "改正一条", "Make one entry of the two"} {
		assert.Contains(t, page.String(), want)
	}
	assert.NotContains(t, page.String(), "<script>")
	_, err = html.Parse(strings.NewReader(page.String()))
	require.NoError(t, err)

	var empty strings.Builder
	require.NoError(t, Check(nil, nil).HTML(&empty, Page{}))
	assert.Contains(t, empty.String(), "<h1>Knowledge base</h1>")
	assert.NotContains(t, empty.String(), "<h2")
	assert.Contains(t, empty.String(), "<p>none</p>")
	assert.ErrorContains(t, r.HTML(broken{}, Page{}), "keep: writing the report: full")
}

// An id, or the name of a file, may hold what a terminal obeys.
func TestFindingsAreSafeInATerminal(t *testing.T) {
	t.Parallel()
	e := entry("a\x1b]0;x\a", "多久\x1b[2J发货？我是13812345678", "")
	e.Source = kb.Source{File: "b\r\nc.md", Line: 3}
	r := Check([]kb.Entry{e}, nil)
	require.Len(t, r.Findings, 1)
	assert.NotContains(t, r.Findings[0].String(), "\x1b")
	assert.NotContains(t, r.Findings[0].String(), "\n")
	assert.NotContains(t, r.Findings[0].Question, "13812345678")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }
