// Near misses: the changes that make a signature match, each with the bytes that differ, and a button that makes the change.
import { difference } from "./difference-view.js";
import { el, fill, icon, prose } from "./dom.js";
import { replacementFor } from "./replacements.js";
import { fixed } from "./steps.js";

/** Draws the near misses of a report. `apply` gets a near miss and what to fill into the form. */
export function showNearMisses(section, { nearMisses }, delivery, apply) {
  section.hidden = nearMisses.length === 0;
  fill(section.querySelector("ul"), nearMisses.map((near) => card(near, replacementFor(near, delivery), apply)));
}

function card(near, replacement, apply) {
  const title = el("p.near-title", "Matches if ", prose(near.matchesIf));
  const button = replacement && el("button.primary", { type: "button", onclick: () => apply(near, replacement.fill) }, "Apply this fix");
  return el(
    "li.near",
    { "data-near": near.code },
    icon("near"),
    el(
      "div.near-text",
      title,
      replacement?.before && difference(replacement.name, `What differs if ${near.matchesIf}`, replacement.before, replacement.after),
      fixed(near.fix),
      el("p.near-foot", button, el("code.code", near.code)),
    ),
  );
}
