package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/recommend"
)

// A wish that nothing fulfils is named, one that something does is not.
func TestMissed(t *testing.T) {
	t.Parallel()
	found := []recommend.Suggestion{{Item: recommend.Item{Attributes: map[string][]string{"colour": {"red"}}}}}
	wish := func(value string) []recommend.Filter {
		return []recommend.Filter{{Attribute: "colour", Any: []string{value}}}
	}
	assert.Equal(t, "", missed(wish("red"), found))
	assert.Equal(t, "colour", missed(wish("blue"), found))
}

// For women is without what is for others; for children is a category.
func TestForWhom(t *testing.T) {
	t.Parallel()
	must := func(values ...string) (out []recommend.Filter) {
		for _, v := range values {
			attribute, value, _ := strings.Cut(v, "=")
			out = append(out, recommend.Filter{Attribute: attribute, Any: []string{value}})
		}
		return out
	}
	women := recommend.Request{Must: must("gender=women", "category=shoes")}
	forWhom(&women, nil)
	assert.Equal(t, must("category=shoes"), women.Must)
	assert.Equal(t, []recommend.Filter{{Attribute: "gender", Any: []string{"men", "kids"}}}, women.Not)
	kids := recommend.Request{Must: must("gender=kids", "category=shoes")}
	forWhom(&kids, nil)
	assert.Equal(t, must("gender=kids", "category=kids"), kids.Must)
	assert.Equal(t, must("unlike=shoes"), kids.Not, "but shoes")
	for _, as := range []string{"gender=unisex", "colour=red"} {
		same := recommend.Request{Must: must(as)}
		forWhom(&same, nil)
		assert.Equal(t, recommend.Request{Must: must(as)}, same)
	}
}
