// Values as consoles print them: JSON, and how Node, Python, Ruby, PHP, Rust, Elixir and others print a dictionary. One tolerant reader
// for all: it never evaluates, reads each character once, and closes everything that is still open at the end of the text.

import { Reader } from "./printed-reader.js";

/**
 * Every value in a text, in order: brackets, and strings where a value is expected. Yields `{ value, start, end, cut }`; `cut` means
 * that the printer left something out.
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
    // A quote that is never closed is not a quote: it is skipped from now on.
    if (open.includes(found[0])) reader.at = found.index + 1;
    else yield { value, start: found.index, end: reader.at, cut: reader.cut };
  }
}

/** The value at an index of a text, and where it ends. */
export function valueAt(text, at) {
  const reader = new Reader(text);
  reader.at = at;
  const value = reader.value();
  return { value, end: reader.at, cut: reader.cut };
}

/** The value in brackets or quotes that makes up a whole text; undefined if the text is anything else. */
export function wholeValue(text) {
  const inner = text.trim();
  if (!/^(?:[bur]{0,2}["'`]|[{[(<])/i.test(inner)) return undefined;
  const found = valueAt(inner, 0);
  return found.end === inner.length ? found : undefined;
}
