// What goes out to others, each in one crossing from Wasm. Nothing is decided here. `post`, `pass` and `put` reject where they fail.
import { connect } from "cloudflare:sockets";
import { LATE, readAll, readerOf, within } from "./reading.js";

/** The time in which a destination has to take a connection, where it is asked why there was no answer. */
const CONNECT_MS = 1_000;

/**
 * One POST. `lines` are headers, each a name and a value, separated by line feeds; whether a Durable Object makes it is said by `inObject`.
 * Resolves to the answer, and rejects where there is none, with a `TimeoutError` where time was up.
 */
export function post(fetcher, url, lines, body, milliseconds, inObject) {
  const parts = lines.split("\n");
  const headers = {};
  for (let i = 1; i < parts.length; i += 2) headers[parts[i - 1]] = parts[i];
  return (inObject ? sendFromObject : send)(fetcher, url, headers, body, milliseconds);
}

/**
 * One POST under the sender's signature, to the same end. No header crosses to Wasm and back: which of the request's go on (by name, and by
 * place among those values that were read), and what is added to them, was told of the source once, for each of its plans. `id` is there
 * for a plan that has a header for it; `receivedAt` is in Unix seconds.
 */
export function pass({ headers: came, values, reader }, plan, fetcher, id, body, receivedAt, milliseconds) {
  const { passed, added, id: ofId } = reader.plans[plan];
  const headers = { ...added, [reader.receivedAt]: String(receivedAt) };
  if (id !== undefined) headers[ofId] = id;
  for (const [name, at, codings] of passed) {
    const value = at === null ? came.get(name) : values[at];
    if (value && (codings === null || isCoded(value, codings, body))) headers[name] = value;
  }
  return send(fetcher, reader.url, headers, body, milliseconds);
}

/** Whether a body begins as the coding does that is named. */
function isCoded(name, codings, body) {
  return codings.some(([coding, magic]) => coding === name.toLowerCase() && magic.every((byte, at) => body[at] === byte));
}

/**
 * With a time limit that ends the wait: the request itself ends with the context that made it, which is over once the sender has its answer.
 * To give the request a signal as well would cost a delivery 2 %, and an asynchronous function one promise more.
 */
function send(fetcher, url, headers, body, milliseconds) {
  return within(request(fetcher, url, headers, body), milliseconds);
}

/** With one that ends the request, and ends with it: the context of a Durable Object goes on, and a timer would keep it in memory. */
async function sendFromObject(fetcher, url, headers, body, milliseconds) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(LATE), milliseconds);
  try {
    return await request(fetcher, url, headers, body, limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

function request(fetcher, url, headers, body, signal) {
  const init = { method: "POST", headers, body, redirect: "manual", signal };
  return fetcher ? fetcher.fetch(url, init) : fetch(url, init);
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

/** The headers that belong to a body, as lines: empty where there is none. */
export function content(headers) {
  return `${headers.get("content-type") ?? ""}\n${headers.get("content-encoding") ?? ""}`;
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

/** What each of these comes to in time: undefined where it does not, or fails. */
export async function inTime(promises, milliseconds) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  const outcomes = await Promise.all(promises.map((promise) => Promise.race([promise, late]).catch(() => undefined)));
  clearTimeout(timer);
  return outcomes;
}

/** Stores text in KV for a number of seconds, at least 60. */
export function put(kv, key, value, seconds) {
  return kv.put(key, value, { expirationTtl: seconds });
}

/** Sets an object's alarm. The platform tells the object itself where that fails: it is started anew. */
export function arm(storage, at) {
  storage.setAlarm(at).catch(() => {});
}

/** Lets go of a body that nobody reads. */
function discard(response) {
  response.body?.cancel().catch(() => {});
}
