// Text becomes nodes here, never markup: nothing a customer, the knowledge
// base, a catalogue, a model or an agent writes can run or load anything.

// root is the server's, which relative addresses are of: not those of the page
// the chat stands on.
const root = new URL("/", import.meta.url);

// safe returns an address a link may have, or "".
export function safe(href) {
  try {
    const u = new URL(href, root);
    return ["http:", "https:", "mailto:", "tel:"].includes(u.protocol) ? u.href : "";
  } catch { return ""; }
}

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

export function link(href, ...kids) {
  const to = safe(href);
  return to ? el("a", { href: to, target: "_blank", rel: "noopener noreferrer nofollow" }, ...kids) : el("span", {}, ...kids);
}

const inlines = /(\*\*([^*]+)\*\*)|(`([^`]+)`)|(!?\[([^\]]*)\]\(([^()\s]*)\))|(https?:\/\/[^\s<>"'（）()，。；！？、]+)/g;

function inline(text, into) {
  let at = 0;
  for (const m of text.matchAll(inlines)) {
    into.append(text.slice(at, m.index));
    at = m.index + m[0].length;
    if (m[1]) into.append(el("strong", {}, m[2]));
    else if (m[3]) into.append(el("code", {}, m[4]));
    else if (m[5]) into.append(m[5][0] === "!" ? m[6] : link(m[7], m[6] || m[7])); // a picture is its words
    else into.append(link(m[8], m[8]));
  }
  into.append(text.slice(at));
}

// rich renders the little Markdown answers use: paragraphs, lists, bold, code, links.
export function rich(text) {
  const out = document.createDocumentFragment();
  let list = null, para = null;
  for (const raw of String(text).split("\n")) {
    const line = raw.trimEnd();
    const item = /^\s*(?:[-*•]|\d{1,2}[.)、])\s+(.*)$/.exec(line);
    if (item) {
      const kind = /^\s*\d/.test(line) ? "ol" : "ul";
      if (!list || list.localName !== kind) out.append((list = el(kind)));
      const li = el("li");
      inline(item[1], li);
      list.append(li);
      para = null;
      continue;
    }
    list = null;
    if (!line.trim()) { para = null; continue; }
    const head = /^#{1,6}\s+(.*)$/.exec(line);
    if (head) {
      const b = el("strong");
      inline(head[1], b);
      out.append(el("p", {}, b));
      para = null;
      continue;
    }
    if (para) para.append(el("br"));
    else out.append((para = el("p", { dir: "auto" })));
    inline(line, para);
  }
  return out;
}
