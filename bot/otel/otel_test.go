package otel_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"

	metricnoop "go.opentelemetry.io/otel/metric/noop"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/otel"
)

// recorder is a TracerProvider that remembers its spans.
type recorder struct {
	embedded.TracerProvider
	mu    sync.Mutex
	spans []*span
}

func (r *recorder) Tracer(string, ...trace.TracerOption) trace.Tracer {
	return tracer{recorder: r}
}

type tracer struct {
	embedded.Tracer
	recorder *recorder
}

func (t tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	config := trace.NewSpanStartConfig(opts...)
	s := &span{name: name, attributes: config.Attributes()}
	if parent, ok := trace.SpanFromContext(ctx).(*span); ok {
		s.parent = parent.name
	}
	r := t.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = append(r.spans, s)
	return trace.ContextWithSpan(ctx, s), s
}

type span struct {
	noop.Span
	name, parent string
	attributes   []attribute.KeyValue
	status       codes.Code
	ended        int
}

func (s *span) SetAttributes(kv ...attribute.KeyValue) { s.attributes = append(s.attributes, kv...) }
func (s *span) SetStatus(c codes.Code, _ string)       { s.status = c }
func (s *span) End(...trace.SpanEndOption)             { s.ended++ }
func (s *span) attribute(key attribute.Key) (v attribute.Value) {
	for _, kv := range s.attributes {
		if kv.Key == key {
			v = kv.Value
		}
	}
	return v
}

func TestSpans(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	o, err := otel.New(&otel.Options{Traces: r, Metrics: metricnoop.NewMeterProvider()})
	require.NoError(t, err)
	inside := ""
	b, err := bot.New(bot.Options{Observe: o}, bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) error {
		if s, ok := trace.SpanFromContext(ctx).(*span); ok {
			inside = s.name
		}
		if turn.Message.Text == "fail" {
			return errors.New("no connection")
		}
		return turn.Say("ok")
	}))
	require.NoError(t, err)
	th := bot.Thread{Channel: "web", Peer: "13800138000"}
	_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: th, Text: "在吗？"})
	require.NoError(t, err)
	require.NoError(t, b.Close())

	require.NotEmpty(t, r.spans)
	turn := r.spans[0]
	assert.Equal(t, "turn", turn.name)
	assert.Equal(t, "message", turn.attribute("frontdesk.cause").AsString())
	assert.Equal(t, int64(1), turn.attribute("frontdesk.try").AsInt64())
	assert.Equal(t, codes.Unset, turn.status)
	names := map[string]string{}
	for _, s := range r.spans {
		assert.Equal(t, 1, s.ended, s.name)
		names[s.name] = s.parent
		for _, kv := range s.attributes {
			assert.NotContains(t, kv.Value.String(), "13800138000", "no personal data")
		}
	}
	assert.Equal(t, "turn", names["identify"], "the first stage is below the turn")
	assert.Equal(t, "identify", names["understand"], "and the next below it")
	assert.Equal(t, "answer", inside, "a handler's own spans are below the stage that called it")
}

// refusing is a MeterProvider that has no histograms.
type refusing struct{ metricnoop.MeterProvider }

func (refusing) Meter(string, ...metric.MeterOption) metric.Meter { return refusingMeter{} }

type refusingMeter struct{ metricnoop.Meter }

func (refusingMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, errors.New("no histograms here")
}

func TestNewReportsWhatIsRefused(t *testing.T) {
	t.Parallel()
	_, err := otel.New(&otel.Options{Metrics: refusing{}})
	require.ErrorContains(t, err, "no histograms here")
}

func TestFailedTurn(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	o, err := otel.New(&otel.Options{Traces: r})
	require.NoError(t, err)
	ctx := o.Observe(t.Context(), bot.Observation{Kind: bot.TurnStarted, Name: "message"})
	o.Observe(ctx, bot.Observation{Kind: bot.TurnFailed, Err: errors.New("disk full")})
	require.Len(t, r.spans, 1)
	assert.Equal(t, codes.Error, r.spans[0].status)
	assert.Equal(t, 1, r.spans[0].ended)
}

func Example() {
	o, err := otel.New(nil) // the program's own providers
	if err != nil {
		panic(err)
	}
	b, err := bot.New(bot.Options{Observe: o}, bot.NewMux())
	if err != nil {
		panic(err)
	}
	defer b.Close()
}
