package entity

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, tt := range []struct{ in, text, want string }{ // want: Min Max Currency
		{"¥99.9", "¥99.9", "9990 9990 CNY"},
		{"￥１２９９", "￥１２９９", "129900 129900 CNY"},
		{"三百以内", "三百以内", "0 30000 "},
		{"300块以内的裙子", "300块以内", "0 30000 CNY"},
		{"两百到三百", "两百到三百", "20000 30000 "},
		{"一百块左右", "一百块左右", "8000 12000 CNY"},
		{"2千5块的手机", "2千5块", "250000 250000 CNY"},
		{"两千五百元", "两千五百元", "250000 250000 CNY"},
		{"預算五百塊", "預算五百塊", "0 50000 CNY"},
		{"预算大概1500", "预算大概1500", "0 150000 "},
		{"不超过300", "不超过300", "0 30000 "},
		{"不要超过五百块钱", "不要超过五百块钱", "0 50000 CNY"},
		{"200-300块", "200-300块", "20000 30000 CNY"},
		{"200到300之间", "200到300", "20000 30000 "},
		{"¥200~¥300", "¥200~¥300", "20000 30000 CNY"},
		{"1000元以上", "1000元以上", "100000 0 CNY"},
		{"五百以上", "五百以上", "50000 0 "},
		{"两三百块", "两三百块", "20000 30000 CNY"},
		{"三百多块", "三百多块", "30000 40000 CNY"},
		{"3块5", "3块5", "350 350 CNY"},
		{"九块九包邮", "九块九", "990 990 CNY"},
		{"三块五毛", "三块五毛", "350 350 CNY"},
		{"10元5角", "10元5角", "1050 1050 CNY"},
		{"五毛钱", "五毛钱", "50 50 CNY"},
		{"1.5万元", "1.5万元", "1500000 1500000 CNY"},
		{"两万3块", "两万3块", "2300000 2300000 CNY"},
		{"100块3件", "100块", "10000 10000 CNY"},
		{"100元5折", "100元", "10000 10000 CNY"},
		{"100以上300以下", "100以上300以下", "10000 30000 "},
		{"1到2万元", "1到2万元", "1000000 2000000 CNY"},
		{"300多块钱", "300多块钱", "30000 40000 CNY"},
		{"$7到三", "$7", "700 700 USD"},
		{"五十美元", "五十美元", "5000 5000 USD"},
		{"500日元", "500日元", "500 500 JPY"},
		{"便宜的，一百以下", "一百以下", "0 10000 "},
		{"低于200元", "低于200元", "0 20000 CNY"},
		{"至少500块", "至少500块", "50000 0 CNY"},
		{"150块不到", "150块不到", "0 15000 CNY"},
		{"500左右", "500左右", "40000 60000 "},
		{"人民币300", "人民币300", "30000 30000 CNY"},
		{"一千零五块", "一千零五块", "100500 100500 CNY"},
		{"三百五十块以内", "三百五十块以内", "0 35000 CNY"},
		{"100,200元都行", "100,200元", "10020000 10020000 CNY"},
		{"100，200元都行", "200元", "20000 20000 CNY"},

		{"under $80", "under $80", "0 8000 USD"},
		{"a jacket under 80", "under 80", "0 8000 "},
		{"between 200 and 300 dollars", "between 200 and 300 dollars", "20000 30000 USD"},
		{"$1.5k", "$1.5k", "150000 150000 USD"},
		{"80 bucks", "80 bucks", "8000 8000 USD"},
		{"no more than 50 yuan", "no more than 50 yuan", "0 5000 CNY"},
		{"$1,299.00", "$1,299.00", "129900 129900 USD"},
		{"$50-80", "$50-80", "5000 8000 USD"},
		{"$50 to $80", "$50 to $80", "5000 8000 USD"},
		{"from 50 to 80 dollars", "from 50 to 80 dollars", "5000 8000 USD"},
		{"80 dollars", "80 dollars", "8000 8000 USD"},
		{"80 dollars or less", "80 dollars or less", "0 8000 USD"},
		{"$80 max", "$80 max", "0 8000 USD"},
		{"at least $100", "at least $100", "10000 0 USD"},
		{"over 100 dollars", "over 100 dollars", "10000 0 USD"},
		{"around $100", "around $100", "8000 12000 USD"},
		{"my budget is 200", "my budget is 200", "0 20000 "},
		{"up to 150 please", "up to 150", "0 15000 "},
		{"less than two hundred dollars", "less than two hundred dollars", "0 20000 USD"},
		{"two hundred and fifty dollars", "two hundred and fifty dollars", "25000 25000 USD"},
		{"USD 99", "USD 99", "9900 9900 USD"},
		{"99 usd", "99 usd", "9900 9900 USD"},
		{"rmb 300", "rmb 300", "30000 30000 CNY"},
		{"300rmb", "300rmb", "30000 30000 CNY"},
		{"€20", "€20", "2000 2000 EUR"},
		{"£15.50", "£15.50", "1550 1550 GBP"},
		{"50 cents", "50 cents", "50 50 USD"},
		{"between 100 and 150 for a coat", "between 100 and 150", "10000 15000 "},
		{"$100+", "$100+", "10000 0 USD"},
		{"80$", "80$", "8000 8000 USD"},
		{"a hundred dollars", "a hundred dollars", "10000 10000 USD"},
		{"one million yuan", "one million yuan", "100000000 100000000 CNY"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			e, ok := only(x.Extract(tt.in, "", testNow()), TypeMoney)
			require.True(t, ok, "one amount in %q: %+v", tt.in, x.Extract(tt.in, "", testNow()))
			require.NotNil(t, e.Money)
			assert.Equal(t, []string{tt.text, tt.want}, []string{e.Text, fmt.Sprintf("%d %d %s", e.Money.Min, e.Money.Max, e.Money.Currency)})
		})
	}
}

func TestNoMoney(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, in := range []string{
		"三天以内", "不超过3天", "超过24小时", "最多5件", "一块儿去", "三块肥皂", "元旦快乐", "三元素", "身高165到170", "2020到2025", "两件",
		"第一件", "一百", "300", "24小时以内", "10公里以内", "三点左右", "5分好评", "周三以上",
		"三百五十", "几百人", "五百多人", "200多个", "100多件", "三百多人", "500多克", "200多少钱", "等了100多天", "60多了", "身高160多", "体重100多", "我170多 120多斤", "预算300件", "不超过300 人",
		"256的手机", "42的鞋", "五百的人", "I'm 5'10 and about 160 pounds", "lose about 10 pounds", "she's around 130 pounds", "a bag that holds up to 40 pounds", "1.5k steps", "4k tv", "three hundred",
		"under 5 days", "over 3 weeks", "more than 3 times", "over 100 reviews", "around 5", "between 2020 and 2024", "up to 3",
		"5 pounds", "iphone 15", "under warranty", "about 20 minutes", "less than 10%", "size 100", "0042",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			for _, e := range x.Extract(in, "", testNow()) {
				assert.NotEqual(t, TypeMoney, e.Type, "%+v %+v", e, e.Money)
			}
		})
	}
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, tt := range []struct {
		in, text string
		n        float64
		unit     string
	}{
		{"两件", "两件", 2, "件"},
		{"我要3双", "3双", 3, "双"},
		{"身高175cm", "175cm", 175, "cm"},
		{"一米七五", "一米七五", 175, "cm"},
		{"1米68", "1米68", 168, "cm"},
		{"一米八", "一米八", 180, "cm"},
		{"1.75米", "1.75米", 1.75, "m"},
		{"1m75", "1m75", 175, "cm"},
		{"65公斤", "65公斤", 65, "kg"},
		{"体重130斤", "130斤", 130, "斤"},
		{"半斤", "半斤", 0.5, "斤"},
		{"一百二十斤", "一百二十斤", 120, "斤"},
		{"十二个", "十二个", 12, "个"},
		{"５千克", "５千克", 5, "kg"},
		{"七天无理由", "七天", 7, "天"},
		{"三个月", "三个月", 3, "个月"},
		{"一个半小时", "一个半小时", 1.5, "小时"},
		{"打8折", "8折", 8, "折"},
		{"打八五折", "八五折", 8.5, "折"},
		{"一个多星期了", "一个多星期", 1, "周"},
		{"64G的手机", "64G", 64, "gb"},
		{"三雙襪子", "三雙", 3, "双"},
		{"四件套", "四件套", 4, "件套"},
		{"1.5升", "1.5升", 1.5, "l"},
		{"50%", "50%", 50, "%"},

		{"3 pairs of socks", "3 pairs", 3, "pair"},
		{"a pair of shoes", "a pair", 1, "pair"},
		{"two boxes", "two boxes", 2, "box"},
		{"175 cm", "175 cm", 175, "cm"},
		{"65kg", "65kg", 65, "kg"},
		{"143 lbs", "143 lbs", 143, "lb"},
		{"5'10\"", "5'10\"", 70, "in"},
		{"5 ft 10", "5 ft 10", 70, "in"},
		{"twenty-five units", "twenty-five units", 25, "unit"},
		{"two hundred and fifty pieces", "two hundred and fifty pieces", 250, "piece"},
		{"a dozen bottles", "a dozen bottles", 12, "bottle"},
		{"it's been two weeks", "two weeks", 2, "week"},
		{"for 3 days", "3 days", 3, "day"},
		{"20 percent off", "20 percent", 20, "%"},
		{"half an hour", "half an hour", 0.5, "hour"},
		{"a couple of bags", "a couple of bags", 2, "bag"},
		{"1,200 pcs", "1,200 pcs", 1200, "piece"},
		{"32in jeans", "32in", 32, "in"},
		{"three million copies", "three million copies", 3e6, "copy"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			e, ok := only(x.Extract(tt.in, "", testNow()), TypeQuantity)
			require.True(t, ok, "one quantity in %q: %+v", tt.in, x.Extract(tt.in, "", testNow()))
			require.NotNil(t, e.Quantity)
			assert.Equal(t, tt.text, e.Text)
			assert.Equal(t, Quantity{tt.n, tt.unit}, *e.Quantity)
		})
	}
	for _, in := range []string{"第一件", "一次性", "一个劲", "5 in stock", "one day", "每次", "一直", "第3双"} {
		for _, e := range x.Extract(in, "", testNow()) {
			assert.NotEqual(t, TypeQuantity, e.Type, "%s: %+v", in, e)
		}
	}
}

//go:embed testdata/amounts.txt
var amountLines string

func TestAmountLines(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	list := rows(t, amountLines, 3)
	zh := 0
	for _, f := range list {
		got := x.Extract(f[0], "", testNow())
		require.Len(t, got, 1, f[0])
		value := ""
		switch e := got[0]; {
		case e.Money != nil:
			value = strings.TrimSpace(fmt.Sprintf("%d..%d %s", e.Money.Min, e.Money.Max, e.Money.Currency))
		case e.Quantity != nil:
			value = fmt.Sprintf("%v %s", e.Quantity.Number, e.Quantity.Unit)
		}
		assert.Equal(t, f[1:], []string{got[0].Text, value}, f[0])
		zh += hanLine(f[0])
	}
	assert.GreaterOrEqual(t, len(list), 200)
	assert.GreaterOrEqual(t, zh, 100)
	assert.GreaterOrEqual(t, len(list)-zh, 100)
}

func TestBareAmountBesideNames(t *testing.T) {
	t.Parallel()
	x := shopExtractor(t)
	for in, want := range map[string]string{
		"五百的外套":       "money=500 category=jacket",
		"有三百出头的外套吗":   "money=300..330 category=jacket",
		"1000的外套":     "money=1000 category=jacket",
		"预算300 鞋子":    "money=..300 category=shoes",
		"预算500裙子":     "money=..500 category=dress",
		"裙子200多":      "category=dress money=200..300",
		"42的鞋":        "category=shoes",
		"256的夹克":      "category=jacket",
		"2020的外套":     "category=jacket",
		"五百的大衣柜":      "",
		"五百的红包":       "",
		"200多个鞋子":     "category=shoes",
		"42 预算300的裙子": "money=..300 category=dress",
	} {
		assert.Equal(t, want, show(x.Extract(in, "zh", testNow())), in)
	}
}

func TestNoAge(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, in := range []string{"package 8", "average 8", "age 8.5", "age 200", "aged 8%", "the age of reason", "8-years", "8 yodel", "2 more", "age 8kg"} {
		for _, e := range x.Extract(in, "", testNow()) {
			require.False(t, e.Quantity != nil && (e.Quantity.Unit == "year" || e.Quantity.Unit == "month"), "%s: %+v", in, e)
		}
	}
}

func TestDiscountIsNoPrice(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, s := range []string{
		"满300减50的券怎么用", "满300元减50元能叠加吗", "满200减30，再减10块吗", "立减20元吗",
		"spend $100 get $20 off", "is it $20 off orders over $100?", "I have a $5 off coupon",
	} {
		for _, e := range x.Extract(s, "", testNow()) {
			assert.NotContains(t, []string{TypeMoney, TypeOrder, TypeQuantity}, e.Type, "%s: %s", s, e.Text)
		}
	}
	for _, s := range []string{"300元以内", "under $100", "take $20 off my hands", "500块减肥茶", "满意，付了500元"} {
		got := x.Extract(s, "", testNow())
		require.Len(t, got, 1, s)
		assert.Equal(t, TypeMoney, got[0].Type, s)
	}
}

func TestCardEndingIsNoOrder(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, s := range []string{"a charge on my card ending 4471", "the card ending in 4471", "尾号4471的卡", "学费5800能分期吗"} {
		for _, e := range x.Extract(s, "", testNow()) {
			assert.NotEqual(t, TypeOrder, e.Type, s)
		}
	}
}

func TestDayOfTheMonthNamedBefore(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for s, want := range map[string]string{"10月2号出发，7号回": "2026-10-07", "12月30号入住3号走": "2027-01-03", "5月3号买的，8号才收到": "2025-05-08"} {
		got := x.Extract(s, "", testNow())
		require.Len(t, got, 2, s)
		assert.Equal(t, want, got[1].Value, s)
	}
}
