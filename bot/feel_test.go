package bot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// temper plans by a word of the message.
type temper map[string][]sentiment.Action

func (m temper) Feel(_ context.Context, in sentiment.Input) (sentiment.Mood, error) {
	for word, actions := range m {
		if strings.Contains(in.Text, word) {
			return sentiment.Mood{Plan: sentiment.Plan{Rule: word, Actions: actions}}, nil
		}
	}
	return sentiment.Mood{}, nil
}

func TestMoodIsActedOn(t *testing.T) {
	t.Parallel()
	mood := temper{"生气": {sentiment.Apologise, sentiment.Prioritise}, "着急": {sentiment.Soothe}, "棒": {sentiment.Thank}}
	r := bottest.New(t, bot.Options{Understand: vocabulary, Mood: mood, Handoff: deskPolicy{}}, returnMux(&shopWorld{}))
	r.Say("退货，很生气").Want("非常抱歉", "要退哪个订单?").WantEvent(bot.EventPrioritised, "生气")
	assert.True(t, strings.HasPrefix(r.Text(), "非常抱歉"), "the apology comes first")
	r.Say("A12，着急").Want("别着急")
	r.Say("生气").WantNoEvent(bot.EventPrioritised)
	r.Say("人工").WantEvent(bot.EventHandover, "asked")
	assert.Equal(t, handoff.High, r.Take().Priority, "the mood's priority did not reach the ticket")
	r.Return()
	r.Say("算了")
	r.Say("真棒").Want("谢谢您的认可").WantNot("还不太清楚")
}
