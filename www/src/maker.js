// The sample maker: a choice of sender, event and breakage, and ready-made examples.
import { byId, el, fill } from "./dom.js";
import { TYPES } from "./events.js";
import { Picker } from "./picker.js";
import { SENDERS, breakagesOf, make } from "./samples.js";
import { missing } from "./sign.js";

/** The examples beside the paste box: the most frequent problems. */
const EXAMPLES = [
  ["Genuine", "gemini", undefined],
  ["Newline added", "gemini", "final-newline"],
  ["Parsed JSON", "gemini", "compacted"],
  ["Wrong secret", "gemini", "wrong-key"],
  ["Too old", "svix", "old"],
  ["Ed25519", "gemini-dynamic", undefined],
  ["Expired token", "token", "expired"],
];

/** Returns `{ isOwn }`: whether this page generated a secret. */
export function connectMaker({ use }) {
  const own = new Set();
  const [type, breakage, status] = ["make-type", "make-breakage", "make-status"].map(byId);
  const run = async (senderId, breakageId) => {
    const label = SENDERS.find(({ id }) => id === senderId).label;
    try {
      const made = await make(senderId, type.value, breakageId, Math.floor(Date.now() / 1000));
      if (made.secret !== undefined) own.add(made.secret);
      use(made, { anew: true });
      const broken = breakagesOf(SENDERS.find(({ id }) => id === senderId)).find(({ id }) => id === breakageId);
      byId("paste-note").textContent = `A sample: ${label}, ${type.value}. ${broken === undefined ? "It is genuine." : `${broken.label}.`}`;
      status.textContent = "";
    } catch (error) {
      status.textContent = error.message;
    }
  };
  const list = (id) => fill(breakage, options(SENDERS.find((sender) => sender.id === id)));
  const sender = new Picker(byId("make-sender"), byId("make-senders"), SENDERS.map(({ id, label }) => ({ value: id, label })), list);
  fill(type, TYPES.map((name) => el("option", name)));
  list(sender.value);
  byId("make").addEventListener("click", async () => {
    await run(sender.value, breakage.value);
    byId("verdict").scrollIntoView({ block: "nearest" });
  });
  fill(byId("examples"), EXAMPLES.map(([label, ...choice]) => el("li", el("button.chip", { type: "button", onclick: () => run(...choice) }, label))));
  if (missing !== undefined) status.textContent = missing;
  return { isOwn: (secret) => own.has(secret) };
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
