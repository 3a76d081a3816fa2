// Requests that leave the Worker, each in one crossing from Wasm. Rust decides where they go, with what, and what a failure means.
import { connect } from "cloudflare:sockets";
import { LATE, readAll, readerOf, within } from "./reading.js";

/** The time limit of a connection. */
const CONNECT_MS = 1_000;

/**
 * One POST. `headers` are a JSON object: a `Headers` made from Rust would cost a crossing, and two strings, for each of them.
 * Resolves to the response, and rejects if there is none, with a `TimeoutError` once the time limit has ended the request.
 */
export async function post(fetcher, url, headers, body, milliseconds) {
  const limit = new AbortController();
  // Cleared at the end: a timer keeps a Durable Object in memory.
  const timer = setTimeout(() => limit.abort(LATE), milliseconds);
  const init = { method: "POST", headers: JSON.parse(headers), body, redirect: "manual", signal: limit.signal };
  try {
    return await (fetcher ? fetcher.fetch(url, init) : fetch(url, init));
  } finally {
    clearTimeout(timer);
  }
}

/** The status of a response. Its body is cancelled: nobody reads it. */
export function head(response) {
  discard(response);
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

/** A document of at most `limit` bytes, with its `Cache-Control`; undefined for anything but a 200 that is read in time. */
export async function get(url, milliseconds, limit, userAgent) {
  const headers = { accept: "application/jwk-set+json, application/json", "user-agent": userAgent };
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(milliseconds) });
    if (response.status !== 200 || response.body === null) return void discard(response);
    const reader = readerOf(response.body);
    const bytes = await readAll(reader, limit);
    if (bytes === null) return void reader.cancel().catch(() => {});
    return { bytes, cacheControl: response.headers.get("cache-control") ?? undefined };
  } catch {
    return undefined;
  }
}

function discard(response) {
  response.body?.cancel().catch(() => {});
}
