package main

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/recommend"
)

func mustSub(t testing.TB) fs.FS {
	t.Helper()
	data, err := fs.Sub(files, "data")
	require.NoError(t, err)
	return data
}

// onlineShelf is the shelf with the links and pictures of the site.
func onlineShelf(t testing.TB) *recommend.Shelf {
	t.Helper()
	own := &shop{}
	g, err := own.readGoods(mustSub(t), bottest.Start(), true)
	require.NoError(t, err)
	require.NoError(t, own.stockUp(t.Context(), &g))
	return own.shelf
}
