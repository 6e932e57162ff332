package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/recommend"
)

// task is one way to ask: what of the train file is learned, and which rankings
// the test file asks for.
type task struct {
	train func(m *ranked, path string) ([]recommend.Event, error)
	test  func(m *ranked, path string) ([]query, error)
}

// query is one ranking asked for, and what came.
type query struct {
	customer string
	session  []string
	want     map[string]bool
	seen     bool // what was there before may come again
	rest     bool // but not what the session holds
}

func tasks() map[string]task {
	return map[string]task{
		"users":        {usersTrain, usersTest},
		"next":         {nextTrain, nextTest},
		"sessions":     {sessionsTrain, sessionsTest},
		"baskets":      {basketsTrain, basketsTest},
		"next-baskets": {nextBasketsTrain, nextBasketsTest},
		"own-baskets":  {nextBasketsTrain, ownBasketsTest},
	}
}

// files are those of one row of the table, below recommend/ of the public sets.
type files struct{ task, train, valid, test, items string }

func publicSets() map[string]files {
	leave := func(set string) files {
		return files{"next", set + "/train.tsv", set + "/valid.tsv", set + "/test.tsv", set + "/item_attrs.tsv"}
	}
	users := func(set string) files { return files{"users", set + "/train.tsv", "", set + "/test.tsv", ""} }
	visits := func(set string) files {
		return files{"sessions", set + "/train_sessions.txt", "", set + "/test_sessions.txt", ""}
	}
	return map[string]files{"gowalla": users("gowalla"), "lastfm": users("lastfm"), "beauty": leave("beauty"), "toys": leave("toys"),
		"diginetica": visits("diginetica"), "tmall": visits("tmall"), "yoochoose64": visits("yoochoose64"),
		"tafeng":      {"baskets", "tafeng/history_baskets.tsv", "", "tafeng/future_baskets.tsv", ""},
		"tafeng-next": {"next-baskets", "tafeng/history_baskets.tsv", "", "tafeng/future_baskets.tsv", ""},
		"tafeng-own":  {"own-baskets", "tafeng/history_baskets.tsv", "", "tafeng/future_baskets.tsv", ""},
		"groceries":   {"baskets", "groceries/train_baskets.tsv", "", "groceries/test_baskets.tsv", ""}}
}

// catalogueOf reads items from rows of an id and the numbers of its attributes.
func catalogueOf(path string) ([]recommend.Item, error) {
	rs, err := rows(path, 1)
	items := make([]recommend.Item, len(rs))
	for i, r := range rs {
		items[i] = recommend.Item{ID: r[0], Category: "thing", Name: map[string]string{"en": r[0]}, Price: map[string]int64{"USD": 1}, Stock: 1,
			Attributes: map[string][]string{"of": strings.Fields(strings.Join(r[1:], " "))}}
	}
	return items, err
}

// usersTrain reads user, item.
func usersTrain(_ *ranked, path string) ([]recommend.Event, error) {
	rs, err := rows(path, 2)
	events := make([]recommend.Event, len(rs))
	for i, r := range rs {
		events[i] = recommend.Event{ID: strconv.Itoa(i), Kind: "viewed", Customer: r[0], Item: r[1]}
	}
	return events, err
}

func usersTest(_ *ranked, path string) ([]query, error) {
	rs, err := rows(path, 2)
	var out []query
	at := map[string]int{}
	for _, r := range rs {
		i, known := at[r[0]]
		if !known {
			i = len(out)
			at[r[0]] = i
			out = append(out, query{customer: r[0], want: map[string]bool{}})
		}
		out[i].want[r[1]] = true
	}
	return out, err
}

// nextTrain reads user, item, position.
func nextTrain(m *ranked, path string) ([]recommend.Event, error) {
	rs, err := rows(path, 3)
	m.history = map[string][]string{}
	events := make([]recommend.Event, len(rs))
	for i, r := range rs {
		m.history[r[0]] = append(m.history[r[0]], r[1])
		events[i] = recommend.Event{ID: strconv.Itoa(i), Kind: "viewed", Customer: r[0], Session: r[0], Item: r[1]}
	}
	return events, err
}

// nextTest asks for the last item of each user; what stands in the validation
// file was seen, but nothing learned it.
func nextTest(m *ranked, path string) ([]query, error) {
	if m.valid != "" {
		vs, err := rows(m.valid, 2)
		if err != nil {
			return nil, err
		}
		for _, r := range vs {
			m.history[r[0]] = append(m.history[r[0]], r[1])
		}
	}
	rs, err := rows(path, 2)
	out := make([]query, len(rs))
	for i, r := range rs {
		h := m.history[r[0]]
		out[i] = query{customer: r[0], session: h[max(0, len(h)-5):], want: map[string]bool{r[1]: true}}
	}
	return out, err
}

// sessionsTrain reads one session a line.
func sessionsTrain(_ *ranked, path string) ([]recommend.Event, error) {
	rs, err := rows(path, 1)
	var events []recommend.Event
	for i, r := range rs {
		for _, it := range splitItems(r) {
			events = append(events, recommend.Event{ID: strconv.Itoa(len(events)), Kind: "viewed", Session: strconv.Itoa(i), Item: it})
		}
	}
	return events, err
}

// sessionsTest asks for the next item after every beginning of a session.
func sessionsTest(_ *ranked, path string) ([]query, error) {
	rs, err := rows(path, 1)
	var out []query
	for _, r := range rs {
		its := splitItems(r)
		for i := 1; i < len(its); i++ {
			out = append(out, query{session: its[max(0, i-20):i], want: map[string]bool{its[i]: true}, seen: true})
		}
	}
	return out, err
}

// basketsTrain reads baskets in the last column.
func basketsTrain(_ *ranked, path string) ([]recommend.Event, error) {
	rs, err := rows(path, 1)
	var events []recommend.Event
	for i, r := range rs {
		for _, it := range splitItems(r[len(r)-1:]) {
			events = append(events, recommend.Event{ID: strconv.Itoa(len(events)), Kind: "purchased", Basket: strconv.Itoa(i), Item: it})
		}
	}
	return events, err
}

// basketsTest hides the last item of each basket.
func basketsTest(_ *ranked, path string) ([]query, error) {
	rs, err := rows(path, 1)
	var out []query
	for _, r := range rs {
		its := splitItems(r[len(r)-1:])
		if last := len(its) - 1; last > 0 {
			out = append(out, query{session: its[:last], want: map[string]bool{its[last]: true}})
		}
	}
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no basket has two items", path)
	}
	return out, err
}

// nextBasketsTrain reads user, number, basket.
func nextBasketsTrain(_ *ranked, path string) ([]recommend.Event, error) {
	rs, err := rows(path, 3)
	var events []recommend.Event
	for _, r := range rs {
		for _, it := range splitItems(r[2:]) {
			events = append(events, recommend.Event{ID: strconv.Itoa(len(events)), Kind: "purchased", Customer: r[0], Basket: r[0] + "/" + r[1], Item: it})
		}
	}
	return events, err
}

func nextBasketsTest(_ *ranked, path string) ([]query, error) {
	rs, err := rows(path, 2)
	out := make([]query, len(rs))
	for i, r := range rs {
		out[i] = query{customer: r[0], want: map[string]bool{}, seen: true}
		for _, it := range splitItems(r[1:]) {
			out[i].want[it] = true
		}
	}
	return out, err
}

// ownBasketsTest hides the last item of each customer's basket.
func ownBasketsTest(_ *ranked, path string) ([]query, error) {
	rs, err := rows(path, 2)
	var out []query
	for _, r := range rs {
		its := splitItems(r[1:])
		if last := len(its) - 1; last > 0 {
			out = append(out, query{customer: r[0], session: its[:last], want: map[string]bool{its[last]: true}, seen: true, rest: true})
		}
	}
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no basket has two items", path)
	}
	return out, err
}

// splitItems reads items with spaces, commas, tabs or bars between.
func splitItems(cols []string) []string {
	sep := func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }
	if s := strings.Join(cols, "\t"); !strings.Contains(s, "|") {
		return strings.FieldsFunc(s, sep)
	}
	return strings.FieldsFunc(strings.Join(cols, "|"), func(r rune) bool { return r == '|' })
}
