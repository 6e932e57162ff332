package main

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
)

func mustSub(t testing.TB) fs.FS {
	t.Helper()
	data, err := fs.Sub(files, "data")
	require.NoError(t, err)
	return data
}
