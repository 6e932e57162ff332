package desk_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/desk"
	"github.com/frontdesk-go/frontdesk/internal/browsertest"
)

// inBrowser is a rig whose time passes by itself.
func inBrowser(t *testing.T) (*rig, *browsertest.Browser) {
	t.Helper()
	b := browsertest.Open(t)
	return startWith(t, func(o *bot.Options) { o.Clock = bot.SystemClock() }, nil, func(o *desk.Options) { o.Traces = 100 }), b
}

// sit sits an agent down at a desk.
func (r *rig) sit(b *browsertest.Browser, lang, agent string) *browsertest.Tab {
	r.t.Helper()
	d := b.Tab(r.srv.URL+"/desk/?lang="+lang+"#token="+token+"&name="+agent, 1400, 900)
	d.Wait(`document.querySelector(".queue h2")`)
	return d
}

// press clicks the button with a label within what a selector finds.
func press(d *browsertest.Tab, within, label string) {
	find := fmt.Sprintf(`[...document.querySelectorAll(%s)].find((b) => b.textContent === %s)`, browsertest.Q(within+" button"), browsertest.Q(label))
	d.Wait(find)
	d.Run(find + ".click()")
}

func reads(selector, text string) string {
	return fmt.Sprintf(`document.querySelector(%s).textContent.includes(%s)`, browsertest.Q(selector), browsertest.Q(text))
}

func value(d *browsertest.Tab, id string) string {
	return browsertest.Eval[string](d, `document.getElementById("`+id+`").value`)
}

// What happens elsewhere takes nothing out of an agent's hands.
func TestBrowserWhatIsTypedStays(t *testing.T) {
	t.Parallel()
	r, b := inBrowser(t)
	for i := range 30 {
		r.say(fmt.Sprint(i), "运费多少钱？")
	}
	r.say("person", "转人工")
	d, other := r.sit(b, "zh", "Lin"), r.sit(b, "zh", "Wang")
	press(d, ".queue", "接待")
	d.Wait(`document.activeElement.id === "say"`)
	other.Wait(reads(".queue", "Lin"))
	for id, text := range map[string]string{"say": "您好，我在", "to": "物流组", "note": "写到一半"} {
		d.Run(fmt.Sprintf(`const f = document.getElementById(%q); f.value = %s; f.dispatchEvent(new Event("input"))`, id, browsertest.Q(text)))
	}
	d.Run(`document.querySelector(".log details").open = true; document.querySelector(".log").scrollTop = 0; document.getElementById("note").focus(); document.getElementById("note").setSelectionRange(1, 2)`)
	r.say("more", "在吗？")
	d.Wait(reads(".log", "在吗？"))
	_, err := r.b.Handle(t.Context(), bot.Message{ID: "second", Thread: bot.Thread{Channel: "web", Peer: "other"}, Text: "转人工"})
	require.NoError(t, err)
	d.Wait(`document.querySelectorAll(".queue .go").length === 1`)
	assert.Equal(t, []string{"您好，我在", "物流组", "写到一半"}, []string{value(d, "say"), value(d, "to"), value(d, "note")})
	assert.Equal(t, "note", browsertest.Eval[string](d, `document.activeElement.id`))
	assert.Equal(t, 1, browsertest.Eval[int](d, `document.activeElement.selectionStart`))
	assert.True(t, browsertest.Eval[bool](d, `document.querySelector(".log details").open`), "a trace stays open")
	assert.Zero(t, browsertest.Eval[int](d, `document.querySelector(".log").scrollTop`), "what is being read stays in sight")
	assert.Equal(t, "(1) 客服工作台", browsertest.Eval[string](d, `document.title`))

	// In another conversation and back, and in another language.
	d.Run(`[...document.querySelectorAll(".queue .item")].find((e) => !e.hasAttribute("aria-current")).click()`)
	d.Wait(`!document.getElementById("say")`)
	d.Run(`[...document.querySelectorAll(".queue .item")].find((e) => !e.hasAttribute("aria-current")).click()`)
	d.Wait(`document.getElementById("say")?.value === "您好，我在" && document.getElementById("note").value === "写到一半"`)
	d.Run(`const s = document.querySelector("header select"); s.value = "en"; s.dispatchEvent(new Event("change"))`)
	d.Wait(`document.getElementById("say")?.value === "您好，我在" && document.getElementById("note").value === "写到一半"`)
	assert.Equal(t, "(1) Service desk", browsertest.Eval[string](d, `document.title`))

	// A double click sends once.
	d.Run(`const u = document.querySelector(".ideas button"); u.click(); u.click()`)
	d.Wait(`document.querySelectorAll(".log .person").length > 0`)
	press(d, ".talk", "Hand back to the bot")
	d.Wait(`!document.getElementById("say")`)
	assert.Equal(t, 1, browsertest.Eval[int](d, `document.querySelectorAll(".log .person").length`))
}

// Who waits stands in the order to be taken, with how urgent it is, how long,
// and why. The server's clock tells how long, whatever the agent's says.
func TestBrowserTheQueue(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t)
	r := start(t, nil)
	for i, text := range []string{"转人工", "我的卡被盗刷了"} {
		r.th.Peer = fmt.Sprint(i)
		r.say(fmt.Sprint(i), text)
		r.clock.Advance(5 * time.Minute)
	}
	for lang, want := range map[string][]string{
		"zh": {"紧急 敏感问题 已等 5 分钟 · web · security 我的卡被盗刷了", "普通 顾客要求人工 已等 10 分钟 · web 转人工"},
		"en": {"urgent a sensitive matter waiting 5 min · web · security 我的卡被盗刷了", "normal asked for a person waiting 10 min · web 转人工"},
	} {
		d := r.sit(b, lang, "Lin")
		d.Wait(`document.querySelectorAll(".queue .item").length === 2`)
		assert.Equal(t, want, browsertest.Eval[[]string](d, `[...document.querySelectorAll(".queue .item")].map((e) => [...e.children].map((k) => k.textContent).join(" "))`))
	}
}

// From the sign-in to the way back to the bot without a mouse, in both languages.
func TestBrowserByKeyboardAlone(t *testing.T) {
	t.Parallel()
	r, b := inBrowser(t)
	for lang, w := range map[string]struct{ person, agent, hello, note, to, use, back, wrong string }{
		"zh": {"转人工", "Lin", "nin hao", "赶时间", "物流组", "直接发送", "交还机器人", "口令不对"},
		"en": {"I want a human agent", "Anna", "hello there", "in a hurry", "logistics", "Send as it is", "Hand back to the bot", "not the token"},
	} {
		r.th.Peer = lang
		r.say("1"+lang, map[string]string{"zh": "运费多少钱？", "en": "How much is shipping?"}[lang])
		r.say("2"+lang, w.person)
		d := b.Tab(r.srv.URL+"/desk/?lang="+lang, 1400, 900)
		d.Wait(`document.activeElement.id === "name"`)
		at := func(script string) { // by Tab, as far as it takes
			t.Helper()
			for range 80 {
				if browsertest.Eval[bool](d, `((e) => !!(`+script+`))(document.activeElement)`) {
					return
				}
				d.Press("Tab")
			}
			t.Fatalf("Tab does not reach %s", script)
		}
		d.Type(w.agent)
		d.Press("Tab")
		d.Type("no such token here")
		d.Press("Enter")
		d.Wait(`document.querySelector(".bad")?.textContent.includes(` + browsertest.Q(w.wrong) + `)`)
		at(`e.id === "token"`)
		d.Run(`document.activeElement.select()`)
		d.Type(token)
		d.Press("Enter")
		d.Wait(`document.querySelector(".go")`)
		at(`e.className === "go"`)
		// The queue is drawn again under the keyboard.
		_, err := r.b.Handle(t.Context(), bot.Message{ID: "new" + lang, Thread: bot.Thread{Channel: "web", Peer: "new" + lang}, Text: w.person})
		require.NoError(t, err)
		d.Wait(`document.querySelectorAll(".go").length >= 2`)
		assert.Equal(t, "go", browsertest.Eval[string](d, `document.activeElement.className`), "the keyboard stays where it is")
		d.Press("Enter")
		d.Wait(`document.activeElement.id === "say"`)
		d.Type(w.hello)
		d.Press("Enter")
		d.Wait(reads(".log", w.hello))
		d.Wait(`document.getElementById("say").value === ""`)
		assert.Equal(t, "say", browsertest.Eval[string](d, `document.activeElement.id`))
		at(`e.id === "note"`)
		d.Type(w.note)
		d.Press("Tab")
		d.Press("Enter")
		d.Wait(reads(".side", w.note))
		at(`e.closest(".ideas") && e.textContent === ` + browsertest.Q(w.use))
		d.Press("Enter")
		d.Wait(`document.querySelectorAll(".log .person").length === 2`)
		at(`e.id === "to"`)
		d.Type(w.to)
		d.Press("Tab")
		d.Press("Enter")
		d.Wait(reads(".queue", w.to))
		d.Wait(`document.activeElement.className === "talk"`)
		at(`e.closest(".talk") && e.className === "main"`)
		d.Press("Enter")
		d.Wait(`document.activeElement.id === "say"`)
		at(`e.textContent === ` + browsertest.Q(w.back))
		d.Press("Enter")
		d.Wait(`!document.getElementById("say")`)
		lines, err := r.b.History(t.Context(), r.conversation(lang), bot.Page{N: 20})
		require.NoError(t, err)
		var said []string
		for _, l := range lines {
			if l.From == w.agent {
				said = append(said, l.Reply.Text)
			}
			assert.NotContains(t, l.Words(), w.note, "a note is not said")
		}
		require.Len(t, said, 2)
		assert.Equal(t, w.hello, said[0])
		tk, err := r.b.Join(t.Context(), r.conversation("new"+lang), "Lin") // the next language has the queue to itself
		require.NoError(t, err)
		require.NoError(t, r.b.Return(t.Context(), "", tk.ID, "Lin"))
	}
}

func (r *rig) conversation(peer string) bot.Key {
	r.t.Helper()
	k, err := r.b.Conversation(r.t.Context(), bot.Thread{Channel: "web", Peer: peer})
	require.NoError(r.t, err)
	return k
}

// On a desktop and on a phone, in both languages: nothing sticks out, nobody is
// shut out (where axe is at hand), and pictures for whoever wants to look
// (FRONTDESK_SHOTS).
func TestBrowserEveryPageAtEveryWidth(t *testing.T) {
	t.Parallel()
	r, b := inBrowser(t)
	for _, lang := range []string{"zh", "en"} {
		r.th.Peer = lang
		r.say("1"+lang, map[string]string{"zh": "运费多少钱？", "en": "How much is shipping?"}[lang])
		r.say("2"+lang, map[string]string{"zh": "太气人了，转人工", "en": "I want a human agent, this is outrageous"}[lang])
		d := r.sit(b, lang, "Lin")
		check := func(name string) {
			t.Helper()
			for _, size := range [][2]int64{{1400, 900}, {390, 844}} {
				d.Size(size[0], size[1])
				d.Wait(fmt.Sprintf(`innerWidth === %d`, size[0]))
				d.Shot(fmt.Sprintf("desk-%s-%s-%d", name, lang, size[0]))
				assert.False(t, browsertest.Eval[bool](d, `document.documentElement.scrollWidth > innerWidth`), "%s %s %d scrolls sideways", name, lang, size[0])
				if os.Getenv("FRONTDESK_AXE") != "" {
					assert.Empty(t, d.Axe(), "%s %s %d", name, lang, size[0])
				}
			}
			d.Size(1400, 900)
		}
		check("queue")
		d.Run(`document.querySelector(".queue .item").click()`)
		d.Wait(`document.querySelector(".talk .main")`)
		check("waiting")
		d.Run(`document.querySelector(".talk .main").click()`)
		d.Wait(`document.querySelector(".ideas li")`)
		check("mine")
		d.Size(390, 844)
		assert.Zero(t, browsertest.Eval[int](d, `document.querySelector(".queue").offsetHeight`), "one thing at a time on a phone")
		d.Run(`document.querySelector(".list").click()`)
		d.Wait(`document.querySelector(".queue").offsetHeight > 0 && document.querySelector(".talk").offsetHeight === 0`)
		d.Go(r.srv.URL + "/desk/inspect?lang=" + lang)
		d.Wait(`document.querySelector("article")`)
		check("inspect")
	}
}

// The inspector goes onto paper whole: every turn, a title, and no buttons.
func TestBrowserPrintsTheInspector(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t)
	r := startWith(t, func(o *bot.Options) { o.Clock = bot.SystemClock() }, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		for i := range 40 {
			t.Trace.Add("shop", "step %d of a long turn", i)
		}
		return nil
	}), nil)
	for i := range 3 {
		r.say(fmt.Sprint(i), "运费多少钱？")
	}
	d := b.Tab(r.srv.URL+"/desk/inspect?lang=zh#token="+token+"&name=Lin", 1200, 800)
	d.Wait(`document.querySelectorAll("article").length === 3`)
	d.Media("print")
	assert.Equal(t, []string{"none", "none", "visible", "static"}, browsertest.Eval[[]string](d, `[getComputedStyle(document.querySelector("header")).display, getComputedStyle(document.querySelector("button")).display,
		getComputedStyle(document.querySelector(".traces")).overflowY, getComputedStyle(document.querySelector("h1")).position]`))
	assert.Equal(t, "avoid", browsertest.Eval[string](d, `getComputedStyle(document.querySelector("article")).breakInside`))
	d.Media("")
	pdf := string(d.Print())
	require.True(t, strings.HasPrefix(pdf, "%PDF"))
	assert.GreaterOrEqual(t, len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAllString(pdf, -1)), 3, "what is below the window is printed as well")
}
