// A form in a window of its own.

import { element } from "./render.js";

// `send()` answers with what is wrong, or with nothing; then the window closes.
export function openDialog({ title, parts, send, label = "Submit" }) {
  const dialog = element("dialog", { class: "form", "aria-label": title });
  const problem = element("p", { class: "error", role: "alert" });
  const submit = element("button", { type: "submit", class: "btn primary" }, label);
  const cancel = element("button", { type: "button", class: "btn secondary", onclick: () => dialog.close() }, "Cancel");
  const form = element("form", { autocomplete: "off" }, element("h2", {}, title), ...parts, problem, element("div", { class: "form-end" }, cancel, submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const wrong = await send().catch((error) => error.message);
    submit.disabled = false;
    problem.textContent = wrong ?? "";
    if (!wrong) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
}

export function labelled(label, description, needed, node) {
  const several = node.matches(".options");
  return element(
    several ? "fieldset" : "label",
    { class: "field-in-form" },
    element(several ? "legend" : "span", { class: "field-label" }, label, needed ? element("span", { class: "needed", title: "required" }, " *") : null),
    description ? element("span", { class: "subtext" }, description) : null,
    node,
  );
}
