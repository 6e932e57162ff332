package nlu

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asker answers from a table and notes what it was asked.
type asker struct {
	mu      sync.Mutex
	answers map[string]string
	asked   []string
	likely  []Intent
	err     error
	late    bool
}

func (a *asker) Ask(ctx context.Context, text string, likely []Intent) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, text)
	a.likely = likely
	if a.late {
		<-ctx.Done()
	}
	return a.answers[text], a.err
}

func TestCascade(t *testing.T) {
	t.Parallel()
	live := NewLive(shopModel(t))
	who := &asker{answers: map[string]string{"量子引力": "return.start", "zxqv plmk wert": "no such intent"}}
	c, err := NewCascade(live, &CascadeOptions{Rules: []Rule{{`^怎么开发票`, "invoice"}, {`(?i)gift ?card`, "voucher"}}, Ask: who})
	require.NoError(t, err)
	search, err := c.Understand(context.Background(), Input{Text: "我想买红色的裙子", Now: noon})
	require.NoError(t, err)
	for _, l := range []struct {
		say, intent string
		asked       int
		before      Context
	}{
		{"肿么开发票", "invoice", 0, Context{}}, // rules read standard wording
		{"do you sell GIFTCARDs", "voucher", 0, Context{}},
		{"我要退货", "return.start", 0, Context{}},
		{"量子引力", "return.start", 1, Context{}},
		{"zxqv plmk wert", "", 2, Context{}},
		{"黑色的呢", "product.search", 2, search.Next}, // the context explains it
	} {
		got, err := c.Understand(context.Background(), Input{Text: l.say, Now: noon, Context: l.before})
		require.NoError(t, err)
		assert.Equal(t, l.intent, got.Intent, l.say)
		assert.Len(t, who.asked, l.asked, l.say)
		if l.intent != "" {
			assert.Equal(t, l.intent, got.Next.Intent, l.say)
			assert.Equal(t, l.intent == "product.search", got.FollowUp, l.say)
		}
	}
	r := c.Report()
	assert.Equal(t, CascadeReport{Messages: 7, Rules: 2, Classifier: 3, Asked: 2, Answered: 2}, r)
	assert.InDelta(t, 5.0/7, r.Saved(), 1e-9)
	assert.NotEmpty(t, who.likely, "candidates are shown")
}

// Without an answer the classifier's word stands.
func TestCascadeFails(t *testing.T) {
	t.Parallel()
	live := NewLive(shopModel(t))
	plain, err := live.Understand(context.Background(), Input{Text: "量子引力", Now: noon})
	require.NoError(t, err)
	for name, o := range map[string]*CascadeOptions{
		"error":   {Ask: &asker{err: errors.New("down")}},
		"late":    {Ask: &asker{late: true, answers: map[string]string{"量子引力": "person"}}, Timeout: time.Nanosecond},
		"nobody":  nil,
		"lenient": {Ask: &asker{err: errors.New("not to be asked")}, Sure: 1e-9},
	} {
		c, err := NewCascade(live, o)
		require.NoError(t, err)
		got, err := c.Understand(context.Background(), Input{Text: "量子引力", Now: noon})
		require.NoError(t, err)
		assert.Equal(t, plain, got, name)
		assert.Zero(t, c.Report().Answered, name)
	}
	_, err = NewCascade(live, &CascadeOptions{Rules: []Rule{{"ok", "a"}, {"(", "b"}}})
	assert.ErrorContains(t, err, `rule 2 (intent "b")`)
	c, err := NewCascade(&Live{}, nil)
	require.NoError(t, err)
	_, err = c.Understand(context.Background(), Input{})
	assert.ErrorContains(t, err, "holds no model")
}

func TestCascadeBudget(t *testing.T) {
	t.Parallel()
	who := &asker{answers: map[string]string{}}
	c, err := NewCascade(NewLive(shopModel(t)), &CascadeOptions{Ask: who, PerHour: 3})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			_, err := c.Understand(context.Background(), Input{Text: fmt.Sprintf("zxqv plmk %d wert", i), Now: noon})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Len(t, who.asked, 3)
	assert.Equal(t, 7, c.Report().Refused)
	_, err = c.Understand(context.Background(), Input{Text: "zxqv plmk wert", Now: noon.Add(time.Hour)})
	require.NoError(t, err)
	assert.Len(t, who.asked, 4, "the next hour has its own budget")
}

type modelService struct{}

func (modelService) Ask(_ context.Context, text string, likely []Intent) (string, error) {
	return "return.start", nil // a call of a language model stands here
}

func ExampleCascade() {
	model, err := Train(context.Background(), shopExamples(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := NewCascade(NewLive(model), &CascadeOptions{Rules: []Rule{{Expr: "发票|invoice", Intent: "invoice"}}, Ask: modelService{}, PerHour: 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []string{"怎么开发票", "我要退货", "穿上像我奶奶的窗帘", "where is my order"} {
		m, _ := c.Understand(context.Background(), Input{Text: s})
		fmt.Println(m.Intent)
	}
	fmt.Printf("%.2f of the messages cost nothing\n", c.Report().Saved())
	// Output:
	// invoice
	// return.start
	// return.start
	// order.status
	// 0.75 of the messages cost nothing
}
