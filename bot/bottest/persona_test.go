package bottest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

func orderForm(ctx context.Context, t *bot.Turn) error {
	size, err := bot.Choose(t, "size", "要多大的？", "小号", "大号")
	if err != nil {
		return err
	}
	n, err := bot.Ask(t, bot.Question[int]{Name: "n", Prompt: "要几件？"})
	if err != nil {
		return err
	}
	if ok, err := bot.Confirm(t, "sure", "{n} 件{size}，下单吗？", "n", n, "size", size); err != nil || !ok {
		return err
	}
	if _, err := bot.Once(ctx, t, "order", func(context.Context, string) (int, error) { return n, nil }); err != nil {
		return err
	}
	return t.Say("下单了。")
}

var buyer = bottest.Persona{Name: "买家", Opening: "我要下单", Goal: "! flow main done", Facts: []bottest.Fact{
	{Asked: []string{"多大"}, Says: "大号"}, {Asked: []string{"几件"}, Says: "3"}, {Asked: []string{"下单吗"}, Says: "是的"},
}}

func TestPersonaWithAGoal(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(orderForm))
	p := buyer
	assert.Equal(t, 4, r.Play(&p))
	assert.Contains(t, r.Transcript(), "< 3 件大号，下单吗？")
	assert.Contains(t, r.Transcript(), "! effect main/order done")
}

func TestPersonaWithAScript(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(orderForm))
	assert.Equal(t, 3, r.Play(&bottest.Persona{Lines: []string{"你好", "小号", "算了，两件"}}))
	assert.Contains(t, r.Transcript(), "> 小号\n< 要几件？\n> 算了，两件")
}

func TestPersonaThatFails(t *testing.T) {
	t.Parallel()
	rec := &recorder{TB: t}
	p := buyer
	p.Facts = p.Facts[:1] // they do not know how many
	func() {
		defer func() { _ = recover() }()
		bottest.New(rec, bot.Options{}, bot.HandlerFunc(orderForm)).Play(&p)
	}()
	assert.Contains(t, rec.failed, `did not get what they came for (! flow main done) in 2 messages`)
	p.Shrug, p.Patience = "不知道", 5
	rec = &recorder{TB: t}
	func() {
		defer func() { _ = recover() }()
		bottest.New(rec, bot.Options{}, bot.HandlerFunc(orderForm)).Play(&p)
	}()
	assert.Contains(t, rec.failed, "in 5 messages")
}
