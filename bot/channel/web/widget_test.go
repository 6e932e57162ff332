package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
	"github.com/frontdesk-go/frontdesk/internal/browsertest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// inside is the widget's own document.
const inside = `document.querySelector("frontdesk-chat").shadowRoot`

func shows(text string) string {
	return fmt.Sprintf(`%s?.querySelector(".log")?.textContent.includes(%s)`, inside, browsertest.Q(text))
}

// saying counts the bubbles of the log with a text.
func saying(p *browsertest.Tab, text string) int {
	return browsertest.Eval[int](p, fmt.Sprintf(`[...%s.querySelectorAll(".log .bubble")].filter((b) => b.textContent === %s).length`, inside, browsertest.Q(text)))
}

func send(p *browsertest.Tab, text string) {
	p.Wait(inside + `?.querySelector("textarea")`)
	p.Run(fmt.Sprintf(`const i = %s.querySelector("textarea"); i.value = %s; i.form.requestSubmit()`, inside, browsertest.Q(text)))
}

// draft waits for what is shown while it is written.
func draft(p *browsertest.Tab, text string) {
	p.Wait(fmt.Sprintf(`[...%s.querySelectorAll(".draft .bubble")].map((b) => b.textContent).join("|") === %s`, inside, browsertest.Q(text)))
}

// What is written is shown at once, as provisional; what is committed takes its
// place, whatever its words, or nothing does. A reload, a second tab and a
// connection that was cut see it from its beginning.
func TestBrowserProvisionalText(t *testing.T) {
	t.Parallel()
	steps := make(chan func(*bot.Turn, *bot.Draft) bool)
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		d := t.Draft()
		for step := range steps {
			if step(t, d) {
				break
			}
		}
		return nil
	}, nil)
	t.Cleanup(func() { close(steps) })
	add := func(text string) {
		steps <- func(_ *bot.Turn, d *bot.Draft) bool { d.Add(text); return false }
	}
	b := browsertest.Open(t)
	p := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	send(p, "查订单")
	steps <- func(t *bot.Turn, _ *bot.Draft) bool { t.Notice("正在查询订单…"); return false }
	p.Wait(inside + `.querySelector(".dots") && ` + inside + `.querySelector(".notice")?.textContent === "正在查询订单…"`)
	assert.Equal(t, "正在查询订单…", browsertest.Eval[string](p, inside+`.querySelector("span[role=status]").textContent`), "read out as well")
	assert.Equal(t, 1, browsertest.Eval[int](p, inside+`.querySelectorAll(".me").length`), "sent before the stream was there, and shown once")
	const moves = `getComputedStyle(` + inside + `.querySelector(".dots i")).animationName`
	assert.Equal(t, "dot", browsertest.Eval[string](p, moves))
	p.Calm()
	p.Wait(moves + ` === "none"`)
	add("订单已经")
	add("发货")
	draft(p, "正在查询订单…|订单已经发货")
	assert.Zero(t, saying(p, "订单已经发货"), "provisional")

	// A second tab and a reload join in the middle.
	two := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	draft(two, "正在查询订单…|订单已经发货")
	p.Reload()
	draft(p, "正在查询订单…|订单已经发货")
	// So does a connection that comes back.
	r.srv.CloseClientConnections()
	p.Wait(inside + `.querySelector(".status").textContent.includes("重新连接")`)
	add("，请留意")
	draft(p, "正在查询订单…|订单已经发货，请留意")
	draft(two, "正在查询订单…|订单已经发货，请留意")
	steps <- func(_ *bot.Turn, d *bot.Draft) bool { _ = d.Send(bot.Reply{Text: "订单已签收。"}); return true }
	for _, tab := range []*browsertest.Tab{p, two} {
		tab.Wait(shows("订单已签收。") + ` && !` + inside + `.querySelector(".draft, .dots")`)
		assert.Equal(t, 1, saying(tab, "订单已签收。"), "replaced")
		assert.Equal(t, 1, saying(tab, "查订单"))
		assert.Zero(t, saying(tab, "订单已经发货，请留意"))
	}

	// What is not sent is withdrawn.
	send(p, "再查一次")
	add("这句不算")
	draft(p, "这句不算")
	draft(two, "这句不算")
	two.Run(`window.off = true; const f = window.fetch; window.fetch = (u, o) => window.off && String(u).endsWith("v1/events") ? Promise.reject(new TypeError("no network")) : f(u, o)`)
	r.srv.CloseClientConnections() // and it is withdrawn behind the page's back
	two.Wait(inside + `.querySelector(".status").textContent.includes("重新连接")`)
	steps <- func(t *bot.Turn, _ *bot.Draft) bool { _ = t.Say("查不到"); return true }
	p.Wait(shows("查不到") + ` && !` + inside + `.querySelector(".draft, .meta")`)
	two.Run(`window.off = false; dispatchEvent(new Event("online"))`)
	two.Wait(shows("查不到") + ` && !` + inside + `.querySelector(".draft")`)
	assert.Zero(t, saying(p, "这句不算"))
	assert.Empty(t, p.Foreign(r.srv.URL))
}

// A message that was on its way when the page was reloaded is not lost, and
// has one effect.
func TestBrowserReloadLosesNoMessage(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(shows("智能客服"))
	p.Run(`window.tried = 0; const f = window.fetch; window.fetch = (u, o) => String(u).endsWith("v1/messages") ? (window.tried++, Promise.reject(new TypeError("no network"))) : f(u, o)`)
	send(p, "我要退货")
	p.Wait(`window.tried > 0`)
	assert.False(t, browsertest.Eval[bool](p, shows("我要退货")))
	p.Reload()
	p.Wait(shows("你说：我要退货"))
	assert.Equal(t, 1, saying(p, "我要退货"))
	p.Reload()
	p.Wait(shows("你说：我要退货"))
	send(p, "好了吗")
	p.Wait(shows("你说：好了吗"))
	assert.Equal(t, 1, saying(p, "你说：我要退货"), "and is not sent again")
}

// What is written before the stream is there is sent once, and answered
// without a greeting in between.
func TestBrowserSendsBeforeTheStream(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	gate := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.HasSuffix(q.URL.Path, "/events") {
			<-gate
		}
		r.chat.ServeHTTP(w, q)
	}))
	t.Cleanup(func() {
		assert.NoError(t, r.chat.Close())
		srv.CloseClientConnections()
		srv.Close()
	})
	p := browsertest.Open(t).Tab(srv.URL+"/chat/?lang=zh", 800, 700)
	p.Run(`window.posts = []; const f = window.fetch; window.fetch = (u, o) => { window.posts.push(String(u).split("/v1/")[1]); return String(u).endsWith("v1/messages") ? new Promise((ok) => { window.go = ok; }).then(() => f(u, o)) : f(u, o); }`)
	send(p, "在吗")
	close(gate)
	peer := browsertest.Eval[string](p, `JSON.parse(atob(localStorage.getItem("frontdesk:" + location.origin + "/chat/").split(".")[0])).p`)
	k, err := r.b.Conversation(t.Context(), bot.Thread{Channel: "web", Peer: peer})
	require.NoError(t, err)
	require.Eventually(t, func() bool { // what comes behind "ready" has come
		r.b.Typing(k, "小林")
		return browsertest.Eval[bool](p, inside+`.querySelector(".status").textContent.includes("小林")`)
	}, 20*time.Second, 50*time.Millisecond)
	p.Wait(`window.go`)
	p.Run(`window.go()`)
	p.Wait(shows("你说：在吗") + ` && !` + inside + `.querySelector(".meta")`)
	assert.Equal(t, []string{"messages"}, browsertest.Eval[[]string](p, `window.posts.filter((n) => n === "messages" || n === "open")`))
	assert.Equal(t, 1, saying(p, "在吗"))
}

// A network can fall silent without a word: then the stream counts as cut.
func TestBrowserSilentStreamIsCut(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil) // its clock stands still, so that no ping comes
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(shows("智能客服"))
	assert.Equal(t, "online offline online", browsertest.Eval[string](p, `import("/chat/client.js").then(async (m) => {
		const heard = [];
		let enough;
		const all = new Promise((done) => { enough = done; });
		const c = new m.Client("/chat/", (name) => {
			if (["online", "offline"].includes(name) && name !== heard.at(-1)) heard.push(name);
			if (heard.length === 3) { c.stop(); enough(); }
		}, 1000);
		await c.start();
		c.follow();
		await all;
		return heard.join(" ");
	})`))
}

// A tab nobody looks at gives its connection back, and is up to date when
// somebody does: a browser has six for all tabs of a site over HTTP/1.1.
func TestBrowserHiddenTabRests(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	b := browsertest.Open(t)
	p := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(shows("智能客服"))
	p.Run(`window.cut = 0; const f = AbortController.prototype.abort; AbortController.prototype.abort = function () { window.cut++; f.call(this); };
		Object.defineProperty(document, "hidden", { configurable: true, value: true }); document.dispatchEvent(new Event("visibilitychange"))`)
	p.Wait(`window.cut === 1`)
	send(p, "一")
	p.Wait(`!` + inside + `.querySelector(".meta")`) // delivered
	assert.False(t, browsertest.Eval[bool](p, shows("你说：一")))
	assert.True(t, browsertest.Eval[bool](p, inside+`.querySelector(".status").hidden`), "nothing is wrong")
	p.Run(`delete document.hidden; document.dispatchEvent(new Event("visibilitychange"))`)
	p.Wait(shows("你说：一"))
	assert.Equal(t, 1, saying(p, "一"))
}

// A page that is left gives its connection up, though the browser may keep the
// page for who comes back to it: somebody who looks through ten of them is still
// answered, and so are they on the one they come back to.
func TestBrowserLeftPagesRest(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh&n=0", 800, 700)
	p.Wait(shows("智能客服"))
	for i := range 9 {
		p.Go(fmt.Sprint(r.srv.URL, "/chat/?lang=zh&n=", i+1))
		p.Wait(shows("智能客服"))
	}
	send(p, "一")
	p.Wait(shows("你说：一"))
	p.Run(`history.go(-2)`)
	p.Wait(`location.search.endsWith("n=7") && ` + shows("你说：一"))
	send(p, "二")
	p.Wait(shows("你说：二"))
	assert.Equal(t, 1, saying(p, "一"))
	assert.Equal(t, 1, saying(p, "二"))

	p.Run(`window.cut = 0; const f = AbortController.prototype.abort; AbortController.prototype.abort = function () { window.cut++; f.call(this); }; dispatchEvent(new Event("pagehide"))`)
	assert.Equal(t, 1, browsertest.Eval[int](p, `window.cut`))
	send(p, "三")
	p.Wait(`!` + inside + `.querySelector(".meta")`) // delivered
	assert.False(t, browsertest.Eval[bool](p, shows("你说：三")))
	assert.True(t, browsertest.Eval[bool](p, inside+`.querySelector(".status").hidden`), "nothing is wrong")
	p.Run(`dispatchEvent(new Event("pageshow"))`)
	p.Wait(shows("你说：三"))
	assert.Equal(t, 1, saying(p, "三"))
}

// A tab whose place a newer one has taken rests until it is used, and lacks
// nothing then.
func TestBrowserMoreTabsThanStreams(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.MaxTabs = 1 })
	b := browsertest.Open(t)
	tabs := []*browsertest.Tab{b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)}
	tabs[0].Wait(shows("智能客服"))
	tabs = append(tabs, b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700))
	tabs[1].Wait(shows("智能客服"))
	for i, text := range []string{"一", "二", "三"} {
		p := tabs[i%2]
		p.Run(`dispatchEvent(new Event("pointerdown"))`)
		send(p, text)
		p.Wait(shows("你说：" + text))
		assert.Equal(t, 1, saying(p, text))
		assert.True(t, browsertest.Eval[bool](p, inside+`.querySelector(".status").hidden`), "nothing is wrong")
	}
	tabs[1].Run(`dispatchEvent(new Event("focus"))`)
	tabs[1].Wait(shows("你说：三"))
	assert.Equal(t, 1, saying(tabs[1], "你说：二"))
}

// Tabs that open at the same time are one visitor, and stay one when their
// session ends.
func TestBrowserTabsShareTheirSession(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Session = time.Hour })
	b := browsertest.Open(t)
	p := b.Tab(r.srv.URL+"/chat/widget.js", 800, 700) // a page of the origin without a session
	assert.Equal(t, 1, browsertest.Eval[int](p, `import("/chat/client.js").then(async (m) => {
		const cs = [1, 2, 3, 4].map(() => new m.Client(location.origin + "/chat/", () => {}));
		await Promise.all(cs.map((c) => c.start()));
		return new Set(cs.map((c) => JSON.parse(atob(c.token.split(".")[0])).p)).size;
	})`))
	one, two := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700), b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	send(one, "一")
	two.Wait(shows("你说：一"))
	r.clock.Advance(2 * time.Hour)
	send(one, "二")
	one.Wait(shows("你说：二"))
	send(two, "三")
	for _, tab := range []*browsertest.Tab{one, two} {
		tab.Wait(shows("你说：二") + "&&" + shows("你说：三"))
		assert.Zero(t, saying(tab, "你说：一"), "another visitor's by now")
	}
}

// The words of the page follow the language, those of earlier lines as well,
// and those of the other tab.
func TestBrowserLanguageOfTheFrame(t *testing.T) {
	t.Parallel()
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		return t.Send(bot.Reply{Text: "好", Citations: []bot.Citation{{ID: "a"}}, Choices: []bot.Choice{{Label: "行", Value: "行"}}})
	}, nil)
	b := browsertest.Open(t)
	one, two := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700), b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	send(one, "在吗")
	two.Wait(shows("这个回答有帮助吗"))
	one.Run(`const b = [...` + inside + `.querySelectorAll(".meta button")].find((b) => b.textContent === "有帮助"); b.click()`)
	one.Wait(inside + `.querySelector("[aria-pressed=true]")`)
	one.Run(`const s = ` + inside + `.querySelector("select"); s.value = "en"; s.dispatchEvent(new Event("change"))`)
	for _, tab := range []*browsertest.Tab{one, two} {
		tab.Wait(shows("Was this helpful?") + `&& ` + inside + `.querySelector("textarea").placeholder === "Type your question" && ` + inside + `.querySelector("select").value === "en"`)
		tab.Wait(shows("let's go on in English"))
		assert.Equal(t, 1, saying(tab, "在吗"))
	}
	send(one, "مرحبا")
	one.Wait(`[...` + inside + `.querySelectorAll(".me .bubble")].some((b) => getComputedStyle(b).direction === "rtl")`)
	assert.Equal(t, "ltr", browsertest.Eval[string](one, `getComputedStyle(`+inside+`.querySelector(".me .bubble")).direction`))
	assert.Equal(t, "Helpful", browsertest.Eval[string](one, inside+`.querySelector("[aria-pressed=true]").textContent`))
	one.Wait(inside + `.querySelector(".log").getAttribute("aria-live") === "polite"`)
}

// What was said of an answer is shown in the other tab, and after a reload.
func TestBrowserVotesAreShown(t *testing.T) {
	t.Parallel()
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		return t.Send(bot.Reply{Text: "答：" + t.Message.Text, Citations: []bot.Citation{{ID: "a"}}})
	}, nil)
	b := browsertest.Open(t)
	one, two := b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700), b.Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	send(one, "一")
	one.Wait(shows("答：一"))
	send(one, "二")
	two.Wait(shows("答：二"))
	const pressed = `[...` + inside + `.querySelectorAll("[data-reply]:has([data-vote])")].map((m) => [...m.querySelectorAll("[aria-pressed=true]")].map((b) => b.textContent).join()).join("|")`
	press := func(p *browsertest.Tab, answer int, word string) {
		p.Run(fmt.Sprintf(`[...%s.querySelectorAll("[data-reply]:has([data-vote])")][%d].querySelectorAll("[aria-pressed]").forEach((b) => b.textContent === %s && b.click())`, inside, answer, browsertest.Q(word)))
	}
	press(one, 0, "有帮助")
	one.Wait(pressed + ` === "有帮助|"`)
	two.Wait(pressed + ` === "有帮助|"`)
	press(two, 0, "没帮助")
	press(two, 1, "有帮助")
	one.Wait(pressed + ` === "没帮助|有帮助"`)
	one.Reload()
	one.Wait(pressed + ` === "没帮助|有帮助"`)
}

// A page reports a long look, and a long idleness, at each length that is asked
// for, each once.
func TestBrowserReportsEachLength(t *testing.T) {
	t.Parallel()
	told := make(chan string, 100)
	r := start(t, echo, func(_ *bot.Options, o *web.Options) {
		o.Watch = web.Watch{Dwell: []int{2, 1, 2, 0}, Idle: []int{1, 3}}
		o.Signals = func(_ context.Context, _ bot.Thread, _ []profile.Identity, s web.Signal) error {
			if s.Kind == "dwell" || s.Kind == "idle" {
				told <- fmt.Sprint(s.Kind, s.Seconds)
			}
			return nil
		}
	})
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(shows("智能客服"))
	p.Run(`document.body.setAttribute("data-frontdesk-item", "dress-01");
		dispatchEvent(new Event("keydown")); // idle from now on
		dispatchEvent(new CustomEvent("frontdesk", { detail: { kind: "cart", item: "dress-01", count: 1 } }))`)
	var got []string
	for len(got) < 4 {
		select {
		case s := <-told:
			got = append(got, s)
		case <-time.After(30 * time.Second):
			require.Fail(t, "nothing more was reported", "%v", got)
		}
	}
	slices.Sort(got)
	assert.Equal(t, []string{"dwell1", "dwell2", "idle1", "idle3"}, got)
	assert.Empty(t, told)
}

// The keyboard goes on where it was when a quick reply is spent.
func TestBrowserKeepsTheFocus(t *testing.T) {
	t.Parallel()
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		return t.Send(bot.Reply{Text: "要哪一个？", Choices: []bot.Choice{{Label: "红的", Value: "红的"}, {Label: "蓝的", Value: "蓝的"}}})
	}, nil)
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	send(p, "裙子")
	p.Wait(shows("要哪一个"))
	p.Run(inside + `.querySelector(".quick button:not(:disabled)").focus()`)
	p.Press("Enter")
	p.Wait(shows("红的") + ` && ` + inside + `.querySelectorAll(".quick button:not(:disabled)").length === 2`)
	assert.Equal(t, "textarea", browsertest.Eval[string](p, inside+`.activeElement?.localName || ""`))
	p.Run(inside + `.querySelector(".quick button:not(:disabled)").focus()`)
	recent := r.conversation()
	_, err := r.b.Join(t.Context(), recent, "小林") // a line comes while the focus is on a quick reply
	require.NoError(t, err)
	tk, err := r.b.Tickets(t.Context(), "")
	require.NoError(t, err)
	_, err = r.b.Tell(t.Context(), "", tk[0].ID, "小林", bot.Reply{Text: "您好"})
	require.NoError(t, err)
	p.Wait(shows("您好"))
	assert.Equal(t, "scroll", browsertest.Eval[string](p, inside+`.activeElement?.className || ""`))
	assert.True(t, browsertest.Eval[bool](p, inside+`.querySelector("header button").hidden`), "a person ends their talk at the desk")
}

func TestBrowserEarlierMessages(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(shows("智能客服"))
	token := browsertest.Eval[string](p, `localStorage.getItem("frontdesk:" + location.origin + "/chat/")`)
	for i := range 90 {
		r.say(token, fmt.Sprint(i), fmt.Sprintf("第%d句", i))
	}
	p.Reload()
	p.Wait(shows("你说：第89句"))
	assert.Zero(t, saying(p, "第0句"))
	for range 3 {
		p.Wait(inside + `.querySelector(".more")`)
		if browsertest.Eval[bool](p, inside+`.querySelector(".more").hidden`) {
			break
		}
		n := browsertest.Eval[int](p, inside+`.querySelectorAll(".msg").length`)
		p.Run(inside + `.querySelector(".more").click()`)
		p.Wait(fmt.Sprintf(`%s.querySelectorAll(".msg").length > %d`, inside, n))
	}
	assert.Equal(t, []string{"第0句", "第1句", "第2句"}, browsertest.Eval[[]string](p, `[...`+inside+`.querySelectorAll(".log .me .bubble")].slice(0, 3).map((b) => b.textContent)`))
	assert.Equal(t, 181, browsertest.Eval[int](p, inside+`.querySelectorAll(".log .msg").length`), "each once")
	assert.True(t, browsertest.Eval[bool](p, inside+`.querySelector(".more").hidden`))
}

// A shop's own site, of another origin and with a policy of its own, puts the
// widget on its page with one line.
func TestBrowserOnAnotherSite(t *testing.T) {
	t.Parallel()
	var chat string
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src "+chat+"; style-src "+chat+"; img-src 'self' "+chat+"; media-src "+chat+"; connect-src "+chat+"; require-trusted-types-for 'script'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="zh"><title>店</title><link rel="icon" href="%[1]s/chat/icon.svg"><h1>店</h1><script type="module" src="%[1]s/chat/widget.js"></script></html>`, chat)
	}))
	defer page.Close()
	allow := []string{page.URL}
	for name, origins := range map[string][]string{"that is listed": allow, "that is not": nil} {
		t.Run(name, func(t *testing.T) {
			dir, err := web.NewDir(t.TempDir(), nil)
			require.NoError(t, err)
			r := start(t, func(_ context.Context, t *bot.Turn) error {
				return t.Send(bot.Reply{Text: "看看这款", Cards: []bot.Card{{ID: "a", Title: "红裙", Link: "/p/a", Picture: "/chat/icon.svg"}, {ID: "b", Title: "别处的", Link: "https://elsewhere.example/b", Picture: "https://elsewhere.example/b.png"}}})
			}, func(_ *bot.Options, o *web.Options) { o.Origins, o.Files = origins, dir })
			chat = r.srv.URL
			p := browsertest.Open(t).Tab(page.URL, 1000, 800)
			if origins == nil {
				p.Wait(`document.readyState === "complete"`)
				assert.False(t, browsertest.Eval[bool](p, `!!document.querySelector("frontdesk-chat")`), "there is no chat")
				assert.Contains(t, strings.Join(p.Errors(), "\n"), chat+"/chat/widget.js")
				return
			}
			p.Wait(inside + `?.querySelector(".launch")`)
			p.Run(inside + `.querySelector(".launch").click()`)
			p.Wait(shows("智能客服"))
			send(p, "裙子")
			p.Wait(inside + `.querySelector(".card img")?.naturalWidth > 0`)
			assert.Equal(t, []string{chat + "/p/a", "https://elsewhere.example/b"}, browsertest.Eval[[]string](p, `[...`+inside+`.querySelectorAll(".card a")].map((a) => a.href)`), "relative is to the server, not the page")
			p.Run(`const d = new DataTransfer(); d.items.add(new File(["a,b"], "清单.csv", { type: "text/csv" })); const i = ` + inside + `.querySelector("input[type=file]"); i.files = d.files; i.dispatchEvent(new Event("change"))`)
			p.Wait(shows("清单.csv"))
			for _, u := range p.Foreign(chat) {
				assert.True(t, strings.HasPrefix(u, page.URL), "a request to %s", u)
			}
			assert.Empty(t, p.Errors())
		})
	}
}

// What a server refuses is said in the customer's language.
func TestBrowserSaysWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	dir, err := web.NewDir(t.TempDir(), nil)
	require.NoError(t, err)
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Files, o.MaxUpload = dir, 1<<20 })
	p := browsertest.Open(t).Tab(r.srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(shows("智能客服"))
	for want, file := range map[string]string{"暂不支持这种文件": `new File(["<html><script>alert(1)</script>"], "a.pdf")`, "最多 1 MB": `new File([new Uint8Array(1 << 21)], "b.png")`} {
		p.Run(`const d = new DataTransfer(); d.items.add(` + file + `); const i = ` + inside + `.querySelector("input[type=file]"); i.files = d.files; i.dispatchEvent(new Event("change"))`)
		p.Wait(inside + `.querySelector(".status").textContent.includes(` + browsertest.Q(want) + `)`)
	}
	assert.Zero(t, browsertest.Eval[int](p, inside+`.querySelectorAll(".me").length`), "nothing is left of them")
	p.Run(`navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error("Permission denied")); ` + inside + `.querySelector("form button[title=录音]").click()`)
	p.Wait(inside + `.querySelector(".status").textContent.includes("允许录音")`)
}
