package bot_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/nlu"
)

type repair struct {
	Order string         `ask:"order" slot:"order" label:"订单号|单号"`
	Fault string         `ask:"fault" options:"屏幕|电池|其他" label:"故障"`
	Phone string         `ask:"phone" parse:"phone" label:"电话|手机号"`
	Count int            `ask:"count,optional" min:"1" max:"9" label:"件数"`
	Home  bool           `ask:"home" label:"上门"`
	Photo bot.Attachment `ask:"photo" parse:"photo" label:"照片"`
	Note  string         // not asked
}

// Check knows no order X99 and takes no battery of it.
func (f *repair) Check(field string) error {
	if field == "order" && f.Order == "X99" {
		return bot.Again("没有这个订单。")
	}
	return nil
}

var phoneShape = regexp.MustCompile(`1\d{10}`)

// desk is words that also knows phone numbers.
type desk struct{ words }

func (d desk) Understand(ctx context.Context, in nlu.Input) (nlu.Meaning, error) {
	m, err := d.words.Understand(ctx, in)
	for _, at := range phoneShape.FindAllStringIndex(in.Text, -1) {
		v := in.Text[at[0]:at[1]]
		m.Entities = append(m.Entities, nlu.Entity{Type: "phone", Value: "+86" + v, Text: v, Start: at[0], End: at[1]})
	}
	return m, err
}

func newRepair(t *testing.T, form repair) *bottest.Rig {
	mux := bot.NewMux()
	mux.HandleFunc("repair", func(_ context.Context, t *bot.Turn) error {
		f := form
		if err := bot.Fill(t, "repair", &f); err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", fmt.Sprintf("%s %s %s %d %t %s %s，对吗？", f.Order, f.Fault, f.Phone, f.Count, f.Home, f.Photo.URL, f.Note)); err != nil || !ok {
			return err
		}
		return t.Say("报修好了。")
	})
	return bottest.New(t, bot.Options{Understand: desk{words{"报修": "repair", "算了": "cancel"}}}, mux)
}

func photo(name string) bot.Message {
	return bot.Message{Attachments: []bot.Attachment{{Name: name, Type: "image/jpeg", URL: "https://x/" + name}}}
}

func TestFillFieldByField(t *testing.T) {
	t.Parallel()
	r := newRepair(t, repair{Note: "老客户"})
	r.Say("我要报修").Want("请提供订单号。")
	r.Say("X99").Want("没有这个订单。", "请提供订单号。")
	r.Say("A12").Want("请提供故障。").WantChoices("屏幕", "电池", "其他")
	r.Tap("屏幕").Want("请提供电话。")
	r.Say("138").Want("不像是手机号", "请提供电话。")
	r.Say("13800138000").Want("请提供件数。").WantChoices("跳过")
	r.Say("12").Want("件数不能大于 9。")
	r.Tap("跳过").Want("请提供上门。").WantChoices("是的", "不")
	r.Say("好的").Want("请提供照片。")
	r.Say("晚点发").Want("请直接发送照片。")
	r.Send(bot.Message{Attachments: []bot.Attachment{{Name: "a.pdf", Type: "application/pdf", URL: "https://x/a.pdf"}}}).Want("请直接发送照片。")
	r.Send(photo("crack.jpg")).Want("A12 屏幕 +8613800138000 0 true https://x/crack.jpg 老客户，对吗？")
	r.Say("是的").Want("报修好了。")
}

func TestFillGivesUp(t *testing.T) {
	t.Parallel()
	r := newRepair(t, repair{})
	r.Say("我要报修")
	r.Say("X99")
	r.Say("X99")
	r.Say("X99").Want("没能弄清楚").WantEvent(bot.EventFlowEnded, "repair")
}

// Several answers in one message: by slot, by label, and a photo before its question.
func TestFillSeveralAtOnce(t *testing.T) {
	t.Parallel()
	for name, say := range map[string]string{
		"lines":   "报修\n单号：A12\n故障：电池\n电话：13800138000\n件数：2\n上门：是",
		"clauses": "报修，订单号: A12，故障: 电池，手机号: 13800138000；件数: 2，上门: 好的",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepair(t, repair{})
			m := photo("b.jpg")
			m.Text = say
			r.Send(m).Want("A12 电池 +8613800138000 2 true https://x/b.jpg ，对吗？")
		})
	}
	t.Run("a bad one among them", func(t *testing.T) {
		t.Parallel()
		r := newRepair(t, repair{})
		r.Say("报修\n单号：A12\n故障：屏幕\n电话：13800138000\n件数：二十").Want("请发一个数字。", "请提供件数。")
		r.Say("2").Want("请提供上门。")
	})
	t.Run("later", func(t *testing.T) {
		t.Parallel()
		r := newRepair(t, repair{})
		r.Say("报修").Want("请提供订单号。")
		r.Say("故障：屏幕\n电话：13800138000").Want("请提供订单号。")
		r.Say("A12").Want("请提供件数。")
	})
	t.Run("a photo before its question", func(t *testing.T) {
		t.Parallel()
		r := newRepair(t, repair{Order: "A12", Fault: "屏幕", Phone: "1", Count: 1})
		r.Say("报修").Want("请提供上门。")
		r.Send(photo("c.jpg")).Want("文件收到了", "请提供上门。")
		r.Say("不").Want("https://x/c.jpg")
	})
}

func TestFillCorrect(t *testing.T) {
	t.Parallel()
	full := "报修\n单号：A12\n故障：电池\n电话：13800138000\n件数：2\n上门：是"
	cases := map[string]struct {
		say  string
		want []string
	}{
		"by label with a cue":    {"电话改成13900139000", []string{"改过来了", "A12 电池 +8613900139000 2 true"}},
		"by label and colon":     {"电话：13900139000", []string{"改过来了", "A12 电池 +8613900139000 2 true"}},
		"two at once":            {"故障：屏幕\n件数：3", []string{"改过来了", "A12 屏幕 +8613800138000 3 true"}},
		"only that it is wrong":  {"电话写错了", []string{"请提供电话。"}},
		"by value":               {"不对，是屏幕", []string{"改过来了", "A12 屏幕"}},
		"a yes or no by label":   {"上门改成不用", []string{"改过来了", "2 false"}},
		"not valid":              {"件数改成 20", []string{"件数不能大于 9。", "A12 电池 +8613800138000 2 true"}},
		"not valid among others": {"故障：屏幕\n件数：20", []string{"件数不能大于 9。", "A12 电池 +8613800138000 2 true"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepair(t, repair{})
			m := photo("b.jpg")
			m.Text = full
			r.Send(m).Want("A12 电池 +8613800138000 2 true https://x/b.jpg")
			r.Say(c.say).Want(c.want...)
		})
	}
	t.Run("another photo", func(t *testing.T) {
		t.Parallel()
		r := newRepair(t, repair{})
		m := photo("b.jpg")
		m.Text = full
		r.Send(m)
		r.Send(photo("better.jpg")).Want("改过来了", "https://x/better.jpg")
	})
}

// What the form holds is not asked, but can be corrected, and wins over nothing
// on record.
func TestFillPreset(t *testing.T) {
	t.Parallel()
	r := newRepair(t, repair{Order: "B1", Fault: "屏幕", Phone: "110", Count: 1, Home: true})
	r.Say("报修").Want("请提供照片。")
	r.Say("不对，单号是 A12").Want("改过来了", "请提供照片。")
	r.Send(photo("a.jpg")).Want("A12 屏幕 110 1 true https://x/a.jpg")
}

func TestFillErrors(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, fill func(*bot.Turn) error) error {
		var got error
		mux := bot.NewMux()
		mux.HandleFunc("repair", func(_ context.Context, t *bot.Turn) error { got = fill(t); return got })
		r := bottest.New(t, bot.Options{Understand: words{"报修": "repair"}}, mux)
		r.Say("报修")
		return got
	}
	for name, c := range map[string]struct {
		fill func(*bot.Turn) error
		want string
	}{
		"nil form": {func(t *bot.Turn) error { return bot.Fill[repair](t, "x", nil) }, "nil"},
		"no name":  {func(t *bot.Turn) error { return bot.Fill(t, "", &repair{}) }, "name"},
		"no struct": {func(t *bot.Turn) error {
			n := 1
			return bot.Fill(t, "x", &n)
		}, "no struct"},
		"unknown parser": {func(t *bot.Turn) error {
			return bot.Fill(t, "x", &struct {
				A string `ask:"a" parse:"iban"`
			}{})
		}, `no parser "iban"`},
		"bad bound": {func(t *bot.Turn) error {
			return bot.Fill(t, "x", &struct {
				A int `ask:"a" min:"few"`
			}{})
		}, `min is "few"`},
		"not exported": {func(t *bot.Turn) error {
			return bot.Fill(t, "x", &struct {
				a int `ask:"a"`
			}{})
		}, "not exported"},
		"a type nobody can say": {func(t *bot.Turn) error {
			return bot.Fill(t, "x", &struct {
				A map[string]int `ask:"a"`
			}{})
		}, "map[string]int"},
		"options of a number": {func(t *bot.Turn) error {
			return bot.Fill(t, "x", &struct {
				A int `ask:"a" options:"1|2"`
			}{})
		}, "string field"},
		"no such option": {func(t *bot.Turn) error {
			return bot.Fill(t, "x", &struct {
				A int `ask:"a,maybe"`
			}{})
		}, "maybe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, run(t, c.fill), c.want)
		})
	}
	var kept *bot.Turn
	require.Error(t, run(t, func(t *bot.Turn) error { kept = t; return bot.Fill(t, "", &repair{}) }))
	assert.ErrorIs(t, bot.Fill(kept, "x", &repair{}), bot.ErrOutside)
}

func TestFillDatesAndInnerForms(t *testing.T) {
	t.Parallel()
	type visit struct {
		Day time.Time `ask:"day" label:"日期"`
		Who struct {
			Name string `ask:"name" label:"姓名" min:"2" max:"10"`
		} `ask:"who"`
	}
	mux := bot.NewMux()
	mux.HandleFunc("visit", func(_ context.Context, t *bot.Turn) error {
		var v visit
		if err := bot.Fill(t, "visit", &v); err != nil {
			return err
		}
		return t.Say(v.Day.Format("2006/01/02 -07") + " " + v.Who.Name)
	})
	r := bottest.New(t, bot.Options{Understand: words{"预约": "visit"}}, mux)
	r.Say("预约").Want("请提供日期。")
	r.Say("改天").Want("请写明哪一天", "请提供日期。")
	r.Say("2026-02-03").Want("请提供姓名。")
	r.Say("王").Want("姓名至少 2 个字。")
	r.Say("王芳").Want("2026/02/03 +08 王芳")
}

// complaint is a form whose options come with it.
type complaint struct {
	Item  string `ask:"item" options:"*" slot:"order" label:"商品"`
	items []bot.Choice
}

func (c *complaint) Choices(string) []bot.Choice { return c.items }

func TestFillWithOptionsOfItsOwn(t *testing.T) {
	t.Parallel()
	items := []bot.Choice{{Label: "跑鞋", Value: "S1"}, {Label: "帽子", Value: "H2"}}
	mux := bot.NewMux()
	mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
		c := complaint{items: items}
		if err := bot.Fill(t, "c", &c); err != nil {
			return err
		}
		return t.Say("是 " + c.Item)
	})
	mux.HandleFunc("track", func(_ context.Context, t *bot.Turn) error {
		return bot.Fill(t, "c", &struct {
			A string `ask:"a" options:"*"`
		}{})
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货").Want("请提供商品。").WantChoices("跑鞋", "帽子")
	r.Say("那顶帽子").Want("是 H2")
	r.Say("退货 S1").Want("是 S1")
	r.Say("退货")
	r.Tap("跑鞋").Want("是 S1")
	r.Say("物流").WantFailure(nil)
	assert.ErrorContains(t, r.Report().Err, "Choices(field string)")
}

func TestFillCorrectInEnglish(t *testing.T) {
	t.Parallel()
	type order struct {
		Fault string `ask:"fault" options:"screen|battery" label:"fault"`
		Phone string `ask:"phone" label:"phone number|phone"`
		Bill  bool   `ask:"bill" label:"invoice"`
	}
	for say, want := range map[string]string{
		"the phone is wrong":            "phone number, please?",
		"my phone number should be 555": "screen 555 true?",
		"wait, make that battery":       "battery 110 true?",
		"change the invoice to no":      "screen 110 false?",
		"Fault: battery; Invoice: no":   "battery 110 false?",
	} {
		t.Run(say, func(t *testing.T) {
			t.Parallel()
			r := bottest.New(t, bot.Options{Language: "en"}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
				var o order
				if err := bot.Fill(t, "order", &o); err != nil {
					return err
				}
				_, err := bot.Confirm(t, "sure", fmt.Sprintf("%s %s %t?", o.Fault, o.Phone, o.Bill))
				return err
			}))
			r.Say("hello there\nfault: screen\nphone: 110\ninvoice: yes please").Want("invoice, please?")
			r.Say("yes").Want("screen 110 true?")
			r.Say(say).Want(want)
		})
	}
}
