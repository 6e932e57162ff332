// What desk and inspector share: signing in, requests, the stream, nodes.
export const base = new URL(".", import.meta.url).href;

export function el(name, attrs, ...kids) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v === true) e.setAttribute(k, "");
    else if (v !== false && v != null) e.setAttribute(k, v);
  }
  e.append(...kids.filter((x) => x != null));
  return e;
}

// What is said before the desk opens; its own texts come with the token.
const words = {
  zh: { name: "您的姓名（顾客能看到）", token: "访问口令", enter: "进入", wrong: { token: "口令不对。", host: "请先登录，再打开客服工作台。", name: "请填写可以给顾客看的姓名。", network: "连不上服务器，请稍后再试。" } },
  en: { name: "Your name (customers see it)", token: "Access token", enter: "Enter", wrong: { token: "That is not the token.", host: "Sign in first, then open the desk.", name: "Give a name customers may read.", network: "The server cannot be reached, try again in a moment." } },
};

export class Api {
  constructor() {
    this.lang = document.documentElement.lang;
    this.token = sessionStorage.getItem("desk:token") || "";
    this.name = sessionStorage.getItem("desk:name") || "";
  }

  t(key, v) { return ((this.config.texts[this.lang] || {})[key] || key).replace(/\{(\w+)\}/g, (m, k) => (v || {})[k] ?? m); }

  headers(more) { return { Authorization: "Bearer " + this.token, "X-Agent": encodeURIComponent(this.name), ...more }; }

  // error is what an agent is told of one.
  error(e) { const own = this.config.texts[this.lang]?.["error." + e.code]; return own || e.message; }

  time(s) { return time(s, this.lang); }

  // languages lets choose the language of the page.
  languages(changed) {
    return el("select", { "aria-label": "Language / 语言", onchange: (e) => { this.lang = document.documentElement.lang = e.target.value; changed(); } },
      ...this.config.languages.map((l) => el("option", { value: l, lang: l, selected: l === this.lang }, this.config.texts[l]["language.name"])));
  }

  leave() {
    sessionStorage.removeItem("desk:token");
    location.reload();
  }

  async get(path) { return this.#ask(path, { headers: this.headers() }); }

  async post(path, body) { return this.#ask(path, { method: "POST", headers: this.headers({ "Content-Type": "application/json" }), body: JSON.stringify(body || {}) }); }

  async #ask(path, o) {
    let r, v = {};
    try { r = await fetch(base + path, { cache: "no-store", ...o }); } catch (e) { throw Object.assign(e, { code: "network" }); }
    if (r.status === 204) return null;
    try { v = await r.json(); } catch { v.error = { code: "network" }; }
    if (r.status === 401 && this.config) this.leave(); // the token was changed
    if (v.error || !r.ok) throw Object.assign(new Error(v.error?.message || r.status), { status: r.status, code: v.error?.code });
    return v;
  }

  // enter asks for name and token until the desk opens.
  async enter(app) {
    const hash = new URLSearchParams(location.hash.slice(1)); // …/desk/#token=…&name=…
    if (hash.get("token")) {
      this.token = hash.get("token");
      this.name = hash.get("name") || this.name;
      history.replaceState(null, "", location.pathname + location.search);
    }
    const host = app.dataset.signin === "host"; // who it is, the host's own sign-in tells
    for (;;) {
      if (host || this.token || this.name) {
        try {
          this.config = await this.get("v1/config");
          sessionStorage.setItem("desk:token", this.token);
          sessionStorage.setItem("desk:name", this.name);
          return;
        } catch (e) {
          const w = words[this.lang] || words.en;
          this.wrong = host && e.code === "token" ? w.wrong.host : this.token || host ? w.wrong[e.code] || e.message : "";
        }
      }
      if (host) await this.#refused(app);
      else await this.#enter(app);
    }
  }

  // refused says why the host's sign-in does not do, and tries again when asked to.
  #refused(app) {
    return new Promise((done) => {
      const w = words[this.lang] || words.en, again = el("button", { type: "submit" }, w.enter);
      const form = el("form", { class: "enter", onsubmit: (e) => { e.preventDefault(); form.remove(); done(); } }, el("p", { class: "bad", role: "alert" }, this.wrong), again);
      app.append(form);
      again.focus();
    });
  }

  #enter(app) {
    return new Promise((done) => {
      const w = words[this.lang] || words.en;
      const name = el("input", { id: "name", required: true, maxlength: "40", autocomplete: "username" });
      const token = el("input", { id: "token", type: "password", required: true, autocomplete: "current-password" });
      name.value = this.name;
      const form = el("form", { class: "enter", onsubmit: (e) => {
        e.preventDefault();
        [this.name, this.token] = [name.value.trim(), token.value.trim()];
        form.remove();
        done();
      } }, el("label", { for: "name" }, w.name), name, el("label", { for: "token" }, w.token), token,
      this.wrong ? el("p", { class: "bad", role: "alert" }, this.wrong) : null, el("button", { type: "submit" }, w.enter));
      app.append(form);
      (this.name ? token : name).focus();
    });
  }

  // follow calls on(name, data) for what happens, for ever. A page that is left may
  // be kept for when the agent comes back: it gives its connection up at once, as
  // a browser has six to a server.
  async follow(on) {
    for (;;) {
      const cut = new AbortController();
      let back;
      const leave = () => {
        back = new Promise((done) => addEventListener("pageshow", done, { once: true }));
        cut.abort();
      };
      addEventListener("pagehide", leave);
      try {
        const r = await fetch(base + "v1/events", { headers: this.headers(), signal: cut.signal, cache: "no-store" });
        if (r.status === 401) this.leave();
        if (!r.ok) throw new Error(r.status);
        const reader = r.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          text += value;
          for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
            const name = /^event: (.*)$/m.exec(text.slice(0, end)), data = /^data: (.*)$/m.exec(text.slice(0, end));
            if (name && data) on(name[1], JSON.parse(data[1]));
          }
        }
      } catch { /* come back */ }
      finally { removeEventListener("pagehide", leave); }
      if (back) {
        await back;
        continue;
      }
      on("lost");
      await new Promise((ok) => setTimeout(ok, 1500));
    }
  }
}

// time is the time of day, with the date when that is another than today's.
export function time(s, lang) {
  const d = new Date(s), today = d.toDateString() === new Date().toDateString();
  return d.toLocaleString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(today ? {} : { month: "short", day: "numeric" }) });
}
