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
	st := &stock{shop: &shop{}}
	require.NoError(t, st.loadShelf(mustSub(t), bottest.Start(), true))
	return st.shop.shelf
}
