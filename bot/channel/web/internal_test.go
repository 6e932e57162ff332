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
	f.Add([]byte("\x89PNG\r\n\x1a\n"), "a.png", "image/png")
	f.Add([]byte("<svg onload=x>"), "..\\..\\a.svg", "audio/webm")
	f.Add([]byte("\x00\x00\x00\x1cftypiso5"), "voice.mp4", "audio/mp4")
	f.Fuzz(func(t *testing.T, body []byte, name, said string) {
		n := cleanName(name)
		if n == "" || strings.ContainsAny(n, "/\\<>\x00\n") || len([]rune(n)) > 80 {
			t.Fatalf("%q is no clean name", n)
		}
		if kind := kindOf(body, n, said); strings.Contains(kind, "html") || strings.Contains(kind, "svg") || strings.Contains(kind, "xml") {
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

func TestKindOf(t *testing.T) {
	t.Parallel()
	webm := []byte("\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x81\x01webm")
	ftyp := func(brand string) []byte { return []byte("\x00\x00\x00\x1cftyp" + brand + "\x00\x00\x02\x00") }
	for name, c := range map[string]struct {
		body             []byte
		name, said, want string
	}{
		"a recording of Chromium's": {webm, "voice.webm", "audio/webm;codecs=opus", "audio/webm"},
		"a film of Chromium's":      {webm, "film.webm", "video/webm", "video/webm"},
		"a recording of Safari's":   {ftyp("iso5"), "voice.mp4", "audio/mp4", "audio/mp4"},
		"a voice memo":              {ftyp("M4A "), "memo.m4a", "audio/x-m4a", "audio/mp4"},
		"a phone's film":            {ftyp("mp42"), "film.mp4", "video/mp4", "video/mp4"},
		"a picture few can show":    {ftyp("heic"), "photo.heic", "image/heic", ""},
		"HTML said to be sound":     {[]byte("<html>"), "a.html", "audio/mp4", ""},
		"text without its ending":   {[]byte("hello"), "a.html", "text/plain", ""},
		"a table":                   {[]byte("a,b\n1,2"), "a.CSV", "text/csv", "text/plain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, kindOf(c.body, c.name, c.said))
		})
	}
}
