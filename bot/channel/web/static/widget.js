// The chat window: a custom element, by itself a button in the corner of any
// page, or a page of its own with mode="page".
import { Client, newID, read, write } from "./client.js";
import { el, link, rich, safe } from "./render.js";
import { observe } from "./signals.js";

const base = new URL(".", import.meta.url).href;
const fill = (s, v) => s.replace(/\{(\w+)\}/g, (m, k) => v[k] ?? m);
const paths = {
  clip: "M20 11.5 12 19.6a5 5 0 0 1-7-7L13.3 4a3.3 3.3 0 0 1 4.8 4.7L9.8 17a1.7 1.7 0 0 1-2.4-2.4L15 7",
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11a7 7 0 0 0 14 0M12 18v3",
  send: "M4 12 20 4l-5 16-3-7-8-1Z",
};
// What a server takes; a phone turns its own kind of picture into one of these.
const accept = "image/png,image/jpeg,image/gif,image/webp,audio/*,video/mp4,video/webm,.pdf,.txt,.csv,.log,.docx,.xlsx,.pptx";
const icon = (name) => {
  const ns = "http://www.w3.org/2000/svg", s = document.createElementNS(ns, "svg"), p = document.createElementNS(ns, "path");
  s.setAttribute("viewBox", "0 0 24 24");
  s.setAttribute("aria-hidden", "true");
  p.setAttribute("d", paths[name]);
  s.append(p);
  return s;
};

class Chat extends HTMLElement {
  #lang; #config; #client; #state = { owner: "bot" }; #lines = new Map(); #drafts = new Map(); #mine = new Map();
  #votes = new Map(); #unread = 0; #timer; #first; #ui = {}; #shown = false; #opened = false; #recorder; #offline = false;

  async connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const css = el("link", { rel: "stylesheet", href: base + "widget.css" });
    const ready = new Promise((done) => { css.onload = css.onerror = done; });
    root.append(css);
    this.#client = new Client(base, (name, data) => this.#hear(name, data));
    const want = this.getAttribute("language") || document.documentElement.lang || navigator.language || "";
    let s;
    for (let n = 1; !s; n++) {
      try { s = await this.#client.start(want); } catch { await new Promise((ok) => setTimeout(ok, Math.min(1000 * n, 15000))); }
    }
    this.#config = s.config;
    this.#lang = s.language;
    await ready;
    this.#build(root);
    if (s.state) this.#setState(s.state);
    this.#client.follow();
    observe(this.#client, s.config.watch || {}, () => this.#lang);
    addEventListener("storage", (e) => { if (e.key === this.#slot("language") && e.newValue) this.#turn(e.newValue); }); // another tab's choice
    const was = read("sessionStorage", this.#slot("open")) && matchMedia("(min-width:30rem)").matches;
    if (this.getAttribute("mode") === "page" || this.hasAttribute("open") || was) this.show(false);
  }

  disconnectedCallback() { this.#client?.stop(); }

  #slot(name) { return this.#client.slot + name; }

  #t(key, values) { return fill((this.#config.texts[this.#lang] || {})[key] || key, values || {}); }

  #build(root) {
    const page = this.getAttribute("mode") === "page", u = this.#ui;
    u.count = el("span", { class: "n", hidden: true });
    u.launchText = el("span");
    u.launchHint = el("span", { class: "sr" });
    u.launch = el("button", { class: "launch", type: "button", "aria-expanded": "false", onclick: () => this.show(true) }, u.launchText, u.launchHint, u.count);
    u.peekText = el("button", { type: "button", dir: "auto", onclick: () => this.show(true) });
    u.peekClose = el("button", { type: "button", onclick: () => { u.peek.hidden = true; u.launch.focus(); } }, "×");
    u.peek = el("div", { class: "peek", role: "status", hidden: true }, u.peekText, u.peekClose);
    u.title = el("h2");
    u.lang = el("select", { onchange: () => this.#speak(u.lang.value) },
      ...this.#config.languages.map((l) => el("option", { value: l, lang: l, selected: l === this.#lang }, (this.#config.texts[l] || {}).name || l)));
    u.langLabel = el("span", { class: "sr" });
    u.end = el("button", { type: "button", onclick: () => this.#client.end(this.#lang).catch(() => this.#say("failed")) });
    u.close = el("button", { type: "button", onclick: () => this.hide() }, "–");
    u.ai = el("p");
    u.status = el("div", { class: "status", role: "status", hidden: true });
    u.more = el("button", { type: "button", class: "more", hidden: true, onclick: () => this.#earlier() });
    u.busy = el("span", { class: "sr", role: "status" });
    u.log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    u.live = el("div", { "aria-hidden": "true" });
    u.scroll = el("div", { class: "scroll", tabindex: "0", role: "group" }, u.more, u.log, u.live);
    u.inputLabel = el("label", { class: "sr", for: "in" });
    u.input = el("textarea", { id: "in", rows: "1", dir: "auto", maxlength: String(this.#config.max_text), oninput: () => this.#grow(),
      onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing && e.keyCode !== 229) { e.preventDefault(); this.#submit(); } },
      onkeyup: (e) => { if (e.key === "Enter" && !e.shiftKey && !u.input.value.trim()) { u.input.value = ""; this.#grow(); } } });
    u.pick = el("input", { type: "file", hidden: true, multiple: true, tabindex: "-1", accept, onchange: () => this.#attach(u.pick.files) });
    u.clip = el("button", { type: "button", hidden: !this.#config.uploads, onclick: () => u.pick.click() }, icon("clip"));
    const voice = this.#config.uploads && window.MediaRecorder && navigator.mediaDevices;
    u.mic = el("button", { type: "button", hidden: !voice, onclick: () => this.#record() }, icon("mic"));
    u.send = el("button", { class: "send", type: "submit" }, icon("send"));
    u.panel = el("section", { class: "panel", id: "panel", hidden: !page, onkeydown: (e) => { if (e.key === "Escape" && !page) this.hide(); } },
      el("header", {}, el("div", { class: "top" }, u.title, el("label", { hidden: this.#config.languages.length < 2 }, u.langLabel, u.lang), u.end, page ? null : u.close), u.ai),
      u.status, u.busy, u.scroll,
      el("form", { onsubmit: (e) => { e.preventDefault(); this.#submit(); } }, u.inputLabel, u.input, u.pick, u.clip, u.mic, u.send));
    root.append(el("div", { class: page ? "full" : "float" }, page ? null : u.peek, page ? null : u.launch, u.panel));
    this.#words();
  }

  // words puts the page's texts in the language chosen.
  #words() {
    const u = this.#ui, t = (k) => this.#t(k);
    this.lang = this.#lang;
    u.launchText.textContent = t("title");
    u.launchHint.textContent = " – " + t("open");
    u.title.textContent = t("title");
    u.panel.setAttribute("aria-label", t("title"));
    u.langLabel.textContent = t("language");
    u.end.textContent = t("end");
    u.lang.value = this.#lang;
    u.more.textContent = t("earlier");
    u.close.setAttribute("aria-label", t("close"));
    u.peekClose.setAttribute("aria-label", t("close"));
    u.ai.textContent = t("ai");
    u.log.setAttribute("aria-label", t("log"));
    u.scroll.setAttribute("aria-label", t("log"));
    u.inputLabel.textContent = t("input");
    u.input.placeholder = t("input");
    for (const [b, k] of [[u.clip, "attach"], [u.mic, "record"], [u.send, "send"]]) { b.title = t(k); b.setAttribute("aria-label", t(k)); }
    this.#banner();
  }

  show(focus) {
    const u = this.#ui;
    this.#shown = true;
    this.#unread = 0;
    u.count.hidden = true;
    u.panel.hidden = false;
    u.launch.hidden = u.peek.hidden = true;
    write("sessionStorage", this.#slot("open"), "1");
    u.launch.setAttribute("aria-expanded", "true");
    if (focus) u.input.focus();
    this.#bottom(true);
    this.#greet();
  }

  hide() {
    const u = this.#ui;
    this.#shown = false;
    write("sessionStorage", this.#slot("open"), "");
    u.panel.hidden = true;
    u.launch.hidden = false;
    u.launch.setAttribute("aria-expanded", "false");
    u.launch.focus();
  }

  // greet asks for the opening once, when the visit is new.
  #greet() {
    if (!this.#shown || this.#opened || !this.#first || this.#mine.size) return;
    this.#opened = true;
    const last = [...this.#lines.values()].pop();
    if (!last || Date.now() - Date.parse(last.at) > 4 * 3600e3) this.#client.open(this.#lang).catch(() => { this.#opened = false; });
  }

  #hear(name, data) {
    switch (name) {
      case "line": return this.#line(data);
      case "part": return this.#part(data);
      case "state": return this.#setState(data);
      case "working": this.#withdraw(); return this.#dots(true);
      case "typing": return this.#writing(data.name);
      case "done": case "crowded": return this.#withdraw();
      case "ready": return this.#ready();
      case "begun": this.#lines.clear(); this.#votes.clear(); this.#ui.log.replaceChildren(); this.#first = this.#opened = false; return;
      case "offline": this.#dots(false); this.#offline = true; return this.#banner();
      case "online":
        this.#withdraw(); // what is being written comes again from its beginning
        if (this.#offline) { this.#offline = false; this.#say("online"); }
    }
  }

  // ready comes when the history is there, after each cut as well.
  #ready() {
    if (!this.#first) {
      this.#ui.more.hidden = this.#lines.size < 100;
      const known = new Set([...this.#lines.values()].map((l) => l.message));
      for (const { at, ...m } of this.#client.unsent()) if (!known.has(m.id) && !this.#mine.has(m.id)) this.#deliver(m, []);
    }
    this.#first = true;
    this.#greet();
  }

  #withdraw() {
    this.#dots(false);
    for (const d of this.#drafts.values()) d.remove();
    this.#drafts.clear();
  }

  async #earlier() {
    const u = this.#ui, first = Math.min(...this.#lines.keys());
    try {
      const page = await this.#client.before(first);
      u.more.hidden = !page.more;
      this.#lines = new Map([...page.lines.map((l) => [l.seq, l]), ...this.#lines]);
      const from = u.scroll.scrollHeight - u.scroll.scrollTop;
      this.#quietly(() => u.log.prepend(...page.lines.map((l) => this.#node(l))));
      this.#spent(page.lines.length);
      u.scroll.scrollTop = u.scroll.scrollHeight - from;
      if (u.more.hidden) u.scroll.focus();
    } catch { this.#say("failed"); }
  }

  // quietly changes the log without its being read out again.
  #quietly(change) {
    const log = this.#ui.log;
    log.setAttribute("aria-live", "off");
    change();
    setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
  }

  #node(l) { return l.from === "customer" ? this.#said(l) : this.#reply(l); }

  // spent switches quick replies off: those that stand before the last line, or all.
  #spent(all) {
    const { log, scroll } = this.#ui;
    log.querySelectorAll(all ? ".msg:not(:last-child) .quick button" : ".quick button").forEach((b) => {
      if (this.shadowRoot.activeElement === b) scroll.focus();
      b.disabled = true;
    });
  }

  #line(l) {
    if (this.#lines.has(l.seq)) return;
    this.#lines.set(l.seq, l);
    const me = l.from === "customer", r = l.reply;
    this.#spent();
    const own = me && this.#mine.get(l.message);
    if (own) { own.remove(); this.#mine.delete(l.message); }
    if (r && this.#drafts.has(r.id)) { this.#drafts.get(r.id).remove(); this.#drafts.delete(r.id); }
    const near = this.#near(), u = this.#ui;
    u.log.append(this.#node(l));
    if (!me && !this.#shown && this.#first) {
      u.count.textContent = String(++this.#unread);
      u.peekText.textContent = r?.text || this.#t("new");
      u.count.hidden = u.peek.hidden = false;
    }
    this.#bottom(near || me);
  }

  #said(l) {
    const b = el("div", { class: "bubble", dir: "auto" });
    if (l.text) b.append(...l.text.split("\n").flatMap((s, i) => (i ? [el("br"), s] : [s])));
    for (const a of l.attachments || []) b.append(this.#file(a));
    return el("div", { class: "msg me", "data-seq": l.seq }, el("span", { class: "sr" }, this.#t("you") + ": "), b);
  }

  #reply(l) {
    const r = l.reply || { text: l.text }, person = !!r.from, body = el("div", { class: "bubble", dir: "auto", lang: r.language && r.language !== this.#lang ? r.language : null });
    body.append(rich(r.text || ""));
    for (const a of r.attachments || []) body.append(this.#file(a));
    const msg = el("div", { class: "msg " + (person ? "person" : "bot"), "data-seq": l.seq, "data-reply": r.id },
      el("span", { class: person ? "who" : "sr" }, (person ? r.from : this.#t("bot")) + (person ? "" : ": ")));
    if (r.text || (r.attachments || []).length) msg.append(body);
    if (r.survey) msg.append(el("div", { class: "bubble", dir: "auto" }, r.survey.prompt));
    if (r.cards?.length) msg.append(el("ul", { class: "cards" }, ...r.cards.map((c) => this.#card(c))));
    const quick = (r.choices || []).concat(r.survey?.choices || []);
    if (quick.length) msg.append(this.#quick(quick));
    const meta = el("div", { class: "meta" });
    if (r.written) meta.append(el("span", {}, this.#t("written")));
    for (const c of r.citations || []) {
      if (c.url) meta.append(el("span", {}, this.#t("source"), link(c.url, c.title || c.id)));
    }
    if (r.citations?.length && !person) {
      const vote = (yes) => el("button", { type: "button", "data-vote": String(yes), "aria-pressed": String(this.#votes.get(r.id) === yes), onclick: () => {
        this.#client.helpful(r.id, yes).then(() => {
          this.#voted({ [r.id]: yes });
          this.#say("thanks");
        }, () => this.#say("failed"));
      } }, this.#t(yes ? "yes" : "no"));
      meta.append(el("span", {}, this.#t("helpful")), vote(true), vote(false));
    }
    if (meta.childNodes.length) msg.append(meta);
    return msg;
  }

  #quick(choices) {
    return el("div", { class: "quick" }, ...choices.map((c) => el("button", { type: "button", onclick: (e) => {
      if (!e.detail || matchMedia("(pointer:fine)").matches) this.#ui.input.focus(); // no keyboard over a phone's screen
      this.#post({ tap: c.value, text: c.label });
    } }, c.label)));
  }

  #card(c) {
    const info = el("div", {}, c.link ? link(c.link, c.title) : el("strong", {}, c.title));
    if (c.price) info.append(el("div", { class: "price" }, c.price));
    if (c.text) info.append(el("div", {}, c.text));
    if (c.choices?.length) info.append(this.#quick(c.choices));
    const pic = this.#picture(c.picture, "");
    return el("li", { class: "card" }, pic, info);
  }

  // picture loads only what the host allows: a text must not make a browser ask a stranger.
  #picture(url, alt) {
    const to = url && safe(url);
    if (!to || !/^https?:/.test(to)) return null;
    const origin = new URL(to).origin;
    if (![location.origin, new URL(base).origin, ...(this.#config.pictures || [])].includes(origin)) return null;
    return el("img", { src: to, alt, loading: "lazy", referrerpolicy: "no-referrer", onload: () => this.#bottom(this.#near(300)) });
  }

  #file(a) {
    const url = safe(a.url), kind = (a.type || "").split("/")[0];
    if (kind === "image") return this.#picture(url, a.name || this.#t("picture")) || el("span", {}, a.name || this.#t("picture"));
    if (kind === "audio" && url && [location.origin, new URL(base).origin].includes(new URL(url).origin)) return el("audio", { controls: true, src: url, "aria-label": this.#t("voice"), preload: "none" });
    return link(url, a.name || this.#t("file"));
  }

  #part(p) {
    let d = this.#drafts.get(p.reply);
    if (!d) {
      if ([...this.#lines.values()].some((l) => l.reply?.id === p.reply)) return; // its line was faster
      d = el("div", { class: p.notice ? "msg bot draft notice" : "msg bot draft", "data-reply": p.reply }, el("div", { class: "bubble", dir: "auto" }));
      this.#drafts.set(p.reply, d);
      this.#ui.live.insertBefore(d, this.#ui.live.querySelector(".dots"));
      if (p.notice) this.#ui.busy.textContent = p.text;
    }
    const near = this.#near();
    d.text = (d.text || "") + p.text;
    d.firstChild.replaceChildren(rich(d.text));
    this.#bottom(near);
  }

  // voted shows what was said of replies, here or in another tab.
  #voted(votes) {
    for (const [id, yes] of Object.entries(votes)) this.#votes.set(id, yes);
    for (const b of this.#ui.log.querySelectorAll("[data-vote]")) b.setAttribute("aria-pressed", b.dataset.vote === String(this.#votes.get(b.closest(".msg").dataset.reply)));
  }

  #setState(s) {
    this.#state = s;
    this.#voted(s.helpful || {});
    this.#banner();
  }

  // banner says who the customer is talking with, and when the connection is lost.
  #banner() {
    const s = this.#state, u = this.#ui.status;
    if (!u) return;
    let text = "";
    if (this.#offline) text = this.#t("offline");
    else if (s.owner === "waiting") text = s.ahead > 0 ? this.#t("ahead", { n: s.ahead }) : this.#t("waiting");
    else if (s.owner === "person") text = this.#t("with", { name: s.agent });
    u.textContent = text;
    u.hidden = !text;
    this.#ui.ai.hidden = s.owner === "person";
    this.#ui.end.hidden = s.owner !== "bot"; // a person ends their talk at the desk
  }

  // note shows a text for a moment where the banner stands.
  #note(text, ms = 6000) {
    clearTimeout(this.#timer);
    const u = this.#ui.status;
    u.textContent = text;
    u.hidden = false;
    this.#timer = setTimeout(() => this.#banner(), ms);
  }

  #say(key) { this.#note(this.#t(key), 3000); }

  #writing(name) { this.#note(this.#t("writing", { name }), 4000); }

  // why says in the customer's language what a server refused.
  #why(e) { return this.#t(["busy", "file_type"].includes(e.code) ? e.code : "failed"); }

  #dots(on) {
    const { live, busy } = this.#ui, d = live.querySelector(".dots");
    busy.textContent = on && this.#state.owner === "bot" ? this.#t("typing") : "";
    if (on && !d && this.#state.owner === "bot") {
      const near = this.#near();
      live.append(el("div", { class: "msg bot dots" }, el("div", { class: "bubble" }, el("i"), el("i"), el("i"))));
      this.#bottom(near);
    } else if (!on) d?.remove();
  }

  #near(slack) {
    const s = this.#ui.scroll;
    return s.scrollHeight - s.scrollTop - s.clientHeight < (slack || 120);
  }

  #bottom(yes) { if (yes) this.#ui.scroll.scrollTop = this.#ui.scroll.scrollHeight; }

  #grow() {
    const i = this.#ui.input;
    i.style.height = "auto";
    i.style.height = i.scrollHeight + 2 + "px";
  }

  #submit() {
    const text = this.#ui.input.value.trim();
    if (!text) return this.#ui.input.focus();
    this.#ui.input.value = "";
    this.#grow();
    this.#post({ text });
    this.#ui.input.focus();
  }

  #post(m, files) {
    return this.#deliver({ id: newID(), language: this.#lang, ...m, files: (files || []).map((f) => ({ id: f.id, key: f.key })) }, files);
  }

  // pending shows what is on its way to the server, and how it fares.
  #pending(node) {
    const state = el("div", { class: "meta" }, this.#t("sending"));
    node.append(state);
    this.#ui.live.before(node);
    this.#bottom(true);
    return state;
  }

  // deliver shows a message at once and sends it; the committed line takes its place.
  #deliver(message, files) {
    const node = this.#said({ text: message.text || "", attachments: files }), state = this.#pending(node);
    this.#mine.set(message.id, node);
    this.#spent();
    const go = () => {
      state.className = "meta";
      state.textContent = this.#t("sending");
      this.#client.send(message).then(() => state.remove(), (e) => {
        state.className = "meta bad";
        state.replaceChildren(this.#why(e) + " ", el("button", { type: "button", onclick: go }, this.#t("retry")));
      });
    };
    go();
  }

  async #attach(list) {
    for (const f of [...list]) {
      if (f.size > this.#config.max_upload) {
        this.#note(this.#t("too_large", { n: Math.floor(this.#config.max_upload / 1048576) }));
        continue;
      }
      const node = this.#said({ text: f.name });
      this.#pending(node);
      try {
        this.#post({}, [await this.#client.upload(f, f.name)]);
      } catch (e) { this.#note(this.#why(e)); }
      node.remove();
    }
    this.#ui.pick.value = "";
  }

  async #record() {
    const b = this.#ui.mic;
    if (this.#recorder) return this.#recorder.stop();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const rec = (this.#recorder = new MediaRecorder(stream)), parts = [];
      rec.ondataavailable = (e) => parts.push(e.data);
      rec.onstop = () => {
        this.#recorder = null;
        stream.getTracks().forEach((t) => t.stop());
        b.classList.remove("rec");
        this.#words();
        this.#attach([new File(parts, "voice." + (/mp4|ogg/.exec(rec.mimeType)?.[0] || "webm"), { type: rec.mimeType })]);
      };
      rec.start();
      this.#note(this.#t("recording"), 60000);
      b.classList.add("rec");
      b.title = this.#t("stop");
      b.setAttribute("aria-label", b.title);
      setTimeout(() => rec.state === "recording" && rec.stop(), 60000);
    } catch { this.#note(this.#t("no_mic")); }
  }

  // turn puts the page into another language, what was said as well as its frame.
  #turn(lang) {
    this.#lang = lang;
    this.#words();
    this.#quietly(() => this.#ui.log.replaceChildren(...[...this.#lines.values()].map((l) => this.#node(l))));
    this.#spent(true);
  }

  async #speak(lang) {
    const before = this.#lang;
    this.#turn(lang);
    try {
      await this.#client.speak(lang);
      write("localStorage", this.#slot("language"), lang);
    } catch {
      this.#turn(before);
      this.#say("failed");
    }
  }
}

if (!customElements.get("frontdesk-chat")) {
  customElements.define("frontdesk-chat", Chat);
  const put = () => { if (!document.querySelector("frontdesk-chat")) document.body.append(document.createElement("frontdesk-chat")); };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", put);
  else put();
}
