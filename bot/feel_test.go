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

// Praise is thanked for; a question that sounds pleased is a question.
func TestQuestionsAreNotThanked(t *testing.T) {
	t.Parallel()
	mood := temper{"好": {sentiment.Thank, sentiment.InviteReview}, "lovely": {sentiment.Thank, sentiment.InviteReview}}
	for said, thanked := range map[string]bool{
		"这件真好，太喜欢了": true, "哪件最好": false, "为什么推荐这件，好在哪里": false, "lovely, thanks": true, "whats the most lovely one": false, "is it lovely": false, "whatever, lovely": true,
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			lang, thanks := "zh", []string{"谢谢您的认可", "评价"}
			if said[0] < 0x80 {
				lang, thanks = "en", []string{"good to hear", "review"}
			}
			r := bottest.New(t, bot.Options{Mood: mood, Language: lang, Understand: spoken{words{}, lang}}, nil).Say(said)
			if thanked {
				r.Want(thanks...)
			} else {
				r.WantNot(thanks...)
			}
		})
	}
}
