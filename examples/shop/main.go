// Shop is a clothing and electronics shop's customer-service bot, in Chinese and
// English, in the terminal:
//
//	go run ./examples/shop                      chat; the state stays in a file
//	go run ./examples/shop -db :memory:         chat and leave nothing
//	go run ./examples/shop -script FILE         replay lines, print the conversation
//	go run ./examples/shop -trace               say why, after each turn
//	go run ./examples/shop -http localhost:8080 the shop's site with the chat, and the desk
//	go run ./examples/shop -keep FOLDER         a round of keeping the knowledge base: lint, gaps in the
//	                                            conversations there (examples/shop/testdata), drafts, review
//
// With OPENAI_API_KEY or OPENAI_BASE_URL set, answers from the knowledge base
// are worded by that model service.
//
// In the chat, /take takes the waiting ticket as a person of the shop, /say
// writes to the customer, /back gives the conversation back, /why explains the
// last turn, /quit ends.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
	"github.com/frontdesk-go/frontdesk/profile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) (err error) {
	fs := flag.NewFlagSet("shop", flag.ContinueOnError)
	fs.SetOutput(errs)
	path := fs.String("db", "", `file for the bot's state, ":memory:" leaves nothing (default: shop.db in your cache folder)`)
	script := fs.String("script", "", "replay this file of customer lines and print the conversation")
	trace := fs.Bool("trace", false, "say why, after each turn")
	user := fs.String("user", "demo", `account that is signed in, "" for a visitor`)
	lang := fs.String("lang", "", `language until the customer's is known, "zh" or "en" (default: from your environment)`)
	addr := fs.String("http", "", `serve the shop's site, the chat and the desk at this address, such as "localhost:8080"`)
	talks := fs.String("keep", "", "go through the knowledge base, and what the conversations in this folder asked in vain")
	moods := fs.Bool("moods", false, "tell how the customers in -db felt, over what, and after which answers it got worse")
	token := fs.String("token", "", "the desk's access token, at least 16 characters (default: a new one each time)")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", fs.Arg(0))
	}
	if *talks != "" {
		return keepKnowledge(ctx, out, os.DirFS(*talks), time.Now())
	}
	if *path == "" {
		if *path, err = defaultPath(*script != ""); err != nil {
			return err
		}
	}
	if *lang == "" {
		*lang = language()
	}
	store, err := sqlite.Open(*path, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if *moods {
		return tellMoods(ctx, out, store, time.Now())
	}
	own, err := ownTables(*path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	st, err := load(ctx, own, time.Now(), *addr != "")
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: slog.LevelError}))
	if *addr != "" {
		dir := *path + ".web"
		if *path == ":memory:" {
			if dir, err = os.MkdirTemp("", "shop"); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		} else if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		return serve(ctx, *addr, st, bot.Options{Store: store, Customers: store.Profiles(), Language: *lang, Logger: log}, dir, *token, out)
	}
	c := &chat{out: out, lang: *lang, trace: *trace, thread: bot.Thread{Channel: "terminal", Peer: *user + "@terminal"}, prompt: *script == ""}
	if *user != "" {
		c.identities = []profile.Identity{{Kind: "uid", Value: *user, Verified: true}}
	}
	b, err := newBot(st, bot.Options{Store: store, Customers: store.Profiles(), Language: *lang,
		Logger: log, OnTurn: c.report})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	c.bot = b
	if *script != "" {
		f, err := os.Open(*script)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		return c.replay(ctx, f)
	}
	return c.talk(ctx, in)
}

// defaultPath is a file in the user's cache folder; a script leaves nothing.
func defaultPath(script bool) (string, error) {
	if script {
		return ":memory:", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for the state, name a file with -db: %w", err)
	}
	dir = filepath.Join(dir, "frontdesk")
	return filepath.Join(dir, "shop.db"), os.MkdirAll(dir, 0o700)
}

// language is that of the environment, as far as the shop speaks it.
func language() string {
	for _, v := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if s := os.Getenv(v); len(s) >= 2 {
			if s[:2] == "en" {
				return "en"
			}
			return "zh"
		}
	}
	return "zh"
}

// ownTables opens the shop's own database: the same file as the bot's, which
// shows how a host keeps both together.
func ownTables(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`PRAGMA busy_timeout = 5000`); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
