package llm

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	openai "github.com/sashabaranov/go-openai"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

//go:embed prompts/*.txt
var prompts embed.FS

// Options configure a Writer. The zero value takes everything from the
// environment.
type Options struct {
	// Key, BaseURL and Model name the service; when empty they are
	// OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL, the last two
	// https://api.openai.com/v1 and gpt-4o-mini when those are unset.
	Key, BaseURL, Model string
	// Client makes the requests; nil is one without a timeout of its own.
	Client *http.Client
	// First is how long the first piece of an answer may take, 5 seconds when
	// 0; Whole the whole answer, 20 seconds when 0.
	First, Whole time.Duration
	// MaxInput bounds the tokens sent, 3,000 when 0: of the passages behind the
	// first and of the history, what does not fit is left out. MaxOutput bounds
	// the tokens written, 400 when 0.
	MaxInput, MaxOutput int
	// Retries is how often a request refused with 429 or 503 is sent again
	// after the wait the service asks for, as far as Whole allows; 1 when 0,
	// none when negative.
	Retries int
	// Rest is how long the service is left alone after Failures failures in a
	// row: 30 seconds after 3 when 0.
	Rest     time.Duration
	Failures int
	// Clock is the source of time; nil is the system's.
	Clock bot.Clock
}

// Errors of a Writer; the bot then shows the plain answer.
var (
	// ErrTruncated means that the stream ended without a finish, or that the
	// answer was cut off by its length.
	ErrTruncated = errors.New("llm: the answer was cut off")
	// ErrUnsupported means that the answer has a number, price, date, link or
	// name that stands in no passage.
	ErrUnsupported = errors.New("llm: the answer says what no passage says")
	// ErrResting means that the service failed too often just now.
	ErrResting = errors.New("llm: the service failed too often, it is left alone for a while")
	// ErrSlow means that the service did not answer in time.
	ErrSlow = errors.New("llm: the service took too long")
)

// Writer is a bot.Writer over a model service. It is safe for concurrent use.
type Writer struct {
	o       Options
	client  *openai.Client
	count   *counter
	breaker *breaker
	older   atomic.Bool // the service knows max_tokens only
}

// New makes a Writer. It asks the service nothing. It is an error when neither
// a key nor a base URL is known; Configured tells.
func New(opts *Options) (*Writer, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	o.Model = firstOf(o.Model, os.Getenv("OPENAI_MODEL"), "gpt-4o-mini")
	client, breaker, err := service{o.Key, o.BaseURL, o.Client, o.Rest, o.Failures}.connect()
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = bot.SystemClock()
	}
	def(&o.First, 5*time.Second)
	def(&o.Whole, 20*time.Second)
	for _, d := range []struct {
		field *int
		value int
	}{{&o.MaxInput, 3000}, {&o.MaxOutput, 400}, {&o.Retries, 1}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return &Writer{o: o, client: client, count: newCounter(), breaker: breaker}, nil
}

// Configured reports whether the environment names a service.
func Configured() bool {
	return os.Getenv("OPENAI_API_KEY") != "" || os.Getenv("OPENAI_BASE_URL") != ""
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func def(d *time.Duration, v time.Duration) {
	if *d <= 0 {
		*d = v
	}
}

// noAnswer is what the model is told to say when the passages do not answer.
const noAnswer = "NO_ANSWER"

// Write implements bot.Writer.
func (w *Writer) Write(ctx context.Context, a bot.Assignment, emit func(string)) (string, error) {
	if !w.breaker.allow(w.o.Clock.Now()) {
		return "", ErrResting
	}
	messages, err := w.messages(a)
	if err != nil {
		w.breaker.unsure()
		return "", err
	}
	text, spoke, err := w.write(ctx, messages, newGate(a.Passages), emit)
	// What the caller broke off says nothing about the service, and neither does
	// an answer we do not take: no customer can talk the service out of reach.
	if ctx.Err() != nil {
		w.breaker.unsure()
	} else {
		w.breaker.saw(err == nil || spoke, w.o.Clock.Now())
	}
	return text, err
}

// write also reports whether the service spoke as it should, whatever it said.
func (w *Writer) write(ctx context.Context, messages []openai.ChatCompletionMessage, g *gate, emit func(string)) (text string, spoke bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := w.after(ctx, w.o.Whole, func() { cancel(ErrSlow) })
	defer stop()
	stream, first, err := w.open(ctx, cancel, openai.ChatCompletionRequest{Model: w.o.Model, Messages: messages,
		MaxCompletionTokens: w.o.MaxOutput, Stream: true})
	defer first()
	if err != nil {
		return "", filtered(err), plainError(ctx, err)
	}
	defer func() { _ = stream.Close() }()
	finish := openai.FinishReason("")
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", false, plainError(ctx, err)
		}
		if len(chunk.Choices) == 0 {
			continue
		}
		c := chunk.Choices[0]
		if c.FinishReason != "" {
			finish = c.FinishReason
		}
		piece := strings.Map(printed, c.Delta.Content)
		if piece == "" {
			continue
		}
		first()
		if len(g.all)+len(piece) > maxBytes*w.o.MaxOutput {
			return "", true, ErrTruncated // a service that knows no such bound
		}
		s := g.add(piece)
		if strings.Contains(g.all, noAnswer) {
			return "", true, bot.ErrNoAnswer
		}
		if s != "" {
			emit(s)
		}
	}
	if finish != openai.FinishReasonStop { // the stream was cut, or the answer
		return "", finish != "", fmt.Errorf("%w (finish reason %q)", ErrTruncated, finish)
	}
	if text = strings.TrimSpace(g.all); text == "" {
		return "", true, bot.ErrNoAnswer
	}
	s, ok := g.rest()
	if !ok {
		return "", true, ErrUnsupported
	}
	if s != "" {
		emit(s)
	}
	return text, true, nil
}

// printed leaves out control characters, which some stores do not take.
func printed(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' {
		return -1
	}
	return r
}

// maxBytes is more than a token of any script takes in the average.
const maxBytes = 8

// after calls fn once d has passed on the clock, unless stopped before.
func (w *Writer) after(ctx context.Context, d time.Duration, fn func()) (stop func()) {
	fire, stopTimer := w.o.Clock.NewTimer(d)
	done := make(chan struct{})
	go func() {
		defer stopTimer()
		select {
		case <-fire:
			fn()
		case <-done:
		case <-ctx.Done():
		}
	}()
	stopped := false
	return func() {
		if !stopped {
			stopped = true
			close(done)
		}
	}
}

// open starts the stream, again after a refusal that says when. first is to be
// called when the first piece is there, or at the end.
func (w *Writer) open(ctx context.Context, cancel context.CancelCauseFunc, req openai.ChatCompletionRequest) (stream *openai.ChatCompletionStream, first func(), err error) {
	for try := 0; ; try++ {
		var wait time.Duration
		first = w.after(ctx, w.o.First, func() { cancel(ErrSlow) })
		if w.older.Load() {
			req.MaxCompletionTokens = 0
			//lint:ignore SA1019 the service has just refused the newer name
			req.MaxTokens = w.o.MaxOutput
		}
		stream, err = w.client.CreateChatCompletionStream(withWait(ctx, &wait, w.o.Clock.Now()), req)
		if err != nil && !w.older.Load() && strings.Contains(err.Error(), "max_completion_tokens") {
			first()
			w.older.Store(true)
			try--
			continue
		}
		if err == nil || try >= w.o.Retries || wait < 0 || wait >= w.o.Whole || !refused(err) {
			return stream, first, err
		}
		first()
		if wait == 0 {
			continue
		}
		fire, stop := w.o.Clock.NewTimer(wait)
		select {
		case <-fire:
		case <-ctx.Done():
			stop()
			return nil, first, context.Cause(ctx)
		}
	}
}

func refused(err error) bool {
	var api *openai.APIError
	var req *openai.RequestError
	switch {
	case errors.As(err, &api):
		return api.HTTPStatusCode == http.StatusTooManyRequests || api.HTTPStatusCode == http.StatusServiceUnavailable
	case errors.As(err, &req):
		return req.HTTPStatusCode == http.StatusTooManyRequests || req.HTTPStatusCode == http.StatusServiceUnavailable
	}
	return false
}

// filtered reports whether a service refused to read a text, as some do with
// what a customer wrote.
func filtered(err error) bool {
	var api *openai.APIError
	return errors.As(err, &api) && (api.Code == "content_filter" || api.InnerError != nil)
}

// plainError keeps what a log may hold: never the body a service sent.
func plainError(ctx context.Context, err error) error {
	var api *openai.APIError
	var req *openai.RequestError
	switch cause := context.Cause(ctx); {
	case cause != nil:
		return cause
	case errors.As(err, &api) && api.HTTPStatusCode != 0:
		return fmt.Errorf("llm: the service answered %d", api.HTTPStatusCode)
	case errors.As(err, &api):
		return errors.New("llm: the service reported an error in the stream")
	case errors.As(err, &req):
		return fmt.Errorf("llm: the service answered %d with no JSON", req.HTTPStatusCode)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ErrTruncated
	}
	return fmt.Errorf("llm: asking the service: %w", err)
}

// messages are the request within its budget: rules, the best passage and the
// question always, more passages and history as far as they fit.
func (w *Writer) messages(a bot.Assignment) ([]openai.ChatCompletionMessage, error) {
	lang := "en"
	if strings.HasPrefix(a.Language, "zh") {
		lang = "zh"
	}
	raw, err := prompts.ReadFile("prompts/" + lang + ".txt")
	if err != nil {
		return nil, err
	}
	system := strings.ReplaceAll(string(raw), "{tone}", tone(lang, a.Tone))
	question := clip(a.Question, 2000)
	budget := w.o.MaxInput - w.count.tokens(system) - w.count.tokens(question) - 20
	var material strings.Builder
	for i, p := range a.Passages {
		s := fmt.Sprintf("### %s\n%s\n\n", clip(p.Title, 500), clip(p.Text, 8000))
		n := w.count.tokens(s)
		if n > budget {
			if i == 0 {
				return nil, fmt.Errorf("llm: the passage %s takes %d tokens, %d are left: raise MaxInput or shorten it", p.ID, n, max(budget, 0))
			}
			break
		}
		budget -= n
		material.WriteString(s)
	}
	out := []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleSystem, Content: system + "\n" + material.String()}}
	var before []openai.ChatCompletionMessage
	for i := len(a.Before) - 1; i >= 0 && len(before) < 6; i-- {
		l := a.Before[i]
		if strings.TrimSpace(l.Text) == "" {
			continue
		}
		m := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: clip(l.Text, 800)}
		if l.From == bot.FromCustomer {
			m.Role = openai.ChatMessageRoleUser
		}
		n := w.count.tokens(m.Content) + 4
		if n > budget {
			break
		}
		budget -= n
		before = append(before, m)
	}
	for i := len(before) - 1; i >= 0; i-- {
		out = append(out, before[i])
	}
	return append(out, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: question}), nil
}

func tone(lang string, t profile.Tone) string {
	zh := lang == "zh"
	switch {
	case t == profile.ToneLively && zh:
		return "轻松亲切"
	case t == profile.ToneFormal && zh:
		return "正式周到"
	case zh:
		return "礼貌自然"
	case t == profile.ToneLively:
		return "light and friendly"
	case t == profile.ToneFormal:
		return "formal and courteous"
	}
	return "polite and natural"
}

// clip returns at most n runes of s.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
