package nlu

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImprove(t *testing.T) {
	t.Parallel()
	first := shopModel(t)
	live := NewLive(first)
	labelled := func(intent string) []Example {
		var out []Example
		for i, who := range []string{"我", "请问", "你好", "那", "麻烦", "话说"} {
			out = append(out, Example{Text: who + "积分怎么兑换", Intent: intent}, Example{Text: who + "的积分呢", Intent: intent},
				Example{Text: fmt.Sprintf("how many points for %d", i), Intent: intent}, Example{Text: who + "想换积分", Intent: intent})
		}
		return out
	}
	_, err := Improve(context.Background(), live, shopExamples(), labelled("points")[:5], nil)
	require.ErrorContains(t, err, "at least 20")
	assert.Same(t, first, live.Model())

	got, err := Improve(context.Background(), live, shopExamples(), labelled("points"), nil)
	require.NoError(t, err)
	require.True(t, got.Adopted, "%+v", got)
	assert.Same(t, got.New, live.Model())
	assert.Same(t, first, got.Old)
	assert.Greater(t, got.Won, got.Lost)
	assert.Greater(t, got.After.Accuracy, got.Before.Accuracy)
	m, err := live.Understand(context.Background(), Input{Text: "积分怎么兑换呀"})
	require.NoError(t, err)
	assert.Equal(t, "points", m.Intent)
	live.Swap(got.Old)
	m, err = live.Understand(context.Background(), Input{Text: "积分怎么兑换呀"})
	require.NoError(t, err)
	assert.NotEqual(t, "points", m.Intent, "and back again")

	// Labels without sense teach nothing that helps on those kept apart.
	var noise []Example
	for i, e := range shopExamples() {
		noise = append(noise, Example{Text: e.Text + " 嗯", Intent: []string{"order.status", "return.start", "product.stock", "product.search"}[i*7%4]})
	}
	live = NewLive(first)
	got, err = Improve(context.Background(), live, shopExamples(), noise, nil)
	require.NoError(t, err)
	assert.False(t, got.Adopted, "won %d, lost %d", got.Won, got.Lost)
	assert.Same(t, first, live.Model())

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Improve(ctx, live, shopExamples(), labelled("points"), nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = Improve(context.Background(), &Live{}, nil, nil, nil)
	require.ErrorContains(t, err, "NewLive")
}
