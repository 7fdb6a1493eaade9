// The sandbox page: one state, fetched; one stream of events, followed; and the DOM made from both.

import { component, element, embed, markdown, oneLine, relative } from "./render.js";

const API = "/api/sandbox";
const NEW_MEMBER = "\u0000new";
const MAX_SHOWN = 200; // messages
const GROUP_MS = 5 * 60 * 1000; // messages of one author this close together share a heading
const REFRESH_MS = 80;
const NEAR_END = 80; // pixels

const $ = (id) => document.getElementById(id);
const page = {
  world: null, // what GET state gave
  channel: null, // id of the open one
  messages: new Map(), // of the open channel, by id
  heardMeanwhile: null, // those of them that came while the channel was being fetched, by id
  unread: new Set(), // ids of channels
  unreadDms: new Map(), // member → how many
  seenDms: new Map(), // member → how many were there
  speaker: "Mallory",
  editing: null, // id of the message being edited
  tab: "dms",
  live: false,
};

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(API + path, options);
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer?.error ?? `The sandbox answered ${response.status}.`);
  return answer;
}

const guildQuery = () => (page.world ? `guild=${page.world.guild.id}` : "");

// What names stand behind ids, for the renderer.
const names = {
  name(kind, id) {
    const { members = [], roles = [], channels = [] } = page.world ?? {};
    const list = kind === "#" ? channels : kind === "@&" ? roles : members;
    return list.find((each) => each.id === id)?.name ?? "unknown";
  },
  place: (id) => page.world?.channels.find((each) => each.id === id)?.name,
  async jump(channel, message) {
    show("chat");
    await open(channel);
    const target = document.querySelector(`[data-message="${CSS.escape(message)}"]`);
    target?.scrollIntoView({ block: "center" });
    target?.classList.add("aimed");
    setTimeout(() => target?.classList.remove("aimed"), 2000);
  },
};

// ---- fetching

let refreshing = null;

function refreshSoon() {
  refreshing ??= setTimeout(() => {
    refreshing = null;
    refresh().catch(showError);
  }, REFRESH_MS);
}

async function refresh() {
  page.world = await call("GET", `/state?${guildQuery()}`);
  countDms();
  if (!page.world.channels.some((each) => each.id === page.channel)) await open(page.world.channels[0]?.id);
  drawWorld();
}

async function open(channel) {
  if (!channel) return;
  page.channel = channel;
  page.unread.delete(channel);
  page.editing = null;
  const heardMeanwhile = (page.heardMeanwhile = new Map()); // newer than what is being fetched
  const listed = await call("GET", `/history?channel=${channel}&${guildQuery()}`);
  if (page.heardMeanwhile !== heardMeanwhile) return; // opened again since
  page.messages = new Map([...listed.map((message) => [message.id, message]), ...heardMeanwhile]);
  page.heardMeanwhile = null;
  drawMessages();
  drawWorld();
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

function follow() {
  const events = new EventSource(`${API}/events`);
  events.addEventListener("open", () => {
    page.live = true;
    refresh().then(() => open(page.channel)).catch(showError);
  });
  events.addEventListener("error", () => {
    page.live = false;
    drawBot();
  });
  events.addEventListener("message", (event) => heard(JSON.parse(event.data)));
}

function heard(news) {
  if (news.kind === "message") {
    hearMessage(news.message);
  } else if (news.kind === "channel" && news.channel === page.channel) {
    open(page.channel).catch(showError);
  } else {
    if (news.kind === "everything") open(page.channel).catch(showError);
    refreshSoon();
  }
}

function hearMessage(message) {
  if (message.channel === page.channel) {
    page.messages.set(message.id, message);
    page.heardMeanwhile?.set(message.id, message);
    drawMessage(message);
  } else if (names.place(message.channel)) {
    if (!message.deleted && !message.edited_at) page.unread.add(message.channel);
    drawChannels();
  } else {
    refreshSoon(); // a DM, or a channel made this moment
  }
  if (!page.world?.members.some((each) => each.id === message.author.id)) refreshSoon();
}

function countDms() {
  for (const [member, listed] of Object.entries(page.world.dms)) {
    const before = page.seenDms.get(member);
    if (before !== undefined || page.live) {
      const fresh = listed.length - (before ?? 0);
      if (fresh > 0 && !readingDmsOf(member)) page.unreadDms.set(member, (page.unreadDms.get(member) ?? 0) + fresh);
    }
    page.seenDms.set(member, listed.length);
  }
}

const readingDmsOf = (member) => member === page.speaker && page.tab === "dms" && $("dms").offsetParent !== null;

// ---- drawing

function drawWorld() {
  $("guild").textContent = page.world.guild.name;
  document.title = `${page.world.guild.name} · Civil Tongue sandbox`;
  drawGuilds();
  drawBot();
  drawChannels();
  drawSpeakers();
  drawDms();
  drawAudit();
  drawEmpty();
}

function drawGuilds() {
  const several = page.world.guilds.length > 1;
  document.querySelector(".guild-picker").hidden = !several;
  fill($("guilds"), page.world.guilds.map((each) => element("option", { value: each.id }, each.name)));
  $("guilds").value = page.world.guild.id;
}

function drawBot() {
  const bot = page.world?.bot;
  const online = page.live && bot?.online;
  $("bot").dataset.state = !page.live ? "lost" : online ? bot.status : "offline";
  $("bot-text").textContent = !page.live
    ? "The sandbox has stopped answering; trying again…"
    : `${bot?.name ?? "The bot"} is ${online ? "online" : "offline"}${online && bot.activity ? ` · ${bot.activity}` : ""}`;
}

function drawChannels() {
  const rows = page.world.channels.map((each) => {
    const marks = [each.private && "private", each.slowmode && `slow mode ${each.slowmode} s`, each.archived && "archived"];
    const unread = page.unread.has(each.id);
    const classes = ["channel", each.thread && "thread", unread && "unread"].filter(Boolean).join(" ");
    return element(
      "li",
      {},
      element(
        "button",
        {
          type: "button",
          class: classes,
          "data-channel": each.name,
          "aria-current": each.id === page.channel ? "page" : null,
          onclick: () => {
            show("chat");
            open(each.id).catch(showError);
          },
        },
        element("span", { class: "hash", "aria-hidden": "true" }, each.thread ? "⤷" : "#"),
        element("span", { class: "channel-name" }, each.name),
        element("span", { class: "marks" }, marks.filter(Boolean).join(", ")),
        unread ? element("span", { class: "sr" }, ", unread") : null,
      ),
    );
  });
  fill($("channels"), rows);
  const here = page.world.channels.find((each) => each.id === page.channel);
  $("channel-name").textContent = here ? `${here.thread ? "" : "#"}${here.name}` : "";
  $("topic").textContent = here?.topic ?? "";
  $("text").placeholder = here ? `Message #${here.name} as ${speakerName() || "a new member"}` : "";
}

function drawSpeakers() {
  const people = page.world.members.filter((each) => !each.bot);
  const options = people.map((each) => {
    const notes = [each.owner && "owner", ...each.roles.filter((role) => role !== "Member"), each.timed_out_until && "timed out"];
    const text = [each.name, notes.filter(Boolean).join(", ")].filter(Boolean).join(" · ");
    return element("option", { value: each.account }, text);
  });
  options.push(element("option", { value: NEW_MEMBER }, "Someone new…"));
  if (document.activeElement === $("speaker")) return; // an open list must not move under the pointer
  fill($("speaker"), options);
  if (page.speaker !== NEW_MEMBER && !people.some((each) => each.account === page.speaker)) {
    page.speaker = people.at(0)?.account ?? NEW_MEMBER;
  }
  $("speaker").value = page.speaker;
  $("new-name").hidden = page.speaker !== NEW_MEMBER;
}

const speakerName = () => (page.speaker === NEW_MEMBER ? $("name").value.trim() : page.speaker);

function drawMessages() {
  const listed = [...page.messages.values()].slice(-MAX_SHOWN);
  fill($("messages"), listed.map((message, index) => messageNode(message, listed[index - 1])));
  drawEmpty();
}

function drawMessage(message) {
  const atEnd = $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < NEAR_END;
  const old = document.querySelector(`[data-message="${CSS.escape(message.id)}"]`);
  const listed = [...page.messages.values()];
  const index = listed.findIndex((each) => each.id === message.id);
  const node = messageNode(message, listed[index - 1]);
  if (old) old.replaceWith(node);
  else $("messages").append(node);
  while ($("messages").childElementCount > MAX_SHOWN) $("messages").firstElementChild.remove();
  drawEmpty();
  if (atEnd) $("scroll").scrollTop = $("scroll").scrollHeight;
}

function messageNode(message, before) {
  const moment = new Date(message.created_at);
  const grouped =
    before?.author.id === message.author.id &&
    moment - new Date(before.created_at) < GROUP_MS &&
    !before.deleted === !message.deleted &&
    !message.reply_to;
  const classes = ["message", grouped && "grouped", message.deleted && "ghost"].filter(Boolean).join(" ");
  const node = element("li", { class: classes, "data-message": message.id }, !grouped && heading(message, moment));
  if (message.reply_to) node.append(reply(message.reply_to));
  node.append(page.editing === message.id ? editor(message) : body(message));
  if (message.deleted) node.append(element("p", { class: "fate" }, fate(message.deleted)));
  else if (isOwn(message) && page.editing !== message.id) node.append(actions(message));
  return node;
}

function heading(message, moment) {
  const name = element("span", { class: "author" }, message.author.name);
  if (/^#[0-9a-f]{6}$/.test(message.author.color ?? "")) name.style.setProperty("--author", message.author.color);
  const time = moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return element(
    "p",
    { class: "byline" },
    name,
    message.author.bot && element("span", { class: "tag" }, "bot"),
    element("time", { datetime: message.created_at, title: moment.toLocaleString() }, time),
  );
}

const reply = (to) =>
  element("p", { class: "reply" }, `in reply to ${to.name}: `, to.content === null ? "a deleted message" : element("q", {}, ...oneLine(to.content, names)));

function body(message) {
  const content = element("div", { class: "body" });
  if (message.content) content.append(markdown(message.content, names));
  for (const text of message.forwarded) {
    content.append(element("blockquote", {}, element("span", { class: "subtext" }, "forwarded "), markdown(text, names)));
  }
  if (message.poll) content.append(poll(message.poll));
  content.append(...message.embeds.map((each) => embed(each, names)));
  content.append(...message.components.map((each) => component(each, names)));
  for (const file of message.attachments) {
    content.append(element("p", { class: "file" }, `${file.filename} (${file.size} bytes)`));
  }
  const reactions = Object.entries(message.reactions);
  if (reactions.length) {
    content.append(element("p", { class: "reactions" }, ...reactions.map(([emoji, n]) => element("span", {}, `${emoji} ${n}`))));
  }
  if (message.edited_at) content.append(element("span", { class: "edited" }, "(edited)"));
  return content;
}

const poll = (data) =>
  element(
    "article",
    { class: "card" },
    element("p", { class: "card-title" }, data.question?.text ?? ""),
    ...(data.answers ?? []).map((each) => element("p", { class: "item" }, each.poll_media?.text ?? "")),
  );

function fate({ by, by_author: byAuthor, reason }) {
  if (byAuthor) return "deleted by its author";
  return `deleted by ${by}${reason ? ` — ${reason}` : ""}`;
}

const isOwn = (message) => !message.author.bot && message.author.id === page.world?.members.find((each) => each.account === page.speaker)?.id;

const actions = (message) =>
  element(
    "div",
    { class: "actions" },
    element("button", { type: "button", "aria-label": `Edit: ${message.content.slice(0, 40)}`, onclick: () => edit(message.id) }, "Edit"),
    element(
      "button",
      { type: "button", "aria-label": `Delete: ${message.content.slice(0, 40)}`, onclick: () => remove(message.id) },
      "Delete",
    ),
  );

function editor(message) {
  const input = element("textarea", { rows: "2", maxlength: "4000", "aria-label": "Edit the message", class: "editor" });
  input.value = message.content;
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") edit(null);
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save(message.id, input.value);
    }
  });
  setTimeout(() => input.focus());
  return element("div", {}, input, element("p", { class: "subtext" }, "Enter saves, Escape cancels"));
}

function edit(id) {
  const before = page.editing;
  page.editing = id;
  for (const each of [before, id]) if (page.messages.has(each)) drawMessage(page.messages.get(each));
  if (id === null) $("text").focus();
}

async function save(id, content) {
  try {
    await call("PATCH", `/messages/${id}`, { content });
    showError(null);
    edit(null);
  } catch (error) {
    showError(error);
  }
}

async function remove(id) {
  await call("DELETE", `/messages/${id}`).then(() => showError(null), showError);
}

const SUGGESTIONS = ["You are a stupid, idiotic jerk. I hate you.", "Have a nice day, everyone!"];

function drawEmpty() {
  const place = page.world?.channels.find((each) => each.id === page.channel);
  $("empty").hidden = page.messages.size > 0 || !place;
  if ($("empty").hidden || $("empty").dataset.for === place.id) return;
  $("empty").dataset.for = place.id;
  const lines =
    place.name === "mod-log"
      ? ["Nothing has been flagged yet.", "Try an insult as Mallory in #general; what the bot makes of it appears here."]
      : ["Nobody has said anything here yet.", "Try an insult as Mallory, then open #mod-log."];
  const tries = place.name === "mod-log" ? [] : SUGGESTIONS.map(suggestion);
  fill($("empty"), [element("h3", {}, lines[0]), element("p", {}, lines[1]), ...tries]);
}

const suggestion = (text) =>
  element(
    "button",
    {
      type: "button",
      class: "try",
      onclick: () => {
        $("text").value = text;
        $("text").focus();
      },
    },
    text,
  );

function drawDms() {
  const member = page.world.members.find((each) => each.account === page.speaker);
  const listed = page.world.dms[page.speaker] ?? [];
  if (readingDmsOf(page.speaker)) page.unreadDms.delete(page.speaker);
  const total = [...page.unreadDms.values()].reduce((sum, each) => sum + each, 0);
  for (const badge of document.querySelectorAll('[data-badge="dms"]')) {
    badge.hidden = !total;
    badge.textContent = String(total);
  }
  const others = [...page.unreadDms].filter(([name]) => name !== page.speaker);
  const content = [element("h3", {}, `What the bot wrote to ${speakerName() || "nobody yet"}`)];
  if (member) content.push(dmSwitch(member));
  content.push(
    listed.length
      ? element("ol", { class: "dm-list" }, ...listed.map((message, index) => messageNode(message, listed[index - 1])))
      : element("p", { class: "quiet" }, "No direct messages. A warning would appear here."),
  );
  content.push(...others.map(([name, count]) => otherInbox(name, count)));
  fill($("dms"), content);
}

const otherInbox = (name, count) =>
  element(
    "button",
    { type: "button", class: "try", onclick: () => speakAs(name) },
    `${name} has ${count} unread ${count === 1 ? "message" : "messages"}: speak as ${name}`,
  );

function dmSwitch(member) {
  const box = element("input", { type: "checkbox", id: "takes-dms" });
  box.checked = member.takes_dms;
  box.addEventListener("change", () =>
    call("POST", "/members", { name: member.account, guild: page.world.guild.id, takes_dms: box.checked }).catch(showError),
  );
  return element("label", { class: "switch" }, box, ` ${member.name} takes direct messages`);
}

function drawAudit() {
  const { audit_log: entries, bans, timeouts } = page.world;
  const standing = [
    ...timeouts.map((each) => `${each.member} is timed out, ending ${relative(Date.parse(each.until) / 1000)}`),
    ...bans.map((each) => `${each.member} is banned${each.reason ? ` — ${each.reason}` : ""}`),
  ];
  const rows = entries.map((each) =>
    element(
      "li",
      {},
      element("p", {}, element("strong", {}, each.by), ` · ${each.action} · `, element("strong", {}, each.target)),
      each.reason && element("p", { class: "reason" }, each.reason),
      element("time", { datetime: each.at }, new Date(each.at).toLocaleTimeString()),
    ),
  );
  fill($("audit"), [
    element("h3", {}, "Audit log"),
    ...standing.map((text) => element("p", { class: "standing" }, text)),
    rows.length
      ? element("ol", { class: "audit-list" }, ...rows)
      : element("p", { class: "quiet" }, "Nothing yet. What moderators and the bot do is listed here."),
  ]);
}

function fill(node, children) {
  node.replaceChildren(...children);
}

// ---- doing

function showError(error) {
  $("error").textContent = error ? error.message : "";
}

function speakAs(account) {
  page.speaker = account;
  showError(null);
  drawWorld();
  drawMessages();
  $("speaker").value = account;
}

async function send() {
  const content = $("text").value;
  const member = speakerName();
  if (!content.trim()) return;
  if (!member) return showError(new Error("Give the new member a name first."));
  try {
    await call("POST", "/messages", { channel: page.channel, guild: page.world.guild.id, member, content });
    $("text").value = "";
    fit();
    showError(null);
    if (page.speaker === NEW_MEMBER) {
      page.speaker = member;
      $("name").value = "";
      await refresh();
      drawMessages();
    }
  } catch (error) {
    showError(error);
  }
}

function editLast() {
  const own = [...page.messages.values()].filter((each) => isOwn(each) && !each.deleted);
  if (own.length) edit(own.at(-1).id);
}

function fit() {
  $("text").style.height = "auto";
  $("text").style.height = `${Math.min($("text").scrollHeight, 160)}px`;
}

// On a narrow screen one pane is shown at a time; on a wide one this only picks the tab.
function show(pane) {
  document.body.dataset.pane = pane;
  for (const each of document.querySelectorAll("[data-show]")) {
    if (each.dataset.show === pane) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
  if (pane === "dms" || pane === "audit") pick(pane);
}

function pick(tab) {
  page.tab = tab;
  for (const each of document.querySelectorAll("[data-tab]")) {
    each.setAttribute("aria-selected", String(each.dataset.tab === tab));
    each.tabIndex = each.dataset.tab === tab ? 0 : -1;
  }
  $("dms").hidden = tab !== "dms";
  $("audit").hidden = tab !== "audit";
  if (page.world) drawDms();
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "ArrowUp" && !$("text").value) {
    event.preventDefault();
    editLast();
  }
});
$("text").addEventListener("input", fit);
$("speaker").addEventListener("change", () => {
  const account = $("speaker").value;
  $("speaker").blur();
  speakAs(account);
  (account === NEW_MEMBER ? $("name") : $("text")).focus();
});
$("name").addEventListener("input", drawChannels);
$("guilds").addEventListener("change", async () => {
  page.world = await call("GET", `/state?guild=${$("guilds").value}`);
  page.channel = null;
  await refresh();
});
for (const each of document.querySelectorAll("[data-show]")) each.addEventListener("click", () => show(each.dataset.show));
for (const each of document.querySelectorAll("[data-tab]")) {
  each.addEventListener("click", () => pick(each.dataset.tab));
  each.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    pick(page.tab === "dms" ? "audit" : "dms");
    $(`tab-${page.tab}`).focus();
  });
}

pick("dms");
follow();
