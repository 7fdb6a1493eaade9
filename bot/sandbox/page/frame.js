// What stands around the messages: the bot's state, the channels, who acts, and the composer.

import { element } from "./render.js";
import { ranked } from "./side.js";
import { openThread } from "./posting.js";
import { $, FORUM, NEW_MEMBER, VOICE, page, people, place, speaker, speakerName } from "./store.js";

export function drawGuilds() {
  const several = page.world.guilds.length > 1;
  document.querySelector(".guild-picker").hidden = !several;
  $("guilds").replaceChildren(...page.world.guilds.map((each) => element("option", { value: each.id }, each.name)));
  $("guilds").value = page.world.guild.id;
}

const MODES = {
  live: "live: it does what the rules say",
  shadow: "shadow: it only records what it would do",
};

export function drawBot() {
  const bot = page.world?.bot;
  const online = page.live && bot?.online;
  const { mode, rules } = page.world?.about ?? {};
  $("bot").dataset.state = !page.live ? "lost" : online ? bot.status : "offline";
  $("bot-text").textContent = !page.live
    ? "The sandbox has stopped answering; trying again…"
    : `${bot?.name ?? "The bot"} is ${online ? "online" : "offline"}${online && bot.activity ? ` · ${bot.activity}` : ""}`;
  $("mode").hidden = !mode;
  $("mode").textContent = mode ?? "";
  $("mode").dataset.mode = mode ?? "";
  $("mode").title = MODES[mode] ?? "";
  $("rules").hidden = !rules;
  $("rules").textContent = rules ? `rules: ${rules}` : "";
}

// `go(channel)` opens one.
export function drawChannels(go) {
  $("channels").replaceChildren(...page.world.channels.map((each) => channelRow(each, go)));
  const here = place();
  $("channel-name").textContent = here ? `${here.thread || here.type === VOICE ? "" : "#"}${here.name}` : "";
  $("topic").textContent = here?.status ?? here?.topic ?? "";
}

const SIGNS = { [VOICE]: "♫", [FORUM]: "≡" };

function channelRow(each, go) {
  const marks = [each.private && "private", each.slowmode && `slow mode ${each.slowmode} s`, each.archived && "archived"];
  const unread = page.unread.has(each.id);
  const classes = ["channel", each.thread && "thread", unread && "unread"].filter(Boolean).join(" ");
  return element(
    "li",
    {},
    element(
      "button",
      { type: "button", class: classes, "data-channel": each.name, "aria-current": each.id === page.channel ? "page" : null, onclick: () => go(each.id) },
      element("span", { class: "hash", "aria-hidden": "true" }, each.thread ? "⤷" : (SIGNS[each.type] ?? "#")),
      element("span", { class: "channel-name" }, each.name),
      element("span", { class: "marks" }, marks.filter(Boolean).join(", ")),
      unread ? element("span", { class: "sr" }, ", unread") : null,
    ),
  );
}

export function drawSpeakers() {
  if (page.speaker !== NEW_MEMBER && !speaker()) page.speaker = people().at(0)?.account ?? NEW_MEMBER;
  if (document.activeElement === $("speaker")) return; // an open list must not move under the pointer
  const staff = ranked(people().filter((each) => each.staff || each.owner));
  const others = people().filter((each) => !each.staff && !each.owner);
  const groups = [
    ["Members", others],
    ["Moderators, the highest first", staff],
  ];
  $("speaker").replaceChildren(
    ...groups.map(([label, members]) => element("optgroup", { label }, ...members.map(speakerOption))),
    element("option", { value: NEW_MEMBER }, "Someone new…"),
  );
  $("speaker").value = page.speaker;
  $("new-name").hidden = page.speaker !== NEW_MEMBER;
}

function speakerOption(each) {
  const roles = each.roles.map((role) => role.name).filter((role) => role !== "Member");
  const notes = [each.owner && "owner", ...roles, each.timed_out_until && "timed out"];
  return element("option", { value: each.account }, [each.name, notes.filter(Boolean).join(", ")].filter(Boolean).join(" · "));
}

// Where the speaker may not write there is nothing to write in, but somebody else to be.
export function drawComposer(speakAs) {
  const here = place();
  const known = speaker();
  const sees = !known || here?.seen_by.includes(known.account);
  const writes = !known || here?.written_by.includes(known.account);
  const isForum = here?.type === FORUM;
  $("line").hidden = !writes || isForum;
  $("barred").hidden = writes && !isForum;
  $("text").placeholder = here ? `Message #${here.name} as ${speakerName() || "a new member"}, or / for a command` : "";
  if (writes && isForum) {
    const post = element("button", { type: "button", class: "try", onclick: openThread }, "Open a post");
    $("barred").replaceChildren(`#${here.name} is a forum: what is written here is a post with a title. `, post);
  }
  if (writes || !here) return;
  const others = ranked(people().filter((each) => here.written_by.includes(each.account))).reverse();
  const reason = known.timed_out_until ? "is timed out and cannot write" : sees ? "may not write here" : "cannot see this channel on Discord";
  $("barred").replaceChildren(
    `${known.name} ${reason}. `,
    ...(known.timed_out_until ? [] : others.slice(0, 4).map((each) => element("button", { type: "button", class: "try", onclick: () => speakAs(each.account) }, `Act as ${each.name}`))),
  );
}
