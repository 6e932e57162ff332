package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// aboutOrder answers every message, with an item in focus so that something can
// be offered to go with it, and blames as the message says: "!ours".
func aboutOrder(ctx context.Context, t *bot.Turn) error {
	t.Focus("coat-01")
	if strings.Contains(t.Message.Text, "ours") {
		if err := t.Blame(ctx, sentiment.CauseDelay, sentiment.FaultOurs); err != nil {
			return err
		}
	}
	if t.Mood.Plan.Has(sentiment.Compensate) && !t.Mood.Plan.Approve {
		t.Compensated()
		if err := t.Say("GRANTED"); err != nil {
			return err
		}
	}
	if t.Mood.Plan.Has(sentiment.Thank) {
		return t.Say("mood.thank") // as the fallback does when nothing was asked
	}
	return t.Say("ANSWER")
}

// scarf is a shelf with one thing.
type scarf struct{}

func (scarf) Recommend(context.Context, recommend.Request) ([]recommend.Suggestion, error) {
	return []recommend.Suggestion{{Item: recommend.Item{ID: "scarf-01", Name: map[string]string{"zh": "围巾", "en": "Scarf"}}}}, nil
}
func (scarf) Record(context.Context, ...recommend.Event) error { return nil }

var temperaments = []string{"你好", "太好了谢谢，非常满意", "垃圾公司，骗子!!!", "太差劲了", "好失望", "担心丢了", "还没发货", "还没发货 ours", "客服态度极差，气死我了",
	"hi", "great, thank you, I love it", "this is ridiculous", "i'm disappointed, the zip broke", "so worried", "it is late ours", "fuck you", "呵呵", "行，谢谢，很满意", "where is it ours?"}

// greedy wants everything at once, whatever the mood.
func greedy(t require.TestingT) *sentiment.Scorer {
	s, err := sentiment.New(&sentiment.Options{Strategy: &sentiment.Table{Rows: []sentiment.Row{
		{Name: "all", When: sentiment.When{Causes: []string{"delay", "quality", "attitude"}}, Do: sentiment.Actions(), Limit: 10},
		{Name: "rest", Do: []sentiment.Action{sentiment.Thank, sentiment.Apologise, sentiment.InviteReview, sentiment.Upsell}},
	}}})
	require.NoError(t, err)
	return s
}

// What the strategy promises holds for what the customer reads, whatever they
// say and however long.
func TestMoodPromises(t *testing.T) {
	t.Parallel()
	shipped, err := sentiment.New(nil)
	require.NoError(t, err)
	all := greedy(t)
	rapid.Check(t, func(rt *rapid.T) {
		scorer := rapid.SampledFrom([]*sentiment.Scorer{shipped, all}).Draw(rt, "strategy")
		lang := rapid.SampledFrom([]string{"zh", "en"}).Draw(rt, "language")
		var mood sentiment.Mood // after the handler has blamed
		var now time.Time
		r := bottest.New(t, bot.Options{Mood: scorer, Customers: profile.NewBook(), Recommend: scarf{}, Language: lang}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
			err := aboutOrder(ctx, t)
			mood, now = t.Mood, t.Now
			return err
		}))
		sorry := map[string][]string{"zh": {"抱歉"}, "en": {"sorry"}}[lang]
		review := map[string]string{"zh": "写个评价", "en": "love a review"}[lang]
		apologised, granted, reviews := false, time.Time{}, 0
		for range rapid.IntRange(1, 25).Draw(rt, "turns") {
			r.Advance(time.Duration(rapid.SampledFrom([]int{0, 1, 48, 24 * 20}).Draw(rt, "hours")) * time.Hour)
			r.Say(rapid.SampledFrom(temperaments).Draw(rt, "text"))
			text := r.Text()
			said := slices.ContainsFunc(sorry, func(w string) bool { return strings.Contains(text, w) })
			require.False(t, said && apologised, "two apologies in a row:\n%s", r.Transcript())
			apologised = said
			if strings.Contains(text, "GRANTED") {
				require.True(t, granted.IsZero() || now.Sub(granted) >= 30*24*time.Hour, "no cooling-off:\n%s", r.Transcript())
				granted = now
			}
			sore := slices.Contains([]sentiment.Emotion{sentiment.Angry, sentiment.Sad, sentiment.Disappointed, sentiment.Anxious}, mood.Emotion)
			for _, reply := range r.Replies() {
				require.False(t, sore && len(reply.Cards) > 0, "sold to %s:\n%s", mood.Emotion, r.Transcript())
			}
			if strings.Contains(text, review) {
				reviews++
				require.GreaterOrEqual(t, mood.Trend.Low, -0.25, "a review after a low:\n%s", r.Transcript())
			}
			require.LessOrEqual(t, reviews, 1, r.Transcript())
		}
	})
}

// Anger earns nothing that calm does not: the same facts told calmly and
// angrily are compensated alike, and without the facts nobody is without a
// person's yes.
func TestAngerEarnsNothing(t *testing.T) {
	t.Parallel()
	scorer, err := sentiment.New(nil)
	require.NoError(t, err)
	for i, c := range []struct {
		text string
		paid bool
	}{
		{"我的包裹到哪了 ours", true}, {"垃圾公司，骗子!!! ours", true}, {"where is it ours?", true}, {"this is ridiculous, you liars!!! ours", true},
		{"还没发货，垃圾公司，骗子!!!", false}, {"still waiting, this is ridiculous, you liars!!!", false}, {"还没发货", false},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := bottest.New(t, bot.Options{Mood: scorer, Customers: profile.NewBook()}, bot.HandlerFunc(aboutOrder))
			r.Say(c.text)
			assert.Equal(t, c.paid, strings.Contains(r.Text(), "GRANTED"), r.Transcript())
		})
	}
}

// planned has one plan for every message.
type planned sentiment.Plan

func (p planned) Feel(context.Context, sentiment.Input) (sentiment.Mood, error) {
	return sentiment.Mood{Score: sentiment.Score{Emotion: sentiment.Disappointed}, Cause: "delay", Plan: sentiment.Plan(p)}, nil
}

func TestMoodWords(t *testing.T) {
	t.Parallel()
	texts, err := bot.ReadTexts(fstest.MapFS{
		"zh.yaml": {Data: []byte("mood:\n  late: 都怪我们。\n  late.delay: 晚了都怪我们。\n  soothe.delay: 等急了吧。\n")},
		"en.yaml": {Data: []byte("mood:\n  late: Our bad.\n  late.delay: Late, our bad.\n  soothe.delay: Long wait.\n")},
	}, "*.yaml")
	require.NoError(t, err)
	do := func(a ...sentiment.Action) []sentiment.Action { return a }
	for name, c := range map[string]struct {
		plan sentiment.Plan
		zh   string
		en   string
	}{
		"the row's words, for the cause": {sentiment.Plan{Say: "mood.late", Actions: do(sentiment.Apologise)}, "晚了都怪我们。 | ANSWER", "Late, our bad. | ANSWER"},
		"a row's words nobody wrote":     {sentiment.Plan{Say: "mood.none", Actions: do(sentiment.Soothe)}, "等急了吧。 | ANSWER", "Long wait. | ANSWER"},
		"several": {sentiment.Plan{Actions: do(sentiment.Apologise, sentiment.Explain)},
			"让您久等了，非常抱歉。查到的最新情况如实告诉您。 | ANSWER", "I'm really sorry you've had to wait. Here is exactly what I can see right now. | ANSWER"},
		"a person must agree": {sentiment.Plan{Actions: do(sentiment.Compensate), Limit: 10, Approve: true},
			"补偿的建议我已经记下，需要人工同事确认后才能给您。 | ANSWER", "I've put down a suggestion to make up for it; a colleague has to agree before it is yours. | ANSWER"},
		"nothing to say": {sentiment.Plan{Actions: do(sentiment.Prioritise, sentiment.OfferHuman)}, "ANSWER", "ANSWER"},
		"praise":         {sentiment.Plan{Actions: do(sentiment.Thank, sentiment.InviteReview)}, "谢谢您的认可！ | 方便的话，欢迎给我们写个评价。", "Thank you, that's good to hear! | If you have a moment, we'd love a review."},
	} {
		for lang, want := range map[string]string{"zh": c.zh, "en": c.en} {
			t.Run(name+" "+lang, func(t *testing.T) {
				t.Parallel()
				r := bottest.New(t, bot.Options{Mood: planned(c.plan), Texts: texts, Language: lang}, bot.HandlerFunc(aboutOrder))
				r.Say("1")
				var got []string
				for _, reply := range r.Replies() {
					got = append(got, reply.Text)
				}
				assert.Equal(t, want, strings.Join(got, " | "))
			})
		}
	}
}

// A complaint nothing answers is asked about, not answered with "I don't know".
func TestComplaintIsAskedAbout(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"zh": "请告诉我订单号", "en": "order number"} {
		r := bottest.New(t, bot.Options{Mood: planned{Actions: []sentiment.Action{sentiment.Soothe}}, Language: lang, Handoff: deskPolicy{}}, bot.NewMux())
		r.Say("1").Want(want)
	}
}

// What was blamed and proposed is on the ticket.
func TestGrievanceOnTicket(t *testing.T) {
	t.Parallel()
	mood := planned{Rule: "late", Actions: []sentiment.Action{sentiment.Compensate}, Limit: 8, Kind: "coupon", Approve: true}
	r := bottest.New(t, bot.Options{Understand: vocabulary, Mood: mood, Handoff: deskPolicy{}}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if err := t.Blame(ctx, sentiment.CauseDelay, sentiment.FaultOurs); err != nil {
			return err
		}
		return t.Say("ANSWER")
	}))
	r.Say("1")
	r.Say("人工").WantEvent(bot.EventHandover, "asked")
	got := r.Take().Facts
	assert.Contains(t, got, handoff.Fact{Name: "cause", Value: "delay"})
	assert.Contains(t, got, handoff.Fact{Name: "fault", Value: "ours"})
	assert.Contains(t, got, handoff.Fact{Name: "compensation", Value: "建议补偿不超过订单金额的 8%（coupon），需您确认，规则：late"})
}
