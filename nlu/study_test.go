package nlu

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestStudy(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	var log []string
	for i, who := range []string{"我", "请问", "你好，", "那", "麻烦", "话说"} {
		log = append(log, who+"会员积分怎么兑换", who+"积分兑换要多少", fmt.Sprintf("can i pay by instalments over %d months", i+3), "instalments please, how many months",
			"我要退货", "where is my order")
	}
	s := m.Study(append(log, "", "…", strings.Repeat("退", 100_000)), 4)
	assert.Equal(t, len(log)+3, s.Messages)
	assert.GreaterOrEqual(t, s.Accepted, 12)
	require.GreaterOrEqual(t, len(s.Topics), 2)
	var names []string
	for _, x := range s.Topics {
		names = append(names, x.Name)
		assert.GreaterOrEqual(t, x.Count, len(x.Messages))
		assert.NotContains(t, x.Messages, "我要退货")
	}
	assert.Contains(t, strings.Join(names[:2], "|"), "积分")
	assert.Contains(t, strings.Join(names[:2], "|"), "instalments")
	require.Len(t, s.Label, 4)
	assert.NotContains(t, s.Label[:2], "我要退货", "what is known teaches nothing")
	points := slices.ContainsFunc(s.Label, func(l string) bool { return strings.Contains(l, "积分") })
	pay := slices.ContainsFunc(s.Label, func(l string) bool { return strings.Contains(l, "instalments") })
	assert.True(t, points && pay, "both groups: %q", s.Label)
}

// No message is in two topics or proposed twice, whatever the log holds.
func TestStudyAnything(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"积分怎么用", "积分怎么换", "积分", "退货", "pay later", "pay later please", "\xff"})), 0, 30).Draw(t, "log")
		n := rapid.IntRange(0, 9).Draw(t, "label")
		s := m.Study(log, n)
		require.LessOrEqual(t, len(s.Label), n)
		var all []string
		for _, x := range s.Topics {
			require.NotEmpty(t, x.Name)
			all = append(all, x.Messages...)
		}
		for _, list := range [][]string{all, s.Label} {
			list = slices.Clone(list)
			slices.Sort(list)
			require.Len(t, slices.Compact(slices.Clone(list)), len(list))
		}
		require.Equal(t, s, m.Study(log, n))
	})
}
