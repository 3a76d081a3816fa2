// Untrusted text as a literal of another language. A delivery may come from a stranger's link, so nothing is copied raw. One function per
// language accepts any text or bytes, writes what is known to be plain, and encodes everything else.
import { textOf, toBase64, toHex, utf8 } from "./encoding.js";

/**
 * Everything except printable ASCII that no shell interprets: not `'`, fish's `\` or csh's `!`, which have a meaning inside single
 * quotes, and not `& | < > ^ %`, because cmd.exe ignores single quotes. A command pasted into the wrong shell must fail, not run a
 * part of a body.
 */
const NOT_PLAIN = /[^ "#$()*+,\-./0-9:;=?@A-Z[\]_`a-z{}~]/;

/** The longest word in a command: Linux accepts 128 KiB in one argument. */
const LONGEST_WORD = 100_000;

/** Whether a text can be one readable word of a command. */
export const isPlainWord = (text) => text !== undefined && text.length <= LONGEST_WORD && !NOT_PLAIN.test(text);

/** One argument of a shell command. A NUL ends an argument, so the caller must not pass one. */
export const shellWord = (text) => (isPlainWord(text) ? `'${text}'` : `"$(${decoding(utf8(text))})"`);

/** A command that prints exactly these bytes. */
export const decoding = (bytes) => `printf %s ${toBase64(bytes)} | base64 --decode`;

/** A Rust `&str`. Escapes everything beyond printable ASCII: rustc refuses some of it, and readers overlook more. */
export function rustString(text) {
  const escape = (character) => (`"\\`.includes(character) ? `\\${character}` : `\\u{${character.codePointAt(0).toString(16)}}`);
  return `"${textOf(utf8(text)).replace(/[^ !#-[\]-~]/gu, escape)}"`;
}

/** A Rust byte string. */
export function rustBytes(bytes) {
  const escape = (byte) => (byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${toHex(byte)}`);
  return `b"${Array.from(bytes, escape).join("")}"`;
}

/** A Python byte string. */
export const pythonBytes = (bytes) => rustBytes(bytes);

/** A JavaScript string in ASCII: a reader would not see a line separator or a bidirectional control character. */
export const jsString = (text) => JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * How a body's line may begin in an `.http` file: white space, then a lower-case letter, a digit, or a character that begins a line of
 * JSON. Editors interpret other lines: `###` and `HTTP/` begin another message and a method another request, `#` and `//` are comments,
 * `<` includes a file, `>` runs a script or writes a file, `@` sets a variable, `?` and `&` continue the URL.
 *
 * Sources: https://github.com/Huachao/vscode-restclient, https://www.jetbrains.com/help/idea/exploring-http-syntax.html,
 * https://httpyac.github.io/guide/
 */
const HTTP_LINE = /^[ \t]*(?:$|[{}[\]",\-0-9a-z])/;

/** Whether every editor reads a text in an `.http` file as a body. `{{` begins a variable in all of them. */
export const isHttpBody = (text) => !/\{\{|[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]/.test(text) && text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/).every((line) => HTTP_LINE.test(line));

/** Whether an `.http` file can contain a header. */
export const isHttpHeader = ([name, value]) => /^[A-Za-z0-9][\w!$%&'*+.^`|~-]*$/.test(name) && !/\{\{|[\0-\x08\n-\x1f\x7f\u2028\u2029]/.test(value);

/** Whether a request can have a header at all. */
export const isHeader = ([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[\0-\x08\n-\x1f\x7f]/.test(value);
