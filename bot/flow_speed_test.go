package bot

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// interview asks questions q0, q1, … and reads something after every second.
func interview(questions int) HandlerFunc {
	names := make([]string, questions)
	for i := range names {
		names[i] = "question" + strconv.Itoa(i)
	}
	return func(ctx context.Context, t *Turn) error {
		for i, name := range names {
			if i%3 == 2 {
				if _, err := Load(ctx, t, name, func(context.Context) (string, error) { return "in stock", nil }); err != nil {
					return err
				}
				continue
			}
			if _, err := Ask(t, Question[string]{Name: name, Prompt: "请问这一项填什么？", Slot: "item"}); err != nil {
				return err
			}
		}
		_, err := Ask(t, Question[int]{Name: "last", Prompt: "一共几件？"})
		return err
	}
}

// interviewed is a bot whose customer has answered all but the last question.
func interviewed(tb testing.TB, store Store, steps int) (*Bot, Thread) {
	b, err := New(Options{Store: store, MaxTries: 1 << 30}, interview(steps))
	require.NoError(tb, err)
	th := Thread{Channel: "bench", Peer: "p"}
	_, err = b.Handle(tb.Context(), Message{ID: "start", Thread: th, Text: "开始"})
	require.NoError(tb, err)
	for i := range steps - steps/3 {
		_, err = b.Handle(tb.Context(), Message{ID: "a" + strconv.Itoa(i), Thread: th, Text: "红色的 " + strconv.Itoa(i)})
		require.NoError(tb, err)
	}
	return b, th
}

// A whole turn at the last question of a flow: load, replay, ask again, commit.
func BenchmarkFlowTurn(b *testing.B) {
	for _, steps := range []int{0, 10, 100, 500} {
		b.Run(fmt.Sprint("steps=", steps), func(b *testing.B) {
			engine, th := interviewed(b, nil, steps)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if _, err := engine.Handle(b.Context(), Message{ID: strconv.Itoa(i), Thread: th, Text: "再说一遍"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The run of the function alone, over its record.
func BenchmarkFlowReplay(b *testing.B) {
	for _, steps := range []int{10, 100, 500} {
		b.Run(fmt.Sprint("steps=", steps), func(b *testing.B) {
			t, f, h := replayable(b, steps)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				g := *f
				r := newRun(b.Context(), t, &g)
				r.taken = true
				_ = r.call(h)
			}
		})
	}
}

// replayable is a turn, the frame of a flow under way and its function.
func replayable(tb testing.TB, steps int) (*Turn, *frame, Handler) {
	engine, th := interviewed(tb, nil, steps)
	k, err := engine.opts.Store.Open(tb.Context(), th)
	require.NoError(tb, err)
	rec, err := engine.opts.Store.Load(tb.Context(), k)
	require.NoError(tb, err)
	t := newTurn()
	require.NoError(tb, t.session.read(rec))
	st, err := decodeFlows(t.session.Flows)
	require.NoError(tb, err)
	require.Len(tb, st.top().Steps, steps)
	t.bot, t.Language = engine, "zh"
	return t, st.top(), interview(steps)
}

// What a flow keeps for a step is bounded.
func TestFlowStateIsSmall(t *testing.T) {
	t.Parallel()
	size := func(steps int) int {
		turn, _, _ := replayable(t, steps)
		return len(turn.session.Flows)
	}
	assert.LessOrEqual(t, (size(100)-size(0))/100, 150, "bytes a step")
}

// A turn behind a form of ten fields.
func BenchmarkFlowFill(b *testing.B) {
	type form struct {
		A string `ask:"a" min:"1" label:"甲"`
		B string `ask:"b" min:"1" label:"乙"`
		C string `ask:"c" options:"x|y" label:"丙"`
		D int    `ask:"d" max:"9" label:"丁"`
		E bool   `ask:"e" label:"戊"`
		F string `ask:"f" label:"己"`
		G string `ask:"g" label:"庚"`
		H string `ask:"h" label:"辛"`
		I string `ask:"i" label:"壬"`
		J string `ask:"j,optional" label:"癸"`
	}
	engine, err := New(Options{MaxTries: 1 << 30}, HandlerFunc(func(_ context.Context, t *Turn) error {
		var f form
		if err := Fill(t, "form", &f); err != nil {
			return err
		}
		_, err := Ask(t, Question[int]{Name: "last", Prompt: "一共几件？"})
		return err
	}))
	require.NoError(b, err)
	th := Thread{Channel: "bench", Peer: "p"}
	for i, s := range []string{"开始", "甲：一\n乙：二\n丙：x\n丁：3\n戊：是\n己：六\n庚：七\n辛：八\n壬：九\n癸：十"} {
		rs, err := engine.Handle(b.Context(), Message{ID: "s" + strconv.Itoa(i), Thread: th, Text: s})
		require.NoError(b, err)
		require.NotEmpty(b, rs)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := engine.Handle(b.Context(), Message{ID: strconv.Itoa(i), Thread: th, Text: "再说一遍"}); err != nil {
			b.Fatal(err)
		}
	}
}
