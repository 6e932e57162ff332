package main

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// tuned measures what a host's labelled messages gain: the scorer as it is,
// calibrated on them, trained on them, and both, on other rows of three classes.
func tuned(ctx context.Context, opts *sentiment.Options, path string, n int, test [][]string) (result, error) {
	rs, err := rows(path, 2)
	if err != nil {
		return nil, err
	}
	messages := labelled(rs, n)
	plain, err := sentiment.New(opts)
	if err != nil {
		return nil, err
	}
	res := result{"messages": len(messages)}
	judge := func(name string, s *sentiment.Scorer) {
		res[name], res[name+"_f1"] = threeClasses(s, test)
	}
	judge("as_is", plain)
	calibrate := func(s *sentiment.Scorer, opts sentiment.Options) (*sentiment.Scorer, error) {
		c, report, err := s.Calibrate(messages)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		opts.Calibration = &c
		res["calibrate_says"] = report.String()
		return sentiment.New(&opts)
	}
	calibrated, err := calibrate(plain, *opts)
	if err != nil {
		return nil, err
	}
	judge("calibrated", calibrated)
	weights, report, err := plain.Train(ctx, messages)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	res["train_says"] = report.String()
	own := *opts
	own.Weights, own.Rules = weights, false
	trained, err := sentiment.New(&own)
	if err != nil {
		return nil, err
	}
	judge("trained", trained)
	says := res["calibrate_says"]
	both, err := calibrate(trained, own)
	if err != nil {
		return nil, err
	}
	res["calibrate_says"] = says // of the scorer as it is; the trained one has seen the messages
	judge("both", both)
	return res, nil
}

// classOf is the class a label of the public sets stands for, "" for none.
func classOf(label string) sentiment.Class {
	switch polarity(label) {
	case "+":
		return sentiment.ClassPositive
	case "-":
		return sentiment.ClassNegative
	case "0":
		return sentiment.ClassNeutral
	}
	return ""
}

// labelled are the first n rows with a class, all when n is 0.
func labelled(rs [][]string, n int) []sentiment.Labelled {
	var messages []sentiment.Labelled
	for _, r := range rs {
		if c := classOf(r[1]); c != "" && (n == 0 || len(messages) < n) {
			messages = append(messages, sentiment.Labelled{Text: r[0], Class: c})
		}
	}
	return messages
}

// threeClasses are accuracy and macro-F1 of a scorer's classes.
func threeClasses(s *sentiment.Scorer, test [][]string) (accuracy, macroF1 float64) {
	sc := newScores()
	for _, r := range test {
		if c := classOf(r[1]); c != "" {
			sc.add(string(c), string(s.Class(s.Score(r[0]))))
		}
	}
	return round(sc.accuracy()), round(sc.macroF1())
}
