// Package report shows what an evaluation, a review and a study of package nlu
// found as one HTML page with plots: how sure and how right a model is, which
// intents it confuses, which examples look mislabelled, which messages to label
// next and which new intents the log proposes.
//
//	err := report.Write(file, &report.Report{Title: "Shop", Evaluation: model.Evaluate(messages)})
//
// The page stands alone: no script, no font and nothing from the network, so it
// can be sent by mail or kept beside a build. It holds customers' messages:
// keep it as the log it was made from.
package report

import (
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"

	"github.com/frontdesk-go/frontdesk/nlu"
)

//go:embed report.html
var page string

// Report is what a page shows. Each field left nil leaves its part out, but one
// of Evaluation, Review and Study is needed.
type Report struct {
	// Title is the heading; "Understanding" when empty.
	Title string
	// Evaluation is of messages with known intents; that of Review when nil.
	Evaluation *nlu.Evaluation
	// Review is of the training examples (nlu.CrossValidate).
	Review *nlu.Review
	// Study is of a log (Model.Study).
	Study *nlu.Study
	// Rows is how many rows a table has at most, 50 when 0.
	Rows int
}

// Write writes the page. Its errors are those of w, wrapped.
func Write(w io.Writer, r *Report) error {
	if r == nil || r.Evaluation == nil && r.Review == nil && r.Study == nil {
		return errors.New("nlu/report: nothing to show: set Evaluation, Review or Study")
	}
	v := view{Report: *r}
	if v.Title == "" {
		v.Title = "Understanding"
	}
	if v.Rows <= 0 {
		v.Rows = 50
	}
	if v.Evaluation == nil && v.Review != nil {
		v.Evaluation = v.Review.Evaluation
	}
	if v.Evaluation != nil {
		v.plot()
	}
	t, err := template.New("report").Funcs(template.FuncMap{
		"percent": func(x float64) string { return fmt.Sprintf("%.1f", 100*x) },
		"score":   func(x float64) string { return fmt.Sprintf("%.3f", x) },
		"first": func(n, length int) int {
			return min(n, length)
		},
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("nlu/report: %w", err)
	}
	if err := t.Execute(w, &v); err != nil {
		return fmt.Errorf("nlu/report: writing %q: %w", v.Title, err)
	}
	return nil
}

// view is a report with its plots.
type view struct {
	Report
	Reliability, Precision, ROC, Histogram, Confusion template.HTML
	Precisions                                        []precision
}

// precision is how much can be answered at one.
type precision struct{ Wanted, Coverage, Threshold float64 }

func (v *view) plot() {
	e := v.Evaluation
	v.Reliability = reliability(e)
	v.Precision = curve(e, "coverage", "precision", func(p nlu.Point) (x, y float64) { return p.Coverage, p.Precision })
	if e.Outside > 0 {
		v.ROC = curve(e, "outside, answered", "inside, answered", func(p nlu.Point) (x, y float64) { return p.False, p.Coverage })
	}
	v.Histogram = histogram(e)
	v.Confusion = confusion(e)
	for _, p := range []float64{0.9, 0.95, 0.98, 0.99} {
		if coverage, threshold, ok := e.CoverageAt(p); ok {
			v.Precisions = append(v.Precisions, precision{p, coverage, threshold})
		}
	}
}

// Mistakes are those that a table shows.
func (v *view) Mistakes() []nlu.Mistake {
	return v.Evaluation.Mistakes[:min(v.Rows, len(v.Evaluation.Mistakes))]
}
