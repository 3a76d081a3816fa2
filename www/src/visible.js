// Bytes as text in which nothing is hidden.
import { el } from "./dom.js";

/** Text in which each character that is easy to overlook has a mark. */
export function visible(bytes) {
  const found = [];
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const piece of lenient.decode(bytes).split(/(\ufeff|\r\n|\r|\n|\t|\ufffd|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u00a0\u200b-\u200f\u2028\u2029])/u)) {
    if (piece in HIDDEN) found.push(el("span.mark", HIDDEN[piece]), piece.includes("\n") ? "\n" : "");
    else if (/^[\u0000-\u001f\u007f-\u00a0\u200b-\u200f\u2028\u2029]$/.test(piece)) found.push(el("span.mark", `U+${piece.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`));
    else found.push(piece);
  }
  return found;
}

const HIDDEN = { "\ufeff": "BOM", "\r\n": "CR LF", "\r": "CR", "\n": "LF", "\t": "TAB", "\ufffd": "not UTF-8" };
