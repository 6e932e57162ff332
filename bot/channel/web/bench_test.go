package web_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
)

// BenchmarkStreams keeps 2,000 streams open, each of a conversation of its
// own that gets one line a second, and reports what was lost, the delay of a
// line (commit to client) and the memory a connection takes, server and client
// together. FRONTDESK_STREAMS changes the number.
func BenchmarkStreams(b *testing.B) {
	n := 2000
	if s := os.Getenv("FRONTDESK_STREAMS"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(b, err)
	}
	bt, err := bot.New(bot.Options{MaxTurns: n, Logger: slog.New(slog.DiscardHandler)}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		return t.Say(t.Message.Text)
	}))
	require.NoError(b, err)
	chat, err := web.New(bt, &web.Options{Key: []byte("0123456789abcdef")})
	require.NoError(b, err)
	srv := httptest.NewServer(chat)
	defer srv.Close()
	defer func() { _ = chat.Close() }()

	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	threads := make([]bot.Thread, n)
	var got, late atomic.Int64
	var delays sync.Map
	var wg sync.WaitGroup
	ready := make(chan struct{}, n)
	for i := range n {
		token, th := visitor(i)
		threads[i] = th
		wg.Add(1)
		go func() {
			defer wg.Done()
			listen(srv.Listener.Addr().String(), token, ready, func(sent time.Time) {
				got.Add(1)
				d := time.Since(sent)
				if d > time.Second {
					late.Add(1)
				}
				delays.Store(fmt.Sprint(i, sent.UnixNano()), d)
			})
		}()
	}
	for range n {
		<-ready
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	perConn := float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse) / float64(n)

	want := int64(0)
	b.ResetTimer()
	began := time.Now()
	for range b.N { // a second each
		tick := time.Now()
		for i := range n {
			at := tick.Add(time.Duration(i) * time.Second / time.Duration(n))
			if d := time.Until(at); d > time.Millisecond {
				time.Sleep(d)
			}
			_, err := bt.Handle(context.Background(), bot.Message{ID: fmt.Sprint(want), Thread: threads[i], Text: strconv.FormatInt(time.Now().UnixNano(), 10)})
			require.NoError(b, err)
			want++
		}
	}
	for got.Load() < want && time.Since(began) < time.Duration(b.N)*time.Second+20*time.Second {
		time.Sleep(10 * time.Millisecond)
	}
	b.StopTimer()
	var worst, sum time.Duration
	delays.Range(func(_, v any) bool {
		d, _ := v.(time.Duration)
		worst, sum = max(worst, d), sum+d
		return true
	})
	b.ReportMetric(perConn, "B/conn")
	b.ReportMetric(float64(want-got.Load()), "lost")
	b.ReportMetric(float64(late.Load()), "late>1s")
	b.ReportMetric(float64(sum.Microseconds())/float64(max(got.Load(), 1)), "µs-mean")
	b.ReportMetric(float64(worst.Microseconds()), "µs-worst")
	_ = chat.Close()
	srv.CloseClientConnections()
	wg.Wait()
}

// visitor is a token and its thread.
func visitor(i int) (token string, th bot.Thread) {
	token = web.SignToken([]byte("0123456789abcdef"), "visitor"+strconv.Itoa(i))
	return token, bot.Thread{Channel: "web", Peer: "visitor" + strconv.Itoa(i)}
}

// listen is a client as lean as can be, so that the server is measured.
func listen(addr, token string, ready chan<- struct{}, line func(sent time.Time)) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "GET /chat/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token)
	res, err := http.ReadResponse(bufio.NewReaderSize(conn, 1024), nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = res.Body.Close() }()
	sc := bufio.NewScanner(res.Body)
	for sc.Scan() {
		s := sc.Text()
		if s == "event: ready" {
			ready <- struct{}{}
		}
		if _, rest, ok := strings.Cut(s, `"reply":{`); ok {
			_, text, _ := strings.Cut(rest, `"text":"`)
			text, _, _ = strings.Cut(text, `"`)
			if ns, err := strconv.ParseInt(text, 10, 64); err == nil {
				line(time.Unix(0, ns))
			}
		}
	}
}
