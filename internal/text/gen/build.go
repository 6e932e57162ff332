package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"
)

const header = "# Traditional to simplified Chinese, derived from OpenCC (https://github.com/BYVoid/OpenCC, Apache License 2.0) by internal/text/gen. Do not edit.\n"

// build returns the table for the dictionaries in fsys: a comment line, a line
// of characters in pairs, then "phrase replacement" lines. Of several
// replacements the first, which OpenCC prefers, is taken.
func build(fsys fs.FS) ([]byte, error) {
	chars, err := read(fsys, "TSCharacters.txt")
	if err != nil {
		return nil, err
	}
	phrases, err := read(fsys, "TSPhrases.txt")
	if err != nil {
		return nil, err
	}
	simple := make(map[rune]rune, len(chars))
	for _, e := range chars {
		from, to := []rune(e.from), []rune(e.to)
		if len(from) != 1 || len(to) != 1 {
			return nil, fmt.Errorf("TSCharacters.txt: %q has the replacement %q, want one character for one", e.from, e.to)
		}
		if from[0] != to[0] {
			simple[from[0]] = to[0]
		}
	}
	var b bytes.Buffer
	b.WriteString(header)
	for _, from := range slices.Sorted(maps.Keys(simple)) {
		to, err := final(simple, from)
		if err != nil {
			return nil, err
		}
		simple[from] = to
		b.WriteRune(from)
		b.WriteRune(to)
	}
	b.WriteByte('\n')
	phrases = slices.DeleteFunc(phrases, func(e entry) bool {
		// 坏 is 坯 to OpenCC, which expects traditional text. In what people
		// write who write simplified characters it is "broken", as in 打坏了.
		return strings.Contains(e.from, "坏") && readsSimplified(e.from, simple)
	})
	for _, e := range withResults(withVariants(phrases, simple), simple) {
		fmt.Fprintf(&b, "%s %s\n", e.from, e.to)
	}
	return b.Bytes(), nil
}

// final follows the replacements from r to their end, so that replacing twice
// is replacing once.
func final(simple map[rune]rune, r rune) (rune, error) {
	for range len(simple) {
		to, ok := simple[r]
		if !ok {
			return r, nil
		}
		r = to
	}
	return 0, fmt.Errorf("TSCharacters.txt: the replacements of %q go in a circle", r)
}

// readsSimplified reports whether no character of s by itself is replaced.
func readsSimplified(s string, simple map[rune]rune) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { _, ok := simple[r]; return ok })
}

// withVariants adds, for each phrase that is itself written in simplified
// characters (回覆, which becomes 回复), its spellings with the characters that
// become them (迴覆).
func withVariants(phrases []entry, simple map[rune]rune) []entry {
	before := map[rune][]rune{}
	for _, from := range slices.Sorted(maps.Keys(simple)) {
		before[simple[from]] = append(before[simple[from]], from)
	}
	known := make(map[string]bool, len(phrases))
	for _, e := range phrases {
		known[e.from] = true
	}
	for _, e := range phrases {
		if !readsSimplified(e.from, simple) {
			continue
		}
		spellings := []string{""}
		for _, r := range e.from {
			var longer []string
			for _, s := range spellings {
				longer = append(longer, s+string(r))
				for _, variant := range before[r] {
					longer = append(longer, s+string(variant))
				}
			}
			spellings = longer
		}
		for _, s := range spellings {
			if !known[s] {
				known[s] = true
				phrases = append(phrases, entry{s, e.to})
			}
		}
	}
	return phrases
}

// withResults adds to the phrases those of their results that must be read as
// one again, so that replacing twice is replacing once: where a character of
// the result would be replaced by itself (乾清宫 is also what people write who
// write simplified characters, and stays), or another phrase could begin inside
// the result.
func withResults(phrases []entry, simple map[rune]rune) []entry {
	known := make(map[string]bool, len(phrases))
	begins := make(map[string]bool, 2*len(phrases)) // what phrases begin with
	for _, e := range phrases {
		known[e.from] = true
		for i := range e.from {
			begins[e.from[:i]] = true
		}
	}
	for _, e := range phrases {
		again := !readsSimplified(e.to, simple)
		for i := range e.to {
			again = again || i > 0 && begins[e.to[i:]]
		}
		if again && !known[e.to] {
			known[e.to] = true
			phrases = append(phrases, entry{e.to, e.to})
		}
	}
	return phrases
}

type entry struct{ from, to string }

// read returns the entries of an OpenCC dictionary, sorted by key, each with
// the first of its replacements.
func read(fsys fs.FS, name string) ([]entry, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the OpenCC dictionary: %w", err)
	}
	defer f.Close()
	var list []entry
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		from, to, ok := strings.Cut(line, "\t")
		values := strings.Fields(to)
		if !ok || from == "" || len(values) == 0 {
			return nil, fmt.Errorf("%s:%d: want a key, a tab and values, have %q", name, n, line)
		}
		list = append(list, entry{from, values[0]})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].from < list[j].from })
	return list, nil
}
