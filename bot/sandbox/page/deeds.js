// What the speaker does at buttons, menus and forms, and what is shown of the answer.

import { labelled, openDialog } from "./dialog.js";
import { choicesOf } from "./fields.js";
import { element, markdown } from "./render.js";
import { call, page, showError, speakerName } from "./store.js";

// Draws a message again; the page sets it, because it knows how.
let redraw = () => {};
let names = null;

export function prepare(drawMessage, naming) {
  redraw = drawMessage;
  names = naming;
}

export function deedsOf(message) {
  const act = (body) => answered(message, { member: speakerName(), message: message.id, ...body });
  return {
    press: (data) => act({ component: data.custom_id }),
    choose: (data, values) => act({ component: data.custom_id, values }),
  };
}

async function answered(message, body) {
  trouble(message, null);
  try {
    const outcome = await call("POST", "/presses", body);
    if (outcome.error) trouble(message, outcome.error);
    if (outcome.modal) openForm(outcome);
  } catch (error) {
    trouble(message, error.message);
  }
}

function trouble(message, text) {
  if (text === null ? !page.troubles.delete(message.id) : page.troubles.get(message.id) === text) return;
  if (text !== null) page.troubles.set(message.id, text);
  redraw(message.id);
}

export function troubleNode(message) {
  const text = page.troubles.get(message.id);
  return text ? element("p", { class: "trouble", role: "alert" }, text) : null;
}

// The answer to a command: only what went wrong, or a form; messages come by themselves.
export async function useCommand(body) {
  showError(null);
  const outcome = await call("POST", "/commands", { member: speakerName(), guild: page.world.guild.id, ...body });
  if (outcome.error) throw new Error(outcome.error);
  if (outcome.modal) openForm(outcome);
}

export async function dismiss(message) {
  await call("POST", "/dismissals", { member: page.speaker, message: message.id }).catch(() => null);
}

// ---- forms

function openForm({ id, modal }) {
  const member = speakerName();
  const fields = [];
  const parts = modal.components.map((each) => part(each, fields));
  openDialog({ title: modal.title, parts, send: () => submitted(id, member, fields) });
}

async function submitted(interaction, member, fields) {
  const values = Object.fromEntries(fields.map(({ name, read }) => [name, read()]));
  const outcome = await call("POST", "/forms", { member, interaction, values });
  if (outcome.modal) openForm(outcome);
  return outcome.error;
}

function part(data, fields) {
  if (data.type === 10) return markdown(data.content, names);
  if (data.type === 18) return filledIn(data.label, data.description, data.component, fields);
  return filledIn(data.components[0].label, null, data.components[0], fields);
}

function filledIn(label, description, data, fields) {
  const { node, read } = field(data);
  fields.push({ name: data.custom_id, read });
  return labelled(label, description, data.required, node);
}

function field(data) {
  if (data.type === 4) return text(data);
  if (data.type === 23) {
    const box = element("input", { type: "checkbox", checked: data.default });
    return { node: box, read: () => box.checked };
  }
  return (data.max_values ?? 1) > 1 || data.type === 21 || data.type === 22 ? ticks(data) : picked(data);
}

function text(data) {
  const limits = { maxlength: data.max_length, minlength: data.min_length || null, placeholder: data.placeholder, required: data.required };
  const input = data.style === 2 ? element("textarea", { rows: "4", ...limits }) : element("input", { type: "text", ...limits });
  input.value = data.value ?? "";
  return { node: input, read: () => input.value };
}

function picked(data) {
  const select = element("select", { required: data.required });
  select.append(element("option", { value: "" }, data.placeholder ?? "Choose…"));
  select.append(...choicesOf(data).map(({ value, label, chosen }) => element("option", { value, selected: chosen }, label)));
  return { node: select, read: () => (select.value ? [select.value] : []) };
}

function ticks(data) {
  const kind = data.type === 21 ? "radio" : "checkbox";
  const boxes = choicesOf(data).map(({ value, label, description, chosen }) => {
    const box = element("input", { type: kind, name: data.custom_id, value, checked: chosen });
    return element("label", { class: "tick" }, box, ` ${label}`, description ? element("span", { class: "subtext" }, ` ${description}`) : null);
  });
  const node = element("div", { class: "options" }, ...boxes);
  return { node, read: () => [...node.querySelectorAll("input:checked")].map((each) => each.value) };
}

