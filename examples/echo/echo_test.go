package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A bot that uses none of the parts links none of their weights and tables.
func TestBinaryHoldsNoTables(t *testing.T) {
	t.Parallel()
	exe := filepath.Join(t.TempDir(), "echo")
	out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	raw, err := os.ReadFile(exe)
	require.NoError(t, err)
	for file, table := range map[string]string{
		"../../internal/text/simplified.txt": "traditional script",
		"../../nlu/builtin/zh.yaml":          "intents",
		"../../sentiment/lexicon/zh.txt":     "the Chinese lexicon",
		"../../sentiment/lexicon/vader.txt":  "the English lexicon",
		"../../handoff/policy.yaml":          "the handoff policy",
		"../../profile/rules.yaml":           "the profile rules",
		"../../recommend/reasons.yaml":       "the recommender's sentences",
	} {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Greater(t, len(content), 300, file)
		middle := content[len(content)/2 : len(content)/2+120]
		assert.False(t, bytes.Contains(raw, middle), "the binary holds %s (%s)", table, file)
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "run", ".")
	cmd.Stdin = strings.NewReader("你好\nhello\n")
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, "1: 你好\n2: hello\n", string(out))
}
