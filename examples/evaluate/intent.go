package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/report"
)

func evaluateIntent(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("intent", log)
	train := fs.String("train", "", "examples to train on: text<TAB>intent")
	valid := fs.String("valid", "", "examples for validation: they calibrate, and choose the threshold")
	test := fs.String("test", "", "examples to test on")
	oosTrain := fs.String("oos-train", "", "texts of no intent to train on")
	oosValid := fs.String("oos-valid", "", "texts of no intent for validation")
	oosTest := fs.String("oos-test", "", "texts of no intent to test on")
	wrong := fs.Float64("wrong", 0, "cost of a wrong answer, where a needless question costs 1; 0 keeps the threshold as it is")
	seed := fs.Uint64("seed", 1, "seed of training")
	seeds := fs.Int("seeds", 1, "train with so many seeds, from -seed on, and give the mean of each figure")
	effort := fs.String("effort", "", "best trains longer for more accuracy")
	page := fs.String("report", "", "file for an HTML page with plots")
	logged := fs.String("log", "", "messages without labels, one a row: the page says which to label next and which intents they propose")
	folds := fs.Int("review", 0, "review the training examples by so many folds of cross-validation, for the page; 0 does not")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := need(map[string]string{"train": *train, "test": *test}); err != nil {
		return nil, err
	}
	examples, err := readExamples(*train, false)
	if err != nil {
		return nil, err
	}
	if *oosTrain != "" {
		more, err := readExamples(*oosTrain, true)
		if err != nil {
			return nil, err
		}
		examples = append(examples, more...)
	}
	opts := &nlu.Options{NoBuiltin: true, Seed: *seed, Effort: nlu.Effort(*effort), Progress: func(e, n int) { fmt.Fprintf(log, "\rtraining %d/%d", e, n) }}
	for _, file := range []string{*valid, *oosValid} {
		if file == "" {
			continue
		}
		more, err := readExamples(file, file == *oosValid)
		if err != nil {
			return nil, err
		}
		opts.Valid = append(opts.Valid, more...)
	}
	if *wrong > 0 {
		opts.Cost = &nlu.Cost{Wrong: *wrong, Asked: 1}
	}
	tested, err := readExamples(*test, false)
	if err != nil {
		return nil, err
	}
	inside := len(tested)
	if *oosTest != "" {
		out, err := readExamples(*oosTest, true)
		if err != nil {
			return nil, err
		}
		tested = append(tested, out...)
	}
	var validated []nlu.Example
	if *valid != "" {
		if validated, err = readExamples(*valid, false); err != nil {
			return nil, err
		}
	}
	var all []result
	var e *nlu.Evaluation
	var model *nlu.Model
	for range max(1, *seeds) {
		var res result
		if model, e, res, err = trainAndTest(ctx, examples, opts, tested, inside, log); err != nil {
			return nil, err
		}
		if validated != nil {
			res["valid_accuracy"] = round(model.Evaluate(validated).Accuracy)
		}
		all = append(all, res)
		opts.Seed++
	}
	if *page != "" {
		r := &report.Report{Title: *test, Evaluation: e}
		if *folds > 0 {
			if r.Review, err = nlu.CrossValidate(ctx, examples, &nlu.Options{NoBuiltin: true, Seed: *seed, Effort: nlu.Effort(*effort)}, *folds); err != nil {
				return nil, err
			}
		}
		if *logged != "" {
			messages, err := rows(*logged, 1)
			if err != nil {
				return nil, err
			}
			var texts []string
			for _, m := range messages {
				texts = append(texts, m[0])
			}
			r.Study = model.Study(texts, 50)
		}
		if err := writeReport(*page, r); err != nil {
			return nil, err
		}
	}
	return mean(all), nil
}

// trainAndTest trains one model and measures it on tested, of which the first
// inside examples have an intent.
func trainAndTest(ctx context.Context, examples []nlu.Example, opts *nlu.Options, tested []nlu.Example, inside int, log io.Writer) (*nlu.Model, *nlu.Evaluation, result, error) {
	w := start()
	model, err := nlu.Train(ctx, examples, opts)
	fmt.Fprintln(log)
	if err != nil {
		return nil, nil, nil, err
	}
	trainCPU, trainWall := w.stop()
	res := result{"train_rows": len(examples), "train_s": round(trainCPU), "train_wall_s": round(trainWall), "model_bytes": model.Size()}
	var file bytes.Buffer
	if err := model.Save(&file); err != nil {
		return nil, nil, nil, err
	}
	res["file_bytes"] = file.Len()
	w = start()
	for _, e := range tested[:inside] {
		model.Classify(e.Text)
	}
	cpu, wall := w.stop()
	res["texts_per_s"], res["texts_per_wall_s"] = int(float64(inside)/cpu), int(float64(inside)/wall)
	e := model.Evaluate(tested)
	res["test_rows"] = e.Messages
	res["accuracy"], res["macro_f1"], res["ece"] = round(e.Accuracy), round(e.MacroF1), round(e.CalibrationError)
	res["threshold"], res["accepted"], res["accepted_right"] = round(model.Threshold()), round(e.Accepted), round(e.AcceptedRight)
	if e.Outside > 0 {
		res["oos_auroc"], res["oos_rejected"] = round(e.AUROC), round(e.Rejected)
	}
	for _, precision := range []float64{0.95, 0.98} {
		if coverage, _, ok := e.CoverageAt(precision); ok {
			res[fmt.Sprintf("coverage_at_%.0f", 100*precision)] = round(coverage)
		}
	}
	return model, e, res, nil
}

// mean is the mean of each figure that all results have; of one, the result.
func mean(all []result) result {
	if len(all) == 1 {
		return all[0]
	}
	out := result{"seeds": len(all)}
	for key, first := range all[0] {
		sum, whole := 0.0, false
		n := 0
		for _, r := range all {
			switch v := r[key].(type) {
			case int:
				sum, whole, n = sum+float64(v), true, n+1
			case float64:
				sum, n = sum+v, n+1
			}
		}
		switch {
		case n < len(all):
			if n == 0 {
				out[key] = first
			}
		case whole:
			out[key] = int(sum/float64(n) + 0.5)
		default:
			out[key] = round(sum / float64(n))
		}
	}
	return out
}

func writeReport(path string, r *report.Report) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return report.Write(f, r)
}

func readExamples(path string, oos bool) ([]nlu.Example, error) {
	n := 2
	if oos {
		n = 1
	}
	rs, err := rows(path, n)
	if err != nil {
		return nil, err
	}
	out := make([]nlu.Example, 0, len(rs))
	for _, r := range rs {
		e := nlu.Example{Text: r[0]}
		if !oos {
			e.Intent = r[1]
		}
		out = append(out, e)
	}
	return out, nil
}
