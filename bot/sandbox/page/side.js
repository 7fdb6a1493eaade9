// The panes beside the chat: direct messages, members, and the audit log.

import { menuButton, openDirectCommands } from "./commands.js";
import { staffTag } from "./messages.js";
import { element, relative } from "./render.js";
import { $, call, page, people, showError, speaker, speakerName } from "./store.js";

export const TABS = ["dms", "members", "audit"];

export function pick(tab) {
  page.tab = tab;
  for (const each of document.querySelectorAll("[data-tab]")) {
    each.setAttribute("aria-selected", String(each.dataset.tab === tab));
    each.tabIndex = each.dataset.tab === tab ? 0 : -1;
  }
  for (const each of TABS) $(`${each}-pane`).hidden = each !== tab;
}

export const readingDmsOf = (member) => member === page.speaker && page.tab === "dms" && $("dms-pane").offsetParent !== null;

export function countDms() {
  for (const [member, listed] of Object.entries(page.world.dms)) {
    const before = page.seenDms.get(member);
    if (before !== undefined || page.live) {
      const fresh = listed.length - (before ?? 0);
      if (fresh > 0 && !readingDmsOf(member)) page.unreadDms.set(member, (page.unreadDms.get(member) ?? 0) + fresh);
    }
    page.seenDms.set(member, listed.length);
  }
}

// `draw(message, before)` makes the node of one message.
export function drawDms(draw, speakAs) {
  const member = speaker();
  const listed = (page.world.dms[page.speaker] ?? []).filter((each) => !each.dismissed);
  if (readingDmsOf(page.speaker)) page.unreadDms.delete(page.speaker);
  drawBadges();
  const content = [element("h3", {}, `${speakerName() || "Nobody yet"} and the bot`)];
  if (member) content.push(dmSwitch(member));
  content.push(
    listed.length
      ? element("ol", { class: "dm-list" }, ...listed.map((message, index) => draw(message, listed[index - 1])))
      : element("p", { class: "quiet" }, "No direct messages. A warning would appear here."),
  );
  if (member) {
    content.push(element("button", { type: "button", class: "try", "aria-haspopup": "menu", onclick: (event) => openDirectCommands(event.currentTarget) }, "Use a command here"));
  }
  const others = [...page.unreadDms].filter(([name]) => name !== page.speaker);
  content.push(...others.map(([name, count]) => otherInbox(name, count, speakAs)));
  $("dms").replaceChildren(...content);
}

function drawBadges() {
  const total = [...page.unreadDms.values()].reduce((sum, each) => sum + each, 0);
  for (const badge of document.querySelectorAll('[data-badge="dms"]')) {
    badge.hidden = !total;
    badge.textContent = String(total);
  }
}

const otherInbox = (name, count, speakAs) =>
  element(
    "button",
    { type: "button", class: "try", onclick: () => speakAs(name) },
    `${name} has ${count} unread ${count === 1 ? "message" : "messages"}: act as ${name}`,
  );

function dmSwitch(member) {
  const box = element("input", { type: "checkbox", id: "takes-dms" });
  box.checked = member.takes_dms;
  box.addEventListener("change", () =>
    call("POST", "/members", { name: member.account, guild: page.world.guild.id, takes_dms: box.checked }).catch(showError),
  );
  return element("label", { class: "switch" }, box, ` ${member.name} takes direct messages`);
}

// ---- members, the highest first

export const ranked = (members) => [...members].sort((a, b) => b.rank - a.rank || a.name.localeCompare(b.name));

export function drawMembers(speakAs) {
  const staff = ranked(people().filter((each) => each.staff || each.owner));
  const others = ranked(people().filter((each) => !each.staff && !each.owner));
  $("members").replaceChildren(
    element("h3", {}, "Moderators, the highest first"),
    element("ul", { class: "people" }, ...staff.map((each) => person(each, speakAs))),
    element("h3", {}, "Members"),
    element("ul", { class: "people" }, ...others.map((each) => person(each, speakAs))),
  );
}

function person(member, speakAs) {
  const name = element("span", { class: "person" }, member.name);
  if (/^#[0-9a-f]{6}$/.test(member.color ?? "")) name.style.setProperty("--author", member.color);
  const acting = member.account === page.speaker;
  const act = element("button", { type: "button", disabled: acting, "aria-label": `Act as ${member.name}`, onclick: () => speakAs(member.account) }, acting ? "acting" : "Act as");
  const menu = menuButton({ about: member.account }, "Apps", `What the bot offers about ${member.name}`);
  const until = member.timed_out_until && element("span", { class: "subtext" }, `timed out, ending ${relative(Date.parse(member.timed_out_until) / 1000)}`);
  return element("li", { "data-member": member.account }, element("div", {}, name, " ", staffTag(member), until), act, menu);
}

// ---- the audit log

export function drawAudit() {
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
  $("audit").replaceChildren(
    element("h3", {}, "Audit log"),
    ...standing.map((text) => element("p", { class: "standing" }, text)),
    rows.length
      ? element("ol", { class: "audit-list" }, ...rows)
      : element("p", { class: "quiet" }, "Nothing yet. What moderators and the bot do is listed here."),
  );
}
