// Values as consoles print them: JSON, and what Node, Python, Ruby, PHP, Rust, Elixir and others make of a dictionary. One tolerant
// reader for all: it never evaluates, reads each character once, and takes the end of the text for whatever is still open.

import { Reader } from "./printed-reader.js";

/**
 * Each value that stands in a text, in turn: what is in brackets, and strings where a value is expected. `{ value, start, end, cut }`;
 * `cut` says that the printer left some out.
 */
export function* values(text) {
  const reader = new Reader(text);
  const opening = /\bmap\[|[{[(]|(?<=[=(:,][ \t]?)["'`]/g;
  let open = "";
  for (;;) {
    opening.lastIndex = reader.at;
    const found = opening.exec(text);
    if (found === null) return;
    reader.at = found.index;
    reader.cut = false;
    const value = open.includes(found[0]) ? undefined : reader.value();
    if (typeof value === "string" && reader.cut) open += found[0];
    // A quote that nothing closes is none, and is not looked at again.
    if (open.includes(found[0])) reader.at = found.index + 1;
    else yield { value, start: found.index, end: reader.at, cut: reader.cut };
  }
}

/** The value that begins at a place in a text, and where it ends. */
export function valueAt(text, at) {
  const reader = new Reader(text);
  reader.at = at;
  const value = reader.value();
  return { value, end: reader.at, cut: reader.cut };
}

/** The one value that a whole text is, in brackets or quotes; undefined where there is more to it, or less. */
export function wholeValue(text) {
  const inner = text.trim();
  if (!/^(?:[bur]{0,2}["'`]|[{[(<])/i.test(inner)) return undefined;
  const found = valueAt(inner, 0);
  return found.end === inner.length ? found : undefined;
}
