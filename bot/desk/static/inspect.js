// The inspector: the trace of each turn.
import { Api, el } from "./api.js";

const api = new Api(), app = document.getElementById("app"), t = (k, v) => api.t(k, v);
let traces = [], list, only, lost, sig = "";
await api.enter(app);
build();
await load();
api.follow((name) => {
  lost.hidden = name !== "lost";
  if (name === "changed" || name === "ready") load().catch(() => {});
});

function build() {
  const was = only?.value || new URLSearchParams(location.search).get("conversation") || "";
  sig = "";
  document.title = t("inspect");
  list = el("div", { class: "traces", role: "region", tabindex: "0", "aria-label": t("inspect") });
  lost = el("p", { class: "lost", role: "status", hidden: true }, t("lost"));
  only = el("select", { "aria-label": t("conversation"), onchange: draw }, el("option", { value: was }, was));
  app.replaceChildren(el("h1", {}, t("inspect")), el("header", {}, el("strong", {}, t("inspect")), el("a", { href: ".?lang=" + api.lang }, t("desk")), only,
    api.languages(() => { build(); draw(); }), el("button", { type: "button", onclick: () => print() }, t("print"))), lost, list);
}

async function load() {
  traces = (await api.get("v1/traces")).traces;
  draw();
}

function draw() {
  const was = only.value, ids = [...new Set([...traces.map((x) => x.conversation), was].filter(Boolean))];
  const now = JSON.stringify([ids, was, traces[0]?.at, traces.length]);
  if (now === sig) return; // what is being read stays
  sig = now;
  only.replaceChildren(el("option", { value: "" }, t("all")), ...ids.map((id) => el("option", { value: id, selected: id === was }, id)));
  list.replaceChildren(...traces.filter((x) => !was || x.conversation === was).map(turn));
}

function turn(x) {
  const at = new Date(x.at).toLocaleString(api.lang, { hourCycle: "h23", dateStyle: "medium", timeStyle: "medium" });
  const title = [at, x.intent, x.conversation.slice(0, 8), x.steps.length ? t("replies", { n: x.replies }) : t("at.desk")].filter(Boolean).join(" · ");
  const row = (s) => el("tr", { class: s.stage }, el("th", { scope: "row" }, s.stage), el("td", {}, s.what), el("td", {}, s.took ? (s.took / 1e6).toFixed(2) + " ms" : ""));
  return el("article", { class: x.failed ? "failed" : "" }, el("h2", {}, title),
    x.steps.length ? el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("stage")), el("th", { scope: "col" }, t("saw")), el("th", { scope: "col" }, t("took")))), el("tbody", {}, ...x.steps.map(row))) : null,
    x.events ? el("p", { class: "dim" }, x.events.join(" · ")) : null);
}
