// What the page knows, how it asks the sandbox, and who is speaking.

const API = "/api/sandbox";
export const EVENTS = `${API}/events`;
export const NEW_MEMBER = "\u0000new";
export const DIRECT = "@bot"; // in place of a channel: the DM with the bot

// Types of channels.
export const VOICE = 2;
export const FORUM = 15;

export const $ = (id) => document.getElementById(id);

export const page = {
  world: null, // what GET state gave
  channel: null, // id of the open one
  messages: new Map(), // of the open channel, by id
  heardMeanwhile: null, // those of them that came while the channel was being fetched, by id
  unread: new Set(), // ids of channels
  unreadDms: new Map(), // member → how many
  seenDms: new Map(), // member → how many were there
  troubles: new Map(), // message → what went wrong at its buttons
  speaker: "Mallory",
  editing: null, // id of the message being edited
  replying: null, // the message that is answered
  tab: "dms",
  live: false,
};

export async function call(method, path, body) {
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

export const guildQuery = () => (page.world ? `guild=${page.world.guild.id}` : "");

export const people = () => (page.world?.members ?? []).filter((each) => !each.bot);

export const speaker = () => people().find((each) => each.account === page.speaker);

export const speakerName = () => (page.speaker === NEW_MEMBER ? $("name").value.trim() : page.speaker);

export const place = () => page.world?.channels.find((each) => each.id === page.channel);

export function showError(error) {
  $("error").textContent = error ? error.message : "";
}
