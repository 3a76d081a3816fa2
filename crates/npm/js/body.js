// The raw body, as text or bytes; anything else is refused in words that help.
import { misuse } from "./error.js";
import { BODY, whatIs } from "./given.js";

/**
 * A string, or a Uint8Array over the same memory. It has the length that the engine knows: a subclass may say anything of
 * `length`, and what is checked and what is parsed would be two things.
 */
export function bodyOf(payload) {
  if (typeof payload === "string") return payload;
  if (!ArrayBuffer.isView(payload) && !BUFFERS.includes(kindOf(payload))) throw misuse("invalid_body", reason(payload));
  try {
    return bytesOf(payload);
  } catch {
    throw misuse("invalid_body", "the body's memory is gone: its buffer was transferred, or shrunk, before it was verified");
  }
}

/** The bytes behind a view or a buffer, by what the engine knows of it. */
export function bytesOf(bytes) {
  if (!ArrayBuffer.isView(bytes)) return new Uint8Array(bytes, 0, new Uint8Array(bytes).length);
  const slot = kindOfView(bytes) === undefined ? SLOTS.data : SLOTS.typed;
  return new Uint8Array(slot.buffer(bytes), slot.byteOffset(bytes), slot.byteLength(bytes));
}

/** Getters of a prototype, which read what the engine holds and nothing that an object says of itself. */
function slotsOf(prototype) {
  const getter = (name) => getterOf(prototype, name);
  return { buffer: getter("buffer"), byteOffset: getter("byteOffset"), byteLength: getter("byteLength") };
}
function getterOf(prototype, name) {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name);
  return (bytes) => get.call(bytes);
}
const Typed = Object.getPrototypeOf(Uint8Array.prototype);
const SLOTS = { typed: slotsOf(Typed), data: slotsOf(DataView.prototype) };
/** The name of a typed array's class, whatever it says of itself; undefined for a DataView. */
const kindOfView = getterOf(Typed, Symbol.toStringTag);

export async function bodyOfRequest(request) {
  if (request.bodyUsed) throw misuse("invalid_body", READ_BEFORE);
  let body;
  try {
    body = await request.arrayBuffer();
  } catch (error) {
    if (request.bodyUsed || request.body?.locked) throw misuse("invalid_body", READ_BEFORE);
    throw error;
  }
  return bodyOf(body);
}

const READ_BEFORE = "the request's body was read before: hand the request over first, or read `await request.clone().arrayBuffer()` and pass that with the headers";

/** The event in a verified body; undefined for an empty one. Throws what `JSON.parse` throws, which nobody may see: it quotes the body. */
export function parse(body) {
  const text = typeof body === "string" ? body : decoder.decode(body);
  if (text === "") return undefined;
  return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

function reason(payload) {
  if (payload === undefined || payload === null) return `there is no body (an empty one is ""): ${BODY}`;
  const known = whatIs(payload);
  if (known !== undefined) return known;
  if (typeof payload !== "object") return `the body is a ${typeof payload}: ${BODY}`;
  return `the body is a parsed object; the signature covers the exact bytes that were sent, and JSON written again is not those bytes: ${BODY}`;
}

const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const BUFFERS = ["ArrayBuffer", "SharedArrayBuffer"];
const decoder = new TextDecoder("utf-8", { fatal: true });
