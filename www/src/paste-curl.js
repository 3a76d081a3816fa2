// A curl or wget command: its headers, and the body that it would send.
import { concat, fromBase64, fromByteString, toBase64, toByteString, utf8 } from "./encoding.js";
import { words } from "./shell.js";

/** Options that do not affect headers or body, but have a value to skip. */
const OTHERS = ["--output", "--write-out", "--max-time", "--connect-timeout", "--user-agent", "--referer", "--cookie", "--cookie-jar", "--resolve", "--retry", "--proxy", "--cacert", "--cert", "--key", "--unix-socket"];
/** Short options with a value, by their long names. */
const SHORT = { F: "--form", H: "--header", d: "--data", u: "--user", X: "--request", o: "--output", w: "--write-out", m: "--max-time", A: "--user-agent", e: "--referer", b: "--cookie", c: "--cookie-jar", x: "--proxy", E: "--cert" };
const STRIPPED = ["--data", "--data-ascii"];
const RAW = ["--data-raw", "--post-data", "--body-data"];
const ENCODED = "--data-urlencode";
const DATA = [...STRIPPED, ...RAW, "--data-binary", "--json", ENCODED];
const FORM = ["--form", "--form-string"];

export function curl(text) {
  const command = /(?:^|[\s(;&|])(?:curl|wget)(?:\.exe)?\s/.exec(text);
  if (command === null) return undefined;
  const behind = text.slice(command.index + command[0].length);
  const given = words(behind).map(toByteString);
  const heredoc = given.findIndex((word) => word.startsWith("<<"));
  if (heredoc >= 0) given.length = heredoc;
  const found = { headers: [], parts: [], notes: [], stdin: piped(text.slice(0, command.index + 1)) ?? hereDocument(behind) };
  for (let at = 0; at < given.length; at += 1) {
    // No value of an option: the next command, on a line of its own.
    if (/^(?:curl|wget)(?:\.exe)?$/.test(given[at])) {
      found.notes.push("Another command below it was left out.");
      break;
    }
    at += take(found, given[at], given[at + 1]);
  }
  const { headers, parts, notes, url, method } = found;
  return { kind: "a curl command", headers, notes, url, method, body: parts.length > 0 ? concat(...parts) : undefined };
}

/** The command that this page pipes into the commands it copies. */
function piped(before) {
  const command = /printf %s ([A-Za-z0-9+/=]*) \| base64 --decode \|\s*$/.exec(before);
  return command === null ? undefined : fromBase64(command[1]);
}

function hereDocument(text) {
  const start = /<<(-?)[ \t]*(["']?)(\w{1,80})\2[^\n]{0,400}\n/.exec(text);
  if (start === null) return undefined;
  const lines = text.slice(start.index + start[0].length).split("\n").map((line) => (start[1] === "-" ? line.replace(/^\t+/, "") : line));
  const end = lines.findIndex((line) => line.replace(/\r$/, "") === start[3]);
  return end < 0 ? undefined : utf8(lines.slice(0, end).map((line) => `${line}\n`).join(""));
}

/** A word as text; only a body must be bytes. */
const decode = (word) => new TextDecoder().decode(fromByteString(word));

/** Reads one option; returns how many of the next words are its value. */
function take(found, word, behind = "") {
  const { name, joined } = option(word);
  const value = joined ?? behind;
  const used = joined === undefined ? 1 : 0;
  if (name === "--header") header(found, decode(value));
  else if (name === "--user") found.headers.push(["authorization", `Basic ${toBase64(fromByteString(value))}`]);
  else if (name === "--url") found.url = decode(value);
  else if (name === "--request") found.method = decode(value);
  else if (DATA.includes(name)) data(found, name, value);
  else if (FORM.includes(name)) once(found, MULTIPART);
  else if (!OTHERS.includes(name)) return address(found, word);
  return used;
}

/** A word that is no option is the URL. */
function address(found, word) {
  if (/^https?:\/\//i.test(word)) found.url ??= decode(word);
  return 0;
}

/** `--name=value`, `--name`, or combined short options: `-sSXPOST` ends with the value of `-X`. */
function option(word) {
  const [, long, value] = /^(--[a-z-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
  if (long !== undefined) return { name: long, joined: value };
  const [, flags] = /^-([A-Za-z#]+)/.exec(word) ?? [];
  const at = [...(flags ?? "")].findIndex((flag) => Object.hasOwn(SHORT, flag));
  return at < 0 ? { name: word } : { name: SHORT[flags[at]], joined: word.length > at + 2 ? word.slice(at + 2) : undefined };
}

function header(found, line) {
  if (line.startsWith("@")) return found.notes.push(`Some headers are in the file \`${line.slice(1)}\`: paste them, too.`);
  const colon = line.indexOf(":");
  if (colon > 0) found.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  else if (line.endsWith(";")) found.headers.push([line.slice(0, -1).trim(), ""]);
  return undefined;
}

/** `name=content`, of which curl encodes the content, or `name@file`: https://curl.se/docs/manpage.html#--data-urlencode */
function encoded(found, value) {
  const [, name = "", mark, content] = /^([^=@]*)([=@])([\s\S]*)$/.exec(value) ?? [undefined, "", "", value];
  if (mark === "@") return data(found, "--data-binary", `@${content}`);
  const escaped = encodeURIComponent(decode(content)).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  once(found, ESCAPED);
  return data(found, "--data-raw", `${name === "" ? "" : `${name}=`}${escaped.replaceAll("%20", "+")}`);
}

function once({ notes }, text) {
  if (!notes.includes(text)) notes.push(text);
}

const ESCAPED = "The form is encoded as curl does it, which may differ from the signed bytes.";
const MULTIPART = "curl makes the boundary of a multipart body (`-F`) anew each time, so the signed bytes are not in the command: drop the body as a file.";

function data(found, name, value) {
  if (name === ENCODED) return encoded(found, value);
  if (found.parts.length > 0 && name !== "--json") found.parts.push(utf8("&"));
  if (RAW.includes(name) || !value.startsWith("@")) return found.parts.push(fromByteString(value));
  const strips = STRIPPED.includes(name);
  if (value === "@-" && found.stdin !== undefined) {
    return found.parts.push(strips ? found.stdin.filter((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0) : found.stdin);
  }
  const dropped = strips ? " Note that `-d @file` drops line breaks; `--data-binary` does not." : "";
  const place = value === "@-" ? "comes from another command: paste it, or drop its file onto the body." : `is in the file \`${decode(value.slice(1))}\`: drop that file onto the body.`;
  return found.notes.push(`The body ${place}${dropped}`);
}
