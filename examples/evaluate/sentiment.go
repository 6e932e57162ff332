package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// polarity maps a label to "+" or "-", or "0" for neutral; "" for any other.
func polarity(label string) string {
	switch label {
	case "pos", "positive", "joy", "happy", "开心", "1":
		return "+"
	case "neg", "negative", "weak_negative", "anger", "angry", "anxiety", "sadness", "sad", "fear", "disgust", "伤心", "生气", "厌恶", "0":
		return "-"
	case "neu", "neutral", "中性", "平静":
		return "0"
	}
	return ""
}

func evaluateSentiment(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("sentiment", log)
	train := fs.String("train", "", "texts to learn their labels from, whatever they are: text<TAB>label; without, the scorer is measured")
	test := fs.String("test", "", "texts to test on")
	weights := fs.String("weights", "", "weights for the scorer; the shipped ones without")
	rules := fs.Bool("rules", false, "the lexicon and the rules alone")
	data := fs.String("data", "", "folder of the public sets, for -build and -leave-out")
	build := fs.String("build", "", "write weights learnt from the sets in -data")
	leave := fs.String("leave-out", "", "learn from all sets in -data but this one, and test on it")
	part := fs.String("part", "test", "part of the set left out")
	turns := fs.Bool("turns", false, "a row is a customer's turns with \" / \" between: the level of their trend counts")
	tune := fs.String("tune", "", "labelled messages of a host: what Calibrate and Train gain on -test by them")
	n := fs.Int("n", 100, "how many rows of -tune to use; 0 for all")
	words := fs.String("words", "", "words of a host's own, laid over the lexicon; see sentiment.ReadWords")
	full := fs.Bool("full", false, "learn from all labels, not just those one may ship")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if *build != "" || *leave != "" {
		if err := need(map[string]string{"data": *data}); err != nil {
			return nil, err
		}
		w, report, err := learn(ctx, *data, *leave, *full, log)
		if err != nil {
			return nil, err
		}
		if *leave == "" {
			return report, save(w, *build)
		}
		rs, err := rows(filepath.Join(*data, *leave, *part+".tsv"), 2)
		if err != nil {
			return nil, err
		}
		res, err := measured(&sentiment.Options{Weights: w}, rs, *turns)
		if err == nil {
			err = bands(res, w, filepath.Join(*data, *leave, "train.tsv"), *n, rs)
		}
		return res, err
	}
	if err := need(map[string]string{"test": *test}); err != nil {
		return nil, err
	}
	rs, err := rows(*test, 2)
	if err != nil {
		return nil, err
	}
	opts := &sentiment.Options{Rules: *rules}
	if *weights != "" {
		f, err := os.Open(*weights)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		if opts.Weights, err = sentiment.Load(f); err != nil {
			return nil, fmt.Errorf("%s: %w", *weights, err)
		}
	}
	if *words != "" {
		f, err := os.Open(*words)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		if opts.Lexicon, err = sentiment.ReadWords(f, *words); err != nil {
			return nil, err
		}
	}
	if *train != "" {
		return trained(ctx, opts, *train, rs)
	}
	if *tune != "" {
		return tuned(ctx, opts, *tune, *n, rs)
	}
	return measured(opts, rs, *turns)
}

// bands measures three classes with a dead band that n rows of the set's own
// train part calibrate, beside the usual band, for a set that has neutral rows.
func bands(res result, w *sentiment.Weights, train string, n int, test [][]string) error {
	if _, has := res["accuracy3"]; !has || !exists(train) {
		return nil
	}
	rs, err := rows(train, 2)
	if err != nil {
		return err
	}
	plain, err := sentiment.New(&sentiment.Options{Weights: w})
	if err != nil {
		return err
	}
	c, _, err := plain.Calibrate(labelled(rs, n))
	if err != nil {
		return fmt.Errorf("%s: %w", train, err)
	}
	scorer, err := sentiment.New(&sentiment.Options{Weights: w, Calibration: &c})
	if err != nil {
		return err
	}
	res["accuracy3_calibrated"], res["macro_f1_3_calibrated"] = threeClasses(scorer, test)
	return nil
}

// measured measures a scorer.
func measured(opts *sentiment.Options, rs [][]string, turns bool) (result, error) {
	scorer, err := sentiment.New(opts)
	if err != nil {
		return nil, err
	}
	two, three := newScores(), newScores()
	var pos, neg []float64
	neutral := false
	w := start()
	polarities := make([]float64, len(rs))
	classes := make([]string, len(rs))
	for i, r := range rs {
		s := scorer.Score(r[0])
		if turns {
			s.Polarity = levelOf(scorer, r[0])
		}
		polarities[i] = s.Polarity
		classes[i] = map[sentiment.Class]string{sentiment.ClassPositive: "+", sentiment.ClassNegative: "-", sentiment.ClassNeutral: "0"}[scorer.Class(s)]
	}
	cpu, wall := w.stop()
	for i, r := range rs {
		want := polarity(r[1])
		p := polarities[i]
		if want == "" {
			continue
		}
		three.add(want, classes[i])
		if want == "0" {
			neutral = true
			continue
		}
		two.add(want, sign(p))
		if want == "+" {
			pos = append(pos, p)
		} else {
			neg = append(neg, p)
		}
	}
	res := result{"rows": len(pos) + len(neg), "accuracy": round(two.accuracy()), "macro_f1": round(two.macroF1()), "auc": round(auroc(pos, neg)),
		"texts_per_s": int(float64(len(rs)) / cpu), "texts_per_wall_s": int(float64(len(rs)) / wall)}
	if neutral {
		res["accuracy3"], res["macro_f1_3"] = round(three.accuracy()), round(three.macroF1())
	}
	return res, nil
}

// levelOf is the mood at the end of a dialogue.
func levelOf(scorer *sentiment.Scorer, dialogue string) float64 {
	var trend sentiment.Trend
	for turn := range strings.SplitSeq(dialogue, " / ") {
		trend = trend.Add(scorer.Score(turn))
	}
	return trend.Level
}

func sign(p float64) string {
	if p > 0 {
		return "+"
	}
	return "-"
}

// trained measures every label as a class, learnt on top of a scorer.
func trained(ctx context.Context, opts *sentiment.Options, train string, test [][]string) (result, error) {
	rs, err := rows(train, 2)
	if err != nil {
		return nil, err
	}
	examples := make([]sentiment.Example, len(rs))
	for i, r := range rs {
		examples[i] = sentiment.Example{Text: r[0], Label: r[1]}
	}
	scorer, err := sentiment.New(opts)
	if err != nil {
		return nil, err
	}
	w := start()
	model, report, err := scorer.TrainLabels(ctx, examples)
	if err != nil {
		return nil, err
	}
	trainCPU, _ := w.stop()
	sc := newScores()
	w = start()
	for _, r := range test {
		sc.add(r[1], model.Label(r[0])[0].Name)
	}
	cpu, _ := w.stop()
	size, err := model.WriteTo(io.Discard)
	return result{"rows": len(test), "accuracy": round(sc.accuracy()), "macro_f1": round(sc.macroF1()), "report": report.String(), "train_s": round(trainCPU),
		"texts_per_s": int(float64(len(test)) / cpu), "file_bytes": size}, err
}
