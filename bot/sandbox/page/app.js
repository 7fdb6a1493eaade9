// The sandbox page: one state, fetched; one stream of events, followed; and the DOM made from both.

import { closePalette, keyed, typed } from "./commands.js";
import { prepare } from "./deeds.js";
import { drawBot, drawChannels, drawComposer, drawGuilds, drawSpeakers } from "./frame.js";
import { isOwn, messageNode } from "./messages.js";
import { forward, prepare as preparePosting, replyTo, write } from "./posting.js";
import { element } from "./render.js";
import { TABS, countDms, drawAudit, drawDms, drawMembers, pick } from "./side.js";
import { $, EVENTS, FORUM, NEW_MEMBER, call, guildQuery, page, place, showError } from "./store.js";

const MAX_SHOWN = 200; // messages
const REFRESH_MS = 80;
const NEAR_END = 80; // pixels

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
  if (!place()) await open(page.world.channels[0]?.id);
  drawWorld();
}

async function open(channel) {
  if (!channel) return;
  if (channel !== page.channel) leave();
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
  toEnd();
}

function follow() {
  const events = new EventSource(EVENTS);
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
    const isAnswer = message.only_for === page.speaker && !page.messages.has(message.id);
    page.messages.set(message.id, message);
    page.heardMeanwhile?.set(message.id, message);
    drawMessage(message.id);
    if (isAnswer) toEnd();
  } else if (names.place(message.channel)) {
    if (!message.deleted && !message.edited_at && isForSpeaker(message)) page.unread.add(message.channel);
    drawChannels(go);
  } else {
    refreshSoon(); // a DM, or a channel made this moment
  }
  // What the bot says often comes with something else that has changed: a mode, a timeout, a role.
  if (message.author.bot || !page.world?.members.some((each) => each.id === message.author.id)) refreshSoon();
}

// ---- drawing

function drawWorld() {
  $("guild").textContent = page.world.guild.name;
  document.title = `${page.world.guild.name} · Civil Tongue sandbox`;
  drawGuilds();
  drawBot();
  drawChannels(go);
  drawSpeakers();
  drawComposer(speakAs);
  drawSide();
  drawEmpty();
}

function drawSide() {
  drawDms((message, before) => messageNode(message, before, around), speakAs);
  drawMembers(speakAs);
  drawAudit();
}

// ---- messages

const isForSpeaker = (message) => !message.dismissed && (!message.only_for || message.only_for === page.speaker);

const shown = () => [...page.messages.values()].filter(isForSpeaker).slice(-MAX_SHOWN);

// What a message needs of the page.
const around = {
  names,
  editing: { edit, save, remove, reply: replyTo, forward },
  gone(id) {
    const message = page.messages.get(id);
    if (message) page.messages.set(id, { ...message, dismissed: true });
    document.querySelector(`[data-message="${CSS.escape(id)}"]`)?.remove();
  },
};

function drawMessages() {
  const listed = shown();
  $("messages").replaceChildren(...listed.map((message, index) => messageNode(message, listed[index - 1], around)));
  drawEmpty();
}

function drawMessage(id) {
  const old = $("messages").querySelector(`[data-message="${CSS.escape(id)}"]`);
  const listed = shown();
  const index = listed.findIndex((each) => each.id === id);
  if (index < 0) return old?.remove();
  const node = messageNode(listed[index], listed[index - 1], around);
  if (old) old.replaceWith(node);
  else $("messages").append(node);
  while ($("messages").childElementCount > MAX_SHOWN) $("messages").firstElementChild.remove();
  drawEmpty();
}

// The newest message stays in sight while messages come and grow, and while what stands below them does, until somebody
// scrolls up.
let following = true;
let lastTop = 0;

function toEnd() {
  following = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

$("scroll").addEventListener("scroll", () => {
  const { scrollTop, scrollHeight, clientHeight } = $("scroll");
  // What is told late, when more has come meanwhile, is no scrolling up.
  if (scrollHeight - scrollTop - clientHeight < NEAR_END) following = true;
  else if (scrollTop < lastTop) following = false;
  lastTop = scrollTop;
});
const watcher = new ResizeObserver(() => following && toEnd());
for (const each of ["scroll", "messages"]) watcher.observe($(each));

function edit(id) {
  const before = page.editing;
  page.editing = id;
  for (const each of [before, id]) if (page.messages.has(each)) drawMessage(each);
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

const EMPTY_LOG = ["Nothing has been flagged yet.", "Try an insult as Mallory in #general; what the bot makes of it appears here."];
const EMPTY_FORUM = ["Posts stand below the forum, on the left.", "The bot reads titles as well as what stands under them."];
const SUGGESTIONS = ["You are a stupid, idiotic jerk. I hate you.", "Have a nice day, everyone!"];

function drawEmpty() {
  const here = place();
  $("empty").hidden = shown().length > 0 || !here;
  if ($("empty").hidden || $("empty").dataset.for === here.id) return;
  $("empty").dataset.for = here.id;
  const special = here.name === "mod-log" ? EMPTY_LOG : here.type === FORUM ? EMPTY_FORUM : null;
  const [heading, hint] = special ?? ["Nobody has said anything here yet.", "Try an insult as Mallory, then open #mod-log."];
  $("empty").replaceChildren(element("h3", {}, heading), element("p", {}, hint), ...(special ? [] : SUGGESTIONS.map(suggestion)));
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

// ---- doing

function go(channel) {
  show("chat");
  open(channel).catch(showError);
}

function speakAs(account) {
  page.speaker = account;
  page.troubles.clear();
  showError(null);
  leave();
  closePalette();
  drawWorld();
  drawMessages();
  $("speaker").value = account;
}

// What was begun in a place, or by somebody, ends with it.
function leave() {
  replyTo(null);
  for (const each of ["options", "dm-options"]) {
    $(each).replaceChildren();
    $(each).hidden = true;
  }
}

async function send() {
  const content = $("text").value;
  if (!content.trim()) return;
  try {
    await write(page.replying ? { content, reply_to: page.replying.id } : { content });
    $("text").value = "";
    replyTo(null);
    closePalette();
    fit();
    showError(null);
  } catch (error) {
    showError(error);
  }
}

// Who was new is a member like any other now.
async function settled(member) {
  page.speaker = member;
  $("name").value = "";
  await refresh();
  drawMessages();
}

function editLast() {
  const own = shown().filter((each) => isOwn(each) && !each.deleted);
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
  if (TABS.includes(pane)) turnTo(pane);
}

function turnTo(tab) {
  pick(tab);
  if (page.world) drawSide();
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
$("text").addEventListener("keydown", (event) => {
  if (keyed(event)) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "ArrowUp" && !$("text").value) {
    event.preventDefault();
    editLast();
  }
});
$("text").addEventListener("input", () => {
  fit();
  typed();
});
$("speaker").addEventListener("change", () => {
  const account = $("speaker").value;
  $("speaker").blur();
  speakAs(account);
  (account === NEW_MEMBER ? $("name") : $("text")).focus();
});
$("name").addEventListener("input", () => drawComposer(speakAs));
$("guilds").addEventListener("change", async () => {
  page.world = await call("GET", `/state?guild=${$("guilds").value}`);
  page.channel = null;
  await refresh();
});
for (const each of document.querySelectorAll("[data-show]")) each.addEventListener("click", () => show(each.dataset.show));
for (const each of document.querySelectorAll("[data-tab]")) {
  each.addEventListener("click", () => turnTo(each.dataset.tab));
  each.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    turnTo(TABS.at((TABS.indexOf(page.tab) + step) % TABS.length));
    $(`tab-${page.tab}`).focus();
  });
}

preparePosting({ go, settled, names });
prepare((id) => (page.messages.has(id) ? drawMessage(id) : drawSide()), names);
pick("dms");
follow();
