// Knowledge keeps a knowledge base on real files: it collects what the shop has
// written and what its people answered, cleans it, finds what is wrong,
// classifies, takes each entry through its review, and publishes what was
// approved as one file that a bot opens.
//
//	go run ./examples/knowledge                    all of it once, on the example's own files
//	go run ./examples/knowledge collect FOLDER     faq/ (reviewed where it is kept), docs/, site/ and talks/ into knowledge.json
//	go run ./examples/knowledge check FOLDER       what is wrong, and what customers ask in vain; of any folder of knowledge files
//	go run ./examples/knowledge queue              what waits for someone
//	go run ./examples/knowledge approve -by NAME ID...
//	go run ./examples/knowledge publish            approved entries into base.kb
//	go run ./examples/knowledge restore            earlier versions of it, and back to one
//	go run ./examples/knowledge ask QUESTION
//
// The base under review is one JSON file, which people may read, compare and
// keep under version control.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/kb"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "knowledge:", err)
		os.Exit(1)
	}
}

// job is one run of a command.
type job struct {
	out  io.Writer
	now  time.Time
	file string // the base under review
	base string // the published base
	by   string
	why  string
	from time.Time
	html string
	json bool
	lang string
	web  bool
	args []string

	least float64
	apply bool

	team     kb.Team
	feedback string
}

type command struct {
	name, usage string
	run         func(ctx context.Context, j *job) error
}

func commands() []command {
	return []command{
		{"collect", "FOLDER: take over what its faq, docs, site and talks say now", collect},
		{"clean", "mask personal data, drop what repeats in every document", clean},
		{"check", "[FOLDER] [-html FILE] [-json] [-feedback FILE] [-links]: what is wrong, and what customers ask in vain", check},
		{"classify", "[-least 0.6] [-apply]: guess categories, propose new ones", classify},
		{"learn", "FEEDBACK.jsonl [-apply]: what helps, new wordings, synonyms", learn},
		{"queue", "what waits for someone", queue},
		{"show", "ID...: entries as they stand", show},
		{"submit", "-by NAME ID...: send drafts to review (an ID may end in *)", step},
		{"approve", "-by NAME [-from DATE] ID...: of what another sent to review", step},
		{"reject", "-by NAME -why WHY ID...", step},
		{"revise", "-by NAME ID...: back to draft", step},
		{"retire", "-by NAME ID...", step},
		{"merge", "-by NAME INTO FROM: one entry of two", merge},
		{"publish", "[-by NAME]: approved entries into the file a bot opens", publish},
		{"restore", "[-by NAME] [VERSION]: publish an earlier version again, or list those there are", restore},
		{"ask", "QUESTION: of the published base", ask},
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return tour(ctx, out)
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		j := &job{out: out}
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		fs.SetOutput(out)
		fs.StringVar(&j.file, "kb", "knowledge.json", "the base under review")
		fs.StringVar(&j.base, "base", "base.kb", "the published base")
		fs.StringVar(&j.by, "by", "", "who does it")
		fs.StringVar(&j.why, "why", "", "why")
		fs.StringVar(&j.html, "html", "", "write the report as a page into this file")
		fs.BoolVar(&j.json, "json", false, "write the report as JSON")
		fs.StringVar(&j.lang, "lang", "en", "language of the page: en or zh")
		fs.BoolVar(&j.web, "links", false, "ask for each web address in the texts whether it is still there")
		fs.Float64Var(&j.least, "least", 0.6, "the least confidence of a category")
		fs.BoolVar(&j.apply, "apply", false, "put it into the base under review")
		fs.StringVar(&j.feedback, "feedback", "", "how customers took the answers, for check")
		team := fs.String("team", "", "file that says who may draft, approve, publish and retire (default: anyone)")
		today := fs.String("today", "", "take this day, 2026-11-21, for today")
		from := fs.String("from", "", "answer from this day on")
		words, err := interspersed(fs, args[1:])
		if err != nil {
			return err
		}
		if j.now, err = date("today", *today, time.Now()); err != nil {
			return err
		}
		if j.from, err = date("from", *from, time.Time{}); err != nil {
			return err
		}
		if j.team, err = readTeam(*team); err != nil {
			return err
		}
		j.args = append([]string{c.name}, words...)
		return c.run(ctx, j)
	}
	usage := fmt.Sprintf("there is no command %q; use one of", args[0])
	for _, c := range commands() {
		usage += fmt.Sprintf("\n  knowledge %s %s", c.name, c.usage)
	}
	return errors.New(usage)
}

// interspersed parses flags wherever they stand among the other words, which it
// returns.
func interspersed(fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := fs.Parse(args); err != nil || fs.NArg() == 0 {
			return words, err
		}
		rest := fs.Args()
		if at := len(args) - len(rest); at > 0 && args[at-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}

func date(name, s string, otherwise time.Time) (time.Time, error) {
	if s == "" {
		return otherwise, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("-%s %q: write a day as 2026-11-21", name, s)
	}
	return t, nil
}

// printf prints for people, without what a terminal would obey: texts and names
// come from elsewhere.
func (j *job) printf(format string, args ...any) {
	fmt.Fprint(j.out, strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, fmt.Sprintf(format, args...)))
}

// note prints beside the report, where that is JSON.
func (j *job) note(format string, args ...any) {
	if j.json {
		j = &job{out: os.Stderr}
	}
	j.printf(format, args...)
}

// pad fills a text up to so many columns, of which a Chinese character takes two.
func pad(s string, columns int) string {
	for _, r := range s {
		columns--
		if r >= 0x1100 {
			columns--
		}
	}
	return s + strings.Repeat(" ", max(columns, 0))
}
