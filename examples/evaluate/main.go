// Evaluate measures a package of frontdesk on files and prints one JSON object
// as the last line of standard output.
//
//	go run ./examples/evaluate intent -train train.tsv -test test.tsv
//	go run ./examples/evaluate slots -train train_slots.tsv -test test_slots.tsv
//	go run ./examples/evaluate sentiment -test test.tsv
//	go run ./examples/evaluate retrieve -dir DIR -queries dev
//	go run ./examples/evaluate docs -dir DIR
//	go run ./examples/evaluate recommend -set gowalla -fit
//	go run ./examples/evaluate recommend -log events.jsonl -after 2026-11-01
//
// Files are UTF-8 with tabs between columns. Seconds are CPU seconds of the
// whole process; the wall clock's stand beside them as *_wall_s.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// result is what a command measured. Keys only ever grow.
type result map[string]any

type command struct {
	name, usage string
	run         func(ctx context.Context, args []string, log io.Writer) (result, error)
}

func commands() []command {
	return []command{
		{"intent", "-train F [-valid F] -test F [-oos-train F] [-oos-valid F -oos-test F] [-report F]", evaluateIntent},
		{"slots", "-train F -test F [-no-intents]", evaluateSlots},
		{"sentiment", "[-train F] -test F", evaluateSentiment},
		{"docs", "-dir D [-unseen]", evaluateDocs},
		{"retrieve", "-dir D [-queries dev|test] [-no-answers]", evaluateRetrieve},
		{"recommend", "-set NAME | -log F [-after DAY | -leave-one-out] | -train F -test F [-sessions | -next | -baskets | -next-baskets | -own-baskets] [-valid F] [-items F]; each with [-fit] [-tune]", evaluateRecommend},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "evaluate:", err)
		}
		os.Exit(2)
	}
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name != args[0] {
				continue
			}
			res, err := c.run(ctx, args[1:], log)
			if err != nil {
				return err
			}
			res["command"] = c.name
			line, err := json.Marshal(res)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(out, string(line))
			return err
		}
	}
	usage := "use one of"
	for _, c := range commands() {
		usage += fmt.Sprintf("\n  evaluate %s %s", c.name, c.usage)
	}
	return errors.New(usage)
}

// flags makes a flag set whose errors and usage go to log.
func flags(name string, log io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(log)
	return fs
}

// need reports the first flag that was left out.
func need(values map[string]string) error {
	for name, v := range values {
		if v == "" {
			return fmt.Errorf("-%s is needed: name a file", name)
		}
	}
	return nil
}

// watch measures CPU and wall time.
type watch struct {
	cpu  float64
	wall time.Time
}

func start() watch { return watch{cpuSeconds(), time.Now()} }

// stop returns seconds since start, at least a nanosecond, so that it can divide.
func (w watch) stop() (cpu, wall float64) {
	return max(1e-9, cpuSeconds()-w.cpu), max(1e-9, time.Since(w.wall).Seconds())
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
