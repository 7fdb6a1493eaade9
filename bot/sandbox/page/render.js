// Turns what members and bots wrote into DOM nodes. Text only ever becomes text nodes: there is no innerHTML anywhere.

const MAX_DEPTH = 8;
const INLINE = new RegExp(
  [
    "\\\\([!-/:-@\\[-`{-~])", // 1 an escaped sign
    "``(.+?)``|`([^`\\n]+)`", // 2, 3 code
    "\\*\\*(.+?)\\*\\*(?!\\*)", // 4 bold
    "__(.+?)__", // 5 underlined
    "~~(.+?)~~", // 6 struck through
    "\\|\\|(.+?)\\|\\|", // 7 spoiler
    "\\*(?!\\s)([^*]+?)\\*", // 8 italic
    "\\b_([^_]+?)_\\b", // 9 italic
    "<(@!?|@&|#)(\\d{1,20})>", // 10, 11 mention
    "<t:(-?\\d{1,13})(?::([tTdDfFR]))?>", // 12, 13 timestamp
    "<a?:(\\w+):\\d+>", // 14 custom emoji
    "\\[([^\\]\\n]+)\\]\\((<?https?:[^)\\s]+)\\)", // 15, 16 masked link
    "https://discord\\.com/channels/\\d+/(\\d+)/(\\d+)", // 17, 18 jump link
  ].join("|"),
  "gs",
);

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// `names` answers name(kind, id) for mentions and jump(channel, message) for links inside the sandbox.
export function markdown(text, names) {
  const parts = String(text).split(/```(?:[a-z0-9+-]*\n)?([\s\S]*?)```/gi);
  const nodes = parts.flatMap((part, index) =>
    index % 2 ? [element("pre", {}, element("code", {}, part))] : blocks(part, names),
  );
  return element("div", { class: "markdown" }, ...nodes);
}

// One line of it, as in a quotation.
export const oneLine = (text, names) => inline(String(text).replace(/\s+/g, " "), names);

function blocks(text, names) {
  const nodes = [];
  let plain = [];
  const flush = () => {
    const body = plain.join("\n").replace(/^\n+|\n+$/g, "");
    if (body) nodes.push(element("p", {}, ...inline(body, names)));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const [, sign, rest] = /^(#{1,3}|-#|>|[-*]) +(.+)$/.exec(line) ?? [];
    if (!sign) {
      plain.push(line);
      continue;
    }
    flush();
    nodes.push(block(sign, rest, names));
  }
  flush();
  return nodes;
}

function block(sign, rest, names) {
  if (sign === "-#") return element("p", { class: "subtext" }, ...inline(rest, names));
  if (sign === ">") return element("blockquote", {}, ...inline(rest, names));
  if (sign === "-" || sign === "*") return element("p", { class: "item" }, ...inline(rest, names));
  return element("p", { class: `heading level-${sign.length}` }, ...inline(rest, names));
}

function inline(text, names, depth = 0) {
  if (depth > MAX_DEPTH) return [text];
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push(text.slice(from, match.index));
    nodes.push(span(match, names, depth));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

function span(match, names, depth) {
  const [whole, escaped, code2, code, bold, under, struck, hidden, star, low, kind, id, time, style, emoji, label, url] =
    match;
  const inner = (part) => inline(part, names, depth + 1);
  if (escaped) return escaped;
  if (code2 ?? code) return element("code", {}, code2 ?? code);
  if (bold) return element("strong", {}, ...inner(bold));
  if (under) return element("u", {}, ...inner(under));
  if (struck) return element("s", {}, ...inner(struck));
  if (hidden) return spoiler(inner(hidden));
  if (star ?? low) return element("em", {}, ...inner(star ?? low));
  if (kind) return element("span", { class: "mention" }, (kind === "#" ? "#" : "@") + names.name(kind, id));
  if (time) return timestamp(Number(time), style ?? "f");
  if (emoji) return `:${emoji}:`;
  if (label) return element("span", { class: "masked" }, `${label} (${url})`); // a link's look must not hide its aim
  return jump(match[17], match[18], names) ?? whole;
}

function jump(channel, message, names) {
  const place = names.place(channel);
  if (!place) return null;
  return element("button", { type: "button", class: "jump", onclick: () => names.jump(channel, message) }, `#${place} › message`);
}

function spoiler(children) {
  const node = element("span", {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-expanded": "false",
    title: "Hidden: press to show",
  });
  const content = element("span", { class: "spoiler-content", "aria-hidden": "true" }, ...children);
  const toggle = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const open = node.classList.toggle("open");
    node.setAttribute("aria-expanded", String(open));
    content.setAttribute("aria-hidden", String(!open));
  };
  node.addEventListener("click", toggle);
  node.addEventListener("keydown", toggle);
  node.append(element("span", { class: "sr" }, "Spoiler. "), content);
  return node;
}

const FORMATS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

function timestamp(seconds, style) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return `<t:${seconds}>`;
  const long = new Intl.DateTimeFormat(undefined, FORMATS.F).format(moment);
  const text = style === "R" ? relative(seconds) : new Intl.DateTimeFormat(undefined, FORMATS[style]).format(moment);
  return element("time", { datetime: moment.toISOString(), title: long }, text);
}

export function relative(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(away) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(away / size), unit);
}

const color = (number) => (Number.isInteger(number) ? `#${number.toString(16).padStart(6, "0")}` : null);

function accented(node, number) {
  const value = color(number);
  if (value) node.style.setProperty("--accent-line", value);
  return node;
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
    data.footer && element("p", { class: "card-footer" }, data.footer.text),
  );
  return accented(node, data.color);
}

const BUTTONS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };

export function component(data, names) {
  const children = () => (data.components ?? []).map((each) => component(each, names));
  switch (data.type) {
    case 1:
      return element("div", { class: "action-row" }, ...children());
    case 2:
      return button(data, names);
    case 9:
      return element(
        "div",
        { class: "section" },
        element("div", { class: "section-text" }, ...children()),
        data.accessory ? component(data.accessory, names) : null,
      );
    case 10:
      return markdown(data.content, names);
    case 14:
      return element("hr", { class: data.divider ? "divider" : "gap" });
    case 17:
      return accented(element("article", { class: "card" }, ...children()), data.accent_color);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return element("span", { class: "menu", "aria-disabled": "true" }, data.placeholder ?? "Choose…");
    default:
      return element("p", { class: "subtext" }, data.description ?? "a picture or file");
  }
}

function button(data, names) {
  const label = [data.emoji?.name, data.label].filter(Boolean).join(" ");
  const [, channel, message] = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)\/(\d+)$/.exec(data.url ?? "") ?? [];
  if (channel && names.place(channel)) {
    return element("button", { type: "button", class: "btn link", onclick: () => names.jump(channel, message) }, label);
  }
  return element("span", { class: `btn ${BUTTONS[data.style] ?? "secondary"}`, title: data.url ?? null }, label);
}
