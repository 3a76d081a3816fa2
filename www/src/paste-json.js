// JSON that holds a delivery: a line of a log, the event of a serverless function, a request that was printed.
import { fromBase64, utf8 } from "./encoding.js";

const BODIES = ["rawBody", "raw_body", "body", "payload", "data", "content", "text"];
const DEEP = 6;

/** The first object, from the outside in, that has the headers of a webhook. */
export function jsonLog(text) {
  const value = parse(text);
  if (value === undefined) return undefined;
  for (let level = [value], depth = 0; level.length > 0 && depth < DEEP; depth += 1) {
    for (const object of level) {
      const found = delivery(object);
      if (found !== undefined) return found;
    }
    level = level.flatMap((object) => Object.values(object)).map(parseInside).filter(isObject);
  }
  return undefined;
}

/** A document that is a key set. */
export function keySet(text) {
  return Array.isArray(parse(text)?.keys) ? { kind: "a key set", headers: [], notes: [], jwks: text.trim() } : undefined;
}

/** A document that is an event and no more: the body. */
export function event(text) {
  const value = parse(text);
  return value === undefined ? undefined : { kind: "a JSON body", headers: [], notes: [], body: utf8(text) };
}

function delivery(object) {
  for (const holder of [object.headers, object.rawHeaders, object.multiValueHeaders, object]) {
    const headers = pairs(holder);
    if (headers.some(([name]) => /^(webhook|svix)-/i.test(name))) return { kind: "a JSON log", headers, ...bodyOf(object) };
  }
  return undefined;
}

/** Headers as objects, pairs, `{name, value}`, or names and values in turn. */
function pairs(holder) {
  if (Array.isArray(holder)) {
    if (holder.every((item) => typeof item === "string")) return holder.flatMap((name, at) => (at % 2 === 0 ? [[name, holder[at + 1] ?? ""]] : []));
    return holder.flatMap((item) => (Array.isArray(item) ? [item] : isObject(item) ? [[item.name ?? item.key, item.value]] : [])).filter(isPair);
  }
  if (!isObject(holder)) return [];
  return Object.entries(holder).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : typeof value === "number" ? String(value) : value]).filter(isPair);
}

function bodyOf(object) {
  const name = BODIES.find((name) => object[name] !== undefined && object[name] !== null);
  const value = object[name];
  if (name === undefined) return { notes: ["There is no body in it: paste it below, or drop its file."] };
  if (typeof value !== "string") {
    const note = "The log holds the body as JSON that was parsed before. It is written out again here, without white space, which may not be the bytes that were signed.";
    return { notes: [note], body: utf8(JSON.stringify(value)) };
  }
  const bytes = object.isBase64Encoded === true ? fromBase64(value) : undefined;
  return { notes: bytes ? ["The body was decoded from base64, as `isBase64Encoded` says."] : [], body: bytes ?? utf8(value) };
}

function parse(text) {
  try {
    const value = JSON.parse(text.trim());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Logs often hold a message that is JSON itself. */
const parseInside = (value) => (typeof value === "string" && value.startsWith("{") ? parse(value) : value);
const isObject = (value) => value !== null && typeof value === "object";
const isPair = ([name, value]) => typeof name === "string" && typeof value === "string";
