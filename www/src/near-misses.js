// Near misses: the changes that make a signature match.
import { el, fill, icon, prose } from "./dom.js";
import { fixed } from "./steps.js";

export function showNearMisses(section, { nearMisses }) {
  section.hidden = nearMisses.length === 0;
  const cards = nearMisses.map((near) =>
    el(
      "li.near",
      { "data-near": near.code },
      icon("near"),
      el("div.near-text", el("p.near-title", "Matches if ", prose(near.matchesIf)), fixed(near.fix), el("code.code", near.code)),
    ));
  fill(section.querySelector("ul"), cards);
}
