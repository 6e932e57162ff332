// The desk: queue, conversation, customer.
import { Api, el, time } from "./api.js";

const api = new Api(), app = document.getElementById("app"), t = (k, v) => api.t(k, v);
const ui = {};
let now = null, queue = { tickets: [], others: [] }, shown = "", typed = 0;

await api.enter(app);
build();
await refresh();
setInterval(drawQueue, 30000);
api.follow(async (name, data) => {
  ui.lost.hidden = name !== "lost";
  if (name === "changed" || name === "ready") {
    await refresh();
    if (shown && (name === "ready" || data.conversations.includes(shown))) await open(shown, true);
  }
});

function build() {
  ui.lost = el("p", { class: "lost", role: "status", hidden: true }, t("lost"));
  ui.queue = el("nav", { class: "queue", "aria-label": t("desk") });
  ui.talk = el("section", { class: "talk", "aria-label": t("conversation") }, el("p", { class: "dim" }, t("choose")));
  ui.side = el("aside", { class: "side", "aria-label": t("customer") });
  ui.say = el("p", { class: "toast", role: "alert", hidden: true });
  app.append(el("header", {}, el("strong", {}, t("desk")), el("span", {}, api.config.agent.name), el("a", { href: "inspect" }, t("inspect")),
    el("select", { "aria-label": "Language / 语言", onchange: (e) => { api.lang = document.documentElement.lang = e.target.value; app.querySelectorAll("header,.grid,.toast,.lost").forEach((x) => x.remove()); build(); drawQueue(); if (shown) open(shown); } },
      ...api.config.languages.map((l) => el("option", { value: l, selected: l === api.lang }, api.config.texts[l]["language.name"]))),
    el("button", { type: "button", onclick: () => { sessionStorage.clear(); location.reload(); } }, t("leave"))), ui.lost, ui.say,
  el("div", { class: "grid" }, ui.queue, ui.talk, ui.side));
}

function toast(text) {
  ui.say.textContent = text;
  ui.say.hidden = false;
  clearTimeout(ui.timer);
  ui.timer = setTimeout(() => { ui.say.hidden = true; }, 5000);
}

async function act(path, body) {
  try { await api.post(path, body); return true; } catch (e) { toast(e.code === "taken" ? t("gone") : e.message); return false; } finally { await refresh(); }
}

async function refresh() {
  try { queue = await api.get("v1/queue"); } catch (e) { return toast(e.message); }
  drawQueue();
}

function drawQueue() {
  const waiting = queue.tickets.filter((x) => x.state === "waiting"), taken = queue.tickets.filter((x) => x.state === "taken");
  const item = (x) => {
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(x.created)) / 60000));
    return el("li", { class: x.conversation === shown ? "on" : "" },
      el("button", { type: "button", class: "item", "aria-current": x.conversation === shown ? "true" : null, onclick: () => open(x.conversation) },
        el("span", { class: "tag p" + x.priority }, t("priority." + x.priority)), " ", el("strong", {}, t("reason." + x.reason)),
        el("span", { class: "dim" }, [x.state === "taken" ? x.agent : t("minutes", { n: minutes }), x.channel, x.skill].filter(Boolean).join(" · ")),
        x.summary ? el("span", { class: "sum" }, x.summary) : null),
      x.state === "waiting" ? el("button", { type: "button", class: "go", onclick: async () => { if (await act("v1/tickets/" + x.id + "/take")) open(x.conversation); } }, t("take")) : null);
  };
  ui.queue.replaceChildren(el("h2", {}, t("waiting") + " " + waiting.length), waiting.length ? el("ul", {}, ...waiting.map(item)) : el("p", { class: "dim" }, t("empty")),
    el("h2", {}, t("taken") + " " + taken.length), el("ul", {}, ...taken.map(item)),
    el("h2", {}, t("others")), el("ul", {}, ...queue.others.map((o) => el("li", { class: o.conversation === shown ? "on" : "" },
      el("button", { type: "button", class: "item", onclick: () => open(o.conversation) }, el("code", {}, o.conversation.slice(0, 8)), " ", el("span", { class: "dim" }, time(o.at)))))));
}

async function open(id, again) {
  const before = shown;
  shown = id;
  try { now = await api.get("v1/conversations/" + id); } catch (e) { return toast(e.message); }
  if (shown !== id) return;
  drawTalk(again && before === id);
  drawSide();
  drawQueue();
}

const who = (l) => (l.from === "customer" ? t("customer.line") : l.from === "bot" ? t("bot.line") : l.from);

function line(l) {
  const kind = l.from === "customer" ? "customer" : l.from === "bot" ? "bot" : "person", r = l.reply;
  const body = el("div", { class: "body", dir: "auto" }, r ? r.text : l.text || "");
  for (const a of (r ? r.attachments : l.attachments) || []) body.append(file(a));
  for (const c of r?.cards || []) body.append(el("div", { class: "cardline" }, [c.title, c.price].filter(Boolean).join(" · ")));
  const quick = (r?.choices || []).concat(r?.survey?.choices || []);
  if (r?.survey) body.append(el("div", {}, r.survey.prompt));
  if (quick.length) body.append(el("div", { class: "dim" }, quick.map((c) => "[" + c.label + "]").join(" ")));
  const out = el("li", { class: kind }, el("span", { class: "dim" }, who(l) + " " + time(l.at)), body);
  const trace = kind === "customer" && l.message && now.traces.find((x) => x.message === l.message);
  if (trace) out.append(el("details", {}, el("summary", {}, t("trace")), steps(trace)));
  return out;
}

function file(a) {
  let url = "";
  try { const u = new URL(a.url, location.href); if (u.protocol === "https:" || u.protocol === "http:") url = u.href; } catch { /* shown as its name */ }
  const mine = url && new URL(url).origin === location.origin, kind = (a.type || "").split("/")[0];
  if (mine && kind === "image") return el("img", { src: url, alt: a.name || "", loading: "lazy" });
  if (mine && kind === "audio") return el("audio", { src: url, controls: true, preload: "none" });
  return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, a.name || a.type || "file") : el("span", {}, a.name || "file");
}

export function steps(trace) {
  return el("dl", { class: "steps" }, ...trace.steps.flatMap((s) => [el("dt", {}, s.stage), el("dd", {}, s.what + (s.took ? " · " + (s.took / 1e6).toFixed(2) + " ms" : ""))]));
}

function drawTalk(again) {
  const lines = el("ol", {}, ...now.lines.map(line));
  if (now.more) lines.prepend(el("li", {}, el("button", { type: "button", onclick: earlier }, t("earlier"))));
  const log = el("div", { class: "log", role: "log", "aria-label": t("conversation"), tabindex: "0" }, lines);
  const mine = now.state.owner === "person" && now.state.agent === api.config.agent.name;
  const kids = [log];
  let input;
  if (mine) {
    input = el("textarea", { id: "say", rows: "3", dir: "auto", oninput: () => { if (Date.now() - typed > 2000) { typed = Date.now(); api.post("v1/conversations/" + shown + "/typing").catch(() => {}); } },
      onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); tell(); } } });
    if (again && ui.input) input.value = ui.input.value;
    const tell = async () => { const text = input.value.trim(); if (text && await act("v1/tickets/" + now.state.ticket + "/tell", { text })) input.value = ""; };
    const to = el("input", { id: "to", maxlength: "100", placeholder: t("to"), "aria-label": t("to") });
    kids.push(ideas(input), el("form", { class: "say", onsubmit: (e) => { e.preventDefault(); tell(); } }, el("label", { for: "say", class: "sr" }, t("input")), input,
      el("div", { class: "row" }, el("button", { type: "submit", class: "main" }, t("send")), to,
        el("button", { type: "button", onclick: () => act("v1/tickets/" + now.state.ticket + "/transfer", { to: to.value }) }, t("transfer")),
        el("button", { type: "button", onclick: () => act("v1/tickets/" + now.state.ticket + "/return") }, t("back")))));
  } else if (now.state.owner === "waiting") {
    kids.push(el("button", { type: "button", class: "main", onclick: () => act("v1/tickets/" + now.state.ticket + "/take") }, t("take")));
  } else if (now.state.owner === "bot") {
    kids.push(el("button", { type: "button", onclick: () => act("v1/conversations/" + shown + "/join") }, t("join")));
  }
  const had = document.activeElement?.id === "say" || !ui.input;
  ui.input = input;
  ui.talk.replaceChildren(...kids);
  log.scrollTop = log.scrollHeight;
  if (input && (had || !again)) input.focus();
}

function ideas(input) {
  const list = now.suggested.slice();
  if (now.ticket?.suggested && !list.some((s) => s.text === now.ticket.suggested)) list.unshift({ text: now.ticket.suggested, title: "", source: now.ticket.source || "" });
  return el("details", { class: "ideas", open: true }, el("summary", {}, t("suggested")), el("ul", {}, ...list.slice(0, 4).map((s) => el("li", {},
    el("p", {}, s.text), el("div", { class: "row" }, el("span", { class: "dim" }, [s.title, s.source].filter(Boolean).join(" · ")),
      el("button", { type: "button", onclick: () => act("v1/tickets/" + now.state.ticket + "/tell", { text: s.text }) }, t("use")),
      el("button", { type: "button", onclick: () => { input.value = s.text; input.focus(); } }, t("edit")))))));
}

async function earlier() {
  try {
    const more = await api.get("v1/conversations/" + shown + "?before=" + now.lines[0].seq);
    now.lines = more.lines.concat(now.lines);
    now.more = more.more;
    drawTalk(true);
  } catch (e) { toast(e.message); }
}

function drawSide() {
  const tk = now.ticket, c = now.customer || {}, out = [];
  const rows = (title, list) => { if (list && list.length) out.push(el("h3", {}, title), el("ul", {}, ...list.map((x) => el("li", { dir: "auto" }, x)))); };
  out.push(el("h2", {}, t("customer")));
  rows("ID", [c.id, ...(c.known || [])].filter(Boolean));
  rows(t("facts"), Object.entries(c.traits || {}).map(([k, v]) => k + ": " + v).concat((tk?.facts || []).map((f) => f.name + ": " + f.value)));
  rows(t("tags"), c.tags);
  rows(t("consents"), Object.entries(c.consents || {}).map(([k, v]) => k + ": " + (v ? "✓" : "✗")));
  rows(t("cart"), c.cart);
  rows(t("viewed"), c.viewed);
  rows(t("purchases"), c.purchases);
  if (tk) {
    rows(t("why"), [t("reason." + tk.reason) + (tk.rule ? " (" + tk.rule + ")" : "")]);
    rows(t("summary"), tk.summary);
    if (tk.open) rows(t("open"), [tk.open]);
    if (tk.mood?.length) rows(t("mood"), [tk.mood.slice(-12).map((m) => (m > 0.15 ? "🙂" : m < -0.4 ? "😠" : m < -0.1 ? "🙁" : "😐")).join(" ")]);
    rows(t("notes"), (tk.notes || []).map((n) => n.from + " " + time(n.at) + ": " + n.text));
    const note = el("textarea", { id: "note", rows: "2", dir: "auto" });
    out.push(el("form", { onsubmit: async (e) => { e.preventDefault(); if (note.value.trim() && await act("v1/tickets/" + tk.id + "/note", { text: note.value.trim() })) open(shown, true); } },
      el("label", { for: "note" }, t("note")), note, el("button", { type: "submit" }, t("add"))));
  }
  ui.side.replaceChildren(...out);
}
