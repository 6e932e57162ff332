// The lines of a conversation, as nodes.
import { el, time } from "./api.js";

// line draws one; trace is what the bot thought at it, if that is known.
export function line(api, l, trace) {
  const t = (k, v) => api.t(k, v), r = l.reply;
  const kind = l.from === "customer" ? "customer" : l.from === "bot" ? "bot" : "person";
  const body = el("div", { class: "body", dir: "auto" }, r ? r.text || "" : l.text || "");
  for (const a of (r ? r.attachments : l.attachments) || []) body.append(file(a));
  for (const c of r?.cards || []) body.append(el("div", { class: "cardline" }, [c.title, c.price].filter(Boolean).join(" · ")));
  if (r?.survey) body.append(el("div", {}, r.survey.prompt));
  const quick = (r?.choices || []).concat(r?.survey?.choices || []);
  if (quick.length) body.append(el("div", { class: "dim" }, quick.map((c) => "[" + c.label + "]").join(" ")));
  const from = kind === "person" ? l.from : t(kind + ".line");
  const source = (r?.citations || []).map((c) => c.id).concat(r?.written ? [t("written")] : []);
  const out = el("li", { class: kind }, el("span", { class: "dim" }, [from, time(l.at, api.lang), ...source].join(" · ")), body);
  if (trace) out.append(el("details", {}, el("summary", {}, t("trace")), steps(trace)));
  return out;
}

// file shows an attachment: what the shop serves itself as it is, all else as a link.
function file(a) {
  let url = null;
  try { url = new URL(a.url, location.href); } catch { /* shown as its name */ }
  if (!url || !/^https?:$/.test(url.protocol)) return el("span", {}, a.name || "file");
  const kind = url.origin === location.origin ? (a.type || "").split("/")[0] : "";
  if (kind === "image") return el("img", { src: url.href, alt: a.name || "", loading: "lazy" });
  if (kind === "audio") return el("audio", { src: url.href, controls: true, preload: "none" });
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, a.name || a.type || "file");
}

function steps(trace) {
  return el("dl", { class: "steps" }, ...trace.steps.flatMap((s) => [el("dt", {}, s.stage), el("dd", {}, s.what + (s.took ? " · " + (s.took / 1e6).toFixed(2) + " ms" : ""))]));
}
