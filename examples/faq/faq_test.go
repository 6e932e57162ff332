package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaq(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "run", ".", "kb")
	cmd.Stdin = strings.NewReader("周末开门吗\n洗牙貴不貴\nhow can I book an appointment?\nwho won the cup?\n")
	out, err := cmd.Output()
	require.NoError(t, err)
	for _, want := range []string{"周末 9:00–18:00", "超声波洁牙 198 元", "Chunhui Dental", "don't know"} {
		assert.Contains(t, string(out), want)
	}
}
