package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"
)

// rows reads a tab-separated file; every row needs at least n columns.
func rows(path string, n int) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	var out [][]string
	for line := 1; sc.Scan(); line++ {
		s := strings.TrimSuffix(sc.Text(), "\r")
		if s == "" {
			continue
		}
		cols := strings.Split(s, "\t")
		if len(cols) < n {
			return nil, fmt.Errorf("%s:%d: want %d columns with tabs between, got %d", path, line, n, len(cols))
		}
		out = append(out, cols)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: the file is empty", path)
	}
	return out, nil
}

// auroc is the probability that a positive scores above a negative (ties half).
func auroc(positive, negative []float64) float64 {
	if len(positive) == 0 || len(negative) == 0 {
		return 0
	}
	type item struct {
		v   float64
		pos bool
	}
	all := make([]item, 0, len(positive)+len(negative))
	for _, v := range positive {
		all = append(all, item{v, true})
	}
	for _, v := range negative {
		all = append(all, item{v, false})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].v < all[j].v })
	ranks := 0.0
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].v == all[i].v {
			j++
		}
		for k := i; k < j; k++ {
			if all[k].pos {
				ranks += float64(i+j+1) / 2
			}
		}
		i = j
	}
	p, n := float64(len(positive)), float64(len(negative))
	return (ranks - p*(p+1)/2) / (p * n)
}

// scores counts right answers by class.
type scores struct{ tp, fp, fn map[string]int }

func newScores() *scores { return &scores{map[string]int{}, map[string]int{}, map[string]int{}} }

func (s *scores) add(want, got string) {
	if want == got {
		s.tp[want]++
		return
	}
	s.fn[want]++
	s.fp[got]++
}

func (s *scores) accuracy() float64 {
	right, all := 0, 0
	for _, n := range s.tp {
		right += n
		all += n
	}
	for _, n := range s.fn {
		all += n
	}
	return float64(right) / float64(max(1, all))
}

// macroF1 is the mean F1 over the classes that occur in the test.
func (s *scores) macroF1() float64 {
	classes := map[string]bool{}
	for c := range s.tp {
		classes[c] = true
	}
	for c := range s.fn {
		classes[c] = true
	}
	sum := 0.0
	for c := range classes {
		if d := 2*s.tp[c] + s.fp[c] + s.fn[c]; d > 0 {
			sum += 2 * float64(s.tp[c]) / float64(d)
		}
	}
	return sum / float64(max(1, len(classes)))
}

// round keeps four digits.
func round(x float64) float64 {
	if x < 0 {
		return -round(-x)
	}
	return float64(int64(x*1e4+0.5)) / 1e4
}
