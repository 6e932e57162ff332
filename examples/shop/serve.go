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

// serve is the shop on the web: its pages with the chat on them, and the desk
// for its staff. It returns when ctx is done and everything under way has ended.
func serve(ctx context.Context, addr string, st *stock, o bot.Options, dir, token string, out io.Writer) (err error) {
	key, err := secret(filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	files, err := web.NewDir(filepath.Join(dir, "files"), nil)
	if err != nil {
		return err
	}
	o.Erasers = append(o.Erasers, files)
	b, err := newBot(st, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	s := newSite(st.shop, st.texts, key)
	dwell, idle := st.engage.Watch()
	chat, err := web.New(b, &web.Options{Key: key, Files: files, Texts: st.texts, Identify: s.identify, Logger: o.Logger,
		Watch: web.Watch{Dwell: dwell, Idle: idle},
		Signals: func(ctx context.Context, th bot.Thread, ids []profile.Identity, g web.Signal) error {
			return st.engage.Observe(ctx, b, th, engage.Signal{ID: g.ID, Visit: g.Visit, Kind: g.Kind, Item: g.Item,
				For: time.Duration(g.Seconds) * time.Second, Cart: g.Count, Language: g.Language, Identities: ids})
		}})
	if err != nil {
		return err
	}
	if token == "" {
		token = rand.Text()
	}
	staff, err := desk.New(b, &desk.Options{Token: token, Texts: st.texts, Logger: o.Logger})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	mux.Handle("/chat/", chat)
	mux.Handle("/desk/", staff)
	mux.Handle("/inspect", http.RedirectHandler("/desk/inspect", http.StatusFound))
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn)}
	fmt.Fprintf(out, "shop:      http://%s/\nchat only: http://%[1]s/chat/\ndesk:      http://%[1]s/desk/#token=%[2]s\ninspector: http://%[1]s/desk/inspect\n", l.Addr(), token)
	run := make(chan error, 1)
	go func() { run <- b.Run(ctx) }()
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		err := errors.Join(chat.Close(), staff.Close()) // their streams would keep Shutdown waiting
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		done <- errors.Join(err, srv.Shutdown(end))
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-run; !errors.Is(err, context.Canceled) {
		return errors.Join(err, <-done)
	}
	return <-done
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
