// Reads a raw body: as text or bytes, or in chunks. Anything else is refused with what to pass instead.
import { misuse } from "./error.js";
import { BODY, whatIs } from "./given.js";

/**
 * The body as a string, or as a Uint8Array over the same memory. Its length is the one that the engine knows: a subclass may report
 * any `length`, and then the bytes that are verified would not be those that are parsed.
 */
export function bodyOf(payload) {
  if (typeof payload === "string") return payload;
  if (!ArrayBuffer.isView(payload) && !BUFFERS.includes(kindOf(payload))) throw misuse("invalid_body", reason(payload));
  try {
    return bytesOf(payload);
  } catch {
    throw misuse("invalid_body", "the body's memory is gone: its buffer was transferred or shrunk before the check");
  }
}

/** The bytes of a view or a buffer, as the engine knows them. */
export function bytesOf(bytes) {
  if (!ArrayBuffer.isView(bytes)) return new Uint8Array(bytes, 0, new Uint8Array(bytes).length);
  const slot = kindOfView(bytes) === undefined ? SLOTS.data : SLOTS.typed;
  return new Uint8Array(slot.buffer(bytes), slot.byteOffset(bytes), slot.byteLength(bytes));
}

/** A prototype's getters, which read the engine's own slots, not the object's properties. */
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
/** The name of a typed array's class, from the engine's own slot; undefined for a DataView. */
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

const READ_BEFORE = "the request's body was read before: pass the request first, or read `await request.clone().arrayBuffer()` and pass that with the headers";

/** Bytes that arrive in chunks, up to a limit. In one buffer, which grows: a chunk of one byte takes a hundred, and may keep kilobytes alive. */
export class Collected {
  #limit;
  #buffer = new Uint8Array();
  #length = 0;

  constructor(limit) {
    this.#limit = limit;
  }

  /** Adds a chunk, and returns whether all is within the limit. */
  add(chunk) {
    const end = this.#length + chunk.length;
    if (end > this.#limit) return false;
    if (end > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#limit, Math.max(end, 2 * this.#buffer.length)));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = end;
    return true;
  }

  /** What was added, in the buffer's own memory. */
  get bytes() {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Parses a verified body; undefined for an empty one. The caller must hide the error of `JSON.parse`, which quotes the body. */
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
  return `the body is a parsed object; the signature covers the exact bytes that were sent, and serialising the object again gives other bytes: ${BODY}`;
}

const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const BUFFERS = ["ArrayBuffer", "SharedArrayBuffer"];
const decoder = new TextDecoder("utf-8", { fatal: true });
