// One message as a DOM node: who, what, what became of it, and what can be done about it.

import { attachment, component, embed } from "./components.js";
import { menuButton, openMenu } from "./commands.js";
import { deedsOf, dismiss, troubleNode } from "./deeds.js";
import { element, markdown, oneLine } from "./render.js";
import { DIRECT, page, people, speaker } from "./store.js";

const GROUP_MS = 5 * 60 * 1000; // messages of one author this close together share a heading
const QUOTED = 120; // characters of a message that is replied to

// `names` is for the renderer; `editing` answers edit(id), save(id, text), remove(id), reply(message) and
// forward(message); `gone(id)` takes one away.
export function messageNode(message, before, { names, editing, gone }) {
  const moment = new Date(message.created_at);
  const grouped = before && follows(message, before, moment);
  const classes = ["message", grouped && "grouped", message.deleted && "ghost", message.only_for && "whisper"];
  const node = element("li", { class: classes.filter(Boolean).join(" "), "data-message": message.id });
  if (message.answers) node.append(usedCommand(message.answers));
  if (!grouped) node.append(heading(message, moment));
  if (message.reply_to) node.append(reply(message.reply_to, names));
  node.append(page.editing === message.id ? editor(message, editing) : body(message, names));
  const trouble = troubleNode(message);
  if (trouble) node.append(trouble);
  if (message.only_for) node.append(whispered(message, gone));
  if (message.deleted) node.append(element("p", { class: "fate" }, fate(message.deleted)));
  else if (page.editing !== message.id && !message.only_for) node.append(actions(message, names, editing));
  return node;
}

const follows = (message, before, moment) =>
  before.author.id === message.author.id &&
  moment - new Date(before.created_at) < GROUP_MS &&
  !before.deleted === !message.deleted &&
  before.only_for === message.only_for &&
  !message.reply_to &&
  !message.answers;

function heading(message, moment) {
  const { author } = message;
  const name = author.bot ? element("span", { class: "author" }, author.name) : memberButton(author);
  if (/^#[0-9a-f]{6}$/.test(author.color ?? "")) name.style.setProperty("--author", author.color);
  const time = moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return element(
    "p",
    { class: "byline" },
    name,
    author.bot && element("span", { class: "tag" }, "bot"),
    staffTag(people().find((each) => each.id === author.id)),
    element("time", { datetime: message.created_at, title: moment.toLocaleString() }, time),
  );
}

// A press on a name opens what the bot offers about that member.
function memberButton(author) {
  const node = element("button", { type: "button", class: "author", "aria-haspopup": "menu", title: `What the bot offers about ${author.name}` }, author.name);
  node.addEventListener("click", () => openMenu(node, { about: author.account }));
  return node;
}

export function staffTag(member) {
  if (!member?.owner && !member?.staff) return null;
  return element("span", { class: "tag staff" }, member.owner ? "Owner" : (member.roles[0]?.name ?? "Moderator"));
}

const usedCommand = ({ by, command, slash }) =>
  element("p", { class: "reply" }, `${by} used `, element("span", { class: "mention" }, `${slash ? "/" : ""}${command}`));

const reply = (to, names) =>
  element(
    "p",
    { class: "reply" },
    `in reply to ${to.name}: `,
    to.content === null ? "a deleted message" : element("q", {}, ...oneLine(to.content.slice(0, QUOTED), names)),
  );

function body(message, names) {
  const content = element("div", { class: "body" });
  if (message.loading) content.append(element("p", { class: "thinking" }, `${message.author.name} is thinking…`));
  if (message.content) content.append(markdown(message.content, names));
  for (const text of message.forwarded) {
    content.append(element("blockquote", {}, element("span", { class: "subtext" }, "forwarded "), markdown(text, names)));
  }
  if (message.poll) content.append(poll(message.poll));
  content.append(...message.stickers.map((name) => element("p", { class: "sticker" }, element("span", { class: "sr" }, "Sticker: "), name)));
  content.append(...message.embeds.map((each) => embed(each, names)));
  const deeds = message.deleted ? null : deedsOf(message);
  content.append(...message.components.map((each) => component(each, names, deeds)));
  if (!message.layout) content.append(...message.attachments.map(attachment)); // a layout shows its files itself
  const reactions = Object.entries(message.reactions);
  if (reactions.length) {
    content.append(element("p", { class: "reactions" }, ...reactions.map(([emoji, n]) => element("span", {}, `${emoji} ${n}`))));
  }
  if (message.edited_at && !message.layout) content.append(element("span", { class: "edited" }, "(edited)"));
  return content;
}

const poll = (data) =>
  element(
    "article",
    { class: "card poll" },
    element("p", { class: "card-title" }, data.question?.text ?? ""),
    element("ul", {}, ...(data.answers ?? []).map((each) => element("li", { class: "answer" }, each.poll_media?.text ?? ""))),
    element("p", { class: "card-footer" }, "A poll"),
  );

function fate({ by, by_author: byAuthor, reason }) {
  if (byAuthor) return "deleted by its author";
  return `deleted by ${by}${reason ? ` — ${reason}` : ""}`;
}

const whispered = (message, gone) =>
  element(
    "p",
    { class: "only-you" },
    `Only ${message.only_for} can see this · `,
    element("button", { type: "button", class: "plain", onclick: () => dismiss(message).then(() => gone(message.id)) }, "Dismiss message"),
  );

export const isOwn = (message) => !message.author.bot && message.author.id === speaker()?.id;

function actions(message, names, editing) {
  const said = message.content.slice(0, 40) || "message";
  const own = isOwn(message)
    ? [
        element("button", { type: "button", "aria-label": `Edit: ${said}`, onclick: () => editing.edit(message.id) }, "Edit"),
        element("button", { type: "button", "aria-label": `Delete: ${said}`, onclick: () => editing.remove(message.id) }, "Delete"),
      ]
    : [];
  const inGuild = Boolean(names.place(message.channel));
  const others = inGuild
    ? [
        element("button", { type: "button", "aria-label": `Reply: ${said}`, onclick: () => editing.reply(message) }, "Reply"),
        element("button", { type: "button", "aria-label": `Forward: ${said}`, onclick: () => editing.forward(message) }, "Forward"),
      ]
    : [];
  const channel = inGuild ? message.channel : DIRECT;
  const apps = menuButton({ message: message.id }, "Apps", `What the bot offers about: ${said}`, channel);
  return element("div", { class: "actions" }, ...others, ...own, apps);
}

function editor(message, editing) {
  const input = element("textarea", { rows: "2", maxlength: "4000", "aria-label": "Edit the message", class: "editor" });
  input.value = message.content;
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") editing.edit(null);
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      editing.save(message.id, input.value);
    }
  });
  setTimeout(() => input.focus());
  return element("div", {}, input, element("p", { class: "subtext" }, "Enter saves, Escape cancels"));
}
