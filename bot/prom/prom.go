// Package prom counts a bot's turns for Prometheus.
//
//	o, err := prom.New(registry)
//	b, err := bot.New(bot.Options{Observe: o, …}, mux)
//	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
//
// The metrics are
//
//	frontdesk_turn_seconds{result}       from the first attempt to the commit; result is "committed" or "failed"
//	frontdesk_turn_wait_seconds{cause}   waiting for the conversation's turns before; cause is "message", "timer" or "push"
//	frontdesk_stage_seconds{stage}       a stage with those behind it
//	frontdesk_send_seconds{channel,result}
//	frontdesk_events_total{kind}         accepted, turn retried, turn refused, …
//
// No label holds a tenant, a conversation or anything a customer said, so that
// their number stays small.
package prom

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Observer is a bot.Observer, safe for concurrent use.
type Observer struct {
	turns, waits, stages, sends *prometheus.HistogramVec
	events                      *prometheus.CounterVec
}

// New makes an observer and registers its metrics. The error is that of the
// registry, for instance that they are registered already.
func New(r prometheus.Registerer) (*Observer, error) {
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "frontdesk", Name: name, Help: help,
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 10)}, labels)
	}
	o := &Observer{
		turns:  histogram("turn_seconds", "A turn from its first attempt to its commit.", "result"),
		waits:  histogram("turn_wait_seconds", "How long a turn waited for those of its conversation before it.", "cause"),
		stages: histogram("stage_seconds", "A stage with those behind it.", "stage"),
		sends:  histogram("send_seconds", "A reply handed to its channel.", "channel", "result"),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "frontdesk", Name: "events_total", Help: "What happened, by kind."}, []string{"kind"}),
	}
	for _, c := range []prometheus.Collector{o.turns, o.waits, o.stages, o.sends, o.events} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("prom: registering: %w", err)
		}
	}
	return o, nil
}

// Observe implements bot.Observer.
func (o *Observer) Observe(ctx context.Context, s bot.Observation) context.Context {
	took := s.Took.Seconds()
	result := func() string { return strings.TrimPrefix(string(s.Kind), "turn ") }
	switch s.Kind {
	case bot.TurnStarted:
		o.waits.WithLabelValues(s.Name).Observe(s.Waited.Seconds())
	case bot.TurnCommitted, bot.TurnFailed:
		o.turns.WithLabelValues(result()).Observe(took)
	case bot.StageStarted:
		return ctx
	case bot.StageEnded:
		o.stages.WithLabelValues(s.Name).Observe(took)
		return ctx
	case bot.Delivered, bot.Undelivered:
		o.sends.WithLabelValues(s.Name, result()).Observe(took)
	}
	o.events.WithLabelValues(string(s.Kind)).Inc()
	return ctx
}
