package prom_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/prom"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	o, err := prom.New(registry)
	require.NoError(t, err)
	b, err := bot.New(bot.Options{Observe: o}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error { return turn.Say("ok") }))
	require.NoError(t, err)
	for _, id := range []string{"1", "2", "2"} { // the third is known
		_, err = b.Handle(t.Context(), bot.Message{ID: id, Thread: bot.Thread{Channel: "web", Peer: "13800138000"}, Text: "在吗？"})
		require.NoError(t, err)
	}
	require.NoError(t, b.Close())
	_, err = b.Handle(t.Context(), bot.Message{ID: "4", Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "hi"})
	require.ErrorIs(t, err, bot.ErrClosed)
	o.Observe(t.Context(), bot.Observation{Kind: bot.Undelivered, Name: "wechat", Err: errors.New("down")})

	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP frontdesk_events_total What happened, by kind.
# TYPE frontdesk_events_total counter
frontdesk_events_total{kind="turn committed"} 2
frontdesk_events_total{kind="turn refused"} 1
frontdesk_events_total{kind="turn started"} 2
frontdesk_events_total{kind="undelivered"} 1
`), "frontdesk_events_total"))
	n, err := testutil.GatherAndCount(registry, "frontdesk_stage_seconds")
	require.NoError(t, err)
	assert.Positive(t, n)
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		assert.NotContains(t, f.String(), "13800138000", "no personal data")
	}
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func TestNewTwice(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	_, err := prom.New(registry)
	require.NoError(t, err)
	_, err = prom.New(registry)
	require.ErrorContains(t, err, "prom: registering")
}

func Example() {
	registry := prometheus.NewRegistry()
	o, err := prom.New(registry)
	if err != nil {
		panic(err)
	}
	b, err := bot.New(bot.Options{Observe: o}, bot.NewMux())
	if err != nil {
		panic(err)
	}
	defer b.Close()
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
}
