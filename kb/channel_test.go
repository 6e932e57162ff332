package kb

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnswersByChannel(t *testing.T) {
	t.Parallel()
	md := "# 售后\n\n## 怎么退货？ {#return}\n也问: 退货流程\n\n在[我的订单](https://shop.example/orders)里申请。\n\n@phone, 短信\n请打开小程序，在“我的订单”里申请。\n\n@wechat\n点下方菜单“我的订单”。\n\n## 代码？ {#code}\n\n```\n@phone\n```\n问 @phone 也行\n\n@a.b 不是渠道\n"
	es, err := ReadMarkdown("zh.md", strings.NewReader(md), "zh")
	require.NoError(t, err)
	csv, err := ReadCSV("en.csv", strings.NewReader("id,question,answer,answer@phone\nfee,What does delivery cost?,See https://shop.example/fees,Eight yuan.\n"), "en")
	require.NoError(t, err)
	base, err := New(append(es, csv...), nil)
	require.NoError(t, err)
	var saved bytes.Buffer
	require.NoError(t, base.Save(&saved))
	opened, err := Open(&saved, nil)
	require.NoError(t, err)
	for _, b := range []*Base{base, opened} {
		for _, c := range []struct{ query, channel, want string }{
			{"退货流程", "", "在[我的订单](https://shop.example/orders)里申请。"},
			{"退货流程", "app", "在[我的订单](https://shop.example/orders)里申请。"},
			{"退货流程", "phone", "请打开小程序，在“我的订单”里申请。"},
			{"退货流程", "短信", "请打开小程序，在“我的订单”里申请。"},
			{"退货流程", "wechat", "点下方菜单“我的订单”。"},
			{"代码？", "phone", "```\n@phone\n```\n问 @phone 也行\n\n@a.b 不是渠道"},
			{"delivery cost", "phone", "Eight yuan."},
			{"delivery cost", "web", "See https://shop.example/fees"},
		} {
			a, err := b.Answer(context.Background(), Query{Text: c.query, Channel: c.channel})
			require.NoError(t, err)
			require.NotEmpty(t, a.Hits)
			assert.Equal(t, c.want, a.Hits[0].Answer, "%s on %q", c.query, c.channel)
		}
	}
	e, _ := base.Entry("return")
	other := e
	text := e.Texts["zh"]
	text.ByChannel = map[string]string{"wechat": "别的"}
	other.Texts = map[string]Text{"zh": text}
	assert.NotEqual(t, e.sum(), other.sum())
	_, err = ReadCSV("x.csv", strings.NewReader("question,answer,answer@\n"), "")
	assert.ErrorContains(t, err, "is unknown")
}
