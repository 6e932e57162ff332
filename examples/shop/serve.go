package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
	"github.com/frontdesk-go/frontdesk/bot/desk"
	"github.com/frontdesk-go/frontdesk/bot/engage"
	"github.com/frontdesk-go/frontdesk/profile"
)

// faces are the shop on the web: its pages with the chat on them, and the desk
// for its staff.
type faces struct {
	http.Handler
	bot   *bot.Bot
	chat  *web.Chat
	staff *desk.Desk
}

// face puts the faces together. Key and uploads are kept in dir.
func face(st *stock, o bot.Options, dir, token string) (*faces, error) {
	key, err := secret(filepath.Join(dir, "key"))
	if err != nil {
		return nil, err
	}
	files, err := web.NewDir(filepath.Join(dir, "files"), nil)
	if err != nil {
		return nil, err
	}
	o.Erasers = append(o.Erasers, files)
	b, err := newBot(st, o)
	if err != nil {
		return nil, err
	}
	f := &faces{bot: b}
	s := newSite(st.shop, st.texts, key)
	dwell, idle := st.engage.Watch()
	f.chat, err = web.New(b, &web.Options{Key: key, Files: files, Texts: st.texts, Identify: s.identify, Logger: o.Logger,
		Watch: web.Watch{Dwell: dwell, Idle: idle},
		Signals: func(ctx context.Context, th bot.Thread, ids []profile.Identity, g web.Signal) error {
			return st.engage.Observe(ctx, b, th, engage.Signal{ID: g.ID, Visit: g.Visit, Kind: g.Kind, Item: g.Item,
				For: time.Duration(g.Seconds) * time.Second, Cart: g.Count, Language: g.Language, Identities: ids})
		}})
	if err != nil {
		return nil, err
	}
	if f.staff, err = desk.New(b, &desk.Options{Token: token, Texts: st.texts, Logger: o.Logger}); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	mux.Handle("/chat/", f.chat)
	mux.Handle("/desk/", f.staff)
	mux.Handle("/inspect", http.RedirectHandler("/desk/inspect", http.StatusFound))
	f.Handler = mux
	return f, nil
}

// hangUp ends the streams, which would keep a server's Shutdown waiting.
func (f *faces) hangUp() error { return errors.Join(f.chat.Close(), f.staff.Close()) }

// serve runs the faces until ctx is done and everything under way has ended.
func serve(ctx context.Context, addr string, st *stock, o bot.Options, dir, token string, out io.Writer) (err error) {
	if token == "" {
		token = rand.Text()
	}
	f, err := face(st, o, dir, token)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.bot.Close()) }()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn)}
	fmt.Fprintf(out, "shop:      http://%s/\nchat only: http://%[1]s/chat/\ndesk:      http://%[1]s/desk/#token=%[2]s\ninspector: http://%[1]s/inspect\n", l.Addr(), token)
	run := make(chan error, 1)
	go func() { run <- f.bot.Run(ctx) }()
	adapted := make(chan error, 1)
	go func() { // meanwhile the base answers without it
		_, err := st.base.Adapt(ctx)
		adapted <- err
	}()
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		err := f.hangUp()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		done <- errors.Join(err, srv.Shutdown(end))
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	failed := <-adapted
	if errors.Is(failed, context.Canceled) {
		failed = nil
	}
	if err := <-run; !errors.Is(err, context.Canceled) {
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, <-done)
}

// secret reads the key sessions are signed with, or makes one.
func secret(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) >= 32 {
		return key, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key, os.WriteFile(path, key, 0o600)
}
