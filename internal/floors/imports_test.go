package floors

import (
	"fmt"
	"path"
	"strings"
)

// A floor is one level of the house; imports only run down.
type floor int

const (
	unknown  floor = iota
	cellar         // internal: shared by all, knows nobody
	ground         // libraries that are useful alone
	first          // bot, which composes them
	top            // what a host passes to bot
	examples       // hosts
)

// trees names what stands where, each with the folders below it. The tree of
// bot is its own package and bot/internal; the folders of bot named here stand
// above it.
var trees = []struct {
	dir   string
	floor floor
}{
	{"internal", cellar},
	{"kb", ground},
	{"nlu", ground},
	{"profile", ground},
	{"sentiment", ground},
	{"recommend", ground},
	{"handoff", ground},
	{"bot/internal", first},
	{"bot/store", top},
	{"bot/bottest", top}, {"bot/otel", top}, {"bot/prom", top}, {"bot/flowvet", top}, {"bot/instep", top},
	{"bot/desk", top},
	{"bot/llm", top},
	{"bot/guard", top},
	{"bot/engage", top},
	{"bot/instep", top},
	{"bot/flowvet", top},
	{"bot/insight", top},
	{"bot/channel", top},
	{"examples", examples},
}

// place returns the floor of a package and the tree it belongs to.
func place(dir string) (floor, string) {
	switch dir {
	case "":
		return examples, "" // the overview, with its compiled example
	case "bot":
		return first, "bot"
	}
	for _, t := range trees {
		if under(dir, t.dir) {
			if t.dir == "bot/internal" {
				return first, "bot"
			}
			return t.floor, t.dir
		}
	}
	return unknown, dir
}

// testOnly names the modules that only tests may import, and the packages made
// for tests.
var testOnly = []string{"github.com/stretchr/testify", "pgregory.net/rapid", "go.uber.org/goleak"}

// isForTests reports whether the package dir exists to be imported by tests: the
// harness and the conformance suites, whose names end in test.
func isForTests(dir string) bool {
	return under(dir, "bot/bottest") || strings.HasSuffix(path.Base(dir), "test")
}

// importProblems returns what is wrong with the imports of the sources.
func importProblems(sources []source) []string {
	var problems []string
	seen := map[string]bool{}
	for _, s := range sources {
		if f, _ := place(s.dir); f == unknown && !seen[s.dir] {
			seen[s.dir] = true
			problems = append(problems, fmt.Sprintf("%s: package %s stands on no floor: DESIGN.md does not name it", s.name, s.dir))
		}
		for _, spec := range s.file.Imports {
			if why := forbidden(s, importPath(spec)); why != "" {
				problems = append(problems, fmt.Sprintf("%s: imports %s: %s", s.at(spec), importPath(spec), why))
			}
		}
	}
	return problems
}

// forbidden returns why s must not import the package to, "" if it may.
func forbidden(s source, to string) string {
	for _, m := range testOnly {
		if under(to, m) && !s.test && !isForTests(s.dir) {
			return "only tests, bot/bottest and conformance suites (…test) may use it; it would end up in every binary"
		}
	}
	if !under(to, module) {
		return ""
	}
	dir := strings.TrimPrefix(strings.TrimPrefix(to, module), "/")
	fromFloor, fromTree := place(s.dir)
	toFloor, toTree := place(dir)
	switch {
	case dir == "" && s.dir != "":
		return "the top package is documentation; nothing imports it"
	case fromTree == toTree, fromFloor == unknown, toFloor == unknown:
		return "" // a package on no floor is reported once, by itself
	case !s.test && isForTests(dir) && !isForTests(s.dir) && fromFloor != examples:
		return "it is made for tests; only tests and examples may import it"
	case s.test && fromFloor >= first && isForTests(dir), s.test && fromFloor == top && toFloor == top:
		return ""
	case toFloor < fromFloor:
		return ""
	case toFloor > fromFloor:
		return fmt.Sprintf("runs up: %s is on the %s, %s on the %s", orTop(fromTree), fromFloor, toTree, toFloor)
	case fromFloor == examples && s.dir == "":
		return ""
	}
	return fmt.Sprintf("runs sideways: %s and %s are both on the %s; what they share goes to internal, what composes them to bot or the host", fromTree, toTree, toFloor)
}

func orTop(tree string) string {
	if tree == "" {
		return "the top package"
	}
	return tree
}

func (f floor) String() string {
	switch f {
	case cellar:
		return "shared floor (internal)"
	case ground:
		return "ground floor"
	case first:
		return "first floor (bot)"
	case top:
		return "top floor"
	case examples:
		return "roof (examples)"
	}
	return "no floor"
}
