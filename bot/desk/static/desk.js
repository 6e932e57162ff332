// The desk: queue, conversation, customer. What is being typed, read or reached
// by the keyboard stays as it is while everything around it follows the events.
import { Api, el } from "./api.js";
import { line } from "./talk.js";
import { side } from "./side.js";

const api = new Api(), app = document.getElementById("app"), t = (k, v) => api.t(k, v);
const drafts = new Map(); // by conversation: what is typed and not sent
let ui, now = null, queue = { tickets: [], others: [] }, shown = "", typed = 0, skew = 0, asked = 0, busy = false;

await api.enter(app);
build();
await refresh();
setInterval(drawQueue, 15000);
api.follow(async (name, data) => {
  ui.lost.hidden = name !== "lost";
  if (name !== "changed" && name !== "ready") return;
  await refresh();
  if (shown && (name === "ready" || data.conversations.includes(shown))) await open(shown);
});

function build() {
  ui = { sig: "", mode: "" };
  ui.lost = el("p", { class: "lost", role: "status", hidden: true }, t("lost"));
  ui.say = el("p", { class: "toast", role: "alert", hidden: true });
  ui.count = el("p", { class: "sr", role: "status" });
  ui.queue = el("nav", { class: "queue", "aria-label": t("desk") });
  ui.talk = el("section", { class: "talk", "aria-label": t("conversation"), tabindex: "-1" }, el("p", { class: "dim" }, t("choose")));
  ui.side = side(api, act, drafts);
  ui.grid = el("div", { class: "grid" }, ui.queue, ui.talk, ui.side.node);
  app.replaceChildren(el("h1", { class: "sr" }, t("desk")), el("header", {}, el("strong", {}, t("desk")), el("span", {}, api.config.agent.name),
    el("a", { href: "inspect?lang=" + api.lang }, t("inspect")), api.languages(() => { build(); drawQueue(); if (shown) open(shown); }),
    el("button", { type: "button", onclick: () => api.leave() }, t("leave"))), ui.lost, ui.say, ui.count, ui.grid);
}

function toast(e) {
  ui.say.textContent = api.error(e);
  ui.say.hidden = false;
  clearTimeout(ui.timer);
  ui.timer = setTimeout(() => { ui.say.hidden = true; }, 6000);
}

// act does one thing at a time: a double click sends once.
async function act(path, body) {
  if (busy) return false;
  busy = true;
  try { await api.post(path, body); return true; } catch (e) { toast(e); return false; } finally {
    busy = false;
    await refresh();
    if (shown) await open(shown);
  }
}

async function refresh() {
  try { queue = await api.get("v1/queue"); } catch (e) { return toast(e); }
  skew = Date.parse(queue.now) - Date.now();
  drawQueue();
}

function drawQueue() {
  const waiting = queue.tickets.filter((x) => x.state === "waiting"), taken = queue.tickets.filter((x) => x.state === "taken");
  const minutes = (x) => Math.max(0, Math.floor((Date.now() + skew - Date.parse(x.created)) / 60000));
  const sig = JSON.stringify([queue.tickets, queue.others, waiting.map(minutes), shown]);
  if (sig === ui.sig) return;
  ui.sig = sig;
  const item = (id, ...kids) => el("button", { type: "button", class: "item", "data-key": id, "aria-current": id === shown ? "true" : null, onclick: () => open(id) }, ...kids);
  const row = (id, ...kids) => el("li", { class: id === shown ? "on" : "" }, ...kids);
  const ticket = (x) => row(x.conversation, item(x.conversation,
    el("span", { class: "tag p" + x.priority }, t("priority." + x.priority)), " ", el("strong", {}, t("reason." + x.reason)),
    el("span", { class: "dim" }, [x.state === "taken" ? x.agent : t("minutes", { n: minutes(x) }), x.channel, x.skill].filter(Boolean).join(" · ")),
    x.summary ? el("span", { class: "sum", dir: "auto" }, x.summary) : null),
  x.state === "waiting" ? el("button", { type: "button", class: "go", "data-key": "take " + x.id, onclick: async () => { if (await act("v1/tickets/" + x.id + "/take")) open(x.conversation); } }, t("take")) : null);
  const part = (title, list, draw) => (list.length ? [el("h2", {}, title), el("ul", {}, ...list.map(draw))] : []);
  const had = ui.queue.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  ui.queue.replaceChildren(...(waiting.length ? part(t("waiting") + " " + waiting.length, waiting, ticket) : [el("h2", {}, t("waiting") + " 0"), el("p", { class: "dim" }, t("empty"))]),
    ...part(t("taken") + " " + taken.length, taken, ticket),
    ...part(t("others"), queue.others, (o) => row(o.conversation, item(o.conversation, el("code", {}, o.conversation.slice(0, 8)), " ", el("span", { class: "dim" }, api.time(o.at))))));
  if (had) [...ui.queue.querySelectorAll("button")].find((b) => b.dataset.key === had)?.focus();
  const n = t("waiting") + " " + waiting.length;
  if (ui.count.textContent !== n) ui.count.textContent = n;
  document.title = (waiting.length ? "(" + waiting.length + ") " : "") + t("desk");
}

async function open(id) {
  const mine = ++asked, other = shown !== id;
  shown = id;
  let got;
  try { got = await api.get("v1/conversations/" + id); } catch (e) { return toast(e); }
  if (mine !== asked) return; // asked again meanwhile
  if (!other && now && got.lines.length && now.lines.length && now.lines[0].seq < got.lines[0].seq) { // keep what was read back to
    got.lines = now.lines.filter((l) => l.seq < got.lines[0].seq).concat(got.lines);
    got.more = now.more;
  }
  now = got;
  ui.grid.classList.add("open");
  drawTalk();
  ui.side.draw(id, now);
  drawQueue();
}

// drawTalk builds the conversation anew when another is shown or it has
// another owner, and else only what has changed of it.
function drawTalk() {
  const s = now.state, mine = s.owner === "person" && s.agent === api.config.agent.name;
  const mode = [shown, s.owner, s.agent, s.ticket].join(" ");
  if (mode !== ui.mode) {
    const focus = !ui.mode || ui.mode.split(" ")[0] !== shown || ui.talk.contains(document.activeElement) || document.activeElement === document.body || !document.activeElement;
    ui.mode = mode;
    ui.drawn = new Map();
    ui.list = el("ol");
    ui.log = el("div", { class: "log", role: "log", "aria-label": t("conversation"), tabindex: "0" }, ui.list);
    ui.ideas = null;
    const head = el("div", { class: "row" }, el("button", { type: "button", class: "list", onclick: list }, "‹ " + t("list")),
      el("span", { class: "dim" }, mine ? t("state.mine") : t("state." + s.owner, { name: s.agent || "" })));
    const kids = [head, ui.log];
    let input;
    if (mine) {
      input = draft("say", el("textarea", { id: "say", rows: "3", dir: "auto", onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); tell(input); } } }));
      input.addEventListener("input", typing);
      ui.ideas = ideas(input);
      kids.push(ui.ideas.node, say(input));
    } else if (s.owner === "waiting") {
      kids.push(el("button", { type: "button", class: "main", onclick: () => act("v1/tickets/" + s.ticket + "/take") }, t("take")));
    } else if (s.owner === "bot") {
      kids.push(el("button", { type: "button", onclick: () => act("v1/conversations/" + shown + "/join") }, t("join")));
    }
    ui.talk.replaceChildren(...kids);
    if (focus) (input || ui.talk).focus();
  }
  ui.ideas?.draw(now);
  drawLines();
}

function drawLines() {
  const end = ui.log.scrollHeight - ui.log.scrollTop - ui.log.clientHeight < 60 || !ui.drawn.size;
  const nodes = now.lines.map((l) => {
    const trace = l.from === "customer" && l.message ? now.traces.find((x) => x.message === l.message) : null;
    const traced = l.seq + " traced", key = trace || ui.drawn.has(traced) ? traced : l.seq;
    if (!ui.drawn.has(key)) ui.drawn.set(key, line(api, l, trace));
    return ui.drawn.get(key);
  });
  if (now.more) nodes.unshift(ui.earlier ||= el("li", {}, el("button", { type: "button", onclick: earlier }, t("earlier"))));
  nodes.forEach((n, i) => { if (ui.list.children[i] !== n) ui.list.insertBefore(n, ui.list.children[i] || null); });
  while (ui.list.children.length > nodes.length) ui.list.lastChild.remove();
  if (end) ui.log.scrollTop = ui.log.scrollHeight;
}

// draft keeps what is typed in a field for the time it is away.
function draft(name, field) {
  const key = shown + " " + name;
  field.value = drafts.get(key) || "";
  field.keep = (v) => { field.value = v; drafts.set(key, v); };
  field.addEventListener("input", () => drafts.set(key, field.value));
  return field;
}

function say(input) {
  const to = draft("to", el("input", { id: "to", maxlength: "100", placeholder: t("to"), "aria-label": t("to"), list: "known" }));
  const known = [...new Set(queue.tickets.flatMap((x) => [x.skill, x.agent]).filter((x) => x && x !== api.config.agent.name))];
  const ticket = "v1/tickets/" + now.state.ticket;
  return el("form", { class: "say", onsubmit: (e) => { e.preventDefault(); tell(input); } }, el("label", { for: "say", class: "sr" }, t("input")), input,
    el("div", { class: "row" }, el("button", { type: "submit", class: "main" }, t("send")), to, el("datalist", { id: "known" }, ...known.map((x) => el("option", { value: x }))),
      el("button", { type: "button", onclick: async () => { if (await act(ticket + "/transfer", { to: to.value })) to.keep(""); } }, t("transfer")),
      el("button", { type: "button", onclick: () => act(ticket + "/return") }, t("back"))));
}

async function tell(input) {
  const text = input.value.trim();
  if (text && await act("v1/tickets/" + now.state.ticket + "/tell", { text })) input.keep("");
}

function typing() {
  if (Date.now() - typed < 2000) return;
  typed = Date.now();
  api.post("v1/conversations/" + shown + "/typing").catch(() => {});
}

// ideas are the replies the agent may send or edit, and a search for others.
function ideas(input) {
  const id = shown, ticket = "v1/tickets/" + now.state.ticket, list = el("ul");
  let found = null, sig = "";
  const draw = (now) => {
    const all = (found || now.suggested).slice();
    if (!found && now.ticket?.suggested && !all.some((s) => s.text === now.ticket.suggested)) all.unshift({ text: now.ticket.suggested, title: "", source: now.ticket.source || "" });
    if (sig === (sig = JSON.stringify(all))) return;
    list.replaceChildren(...all.slice(0, 5).map((s, i) => el("li", {}, el("p", { id: "idea" + i, dir: "auto" }, s.text), el("div", { class: "row" },
      el("span", { class: "dim" }, [s.title, s.source].filter(Boolean).join(" · ")),
      el("button", { type: "button", "aria-describedby": "idea" + i, onclick: () => act(ticket + "/tell", { text: s.text }) }, t("use")),
      el("button", { type: "button", "aria-describedby": "idea" + i, onclick: () => { input.keep(s.text); input.focus(); } }, t("edit"))))));
    if (!all.length) list.append(el("li", { class: "dim" }, t("none")));
  };
  const find = el("input", { type: "search", maxlength: "200", placeholder: t("find"), "aria-label": t("find"), oninput: () => { if (!find.value) { found = null; draw(now); } } });
  const search = async (e) => {
    e.preventDefault();
    try { found = find.value.trim() ? (await api.post("v1/conversations/" + id + "/suggest", { text: find.value.trim() })).suggested : null; draw(now); } catch (x) { toast(x); }
  };
  return { draw, node: el("details", { class: "ideas", open: innerWidth > 960 }, el("summary", {}, t("suggested")), el("form", { role: "search", onsubmit: search }, find), list) };
}

async function earlier() {
  const id = shown;
  try {
    const got = await api.get("v1/conversations/" + id + "?before=" + now.lines[0].seq);
    if (id !== shown) return;
    now.lines = got.lines.concat(now.lines);
    now.more = got.more;
    if (!now.more) ui.earlier.remove();
    const was = ui.log.scrollHeight;
    drawLines();
    ui.log.scrollTop += ui.log.scrollHeight - was;
    ui.log.focus();
  } catch (e) { toast(e); }
}

// list goes back to the queue where there is room for one thing only.
function list() {
  const id = shown;
  [shown, now, ui.mode] = ["", null, ""];
  ui.grid.classList.remove("open");
  ui.talk.replaceChildren(el("p", { class: "dim" }, t("choose")));
  ui.side.node.replaceChildren();
  drawQueue();
  ([...ui.queue.querySelectorAll(".item")].find((b) => b.dataset.key === id) || ui.queue.querySelector("button"))?.focus();
}
