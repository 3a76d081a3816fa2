// Asks before something is changed. The dialog is modal: the browser keeps the focus in it, and gives it back afterwards.
import { byId, el, fill } from "../src/dom.js";

/** Whether the operator agrees; `content` says what will happen, `label` is what the button does. */
export function ask(title, content, label, { danger = false } = {}) {
  const yes = el("button", { type: "button", class: danger ? "danger" : "primary", onclick: () => close("yes") }, label);
  return open(title, content, [yes, el("button", { type: "button", onclick: () => close("") }, "Cancel")], yes);
}

/** Shows something, until it is closed. */
export function show(title, content) {
  const done = el("button", { type: "button", onclick: () => close("") }, "Close");
  return open(title, content, [done], done);
}

const close = (value) => byId("dialog").close(value);

function open(title, content, buttons, first) {
  const dialog = byId("dialog");
  if (dialog.open) dialog.close("");
  fill(dialog, el("h2", { id: "dialog-title" }, title), el("div.dialog-content", content), el("p.buttons", buttons));
  dialog.returnValue = "";
  dialog.showModal();
  first.focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
