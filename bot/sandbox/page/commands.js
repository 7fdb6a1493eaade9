// Slash commands, and the bot's entries in the menus of messages and members.

import { useCommand } from "./deeds.js";
import { optionField } from "./fields.js";
import { closeMenus, popUp } from "./menus.js";
import { element } from "./render.js";
import { $, DIRECT, call, guildQuery, page, place, showError, speakerName } from "./store.js";

const SLASH = 1;
const ON_MEMBER = 2;
const ON_MESSAGE = 3;
const SUBCOMMAND = 1;
const GROUP = 2;

const offered = (channel) =>
  call("GET", `/commands?${guildQuery()}&member=${encodeURIComponent(speakerName())}&channel=${encodeURIComponent(channel)}`);

// A command with subcommands is as many lines as it has of them.
function flat(command, path = [command.name]) {
  const inner = (command.options ?? []).filter((each) => each.type === SUBCOMMAND || each.type === GROUP);
  const leaf = { name: `/${path.join(" ")}`, description: command.description, options: command.options ?? [] };
  if (command.id && !inner.length) return [leaf];
  if (!command.id && command.type === SUBCOMMAND) return [leaf];
  return inner.flatMap((each) => flat(each, [...path, each.name]));
}

// ---- the list over the composer

const palette = { commands: [], shown: [], at: 0, open: false, asked: 0 };

export async function typed() {
  const text = $("text").value;
  const here = place();
  if (!text.startsWith("/") || text.includes("\n") || !here || !speakerName()) return closePalette();
  const mine = ++palette.asked;
  try {
    const found = await offered(here.id);
    if (mine !== palette.asked) return; // typed on, or closed since
    palette.commands = found.filter((each) => each.type === SLASH).flatMap((each) => flat(each));
  } catch (error) {
    palette.commands = [];
    showError(error);
  }
  palette.open = true;
  palette.at = 0;
  drawPalette(text);
}

export function closePalette() {
  palette.asked += 1;
  palette.open = false;
  $("palette").hidden = true;
  $("text").setAttribute("aria-expanded", "false");
}

function drawPalette(text) {
  const wanted = text.toLowerCase();
  palette.shown = palette.commands.filter((each) => each.name.startsWith(wanted) || wanted.startsWith(`${each.name} `));
  const lines = palette.shown.map((each, index) => line(each, index));
  const empty = element("li", { class: "quiet" }, palette.commands.length ? "No command begins like that." : "The bot offers you no commands here.");
  $("palette").replaceChildren(...(lines.length ? lines : [empty]));
  $("palette").hidden = false;
  $("text").setAttribute("aria-expanded", "true");
  mark();
}

const line = (command, index) =>
  element(
    "li",
    { role: "option", id: `command-${index}`, "aria-selected": "false", onclick: () => start(command, place().id, $("options")) },
    element("strong", {}, command.name),
    ...command.options.map((each) => element("span", { class: each.required ? "slot needed" : "slot" }, each.name)),
    element("span", { class: "subtext" }, command.description),
  );

function mark() {
  for (const [index, node] of [...$("palette").children].entries()) node.setAttribute("aria-selected", String(index === palette.at));
  $("text").setAttribute("aria-activedescendant", palette.shown.length ? `command-${palette.at}` : "");
  $("palette").children[palette.at]?.scrollIntoView({ block: "nearest" });
}

// Whether the key was meant for the list.
export function keyed(event) {
  if (!palette.open || event.isComposing) return false;
  if (event.key === "Escape") closePalette();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    palette.at = Math.max(0, Math.min(palette.shown.length - 1, palette.at + step));
    mark();
  } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
    if (palette.shown.length) start(palette.shown[palette.at], place().id, $("options"));
  } else return false;
  event.preventDefault();
  return true;
}

// ---- the options of the command that was picked

function start(command, channel, holder) {
  closePalette();
  $("text").value = "";
  if (!command.options.length) return useCommand({ channel, name: command.name }).catch(showError);
  const suggest = (option, text) =>
    call("POST", "/suggestions", { member: speakerName(), guild: page.world.guild.id, channel, name: command.name, option, typed: text });
  const fields = command.options.map((each) => optionField(each, suggest));
  const send = element("button", { type: "submit", class: "btn primary" }, "Send");
  const stop = () => {
    holder.replaceChildren();
    holder.hidden = true;
    if (channel !== DIRECT) $("text").focus();
  };
  const cancel = element("button", { type: "button", class: "btn secondary", onclick: stop }, "Cancel");
  const head = element("p", {}, element("strong", {}, command.name), " ", element("span", { class: "subtext" }, command.description));
  const form = element("form", { class: "options-form", "aria-label": command.name }, head, ...fields.map((each) => each.node), send, cancel);
  form.addEventListener("keydown", (event) => event.key === "Escape" && stop());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const options = Object.fromEntries(fields.map(({ name, read }) => [name, read()]).filter(([, value]) => value !== undefined));
    await useCommand({ channel, name: command.name, options }).then(stop, showError);
    send.disabled = false;
  });
  holder.replaceChildren(form);
  holder.hidden = false;
  (fields[0]?.input ?? send).focus();
}

// ---- menus

// `target` is {message: id} or {about: account}.
export function menuButton(target, text, label, channel) {
  const node = element("button", { type: "button", "aria-haspopup": "menu", "aria-label": label, title: label }, text);
  node.addEventListener("click", () => openMenu(node, target, channel));
  return node;
}

export async function openMenu(near, target, channel = page.channel) {
  closeMenus();
  const kind = target.message ? ON_MESSAGE : ON_MEMBER;
  const entries = await offered(channel).then(
    (found) => found.filter((each) => each.type === kind),
    (error) => {
      showError(error);
      return [];
    },
  );
  const items = entries.map((each) => ({ name: each.name, pick: () => useCommand({ channel, name: each.name, ...target }).catch(showError) }));
  popUp(near, items, `The bot offers ${speakerName() || "nobody"} nothing here.`);
}

// The DM with the bot has no composer: its commands are in a menu.
export async function openDirectCommands(near) {
  closeMenus();
  const found = await offered(DIRECT).catch((error) => (showError(error), []));
  const lines = found.filter((each) => each.type === SLASH).flatMap((each) => flat(each));
  const items = lines.map((each) => ({ name: each.name, pick: () => start(each, DIRECT, $("dm-options")) }));
  popUp(near, items, "The bot offers no commands in direct messages.");
}
