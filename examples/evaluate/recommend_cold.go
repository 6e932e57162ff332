package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/frontdesk-go/frontdesk/recommend"
)

func coldSets() map[string]string {
	return map[string]string{"toys-cold": "toys", "beauty-cold": "beauty"}
}

// evaluateCold takes every event of every tenth item away, puts the items on the
// shelf as new ones, and asks for the new ones that fit: those the customer took.
func evaluateCold(ctx context.Context, dir string) (result, error) {
	items, err := catalogueOf(filepath.Join(dir, "item_attrs.tsv"))
	if err != nil {
		return nil, err
	}
	cold := map[string]bool{}
	for i := range items {
		it := &items[i]
		cold[it.ID] = i%10 == 0
		if it.Attributes["state"] = []string{"known"}; cold[it.ID] {
			it.Attributes["state"] = []string{"new"}
		}
	}
	s, err := recommend.New(items, &recommend.Options{Diversity: 1e-9})
	if err != nil {
		return nil, err
	}
	want := map[string]map[string]bool{}
	var order []string
	for _, part := range []string{"train.tsv", "valid.tsv", "test.tsv"} {
		rs, err := rows(filepath.Join(dir, part), 2)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			switch {
			case !cold[r[1]]:
				if err := s.Record(ctx, recommend.Event{Kind: "viewed", Customer: r[0], Item: r[1]}); err != nil {
					return nil, err
				}
			case want[r[0]] == nil:
				want[r[0]] = map[string]bool{r[1]: true}
				order = append(order, r[0])
			default:
				want[r[0]][r[1]] = true
			}
		}
	}
	sum := 0.0
	w := start()
	for _, u := range order {
		got, err := s.Recommend(ctx, recommend.Request{Customer: u, Personal: true, N: 20, Must: []recommend.Filter{{Attribute: "state", Any: []string{"new"}}}})
		if err != nil {
			return nil, err
		}
		for _, g := range got {
			if want[u][g.Item.ID] {
				sum += 1 / float64(len(want[u]))
			}
		}
	}
	cpu, _ := w.stop()
	if len(order) == 0 {
		return nil, fmt.Errorf("%s: nobody took any of the items held back", dir)
	}
	n := float64(len(order))
	return result{"queries": len(order), "items": len(items), "cold_items": (len(items) + 9) / 10, "recall_at_20": round(sum / n), "query_us": round(cpu / n * 1e6)}, nil
}
