// Header values, from whatever users hold headers in. Objects are told apart by what they can do: a class of another realm or polyfill is as good.
import { misuse } from "./error.js";

/** The value for each of the names; "" for one that is not there. */
export function valuesOf(headers, names) {
  return names.map(getter(headers));
}

/** All headers as pairs, for a report. */
export function pairsOf(headers) {
  const source = sourceOf(headers);
  const pairs = [];
  if (typeof source.forEach === "function" && typeof source.get === "function" && !isMap(source)) source.forEach((value, name) => pairs.push([name, value]));
  else for (const [name, value] of entries(source)) pairs.push([String(name), textOf(name, value)]);
  return pairs;
}

function getter(headers) {
  const source = sourceOf(headers);
  if (typeof source.get === "function" && !isMap(source)) return (name) => textOf(name, source.get(name));
  if (typeof source[Symbol.iterator] === "function") {
    const known = collect(entries(source));
    return (name) => known.get(name) ?? "";
  }
  let known;
  return (name) => {
    const value = source[name];
    if (value !== undefined) return textOf(name, value);
    known ??= collect(Object.entries(source));
    return known.get(name) ?? "";
  };
}

/** What holds the headers: the thing itself, or its `headers`, if it is a request. */
function sourceOf(headers) {
  if (headers === null || typeof headers !== "object") {
    throw misuse("missing_header", "no headers were given: pass the request's headers as they came, `request.headers` or `req.headers`", "webhook-id");
  }
  const { headers: inner } = headers;
  return inner !== null && typeof inner === "object" && !Array.isArray(inner) ? inner : headers;
}

function entries(source) {
  if (typeof source[Symbol.iterator] !== "function") return Object.entries(source);
  const list = [...source];
  // Node's `rawHeaders`: names and values in turn.
  if (typeof list[0] === "string") return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : []));
  return list;
}

/** By lower-case name; lines of one name are joined, as Fetch does. */
function collect(pairs) {
  const known = new Map();
  for (const [name, value] of pairs) {
    const key = String(name).toLowerCase();
    const text = textOf(key, value);
    known.set(key, known.has(key) ? `${known.get(key)}, ${text}` : text);
  }
  return known;
}

function textOf(name, value) {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw misuse("invalid_header", `header \`${name}\` is not text: pass the request's headers as they came`, name);
}

const isMap = (value) => Object.prototype.toString.call(value) === "[object Map]";
