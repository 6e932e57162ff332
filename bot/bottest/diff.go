package bottest

import "strings"

// maxDiff bounds the lines that are compared one with each other; behind it,
// everything differs.
const maxDiff = 2000

// diff shows the whole of two texts as one: "  " before lines of both, "- "
// before those of want alone, "+ " before those of got alone.
func diff(want, got string) string {
	w, g := strings.Split(strings.TrimSuffix(want, "\n"), "\n"), strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	var out strings.Builder
	line := func(mark, s string) { out.WriteString(strings.TrimRight(mark+s, " ") + "\n") }
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		line("  ", w[0])
		w, g = w[1:], g[1:]
	}
	var tail []string
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		tail = append(tail, w[len(w)-1])
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	common := longest(w, g)
	i, j := 0, 0
	for i < len(w) || j < len(g) {
		switch {
		case i < len(w) && j < len(g) && w[i] == g[j] && len(common) > 0:
			line("  ", w[i])
			i, j = i+1, j+1
		case i < len(w) && (j == len(g) || len(common) == 0 || common[i+1][j] >= common[i][j+1]):
			line("- ", w[i])
			i++
		default:
			line("+ ", g[j])
			j++
		}
	}
	for k := len(tail) - 1; k >= 0; k-- {
		line("  ", tail[k])
	}
	return out.String()
}

// longest[i][j] is how many lines w[i:] and g[j:] have in common, in order;
// nil when there are too many to compare.
func longest(w, g []string) [][]int32 {
	if len(w) > maxDiff || len(g) > maxDiff {
		return nil
	}
	t := make([][]int32, len(w)+1)
	for i := range t {
		t[i] = make([]int32, len(g)+1)
	}
	for i := len(w) - 1; i >= 0; i-- {
		for j := len(g) - 1; j >= 0; j-- {
			if t[i][j] = max(t[i+1][j], t[i][j+1]); w[i] == g[j] {
				t[i][j] = t[i+1][j+1] + 1
			}
		}
	}
	return t
}
