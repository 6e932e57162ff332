package text_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

func TestSounds(t *testing.T) {
	t.Parallel()
	s := text.NewSounds()
	for _, same := range []string{"红洪鸿", "是四", "中宗", "因英", "山三"} {
		rs := []rune(same)
		for _, r := range rs {
			assert.NotZero(t, s.Of(r), string(r))
			assert.Equal(t, s.Of(rs[0]), s.Of(r), same)
		}
	}
	assert.NotEqual(t, s.Of('红'), s.Of('黄'))
	assert.Zero(t, s.Of('a'))
	assert.Zero(t, s.Of('\U00020000'))
}
