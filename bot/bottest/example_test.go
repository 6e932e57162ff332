package bottest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// exampleT stands for the test's own T in the examples below.
func exampleT() testing.TB { return &printer{} }

// printer is a T that prints what fails.
type printer struct{ testing.TB }

func (*printer) Helper()                           {}
func (*printer) Cleanup(func())                    {}
func (*printer) Failed() bool                      { return false }
func (*printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (*printer) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// delivery asks for a day and remembers to call.
func delivery(_ context.Context, t *bot.Turn) error {
	if t.Meaning.Intent == "timer.call" {
		return t.Say("明天送货，请留意电话。")
	}
	day, err := bot.Choose(t, "day", "周六还是周日送？", "周六", "周日")
	if err != nil {
		return err
	}
	t.Remind("call", t.Now.Add(24*time.Hour))
	return t.Say("好的，{day}送。", "day", day)
}

func Example() {
	t := exampleT()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(delivery))
	r.Say("帮我约送货").Want("周六还是周日").WantChoices("周六", "周日")
	r.Tap("周日").Want("周日送")
	r.Advance(24 * time.Hour).Want("请留意电话")
	fmt.Print(r.Transcript())
	// Output:
	// > 帮我约送货
	// < 周六还是周日送？
	// < [1 周六]  [2 周日]
	// ! flow main started
	// > 周日
	// < 好的，周日送。
	// ! flow main done
	// +24h0m0s
	// < 明天送货，请留意电话。
}

func ExampleRig_Crash() {
	t := exampleT()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(delivery))
	r.Say("帮我约送货")
	// The process dies behind the commit, before it has answered; the message
	// comes again, to another process.
	r.Crash(bottest.Fault{Kind: bottest.DieAfter, N: 1}).Tap("周日").Want("周日送")
	fmt.Println(r.Text())
	// Output: 好的，周日送。
}

func ExampleRig_Redeploy() {
	t := exampleT()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(delivery))
	r.Say("帮我约送货").Want("周六还是周日")
	r.Redeploy(bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		day, err := bot.Choose(t, "day", "周六还是周日送？", "周六", "周日")
		if err != nil {
			return err
		}
		time, err := bot.Choose(t, "time", "上午还是下午？", "上午", "下午") // a question that is new
		if err != nil {
			return err
		}
		return t.Say("好的，{day}{time}送。", "day", day, "time", time)
	}))
	r.Tap("周六").Tap("上午")
	fmt.Println(r.Text())
	// Output: 好的，周六上午送。
}

func ExampleRig_Play() {
	t := exampleT()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(delivery))
	n := r.Play(&bottest.Persona{Name: "家里周末有人的客户", Opening: "帮我约送货", Goal: "! flow main done",
		Facts: []bottest.Fact{{Asked: []string{"周六"}, Says: "周六"}}})
	fmt.Println(n, "messages:", r.Text())
	// Output: 2 messages: 好的，周六送。
}
