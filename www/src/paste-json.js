// Finds a delivery in a value: a log record, a HAR file, a Postman export, the event of a serverless function, a printed request. The value
// may come from JSON or from a console's output.
import { fromBase64, fromByteString, toByteString, utf8 } from "./encoding.js";
import { named } from "./header-names.js";
import { isBytes, isObject } from "./printed-reader.js";
import { isDelivery, unmarked } from "./senders.js";
import { targetIn } from "./target.js";

const HEADERS = ["headers", "header", "rawHeaders", "multiValueHeaders", "req_headers", "request_headers", "requestHeaders"];
const BODIES = ["rawBody", "raw_body", "bodyRaw", "body_raw", "postData", "body", "requestBody", "request_body", "payload", "data", "content", "text"];
const DEEP = 12;

export const NO_BODY = "There is no body in it: paste the body below, or drop its file.";
export const PARSED = "The body in it was already parsed. It is written here without white space, which may differ from the signed bytes.";

/** A JSON document that contains a delivery. */
export function jsonLog(text) {
  const value = parse(text);
  const found = value === undefined ? undefined : (deliveryIn(value) ?? unmarkedIn(value));
  return found === undefined ? undefined : { kind: kindOf(value), ...found };
}

/** Sources: https://w3c.github.io/web-performance/specs/HAR/Overview.html, https://schema.postman.com/ */
const kindOf = (value) => (Array.isArray(value.log?.entries) ? "a HAR file" : Array.isArray(value.item) ? "a Postman collection" : "a JSON log");

/** The outermost object with the headers of a webhook: `{ headers, notes, body?, url?, method? }`. */
export function deliveryIn(value) {
  for (const { object, parent } of objectsIn(value)) {
    const headers = headersOf(object);
    if (headers !== undefined) return { headers, ...targetIn(object, parent), ...bodyOf(object, parent) };
  }
  return undefined;
}

/** A request whose proof is in a header that any request may have, such as `Authorization`. A part of an event could have such headers, but no method or URL. */
function unmarkedIn(value) {
  for (const { object, parent } of objectsIn(value)) {
    const headers = isObject(object.headers) ? named(pairs(object.headers)) : [];
    const target = targetIn(object);
    const isRequest = nameOfBody(object) !== undefined && (target.url ?? target.method) !== undefined;
    if (isRequest && unmarked(headers) !== undefined) return { headers, ...target, ...bodyOf(object, parent) };
  }
  return undefined;
}

/** The first record of the Worker's log. */
export function recordIn(value) {
  for (const { object } of objectsIn(value)) {
    if (typeof object.ev === "string" && typeof object.code === "string") return object;
  }
  return undefined;
}

/** A value and everything in it, level by level, including JSON in strings. */
function* objectsIn(value) {
  let level = [{ object: value, parent: undefined }].filter(({ object }) => isObject(object));
  for (let depth = 0; level.length > 0 && depth < DEEP; depth += 1) {
    yield* level;
    level = level.flatMap(({ object }) => inside(object).map((inner) => ({ object: inner, parent: object })));
  }
}

const inside = (object) => (isNumbers(object) ? [] : Object.values(object).map(parseInside).filter(isObject));

/** A document that is a key set. */
export function keySet(text) {
  return Array.isArray(parse(text)?.keys) ? { kind: "a key set", headers: [], notes: [], jwks: text.trim() } : undefined;
}

/** A document that is only an event: the body. */
export function event(text) {
  const value = parse(text);
  return value === undefined ? undefined : { kind: "a JSON body", headers: [], notes: [], body: utf8(text) };
}

function headersOf(object) {
  for (const name of HEADERS) {
    const headers = isObject(object[name]) ? named(pairs(object[name])) : [];
    if (isDelivery(headers)) return headers;
  }
  const headers = named(pairs(object));
  // A member of an event may have the name of a header that is one word.
  return isDelivery(headers.filter(([name]) => name.includes("-"))) ? headers : undefined;
}

/** Headers as an object, pairs, `{name, value}`, or alternating names and values. */
function pairs(holder) {
  if (Array.isArray(holder)) {
    if (holder.every((item) => typeof item === "string")) return holder.flatMap((name, at) => (at % 2 === 0 ? [[name, holder[at + 1] ?? ""]] : []));
    return holder.flatMap(pair).map((pair) => pair.map(textual)).filter(isPair);
  }
  if (!isObject(holder)) return [];
  return Object.entries(holder).map(([name, value]) => [name, textual(value)]).filter(isPair);
}

function pair(item) {
  if (Array.isArray(item)) return item.length === 2 ? [item] : [];
  return isObject(item) && item.disabled !== true ? [[item.name ?? item.key, item.value]] : [];
}

/** A value as text: a number, bytes, a list of one, `{ name, value }`, a list with PHP's numbers. */
function textual(value) {
  if (typeof value === "number") return String(value);
  if (isBytes(value)) return toByteString(value);
  if (Array.isArray(value)) return value.every((item) => typeof item === "string") ? value.join(", ") : undefined;
  if (isObject(value)) return textual(value.value ?? ("0" in value ? Object.values(value) : undefined));
  return value;
}

function bodyOf(object, parent) {
  const holder = [object, parent].find((holder) => holder !== undefined && nameOfBody(holder) !== undefined);
  const message = typeof object.raw === "string" ? wholeMessage(object.raw) : undefined;
  if (message !== undefined) return { notes: [], body: message };
  if (holder === undefined) return { notes: [NO_BODY] };
  const coded = [object, parent].some((holder) => holder?.isBase64Encoded === true || /^base64$/i.test(holder?.bodyEncoding ?? holder?.body_encoding ?? ""));
  return bodyFrom(holder[nameOfBody(holder)], coded);
}

const nameOfBody = (holder) => (Array.isArray(holder) ? undefined : BODIES.find((name) => holder[name] !== undefined && holder[name] !== null && holder[name] !== ""));

/** A body, in whatever form a log has it. */
export function bodyFrom(value, coded = false) {
  if (isBytes(value)) return { notes: [], body: value };
  if (typeof value === "string") {
    const bytes = coded ? fromBase64(value) : undefined;
    return { notes: bytes ? ["The body was decoded from base64, as the log says."] : [], body: bytes ?? utf8(value) };
  }
  // `JSON.stringify` of a Node Buffer, HAR's `postData`, Postman's `raw`.
  if (value?.type === "Buffer" && isNumbers(value.data)) return { notes: [], body: Uint8Array.from(value.data) };
  if (isNumbers(value) && value.length > 0) return { notes: [], body: Uint8Array.from(value) };
  const inner = [value?.text, value?.mode === "raw" ? value.raw : undefined].find((text) => typeof text === "string");
  if (inner !== undefined) return bodyFrom(inner, /^base64$/i.test(value.encoding ?? ""));
  return { notes: [PARSED], body: utf8(JSON.stringify(value) ?? "") };
}

/** ngrok's inspector gives the whole request in base64: https://ngrok.com/docs/agent/api */
function wholeMessage(text) {
  const message = toByteString(fromBase64(text) ?? new Uint8Array());
  const end = /^[A-Z]+ \S+ HTTP\/[\d.]+\r\n/.test(message) ? message.indexOf("\r\n\r\n") : -1;
  return end < 0 ? undefined : fromByteString(message.slice(end + 4));
}

/** An object or a list from JSON; undefined for any other text. */
export function parse(text) {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const value = JSON.parse(text.trim());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Parses text that may be JSON: logs often contain JSON in strings. */
const parseInside = (value) => (typeof value === "string" ? parse(value) : value);
const isNumbers = (value) => Array.isArray(value) && value.every((item) => Number.isInteger(item) && item >= 0 && item < 256);
const isPair = ([name, value]) => typeof name === "string" && typeof value === "string";
