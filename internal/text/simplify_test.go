package text

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSimplifierDecodesItsTable(t *testing.T) {
	t.Parallel()
	s := newSimplifier("# comment\n貨货乾干𠁞𠀾\n乾隆 乾隆\n乾隆年 乾隆年\n")
	assert.Equal(t, '货', s.char('貨'))
	assert.Equal(t, '干', s.char('乾'))
	assert.Equal(t, '𠀾', s.char('𠁞'))
	assert.Equal(t, '人', s.char('人'))
	p, ok := s.phrase("乾隆年間", '乾')
	assert.True(t, ok)
	assert.Equal(t, "乾隆年", p.from, "the longest")
	_, ok = s.phrase("乾淨", '乾')
	assert.False(t, ok)
	for _, broken := range []string{"", "#", "#\n", "#\n貨", "#\n\xff\xff\n\xff", "#\n貨货\n乾隆\n a\n"} {
		newSimplifier(broken)
	}
}

// Everything the table turns something into is left alone by it.
func TestSimplifiedIsFinal(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(simplifiedTable, "\n")
	chars, phrases, _ := strings.Cut(table, "\n")
	o := &Options{KeepRepeats: true}
	all := []rune(chars)
	require.Zero(t, len(all)%2)
	for i := 0; i < len(all); i += 2 {
		to := string(all[i+1])
		assert.Equal(t, to, Normalize(string(all[i]), o).Text)
		assert.Equal(t, to, Normalize(to, o).Text)
	}
	n := 0
	for line := range strings.Lines(phrases) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		assert.Equal(t, to, Normalize(from, o).Text)
		assert.Equal(t, to, Normalize(to, o).Text, from)
		n++
	}
	assert.Greater(t, len(all)/2, 3000)
	assert.Greater(t, n, 400)
}

// Nor do phrases and characters that meet by chance make a new phrase.
func TestSimplifiedIsIdempotent(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(simplifiedTable, "\n")
	parts := strings.Fields(table)
	chars := []rune(parts[0])
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom(parts[1:]),
			rapid.Map(rapid.SampledFrom(chars), func(r rune) string { return string(r) }),
			rapid.Map(rapid.SampledFrom([]rune(strings.Join(parts[1:], ""))), func(r rune) string { return string(r) }),
		)).Draw(t, "parts"), "")
		once := Fold(s)
		assert.Equal(t, once, Fold(once))
	})
}

// A program that does not normalise traditional characters does not carry
// their table.
func TestPlainLinksNoTable(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	t.Parallel()
	sign := simplifiedTable[:40]
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	for call, want := range map[string]bool{"Plain": false, "Normalize": true} {
		dir := t.TempDir()
		source := filepath.Join(dir, "main.go")
		code := fmt.Sprintf("package main\n\nimport \"github.com/frontdesk-go/frontdesk/internal/text\"\n\nfunc main() { println(text.%s(\"a\", nil).Text, text.Language(\"a\")) }\n", call)
		require.NoError(t, os.WriteFile(source, []byte(code), 0o600))
		overlay := filepath.Join(dir, "overlay.json")
		virtual := filepath.Join(root, "internal", "text", "probe", "main.go")
		require.NoError(t, os.WriteFile(overlay, fmt.Appendf(nil, `{"Replace": {%q: %q}}`, virtual, source), 0o600))
		program := filepath.Join(dir, "probe")
		build := exec.Command("go", "build", "-overlay", overlay, "-o", program, "./internal/text/probe")
		build.Dir = root
		output, err := build.CombinedOutput()
		require.NoError(t, err, "%s", output)
		binary, err := os.ReadFile(program)
		require.NoError(t, err)
		assert.Equal(t, want, bytes.Contains(binary, []byte(sign)), "a program that calls %s", call)
	}
}
