package bot_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/profile"
)

func faq(t *testing.T) *kb.Base {
	t.Helper()
	base, err := kb.New([]kb.Entry{
		{ID: "refund", Category: "退换货", Texts: map[string]kb.Text{"zh": {Question: "退款多久到账？", Answer: "3 天内原路退回。", Category: "退换货"}, "en": {Question: "When will I get my refund?", Answer: "Within 3 days.", Category: "Returns"}}},
		{ID: "fee", Category: "配送", Texts: map[string]kb.Text{"zh": {Question: "运费多少钱？", Answer: "满 99 元包邮。", Category: "配送"}, "en": {Question: "How much is shipping?", Answer: "Free from $49.", Category: "Shipping"}}},
		{ID: "old", Category: "活动", Until: bottest.Start().Add(-time.Hour), Texts: map[string]kb.Text{"zh": {Question: "元旦活动是什么？", Answer: "已经结束。"}}},
	}, nil)
	require.NoError(t, err)
	return base
}

func TestOpeningGreetsByTimeAndChannel(t *testing.T) {
	t.Parallel()
	for hour, want := range map[int]string{8: "早上好", 13: "您好", 20: "晚上好", 3: "晚上好"} {
		clock := bottest.NewClock(time.Date(2026, 1, 5, hour, 0, 0, 0, bottest.Start().Location()))
		bottest.New(t, bot.Options{Knowledge: faq(t), Clock: clock}, nil).Push(bot.PushOpen).Want(want, "AI")
	}
	r := bottest.New(t, bot.Options{Knowledge: faq(t), Language: "en"}, nil).Push(bot.PushOpen).Want("Good morning", "AI assistant")
	r.WantChoices("All questions")
}

func TestOpeningNamesTheCustomerAndOffersWhatIsAsked(t *testing.T) {
	t.Parallel()
	opts := bot.Options{Knowledge: faq(t), Customers: profile.NewBook()}
	r := bottest.New(t, opts, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		if name, ok := strings.CutPrefix(t.Message.Text, "我叫"); ok {
			t.Learn("name", name)
			return t.Say("好的")
		}
		return nil
	}))
	r.Say("我叫林晓").Say("运费多少钱？").Say("运费多少钱？").Say("退款多久到账？")
	r.Push(bot.PushOpen).WantSilence() // the visit goes on
	r.Advance(5 * time.Hour).Push(bot.PushOpen).Want("林晓，")
	r.WantChoices("运费多少钱？", "退款多久到账？", "全部问题")
}

func TestMenuBrowsesTheBase(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{Knowledge: faq(t)}, nil).Push(bot.PushOpen).Tap("全部问题")
	r.WantChoices("退换货", "配送") // nothing of what has ended
	r.Tap("退换货").WantChoices("退款多久到账？", "返回分类").Tap("退款多久到账？").Want("3 天内原路退回")
	r.Send(bot.Message{Tap: bot.TapMenu}).Tap("配送").Tap("返回分类").WantChoices("退换货", "配送")
}

func TestOpeningComesBackToWhatWasLeft(t *testing.T) {
	t.Parallel()
	flow := bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		reason, err := bot.Choose(t, "reason", "为什么要退？", "尺码不合", "质量问题")
		if err != nil {
			return err
		}
		return t.Say("好的，" + reason)
	})
	r := bottest.New(t, bot.Options{}, flow).Say("我要退货").Want("为什么要退")
	r.Advance(6*time.Hour).Push(bot.PushOpen).Want("还没有办完", "为什么要退").WantChoices("尺码不合", "质量问题")
	r.Tap("尺码不合").Want("好的，尺码不合")
}

func TestLanguageSwitch(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{Knowledge: faq(t)}, nil).Say("你好").Push(bot.PushLanguage, "language", "en").Want("English")
	r.Say("12345").Want("sorry") // nothing in it tells a language
	r.Push(bot.PushLanguage, "language", "en").WantSilence()
	r.Push(bot.PushLanguage, "language", "xx").WantFailure(nil)
}

func TestPushRules(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("push.cart", func(_ context.Context, t *bot.Turn) error {
		return t.Say("购物车里的 {item} 还有货，需要帮忙吗？", "item", t.Pushed().Data["item"])
	})
	mux.HandleFunc("push.survey", func(_ context.Context, t *bot.Turn) error {
		ok, err := bot.Confirm(t, "sure", "愿意回答一个问题吗？")
		if err != nil || !ok {
			return err
		}
		return t.Say("谢谢")
	})
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	store := bot.NewMemory()
	r := bottest.New(t, bot.Options{Handoff: policy, Store: store}, mux)
	r.Push("cart", "item", "红裙").Want("红裙 还有货")
	k, err := store.Open(t.Context(), r.Thread)
	require.NoError(t, err)
	out, err := store.Pending(t.Context(), bot.Key{}, 0, 10)
	require.NoError(t, err)
	require.Len(t, out, 1, "a push is sent, nobody waits for its answer")
	assert.Equal(t, k, out[0].Key)

	r.Push("survey").Want("愿意回答") // a flow the bot starts
	r.Push("cart", "item", "鞋").WantSilence()
	r.Say("好的").Want("谢谢")

	r.Say("转人工")
	r.Push("cart", "item", "鞋").WantSilence()

	b, err := bot.New(bot.Options{Store: store}, mux)
	require.NoError(t, err)
	_, err = b.Push(t.Context(), bot.Push{ID: "x", Thread: r.Thread, Name: "nobody"})
	require.ErrorContains(t, err, `"push.nobody"`)
	_, err = b.Push(t.Context(), bot.Push{Thread: r.Thread, Name: "cart"})
	require.ErrorContains(t, err, "Push.ID")
}

func TestPushTwiceHasOneEffect(t *testing.T) {
	t.Parallel()
	n := 0
	mux := bot.NewMux()
	mux.HandleFunc("push.paid", func(_ context.Context, t *bot.Turn) error { n++; return t.Say("已付款") })
	b, err := bot.New(bot.Options{}, mux)
	require.NoError(t, err)
	p := bot.Push{ID: "pay-1", Name: "paid", Thread: bot.Thread{Channel: "web", Peer: "p"}}
	first, err := b.Push(t.Context(), p)
	require.NoError(t, err)
	second, err := b.Push(t.Context(), p)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.Equal(t, 1, n)
}

// A person steps in while the bot is answering: the bot's late words are
// dropped, what it did stays done, and an unseen question is put again later.
func TestJoinDropsTheLateReply(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]func(context.Context, *bot.Turn) error{
		"a reply": func(_ context.Context, t *bot.Turn) error { return t.Say("这是迟到的回复") },
		"a question": func(_ context.Context, t *bot.Turn) error {
			_, err := bot.Confirm(t, "sure", "确定要取消订单吗？")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began, on := make(chan struct{}), make(chan struct{})
			var once sync.Once
			b, err := bot.New(bot.Options{Clock: bottest.NewClock(bottest.Start())}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
				once.Do(func() { close(began); <-on })
				return handler(ctx, t)
			}))
			require.NoError(t, err)
			th := bot.Thread{Channel: "web", Peer: "p"}
			k, err := b.Conversation(t.Context(), th)
			require.NoError(t, err)
			done := make(chan []bot.Reply)
			go func() {
				rs, err := b.Handle(context.Background(), bot.Message{ID: "1", Thread: th, Text: "取消订单"})
				assert.NoError(t, err)
				done <- rs
			}()
			<-began
			joined := make(chan handoff.Ticket)
			go func() {
				tk, err := b.Join(context.Background(), k, "小林")
				assert.NoError(t, err)
				joined <- tk
			}()
			for !b.Silenced(k) { // the person has asked to step in
				runtime.Gosched()
			}
			close(on)
			assert.Empty(t, <-done)
			tk := <-joined
			assert.Equal(t, handoff.Proactive, tk.Reason)
			assert.Empty(t, tk.Missing())
			lines, err := b.History(t.Context(), k, bot.Page{})
			require.NoError(t, err)
			require.Len(t, lines, 1)
			assert.Equal(t, "取消订单", lines[0].Words())
			again, err := b.Handle(t.Context(), bot.Message{ID: "1", Thread: th, Text: "取消订单"})
			require.NoError(t, err)
			assert.Empty(t, again)

			_, err = b.Join(t.Context(), k, "小王")
			require.ErrorIs(t, err, bot.ErrTaken)
			require.NoError(t, b.Return(t.Context(), "", tk.ID, "小林"))
			rs, err := b.Handle(t.Context(), bot.Message{ID: "2", Thread: th, Text: "好的"})
			require.NoError(t, err)
			require.NotEmpty(t, rs)
			if name == "a question" {
				assert.Contains(t, rs[len(rs)-1].Text, "确定要取消订单吗", "a yes to something else is no consent")
			}
		})
	}
}

func TestDesk(t *testing.T) {
	t.Parallel()
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	r := bottest.New(t, bot.Options{Handoff: policy, Knowledge: faq(t), Customers: profile.NewBook()}, nil).Say("运费多少钱？").Say("转人工")
	b, err := bot.New(bot.Options{Store: r.Store, Clock: r.Clock, Knowledge: faq(t), Customers: profile.NewBook()}, nil)
	require.NoError(t, err)
	ctx := t.Context()
	k, err := b.Conversation(ctx, r.Thread)
	require.NoError(t, err)
	st, err := b.State(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, bot.OwnerWaiting, st.Owner)
	tk, err := b.Take(ctx, "", st.Ticket, "小林")
	require.NoError(t, err)
	_, err = b.Take(ctx, "", st.Ticket, "小王")
	require.ErrorIs(t, err, bot.ErrTaken)
	tk, err = b.Note(ctx, "", tk.ID, "小林", "客户在赶时间")
	require.NoError(t, err)
	require.Len(t, tk.Notes, 1)
	assert.Equal(t, "小林", tk.Notes[0].From)
	_, err = b.Transfer(ctx, "", tk.ID, "小王", "物流组")
	require.ErrorIs(t, err, bot.ErrTaken)
	tk, err = b.Transfer(ctx, "", tk.ID, "小林", "物流组")
	require.NoError(t, err)
	assert.Equal(t, handoff.Waiting, tk.State)
	assert.Equal(t, "物流组", tk.Skill)
	_, err = b.Tell(ctx, "", tk.ID, "小林", bot.Reply{Text: "还在吗"})
	require.ErrorIs(t, err, bot.ErrTaken)
	_, err = b.Take(ctx, "", tk.ID, "小王")
	require.NoError(t, err)
	st, err = b.State(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, bot.OwnerPerson, st.Owner)
	assert.Equal(t, "小王", st.Agent)
	ideas, err := b.Suggest(ctx, k, "运费要多少")
	require.NoError(t, err)
	require.NotEmpty(t, ideas)
	assert.Equal(t, "fee", ideas[0].Source)
	recent, err := b.Recent(ctx, "", 5)
	require.NoError(t, err)
	require.Len(t, recent, 1)
	assert.Equal(t, k, recent[0].Key)
}

func TestRatingAfterAPerson(t *testing.T) {
	t.Parallel()
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	r := bottest.New(t, bot.Options{Handoff: policy}, nil).Say("转人工")
	r.Take()
	r.Tell("您好")
	r.Return().Want("智能客服", "满意吗").Tap("不满意").Want("哪方面").Tap("等太久").Want("谢谢您的评价")
	events, err := r.Store.Events(t.Context(), "", 0, 100)
	require.NoError(t, err)
	var rated []string
	for _, e := range events {
		if e.Kind == bot.EventRated {
			rated = append(rated, e.Key+" "+e.Value)
		}
	}
	assert.Equal(t, []string{"rating 2", "why slow"}, rated)
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{Knowledge: faq(t)}, nil).Say("运费多少钱？")
	b, err := bot.New(bot.Options{Store: r.Store, Clock: r.Clock}, nil)
	require.NoError(t, err)
	id := r.Replies()[0].ID
	for range 2 {
		require.NoError(t, b.Feedback(t.Context(), r.Thread, id, false))
	}
	require.ErrorIs(t, b.Feedback(t.Context(), r.Thread, "other", true), bot.ErrNotFound)
	events, err := r.Store.Events(t.Context(), "", 0, 100)
	require.NoError(t, err)
	n := 0
	for _, e := range events {
		if e.Kind == bot.EventHelpful {
			n++
			assert.Equal(t, []string{"fee", "no", id}, []string{e.Key, e.Value, e.Source})
		}
	}
	assert.Equal(t, 1, n, "said twice counts once")
	for _, helpful := range []bool{true, false, true} {
		r.Advance(time.Minute)
		require.NoError(t, b.Feedback(t.Context(), r.Thread, id, helpful))
	}
	events, err = r.Store.Events(t.Context(), "", 0, 100)
	require.NoError(t, err)
	assert.Equal(t, "yes", events[len(events)-1].Value, "who changes their mind again is heard")
	k, err := b.Conversation(t.Context(), r.Thread)
	require.NoError(t, err)
	st, err := b.State(t.Context(), k)
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{id: true}, st.Helpful)
	require.NoError(t, b.Feedback(t.Context(), r.Thread, id, true))
	again, err := b.State(t.Context(), k)
	require.NoError(t, err)
	assert.Equal(t, st, again, "nothing was written")

	// Only so many are kept, the latest.
	first := id
	for i := range 51 {
		id = r.Say("运费多少钱？").Replies()[0].ID
		require.NoError(t, b.Feedback(t.Context(), r.Thread, id, i%2 == 1))
	}
	st, err = b.State(t.Context(), k)
	require.NoError(t, err)
	assert.Len(t, st.Helpful, 50)
	assert.NotContains(t, st.Helpful, first)
	assert.Contains(t, st.Helpful, id)
	assert.False(t, st.Helpful[id])
	tickets, err := b.Tickets(t.Context(), "")
	require.NoError(t, err)
	assert.Empty(t, tickets)
}

func TestDraftsAreConfirmedReplacedOrWithdrawn(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		t.Notice("正在查询…")
		dropped := t.Draft()
		dropped.Add("不要了")
		kept := t.Draft()
		kept.Add("订单")
		kept.Add("已发货")
		if err := kept.Send(bot.Reply{}); err != nil {
			return err
		}
		return t.Say("还有别的吗？")
	}))
	require.NoError(t, err)
	th := bot.Thread{Channel: "web", Peer: "p"}
	k, err := b.Conversation(t.Context(), th)
	require.NoError(t, err)
	var live []string
	stop := b.Watch(k, func(l bot.Live) {
		switch {
		case l.Began:
			live = append(live, "began")
		case l.Part != nil:
			live = append(live, l.Part.Text)
		case l.Report != nil:
			live = append(live, "committed")
		case l.Ended:
			live = append(live, "ended")
		}
	})
	texts := map[string]string{}
	replies, err := b.Stream(t.Context(), bot.Message{ID: "1", Thread: th, Text: "查订单"}, func(p bot.Part) {
		if !p.Notice {
			texts[p.Reply] += p.Text
		}
	})
	require.NoError(t, err)
	stop()
	require.Len(t, replies, 2)
	assert.Equal(t, "订单已发货", replies[0].Text)
	assert.Equal(t, "订单已发货", texts[replies[0].ID])
	assert.Len(t, texts, 2, "the draft that was not sent has an id of its own")
	assert.NotEqual(t, replies[0].ID, replies[1].ID)
	assert.Equal(t, []string{"began", "正在查询…", "不要了", "订单", "已发货", "committed", "ended"}, live)
	_, err = b.Handle(t.Context(), bot.Message{ID: "2", Thread: th, Text: "再查"})
	require.NoError(t, err)
	assert.Len(t, live, 7, "nothing is told after stop")
}

func TestPulledChannelsHaveNoOutbox(t *testing.T) {
	t.Parallel()
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	store := bot.NewMemory()
	b, err := bot.New(bot.Options{Store: store, Handoff: policy}, nil)
	require.NoError(t, err)
	b.Pull("web")
	for channel, want := range map[string]int{"web": 0, "wechat": 1} {
		th := bot.Thread{Channel: channel, Peer: "p"}
		_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: th, Text: "转人工"})
		require.NoError(t, err)
		k, err := b.Conversation(t.Context(), th)
		require.NoError(t, err)
		st, err := b.State(t.Context(), k)
		require.NoError(t, err)
		_, err = b.Take(t.Context(), "", st.Ticket, "小林")
		require.NoError(t, err)
		_, err = b.Tell(t.Context(), "", st.Ticket, "小林", bot.Reply{Text: "您好"})
		require.NoError(t, err)
		out, err := store.Pending(t.Context(), bot.Key{}, 0, 10)
		require.NoError(t, err)
		n := 0
		for _, o := range out {
			if o.Thread.Channel == channel {
				n++
			}
		}
		assert.Equal(t, want, n, channel)
	}
}

// What is meant for the staff, or for another channel, is nowhere shown to a customer.
func TestLimitedKnowledge(t *testing.T) {
	t.Parallel()
	text := func(q, a string) map[string]kb.Text { return map[string]kb.Text{"zh": {Question: q, Answer: a}} }
	base, err := kb.New([]kb.Entry{
		{ID: "fee", Category: "配送", Texts: text("运费多少钱？", "满 99 元包邮。")},
		{ID: "secret", Category: "内部", Audience: []string{bot.RoleStaff}, Texts: text("最多可以补偿多少？", "客服最多可以补偿 50 元。")},
		{ID: "wechat", Category: "活动", Channels: []string{"wechat"}, Texts: text("公众号有什么活动？", "关注送券。")},
	}, nil)
	require.NoError(t, err)
	r := bottest.New(t, bot.Options{Knowledge: base}, nil)
	for _, q := range []string{"最多可以补偿多少？", "公众号有什么活动？"} {
		r.Say(q).WantNot("50", "送券")
	}
	r.Send(bot.Message{Tap: bot.TapMenu}).WantChoices("配送")
	r.Send(bot.Message{Tap: bot.TapMenu + ":内部"}).WantNot("补偿")
	b, err := bot.New(bot.Options{Store: r.Store, Clock: r.Clock, Knowledge: base}, nil)
	require.NoError(t, err)
	k, err := b.Conversation(t.Context(), r.Thread)
	require.NoError(t, err)
	ideas, err := b.Suggest(t.Context(), k, "最多可以补偿多少？")
	require.NoError(t, err)
	require.NotEmpty(t, ideas)
	assert.Equal(t, "secret", ideas[0].Source)
}
