// What the speaker can write beside a plain message: replies, forwards, polls, files, threads; and their own name.

import { labelled, openDialog } from "./dialog.js";
import { popUp } from "./menus.js";
import { element, oneLine } from "./render.js";
import { $, FORUM, NEW_MEMBER, VOICE, call, page, place, speaker, speakerName } from "./store.js";

const QUOTED = 80; // characters
const MAX_ANSWERS = 10;

// `go(channel)` opens one; `settled(member)` is called when a new member has come into being by a deed.
let around = { go: () => {}, settled: async () => {}, names: null };

export function prepare(surroundings) {
  around = surroundings;
  $("add").addEventListener("click", () => popUp($("add"), offers()));
}

// Says something to the sandbox as the speaker.
export async function asSpeaker(method, path, more = {}) {
  const member = speakerName();
  if (!member) throw new Error("Give the new member a name first.");
  const answer = await call(method, path, { guild: page.world.guild.id, member, ...more });
  if (page.speaker === NEW_MEMBER) await around.settled(member);
  return answer;
}

export const write = (more) => asSpeaker("POST", "/messages", { channel: page.channel, content: "", ...more });

// ---- what the plus offers here

function offers() {
  const here = place();
  const found = [
    { name: "Poll…", pick: openPoll },
    { name: "Text file…", pick: openFile },
    { name: "Sticker…", pick: openSticker },
  ];
  if (here.thread) found.push({ name: "Rename this thread…", pick: openRename });
  else if (here.type === VOICE) found.push({ name: "Channel status…", pick: openStatus });
  else found.push({ name: "Thread…", pick: openThread });
  return [...found, { name: "Change nickname…", pick: openNickname }];
}

const line = (limits) => element("input", { type: "text", ...limits });
const block = (limits) => element("textarea", { rows: "4", ...limits });

function openPoll() {
  const question = line({ maxlength: "300", required: true });
  const answers = block({ required: true, placeholder: "Tea\nCoffee" });
  ask("Ask the others", "Post the poll", [["Question", null, question], ["Answers", `One a line, ${MAX_ANSWERS} at most`, answers]], () =>
    write({ poll: { question: question.value, answers: answers.value.split("\n").filter((each) => each.trim()) } }),
  );
}

function openFile() {
  const name = line({ maxlength: "100", required: true });
  name.value = "message.txt";
  const text = block({ required: true, maxlength: "50000" });
  const content = line({ maxlength: "4000" });
  const fields = [["File name", "The bot reads .txt, .md and the like", name], ["What stands in it", null, text], ["Message beside it", null, content]];
  ask("Attach a text file", "Post the file", fields, () => write({ content: content.value, file: { name: name.value, text: text.value } }));
}

function openSticker() {
  const name = line({ maxlength: "30", required: true });
  ask("Post a sticker", "Post the sticker", [["What the sticker is called", null, name]], () => write({ sticker: name.value }));
}

export function openThread() {
  const inForum = place().type === FORUM;
  const title = line({ maxlength: "100", required: true });
  const content = block({ required: true, maxlength: "4000" });
  const heading = inForum ? "Open a post" : "Open a thread";
  ask(heading, heading, [["Title", null, title], ["First message", null, content]], async () => {
    const made = await asSpeaker("POST", "/threads", { channel: page.channel, title: title.value, content: content.value });
    around.go(made.id);
  });
}

function openRename() {
  const here = place();
  const title = line({ maxlength: "100", required: true });
  title.value = here.name;
  ask("Rename this thread", "Rename", [["Title", null, title]], () => asSpeaker("PATCH", `/threads/${here.id}`, { title: title.value }));
}

function openStatus() {
  const status = line({ maxlength: "500" });
  status.value = place().status ?? "";
  ask("What goes on here?", "Set the status", [["Status", "Stands below the channel's name; empty takes it away", status]], () =>
    asSpeaker("POST", "/statuses", { channel: page.channel, status: status.value }),
  );
}

function openNickname() {
  const member = speaker();
  const nickname = line({ maxlength: "32", placeholder: member?.account ?? "" });
  if (member && member.name !== member.account) nickname.value = member.name;
  const note = "Read by the bot where its rules have `names:`; empty takes it away";
  ask(`What should ${speakerName() || "the new member"} be called?`, "Change", [["Nickname", note, nickname]], () =>
    call("POST", "/members", { name: speakerName(), guild: page.world.guild.id, nickname: nickname.value }),
  );
}

function ask(title, label, fields, send) {
  const parts = fields.map(([name, note, node]) => labelled(name, note, node.required, node));
  openDialog({ title, parts, label, send: async () => void (await send()) });
}

// ---- about a message

export function forward(message) {
  const places = page.world.channels.filter((each) => each.type !== FORUM && (!speaker() || each.written_by.includes(speaker().account)));
  const target = element("select", { required: true });
  target.append(...places.map((each) => element("option", { value: each.id, selected: each.id === page.channel }, `${each.thread ? "⤷ " : "#"}${each.name}`)));
  ask("Forward the message", "Forward", [["To", null, target]], async () => {
    await write({ channel: target.value, forward: message.id });
    if (target.value !== page.channel) around.go(target.value);
  });
}

export function replyTo(message) {
  page.replying = message;
  drawReplying();
  if (message) $("text").focus();
}

function drawReplying() {
  const to = page.replying;
  $("replying").hidden = !to;
  if (!to) return;
  const said = to.content.slice(0, QUOTED);
  $("replying").replaceChildren(
    "Replying to ",
    element("strong", {}, to.author.name),
    said ? element("q", {}, ...oneLine(said, around.names)) : "",
    element("button", { type: "button", class: "plain", onclick: () => replyTo(null) }, "Cancel the reply"),
  );
}
