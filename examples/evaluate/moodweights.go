package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// moodSets are the public sets weights are learnt from.
var moodSets = []struct {
	name string
	// open: its labels may be shipped (CC BY 4.0 and Apache-2.0). Of the others
	// only the text is used, with the class the rules are sure of.
	open bool
	// full: only for weights that are not shipped, as its licence is the GPL.
	full bool
	// kin may hold the same texts; it is left out with it.
	kin string
}{
	{name: "waimai_10k"}, {name: "nlpcc2014_task2"}, {name: "online_shopping_10_cats", kin: "chnsenticorp"},
	{name: "chnsenticorp", kin: "online_shopping_10_cats"}, {name: "smp2020_usual"}, {name: "osm2022"},
	{name: "stc3_cn", open: true}, {name: "zh_emodlg", open: true}, {name: "goemotions_polarity", open: true},
	{name: "sst2"}, {name: "meld_sentiment", full: true}, {name: "uss_mwoz"}, {name: "uss_sgd"},
}

// sure is the polarity from which a class the rules tell is learnt from.
const sure = 0.4

// learn makes weights from the training parts of all sets but one. It depends
// on the files alone: the same files, the same weights.
func learn(ctx context.Context, data, leave string, full bool, log io.Writer) (*sentiment.Weights, result, error) {
	rules, err := sentiment.New(&sentiment.Options{Rules: true})
	if err != nil {
		return nil, nil, err
	}
	var messages []sentiment.Labelled
	known := leave == ""
	for _, set := range moodSets {
		known = known || set.name == leave
		if set.name == leave || set.kin != "" && set.kin == leave || set.full && !full {
			continue
		}
		rs, err := rows(filepath.Join(data, set.name, "train.tsv"), 2)
		if errors.Is(err, os.ErrNotExist) {
			_, _ = fmt.Fprintf(log, "%s: not in %s\n", set.name, data)
			continue
		} else if err != nil {
			return nil, nil, err
		}
		before := len(messages)
		for _, r := range rs {
			m := sentiment.Labelled{Text: r[0], Set: set.name}
			if full || set.open {
				m.Class = classOf(r[1])
			} else if p := rules.Score(r[0]).Polarity; p >= sure {
				m.Class = sentiment.ClassPositive
			} else if p <= -sure {
				m.Class = sentiment.ClassNegative
			}
			if m.Class != "" {
				messages = append(messages, m)
			}
		}
		_, _ = fmt.Fprintf(log, "%s: %d of %d rows\n", set.name, len(messages)-before, len(rs))
	}
	if !known {
		var names []string
		for _, set := range moodSets {
			names = append(names, set.name)
		}
		slices.Sort(names)
		return nil, nil, fmt.Errorf("-leave-out %s: use one of %v", leave, names)
	}
	w := start()
	weights, report, err := rules.Train(ctx, messages)
	if err != nil {
		return nil, nil, err
	}
	cpu, _ := w.stop()
	_, _ = fmt.Fprintln(log, report)
	return weights, result{"messages": report.Messages, "train_s": round(cpu), "accuracy": round(report.After.Accuracy), "gain": round(report.Gain())}, nil
}

func save(w *sentiment.Weights, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := w.WriteTo(f); err != nil {
		_ = f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}
