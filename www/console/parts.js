// Pieces that several screens are made of. An element with `data-do` runs the screen's action of that name.
import { el, icon, prose } from "../src/dom.js";

const STATES = {
  delivered: ["pass", "Delivered"],
  pending: ["wait", "Pending"],
  dead: ["fail", "Dead"],
  filtered: ["skip", "Filtered"],
  left: ["note", "Changed"],
  open: ["pass", "Open"],
  paused: ["hold", "Paused"],
  broken: ["fail", "Broken"],
  orphaned: ["note", "Not configured"],
  unknown: ["note", "Unknown"],
  running: ["wait", "Running"],
  done: ["pass", "Done"],
  cancelled: ["skip", "Cancelled"],
  failed: ["fail", "Failed"],
};

/** A state as an icon and a word. */
export function stateTag(state) {
  const [sign, word] = STATES[state] ?? ["note", String(state)];
  return el("span.state", { "data-state": state }, icon(sign), word);
}

/** A button for the screen's action `name`; what it acts on is in its `data-` attributes. */
export const button = (name, label, attributes = {}) => el("button", { type: "button", "data-do": name, ...attributes }, label);

/** A button that copies a text. */
export const copier = (text, label, said, attributes = {}) => button("copy", label, { "data-text": text, "data-said": said, class: "small", ...attributes });

/** A number with its name. */
export const figure = (name, value, attributes = {}) => el("div.figure", attributes, el("dt", name), el("dd", value));

/** One sentence or more about what is not there, with what to do. */
export const empty = (title, ...rest) => el("div.empty", el("h2", title), ...rest);

/** A remark beside what it is about. */
export const note = (kind, ...content) => el("div.note", { "data-kind": kind }, icon(kind === "bad" ? "fail" : "note"), el("div", ...content));

/** The core's texts have code between backticks. */
export const words = (text) => prose(String(text));

/** A code that links to what happened because of it. */
export const code = (text) => el("code.code", text);

/** Why a viewer is offered no actions. */
export const viewersNote = () => el("p.hint.viewers", "You are signed in as a viewer: you see everything but bodies, and change nothing. To act, sign in with ", el("code", "ADMIN_TOKEN"), ".");

/** A table whose cells carry their column's name, for the cards of a narrow screen. */
export function table(label, heads, rows) {
  return el(
    "table",
    { class: "rows" },
    el("caption.hidden", label),
    el("thead", el("tr", heads.map((head) => el("th", { scope: "col", class: head.end && "end" }, head.text)))),
    el("tbody", rows.map(({ attributes, cells }) => el("tr", attributes, cells.map((cell, at) => el("td", { "data-head": heads[at].text, "data-empty": cell === "–", class: heads[at].end && "end" }, cell))))),
  );
}
