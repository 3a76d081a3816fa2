// What goes out to others, each in one crossing from Wasm. Nothing is decided here. `post` and `put` reject where they fail.
import { connect } from "cloudflare:sockets";
import { LATE, readAll, readerOf, within } from "./reading.js";

/** The time in which a destination has to take a connection, where it is asked why there was no answer. */
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

/** The status of an answer. Its body, which nobody reads, is let go of. */
export function head(response) {
  discard(response);
  return response.status;
}

/** To look at a response's headers makes an object of them. */
export function retryAfter(response) {
  return response.headers.get("retry-after") ?? undefined;
}

/**
 * Why a destination gave no answer. The platform says of an origin no more than that its connection was lost, or that something else failed
 * (DNS or TLS); which of them it was is seen by connecting once more, without sending anything.
 */
export async function cause({ message = "" }, fetcher, url) {
  if (fetcher) return "exception";
  const { protocol, hostname, port } = new URL(url);
  const tls = protocol === "https:";
  const lost = message.startsWith("Network connection lost");
  if (!lost && !message.startsWith("internal error")) return "network";
  const connects = await isReachable(hostname, Number(port) || (tls ? 443 : 80));
  if (lost) return connects ? "connection_lost" : "connection_refused";
  if (connects) return tls ? "tls" : "network";
  return /^\[|^[0-9.]+$/.test(hostname) ? "network" : "dns";
}

async function isReachable(hostname, port) {
  let socket;
  try {
    socket = connect({ hostname, port });
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

/** Lets go of a body that nobody reads. */
function discard(response) {
  response.body?.cancel().catch(() => {});
}
