// Requests that leave the Worker, each in one crossing from Wasm. Rust decides where they go, with what, and what a failure means.
import { connect } from "cloudflare:sockets";
import { late, within } from "./limits.js";
import { readAll, readerOf } from "./reading.js";

/** The time limit of a connection. */
const CONNECT_MS = 1_000;
/** The time limit of reading how a failing response begins. */
const BEGINNING_MS = 1_000;
/** The time limit of fetching a key set, and its largest document in bytes. */
const KEY_SET_MS = 5_000;
const LARGEST_KEY_SET = 64 * 1024;

/** The largest body of an answer that goes to the sender. */
const LARGEST_ANSWER = 64 * 1024;
/** What senders read. Anything else, such as the page of an origin's framework, is an accident. */
const ANSWER_TYPES = /^(application\/json|text\/plain|text\/xml|application\/xml)?\s*(;|$)/i;

/**
 * One POST: a promise of the response. `headers` are a JSON object: a `Headers` made from Rust would cost a crossing, and two strings, for
 * each of them. It ends with the request that it is made for.
 */
export function post(fetcher, url, headers, body, signal) {
  const init = { method: "POST", headers: JSON.parse(headers), body, redirect: "manual", signal };
  return fetcher ? fetcher.fetch(url, init) : fetch(url, init);
}

/**
 * One POST with a time limit of its own, which ends it with a `TimeoutError`. If the destination `answers` the sender, a 2xx has to be
 * there with its body within that time.
 */
export async function postWithin(fetcher, url, headers, body, milliseconds, answers) {
  const limit = new AbortController();
  // Cleared at the end: a timer keeps a Durable Object in memory.
  const timer = setTimeout(() => limit.abort(late()), milliseconds);
  try {
    const response = await post(fetcher, url, headers, body, limit.signal);
    return answers && response.ok ? await answerOf(response, limit.signal) : response;
  } finally {
    clearTimeout(timer);
  }
}

/** A response's status, type and body in a response to the sender. No other header of the origin's is for the sender. */
async function answerOf(response, signal) {
  const type = response.headers.get("content-type") ?? "";
  if (!ANSWER_TYPES.test(type)) {
    discard(response);
    throw new Error("answer_type");
  }
  const init = { status: response.status, headers: { "x-content-type-options": "nosniff", ...(type && { "content-type": type }) } };
  if (response.body === null) return new Response(null, init);
  const reader = readerOf(response.body);
  let bytes;
  try {
    bytes = await readAll(reader, LARGEST_ANSWER);
  } catch {
    throw signal.aborted ? signal.reason : new Error("answer_cut");
  }
  if (bytes !== null) return new Response(bytes, init);
  reader.cancel().catch(() => {});
  throw new Error("answer_too_long");
}

/** The beginning of a body as text, within a second. Never rejects. */
export async function beginning(response, bytes) {
  if (response.body === null) return "";
  const reader = readerOf(response.body);
  try {
    const { value } = await within(reader.readAtLeast(bytes, new Uint8Array(bytes)), BEGINNING_MS);
    return new TextDecoder().decode(value);
  } catch {
    return "";
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** The status of a response. Its body is cancelled unless it is an answer to the sender: nobody reads it. */
export function head(response, answers) {
  if (!answers || !response.ok) discard(response);
  return response.status;
}

/** Whether the origin of a URL takes a connection in time; nothing is sent. */
export async function connects(url) {
  const { protocol, hostname, port } = new URL(url);
  let socket;
  try {
    socket = connect({ hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) });
    socket.closed.catch(() => {});
    await within(socket.opened, CONNECT_MS);
    return true;
  } catch {
    return false;
  } finally {
    socket?.close().catch(() => {});
  }
}

/** The document of a key set, with its `Cache-Control`; undefined for anything but a 200 that is read in time and not too large. */
export async function keySet(url, userAgent) {
  const headers = { accept: "application/jwk-set+json, application/json", "user-agent": userAgent };
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(KEY_SET_MS) });
    if (response.status !== 200 || response.body === null) return void discard(response);
    const reader = readerOf(response.body);
    const bytes = await readAll(reader, LARGEST_KEY_SET);
    if (bytes === null) return void reader.cancel().catch(() => {});
    return { bytes, cacheControl: response.headers.get("cache-control") ?? undefined };
  } catch {
    return undefined;
  }
}

function discard(response) {
  response.body?.cancel().catch(() => {});
}
