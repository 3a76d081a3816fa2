// What the page says about where the delivery in the fields came from. It no longer holds once the fields change.
import { byId, el, fill, prose } from "./dom.js";

/** Fields that a pasted delivery does not fill: what was read from it stays true. */
const BESIDE = ["secret", "raw", "header", "jwks", "audience", "issuer", "email", "now", "tolerance"];

/** Takes back the notes that no longer hold after a change of a field, or of all of them, and a copy of the delivery as it was. */
export function forget(field) {
  const notes = ["verdict-about", "take-status", "make-status"];
  for (const id of BESIDE.includes(field) ? notes : ["paste-note", ...notes]) byId(id).replaceChildren();
  byId("taken-block").hidden = true;
  byId("taken").value = "";
}

/** The delivery is a sample. */
export function aboutSample(...words) {
  fill(byId("verdict-about"), el("strong", "Example"), " ", words);
}

/** The delivery has a change that it did not arrive with. `undo` takes it back. */
export function aboutFix({ matchesIf }, undo) {
  fill(byId("verdict-about"), el("strong", "With one change"), " ", prose(matchesIf), ". ", el("button.inline", { type: "button", onclick: undo }, "Undo"));
}
