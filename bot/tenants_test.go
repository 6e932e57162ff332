package bot_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Nothing of a tenant's base reaches another: not by a question, the menu, a
// category's questions, nor what is proposed to an agent.
func TestKnowledgeOfTenants(t *testing.T) {
	t.Parallel()
	bases := map[string]bot.Answerer{}
	for _, tenant := range []string{"北店", "南店"} {
		base, err := kb.New([]kb.Entry{{ID: "hours", Category: tenant, Texts: map[string]kb.Text{"zh": {Question: "几点开门？", Answer: tenant + " 的时间"}}}}, nil)
		require.NoError(t, err)
		bases[tenant] = base
	}
	b, err := bot.New(bot.Options{KnowledgeOf: func(tenant string) (bot.Answerer, bool) {
		base, ok := bases[tenant]
		return base, ok
	}}, bot.NewMux())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, b.Close()) })
	n := 0
	say := func(tenant string, m bot.Message) (out string) {
		n++
		m.ID, m.Thread = fmt.Sprint(n), bot.Thread{Tenant: tenant, Channel: "web", Peer: "p"}
		rs, err := b.Handle(context.Background(), m)
		require.NoError(t, err)
		for _, r := range rs {
			out += r.Text
			for _, c := range r.Choices {
				out += " " + c.Label
			}
		}
		return out
	}
	for tenant, other := range map[string]string{"北店": "南店", "南店": "北店"} {
		assert.Equal(t, tenant+" 的时间", say(tenant, bot.Message{Text: "几点开门？"}))
		assert.Contains(t, say(tenant, bot.Message{Tap: bot.TapMenu}), tenant)
		assert.NotContains(t, say(tenant, bot.Message{Tap: bot.TapMenu}), other)
		assert.Contains(t, say(tenant, bot.Message{Tap: bot.TapMenu + ":" + tenant}), "几点开门？")
		assert.NotContains(t, say(tenant, bot.Message{Tap: bot.TapMenu + ":" + other}), "几点开门？")
		k, err := b.Conversation(t.Context(), bot.Thread{Tenant: tenant, Channel: "web", Peer: "p"})
		require.NoError(t, err)
		got, err := b.Suggest(t.Context(), k, "几点开门？")
		require.NoError(t, err)
		require.Len(t, got, 1)
		assert.Equal(t, tenant+" 的时间", got[0].Text)
	}
	assert.NotContains(t, say("西店", bot.Message{Text: "几点开门？"}), "的时间", "who has no base")
	k, err := b.Conversation(t.Context(), bot.Thread{Tenant: "西店", Channel: "web", Peer: "p"})
	require.NoError(t, err)
	got, err := b.Suggest(t.Context(), k, "几点开门？")
	require.NoError(t, err)
	assert.Empty(t, got)
}
