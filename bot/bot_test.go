package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func thread(peer string) bot.Thread { return bot.Thread{Channel: "test", Peer: peer} }

func newBot(t testing.TB, o bot.Options, h bot.Handler) *bot.Bot {
	t.Helper()
	b, err := bot.New(o, h)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, b.Close()) })
	return b
}

var counter = bot.Var[int]{Name: "n"}

func count(ctx context.Context, t *bot.Turn) error {
	n := counter.Get(t) + 1
	if err := counter.Set(t, n); err != nil {
		return err
	}
	return t.Say("{n}", "n", n)
}

// Messages of one conversation delivered together lose no update and stay in
// the order in which they were let in; the same id has one effect.
func TestConcurrentMessages(t *testing.T) {
	t.Parallel()
	b := newBot(t, bot.Options{MaxWaiting: 1000, MaxTurns: 1000}, bot.HandlerFunc(count))
	var wg sync.WaitGroup
	seen := make([]string, 200)
	for i := range 200 {
		wg.Go(func() {
			// Each id is delivered twice.
			rs, err := b.Handle(t.Context(), bot.Message{ID: fmt.Sprint(i / 2), Thread: thread("p"), Text: "hi"})
			if assert.NoError(t, err) && assert.Len(t, rs, 1) {
				seen[i] = rs[0].Text
			}
		})
	}
	wg.Wait()
	distinct := map[string]bool{}
	for i := 0; i < 200; i += 2 {
		assert.Equal(t, seen[i], seen[i+1], "a message delivered twice got two answers")
		distinct[seen[i]] = true
	}
	assert.Len(t, distinct, 100)
	rs, err := b.Handle(t.Context(), bot.Message{ID: "last", Thread: thread("p"), Text: "hi"})
	require.NoError(t, err)
	assert.Equal(t, "101", rs[0].Text)
}

func TestConversationsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}), make(chan struct{})
	b := newBot(t, bot.Options{}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if t.Message.Thread.Peer == "slow" {
			close(inside)
			<-release
		}
		return t.Say("ok")
	}))
	done := make(chan error, 1)
	go func() {
		_, err := b.Handle(context.Background(), bot.Message{ID: "1", Thread: thread("slow"), Text: "hi"})
		done <- err
	}()
	<-inside
	_, err := b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("quick"), Text: "hi"})
	require.NoError(t, err)
	close(release)
	require.NoError(t, <-done)
}

func TestOverloadIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		store := bot.NewMemory()
		b := newBot(t, bot.Options{Store: store, MaxWaiting: 1, MaxTurns: 3}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
			<-release
			return t.Say("ok")
		}))
		var wg sync.WaitGroup
		send := func(peer, id string) {
			wg.Go(func() {
				_, err := b.Handle(context.Background(), bot.Message{ID: id, Thread: thread(peer), Text: "hi"})
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		send("a", "1") // runs
		send("a", "2") // waits
		_, err := b.Handle(t.Context(), bot.Message{ID: "3", Thread: thread("a"), Text: "hi"})
		assert.ErrorIs(t, err, bot.ErrBusy)
		send("b", "1")
		_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("c"), Text: "hi"})
		assert.ErrorIs(t, err, bot.ErrOverloaded)
		close(release)
		wg.Wait()
		k, err := store.Open(t.Context(), thread("a"))
		require.NoError(t, err)
		_, ok, err := store.Answered(t.Context(), k, "3")
		require.NoError(t, err)
		assert.False(t, ok, "a refused message was stored")
	})
}

func TestAWaitingMessageMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b := newBot(t, bot.Options{}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
			<-release
			return t.Say("ok")
		}))
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := b.Handle(context.Background(), bot.Message{ID: "1", Thread: thread("a"), Text: "hi"})
			assert.NoError(t, err)
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := b.Handle(ctx, bot.Message{ID: "2", Thread: thread("a"), Text: "hi"})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		close(release)
		wg.Wait()
		_, err = b.Handle(t.Context(), bot.Message{ID: "3", Thread: thread("a"), Text: "hi"})
		assert.NoError(t, err)
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{}, nil)
	require.NoError(t, err)
	require.NoError(t, b.Close())
	require.NoError(t, b.Close())
	_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: "hi"})
	assert.ErrorIs(t, err, bot.ErrClosed)
}

// conflicting makes the first commits fail as another worker's would.
type conflicting struct {
	bot.Store
	left int
}

func (c *conflicting) Commit(ctx context.Context, x *bot.Commit) error {
	if c.left > 0 {
		c.left--
		return bot.ErrConflict
	}
	return c.Store.Commit(ctx, x)
}

func TestStaleCommitRunsTheTurnAgain(t *testing.T) {
	t.Parallel()
	b := newBot(t, bot.Options{Store: &conflicting{bot.NewMemory(), 2}}, bot.HandlerFunc(count))
	rs, err := b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: "hi"})
	require.NoError(t, err)
	assert.Equal(t, "1", rs[0].Text)
	b = newBot(t, bot.Options{Store: &conflicting{bot.NewMemory(), 99}}, bot.HandlerFunc(count))
	_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: "hi"})
	assert.ErrorIs(t, err, bot.ErrConflict)
}

// dying is the store of a process that dies at its nth write: nothing it writes
// afterwards arrives.
type dying struct {
	bot.Store
	at, n int
	after bool // the write arrives, the process never hears of it
	dead  bool
}

var errDied = errors.New("died")

func (d *dying) write(do func() error) error {
	if d.dead {
		return errDied
	}
	if d.n++; d.n != d.at {
		return do()
	}
	d.dead = true
	if d.after {
		if err := do(); err != nil {
			return err
		}
	}
	return errDied
}

func (d *dying) Commit(ctx context.Context, c *bot.Commit) error {
	return d.write(func() error { return d.Store.Commit(ctx, c) })
}

func (d *dying) Journal(ctx context.Context, k bot.Key, v int64, e []byte) error {
	return d.write(func() error { return d.Store.Journal(ctx, k, v, e) })
}

// A process that dies at any write of the return flow repeats no effect, and
// the customer who writes again reads the same end.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	script := []string{"退货 A12", "质量问题", "是的", "谢谢"}
	for _, idempotent := range []bool{true, false} {
		for at := 1; at <= 8; at++ {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("idempotent %t, write %d, after %t", idempotent, at, after), func(t *testing.T) {
					t.Parallel()
					w := &shopWorld{price: 100}
					store := bot.NewMemory()
					var promises []bot.Promise
					if idempotent {
						promises = append(promises, bot.Idempotent)
					}
					mux := crashMux(w, promises...)
					d := &dying{Store: store, at: at, after: after}
					var last []bot.Reply
					for i, line := range script {
						for range 3 { // the transport delivers again until it is answered
							d.dead = false // a new process
							b, err := bot.New(bot.Options{Store: d, Understand: vocabulary}, mux)
							require.NoError(t, err)
							last, err = b.Handle(t.Context(), bot.Message{ID: fmt.Sprint(i), Thread: thread("p"), Text: line})
							if err == nil {
								break
							}
							require.ErrorIs(t, err, errDied)
						}
					}
					require.NotEmpty(t, last)
					assert.LessOrEqual(t, len(w.returns), 1, "the effect happened twice")
					if idempotent {
						assert.Len(t, w.returns, 1)
					} else {
						assert.LessOrEqual(t, w.calls, 1, "an effect without a promise was tried again")
					}
				})
			}
		}
	}
}

// Whatever commits after a crash, the journalled effect is not forgotten: a
// person takes over in between, and the flow still knows what it did.
func TestCrashThenHandover(t *testing.T) {
	t.Parallel()
	w := &shopWorld{price: 100}
	store := bot.NewMemory()
	d := &dying{Store: store}
	o := bot.Options{Store: d, Understand: vocabulary, Handoff: deskPolicy{}}
	say := func(id, text string) ([]bot.Reply, error) {
		b, err := bot.New(o, crashMux(w))
		require.NoError(t, err)
		return b.Handle(t.Context(), bot.Message{ID: id, Thread: thread("p"), Text: text})
	}
	for i, line := range []string{"退货 A12", "质量问题"} {
		_, err := say(fmt.Sprint(i), line)
		require.NoError(t, err)
	}
	d.n, d.at = 0, 3 // intent and result are written, the turn's commit is not
	_, err := say("2", "是的")
	require.ErrorIs(t, err, errDied)
	require.Len(t, w.returns, 1)
	d.dead, d.at = false, 0
	_, err = say("3", "转人工")
	require.NoError(t, err)
	b, err := bot.New(o, crashMux(w))
	require.NoError(t, err)
	ts, err := b.Tickets(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, ts, 1)
	_, err = b.Take(t.Context(), "", ts[0].ID, "agent")
	require.NoError(t, err)
	require.NoError(t, b.Return(t.Context(), "", ts[0].ID, "agent"))
	rs, err := say("4", "办好了吗")
	require.NoError(t, err)
	assert.Equal(t, 1, w.calls, "the effect was repeated")
	assert.Contains(t, rs[0].Text, "R1 A12")
}

func crashMux(w *shopWorld, promises ...bot.Promise) *bot.Mux {
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		reason, err := bot.Choose(t, "reason", "为什么?", "质量问题", "其他")
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "确认?"); err != nil || !ok {
			return err
		}
		no, err := bot.Once(ctx, t, "create", func(ctx context.Context, key string) (string, error) {
			w.calls++
			if w.returns == nil {
				w.returns = map[string]string{}
			}
			w.returns[key] = order
			return "R1", nil
		}, promises...)
		if err != nil {
			return err
		}
		return t.Say("{no} {o} {r}", "no", no, "o", order, "r", reason)
	})
	return mux
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	b := newBot(t, bot.Options{}, bot.HandlerFunc(count))
	for name, m := range map[string]bot.Message{
		"no channel": {ID: "1", Thread: bot.Thread{Peer: "p"}, Text: "hi"},
		"no peer":    {ID: "1", Thread: bot.Thread{Channel: "c"}, Text: "hi"},
		"long id":    {ID: strings.Repeat("x", 1000), Thread: thread("p"), Text: "hi"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Handle(t.Context(), m)
			require.Error(t, err)
			assert.Contains(t, err.Error(), "Message.")
		})
	}
	for name, text := range map[string]string{
		"empty": "", "blank": " \n\t", "1 MB": strings.Repeat("啊", 350_000), "binary": "\x00\x01\xff\xfe\x80",
		"invalid UTF-8": "退\xe9\x80货", "emoji": strings.Repeat("😀", 900), "control": "\x1b[31mred\x07", "bidi": "\u202eabc",
	} {
		t.Run("text "+name, func(t *testing.T) {
			rs, err := b.Handle(t.Context(), bot.Message{ID: name, Thread: thread(name), Text: text})
			require.NoError(t, err)
			require.NotEmpty(t, rs)
			rs, err = b.Handle(t.Context(), bot.Message{ID: name + "2", Thread: thread(name), Text: "你好"})
			require.NoError(t, err, "the session did not survive")
			require.NotEmpty(t, rs)
		})
	}
}

func TestPanicIsAnApology(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(func(context.Context, *bot.Turn) error { panic("boom") }))
	r.Say("hello there").WantFailure(nil)
	assert.Contains(t, r.Text(), "sorry")
	r.Say("again").WantFailure(nil)
}

// desk is a policy of a few lines.
type deskPolicy struct{}

func (deskPolicy) Judge(_ context.Context, s handoff.Situation) (handoff.Decision, error) {
	switch {
	case s.Stage == handoff.Before && (strings.Contains(s.Text, "人工") || s.Offered && s.Intent == "yes"):
		return handoff.Decision{Handover: true, Reason: handoff.Asked, Priority: handoff.Normal}, nil
	case s.Stage == handoff.After && s.Failures == 2:
		return handoff.Decision{Offer: true}, nil
	case s.GaveUp != "":
		return handoff.Decision{Handover: true, Reason: handoff.GaveUp, Priority: handoff.High}, nil
	}
	return handoff.Decision{}, nil
}

func TestHandover(t *testing.T) {
	t.Parallel()
	w := &shopWorld{}
	r := bottest.New(t, bot.Options{Understand: vocabulary, Handoff: deskPolicy{}}, returnMux(w))
	r.Say("退货 A12").Want("为什么退?")
	r.Say("转人工").Want("转接人工").WantEvent(bot.EventHandover, "asked")
	r.Say("有人吗").WantSilence()
	tk := r.Take()
	assert.Equal(t, handoff.Taken, tk.State)
	b := newBot(t, bot.Options{Store: r.Store, Clock: r.Clock}, nil)
	_, err := b.Take(t.Context(), "", tk.ID, "somebody else")
	require.ErrorIs(t, err, bot.ErrTaken)
	_, err = b.Tell(t.Context(), "", tk.ID, "somebody else", bot.Reply{Text: "hi"})
	require.ErrorIs(t, err, bot.ErrTaken)
	r.Tell("您好,我来处理").Want("(agent) 您好,我来处理")
	r.Say("好的").WantSilence()
	r.Return()
	r.Say("质量问题").Want("确认退 A12")
}

func TestPersonIsOfferedAndGiveUpHandsOver(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{Understand: vocabulary, Handoff: deskPolicy{}}, returnMux(&shopWorld{}))
	r.Say("咕噜")
	r.Say("咕噜咕噜").Want("可以为您转接人工")
	r.Say("好的").Want("转接人工").WantEvent(bot.EventHandover, "asked")
	r = bottest.New(t, bot.Options{Understand: vocabulary, Handoff: deskPolicy{}}, returnMux(&shopWorld{}))
	r.Say("退货 A12")
	r.Say("啊").Say("哦").Say("嗯哼").WantEvent(bot.EventHandover, "gave_up")
}

type shelfOfAnswers map[string]kb.Answer

func (s shelfOfAnswers) Answer(_ context.Context, q kb.Query) (kb.Answer, error) {
	for word, a := range s {
		if strings.Contains(q.Text, word) {
			return a, nil
		}
	}
	return kb.Answer{Verdict: kb.Unknown}, nil
}

// asking is a base that notes what it is asked about.
type asking struct{ after []string }

func (a *asking) Answer(_ context.Context, q kb.Query) (kb.Answer, error) {
	a.after = append(a.after, q.After)
	return kb.Answer{Verdict: kb.Answered, Confidence: .9, Hits: []kb.Hit{{ID: "fee", Language: "zh", Category: "配送", Question: "运费多少", Answer: "8 元"}}}, nil
}

// The base hears what it answered last, until something else is talked about.
func TestKnowledgeIsAskedInContext(t *testing.T) {
	t.Parallel()
	base := &asking{}
	r := bottest.New(t, bot.Options{Understand: vocabulary, Knowledge: base}, returnMux(&shopWorld{}))
	r.Say("运费多少").Say("那新疆呢").Say("物流 A8").Say("多少钱")
	assert.Equal(t, []string{"", "fee", ""}, base.after)
}

func TestKnowledge(t *testing.T) {
	t.Parallel()
	hit := func(id, q, a string) kb.Hit { return kb.Hit{ID: id, Language: "zh", Question: q, Answer: a} }
	base := shelfOfAnswers{
		"发票": {Verdict: kb.Answered, Confidence: .9, Hits: []kb.Hit{hit("invoice", "怎么开发票", "在订单里申请。")}},
		"运费": {Verdict: kb.Unsure, Confidence: .4, Hits: []kb.Hit{hit("fee", "运费多少", "8 元"), hit("free", "怎么包邮", "满 99")}},
	}
	r := bottest.New(t, bot.Options{Understand: vocabulary, Knowledge: base}, returnMux(&shopWorld{}))
	r.Say("怎么开发票").Want("在订单里申请。", "— 怎么开发票")
	r.Say("运费呢").Want("您想问的是").WantChoices("运费多少", "怎么包邮")
	r.Say("量子力学").Want("还不太清楚")
	r.Say("还是量子力学").Want("还是没能帮到您")
	r.Say("退货 A12").Want("为什么退?")
	r.Say("对了发票怎么开").Want("在订单里申请。", "为什么退?")
}

func TestTimersAndOutbox(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		t.Remind("survey", t.Now.Add(time.Hour))
		return t.Say("好")
	})
	mux.HandleFunc("timer.survey", func(ctx context.Context, t *bot.Turn) error { return t.Say("满意吗?") })
	var sent sender
	r := bottest.New(t, bot.Options{Understand: vocabulary, Sender: &sent}, mux)
	r.Say("退货").Want("好")
	r.Advance(59 * time.Minute).WantSilence()
	r.Advance(time.Minute).Want("满意吗?")
	r.Advance(time.Hour).WantSilence()
	assert.Equal(t, []string{"满意吗?"}, sent.texts)
}

type sender struct{ texts []string }

func (s *sender) Send(_ context.Context, _ bot.Thread, r bot.Reply) error {
	s.texts = append(s.texts, r.Text)
	return nil
}

type brokenStage struct{}

func (brokenStage) Understand(context.Context, nlu.Input) (nlu.Meaning, error) {
	return nlu.Meaning{}, errors.New("down")
}

func (brokenStage) Answer(context.Context, kb.Query) (kb.Answer, error) {
	return kb.Answer{}, errors.New("down")
}

func TestABrokenStageIsLeftOut(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{Understand: brokenStage{}, Knowledge: brokenStage{}}, nil)
	r.Say("hello there").Want("don't know")
	assert.Contains(t, r.Report().Trace.String(), "failed, left out")
}

// values are the variables of a base in a test.
type values map[string]string

func (v values) Value(_ context.Context, _ *bot.Turn, name string) (string, bool, error) {
	if name == "broken" {
		return "", false, errors.New("down")
	}
	s, ok := v[name]
	return s, ok, nil
}

// An answer's variables are filled in; one that lacks a value is not shown.
func TestVariables(t *testing.T) {
	t.Parallel()
	hit := func(id, a string) kb.Hit { return kb.Hit{ID: id, Language: "zh", Question: id, Answer: a} }
	answered := func(a string) kb.Answer {
		return kb.Answer{Verdict: kb.Answered, Confidence: .9, OnTopic: .9, Hits: []kb.Hit{hit("first", a), hit("second", "别的")}}
	}
	base := shelfOfAnswers{"等级": answered("您是{{ level }}，{{level}}。"), "积分": answered("您有 {{points}} 分。"), "余额": answered("{{broken}} 元"), "括号": answered("写作 {{ 就行")}
	for name, c := range map[string]struct {
		vars      bot.Variables
		say, want string
		not       string
	}{
		"filled":         {values{"level": "金卡"}, "我的等级", "您是金卡，金卡。", "{{"},
		"no value":       {values{"level": "金卡"}, "我的积分", "还不太清楚", "{{"},
		"an error":       {values{}, "我的余额", "还不太清楚", "{{"},
		"no variables":   {nil, "我的等级", "还不太清楚", "{{"},
		"not a variable": {nil, "括号怎么写", "写作 {{ 就行", "清楚"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := bottest.New(t, bot.Options{Understand: vocabulary, Knowledge: base, Variables: c.vars}, returnMux(&shopWorld{}))
			r.Say(c.say).Want(c.want).WantNot(c.not)
		})
	}
}
