package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/slot"
)

// evaluateSlots trains a tagger on marked sentences and scores whole entities:
// one is right when type, start and end are (as conlleval counts).
func evaluateSlots(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("slots", log)
	train := fs.String("train", "", "sentences to train on: tokens<TAB>IOB tags<TAB>intent, spaces between tokens and tags")
	test := fs.String("test", "", "sentences to test on")
	seed := fs.Uint64("seed", 1, "seed of training")
	noIntents := fs.Bool("no-intents", false, "learn from the marks alone")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := need(map[string]string{"train": *train, "test": *test}); err != nil {
		return nil, err
	}
	examples, err := readSlots(*train)
	if err != nil {
		return nil, err
	}
	tested, err := readSlots(*test)
	if err != nil {
		return nil, err
	}
	w := start()
	tagger, err := slot.Train(ctx, examples, &slot.Options{Seed: *seed, NoIntents: *noIntents,
		Progress: func(e, n int) { fmt.Fprintf(log, "\rtraining %d/%d", e, n) }})
	fmt.Fprintln(log)
	if err != nil {
		return nil, err
	}
	cpu, wall := w.stop()
	var file bytes.Buffer
	if err := tagger.Save(&file); err != nil {
		return nil, err
	}
	res := result{"train_rows": len(examples), "train_s": round(cpu), "train_wall_s": round(wall), "types": len(tagger.Types()), "file_bytes": file.Len(), "test_rows": len(tested)}
	right, found, marked := 0, 0, 0
	w = start()
	for _, e := range tested {
		got := tagger.Extract(e.Text, "", time.Time{})
		found += len(got)
		marked += len(e.Entities)
		for _, want := range e.Entities {
			for _, g := range got {
				if g.Type == want.Type && g.Start == want.Start && g.End == want.End {
					right++
				}
			}
		}
	}
	cpu, wall = w.stop()
	res["texts_per_s"], res["texts_per_wall_s"] = int(float64(len(tested))/cpu), int(float64(len(tested))/wall)
	p, r := float64(right)/float64(max(1, found)), float64(right)/float64(max(1, marked))
	res["precision"], res["recall"] = round(p), round(r)
	res["f1"] = round(2 * p * r / max(1e-9, p+r))
	return res, nil
}

// readSlots reads sentences with IOB or IOBES tags. Chinese characters are
// joined without spaces.
func readSlots(path string) ([]nlu.Example, error) {
	rs, err := rows(path, 3)
	if err != nil {
		return nil, err
	}
	out := make([]nlu.Example, 0, len(rs))
	for n, r := range rs {
		tokens, tags := strings.Fields(r[0]), strings.Fields(r[1])
		if len(tokens) != len(tags) {
			return nil, fmt.Errorf("%s: row %d: %d tokens but %d tags", path, n+1, len(tokens), len(tags))
		}
		sep := " "
		if text.Language(r[0]) == "zh" {
			sep = ""
		}
		e := nlu.Example{Intent: r[2]}
		open := false // the last entity may go on
		for i, w := range tokens {
			if i > 0 {
				e.Text += sep
			}
			from := len(e.Text)
			e.Text += w
			mark, kind, _ := strings.Cut(tags[i], "-")
			last := len(e.Entities) - 1
			switch {
			case mark == "O":
				open = false
				continue
			case open && (mark == "I" || mark == "E") && e.Entities[last].Type == kind:
				e.Entities[last].End = len(e.Text)
			default:
				e.Entities = append(e.Entities, nlu.Entity{Type: kind, Start: from, End: len(e.Text)})
			}
			open = true
		}
		out = append(out, e)
	}
	return out, nil
}
