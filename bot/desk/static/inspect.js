// The inspector: the trace of each turn.
import { Api, el } from "./api.js";

const api = new Api(), app = document.getElementById("app"), t = (k, v) => api.t(k, v);
await api.enter(app);
const list = el("div", { class: "traces", role: "region", tabindex: "0", "aria-label": t("inspect") });
const only = el("select", { "aria-label": t("conversation"), onchange: draw });
app.append(el("header", {}, el("strong", {}, t("inspect")), el("a", { href: "." }, t("desk")), only,
  el("button", { type: "button", onclick: () => print() }, t("print"))), list);
let traces = [];

async function load() {
  traces = (await api.get("v1/traces")).traces;
  const was = only.value, ids = [...new Set(traces.map((x) => x.conversation))];
  only.replaceChildren(el("option", { value: "" }, t("all")), ...ids.map((id) => el("option", { value: id, selected: id === was }, id)));
  draw();
}

function draw() {
  list.replaceChildren(...traces.filter((x) => !only.value || x.conversation === only.value).map((x) =>
    el("article", { class: x.failed ? "failed" : "" }, el("h2", {}, new Date(x.at).toLocaleString(), " · ", x.intent || "–", " · ", el("code", {}, x.conversation.slice(0, 8)), " · ", t("replies", { n: x.replies })),
      el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("stage")), el("th", { scope: "col" }, t("saw")), el("th", { scope: "col" }, t("took")))),
        el("tbody", {}, ...x.steps.map((s) => el("tr", {}, el("td", {}, s.stage), el("td", {}, s.what), el("td", {}, s.took ? (s.took / 1e6).toFixed(2) + " ms" : ""))))),
      x.events ? el("p", { class: "dim" }, x.events.join(" · ")) : null)));
}

await load();
api.follow((name) => { if (name === "changed" || name === "ready") load().catch(() => {}); });
