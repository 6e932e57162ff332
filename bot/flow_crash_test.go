package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// everything is a bot with a flow of each kind; effects counts what happened
// outside, by key.
func everything(effects map[string]int) *bot.Mux {
	do := func(t *bot.Turn, name string) func(context.Context, string) (string, error) {
		return func(_ context.Context, key string) (string, error) {
			effects[key]++
			return fmt.Sprintf("%s%d", name, len(effects)), nil
		}
	}
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		if err := t.Say("好的,退货。"); err != nil {
			return err
		}
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个订单?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		if err := t.Say("查到 {o}。", "o", order); err != nil {
			return err
		}
		reason, err := bot.Choose(t, "reason", "为什么?", "质量问题", "尺码不合适")
		if err != nil {
			return err
		}
		if err := t.Say("原因是{r}。", "r", reason); err != nil {
			return err
		}
		held, err := bot.Once(ctx, t, "hold", do(t, "H"), bot.Idempotent)
		if err != nil {
			return err
		}
		if err := t.Say("先登记了 {h}。", "h", held); err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "确认退 {o}?", "o", order); err != nil || !ok {
			return err
		}
		no, err := bot.Once(ctx, t, "create", do(t, "R"), bot.Idempotent)
		if err != nil {
			return err
		}
		return t.Say("退货单 {no}。", "no", no)
	})
	mux.HandleFunc("buy", func(ctx context.Context, t *bot.Turn) error {
		if err := t.Say("请付款。"); err != nil {
			return err
		}
		p, err := bot.Wait[int](t, "paid", bot.For{Event: "paid", Within: time.Hour})
		if errors.Is(err, bot.ErrExpired) {
			return t.Say("没有付款。")
		}
		if err != nil {
			return err
		}
		if err := t.Say("收到 {p} 元。", "p", p); err != nil {
			return err
		}
		no, err := bot.Once(ctx, t, "ship", do(t, "S"), bot.Idempotent)
		if err != nil {
			return err
		}
		if err := t.Say("发货单 {no}。", "no", no); err != nil {
			return err
		}
		how, err := bot.Choose(t, "how", "满意吗?", "满意", "一般")
		if err != nil {
			return err
		}
		return t.Say("记下了{h}。", "h", how)
	})
	mux.HandleFunc("repair", func(ctx context.Context, t *bot.Turn) error {
		f := struct {
			Order string `ask:"order" slot:"order" label:"单号"`
			Fault string `ask:"fault" options:"屏幕|电池" label:"故障"`
			Count int    `ask:"count,optional" label:"件数"`
		}{}
		if err := bot.Fill(t, "repair", &f); err != nil {
			return err
		}
		no, err := bot.Once(ctx, t, "book", do(t, "B"), bot.Idempotent)
		if err != nil {
			return err
		}
		return t.Say("报修 {no}:{o} {f} {n}。", "no", no, "o", f.Order, "f", f.Fault, "n", f.Count)
	})
	mux.HandleFunc("track", func(ctx context.Context, t *bot.Turn) error {
		for _, t := range t.Each("order") {
			o, err := bot.Ask(t, bot.Question[string]{Name: "id", Prompt: "查哪个?", Slot: "order", Parse: bot.OrderID})
			if err != nil {
				return err
			}
			state, err := bot.Load(ctx, t, "state", func(context.Context) (string, error) { return "在路上", nil })
			if err != nil {
				return err
			}
			if err := t.Say("{o} {s}。", "o", o, "s", state); err != nil {
				return err
			}
			if more, err := bot.Choose(t, "more", "还查吗?", "还要查", "查完了"); err != nil || more == "查完了" {
				return err
			}
		}
		return nil
	})
	return mux
}

// act is one thing that happens in a random conversation.
type act struct {
	say    string
	signal bool
	wait   time.Duration
}

var acts = []string{"退货", "退货 A12", "退货 A12 质量问题", "B34", "质量问题", "尺码不合适", "是的", "不", "不对,订单号是 C56", "算了", "全部算了",
	"再说一遍", "谢谢", "物流", "物流 A8", "查完了", "还要查", "买东西", "满意", "报修", "报修\n单号：A12\n故障：屏幕", "故障：电池", "件数改成 3", "跳过", "2", "哈哈哈"}

// scripts draws what happens in a random conversation.
func scripts() *rapid.Generator[[]act] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return act{signal: true}
		case 1:
			return act{wait: rapid.SampledFrom([]time.Duration{time.Minute, 2 * time.Hour, 30 * time.Hour}).Draw(t, "wait")}
		}
		return act{say: rapid.SampledFrom(acts).Draw(t, "say")}
	}), 1, 14)
}

var actWords = words{"退货": "return", "物流": "track", "买东西": "buy", "报修": "repair", "算了": "cancel", "再说一遍": "repeat", "谢谢": "thanks"}

// perform plays a script, every act by a new process that dies at the writes
// dies says, and returns the transcript.
func perform(t *rapid.T, texts *bot.Texts, script []act, effects map[string]int, dies func() (at int, after bool)) string {
	clock := bottest.NewClock(bottest.Start())
	store := bot.NewMemory()
	sender := &saved{}
	mux := everything(effects)
	for i, a := range script {
		var replies []bot.Reply
		for range 100 {
			at, after := dies()
			d := &dying{Store: store, at: at, after: after}
			b, err := bot.New(bot.Options{Store: d, Texts: texts, Clock: clock, Understand: actWords, Sender: sender}, mux)
			require.NoError(t, err)
			switch {
			case a.wait > 0:
				if replies == nil {
					clock.Advance(a.wait)
					replies = []bot.Reply{}
				}
				err = b.Tick(context.Background())
			case a.signal:
				_, err = b.Signal(context.Background(), bot.Signal{ID: fmt.Sprint(i), Thread: thread("p"), Event: "paid", Data: i})
			default:
				replies, err = b.Handle(context.Background(), bot.Message{ID: fmt.Sprint(i), Thread: thread("p"), Text: a.say})
			}
			if err == nil {
				break
			}
			require.ErrorIs(t, err, errDied)
		}
		fmt.Fprintf(&sender.log, "%+v\n", a)
		for _, r := range replies {
			sender.log.WriteString("  < " + r.Text + "\n")
		}
		b, err := bot.New(bot.Options{Store: store, Texts: texts, Clock: clock, Sender: sender}, mux)
		require.NoError(t, err)
		require.NoError(t, b.Tick(context.Background()))
	}
	return sender.log.String()
}

// saved writes what is sent down, once for an id.
type saved struct {
	log  strings.Builder
	seen []string
}

func (s *saved) Send(_ context.Context, _ bot.Thread, r bot.Reply) error {
	for _, id := range s.seen {
		if id == r.ID {
			return nil
		}
	}
	s.seen = append(s.seen, r.ID)
	s.log.WriteString("  ~ " + r.Text + "\n")
	return nil
}

// Whatever happens in a conversation, deaths at any write change neither what
// the customer reads nor what happens outside, and no flow is misused or drifts.
func TestAnythingAndDeaths(t *testing.T) {
	t.Parallel()
	texts, err := new(bot.Texts).WithShipped()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		script := scripts().Draw(t, "script")
		calm := map[string]int{}
		want := perform(t, texts, script, calm, func() (int, bool) { return 0, false })
		deaths := rapid.SliceOfN(rapid.IntRange(-6, 6), 1, 10).Draw(t, "deaths")
		n := 0
		rough := map[string]int{}
		got := perform(t, texts, script, rough, func() (int, bool) {
			if n++; n > 3*len(script) {
				return 0, false
			}
			d := deaths[n%len(deaths)]
			return max(d, -d), d < 0
		})
		require.Equal(t, want, got)
		require.Len(t, rough, len(calm), "effects")
		for k, times := range calm {
			require.Equal(t, 1, times, k)
			require.Contains(t, rough, k)
		}
	})
}

// A process that dies between an effect and the end of its turn says what it
// could not say, and nothing the customer has read.
func TestCrashSaysWhatWasNotSaid(t *testing.T) {
	t.Parallel()
	effects := map[string]int{}
	d := &dying{Store: bot.NewMemory()}
	say := func(id, text string) ([]bot.Reply, error) {
		b, err := bot.New(bot.Options{Store: d, Understand: actWords}, everything(effects))
		require.NoError(t, err)
		return b.Handle(t.Context(), bot.Message{ID: id, Thread: thread("p"), Text: text})
	}
	_, err := say("1", "退货 A12")
	require.NoError(t, err)
	d.n, d.at = 0, 3
	_, err = say("2", "质量问题")
	require.ErrorIs(t, err, errDied)
	d.dead, d.at = false, 0
	rs, err := say("2", "质量问题")
	require.NoError(t, err)
	var texts []string
	for _, r := range rs {
		texts = append(texts, r.Text)
	}
	assert.Equal(t, []string{"原因是质量问题。", "先登记了 H1。", "确认退 A12?"}, texts)
}
