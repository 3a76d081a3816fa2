// The code for an application, for the framework that a person chose.
import { byId, el, fill } from "./dom.js";
import { FRAMEWORKS, receiverCode } from "./receiver-code.js";
import { schemeNamed } from "./senders.js";

/** The delivery that the code is for. */
let shown;

/** Connects the list of frameworks. `copy` puts a text into the clipboard, and resolves to whether it could. */
export function connectReceiverCode(copy) {
  fill(byId("framework"), FRAMEWORKS.map(({ id, label }) => el("option", { value: id }, label)));
  byId("framework").addEventListener("change", () => shown && draw());
  byId("copy-code").addEventListener("click", async () => {
    byId("code-status").textContent = (await copy(byId("code").textContent)) ? "Copied." : "The browser does not let the page copy. Select the code to copy it.";
  });
}

/** Draws the code for a delivery's sender. */
export function showReceiverCode(delivery) {
  shown = delivery;
  draw();
}

function draw() {
  const { place, install, text } = receiverCode(byId("framework").value, shown);
  byId("code-status").textContent = "";
  fill(byId("code-about"), `Verifies ${schemeNamed(shown.scheme).title}. Install with `, el("code", install), ", and write this into ", el("code", place), ".");
  fill(byId("code"), text);
}
