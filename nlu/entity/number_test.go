package entity

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		val  float64
		rest string
	}{
		{"三百五", 350, ""}, {"两万3", 23000, ""}, {"一千零五", 1005, ""}, {"十二", 12, ""}, {"二十", 20, ""}, {"一百一", 110, ""}, {"一百一十", 110, ""},
		{"三千二百五十六", 3256, ""}, {"一万二", 12000, ""}, {"一亿两千万", 120000000, ""}, {"两千零二十六", 2026, ""}, {"二〇二六", 2026, ""}, {"半", 0.5, ""},
		{"2千5", 2500, ""}, {"2千500", 2500, ""}, {"1.5万", 15000, ""}, {"3百", 300, ""}, {"三点五", 3.5, ""}, {"一点五万", 15000, ""}, {"幺三八", 138, ""},
		{"贰佰叁拾", 230, ""}, {"两三百", 200, ""}, {"一百个", 100, "个"}, {"十万零三百", 100300, ""}, {"一百五六", 150, "六"}, {"5千克", 5, "千克"}, {"零", 0, ""},
		{"三百零", 300, "零"}, {"十", 10, ""}, {"九千九", 9900, ""}, {"十五万", 150000, ""}, {"三万万", 30000, "万"},
		{"1,299.00", 1299, ""}, {"1,29", 1, ",29"}, {"12.50", 12.5, ""}, {"1.2.3", 1, ".2.3"}, {"007", 7, ""},
		{"twenty-five", 25, ""}, {"two hundred and fifty", 250, ""}, {"a hundred", 100, ""}, {"three thousand four hundred and five", 3405, ""},
		{"one million two hundred thousand", 1200000, ""}, {"2 million", 2000000, ""}, {"a dozen", 12, ""}, {"two dozen", 24, ""}, {"twenty five three", 25, " three"},
		{"nine hundred ninety nine", 999, ""}, {"two and three", 2, " and three"}, {"a thousand and one", 1001, ""}, {"ten", 10, ""}, {"seventy", 70, ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			c := &scan{src: tt.in, m: text.Mapped{Text: tt.in}, s: tt.in}
			n, ok := c.number(0)
			assert.True(t, ok)
			assert.InDelta(t, tt.val, n.val, 1e-9)
			if ok {
				assert.Equal(t, tt.rest, tt.in[n.end:])
			}
		})
	}
	for _, in := range []string{"", "百", "万一", "a", "and", "hello", "点五", "千万", "亿", "a pair"} {
		c := &scan{src: in, m: text.Mapped{Text: in}, s: in}
		n, ok := c.number(0)
		assert.False(t, ok, "%s: %+v", in, n)
	}
}
