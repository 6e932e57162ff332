package bottest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

func greeter(_ context.Context, t *bot.Turn) error {
	t.Remind("again", t.Now.Add(time.Hour))
	return t.Send(bot.Reply{Text: "你好，" + t.Message.Text, Choices: []bot.Choice{{Label: "再来", Value: "again"}}})
}

// recorder notes failures instead of ending the test.
type recorder struct {
	testing.TB
	failed string
}

func (r *recorder) Helper()             {}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Errorf(format string, args ...any) {
	if r.failed == "" {
		r.failed = fmt.Sprintf(format, args...)
	}
}
func (r *recorder) Log(...any)   {}
func (r *recorder) Failed() bool { return r.failed != "" }
func (r *recorder) FailNow()     { panic(r) }
func (r *recorder) Fatalf(format string, args ...any) {
	if r.failed == "" {
		r.failed = fmt.Sprintf(format, args...)
	}
	panic(r)
}

// failure runs an expectation that must fail and returns what it printed.
func failure(t *testing.T, do func(*bottest.Rig)) string {
	t.Helper()
	rec := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(rec) {
				panic(p)
			}
		}()
		do(bottest.New(rec, bot.Options{}, bot.HandlerFunc(greeter)).Say("小明"))
	}()
	return rec.failed
}

func TestExpectationsFailWithTheConversation(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*bottest.Rig){
		"want": func(r *bottest.Rig) { r.Want("再见") }, "not": func(r *bottest.Rig) { r.WantNot("你好") },
		"silence": func(r *bottest.Rig) { r.WantSilence() }, "choices": func(r *bottest.Rig) { r.WantChoices("是", "否") },
		"event": func(r *bottest.Rig) { r.WantEvent(bot.EventHandover, "") }, "no event": func(r *bottest.Rig) { r.WantNoEvent(bot.EventTurn) },
		"failure": func(r *bottest.Rig) { r.WantFailure(nil) }, "tap": func(r *bottest.Rig) { r.Tap("没有") }, "ticket": func(r *bottest.Rig) { r.Take() },
	} {
		got := failure(t, do)
		assert.Contains(t, got, "> 小明\n< 你好，小明", name)
		assert.Contains(t, got, "trace of the last turn", name)
	}
}

func TestRig(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(greeter))
	r.Say("小明").Want("你好，小明").WantChoices("再来").WantNoEvent(bot.EventHandover)
	r.Tap("再来").Want("你好，再来")
	r.Redeliver().Want("你好，再来")
	r.Advance(time.Minute).WantSilence()
	assert.Contains(t, r.Transcript(), "+1m0s")
	r.Restart(nil).Say("又来了").Want("你好")
}

func TestClock(t *testing.T) {
	t.Parallel()
	c := bottest.NewClock(bottest.Start())
	soon, _ := c.NewTimer(time.Minute)
	late, stop := c.NewTimer(time.Hour)
	now, _ := c.NewTimer(0)
	<-now
	c.Advance(30 * time.Minute)
	<-soon
	stop()
	c.Advance(time.Hour)
	select {
	case <-late:
		t.Fatal("a stopped timer fired")
	default:
	}
	assert.Equal(t, bottest.Start().Add(90*time.Minute), c.Now())
}
