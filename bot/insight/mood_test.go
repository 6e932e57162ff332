package insight_test

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
	"github.com/frontdesk-go/frontdesk/bot/insight"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// answers says one thing to everything.
func answers(_ context.Context, t *bot.Turn) error { return t.Say("请您耐心等待") }

// What customers said to a bot comes out as what a lead asks for: conversations
// in three moods, one of them mended by a person.
func TestMoods(t *testing.T) {
	t.Parallel()
	mood, err := sentiment.New(nil)
	require.NoError(t, err)
	store := bot.NewMemory()
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	talk := func(peer string, lines ...string) *bottest.Rig {
		r := bottest.New(t, bot.Options{Store: store, Mood: mood, Handoff: policy}, bot.HandlerFunc(answers))
		r.Thread.Peer = peer
		for _, l := range lines {
			r.Say(l)
		}
		return r
	}
	talk("calm", "你好", "什么时候发货", "谢谢")
	r := talk("mended", "鞋子开胶了，太差劲了", "质量太烂了，气死我了", "我要找人工")
	r.Take()
	r.Tell("给您换一双新的，今天寄出").Say("好的，那还不错").Say("谢谢，你们处理得很快，很满意")
	talk("worse", "我的快递到哪了", "都十天了还没到，太慢了", "又让我等，太气人了", "这是什么破服务，垃圾")

	got, err := insight.Moods(t.Context(), store, "", insight.Span{})
	require.NoError(t, err)
	assert.Equal(t, 3, got.Conversations)
	assert.Equal(t, 2, got.Soured)
	assert.Equal(t, 1, got.Mended)
	assert.Equal(t, 1, got.ByPerson)
	require.Len(t, got.Causes, 2, "%v", got)
	assert.Equal(t, []insight.Cause{{Name: "delay", Soured: 1}, {Name: "quality", Soured: 1, Mended: 1}}, got.Causes)
	require.Len(t, got.Bad, 1)
	assert.Less(t, got.Bad[0].Low, -0.5)
	assert.Equal(t, "delay", got.Bad[0].Cause)
	assert.Equal(t, "handler", got.Bad[0].After, "the turn of the bot it soured behind")
	require.NotEmpty(t, got.After)
	assert.Equal(t, "handler", got.After[0].Name)
	assert.Equal(t, insight.Answer{Name: "person", Given: 6, Worse: 1}, got.After[1], "while waiting for a person")
	assert.Equal(t, insight.Answer{Name: "handler", Given: 6, Worse: 3}, got.After[0])
}

// log is a log of its own making.
type log []bot.Event

func (l log) Events(_ context.Context, _ string, after int64, n int) ([]bot.Event, error) {
	var out []bot.Event
	for _, e := range l {
		if e.Seq > after && len(out) < n {
			out = append(out, e)
		}
	}
	return out, nil
}

// numbered gives events their places and times, an hour apart.
func numbered(lines ...string) log {
	var l log
	for i, line := range lines {
		f := strings.Split(line, " ")
		e := bot.Event{ID: fmt.Sprint(i), Seq: int64(i + 1), At: hour(i), Conversation: f[0], Kind: f[1], Key: f[2]}
		if len(f) > 3 {
			e.Value = f[3]
		}
		if len(f) > 4 {
			e.Source = f[4]
		}
		l = append(l, e)
	}
	return l
}

func hour(n int) time.Time { return time.Date(2026, 3, 1, n, 0, 0, 0, time.UTC) }

func TestSpanOfMoods(t *testing.T) {
	t.Parallel()
	l := numbered(
		"a turn order.status kb:late",
		"a mood worse -0.20", "a mood soured -0.30 delay", "a turn order.status kb:late", // hours 1 to 3
		"b turn hi text", "a mood worse -0.60 delay", "a turn order.status fallback",
		"b mood soured -0.40", "b turn x fallback", "b mood mended 0.10", "b turn y text",
	)
	at := func(from, to int) insight.MoodReport {
		s := insight.Span{From: hour(from)}
		if to > 0 {
			s.To = hour(to)
		}
		r, err := insight.Moods(t.Context(), l, "", s)
		require.NoError(t, err)
		return r
	}
	all := at(0, 0)
	assert.Equal(t, []insight.Answer{{Name: "kb:late", Intent: "order.status", Given: 2, Worse: 2}}, all.After)
	assert.Equal(t, 1.0, all.After[0].Share())
	assert.Equal(t, []insight.Conversation{{ID: "a", Turned: hour(2), Low: -0.6, Cause: "delay", After: "kb:late"}}, all.Bad)
	assert.Equal(t, []insight.Cause{{Soured: 1, Mended: 1}, {Name: "delay", Soured: 1}}, all.Causes)
	late := at(4, 0)
	assert.Equal(t, 2, late.Conversations)
	assert.Equal(t, 1, late.Soured, "a had turned before")
	assert.Empty(t, late.Bad)
	assert.Empty(t, late.After, "the answer that went wrong was before")
	early := at(0, 4)
	assert.Equal(t, 1, early.Conversations)
	assert.Len(t, early.Bad, 1)
	assert.InDelta(t, -0.3, early.Bad[0].Low, 1e-9, "what came after the span is not in it")
	assert.False(t, at(0, 9).Mended > 0, "it mended afterwards")
}

func TestMoodsErrors(t *testing.T) {
	t.Parallel()
	_, err := insight.Moods(t.Context(), log{}, "", insight.Span{From: hour(2), To: hour(1)})
	assert.ErrorContains(t, err, "before it begins")
	_, err = insight.Moods(t.Context(), broken{}, "", insight.Span{})
	assert.ErrorContains(t, err, "reading the event log")
	_, err = insight.Moods(t.Context(), placeless{}, "", insight.Span{})
	assert.ErrorContains(t, err, "gives no places")
}

type broken struct{}

func (broken) Events(context.Context, string, int64, int) ([]bot.Event, error) {
	return nil, errors.New("disk")
}

type placeless struct{}

func (placeless) Events(context.Context, string, int64, int) ([]bot.Event, error) {
	return []bot.Event{{Conversation: "a"}}, nil
}

// Whatever the log says, the figures fit each other, and an event that is there
// twice counts once.
func TestMoodsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "talk") + " " + rapid.SampledFrom([]string{
				"turn x kb:1", "turn y text", "turn z person", "mood worse -0.3", "mood soured -0.4 delay", "mood soured ? quality", "mood mended 0.1", "taken lin", "returned lin", "shown x",
			}).Draw(t, "event")
		}), 0, 40).Draw(t, "lines")
		l := numbered(lines...)
		span := insight.Span{From: hour(rapid.IntRange(0, 20).Draw(t, "from"))}
		got, err := insight.Moods(context.Background(), l, "", span)
		require.NoError(t, err)
		require.LessOrEqual(t, got.Mended, got.Soured)
		require.LessOrEqual(t, got.ByPerson, got.Mended)
		require.LessOrEqual(t, len(got.Bad)+got.Mended, got.Soured)
		soured := 0
		for _, c := range got.Causes {
			soured += c.Soured
		}
		require.Equal(t, got.Soured, soured)
		var twice log
		for _, e := range l {
			twice = append(twice, e, e)
		}
		again, err := insight.Moods(context.Background(), twice, "", span)
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}
