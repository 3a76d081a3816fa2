// A curl command: its headers, and its body as curl would send it.
import { concat, fromByteString, toBase64, toByteString, utf8 } from "./encoding.js";
import { words } from "./shell.js";

/** Options with a value that say nothing about headers or body; the value has to be stepped over. */
const OTHERS = ["-X", "--request", "-o", "--output", "-w", "--write-out", "-m", "--max-time", "--connect-timeout", "--url", "-A", "--user-agent", "-e", "--referer", "-b", "--cookie", "--resolve", "--retry"];
const DATA = ["-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "--json"];

export function curl(text) {
  const command = /(?:^|[\s(;&|])curl(?:\.exe)?\s/.exec(text);
  if (command === null) return undefined;
  const given = words(text.slice(command.index + command[0].length)).map(toByteString);
  const found = { kind: "a curl command", headers: [], parts: [], notes: [] };
  for (let at = 0; at < given.length; at += 1) at += take(found, given[at], given[at + 1]);
  const { parts, ...rest } = found;
  return { ...rest, body: parts.length > 0 ? concat(...parts) : undefined };
}

/** The text of a word; only a body has to be bytes. */
const decode = (word) => new TextDecoder().decode(fromByteString(word));

/** Takes one option; says how many words behind it were its value. */
function take(found, word, behind = "") {
  const [, name, joined] = /^(--[a-z-]+)=([\s\S]*)$/.exec(word) ?? /^(-[HdXuAeb])([\s\S]+)$/.exec(word) ?? [null, word, undefined];
  const value = joined ?? behind;
  const used = joined === undefined ? 1 : 0;
  if (name === "-H" || name === "--header") header(found, decode(value));
  else if (name === "-u" || name === "--user") found.headers.push(["authorization", `Basic ${toBase64(fromByteString(value))}`]);
  else if (DATA.includes(name)) data(found, name, value);
  else if (!OTHERS.includes(name)) return 0;
  return used;
}

function header(found, line) {
  const colon = line.indexOf(":");
  if (colon > 0) found.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
}

function data(found, name, value) {
  if (value.startsWith("@") && name !== "--data-raw") {
    const dropped = ["-d", "--data", "--data-ascii"].includes(name) ? " Mind that `-d @file` leaves out its line breaks; `--data-binary` does not." : "";
    found.notes.push(`The body is in the file \`${decode(value.slice(1))}\`: drop that file onto the body.${dropped}`);
    return;
  }
  if (found.parts.length > 0 && name !== "--json") found.parts.push(utf8("&"));
  found.parts.push(fromByteString(value));
}
