package bot_test

import (
	"context"
	"testing"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// A question that asks to cancel is answered by the very word that otherwise ends
// the flow, and few people answer with one word.
func TestConsentInMoreWords(t *testing.T) {
	t.Parallel()
	const done, kept, again, left = "做了", "没做", "再问", "离开"
	// Nothing tells yes from no here but the catalogue: "取消" and "cancel" are
	// understood as the end of the flow, as a classifier would.
	heard := words{"取消": "cancel", "算了": "cancel", "cancel": "cancel", "never mind": "cancel", "start": "go", "开始": "go"}
	asked := map[string]string{
		"取消":     "确定取消订单 A12（碎花裙 S）吗？款项会原路退回。",
		"退货":     "退货订单 A12，原因：不合身，退款 199 元。提交吗？提交后不能取消。",
		"cancel": "Cancel order A12 (floral dress S)? You'll be refunded to your card.",
		"return": "Please confirm: return order A12, reason: it doesn't fit. You can't cancel this later. Shall I submit it?",
		"keep":   "Are you sure you don't want to cancel it?",
	}
	for _, tt := range []struct{ question, message, want string }{
		{"取消", "好的，取消吧", done},
		{"取消", "取消吧", done},
		{"取消", "嗯取消", done},
		{"取消", "确定取消", done},
		{"取消", "對，取消吧", done},
		{"取消", "还是取消吧，谢谢", done},
		{"取消", "是的，麻烦快点", done},
		{"取消", "确定取消订单A12", done},
		{"取消", "取消", again}, // as good as a button's label
		{"取消", "不取消了", kept},
		{"取消", "别取消", kept},
		{"取消", "算了不取消了", kept},
		{"取消", "先别取消！！", kept},
		{"取消", "好的不取消了", kept},
		{"取消", "等等，不要", kept},
		{"取消", "还是留着吧", kept},
		{"取消", "算了", left},
		{"取消", "可以取消吗", again},
		{"取消", "好，多久退款", again},
		{"取消", "不确定", again},
		{"取消", "不，好的", again},
		{"退货", "好的提交吧", done},
		{"退货", "确认提交", done},
		{"退货", "不提交", kept},
		{"退货", "取消吧", left}, // that is not what is asked
		{"退货", "不合身", again},
		{"退货", "好的，原因是质量问题", again},
		{"cancel", "yes cancel it", done},
		{"cancel", "ok, cancel it please", done},
		{"cancel", "Cancel it", done},
		{"cancel", "yes cancel order A12 please", done},
		{"cancel", "cancel", again},
		{"cancel", "no don't cancel it", kept},
		{"cancel", "dont cancel it", kept},
		{"cancel", "no keep it", kept},
		{"cancel", "actually no, keep the order", kept},
		{"cancel", "wait no", kept},
		{"cancel", "never mind", left},
		{"cancel", "yes but how long does it take", again},
		{"cancel", "can I cancel it?", again},
		{"cancel", "no, the blue one", again},
		{"return", "yes submit it", done},
		{"return", "submit it", done},
		{"return", "don't submit it", kept},
		{"return", "cancel it", left},
		{"keep", "cancel it", left}, // not what is agreed to
	} {
		t.Run(tt.question+"/"+tt.message, func(t *testing.T) {
			t.Parallel()
			lang, start := "zh", "开始"
			if tt.question[0] < 0x80 {
				lang, start = "en", "start"
			}
			r := bottest.New(t, bot.Options{Understand: spoken{heard, lang}, Language: lang}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
				ok, err := bot.Confirm(t, "sure", asked[tt.question])
				switch {
				case err != nil:
					return err
				case ok:
					return t.Say(done)
				}
				return t.Say(kept)
			}))
			r.Say(start).Want(asked[tt.question])
			r.Say(tt.message)
			switch tt.want {
			case again:
				r.Want(asked[tt.question])
			case left:
				r.WantEvent(bot.EventFlowEnded, "main").WantNot(done, kept, asked[tt.question])
			default:
				r.Want(tt.want)
			}
		})
	}
}

// Who wants something else instead is not asked for the first again; who only has
// another question is.
func TestConsentIsGivenUpForAnother(t *testing.T) {
	t.Parallel()
	for message, again := range map[string]bool{
		"不取消了，帮我改地址": false, "算了，还是改地址吧": false, "还是改地址吧": false, "改地址要收费吗": true,
	} {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			mux := bot.NewMux()
			mux.HandleFunc("drop", func(_ context.Context, t *bot.Turn) error {
				_, err := bot.Confirm(t, "sure", "确定取消订单 A12 吗？")
				return err
			})
			mux.HandleFunc("move", func(_ context.Context, t *bot.Turn) error { return t.Say("地址改好了") })
			r := bottest.New(t, bot.Options{Understand: words{"取消订单": "drop", "改地址": "move"}}, mux)
			r.Say("取消订单").Want("确定取消")
			if r.Say(message).Want("地址改好了"); again {
				r.Want("确定取消")
			} else {
				r.WantNot("确定取消").WantEvent(bot.EventFlowEnded, "drop")
			}
		})
	}
}

// spoken understands words in a language.
type spoken struct {
	words
	lang string
}

func (s spoken) Understand(ctx context.Context, in nlu.Input) (nlu.Meaning, error) {
	m, err := s.words.Understand(ctx, in)
	m.Language = s.lang
	return m, err
}

// A yes or no of a form is read as freely.
func TestFormHearsYesAndNoInMoreWords(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{"好的，要发票": "true", "不要发票": "false", "发票就不用了": "false"} {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
				var f struct {
					Invoice bool `ask:"需要开发票吗？"`
				}
				if err := bot.Fill(t, "f", &f); err != nil {
					return err
				}
				if f.Invoice {
					return t.Say("true")
				}
				return t.Say("false")
			}))
			r.Say("开始").Want("发票")
			r.Say(message).Want(want)
		})
	}
}
