// The raw body, as text or bytes; anything else is refused in words that help.
import { misuse } from "./error.js";

/** A string or a Uint8Array over the same memory. */
export function bodyOf(payload) {
  if (typeof payload === "string") return payload;
  if (payload instanceof Uint8Array) return payload;
  if (ArrayBuffer.isView(payload)) return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  if (BUFFERS.includes(kindOf(payload))) return new Uint8Array(payload);
  throw misuse("invalid_body", reason(payload));
}

/** Whether the body comes with its headers, in a request of Fetch. */
export function isRequest(payload) {
  return typeof payload?.arrayBuffer === "function" && typeof payload.headers === "object";
}

export async function bodyOfRequest(request) {
  if (request.bodyUsed) throw misuse("invalid_body", "the request's body was read before: hand the request over first, or read `await request.clone().arrayBuffer()` and pass that with the headers");
  return new Uint8Array(await request.arrayBuffer());
}

/** The event in a body; undefined for an empty one. */
export function parse(body) {
  const text = typeof body === "string" ? body : decoder.decode(body);
  if (text === "") return undefined;
  return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

function reason(payload) {
  if (payload === undefined || payload === null) return `there is no body (an empty one is ""): ${HOW}`;
  if (typeof payload === "object" && typeof payload.getReader === "function") return "the body is a stream: read it to its end first, as in `await request.arrayBuffer()`, or pass the request itself";
  if (typeof payload === "object" && typeof payload.pipe === "function") return `the body is a stream or Node's request: ${HOW}`;
  if (typeof payload === "object" && typeof payload.arrayBuffer === "function") return "the body is a Blob or a response: pass `await body.arrayBuffer()`";
  if (typeof payload === "object" && typeof payload.then === "function") return "the body is a promise: await it first";
  if (typeof payload === "object") return `the body is a parsed object; the signature covers the exact bytes that were sent, and JSON written again is not those bytes: ${HOW}`;
  return `the body is a ${typeof payload}: ${HOW}`;
}

const HOW =
  "hand over the raw body. Express: `express.raw({ type: \"*/*\" })` on this route, then `req.body`. " +
  "Fastify: `addContentTypeParser(\"application/json\", { parseAs: \"buffer\" }, (_, body, done) => done(null, body))`. " +
  "Next.js, Hono, Workers, Deno, Bun: pass the request, or `await request.arrayBuffer()`. " +
  "Next.js pages: `export const config = { api: { bodyParser: false } }`, then collect the stream";

const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const BUFFERS = ["ArrayBuffer", "SharedArrayBuffer"];
const decoder = new TextDecoder("utf-8", { fatal: true });
