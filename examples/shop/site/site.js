// The cart of the example, and what the chat is told of it.
let cart = JSON.parse(sessionStorage.getItem("cart") || "[]");
const count = document.getElementById("count");
const tell = (kind, item) => dispatchEvent(new CustomEvent("frontdesk", { detail: { kind, item, count: cart.length } }));
count.textContent = cart.length;
document.getElementById("add")?.addEventListener("click", (e) => {
  cart.push(e.currentTarget.dataset.item);
  sessionStorage.setItem("cart", JSON.stringify(cart));
  count.textContent = cart.length;
  tell("cart", e.currentTarget.dataset.item);
});
