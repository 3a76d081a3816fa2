// Splits a shell command into words, as a POSIX shell does, with `$'…'`, or as cmd.exe and the C library do. Expands nothing: `$name` stays
// as it is. Words are bytes, because `\xef` is one byte; the code works on one character per byte.
import { fromBase64, fromByteString, toByteString, utf8 } from "./encoding.js";

const SIMPLE = { a: "\x07", b: "\b", e: "\x1b", E: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const PLAIN = /[^\s"'\\$;|&]+/y;
const SPACE = " \t\r\n\f\v";

/** The words of the first command in a text, each as bytes. */
export function words(text) {
  const windows = isForWindows(text);
  const reader = { text: toByteString(utf8(windows ? withoutCarets(text) : text)), at: 0, windows };
  const found = [];
  for (let word = next(reader); word !== undefined; word = next(reader)) found.push(fromByteString(word));
  return found;
}

/** Chrome's "Copy as cURL (cmd)" writes `^"` for a quote, and `^` at the ends of lines. */
const isForWindows = (text) => /[ \t]\^(?:"|\r?\n)/.test(text);

/** What cmd.exe passes on. A caret makes the next character plain. Before one line end it joins lines; before two it is a line end. */
const withoutCarets = (text) => text.replace(/\^(?:\r?\n(\r?\n)?|([\s\S]))/g, (_, line, plain) => plain ?? (line === undefined ? " " : "\n"));

function next(reader) {
  skip(reader);
  if (ended(reader)) return undefined;
  const pieces = [];
  while (!ended(reader) && !SPACE.includes(reader.text[reader.at])) pieces.push(piece(reader));
  return pieces.join("");
}

/** Skips white space, and line ends after a backslash (or `^`). */
function skip(reader) {
  const { text } = reader;
  for (;;) {
    const step = SPACE.includes(text[reader.at] ?? "x") ? 1 : "\\^".includes(text[reader.at] ?? "x") ? lineEnd(text, reader.at + 1) : 0;
    if (step === 0) return;
    reader.at += step;
  }
}

/** The length of a line end and the character in front of it; zero if there is none. */
const lineEnd = (text, at) => (text[at] === "\n" ? 2 : text.startsWith("\r\n", at) ? 3 : 0);

function ended({ text, at }) {
  return at >= text.length || ";|&".includes(text[at]);
}

function piece(reader) {
  const { text, at, windows } = reader;
  PLAIN.lastIndex = at;
  const plain = PLAIN.exec(text);
  if (plain !== null) {
    reader.at += plain[0].length;
    return plain[0];
  }
  if (text[at] === '"') return doubled(reader);
  if (!windows && text.startsWith("$'", at)) return ansi(reader);
  if (!windows && text[at] === "'") return until(reader, "'");
  reader.at += 1;
  if (text[at] !== "\\" || (windows && text[at + 1] !== '"')) return text[at];
  reader.at += 1;
  return text[at + 1] === "\n" ? "" : (text[at + 1] ?? "");
}

function until(reader, quote) {
  const end = reader.text.indexOf(quote, reader.at + 1);
  const to = end < 0 ? reader.text.length : end;
  const inner = reader.text.slice(reader.at + 1, to);
  reader.at = to + 1;
  return inner;
}

/** The text up to the closing quote, with its escapes. Moves behind the quote. */
function escaped(reader, from, quote) {
  const { text } = reader;
  let at = from;
  while (at < text.length && text[at] !== quote) at += text[at] === "\\" ? 2 : 1;
  reader.at = at + 1;
  return text.slice(from, at);
}

/** The command that this page writes for an argument that is not plain. */
const DECODING = /\$\(printf %s ([A-Za-z0-9+/=]*) \| base64 --decode\)/g;

function doubled(reader) {
  if (!reader.windows) {
    const inner = escaped(reader, reader.at + 1, '"');
    return inner.replace(/\\(?:\r?\n|(["\\$`]))/g, "$1").replace(DECODING, (whole, text) => toByteString(fromBase64(text) ?? utf8(whole)));
  }
  const parts = [];
  // Older versions of Chrome double a quote inside quotes.
  do parts.push(escaped(reader, reader.at + 1, '"').replace(/\\([\\"])/g, "$1"));
  while (reader.text[reader.at] === '"');
  return parts.join('"');
}

/** `$'…'`, as a browser's network panel writes bodies with line breaks. */
function ansi(reader) {
  const inner = escaped(reader, reader.at + 2, "'");
  const escape = /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|([0-7]{1,3})|([\s\S]))/gi;
  return inner.replace(escape, (_, hex, short, long, octal, other) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
    const code = short ?? long;
    if (code !== undefined) return toByteString(utf8(String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff))));
    return SIMPLE[other] ?? other;
  });
}
