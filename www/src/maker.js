// The sample maker: a choice of sender, event and breakage, and ready-made examples.
import { byId, capital, el, fill } from "./dom.js";
import { aboutSample } from "./notes.js";
import { Picker } from "./picker.js";
import { typesOf } from "./sample-types.js";
import { SENDERS, breakagesOf, make } from "./samples.js";
import { missing } from "./sign.js";

/** The example that the page opens with: the most frequent reason for which a genuine delivery is refused. */
const OPENING = ["gemini", "python", { more: " Paste your own delivery to replace it." }];

/** Returns `{ isOwn, open }`: whether this page generated a secret, and a function that shows the first example, and resolves to whether it could. */
export function connectMaker({ use }) {
  const own = new Set();
  const [type, breakage, status] = ["make-type", "make-breakage", "make-status"].map(byId);
  const run = async (senderId, breakageId, { more = "", kind } = {}) => {
    const label = SENDERS.find(({ id }) => id === senderId).label;
    try {
      const made = await make(senderId, kind, breakageId, Math.floor(Date.now() / 1000));
      if (made.secret !== undefined) own.add(made.secret);
      await use(made, { anew: true });
      const broken = breakagesOf(SENDERS.find(({ id }) => id === senderId)).find(({ id }) => id === breakageId);
      aboutSample(`${label}. ${broken === undefined ? "Nothing is wrong with it" : capital(broken.label)}.${more}`);
      return true;
    } catch (error) {
      status.textContent = error.message;
      return false;
    }
  };
  const list = (id) => {
    const chosen = SENDERS.find((sender) => sender.id === id);
    fill(breakage, options(chosen));
    const types = typesOf(chosen.scheme);
    fill(type, types.length > 0 ? types.map((name) => el("option", name)) : el("option", { value: "" }, "One without a type"));
    type.disabled = types.length === 0;
  };
  const sender = new Picker(byId("make-sender"), byId("make-senders"), SENDERS.map(({ id, label }) => ({ value: id, label })), list);
  list(sender.value);
  byId("make").addEventListener("click", async () => {
    await run(sender.value, breakage.value, { kind: type.value || undefined });
    byId("verdict").scrollIntoView({ block: "nearest" });
  });
  for (const button of byId("examples").querySelectorAll("button")) {
    button.addEventListener("click", () => run(button.dataset.sender, button.dataset.breakage));
  }
  if (missing !== undefined) status.textContent = missing;
  const open = async () => missing === undefined && (await run(...OPENING));
  return { isOwn: (secret) => own.has(secret), open };
}

function options(sender) {
  const option = ({ id, label, code, near }) => el("option", { value: id, "data-code": code, "data-near": near }, label);
  const all = breakagesOf(sender);
  const group = (label, members) => members.length > 0 && el("optgroup", { label }, members.map(option));
  return [
    el("option", { value: "" }, "Nothing: a genuine delivery"),
    group("Refused", all.filter(({ near }) => near === undefined)),
    group("Nearly right", all.filter(({ near }) => near !== undefined)),
  ].filter(Boolean);
}
