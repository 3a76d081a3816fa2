// Header values, from whatever users hold headers in. Objects are told apart by what they can do: a class of another realm or polyfill is as good.
import { WebhookVerificationError, misuse } from "./error.js";
import { EDGE, whatIs } from "./given.js";

/** The value for each of the names, which come in sets of id, timestamp and signature; "" for one that is not there. */
export function valuesOf(headers, names) {
  try {
    const source = sourceOf(headers);
    if (isGetter(source)) return names.map((name) => textOf(name, source.get(name)));
    if (!isIterable(source)) return known(source, names);
    const values = new Values(names);
    for (const [name, value] of entries(source)) values.add(placeOf(name, names), name, value);
    return values.texts;
  } catch (error) {
    throw unreadable(error);
  }
}

/** All headers as pairs, for a report; of what only answers for a name, those of these names. */
export function pairsOf(headers, names) {
  try {
    const source = sourceOf(headers);
    if (isIterable(source)) return entries(source).map(([name, value]) => [name, textOf(name, value)]);
    if (isGetter(source)) return names.map((name) => [name, textOf(name, source.get(name))]).filter(([, value]) => value !== "");
    known(source, names);
    return Object.entries(source).filter(([, value]) => isLines(value)).map(([name, value]) => [name, textOf(name, value)]);
  } catch (error) {
    throw unreadable(error);
  }
}

/** What fails while headers are read is a mistake of the receiver as well. */
function unreadable(error) {
  return error instanceof WebhookVerificationError ? error : misuse("config_invalid", `the headers cannot be read: ${AS_THEY_CAME}`, undefined, error);
}

/** Texts for names; lines of one name are joined, as Fetch does. */
class Values {
  texts = [];
  #seen = 0;

  constructor(names) {
    for (let at = 0; at < names.length; at++) this.texts.push("");
  }

  add(at, name, value) {
    if (at < 0) return;
    const text = textOf(name, value);
    this.texts[at] = (this.#seen >>> at) & 1 ? `${this.texts[at]}, ${text}` : text;
    this.#seen |= 1 << at;
  }
}

/** The values in an object. One without a signature may be headers that lack it, or no headers at all. */
function known(source, names) {
  const values = new Values(names);
  // Measured in V8: this takes a third of what `Object.keys` takes with looking them up. What is inherited does not count.
  for (const key in source) {
    const at = placeOf(key, names);
    if (at >= 0 && Object.hasOwn(source, key)) values.add(at, key, source[key]);
  }
  for (let at = 2; at < names.length; at += 3) if (values.texts[at] !== "") return values.texts;
  checkSet(source);
  return values.texts;
}

/** Which of the names it is, whatever its case. Most names of a request have another length or first letter, which is sooner seen than the rest. */
function placeOf(key, names) {
  for (let at = 0; at < names.length; at++) {
    const name = names[at];
    if (key.length === name.length && (key.charCodeAt(0) | 0x20) === name.charCodeAt(0) && (key === name || key.toLowerCase() === name)) return at;
  }
  return -1;
}

/** What holds the headers: the thing itself, or its `headers`, if it is a request. */
function sourceOf(headers) {
  if (!isObject(headers)) throw misuse("config_invalid", `no headers were given${headers === undefined || headers === null ? "" : `, but a ${typeof headers}`}: ${AS_THEY_CAME}`);
  if (typeof headers.then === "function") throw misuse("config_invalid", `a promise of headers was passed: await it first (in Next.js: \`await headers()\`)`);
  if (ArrayBuffer.isView(headers)) throw misuse("config_invalid", SWAPPED);
  const { headers: inner } = headers;
  // What every object inherits is of a polluted prototype.
  return isObject(inner) && !Array.isArray(inner) && inner !== Object.prototype.headers ? sourceOf(inner) : headers;
}

/** The pairs of what can be gone through: pairs themselves, or names and values in turn, as in Node's `rawHeaders`. */
function entries(source) {
  const iterator = source[Symbol.iterator]();
  const list = [...{ [Symbol.iterator]: () => iterator }];
  if (list.length === 0 && iterator === source) throw misuse("config_invalid", "the iterator of headers is at its end, so they were read before: pass the headers themselves");
  const flat = isText(list[0]);
  if (flat && list.length % 2 === 1) throw misuse("config_invalid", `the list of header names and values in turn is of odd length: ${AS_THEY_CAME}`);
  const pairs = flat ? list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]]] : [])) : list;
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || !isText(pair[0])) throw misuse("config_invalid", `a list of headers is one of pairs, \`[name, value]\`, and this holds something else: ${AS_THEY_CAME}`);
    return pair.map((part) => (ArrayBuffer.isView(part) ? latin1(part) : part));
  });
}

function checkSet(source) {
  if (["ArrayBuffer", "SharedArrayBuffer"].includes(kindOf(source))) throw misuse("config_invalid", SWAPPED);
  const what = whatIs(source);
  if (what !== undefined) throw misuse("config_invalid", what);
  const strange = Object.entries(source).find(([, value]) => !isLines(value));
  if (strange !== undefined) throw notText(...strange);
}

function textOf(name, value) {
  if (typeof value === "string") return value;
  if (!isLines(value)) throw notText(name, value);
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function notText(name, value) {
  const edge = Array.isArray(value) && isObject(value[0]) && "value" in value[0];
  const isName = /^[\w-]{1,64}$/.test(name);
  const called = isName ? `header \`${name}\` is` : "what was passed for headers has a member that is";
  return misuse("invalid_header", `${called} not text: ${edge ? `these are headers of Lambda@Edge; ${EDGE}` : AS_THEY_CAME}`, isName ? name : undefined);
}

const SWAPPED = "bytes were passed in the place of headers: the body comes first, then the headers";
const AS_THEY_CAME = "pass the request's headers as they came, `request.headers` or `req.headers`";

/** Bytes as HTTP has them in headers, one character each. */
const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

const isObject = (value) => typeof value === "object" && value !== null;
/** What Node and others have for a header: text, a number, several of them, or nothing. */
const isLines = (value) => value === undefined || value === null || ["string", "number", "bigint"].includes(typeof value) || (Array.isArray(value) && value.every((line) => !Array.isArray(line) && isLines(line)));
const isText = (value) => typeof value === "string" || ArrayBuffer.isView(value);
const isIterable = (source) => typeof source[Symbol.iterator] === "function";
/** Whether it answers for a name, in whatever case: not a Map, which knows its keys alone. */
const isGetter = (source) => typeof source.get === "function" && kindOf(source) !== "Map";
const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
