package floors

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func house(t *testing.T) (fs.FS, []source) {
	t.Helper()
	fsys := os.DirFS("../..")
	mod, err := fs.ReadFile(fsys, "go.mod")
	require.NoError(t, err)
	require.Contains(t, string(mod), "module "+module+"\n", "the tests stand two folders below go.mod")
	sources, err := load(fsys)
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	return fsys, sources
}

// Imports only run down: internal ← ground floor ← bot ← top floor ← examples.
func TestImportsRunDown(t *testing.T) {
	t.Parallel()
	_, sources := house(t)
	for _, p := range importProblems(sources) {
		t.Error(p)
	}
}

// No package does work, or pins tables into a binary, by being imported.
func TestNoWorkAtInit(t *testing.T) {
	t.Parallel()
	_, sources := house(t)
	for _, p := range initProblems(sources) {
		t.Error(p)
	}
}

// The top of the tree holds what DESIGN.md names.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	fsys, _ := house(t)
	problems, err := topProblems(fsys)
	require.NoError(t, err)
	for _, p := range problems {
		t.Error(p)
	}
}

// topProblems returns the folders and Go files at the top that should not be
// there. Folders whose name begins with a point belong to tools.
func topProblems(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	folders := []string{"bot", "kb", "nlu", "profile", "sentiment", "recommend", "handoff", "examples", "internal", "docs"}
	var problems []string
	for _, e := range entries {
		name := e.Name()
		switch {
		case e.IsDir() && name[0] != '.' && !slices.Contains(folders, name):
			problems = append(problems, fmt.Sprintf("%s/: DESIGN.md names no such folder at the top", name))
		case !e.IsDir() && strings.HasSuffix(name, ".go") && name != "doc.go" && !strings.HasSuffix(name, "_test.go"):
			problems = append(problems, fmt.Sprintf("%s: the top package is doc.go and its tests", name))
		}
	}
	return problems, nil
}

// fixture makes a module of one file per import.
func fixture(t *testing.T, name, code string) []source {
	t.Helper()
	sources, err := load(fstest.MapFS{name: {Data: []byte(code)}})
	require.NoError(t, err)
	require.Len(t, sources, 1)
	return sources
}

func TestImportProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, imports string
		want                string // part of the problem, "" for none
	}{
		{"standard library", "kb/a.go", "strings", ""},
		{"third party", "kb/a.go", "go.yaml.in/yaml/v3", ""},

		{"internal takes internal", "internal/pii/a.go", module + "/internal/text", ""},
		{"internal takes ground", "internal/report/a.go", module + "/kb", "runs up"},
		{"internal takes bot", "internal/sql/a.go", module + "/bot", "runs up"},
		{"ground takes internal", "kb/a.go", module + "/internal/text", ""},
		{"ground takes its own", "kb/a.go", module + "/kb/ingest", ""},
		{"ground's own takes ground", "nlu/entity/a.go", module + "/nlu", ""},
		{"ground takes ground", "recommend/a.go", module + "/nlu", "runs sideways"},
		{"ground takes ground's own", "recommend/a.go", module + "/nlu/entity", "runs sideways"},
		{"ground takes bot", "kb/a.go", module + "/bot", "runs up"},
		{"ground takes top", "kb/a.go", module + "/bot/llm", "runs up"},
		{"ground's test takes ground", "kb/a_test.go", module + "/nlu", "runs sideways"},
		{"ground's test takes the harness", "kb/a_test.go", module + "/bot/bottest", "runs up"},
		{"a name that begins alike", "kbx/a.go", module + "/kb", "no floor"},

		{"bot takes ground", "bot/a.go", module + "/handoff", ""},
		{"bot takes internal", "bot/a.go", module + "/internal/pii", ""},
		{"bot takes its engine", "bot/a.go", module + "/bot/internal/engine", ""},
		{"engine takes ground", "bot/internal/engine/a.go", module + "/kb", ""},
		{"bot takes a store", "bot/a.go", module + "/bot/store/sqlite", "runs up"},
		{"engine takes the harness", "bot/internal/engine/a.go", module + "/bot/bottest", "made for tests"},
		{"bot takes a channel", "bot/a.go", module + "/bot/channel/web", "runs up"},
		{"bot's test takes the harness", "bot/a_test.go", module + "/bot/bottest", ""},
		{"bot's test takes a store", "bot/a_test.go", module + "/bot/store/sqlite", "runs up"},
		{"unknown part of bot", "bot/magic/a.go", "strings", "no floor"},

		{"top takes bot", "bot/store/sqlite/a.go", module + "/bot", ""},
		{"top takes ground", "bot/llm/a.go", module + "/kb", ""},
		{"top takes its own", "bot/store/sqlite/a.go", module + "/bot/store/storetest", ""},
		{"top takes top", "bot/engage/a.go", module + "/bot/insight", "runs sideways"},
		{"top's test takes top", "bot/bottest/a_test.go", module + "/bot/store/sqlite", ""},
		{"top takes an example", "bot/desk/a.go", module + "/examples/shop", "runs up"},
		{"example takes all", "examples/shop/a.go", module + "/bot/store/sqlite", ""},
		{"example takes an example", "examples/shop/a.go", module + "/examples/internal/chat", ""},
		{"the overview's example takes bot", "example_test.go", module + "/bot", ""},
		{"anyone takes the overview", "bot/a.go", module, "documentation"},

		{"testify in code", "kb/a.go", "github.com/stretchr/testify/assert", "only tests"},
		{"rapid in code", "examples/shop/a.go", "pgregory.net/rapid", "only tests"},
		{"goleak in code", "bot/a.go", "go.uber.org/goleak", "only tests"},
		{"testify in a test", "kb/a_test.go", "github.com/stretchr/testify/require", ""},
		{"testify in the harness", "bot/bottest/a.go", "github.com/stretchr/testify/require", ""},
		{"rapid in a suite", "kb/indextest/a.go", "pgregory.net/rapid", ""},
		{"suite in code", "bot/store/sqlite/a.go", module + "/bot/bottest", "made for tests"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			problems := importProblems(fixture(t, test.file, fmt.Sprintf("package p\n\nimport _ %q\n", test.imports)))
			if test.want == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Contains(t, problems[0], test.want)
			assert.Contains(t, problems[0], test.file)
		})
	}
}

func TestInitProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code string
		want       string
	}{
		{"constant", `var a = 3 + 4`, ""},
		{"no value", `var a []string`, ""},
		{"composite", `var a = []string{"x"}; var m = map[string]int{"x": 1}; type t struct{}; var p = &t{}`, ""},
		{"interface guard", `type t struct{}; var _ any = (*t)(nil)`, ""},
		{"conversion", `type kind string; var a = []kind{kind("x")}; var b = []byte("x"); var c = float64(3)`, ""},
		{"conversion, other package", `import "time"; var a = time.Duration(3)`, ""},
		{"conversion, generic", `type set[T any] []T; var a = set[int](nil)`, ""},
		{"sentinel", `import ("errors"; "fmt"); var ErrA = errors.New("a"); var ErrB = fmt.Errorf("b: %w", ErrA)`, ""},
		{"renamed", `import e "errors"; var ErrA = e.New("a")`, ""},
		{"function value", `import "strings"; var a = strings.ToUpper; var f = func() int { return len(make([]int, 3)) }`, ""},
		{"builtin", `var a = len("abc")`, ""},
		{"inside a function", `import "regexp"; func f() { _ = regexp.MustCompile("a") }`, ""},
		{"method called init", `type t struct{}; func (t) init() {}`, ""},

		{"regexp", `import "regexp"; var a = regexp.MustCompile("a")`, "regexp.MustCompile"},
		{"sync.OnceValue", `import "sync"; var a = sync.OnceValue(func() int { return 1 })`, "sync.OnceValue"},
		{"inside a composite", `var a = []int{f()}; func f() int { return 1 }`, "call of f"},
		{"inside a conversion", `var a = float64(f()); func f() int { return 1 }`, "call of f"},
		{"inside a sentinel", `import "errors"; var a = errors.New(f()); func f() string { return "" }`, "call of f"},
		{"literal called", `var a = func() int { return 1 }()`, "a function literal"},
		{"method", `type t struct{}; func (t) get() int { return 1 }; var a = t{}.get()`, "get"},
		{"make", `var a = make(map[string]int)`, "call of make"},
		{"generic function", `var a = f[int](); func f[T any]() (v T) { return v }`, "call of f"},
		{"in a group", "var (\n\tx = 1\n\ty = f()\n)\n\nfunc f() int { return 1 }", "variable y"},
		{"another package's errors", `import "example.org/errors"; var a = errors.New("a")`, "errors.New"},
		{"init", `func init() {}`, "func init"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code := "package p; " + test.code
			problems := initProblems(fixture(t, "kb/a.go", code))
			if test.want == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Contains(t, problems[0], test.want)
			assert.Contains(t, problems[0], "kb/a.go:")
			assert.Empty(t, initProblems(fixture(t, "kb/a_test.go", code)), "tests may")
		})
	}
}

func TestInitProblemsKnowTypesOfOtherPackages(t *testing.T) {
	t.Parallel()
	sources, err := load(fstest.MapFS{
		"kb/a.go":  {Data: []byte("package kb; type Grade int; func New() Grade { return 1 }")},
		"bot/a.go": {Data: []byte("package bot; import \"" + module + "/kb\"; var a = kb.Grade(3); var b = kb.New()")},
	})
	require.NoError(t, err)
	problems := initProblems(sources)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "kb.New")
}

func TestTopProblems(t *testing.T) {
	t.Parallel()
	file := &fstest.MapFile{}
	problems, err := topProblems(fstest.MapFS{
		"README.md": file, "doc.go": file, "example_test.go": file, ".ci/run": file, "docs/a.md": file, "kb/a.go": file,
		"util/a.go": file, "frontdesk.go": file,
	})
	require.NoError(t, err)
	require.Len(t, problems, 2)
	assert.Contains(t, problems[0], "frontdesk.go")
	assert.Contains(t, problems[1], "util/")
}

func TestLoad(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	sources, err := load(fstest.MapFS{
		"doc.go": file("package p"), "kb/a.go": file("//go:build never\n\npackage kb"), "kb/testdata/x.go": file("not Go"),
		".git/x.go": file("not Go"), "_old/x.go": file("not Go"), "kb/data.txt": file(""),
	})
	require.NoError(t, err)
	require.Len(t, sources, 2)
	assert.Equal(t, "", sources[0].dir)
	assert.Equal(t, "kb", sources[1].dir)

	_, err = load(fstest.MapFS{"kb/a.go": file("not Go")})
	assert.ErrorContains(t, err, "kb/a.go")
}
