package nlu

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

//go:embed testdata/followups.txt
var followUps string

func followUpModel(t *testing.T) *Model {
	t.Helper()
	x, err := entity.New(&entity.Options{Names: []entity.Name{
		{Type: "category", Value: "dress", Texts: []string{"裙子", "连衣裙", "dress"}},
		{Type: "category", Value: "shoes", Texts: []string{"鞋子", "鞋", "shoes"}},
		{Type: "category", Value: "jacket", Texts: []string{"外套", "夹克", "jacket"}},
		{Type: "category", Value: "phone", Texts: []string{"手机", "phone"}},
		{Type: "category", Value: "bag", Texts: []string{"包包", "bag"}},
		{Type: "colour", Value: "red", Texts: []string{"红色", "红", "red"}},
		{Type: "colour", Value: "black", Texts: []string{"黑色", "黑", "black"}},
		{Type: "colour", Value: "blue", Texts: []string{"蓝色", "蓝", "blue"}},
		{Type: "colour", Value: "white", Texts: []string{"白色", "白", "white"}},
		{Type: "colour", Value: "green", Texts: []string{"绿色", "绿", "green"}},
	}})
	require.NoError(t, err)
	m, err := Train(context.Background(), shopExamples(), &Options{Extractor: x})
	require.NoError(t, err)
	return m
}

func TestFollowUpLines(t *testing.T) {
	t.Parallel()
	m := followUpModel(t)
	understand := func(s string, c Context) Meaning {
		c.Shown, c.Focus = []string{"a", "b", "c", "d"}, "f"
		got, err := m.Understand(context.Background(), Input{Text: s, Now: noon, Context: c})
		require.NoError(t, err)
		return got
	}
	lines, before := 0, Context{}
	for line := range strings.Lines(followUps) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' && !strings.Contains(line, "|") {
			continue
		}
		if s, ok := strings.CutPrefix(line, "> "); ok {
			got := understand(s, Context{})
			require.NotEmpty(t, got.Intent, "before: %s", s)
			before = got.Next
			continue
		}
		f := strings.Split(line, "|")
		require.Len(t, f, 3, line)
		lines++
		got := understand(strings.TrimSpace(f[0]), before)
		if want := strings.TrimSpace(f[1]); want != "" {
			assert.Equal(t, want, got.Intent, "%s: %v", line, got.Intents[:2])
		}
		var es []string
		for _, e := range got.Entities {
			mark := ""
			if e.Carried {
				mark = "+"
			}
			if (e.Type == "item" || e.Carried || strings.TrimSpace(f[1]) != "") && e.Type != "quantity" {
				es = append(es, mark+e.Type+"="+e.Value)
			}
		}
		want := strings.Fields(f[2])
		if strings.TrimSpace(f[1]) == "" { // an item alone is looked for
			e, _ := got.Entity("item")
			es = []string{"item=" + e.Value}
		}
		assert.ElementsMatch(t, want, strings.Fields(strings.Join(es, " ")), line)
	}
	assert.GreaterOrEqual(t, lines, 150)
}

func TestComparative(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"有没有更长一点的", "再便宜点的有吗", "have you got a longer one", "anything cheaper", "a bit warmer", "something less formal"} {
		assert.True(t, comparative(s), s)
	}
	for _, s := range []string{"我要更改地址的", "更换尺码的", "再见", "i need a charger", "give me a number", "the other order", "红色的"} {
		assert.False(t, comparative(s), s)
	}
}

// An ordinal counts what was shown last, and beyond it the longer list before.
func TestOrdinalsOfTheListBefore(t *testing.T) {
	t.Parallel()
	m := followUpModel(t)
	c := Context{Intent: "product.search", Shown: []string{"bag"}, Earlier: []string{"a", "b", "c"}}
	for said, want := range map[string]string{"the third one": "c", "第三件有货吗": "c", "第二个": "b", "the first one": "bag", "2nd": "b", "3rd please": "c", "the last one": "bag", "the fourth one": ""} {
		got, err := m.Understand(context.Background(), Input{Text: said, Now: noon, Context: c})
		require.NoError(t, err)
		e, _ := got.Entity("item")
		assert.Equal(t, want, e.Value, said)
		assert.Equal(t, c.Earlier, got.Next.Earlier, said)
	}
}
