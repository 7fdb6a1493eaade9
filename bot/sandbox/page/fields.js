// Inputs for menus, forms and the options of commands: what can be chosen, and what was.

import { element } from "./render.js";
import { page, people } from "./store.js";

const USERS = 5;
const ROLES = 6;
const MENTIONABLE = 7;
const CHANNELS = 8;

// What a select offers: its own options, or the members, roles and channels of the guild.
export function choicesOf(data) {
  if (data.options) {
    return data.options.map(({ value, label, description, emoji, default: chosen }) => ({
      value,
      label: [emoji?.name, label].filter(Boolean).join(" "),
      description,
      chosen: Boolean(chosen),
    }));
  }
  if (data.type === CHANNELS) return channels(data.channel_types);
  const found = [];
  if (data.type === USERS || data.type === MENTIONABLE) found.push(...members());
  if (data.type === ROLES || data.type === MENTIONABLE) found.push(...roles());
  return found;
}

const members = () => people().map((each) => ({ value: each.account, label: each.name }));
const roles = () => (page.world?.roles ?? []).map((each) => ({ value: each.name, label: `@${each.name.replace(/^@/, "")}` }));
const channels = (types) =>
  (page.world?.channels ?? [])
    .filter((each) => !types?.length || types.includes(each.type))
    .map((each) => ({ value: each.name, label: `${each.thread ? "⤷ " : "#"}${each.name}` }));

// ---- options of commands: an input, and read() which gives its value or undefined

const TEXT = 3;
const INTEGER = 4;
const BOOLEAN = 5;
const MEMBER = 6;
const CHANNEL = 7;
const ROLE = 8;
const EITHER = 9;
const NUMBER = 10;
const OFFERS = {
  [BOOLEAN]: () => [{ value: "true", label: "True" }, { value: "false", label: "False" }],
  [MEMBER]: members,
  [CHANNEL]: (option) => channels(option.channel_types),
  [ROLE]: roles,
  [EITHER]: () => [...members(), ...roles()],
};

export function optionField(option, suggest) {
  const offers = option.choices?.map(({ name, value }) => ({ value: String(value), label: name })) ?? OFFERS[option.type]?.(option);
  const input = offers ? pick(offers, option) : type(option, suggest);
  input.name = option.name;
  input.required = Boolean(option.required);
  const note = option.required ? "" : " (optional)";
  const label = element("label", { class: "option", title: option.description }, element("span", {}, option.name + note), input);
  return { name: option.name, node: label, input, read: () => read(option, input.value) };
}

function pick(offers, option) {
  const select = element("select", {});
  select.append(element("option", { value: "" }, option.required ? "choose…" : "—"));
  select.append(...offers.map(({ value, label }) => element("option", { value }, label)));
  return select;
}

function type(option, suggest) {
  const numeric = option.type === INTEGER || option.type === NUMBER;
  const input = element("input", {
    type: numeric && !option.autocomplete ? "number" : "text",
    step: option.type === NUMBER ? "any" : null,
    min: option.min_value,
    max: option.max_value,
    minlength: option.min_length,
    maxlength: option.max_length,
    placeholder: option.description === "…" ? "" : option.description,
  });
  if (option.autocomplete) offerSuggestions(input, option, suggest);
  return input;
}

let lists = 0;

function offerSuggestions(input, option, suggest) {
  const list = element("datalist", { id: `suggestions-${++lists}` });
  input.setAttribute("list", list.id);
  let asked = 0;
  const refresh = async () => {
    const mine = ++asked;
    const found = await suggest(option.name, input.value).catch(() => []);
    if (mine !== asked) return; // something else has been typed since
    list.replaceChildren(...found.map((each) => element("option", { value: each.value }, each.name)));
  };
  input.addEventListener("input", refresh);
  input.addEventListener("focus", refresh);
  queueMicrotask(() => input.after(list));
}

function read(option, value) {
  if (value === "") return undefined;
  return option.type === BOOLEAN ? value === "true" : value;
}

