// Commands other than curl: HTTPie, and PowerShell's Invoke-WebRequest.
import { utf8 } from "./encoding.js";
import { isDelivery } from "./senders.js";
import { words } from "./shell.js";

/** `http POST example.com webhook-id:msg_1 --raw '…'`: https://httpie.io/docs/cli/request-items */
export function httpie(text) {
  const command = /(?:^|[|;&$\n])[ \t]*https?[ \t]+(?=[-\w:/'".])/.exec(text);
  if (command === null) return undefined;
  const given = words(text.slice(command.index + command[0].length)).map((word) => new TextDecoder().decode(word));
  const found = { kind: "an HTTPie command", headers: [], notes: [], fields: [], body: undefined };
  for (let at = 0; at < given.length; at += 1) at += item(found, given[at], given[at + 1]);
  found.method = given.find((word) => /^[A-Z]+$/.test(word));
  found.url = given.find((word) => /^(?:https?:\/\/)?[\w.-]*(?::\d+)?\/|^[\w-]+(?:\.[\w-]+)+$|^:\d/.test(word));
  if (found.url !== undefined && !/^https?:/.test(found.url)) found.url = `http://${found.url.replace(/^:/, "localhost:")}`;
  const { fields, ...rest } = found;
  if (!isDelivery(rest.headers)) return undefined;
  if (fields.length === 0 || rest.body !== undefined) return rest;
  const note = "HTTPie builds the body from fields. It is written out as HTTPie does, in Python’s layout.";
  return { ...rest, notes: [...rest.notes, note], body: utf8(`{${fields.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(", ")}}`) };
}

/** Reads one item; returns how many of the next words belong to it. */
function item(found, word, behind = "") {
  const raw = /^--raw(?:=([\s\S]*))?$/.exec(word);
  if (raw !== null) {
    found.body = utf8(raw[1] ?? behind);
    return raw[1] === undefined ? 1 : 0;
  }
  if (word === "<<<") {
    found.body = utf8(`${behind}\n`);
    return 1;
  }
  if (word === "<" || /^@./.test(word)) {
    found.notes.push(`The body is in the file \`${word === "<" ? behind : word.slice(1)}\`: drop that file onto the body.`);
    return word === "<" ? 1 : 0;
  }
  const [, name, separator, value] = /^([\w.-]+?)(:=|==|:|=|;$)([\s\S]*)$/.exec(word) ?? [];
  if (separator === ":" && !value.startsWith("//")) found.headers.push([name, value.trim()]);
  else if (separator === ";") found.headers.push([name, ""]);
  else if (separator === ":=") found.fields.push([name, value]);
  else if (separator === "=") found.fields.push([name, JSON.stringify(value)]);
  return 0;
}

/** `Invoke-WebRequest -Headers @{…} -Body "…"`, as browsers copy it, with variables, and with `$headers.Add("…", "…")`. */
export function powershell(text) {
  if (!/\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b/i.test(text)) return undefined;
  const tokens = [...tokensOf(text)];
  const [headers, variables, notes] = [[], new Map(), []];
  let [body, url, method] = [];
  const string = (at) => (tokens[at]?.string === undefined ? undefined : tokens[at].string);
  /** A string, a string in brackets, or a variable that holds a string. */
  const valueAt = (at) => string(at) ?? (tokens[at]?.word?.startsWith("$") ? variables.get(tokens[at].word.toLowerCase()) : tokens.slice(at, at + 12).find((token) => token.string !== undefined)?.string);
  for (const [at, { word }] of tokens.entries()) {
    if (word === undefined) {
      const equals = tokens[at + 1]?.word === "]" ? at + 2 : at + 1;
      if (tokens[equals]?.word === "=" && string(equals + 1) !== undefined) headers.push([string(at), string(equals + 1)]);
      continue;
    }
    if (/\.Add$/i.test(word) && tokens[at + 1]?.word === "(" && string(at + 4) !== undefined) headers.push([string(at + 2), string(at + 4)]);
    else if (/^-ContentType$/i.test(word)) headers.push(["content-type", valueAt(at + 1)]);
    else if (/^-Body$/i.test(word)) body = valueAt(at + 1);
    else if (/^-Uri$/i.test(word)) url = string(at + 1) ?? tokens[at + 1]?.word;
    else if (/^-Method$/i.test(word)) method = string(at + 1) ?? tokens[at + 1]?.word;
    else if (tokens[at + 1]?.word === "=" && string(at + 2) !== undefined) {
      variables.set(word.toLowerCase(), string(at + 2));
      if (/^[A-Za-z][\w-]*$/.test(word)) headers.push([word, string(at + 2)]);
    }
  }
  if (body === undefined) notes.push("There is no `-Body` with a text in it: paste the body below, or drop its file.");
  return { kind: "a PowerShell command", url, method, headers: headers.filter((pair) => pair.every((text) => typeof text === "string")), notes, body: body === undefined ? undefined : utf8(body) };
}

function* tokensOf(text) {
  let at = 0;
  while (at < text.length) {
    const here = /@(["'])[ \t]*\r?\n/y;
    here.lastIndex = at;
    const opened = here.exec(text);
    if (opened !== null) {
      const from = at + opened[0].length;
      const close = text.indexOf(`\n${opened[1]}@`, from - 1);
      const end = close < 0 ? text.length : close;
      yield { string: text.slice(from, Math.max(end, from)).replace(/\r$/, "") };
      at = end + 3;
    } else if (`"'`.includes(text[at])) {
      const { string, end } = quoted(text, at);
      yield { string };
      at = end;
    } else {
      const word = /[ \t\r\n;]+|`\r?\n|[=(),{}[\]]|@\{|[^\s;=(),{}[\]"'`]+|[\s\S]/y;
      word.lastIndex = at;
      const [found] = word.exec(text);
      at += found.length;
      if (!/^[\s;`,]/.test(found) || found === ",") yield { word: found };
    }
  }
}

/** A doubled quote is one quote. In double quotes, a backtick escapes, and `$([char]233)` is a character. */
function quoted(text, from) {
  const quote = text[from];
  const special = quote === '"' ? /["`]|\$\(\[char\](\d{1,7})\)/g : /'/g;
  const parts = [];
  let at = from + 1;
  for (;;) {
    special.lastIndex = at;
    const found = special.exec(text);
    if (found === null) return { string: parts.join("") + text.slice(at), end: text.length };
    parts.push(text.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[1] !== undefined) parts.push(String.fromCharCode(Number(found[1])));
    else if (found[0] === "`") parts.push(escaped(text[at])), (at += 1);
    else if (text[at] === quote) parts.push(quote), (at += 1);
    else return { string: parts.join(""), end: at };
  }
}

const escaped = (character = "") => ({ n: "\n", r: "\r", t: "\t", 0: "\0", b: "\b", a: "\x07", f: "\f", v: "\v", e: "\x1b" })[character] ?? character;
