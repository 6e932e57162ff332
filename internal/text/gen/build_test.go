package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	table, err := build(fstest.MapFS{
		"TSCharacters.txt": {Data: []byte("# comment\n\n貨\t货\n宮\t宫\n乾\t干 乾\n薴\t苧\n苧\t苎\n人\t人\n迴\t回\n")},
		"TSPhrases.txt":    {Data: []byte("乾清宮\t乾清宫\n乾隆\t乾隆\n不準\t不准 不準\n貨乾\t货干\n干貨\t干货\n打坏\t打坯\n回覆\t回复\n")},
	})
	require.NoError(t, err)
	assert.Equal(t, header+"乾干宮宫苧苎薴苎貨货迴回\n不準 不准\n乾清宮 乾清宫\n乾隆 乾隆\n回覆 回复\n干貨 干货\n貨乾 货干\n迴覆 回复\n乾清宫 乾清宫\n货干 货干\n", string(table))
	assert.Equal(t, 1, strings.Count(header, "\n"), "the decoder skips one line")
}

func TestBuildErrors(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	tests := []struct {
		name, want string
		fsys       fstest.MapFS
	}{
		{"no folder", "TSCharacters.txt", fstest.MapFS{}},
		{"no phrases", "TSPhrases.txt", fstest.MapFS{"TSCharacters.txt": file("")}},
		{"no tab", "TSCharacters.txt:2: ", fstest.MapFS{"TSCharacters.txt": file("#\n貨货\n"), "TSPhrases.txt": file("")}},
		{"no value", "TSPhrases.txt:1: ", fstest.MapFS{"TSCharacters.txt": file(""), "TSPhrases.txt": file("乾隆\t\n")}},
		{"circle", "circle", fstest.MapFS{"TSCharacters.txt": file("貨\t货\n货\t貨\n"), "TSPhrases.txt": file("")}},
		{"two characters", `"貨物"`, fstest.MapFS{"TSCharacters.txt": file("貨\t貨物\n"), "TSPhrases.txt": file("")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := build(test.fsys)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// The embedded table is what the dictionaries give.
func TestTableIsUpToDate(t *testing.T) {
	t.Parallel()
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA is not set: the OpenCC dictionaries are needed to compare")
	}
	out := filepath.Join(t.TempDir(), "simplified.txt")
	require.NoError(t, run(filepath.Join(data, "text", "opencc"), out))
	want, err := os.ReadFile(out)
	require.NoError(t, err)
	have, err := os.ReadFile(filepath.Join("..", "simplified.txt"))
	require.NoError(t, err)
	assert.True(t, string(want) == string(have), "run go generate ./internal/text")
}
