// Strings as programs print them: quoted, joined, escaped, or counted.
import { unescaped } from "./printed-escapes.js";

const SPECIAL = { '"': /["\\]/g, "'": /['\\]/g, "`": /[`\\]/g };

/** A string, and those joined to it by `+` or, as in Python, by standing on the next line. `literal`: PHP's and Perl's two escapes only. */
export function joinedStrings(cursor, literal) {
  const parts = [oneString(cursor, literal)];
  for (;;) {
    const before = cursor.at;
    if (cursor.take(/\s*\+\s*(?=["'`])|[ \t]*\r?\n\s*b?(?=["'])/y) === null) return parts.join("");
    const part = oneString(cursor, literal);
    if (/^\s*(?:=>|[:=])/.test(cursor.text.slice(cursor.at, cursor.at + 20))) {
      // That was the next key, after a missing comma.
      cursor.at = before;
      return parts.join("");
    }
    parts.push(part);
  }
}

function oneString(cursor, literal) {
  const { text, at } = cursor;
  const triple = text.startsWith('"""', at) || text.startsWith("'''", at);
  const quote = text.slice(at, at + (triple ? 3 : 1));
  const from = at + quote.length;
  const end = endOf(text, from, quote);
  if (end === undefined) cursor.cut = true;
  const inner = text.slice(from, end);
  cursor.at = Math.min((end ?? text.length) + quote.length, text.length);
  cursor.ellipsis();
  return literal ? inner.replace(/\\([\\'])/g, "$1") : unescaped(inner);
}

/** Where the closing quote is; undefined if there is none. */
function endOf(text, from, quote) {
  const special = SPECIAL[quote[0]];
  for (let at = from; ; ) {
    special.lastIndex = at;
    const found = special.exec(text);
    if (found === null) return undefined;
    at = found.index;
    if (text[at] === "\\") at += 2;
    else if (text.startsWith(quote, at)) return at;
    else at += 1;
  }
}

/** The string of PHP's `var_dump`, which counts the bytes and escapes nothing. */
export function countedString(cursor, size) {
  const bytes = new TextEncoder().encode(cursor.text.slice(cursor.at + 1, cursor.at + 1 + size)).subarray(0, size);
  const value = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  cursor.move(2 + value.length);
  return value;
}
