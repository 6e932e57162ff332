package sentiment_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A word whose letters were taken apart is the word, and its span is all of it;
// letters that are none stay letters.
func TestApart(t *testing.T) {
	t.Parallel()
	s := ruler(t)
	for text, want := range map[string]string{
		"what a s c a m":   "s c a m",
		"S.C.A.M!":         "S.C.A.M",
		"垃.圾":              "垃.圾",
		"真是 垃 圾 啊":         "垃 圾",
		"I want a b c":     "",
		"size x s m l":     "",
		"订单 号 是 1 2 3 4":   "",
		"发货 快 不":           "",
		"U S B C":          "",
		"my id is s c 4 m": "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := s.Score(text)
			if want == "" {
				assert.GreaterOrEqual(t, got.Polarity, 0.0, "%v", got.Spans)
				return
			}
			require.Len(t, got.Spans, 1)
			assert.Equal(t, want, text[got.Spans[0].Start:got.Spans[0].End])
			assert.Less(t, got.Polarity, -0.3)
		})
	}
}

// How far the rules go, against a weaker way to say the same.
func TestStronger(t *testing.T) {
	t.Parallel()
	s := ruler(t)
	for name, tc := range map[string]struct{ more, less string }{
		"emphatic negation":         {"not at all comfortable", "not comfortable"},
		"emphatic negation, zh":     {"一点都不满意", "不满意"},
		"blame behind praise":       {"friendly agent, terrible product", "terrible product, friendly agent"},
		"blame behind praise, zh":   {"客服热情，质量很差", "质量很差，客服热情"},
		"praise denied after irony": {"谢谢你们让我过得不开心", "谢谢你们让我过得开心"},
	} {
		more, less := s.Score(tc.more), s.Score(tc.less)
		assert.Less(t, more.Polarity, less.Polarity, name)
		assert.Less(t, more.Polarity, 0.0, name)
	}
}
