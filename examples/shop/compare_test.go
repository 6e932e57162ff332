package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a message names by a bare number is found in the order it is said; what it
// points at by ordinal, nlu finds.
func TestNumbered(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"1和3哪个好": "a c", "compare 1 and 2": "a b", "前两款对比一下": "a b", "the first two": "a b", "3 or 1": "c a", "哪个更保暖": "", "the iphone 15 or the 4.5": "", "第9款": "", "3跟3": "c",
	} {
		assert.Equal(t, want, strings.Join(numbered(said, []string{"a", "b", "c"}), " "), said)
	}
	assert.Empty(t, numbered("the first two", nil))
}

// A Latin name is a word of its own, but for a plural; what has no hat is no hat.
func TestHoldsWord(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{"what goes with it": false, "a hat": true, "hats please": true, "that": false, "chat, hat": true, "hatter": false} {
		assert.Equal(t, want, holdsWord(said, "hat"), said)
	}
	assert.True(t, holdsWord("配什么包好", "包"))
}

// A question of the thing itself is none for others.
func TestAbout(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{"能带上飞机吗": true, "can I take it on a plane?": true, "有口袋的吗": false, "白色的吗": false, "还要别的吗": false, "something with pockets": false, "": false} {
		assert.Equal(t, want, about(said), said)
	}
}
