// Menus that open beside what was pressed, one at a time.

import { element } from "./render.js";

// `items` are {name, pick}; `none` is said where there are none.
export function popUp(near, items, none = "") {
  closeMenus();
  const entries = items.map(({ name, pick }) => element("button", { type: "button", role: "menuitem", onclick: () => (closeMenus(), pick()) }, name));
  const menu = element("div", { class: "popup", role: "menu" }, ...(entries.length ? entries : [element("p", { class: "quiet" }, none)]));
  document.body.append(menu);
  settle(menu, near.getBoundingClientRect());
  entries[0]?.focus();
}

function settle(menu, { left, bottom, top }) {
  const { width, height } = menu.getBoundingClientRect();
  const below = bottom + height < window.innerHeight;
  menu.style.setProperty("left", `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`);
  menu.style.setProperty("top", `${below ? bottom + 4 : Math.max(8, top - height - 4)}px`);
}

export function closeMenus() {
  for (const each of document.querySelectorAll(".popup")) each.remove();
}

document.addEventListener("pointerdown", (event) => event.target.closest(".popup") ?? closeMenus());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
});
