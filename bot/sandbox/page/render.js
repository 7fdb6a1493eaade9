// Turns what members and bots wrote into DOM nodes. Text only ever becomes text nodes: there is no innerHTML anywhere.

const MAX_DEPTH = 8;
const JUMP = /^<?https:\/\/discord\.com\/channels\/\d+\/(\d+)\/(\d+)>?$/;
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
  if (label) return masked(label, url, names);
  return jump(match[17], match[18], names) ?? whole;
}

// A link's look must not hide its aim, unless that is a message in here.
function masked(label, url, names) {
  const [, channel, message] = JUMP.exec(url) ?? [];
  return jump(channel, message, names, label) ?? element("span", { class: "masked" }, `${label} (${url})`);
}

function jump(channel, message, names, label = null) {
  const place = channel && names.place(channel);
  if (!place) return null;
  const text = `#${place} › message`;
  return element("button", { type: "button", class: "jump", title: text, onclick: () => names.jump(channel, message) }, label ?? text);
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

// A picture, file or whole card that is hidden until it is pressed.
export function covered(node, hidden) {
  if (!hidden) return node;
  const cover = element("button", { type: "button", class: "cover" }, "Spoiler: show");
  const holder = element("div", { class: "covered" }, node, cover);
  cover.addEventListener("click", () => {
    holder.classList.add("open");
    cover.remove();
  });
  return holder;
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

export function accented(node, number) {
  const value = color(number);
  if (value) node.style.setProperty("--accent-line", value);
  return node;
}
