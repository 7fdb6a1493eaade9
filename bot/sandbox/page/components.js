// Message components as DOM nodes. `deeds` answers press(data) and choose(data, values) with a promise; without it
// (in what nobody may press) buttons and menus are drawn, but do nothing.

import { accented, covered, element, markdown } from "./render.js";
import { choicesOf } from "./fields.js";

const BUTTONS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };
const OWN_FILE = /^https?:\/\/(?:127\.0\.0\.1|localhost):\d+(\/attachments\/[\w./-]+)$/;
const PICTURE = /\.(?:png|jpe?g|gif|webp)$/i;
const KILOBYTE = 1000;

export function component(data, names, deeds) {
  const children = () => (data.components ?? []).map((each) => component(each, names, deeds));
  switch (data.type) {
    case 1:
      return element("div", { class: "action-row" }, ...children());
    case 2:
      return button(data, names, deeds);
    case 9:
      return section(data, names, deeds, children());
    case 10:
      return markdown(data.content, names);
    case 11:
      return picture(data, "thumbnail");
    case 12:
      return element("div", { class: "gallery", "data-count": data.items.length }, ...data.items.map((each) => picture(each)));
    case 13:
      return covered(file({ filename: data.name, size: data.size, path: ownPath(data.file.url) }), data.spoiler);
    case 14:
      return element("hr", { class: `${data.divider ? "divider" : "gap"} spacing-${data.spacing}` });
    case 17:
      return covered(accented(element("article", { class: "card" }, ...children()), data.accent_color), data.spoiler);
    default:
      return menu(data, deeds);
  }
}

export function embed(data, names) {
  const text = (value) => markdown(value, names);
  const fields = (data.fields ?? []).map((field) =>
    element(
      "div",
      { class: field.inline ? "field inline" : "field" },
      element("div", { class: "field-name" }, text(field.name)),
      text(field.value),
    ),
  );
  const node = element(
    "article",
    { class: "card" },
    data.author && element("p", { class: "card-author" }, data.author.name),
    data.title && element("div", { class: "card-title" }, text(data.title)),
    data.description && text(data.description),
    fields.length ? element("div", { class: "fields" }, ...fields) : null,
    ...[data.image, data.thumbnail].filter(Boolean).map((each) => picture({ media: each })),
    data.footer && element("p", { class: "card-footer" }, data.footer.text),
  );
  return accented(node, data.color);
}

const section = (data, names, deeds, children) =>
  element(
    "div",
    { class: "section" },
    element("div", { class: "section-text" }, ...children),
    data.accessory ? component(data.accessory, names, deeds) : null,
  );

const ownPath = (url) => OWN_FILE.exec(url ?? "")?.[1] ?? null;

// Only what was uploaded here is shown: the page asks no other site for anything.
function picture(data, kind = "picture") {
  const path = ownPath(data.media.url);
  const text = data.description ?? "";
  const node =
    path && PICTURE.test(path)
      ? element("img", { class: kind, src: path, alt: text, title: text || null, width: data.media.width, height: data.media.height })
      : element("p", { class: "subtext" }, text || "a picture", path ? null : ` (not loaded: ${data.media.url})`);
  return covered(node, data.spoiler);
}

export function attachment(data) {
  const spoiler = data.filename.startsWith("SPOILER_");
  if (!PICTURE.test(data.path)) return covered(file(data), spoiler);
  const text = data.description ?? data.filename;
  return covered(element("img", { class: "picture", src: data.path, alt: text, title: text, width: data.width, height: data.height }), spoiler);
}

function file({ filename, size, path }) {
  const name = path ? element("a", { href: path, download: filename }, filename ?? "a file") : (filename ?? "a file");
  return element("p", { class: "file" }, name, size === null ? null : ` (${bytes(size)})`);
}

const bytes = (size) => (size < KILOBYTE ? `${size} bytes` : `${(size / KILOBYTE).toFixed(1)} kB`);

function button(data, names, deeds) {
  const label = [data.emoji?.name, data.label].filter(Boolean).join(" ");
  const kind = BUTTONS[data.style] ?? "secondary";
  if (data.style === 5) return link(data, names, label);
  return element(
    "button",
    {
      type: "button",
      class: `btn ${kind}`,
      "data-custom-id": data.custom_id,
      disabled: data.disabled || !deeds,
      onclick: (event) => busy(event.currentTarget, deeds.press(data)),
    },
    label,
  );
}

function link(data, names, label) {
  const [, channel, message] = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)\/(\d+)$/.exec(data.url ?? "") ?? [];
  if (channel && names.place(channel)) {
    return element("button", { type: "button", class: "btn link", onclick: () => names.jump(channel, message) }, label);
  }
  return element("span", { class: "btn link", title: data.url }, `${label} ↗`); // a link's look must not hide its aim
}

// A press may redraw the whole message; then the busy button is gone with it.
async function busy(node, work) {
  node.setAttribute("aria-busy", "true");
  node.disabled = true;
  await work;
  node.removeAttribute("aria-busy");
  node.disabled = false;
}

function menu(data, deeds) {
  const several = (data.max_values ?? 1) > 1;
  return several ? tickMenu(data, deeds) : pickMenu(data, deeds);
}

function pickMenu(data, deeds) {
  const label = data.placeholder ?? "Choose…";
  const options = choicesOf(data).map(({ value, label: text, description, chosen }) =>
    element("option", { value, selected: chosen }, description ? `${text} · ${description}` : text),
  );
  const first = element("option", { value: "", disabled: true, selected: !choicesOf(data).some((each) => each.chosen) }, label);
  const select = element("select", { class: "menu", "aria-label": label, "data-custom-id": data.custom_id, disabled: data.disabled || !deeds });
  select.append(first, ...options);
  select.addEventListener("change", async () => {
    await busy(select, deeds.choose(data, [select.value]));
    select.value = "";
  });
  return select;
}

// A native multiple select is hard to use: a folding list of ticks, sent with a button.
function tickMenu(data, deeds) {
  const label = data.placeholder ?? "Choose…";
  const ticks = choicesOf(data).map(({ value, label: text, description, chosen }) => {
    const box = element("input", { type: "checkbox", value, checked: chosen });
    return element("label", { class: "tick" }, box, ` ${text}`, description ? element("span", { class: "subtext" }, ` ${description}`) : null);
  });
  const send = element("button", { type: "button", class: "btn primary" }, "Choose");
  const node = element("details", { class: "menu ticks", "data-custom-id": data.custom_id }, element("summary", {}, label), ...ticks, send);
  send.disabled = Boolean(data.disabled || !deeds);
  send.addEventListener("click", () => {
    const values = [...node.querySelectorAll("input:checked")].map((each) => each.value);
    busy(send, deeds.choose(data, values));
  });
  return node;
}
