// Two runs of bytes as one text: what is removed, what is added, and a few characters around it, with the bytes in hex.
import { differences } from "./difference.js";
import { el } from "./dom.js";
import { toHex } from "./encoding.js";
import { visible } from "./visible.js";

/** Places that are drawn, and of these the ones whose bytes are listed. */
const [DRAWN, LISTED] = [24, 3];
/** Bytes around a place, and bytes of a place. A short text is drawn whole. */
const [AROUND, LONGEST, SHORT] = [28, 160, 320];

/** The difference, for people. `name` says what the bytes are, and `label` what the difference makes. */
export function difference(name, label, before, after) {
  const places = differences(before, after);
  const drawn = places.slice(0, DRAWN);
  const more = places.length - drawn.length;
  return el(
    "figure.difference",
    el("figcaption", `${name}, as it arrived and as it was signed`),
    el("pre", { tabindex: "0", role: "region", "aria-label": label }, drawn.flatMap((place, at) => pieces(place, drawn[at - 1], drawn[at + 1], before, after))),
    el("ul", places.slice(0, LISTED).map((place) => el("li", listed(place, before, after))), places.length > LISTED && el("li", `${places.length - LISTED} more${more > 0 ? `, of which ${more} are not drawn` : ""}`)),
  );
}

function pieces({ from, to, start, end }, last, next, before, after) {
  const around = before.length <= SHORT ? SHORT : AROUND;
  const since = Math.max(last?.to ?? 0, aligned(before, from - around));
  const until = Math.min(next === undefined ? before.length : aligned(before, next.from - around), aligned(before, to + around));
  return [
    since > (last === undefined ? 0 : Math.min(aligned(before, last.to + around), from)) && el("span.gap", "…"),
    visible(before.subarray(since, from)),
    to > from && el("del", cut(before, from, to)),
    end > start && el("ins", cut(after, start, end)),
    visible(before.subarray(to, Math.max(to, until))),
    next === undefined && until < before.length && el("span.gap", "…"),
  ];
}

/** The nearest place at or before `at` that is between characters. */
function aligned(bytes, at) {
  let place = Math.max(0, Math.min(at, bytes.length));
  while (place > 0 && place < bytes.length && (bytes[place] & 0xc0) === 0x80) place -= 1;
  return place;
}

const cut = (bytes, from, to) => [visible(bytes.subarray(from, aligned(bytes, Math.min(to, from + LONGEST)) || to)), to - from > LONGEST && "…"];

/** `Byte 155: removed 0a`. */
function listed({ from, to, start, end }, before, after) {
  const [removed, added] = [hex(before.subarray(from, to)), hex(after.subarray(start, end))];
  const said = removed === "" ? ["added ", el("code", added)] : added === "" ? ["removed ", el("code", removed)] : [el("code", removed), " became ", el("code", added)];
  return [`Byte ${from.toLocaleString("en")}: `, said];
}

const hex = (bytes) => `${[...bytes.subarray(0, 12)].map(toHex).join(" ")}${bytes.length > 12 ? " …" : ""}`;
