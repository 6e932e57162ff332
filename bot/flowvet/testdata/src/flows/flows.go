package flows

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

func good(ctx context.Context, t *bot.Turn) error {
	order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "?", Check: func(string) error { _ = time.Now(); return nil }})
	if err != nil {
		return err
	}
	if _, err := bot.Load(ctx, t, "now", func(context.Context) (time.Time, error) { return time.Now(), nil }); err != nil {
		return err
	}
	for _, sku := range []string{"a", "b"} {
		if _, err := bot.Ask(t.In("qty", sku), bot.Question[int]{Name: "n"}); err != nil {
			return err
		}
	}
	for i, t := range t.Each("item") {
		if _, err := bot.Choose(t, "more", "?", "yes"); err != nil || i == 3 {
			return err
		}
	}
	for _, line := range []string{"x", "y"} {
		if err := t.Say(line); err != nil {
			return err
		}
	}
	const name = "sure"
	if ok, err := bot.Confirm(t, name+"2", "?"); err != nil || !ok {
		return err
	}
	later := t.Now.Add(time.Hour)
	if err := t.Until("later", later); err != nil {
		return err
	}
	_, err = bot.Once(ctx, t, "create", func(context.Context, string) (string, error) {
		go fmt.Println(order)
		return fmt.Sprint(rand.Int()), nil
	})
	return err
}

func clocks(ctx context.Context, t *bot.Turn) error {
	if time.Now().Hour() > 20 { // want `time.Now in a flow`
		return t.Say("late")
	}
	time.Sleep(time.Second) // want `time.Sleep in a flow`
	_ = time.Since(t.Now)   // want `time.Since in a flow`
	if rand.IntN(2) == 0 {  // want `rand.IntN in a flow`
		return nil
	}
	_ = time.Now() //flowvet:ok for the log only
	_, err := bot.Ask(t, bot.Question[string]{Name: "a", Parse: func(string) (string, bool) {
		return time.Now().String(), true // want `time.Now in a flow`
	}})
	return err
}

func goroutines(t *bot.Turn) error {
	go func() { // want `starts no goroutine`
		_ = t.Say("x") // want `the error of Say is dropped`
	}()
	return nil
}

func dropped(ctx context.Context, t *bot.Turn) error {
	t.Say("x")                                                                                 // want `the error of Say is dropped`
	a, _ := bot.Choose(t, "a", "?")                                                            // want `the error of Choose is dropped`
	defer bot.Fill(t, "f", &struct{}{})                                                        // want `the error of Fill is dropped`
	_, _ = bot.Once(ctx, t, "o", func(context.Context, string) (int, error) { return 1, nil }) // want `the error of Once is dropped`
	return t.Say(a)
}

func loops(ctx context.Context, t *bot.Turn) error {
	for range 3 {
		if _, err := bot.Ask(t, bot.Question[int]{Name: "n"}); err != nil { // want `same name in every round`
			return err
		}
	}
	for i := 0; i < 2; i++ {
		if err := t.Until("x", t.Now); err != nil { // want `same name in every round`
			return err
		}
	}
	for sku := range map[string]int{"a": 1} {
		if _, err := bot.Ask(t.In("qty", sku), bot.Question[int]{Name: "n"}); err != nil { // want `range over a map`
			return err
		}
	}
	return nil
}

func names(t *bot.Turn, name string) error {
	if _, err := bot.Choose(t, name, "?"); err != nil {
		return err
	}
	for i := range 2 {
		if _, err := bot.Wait[int](t.In(i), fmt.Sprintf("w%d", i), bot.For{}); err != nil { // want `the name of a step is put together`
			return err
		}
	}
	_, err := bot.Ask(t, bot.Question[string]{Name: "x" + name}) // want `the name of a step is put together`
	return err
}

// Without a Turn anything goes.
func elsewhere() time.Time {
	go fmt.Println()
	h := func(_ context.Context, t *bot.Turn) error {
		_ = time.Now() // want `time.Now in a flow`
		return nil
	}
	_ = h
	return time.Now()
}
