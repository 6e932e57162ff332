package report_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/report"
)

func examples() []nlu.Example {
	return []nlu.Example{
		{Text: "我要退货", Intent: "return"}, {Text: "怎么退货", Intent: "return"}, {Text: "退货，不想要了", Intent: "return"},
		{Text: "I want to return it", Intent: "return"}, {Text: "can I send it back", Intent: "return"}, {Text: "尺码不对要退", Intent: "return"},
		{Text: "快递到哪了", Intent: "order <status>"}, {Text: "查一下物流", Intent: "order <status>"}, {Text: "我的快递呢", Intent: "order <status>"},
		{Text: "where is my parcel", Intent: "order <status>"}, {Text: "track my order", Intent: "order <status>"}, {Text: "退货的快递到哪了", Intent: "return"},
	}
}

func made(t *testing.T) *report.Report {
	t.Helper()
	ctx := context.Background()
	review, err := nlu.CrossValidate(ctx, examples(), &nlu.Options{NoBuiltin: true}, 3)
	require.NoError(t, err)
	m, err := nlu.Train(ctx, examples(), &nlu.Options{NoBuiltin: true})
	require.NoError(t, err)
	tested := append(examples(), nlu.Example{Text: "今天天气 <b>好</b>"}, nlu.Example{Text: "物流和退货", Intent: "order <status>"})
	return &report.Report{Title: "店铺 & shop", Evaluation: m.Evaluate(tested), Review: review,
		Study: m.Study([]string{"能开发票吗", "发票怎么开", "开发票", "请开发票给我", "<script>alert(1)</script>"}, 50)}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, report.Write(&b, made(t)))
	got := b.String()
	for _, want := range []string{"店铺 &amp; shop", "accuracy", "Calibration", "Known from unknown", "order &lt;status&gt;", "Label next", "发票", "Intents that are nearly the same"} {
		assert.Contains(t, got, want)
	}
	assert.NotContains(t, got, "<script", "what customers write is escaped")
	assert.NotContains(t, got, "<b>好")
	assert.NotContains(t, got, "http", "the page takes nothing from elsewhere")
	assert.Equal(t, strings.Count(got, "<svg"), strings.Count(got, "</svg>"))
	for i, part := range strings.Split(got, "<svg")[1:] {
		svg, _, ok := strings.Cut("<svg"+part, "</svg>")
		require.True(t, ok)
		d := xml.NewDecoder(strings.NewReader(svg + "</svg>"))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, "plot %d", i)
		}
		assert.NotContains(t, svg, "NaN")
	}
}

func TestWritePartsAlone(t *testing.T) {
	t.Parallel()
	all := made(t)
	for name, c := range map[string]struct {
		report  *report.Report
		has, no string
	}{
		"evaluation": {&report.Report{Evaluation: all.Evaluation}, "accuracy", "Label next"},
		"review":     {&report.Report{Review: all.Review, Rows: 1}, "accuracy", "Label next"},
		"study":      {&report.Report{Study: all.Study}, "Label next", "accuracy"},
		"empty":      {&report.Report{Evaluation: (&nlu.Model{}).Evaluate(nil), Study: &nlu.Study{}}, "None.", "Known from"},
	} {
		var b strings.Builder
		require.NoError(t, report.Write(&b, c.report), name)
		assert.Contains(t, b.String(), c.has, name)
		assert.NotContains(t, b.String(), c.no, name)
		assert.Contains(t, b.String(), "<h1>Understanding", name)
	}
	require.ErrorContains(t, report.Write(io.Discard, &report.Report{}), "nothing to show")
	require.ErrorContains(t, report.Write(io.Discard, nil), "nothing to show")
	require.ErrorIs(t, report.Write(failing{}, all), io.ErrShortWrite)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
