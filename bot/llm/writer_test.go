package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/llm"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is a model service of the test's own.
func service(t *testing.T, h http.HandlerFunc) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path != "/v1/chat/completions" || r.Method != http.MethodPost {
			t.Errorf("unexpected request %s %s", r.Method, r.URL.Path)
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1", asked
}

func chunk(w http.ResponseWriter, text, finish string) {
	c := map[string]any{"object": "chat.completion.chunk", "choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": text}, "finish_reason": nil}}}
	if finish != "" {
		c["choices"] = []any{map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": finish}}
	}
	raw, _ := json.Marshal(c)
	fmt.Fprintf(w, "data: %s\n\n", raw)
	w.(http.Flusher).Flush()
}

func says(pieces ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: {\"choices\":[]}\n\n") // some services begin with an empty list
		for _, p := range pieces {
			chunk(w, p, "")
		}
		chunk(w, "", "stop")
		fmt.Fprint(w, "data: [DONE]\n\n")
	}
}

// ends is a service whose answer ends for a reason of its own.
func ends(text, reason string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		chunk(w, text, "")
		chunk(w, "", reason)
		fmt.Fprint(w, "data: [DONE]\n\n")
	}
}

func writer(t *testing.T, url string, change func(*llm.Options)) *llm.Writer {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	o := llm.Options{Key: "test", BaseURL: url, Client: client, First: 5 * time.Second, Whole: 20 * time.Second}
	if change != nil {
		change(&o)
	}
	w, err := llm.New(&o)
	require.NoError(t, err)
	return w
}

func assignment() bot.Assignment {
	return bot.Assignment{Question: "退货要多久到账？", Language: "zh", Passages: []bot.Passage{{ID: "refund", Title: "退款多久到账？", Text: "收到退货后 3 天内原路退回。"}},
		Before: []handoff.Line{{From: bot.FromCustomer, Text: "你好"}, {From: bot.FromBot, Text: "您好"}}}
}

func TestWrites(t *testing.T) {
	t.Parallel()
	var body []byte
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		says("您好，退款会在", " 3 天内，原", "路退回。")(w, r)
	})
	var parts []string
	text, err := writer(t, url, nil).Write(t.Context(), assignment(), func(s string) { parts = append(parts, s) })
	require.NoError(t, err)
	assert.Equal(t, "您好，退款会在 3 天内，原路退回。", text)
	assert.Equal(t, []string{"您好，", "退款会在 3 天内，", "原路退回。"}, parts)
	var req struct {
		Stream   bool
		Messages []struct{ Role, Content string }
		Max      int `json:"max_completion_tokens"`
	}
	require.NoError(t, json.Unmarshal(body, &req))
	assert.True(t, req.Stream)
	assert.Equal(t, 400, req.Max)
	require.Len(t, req.Messages, 4)
	assert.Contains(t, req.Messages[0].Content, "收到退货后 3 天内原路退回。")
	assert.Equal(t, []string{"user", "assistant", "user"}, []string{req.Messages[1].Role, req.Messages[2].Role, req.Messages[3].Role})
	assert.Equal(t, "退货要多久到账？", req.Messages[3].Content)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  error
		says  string
	}{
		"cut in the middle": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			chunk(w, "退款会在", "")
		}, want: llm.ErrTruncated},
		"connection reset": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			chunk(w, "退款会在", "")
			panic(http.ErrAbortHandler)
		}, want: llm.ErrTruncated},
		"cut by length": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			chunk(w, "退款会在", "")
			chunk(w, "", "length")
			fmt.Fprint(w, "data: [DONE]\n\n")
		}, want: llm.ErrTruncated},
		"html error page with 200": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html><body>secret portal page</body></html>")
		}, says: "502"},
		"html error page": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<html>secret portal page</html>")
		}, says: "502"},
		"error in the stream": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: {\"error\":{\"message\":\"secret\",\"type\":\"server_error\"}}\n\n")
		}, says: "stream"},
		"unauthorised": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"message":"secret key"}}`)
		}, says: "401"},
		"does not know":      {serve: says("NO_", "ANSWER"), want: bot.ErrNoAnswer},
		"does not know, mid": {serve: says("抱歉。", "NO_ANSWER"), want: bot.ErrNoAnswer},
		"says nothing":       {serve: says(), want: bot.ErrNoAnswer},
		"refuses":            {serve: ends("我不能", "content_filter"), want: llm.ErrTruncated},
		"a price made up":    {serve: says("收到退货后 3 天内退回，", "另送您 50 元", "券。"), want: llm.ErrUnsupported},
		"a line without end": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for line := []byte(strings.Repeat("x", 64<<10)); ; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}, want: llm.ErrTruncated},
		"no end": {serve: func(w http.ResponseWriter, r *http.Request) { says(strings.Repeat("长", 8000))(w, r) }, want: llm.ErrTruncated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _ := service(t, c.serve)
			shown := ""
			_, err := writer(t, url, nil).Write(t.Context(), assignment(), func(s string) { shown += s })
			require.Error(t, err)
			if c.want != nil {
				assert.ErrorIs(t, err, c.want)
			}
			assert.Contains(t, err.Error(), c.says)
			assert.NotContains(t, err.Error(), "secret")
			assert.NotContains(t, shown, "NO_")
			assert.NotContains(t, shown, "50")
		})
	}
}

// ages are more than advance lets pass while a busy machine carries a request.
const ages = 100 * 365 * 24 * time.Hour

// advance moves a clock until done, by days in a second: the timers are set in
// other goroutines.
func advance(clock *bottest.Clock, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			clock.Advance(100 * time.Millisecond)
		}
	}
}

func TestAServiceThatNeverAnswers(t *testing.T) {
	t.Parallel()
	for _, late := range []string{"no header", "no token", "a word and no more"} {
		t.Run(late, func(t *testing.T) {
			t.Parallel()
			url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if late != "no header" {
					w.Header().Set("Content-Type", "text/event-stream")
					w.WriteHeader(http.StatusOK)
					w.(http.Flusher).Flush()
				}
				if late == "a word and no more" {
					chunk(w, "您好，", "")
				}
				<-r.Context().Done()
			})
			clock := bottest.NewClock(bottest.Start())
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, err := writer(t, url, func(o *llm.Options) { o.Clock = clock }).Write(context.Background(), assignment(), func(string) {})
				assert.ErrorIs(t, err, llm.ErrSlow)
			}()
			advance(clock, done)
			<-done
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	clock := bottest.NewClock(bottest.Start())
	n := 0
	var at []time.Time
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		at = append(at, clock.Now())
		if n++; n == 1 {
			w.Header().Set("Retry-After", "2")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"error":{"message":"slow down"}}`)
			return
		}
		says("好的")(w, r)
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		text, err := writer(t, url, func(o *llm.Options) { o.Clock, o.First, o.Whole = clock, ages, 2*ages }).Write(context.Background(), assignment(), func(string) {})
		assert.NoError(t, err)
		assert.Equal(t, "好的", text)
	}()
	advance(clock, done)
	require.Len(t, at, 2)
	assert.GreaterOrEqual(t, at[1].Sub(at[0]), 2*time.Second)
}

func TestTooLongAWaitIsNotTaken(t *testing.T) {
	t.Parallel()
	url, asked := service(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"message":"slow down"}}`)
	})
	_, err := writer(t, url, nil).Write(t.Context(), assignment(), func(string) {})
	require.ErrorContains(t, err, "429")
	assert.EqualValues(t, 1, asked.Load())
}

func TestTheServiceRestsAfterFailures(t *testing.T) {
	t.Parallel()
	clock := bottest.NewClock(bottest.Start())
	up := atomic.Bool{}
	url, asked := service(t, func(w http.ResponseWriter, r *http.Request) {
		if up.Load() {
			says("好的")(w, r)
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
	})
	w := writer(t, url, func(o *llm.Options) { o.Clock = clock })
	write := func() error {
		_, err := w.Write(context.Background(), assignment(), func(string) {})
		return err
	}
	for range 3 {
		require.Error(t, write())
	}
	assert.ErrorIs(t, write(), llm.ErrResting)
	assert.EqualValues(t, 3, asked.Load())
	clock.Advance(31 * time.Second)
	require.NotErrorIs(t, write(), llm.ErrResting) // one attempt, still down
	assert.ErrorIs(t, write(), llm.ErrResting)
	clock.Advance(31 * time.Second)
	up.Store(true)
	require.NoError(t, write())
	require.NoError(t, write())
}

// What a service says in answer to one customer does not take it from the others.
func TestAnswersThatAreNotTakenDoNotRestTheService(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]http.HandlerFunc{
		"refused by a filter": ends("", "content_filter"),
		"too long":            ends("退款", "length"),
		"made up":             says("退款要 99 天。"),
		"no answer":           says("NO_ANSWER"),
		"a text not read": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":{"message":"filtered","code":"content_filter"}}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := service(t, serve)
			w := writer(t, url, nil)
			for range 5 {
				_, err := w.Write(t.Context(), assignment(), func(string) {})
				require.Error(t, err)
				require.NotErrorIs(t, err, llm.ErrResting)
			}
			assert.EqualValues(t, 5, asked.Load())
		})
	}
}

// Some services know the bound of an answer by its older name only.
func TestAServiceThatKnowsMaxTokensOnly(t *testing.T) {
	t.Parallel()
	var bodies []string
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(raw))
		if strings.Contains(string(raw), "max_completion_tokens") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens')}]","code":400}`)
			return
		}
		says("好的")(w, r)
	})
	w := writer(t, url, func(o *llm.Options) { o.Retries = -1 })
	for range 2 {
		text, err := w.Write(t.Context(), assignment(), func(string) {})
		require.NoError(t, err)
		assert.Equal(t, "好的", text)
	}
	require.Len(t, bodies, 3, "asked once more, and remembered")
	assert.Contains(t, bodies[2], `"max_tokens":400`)
}

// A passage that does not fit is an error of ours, not of the service.
func TestAPassageThatDoesNotFitDoesNotRestTheService(t *testing.T) {
	t.Parallel()
	url, asked := service(t, says("好的"))
	w := writer(t, url, func(o *llm.Options) { o.MaxInput = 500 })
	long := assignment()
	long.Passages[0].Text = strings.Repeat("运费由谁承担要看情况。", 700)
	for range 5 {
		_, err := w.Write(t.Context(), long, func(string) {})
		require.ErrorContains(t, err, "raise MaxInput")
	}
	_, err := w.Write(t.Context(), assignment(), func(string) {})
	require.NoError(t, err)
	assert.EqualValues(t, 1, asked.Load())
}

func TestBudget(t *testing.T) {
	t.Parallel()
	var got string
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got = string(raw)
		says("好的")(w, r)
	})
	a := assignment()
	a.Passages = append(a.Passages, bot.Passage{ID: "long", Title: "运费", Text: strings.Repeat("运费由谁承担要看情况。", 700)}, bot.Passage{ID: "c", Title: "发票", Text: "可以开电子发票。"})
	_, err := writer(t, url, func(o *llm.Options) { o.MaxInput = 700 }).Write(t.Context(), a, func(string) {})
	require.NoError(t, err)
	assert.Contains(t, got, "3 天内原路退回")
	assert.NotContains(t, got, "要看情况")

	_, err = writer(t, url, func(o *llm.Options) { o.MaxInput = 100 }).Write(t.Context(), a, func(string) {})
	assert.ErrorContains(t, err, "raise MaxInput")

	a.Question = strings.Repeat("a", 1<<20) // must not take minutes
	_, err = writer(t, url, nil).Write(t.Context(), a, func(string) {})
	require.NoError(t, err)
}

func TestNewNeedsAService(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "")
	t.Setenv("OPENAI_BASE_URL", "")
	_, err := llm.New(nil)
	require.ErrorContains(t, err, "OPENAI_API_KEY")
	assert.False(t, llm.Configured())
	t.Setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
	assert.True(t, llm.Configured())
	_, err = llm.New(nil)
	require.NoError(t, err)
	for _, wrong := range []string{"localhost:11434/v1", "api.example.com", "ftp://host/v1", "http://", "http://%zz"} {
		_, err = llm.New(&llm.Options{BaseURL: wrong})
		require.ErrorContains(t, err, "https://host/v1", wrong)
		_, err = llm.NewEmbedder(&llm.EmbedOptions{BaseURL: wrong})
		require.Error(t, err, wrong)
	}
}

// In a bot: what is shown stands in the base, whatever the model says.
func TestInABot(t *testing.T) {
	t.Parallel()
	base, err := kb.New([]kb.Entry{{ID: "refund", Texts: map[string]kb.Text{"zh": {Question: "退款多久到账？", Answer: "收到退货后 3 天内原路退回。"}}}}, nil)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		serve   http.HandlerFunc
		want    string
		written bool
	}{
		"written":           {says("您的退款", "会在收到退货后 3 天内退回。"), "您的退款会在收到退货后 3 天内退回。", true},
		"a number made up":  {says("您的退款会在 1 天内退回。"), "收到退货后 3 天内原路退回。", false},
		"a link made up":    {says("请看 https://evil.example/x"), "收到退货后 3 天内原路退回。", false},
		"no answer":         {says("NO_ANSWER"), "收到退货后 3 天内原路退回。", false},
		"the service fails": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "收到退货后 3 天内原路退回。", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _ := service(t, c.serve)
			b, err := bot.New(bot.Options{Knowledge: base, Write: writer(t, url, nil), Clock: bottest.NewClock(bottest.Start())}, nil)
			require.NoError(t, err)
			var parts []bot.Part
			replies, err := b.Stream(t.Context(), bot.Message{ID: "1", Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "退款多久到账？"}, func(p bot.Part) { parts = append(parts, p) })
			require.NoError(t, err)
			require.Len(t, replies, 1)
			for _, p := range parts {
				assert.NotContains(t, p.Text, "1 天", "what no passage says is not shown for a moment")
				assert.NotContains(t, p.Text, "evil")
			}
			assert.Equal(t, c.want, replies[0].Text)
			assert.Equal(t, c.written, replies[0].Written)
			assert.Equal(t, "refund", replies[0].Citations[0].ID)
			for _, p := range parts {
				assert.Equal(t, replies[0].ID, p.Reply, "parts belong to the reply that confirms or replaces them")
			}
			require.NoError(t, b.Close())
		})
	}
}

func TestTheCallerBreaksOff(t *testing.T) {
	t.Parallel()
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		chunk(w, "您好，退款", "")
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := writer(t, url, nil).Write(ctx, assignment(), func(string) { cancel() })
	assert.True(t, errors.Is(err, context.Canceled), err)
}
