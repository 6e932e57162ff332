package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/engage"
	"github.com/frontdesk-go/frontdesk/internal/browsertest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// chat is the widget's inside, log its committed lines.
const (
	inChat = `document.querySelector("frontdesk-chat").shadowRoot`
	inLog  = inChat + `.querySelector(".log")`
)

// slowWriter is a model that writes when it is told to.
type slowWriter struct {
	began chan struct{}
	goOn  chan struct{}
}

func newSlowWriter() *slowWriter {
	return &slowWriter{began: make(chan struct{}, 10), goOn: make(chan struct{})}
}

func (w *slowWriter) Write(ctx context.Context, a bot.Assignment, emit func(string)) (string, error) {
	text := a.Passages[0].Text
	half := len([]rune(text)) / 2
	emit(string([]rune(text)[:half]))
	w.began <- struct{}{}
	select {
	case <-w.goOn:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	emit(string([]rune(text)[half:]))
	return text, nil
}

// onTheWeb serves the shop and opens a browser on it.
func onTheWeb(t *testing.T, change func(*stock)) (*faces, *httptest.Server, *browsertest.Browser) {
	t.Helper()
	return onTheWebWith(t, bot.Options{}, change)
}

func onTheWebWith(t *testing.T, o bot.Options, change func(*stock)) (*faces, *httptest.Server, *browsertest.Browser) {
	t.Helper()
	browser := browsertest.Open(t)
	db := memoryDB(t)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	st := opened(t, db)
	st.shop.shelf = onlineShelf(t)
	var err error
	st.engage, err = engage.New(&engage.Options{Describe: st.shop.describe})
	require.NoError(t, err)
	if change != nil {
		change(st)
	}
	o.Customers, o.Language, o.Logger = profile.NewBook(), "zh", slog.New(slog.DiscardHandler)
	f, err := face(st, o, t.TempDir(), "0123456789abcdef")
	require.NoError(t, err)
	srv := httptest.NewServer(f)
	t.Cleanup(func() {
		assert.NoError(t, f.hangUp())
		srv.CloseClientConnections()
		srv.Close()
		assert.NoError(t, f.bot.Close())
	})
	return f, srv, browser
}

// ask types a question and sends it with the keyboard.
func ask(p *browsertest.Tab, text string) {
	p.Run(inChat + `.querySelector("textarea").focus()`)
	p.Type(text)
	p.Press("Enter")
}

func count(p *browsertest.Tab, text string) int {
	return browsertest.Eval[int](p, fmt.Sprintf(`[...%s.querySelectorAll(".bubble")].filter((b) => b.textContent.includes(%s)).length`, inLog, browsertest.Q(text)))
}

func says(text string) string {
	return fmt.Sprintf(`%s?.textContent.includes(%s)`, inLog, browsertest.Q(text))
}

func tap(p *browsertest.Tab, label string) {
	find := fmt.Sprintf(`[...%s.querySelectorAll("button")].find((b) => !b.disabled && b.textContent === %s)`, inChat, browsertest.Q(label))
	p.Wait(find)
	p.Run(find + ".click()")
}

func TestBrowserConversation(t *testing.T) {
	t.Parallel()
	w := newSlowWriter()
	_, srv, b := onTheWeb(t, func(st *stock) { st.write = w })
	p := b.Tab(srv.URL+"/?lang=zh", 1200, 800)
	p.Wait(inChat + `?.querySelector(".launch")`)
	p.Run(inChat + `.querySelector(".launch").click()`)
	p.Wait(says("智能客服小拾"))

	// An answer is shown while it is written, and stands there once at the end.
	ask(p, "退货运费谁出？")
	<-w.began
	p.Wait(inChat + `.querySelector(".draft .bubble")?.textContent.length > 5`)
	assert.Zero(t, count(p, "首次换码免运费"), "a draft is no line of the conversation")
	close(w.goOn)
	p.Wait(says("首次换码免运费"))
	p.Wait("!" + inChat + `.querySelector(".draft")`)
	assert.Equal(t, 1, count(p, "首次换码免运费"))
	assert.True(t, browsertest.Eval[bool](p, says("由 AI 生成")))

	// Was it helpful?
	tap(p, "有帮助")
	p.Wait(inChat + `.querySelector("[aria-pressed=true]")`)

	// A search with cards and pictures; the link is the shop's own.
	ask(p, "红色的裙子有吗，三百以内")
	p.Wait(inLog + `.querySelectorAll(".card img").length >= 3 && ` + inLog + `.querySelector(".card img").naturalWidth > 0`)
	link := browsertest.Eval[string](p, inLog+`.querySelector(".card a").href`)
	assert.Contains(t, link, srv.URL+"/p/dress-")
	b.Tab(link, 800, 800).Wait(`document.querySelector("article h1") && ` + inChat + `?.querySelector(".launch")`)
	ask(p, "第二个有M码吗")
	p.Wait(says("M 码") + "||" + says("M码"))

	ask(p, "怎么退货")
	p.Wait(says("申请售后"))
	before := browsertest.Eval[int](p, inLog+`.querySelectorAll(".msg").length`)

	// Reload: the same conversation, and it goes on.
	p.Reload()
	p.Wait(inChat + `?.querySelector(".launch")`)
	p.Run(inChat + `.querySelector(".launch").click()`)
	p.Wait(fmt.Sprintf(`%s.querySelectorAll(".msg").length === %d`, inLog, before))
	ask(p, "我要退货")
	p.Wait(says("请问要退哪个订单"))
	assert.Empty(t, p.Foreign(srv.URL))
	assert.Empty(t, p.Errors())
}

func TestBrowserCutConnection(t *testing.T) {
	t.Parallel()
	w := newSlowWriter()
	_, srv, b := onTheWeb(t, func(st *stock) { st.write = w })
	p := b.Tab(srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(says("智能客服小拾"))
	ask(p, "退货运费谁出？")
	<-w.began
	p.Wait(inChat + `.querySelector(".draft .bubble")?.textContent.length > 5`)
	srv.CloseClientConnections() // the stream and the message under way
	p.Wait(inChat + `.querySelector(".status").textContent.includes("重新连接")`)
	close(w.goOn)
	p.Wait(says("首次换码免运费"))
	ask(p, "怎么开发票")
	p.Wait(says("电子发票"))
	assert.Equal(t, 1, count(p, "首次换码免运费"))
	assert.Equal(t, 1, count(p, "退货运费谁出？"), "sent again by its id, it counts once")
	p.Wait(`!` + inChat + `.querySelector(".draft")`)
}

func TestBrowserTwoTabsAndLanguage(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, nil)
	one := b.Tab(srv.URL+"/chat/?lang=zh", 800, 700)
	one.Wait(says("智能客服小拾"))
	two := b.Tab(srv.URL+"/chat/?lang=zh", 800, 700)
	two.Wait(says("智能客服小拾"))
	ask(one, "退货运费谁出？")
	for _, p := range []*browsertest.Tab{one, two} {
		p.Wait(says("首次换码免运费"))
		assert.Equal(t, 1, count(p, "退货运费谁出？"))
		assert.Equal(t, 1, count(p, "首次换码免运费"))
		assert.Equal(t, 1, count(p, "智能客服小拾"), "greeted once")
	}
	two.Run(inChat + `.querySelector("select").value = "en"; ` + inChat + `.querySelector("select").dispatchEvent(new Event("change"))`)
	for _, p := range []*browsertest.Tab{one, two} {
		p.Wait(says("let's go on in English"))
	}
	assert.Equal(t, "Send", browsertest.Eval[string](two, inChat+`.querySelector(".send").getAttribute("aria-label")`))
	ask(two, "who pays for return shipping?")
	one.Wait(says("first size exchange"))
}

func TestBrowserKeyboardOnly(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, nil)
	p := b.Tab(srv.URL+"/?lang=en", 1200, 800)
	p.Wait(inChat + `?.querySelector(".launch")`)
	for range 60 {
		if browsertest.Eval[bool](p, inChat+`.activeElement?.className === "launch"`) {
			break
		}
		p.Press("Tab")
	}
	require.True(t, browsertest.Eval[bool](p, inChat+`.activeElement?.className === "launch"`), "the launcher can be reached by Tab")
	p.Press("Enter")
	p.Wait(inChat + `.activeElement?.localName === "textarea"`)
	p.Type("who pays for return shipping?")
	p.Press("Enter")
	p.Wait(says("first size exchange"))
	p.Wait(inChat + `.activeElement?.localName === "textarea"`)
	// Back to a quick reply, and pressed.
	for range 20 {
		if browsertest.Eval[bool](p, inChat+`.activeElement?.textContent === "Helpful"`) {
			break
		}
		p.Press("Shift+Tab")
	}
	require.True(t, browsertest.Eval[bool](p, inChat+`.activeElement?.textContent === "Helpful"`))
	p.Press("Enter")
	p.Wait(inChat + `.querySelector("[aria-pressed=true]")`)
	p.Press("Escape")
	p.Wait(inChat + `.querySelector(".panel").hidden && ` + inChat + `.activeElement?.className === "launch"`)
}

const deskIn = `document.querySelector(".talk")`

func deskButton(p *browsertest.Tab, label string) {
	find := fmt.Sprintf(`[...document.querySelectorAll("button")].find((b) => b.textContent === %s)`, browsertest.Q(label))
	p.Wait(find)
	p.Run(find + ".click()")
}

func TestBrowserDeskTakesOver(t *testing.T) {
	t.Parallel()
	w := newSlowWriter()
	_, srv, b := onTheWeb(t, func(st *stock) { st.write = w })
	p := b.Tab(srv.URL+"/chat/?lang=zh", 800, 700)
	p.Wait(says("智能客服小拾"))
	d := b.Tab(srv.URL+"/desk/?lang=zh#token=0123456789abcdef&name="+"%E5%B0%8F%E6%9E%97", 1400, 900)
	d.Wait(`document.querySelector(".queue .item")`)

	// A person steps in while the bot is answering: its late words are dropped.
	ask(p, "退货运费谁出？")
	<-w.began
	d.Run(`document.querySelector(".queue .item").click()`)
	deskButton(d, "介入")
	p.Wait(inChat + `.querySelector(".status").textContent.includes("小林")`)
	d.Wait(`document.activeElement.id === "say"`)
	d.Type("您好，我是小林，运费我来帮您看。")
	p.Wait(inChat + `.querySelector(".status").textContent.includes("正在输入")`)
	d.Press("Enter")
	p.Wait(says("您好，我是小林"))
	assert.Zero(t, count(p, "首次换码免运费"))
	p.Wait(`!` + inChat + `.querySelector(".draft")`)
	ask(p, "我的电话是 13800138000")
	d.Wait(deskIn + `.textContent.includes("138****8000")`)
	assert.NotContains(t, browsertest.Eval[string](d, `document.body.innerText`), "13800138000")

	// A suggestion, one tap; a note the customer does not see; and back.
	d.Wait(`document.querySelector(".ideas button")`)
	d.Run(`const n = document.getElementById("note"); n.value = "客户在问运费"; n.form.requestSubmit()`)
	d.Wait(`document.querySelector(".side").textContent.includes("客户在问运费")`)
	d.Shot("desk-zh")
	deskButton(d, "交还机器人")
	p.Wait(says("这次服务您满意吗"))
	tap(p, "非常满意")
	p.Wait(says("谢谢您的评价"))
	assert.Zero(t, count(p, "客户在问运费"))
	close(w.goOn)
	ask(p, "怎么开发票")
	p.Wait(says("电子发票"))

	// Two agents cannot take one ticket.
	ask(p, "转人工")
	p.Wait(inChat + `.querySelector(".status").textContent.includes("转接")`)
	other := b.Tab(srv.URL+"/desk/?lang=zh", 1400, 900)
	other.Wait(`document.querySelector("#token") || document.querySelector(".queue")`)
	if browsertest.Eval[bool](other, `!!document.querySelector("#token")`) {
		other.Run(`document.querySelector("#name").value = "小王"; document.querySelector("#token").value = "0123456789abcdef"; document.querySelector("form").requestSubmit()`)
	}
	other.Wait(`document.querySelector(".go")`)
	d.Wait(`document.querySelector(".go")`)
	d.Run(`document.querySelector(".go").click()`)
	p.Wait(inChat + `.querySelector(".status").textContent.includes("小林 正在为您服务")`)
	other.Wait(`!document.querySelector(".go") && document.querySelector(".queue").textContent.includes("小林")`)
}

func TestBrowserSpeaksFirst(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, func(st *stock) {
		rules, err := engage.ReadRules(strings.NewReader("limits: {rest: 1h, declined: 24h, visit: 1h}\nrules:\n  - {name: look, on: dwell, seconds: 1, text: engage.dwell, choices: [engage.ask.stock]}\n"), "rules.yaml")
		require.NoError(t, err)
		st.engage, err = engage.New(&engage.Options{Rules: rules, Describe: st.shop.describe})
		require.NoError(t, err)
	})
	p := b.Tab(srv.URL+"/p/dress-01?lang=zh", 1200, 800)
	p.Wait(inChat + `?.querySelector(".launch .n")?.textContent === "1"`)
	p.Run(inChat + `.querySelector(".launch").click()`)
	p.Wait(says("看您在看「法式收腰红裙」"))
	tap(p, "不用了")
	p.Wait(says("不打扰您了"))
	for _, other := range []string{"dress-02", "dress-03"} {
		p.Go(srv.URL + "/p/" + other + "?lang=zh")
		p.Wait(inChat + `?.querySelector(".launch")`)
		// The signal has been sent and answered when the stream has been quiet.
		p.Run(`window.told = 0; const f = window.fetch; window.fetch = (u, o) => f(u, o).then((r) => { if (String(u).endsWith("v1/signals")) window.told++; return r; })`)
		p.Wait(`window.told > 0`)
	}
	p.Run(inChat + `.querySelector(".launch").click()`)
	p.Wait(says("不打扰您了"))
	assert.Equal(t, 1, count(p, "看您在看"))
}

func TestBrowserLeavesNoBarrier(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, nil)
	p := b.Tab(srv.URL+"/chat/?lang=zh", 800, 900)
	p.Wait(says("智能客服小拾"))
	ask(p, "红色的裙子有吗，三百以内")
	p.Wait(inLog + `.querySelectorAll(".card img").length >= 3`)
	ask(p, "退货运费谁出？")
	p.Wait(says("首次换码免运费"))
	tap(p, "有帮助")
	p.Wait(inChat + `.querySelector("[aria-pressed=true]")`)
	ask(p, "再见")
	p.Wait(says("满意吗"))
	assert.Empty(t, p.Axe(), "the chat")
	p.Size(390, 844)
	assert.Empty(t, p.Axe(), "the chat on a phone")
	ask(p, "转人工")
	p.Wait(inChat + `.querySelector(".status").textContent.includes("转接")`)
	assert.Empty(t, p.Axe(), "waiting for a person")
	d := b.Tab(srv.URL+"/desk/?lang=zh#token=0123456789abcdef&name=Lin", 1400, 900)
	d.Wait(`document.querySelector(".go")`)
	d.Run(`document.querySelector(".go").click()`)
	d.Wait(`document.querySelector(".ideas")`)
	assert.Empty(t, d.Axe(), "the desk")
	d.Go(srv.URL + "/desk/inspect")
	d.Wait(`document.querySelector("article")`)
	assert.Empty(t, d.Axe(), "the inspector")
	p.Go(srv.URL + "/p/dress-01?lang=en")
	p.Wait(inChat + `?.querySelector(".launch")`)
	p.Run(inChat + `.querySelector(".peek").hidden = false; ` + inChat + `.querySelector(".peek button").textContent = "您好"`)
	assert.Empty(t, p.Axe(), "the shop with the launcher")
	p.Go(srv.URL + "/?lang=en")
	p.Wait(inChat + `?.querySelector(".launch")`)
	p.Run(inChat + `.querySelector(".launch").click()`)
	assert.Empty(t, p.Axe(), "the shop with the chat open")
}

// Pictures for whoever wants to look: FRONTDESK_SHOTS=folder go test -run Pictures.
func TestBrowserPictures(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, nil)
	for lang, lines := range map[string][]string{"zh": {"红色的裙子有吗，三百以内", "第二个有M码吗", "退货运费谁出？"}, "en": {"red dress under $40", "does the second one come in M?", "who pays for return shipping?"}} {
		p := b.Tab(srv.URL+"/?lang="+lang, 1200, 800)
		p.Wait(inChat + `?.querySelector(".launch")`)
		p.Run(`localStorage.clear(); sessionStorage.clear()`)
		p.Reload()
		p.Wait(inChat + `?.querySelector(".launch")`)
		p.Shot("site-" + lang)
		p.Run(inChat + `.querySelector(".launch").click()`)
		p.Wait(inLog + `.querySelectorAll(".quick button").length >= 3`)
		p.Shot("opening-" + lang)
		for _, line := range lines {
			n := browsertest.Eval[int](p, inLog+`.querySelectorAll(".msg.bot").length`)
			ask(p, line)
			p.Wait(fmt.Sprintf(`%s.querySelectorAll(".msg.bot").length > %d && !%s.querySelector(".dots")`, inLog, n, inChat))
		}
		p.Shot("chat-" + lang)
		assert.False(t, browsertest.Eval[bool](p, `document.documentElement.scrollWidth > innerWidth`), "no sideways scrolling")
		p.Size(390, 844)
		p.Shot("phone-" + lang)
		assert.False(t, browsertest.Eval[bool](p, inChat+`.querySelector(".panel").getBoundingClientRect().width > innerWidth`))
	}
}

func TestBrowserFilesAndVoice(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, nil)
	p := b.Tab(srv.URL+"/chat/?lang=zh", 800, 900)
	p.Wait(says("智能客服小拾"))
	p.Run(`const c = document.createElement("canvas"); c.width = c.height = 40; c.toBlob((blob) => {
		const d = new DataTransfer(); d.items.add(new File([blob], "鞋底.png", { type: "image/png" }));
		const i = ` + inChat + `.querySelector("input[type=file]"); i.files = d.files; i.dispatchEvent(new Event("change")); })`)
	p.Wait(inLog + `.querySelector(".me img")?.naturalWidth === 40`)
	p.Wait(says("收到您发来的文件"))
	mic := inChat + `.querySelectorAll("form button")[1]`
	p.Run(mic + ".click()")
	p.Wait(mic + `.classList.contains("rec") && ` + mic + `.title === "停止并发送录音" && ` + inChat + `.querySelector(".status").textContent.includes("正在录音")`)
	p.Wait(`new Promise((ok) => setTimeout(() => ok(true), 400))`) // something to hear
	p.Run(mic + ".click()")
	p.Wait(inLog + `.querySelector(".me audio") && ` + mic + `.title === "录音" && ` + inChat + `.querySelector(".status").hidden`)
	assert.Contains(t, browsertest.Eval[string](p, `fetch(`+inLog+`.querySelector(".me audio").src).then((r) => r.headers.get("Content-Type"))`), "audio/webm")
	d := b.Tab(srv.URL+"/desk/?lang=zh#token=0123456789abcdef&name=Lin", 1400, 900)
	d.Wait(`document.querySelector(".queue .item")`)
	d.Run(`document.querySelector(".queue .item").click()`)
	d.Wait(`document.querySelector(".talk img")?.naturalWidth === 40 && document.querySelector(".talk audio")`)
	assert.Empty(t, p.Foreign(srv.URL))
}
