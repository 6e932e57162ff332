package web

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

func FuzzToken(f *testing.F) {
	b, err := bot.New(bot.Options{}, nil)
	require.NoError(f, err)
	c, err := New(b, &Options{Key: []byte("0123456789abcdef")})
	require.NoError(f, err)
	good, err := c.sign(ticket{V: 1, Peer: "p", Ends: 1 << 40})
	require.NoError(f, err)
	f.Add(good)
	f.Add("a.b")
	f.Add("." + strings.Repeat("=", 30))
	f.Fuzz(func(t *testing.T, s string) {
		if _, ok := c.read(s); ok && s != good {
			t.Fatalf("a token nobody signed is read: %q", s)
		}
	})
}

func FuzzUpload(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n"), "a.png")
	f.Add([]byte("<svg onload=x>"), "..\\..\\a.svg")
	f.Fuzz(func(t *testing.T, body []byte, name string) {
		n := cleanName(name)
		if n == "" || strings.ContainsAny(n, "/\\<>\x00\n") || len([]rune(n)) > 80 {
			t.Fatalf("%q is no clean name", n)
		}
		if kind := kindOf(body, n); strings.Contains(kind, "html") || strings.Contains(kind, "svg") || strings.Contains(kind, "xml") {
			t.Fatalf("%s must not be taken", kind)
		}
	})
}

// xor is a Sealer whose output shows nothing of the input.
type xor struct{}

func (xor) Seal(_ context.Context, _ string, b []byte) ([]byte, error) {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = b[i] ^ 0xA5
	}
	return out, nil
}

func (x xor) Open(ctx context.Context, about string, b []byte) ([]byte, error) {
	return x.Seal(ctx, about, b)
}

func TestDirSealsAndForgets(t *testing.T) {
	t.Parallel()
	d, err := NewDir(t.TempDir(), xor{})
	require.NoError(t, err)
	ctx := t.Context()
	require.NoError(t, d.Put(ctx, File{ID: "abc", Tenant: "shop", Customer: "c", Name: "鞋.png", Type: "image/png"}, []byte("line one\nline two")))
	f, body, err := d.Get(ctx, "abc")
	require.NoError(t, err)
	assert.Equal(t, "鞋.png", f.Name)
	assert.Equal(t, "line one\nline two", string(body))
	for _, id := range []string{"nothing", "../abc", "", "*"} {
		_, _, err = d.Get(ctx, id)
		require.ErrorIs(t, err, bot.ErrNotFound, id)
	}
	require.Error(t, d.Put(ctx, File{ID: "../x"}, nil))
	gone, err := d.Erase(ctx, "other", "c")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"files": 0}, gone)
	gone, err = d.Erase(ctx, "shop", "c")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"files": 1}, gone)
	_, _, err = d.Get(ctx, "abc")
	require.ErrorIs(t, err, bot.ErrNotFound)
}
