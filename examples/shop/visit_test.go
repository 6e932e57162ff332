package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/engage"
	"github.com/frontdesk-go/frontdesk/internal/browsertest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// hurried are the shop's rules with a second for each minute.
func hurried(t *testing.T, rules string) func(*stock) {
	t.Helper()
	return func(st *stock) {
		r, err := engage.ReadRules(strings.NewReader("limits: {rest: 1h, declined: 24h, visit: 1h}\nrules:\n"+rules), "rules.yaml")
		require.NoError(t, err)
		st.engage, err = engage.New(&engage.Options{Rules: r, Describe: st.shop.describe})
		require.NoError(t, err)
	}
}

// The greeting, what is asked most, the menu of the knowledge base, and what
// was left open, in both languages.
func TestBrowserOpening(t *testing.T) {
	t.Parallel()
	clock := bottest.NewClock(time.Date(2026, 1, 5, 13, 0, 0, 0, time.Local))
	_, srv, b := onTheWebWith(t, bot.Options{Clock: clock}, nil)
	p := b.Tab(srv.URL+"/chat/?lang=zh", 800, 800)
	p.Wait(says("您好，我是拾光里的智能客服小拾"))
	tap(p, "全部问题")
	p.Wait(says("您想了解哪一类"))
	tap(p, "退换货")
	p.Wait(says("请选择要看的问题"))
	for range 2 {
		ask(p, "怎么开发票？")
		p.Wait(says("电子发票") + ` && !` + inChat + `.querySelector(".dots")`)
	}
	ask(p, "我要退货")
	p.Wait(says("请问要退哪个订单"))
	clock.Advance(9 * time.Hour) // into the evening
	p.Reload()
	p.Wait(says("晚上好") + "&&" + says("上次的退换货还没有办完"))
	ask(p, "取消")
	p.Wait(says("好的，这件事先不办了"))

	// Another visitor finds what the first one asked most.
	p.Run(`localStorage.clear(); sessionStorage.clear()`)
	p.Go(srv.URL + "/chat/?lang=zh")
	p.Wait(says("晚上好") + ` && ` + inLog + `.querySelector(".quick button")?.textContent.includes("发票")`)
	p.Run(`localStorage.clear(); sessionStorage.clear()`)
	p.Go(srv.URL + "/chat/?lang=en")
	p.Wait(says("Good evening! I'm Dayla") + ` && ` + inLog + `.querySelector(".quick button")?.textContent.includes("invoice")`)
	tap(p, "All questions")
	p.Wait(says("Returns"))
}

// What is in the cart is known on the next page too; an idle moment there is
// offered help, once.
func TestBrowserIdleCart(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, hurried(t, "  - {name: cart, on: idle, seconds: 2, cart: 1, text: engage.cart, choices: [engage.ask.offer]}\n"))
	p := b.Tab(srv.URL+"/p/dress-01?lang=zh", 390, 844)
	p.Wait(inChat + `?.querySelector(".launch")`)
	p.Run(`document.getElementById("add").click()`)
	p.Go(srv.URL + "/?lang=zh")
	p.Wait(inChat + `?.querySelector(".peek button")?.textContent.includes("购物车里还有 1 件商品")`)
	p.Shot("first-word-zh")
	p.Run(inChat + `.querySelector(".peek button").click()`)
	p.Wait(says("购物车里还有 1 件商品"))
	tap(p, "有什么优惠")
	p.Wait(says("优惠码")) // what is on now
	assert.Equal(t, 1, count(p, "购物车里还有"))
}

// An empty cart, and one that was paid for, are left in peace.
func TestBrowserNothingInTheCart(t *testing.T) {
	t.Parallel()
	_, srv, b := onTheWeb(t, hurried(t, "  - {name: cart, on: idle, seconds: 1, cart: 1, text: engage.cart}\n  - {name: stuck, on: error, times: 2, text: engage.stuck, choices: [engage.ask.person]}\n"))
	p := b.Tab(srv.URL+"/p/dress-01?lang=en", 1200, 800)
	p.Wait(inChat + `?.querySelector(".launch")`)
	p.Run(`window.sent = []; const f = window.fetch; window.fetch = (u, o) => { if (String(u).endsWith("v1/signals")) window.sent.push(...JSON.parse(o.body).signals.map((s) => s.kind)); return f(u, o); };
		const tell = (detail) => dispatchEvent(new CustomEvent("frontdesk", { detail })); tell({ kind: "cart", item: "dress-01", count: 1 }); tell({ kind: "purchase", item: "dress-01" })`)
	browsertest.Eval[bool](p, `new Promise((ok) => setTimeout(() => ok(true), 2500))`) // longer than the rule asks for
	assert.NotContains(t, browsertest.Eval[[]string](p, `window.sent`), "idle")

	// Two errors, and help is offered; a notice of the browser's own is none.
	p.Run(`dispatchEvent(new ErrorEvent("error", { message: "ResizeObserver loop completed with undelivered notifications." }));
		for (const n of [1, 2]) setTimeout(() => { throw new Error("paying failed"); })`)
	p.Wait(inChat + `.querySelector(".peek button")?.textContent.includes("doesn't seem to have worked")`)
	assert.Equal(t, 2, browsertest.Eval[int](p, `window.sent.filter((k) => k === "error").length`))
}

// What was viewed is kept beyond the visit from the customer's yes on, and not
// before.
func TestBrowserConsent(t *testing.T) {
	t.Parallel()
	store := bot.NewMemory()
	_, srv, b := onTheWebWith(t, bot.Options{Store: store}, nil)
	viewed := func() (items []string) {
		events, err := store.Events(t.Context(), "", 0, 1000)
		require.NoError(t, err)
		for _, e := range events {
			if e.Kind == string(profile.Viewed) {
				items = append(items, e.Item)
			}
		}
		return items
	}
	p := b.Tab(srv.URL+"/p/dress-01?lang=zh", 1200, 800)
	look := func(item string) {
		p.Go(srv.URL + "/p/" + item + "?lang=zh")
		p.Wait(inChat + `?.querySelector(".launch") && performance.getEntriesByType("resource").some((r) => r.name.endsWith("v1/signals") && r.responseEnd > 0)`)
	}
	look("dress-02")
	p.Run(inChat + `.querySelector(".launch").click()`)
	ask(p, "推荐一款降噪耳机")
	p.Wait(says("可以参考您以前的浏览和购买记录吗"))
	assert.Empty(t, viewed())
	tap(p, "可以")
	p.Wait(says("谢谢信任"))
	look("dress-03")
	assert.Equal(t, []string{"dress-03"}, viewed())
	ask(p, "不要用我的数据")
	p.Wait(says("已经停止使用"))
	look("dress-04")
	assert.Equal(t, []string{"dress-03"}, viewed())
}

// The end of a talk: how it went, and why when it went badly.
func TestBrowserSurvey(t *testing.T) {
	t.Parallel()
	store := bot.NewMemory()
	_, srv, b := onTheWebWith(t, bot.Options{Store: store}, nil)
	p := b.Tab(srv.URL+"/chat/?lang=en", 390, 844)
	p.Wait(says("I'm Dayla"))
	ask(p, "who pays for return shipping?")
	p.Wait(says("first size exchange"))
	tap(p, "Not helpful")
	p.Wait(inChat + `.querySelector("[aria-pressed=true]")?.textContent === "Not helpful"`)
	tap(p, "End chat")
	p.Wait(says("How was the service?"))
	tap(p, "Very poor")
	p.Wait(inLog + `.querySelectorAll(".quick button:not(:disabled)").length >= 4`)
	p.Run(inLog + `.querySelector(".quick button:not(:disabled)").click()`)
	p.Wait(says("Thank you for your rating"))
	got := map[string]string{}
	events, err := store.Events(t.Context(), "", 0, 1000)
	require.NoError(t, err)
	for _, e := range events {
		switch e.Kind {
		case bot.EventRated:
			got[e.Key] = e.Value
		case bot.EventHelpful:
			got["helpful"] = e.Value
		}
	}
	assert.Equal(t, map[string]string{"rating": "1", "why": "unsolved", "helpful": "no"}, got)
}
