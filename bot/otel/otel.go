// Package otel reports a bot's turns to OpenTelemetry: a span for each turn
// with one for each stage below it, and counters and histograms.
//
//	o, err := otel.New(nil)
//	b, err := bot.New(bot.Options{Observe: o, …}, mux)
//
// It uses the API alone: which SDK and exporter there are is the program's
// choice, and without one it costs next to nothing. Names and attributes hold
// no personal data: the conversation's id is one of the store's, not the
// customer's.
package otel

import (
	"context"
	"errors"
	"fmt"

	global "go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Options configure an Observer; nil is the zero value.
type Options struct {
	// Traces and Metrics default to the program's global providers.
	Traces  trace.TracerProvider
	Metrics metric.MeterProvider
}

const scope = "github.com/frontdesk-go/frontdesk/bot"

// Observer is a bot.Observer, safe for concurrent use.
type Observer struct {
	tracer trace.Tracer
	turns  metric.Float64Histogram
	waits  metric.Float64Histogram
	stages metric.Float64Histogram
	sends  metric.Float64Histogram
	events metric.Int64Counter
}

// New makes an observer. An error names the instrument that the provider refused.
func New(o *Options) (*Observer, error) {
	if o == nil {
		o = &Options{}
	}
	traces, metrics := o.Traces, o.Metrics
	if traces == nil {
		traces = global.GetTracerProvider()
	}
	if metrics == nil {
		metrics = global.GetMeterProvider()
	}
	m := metrics.Meter(scope)
	out := &Observer{tracer: traces.Tracer(scope)}
	var errs []error
	histogram := func(name, what string) metric.Float64Histogram {
		h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(what))
		errs = append(errs, err)
		return h
	}
	out.turns = histogram("frontdesk.turn.duration", "A turn from its first attempt to its commit.")
	out.waits = histogram("frontdesk.turn.wait", "How long a turn waited for those of its conversation before it.")
	out.stages = histogram("frontdesk.stage.duration", "A stage with those behind it.")
	out.sends = histogram("frontdesk.send.duration", "A reply handed to its channel.")
	var err error
	out.events, err = m.Int64Counter("frontdesk.events", metric.WithDescription("What happened, by kind: accepted, retried, refused, undelivered, …"))
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, fmt.Errorf("otel: making instruments: %w", err)
	}
	return out, nil
}

// Observe implements bot.Observer.
func (o *Observer) Observe(ctx context.Context, s bot.Observation) context.Context {
	tenant := attribute.String("frontdesk.tenant", s.Key.Tenant)
	kind := attribute.String("frontdesk.kind", string(s.Kind))
	switch s.Kind {
	case bot.TurnStarted:
		o.waits.Record(ctx, s.Waited.Seconds(), metric.WithAttributes(tenant, attribute.String("frontdesk.cause", s.Name)))
		ctx, _ = o.tracer.Start(ctx, "turn", trace.WithAttributes(tenant,
			attribute.String("frontdesk.conversation", s.Key.Conversation), attribute.String("frontdesk.cause", s.Name)))
		return ctx
	case bot.TurnCommitted, bot.TurnFailed:
		span := trace.SpanFromContext(ctx)
		span.SetAttributes(attribute.Int("frontdesk.try", s.Try))
		if s.Kind == bot.TurnCommitted {
			span.SetAttributes(attribute.String("frontdesk.intent", s.Name))
		}
		ended(span, s.Err)
		o.turns.Record(ctx, s.Took.Seconds(), metric.WithAttributes(tenant, kind))
	case bot.StageStarted:
		ctx, _ = o.tracer.Start(ctx, s.Name)
		return ctx
	case bot.StageEnded:
		ended(trace.SpanFromContext(ctx), s.Err)
		o.stages.Record(ctx, s.Took.Seconds(), metric.WithAttributes(attribute.String("frontdesk.stage", s.Name)))
	case bot.Delivered, bot.Undelivered:
		o.sends.Record(ctx, s.Took.Seconds(), metric.WithAttributes(tenant, kind, attribute.String("frontdesk.channel", s.Name)))
	}
	o.events.Add(ctx, 1, metric.WithAttributes(tenant, kind))
	return ctx
}

func ended(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, "failed")
	}
	span.End()
}
