// The output of a program: a dictionary of headers, a call with headers, pairs in a log line.
import { utf8 } from "./encoding.js";
import { named } from "./header-names.js";
import { NO_BODY, bodyFrom, deliveryIn, parse } from "./paste-json.js";
import { valueAt, values, wholeValue } from "./printed.js";
import { isBytes, isObject } from "./printed-reader.js";
import { isDelivery } from "./senders.js";

const CUT = "The console left a part of it out (`… more items`, `… more characters`, `[Object]`). Print all of it, for example with `console.log(JSON.stringify(…))`.";

/** Objects and lists as Node, Python, Ruby, PHP, Go, Java and others print them, and calls with them: `fetch(…)`. */
export function printed(text, depth = 0) {
  for (const { value, start, end, cut } of values(text)) {
    const nested = typeof value === "string" && depth < 3 && /\bmap\[|["'=>]/.test(value) ? printed(value, depth + 1) : undefined;
    const found = nested ?? deliveryIn(value);
    if (found === undefined) continue;
    const beside = found.body === undefined ? bodyBeside(text.slice(0, start), text.slice(end)) : undefined;
    const { body, notes } = beside ?? found;
    return { kind: kindOf(text.slice(Math.max(0, start - 40), start)) ?? (found.body === undefined ? "printed headers" : "a printed request"), headers: found.headers, url: found.url ?? called(text, start), method: found.method, notes: cut ? [...notes, CUT] : notes, body };
  }
  return loose(text);
}

/** The URL that a call begins with: `fetch("https://…", {`. */
const called = (text, start) => /^\(\s*["'`](https?:\/\/[^"'`\s]+)["'`]\s*[,)]/.exec(text.slice(start, start + 4096))?.[1];

function kindOf(before) {
  const call = /\b(fetch|requests\.\w+|axios(?:\.post)?|got(?:\.post)?)\s*$/.exec(before);
  return call === null ? undefined : `a call of ${call[1]}`;
}

/** A body alone, as a program prints it: `b'{…}'`, a dictionary, `[object Object]`. */
export function printedBody(text) {
  if (text.trim() === "[object Object]") return { kind: "a body", headers: [], notes: [], body: utf8(text.trim()) };
  const found = /^\s*(?:[bur]{0,2}["'`{[]|<Buffer)/i.test(text) ? asBody(text) : undefined;
  return found === undefined || found.body.length === 0 ? undefined : { kind: "a printed body", headers: [], ...found };
}

/** Members that were copied without their brackets. */
function loose(text) {
  if (!/^[ \t]*["'][\w-]+["'][ \t]*(?::|=>)/m.test(text)) return undefined;
  const found = deliveryIn(valueAt(`{${text}}`, 0).value);
  return found === undefined ? undefined : { kind: "printed headers", ...found };
}

/** A body that was printed before or after the headers. */
function bodyBeside(before, behind) {
  const label = /^[\s,;)\]}>]*(?:(?:(?:raw|request|the)[\s_-]*){0,2}(?:body|payload|data|content)\s*[:=]*\s*)?/i;
  const rest = behind.slice(label.exec(behind)[0].length);
  // The line before comes first: a body that is printed there may have a member `data`, which is not the body.
  return asBody(rest) ?? printedBody(before.slice(before.lastIndexOf("\n", before.trimEnd().length - 1) + 1)) ?? assigned(before) ?? assigned(behind);
}

/** `payload = "…"` beside a call. */
function assigned(text) {
  const found = /(?:^|[\s,{(])["']?(?:raw_?body|body|payload|data|content)["']?\s*[:=]\s*(?=b?["'`{[])/i.exec(text);
  if (found === null) return undefined;
  const at = found.index + found[0].length;
  const { value, end } = valueAt(text, at);
  if (parse(text.slice(at, end)) !== undefined) return { notes: [], body: utf8(text.slice(at, end)) };
  return value === undefined || (isObject(value) && Object.keys(value).length === 0) ? undefined : bodyFrom(value);
}

function asBody(text) {
  // The end of a call is not part of the body.
  const body = text.trim().replace(/\)?;?$/, "").trimEnd();
  if (body === "") return undefined;
  if (parse(body) !== undefined) return { notes: [], body: utf8(body) };
  const first = body.split("\n", 1)[0];
  if (parse(first) !== undefined) return { notes: [], body: utf8(first.trim()) };
  const whole = wholeValue(body);
  return whole === undefined || !(typeof whole.value === "string" || isBytes(whole.value) || isObject(whole.value)) ? undefined : bodyFrom(whole.value);
}

/** `webhook-id=msg_1 body="{…}"`: logfmt, and the environment of a CGI program. */
export function logfmt(text) {
  const headers = [];
  let body;
  const name = /(?:^|[\s,;])([A-Za-z][\w.-]*)=/g;
  for (let found = name.exec(text); found !== null; found = name.exec(text)) {
    const at = name.lastIndex;
    const quoted = `"'`.includes(text[at] ?? "x");
    const { value, end } = quoted ? valueAt(text, at) : wordAt(text, at);
    name.lastIndex = end;
    if (/(?:^|[._])(?:raw_?body|body|payload)$/i.test(found[1])) body = value;
    else headers.push([found[1], String(value)]);
  }
  const known = named(headers);
  if (!isDelivery(known)) return undefined;
  return { kind: "a line of a log", headers: known, ...(body === undefined ? { notes: [NO_BODY] } : bodyFrom(body)) };
}

function wordAt(text, at) {
  const word = /\S*/y;
  word.lastIndex = at;
  const [value] = word.exec(text);
  return { value, end: at + value.length };
}
