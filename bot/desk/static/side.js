// The side of the desk: the customer, why a person is needed, notes.
import { el } from "./api.js";

// side follows the conversation shown; the note being written stays.
export function side(api, act, drafts) {
  const t = (k, v) => api.t(k, v), node = el("aside", { class: "side", "aria-label": t("customer") });
  let facts = null, mode = "";

  function draw(id, now) {
    const is = id + " " + (now.ticket?.id || "");
    if (is !== mode || !facts?.isConnected) {
      mode = is;
      facts = el("div");
      node.replaceChildren(facts, ...(now.ticket ? [note(now.ticket.id)] : []));
    }
    facts.replaceChildren(...rows(now));
  }

  function note(ticket) {
    const field = el("textarea", { id: "note", rows: "2", dir: "auto", oninput: () => drafts.set(ticket, field.value) });
    field.value = drafts.get(ticket) || "";
    return el("form", { onsubmit: async (e) => {
      e.preventDefault();
      const text = field.value.trim();
      if (!text || !await act("v1/tickets/" + ticket + "/note", { text })) return;
      field.value = "";
      drafts.delete(ticket);
    } }, el("label", { for: "note" }, t("note")), field, el("button", { type: "submit" }, t("add")));
  }

  function rows(now) {
    const tk = now.ticket, c = now.customer || {}, out = [el("h2", {}, t("customer"))];
    const add = (title, list) => { if (list?.length) out.push(el("h3", {}, title), el("ul", {}, ...list.map((x) => el("li", { dir: "auto" }, x)))); };
    add("ID", [c.id, ...(c.known || [])].filter(Boolean));
    add(t("facts"), [...new Set(Object.entries(c.traits || {}).map(([k, v]) => k + ": " + v).concat((tk?.facts || []).map((f) => f.name + ": " + f.value)))]);
    add(t("tags"), c.tags);
    add(t("consents"), Object.entries(c.consents || {}).map(([k, v]) => k + ": " + t(v ? "yes" : "no")));
    add(t("cart"), c.cart);
    add(t("viewed"), c.viewed);
    add(t("purchases"), c.purchases);
    if (!tk) return out;
    add(t("why"), [t("reason." + tk.reason) + (tk.rule ? " (" + tk.rule + ")" : "")]);
    add(t("summary"), tk.summary);
    if (tk.open) add(t("open"), [tk.open]);
    if (tk.mood?.length) add(t("mood"), [tk.mood.slice(-8).map((m) => t(m > 0.15 ? "mood.pleased" : m < -0.4 ? "mood.angry" : m < -0.1 ? "mood.unhappy" : "mood.calm")).join(" → ")]);
    add(t("notes"), (tk.notes || []).map((n) => n.from + " " + api.time(n.at) + ": " + n.text));
    return out;
  }

  return { node, draw };
}
