// What the page says about where the delivery in the fields came from. It no longer holds once the fields change.
import { byId, el, fill, prose } from "./dom.js";

/** Takes back every note, and a copy of the delivery as it was. */
export function forget() {
  for (const id of ["paste-note", "verdict-about", "take-status", "make-status"]) byId(id).replaceChildren();
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
