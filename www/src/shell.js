// Words of a shell command, as a POSIX shell takes them apart, with `$'…'`. Nothing is expanded: a `$name` stays as it is. They
// are bytes, as `\xef` stands for one: what takes them apart works on one character for each byte.
import { fromByteString, toByteString, utf8 } from "./encoding.js";

const SIMPLE = { a: "\x07", b: "\b", e: "\x1b", E: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** The words of the first command in a text, each as bytes. */
export function words(text) {
  const reader = { text: toByteString(utf8(text)), at: 0 };
  const found = [];
  for (let word = next(reader); word !== undefined; word = next(reader)) found.push(fromByteString(word));
  return found;
}

function next(reader) {
  skip(reader);
  if (ended(reader)) return undefined;
  let word = "";
  while (!ended(reader) && !/[ \t\r\n\f\v]/.test(reader.text[reader.at])) word += piece(reader);
  return word;
}

/** White space, and line ends behind a backslash (or `^`, in a copy for Windows). */
function skip(reader) {
  const gap = /(?:[ \t\r\n\f\v]|[\\^]\r?\n)*/y;
  gap.lastIndex = reader.at;
  reader.at += gap.exec(reader.text)[0].length;
}

function ended({ text, at }) {
  return at >= text.length || ";|&".includes(text[at]);
}

function piece(reader) {
  const { text, at } = reader;
  if (text.startsWith("$'", at)) return ansi(reader);
  if (text[at] === "'") return until(reader, "'");
  if (text[at] === '"') return doubled(reader);
  reader.at += 1;
  if (text[at] !== "\\") return text[at];
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

function doubled(reader) {
  const body = /"((?:[^"\\]|\\[\s\S])*)"?/y;
  body.lastIndex = reader.at;
  const [whole, inner] = body.exec(reader.text);
  reader.at += whole.length;
  return inner.replace(/\\(?:\r?\n|(["\\$`]))/g, "$1");
}

/** `$'…'`, as the network panel of a browser writes bodies with line breaks. */
function ansi(reader) {
  const body = /\$'((?:[^'\\]|\\[\s\S])*)'?/y;
  body.lastIndex = reader.at;
  const [whole, inner] = body.exec(reader.text);
  reader.at += whole.length;
  const escape = /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|([0-7]{1,3})|([\s\S]))/gi;
  return inner.replace(escape, (_, hex, short, long, octal, other) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
    const code = short ?? long;
    if (code !== undefined) return toByteString(utf8(String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff))));
    return SIMPLE[other] ?? other;
  });
}
