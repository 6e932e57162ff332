// What happens on the page around the chat, for the offer at the right moment:
// views, dwell, clicks, cart, idleness, errors. A page says what it shows with
// data-frontdesk-item on any element, and what happens with
//   dispatchEvent(new CustomEvent("frontdesk", { detail: { kind: "cart", item: "dress-01", count: 2 } }))
import { newID, read, write } from "./client.js";

// What the page tells before the chat is ready waits for it.
let early = [];
const wait = (e) => early.push(e.detail);
addEventListener("frontdesk", wait);

export function observe(client, watch, language) {
  const visit = read("sessionStorage", "frontdesk:visit") || newID();
  write("sessionStorage", "frontdesk:visit", visit);
  let cart = Number(read("sessionStorage", "frontdesk:cart")) || 0, item = "", dwell = 0, idle = 0, toldIdle = 0;
  const told = new Set();
  const tell = (s) => client.signal([{ id: newID(), visit, language: language(), ...s }]).catch(() => {});
  const look = () => {
    const now = document.querySelector("[data-frontdesk-item]")?.getAttribute("data-frontdesk-item") || "";
    if (now === item) return;
    [item, dwell] = [now, 0];
    if (item) tell({ kind: "view", item });
  };
  look();
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-frontdesk-item"] });
  const hear = (d) => {
    if (!d?.kind) return;
    if (d.count != null || d.kind === "purchase") write("sessionStorage", "frontdesk:cart", String((cart = Number(d.count) || 0)));
    tell({ kind: String(d.kind), item: String(d.item || ""), key: String(d.key || ""), count: cart });
  };
  removeEventListener("frontdesk", wait);
  addEventListener("frontdesk", (e) => hear(e.detail));
  early.splice(0).forEach(hear);
  document.addEventListener("click", (e) => {
    const on = e.target.closest?.("[data-frontdesk-click]");
    if (on) tell({ kind: "click", item: on.getAttribute("data-frontdesk-click") });
  });
  addEventListener("error", (e) => { if (e.error) tell({ kind: "error", key: "script" }); }); // not a notice of the browser's, nor a stranger's script
  const active = () => { idle = toldIdle = 0; };
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"]) addEventListener(kind, active, { passive: true });
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    idle++;
    if (item && watch.dwells?.includes(++dwell) && !told.has(dwell + item)) {
      told.add(dwell + item);
      tell({ kind: "dwell", item, seconds: dwell });
    }
    const mark = watch.idles?.findLast((s) => s <= idle);
    if (cart > 0 && mark > toldIdle) {
      toldIdle = mark;
      tell({ kind: "idle", seconds: idle, count: cart, item });
    }
  }, 1000);
}
