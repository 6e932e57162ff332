package main

import (
	"context"
	"io"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// polarity maps a label to "+" or "-", or "0" for neutral; "" for any other.
func polarity(label string) string {
	switch label {
	case "pos", "positive", "joy", "happy", "开心", "1":
		return "+"
	case "neg", "negative", "weak_negative", "anger", "angry", "anxiety", "sadness", "sad", "fear", "disgust", "伤心", "生气", "厌恶", "0":
		return "-"
	case "neutral", "中性":
		return "0"
	}
	return ""
}

func evaluateSentiment(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("sentiment", log)
	train := fs.String("train", "", "texts to train on: text<TAB>label; without, the shipped scorer is measured")
	test := fs.String("test", "", "texts to test on")
	seed := fs.Uint64("seed", 1, "seed of training")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := need(map[string]string{"test": *test}); err != nil {
		return nil, err
	}
	rs, err := rows(*test, 2)
	if err != nil {
		return nil, err
	}
	if *train != "" {
		return trained(ctx, *train, rs, *seed)
	}
	scorer, err := sentiment.New(nil)
	if err != nil {
		return nil, err
	}
	two, three := newScores(), newScores()
	var pos, neg []float64
	neutral := false
	w := start()
	polarities := make([]float64, len(rs))
	emotions := make([]sentiment.Emotion, len(rs))
	for i, r := range rs {
		s := scorer.Score(r[0])
		polarities[i], emotions[i] = s.Polarity, s.Emotion
	}
	cpu, wall := w.stop()
	for i, r := range rs {
		want := polarity(r[1])
		p := polarities[i]
		if want == "" {
			continue
		}
		got3 := "0"
		if emotions[i] != sentiment.Neutral {
			got3 = sign(p)
		}
		three.add(want, got3)
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

func sign(p float64) string {
	if p > 0 {
		return "+"
	}
	return "-"
}

// trained measures every label as a class, with a classifier of the text.
func trained(ctx context.Context, train string, test [][]string, seed uint64) (result, error) {
	examples, err := readExamples(train, false)
	if err != nil {
		return nil, err
	}
	w := start()
	model, err := nlu.Train(ctx, examples, &nlu.Options{NoBuiltin: true, Seed: seed})
	if err != nil {
		return nil, err
	}
	trainCPU, _ := w.stop()
	sc := newScores()
	w = start()
	for _, r := range test {
		if got, _ := model.Classify(r[0]); len(got) > 0 {
			sc.add(r[1], got[0].Name)
		}
	}
	cpu, _ := w.stop()
	return result{"rows": len(test), "accuracy": round(sc.accuracy()), "macro_f1": round(sc.macroF1()), "train_s": round(trainCPU),
		"texts_per_s": int(float64(len(test)) / cpu), "model_bytes": model.Size()}, nil
}
