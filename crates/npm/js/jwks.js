// Fetches and caches key sets. The core decides how long a key set is fresh and when a fetch is due; the limits of a fetch are here.
import { Collected } from "./body.js";
import { misuse } from "./error.js";

const FETCH_MS = 5_000;
const WAIT_MS = 6_000;
const MAX_DOCUMENT = 64 * 1024;

const now = () => Date.now() / 1000;

/** Key sets by URL. Those that a function of the user's fetched are kept separately. */
const shared = new Map();
const apart = new WeakMap();

/**
 * The slot of a URL: `{ wasm, document, fetchedAt, ttl }` once there is a key set. After a failed fetch, `failure` is the reason, `failedAt` the
 * time, and `pause` the seconds for which the fetch is not repeated.
 */
function slotOf(url, fetcher, wasm) {
  let slots = shared;
  if (fetcher !== undefined) {
    slots = apart.get(fetcher) ?? new Map();
    apart.set(fetcher, slots);
  }
  if (!slots.has(url)) slots.set(url, { wasm, url, fetcher });
  return slots.get(url);
}

/** What may be done with a key set: "Fresh", "Stale" or "Expired"; undefined if there is none. */
const standing = ({ wasm, document, fetchedAt, ttl }) => (document ? wasm.call(({ Standing, standing }) => Standing[standing(fetchedAt, ttl, now())]) : undefined);
const isDue = ({ wasm }, last) => wasm.call((glue) => glue.mayRefetch(last, now()));
/** Whether the last fetch failed so recently that it is not repeated. Otherwise each forged delivery would cause a fetch. */
const rests = ({ wasm, failedAt, pause }) => failedAt !== undefined && !wasm.call((glue) => glue.mayFetchAfterFailure(failedAt, pause, now()));

/** The document of a usable key set, cached or fetched; undefined if there is none. */
export async function current(wasm, url, { fetcher, waitUntil }) {
  const slot = slotOf(url, fetcher, wasm);
  const known = standing(slot);
  if (known === "Fresh") return slot.document;
  if (known === "Stale") {
    if (isDue(slot, slot.refreshedAt) && !rests(slot)) {
      slot.refreshedAt = now();
      keepAlive(waitUntil, load(slot));
    }
    return slot.document;
  }
  if (slot.flight === undefined && rests(slot)) return undefined;
  await ended(slot);
  return inMemory(slot);
}

/** The document of a key set that may be newer than the one that did not match; undefined if no fetch is in flight or due. */
export async function newer(wasm, url, { fetcher }) {
  const slot = slotOf(url, fetcher, wasm);
  if (slot.flight === undefined) {
    if (!isDue(slot, slot.refetchedAt) || rests(slot)) return undefined;
    slot.refetchedAt = now();
  }
  await ended(slot);
  return inMemory(slot);
}

/** Why the last fetch failed, for the operator. */
export function failureOf(url, { fetcher }) {
  return slotOf(url, fetcher, undefined).failure;
}

function keepAlive(waitUntil, flight) {
  try {
    waitUntil?.(flight);
  } catch (cause) {
    throw misuse("config_invalid", "`waitUntil` failed: pass `(promise) => ctx.waitUntil(promise)`, not `ctx.waitUntil` without its context", undefined, cause);
  }
}

function inMemory(slot) {
  const known = standing(slot);
  return known === "Fresh" || known === "Stale" ? slot.document : undefined;
}

/** Starts a fetch, or joins the one in flight, unless that should have ended long ago. */
function load(slot) {
  if (slot.flight === undefined || now() - slot.startedAt > WAIT_MS / 1000) {
    const flight = fetchSet(slot)
      .then(
        (set) => ({ ...set, failure: undefined, failedAt: undefined }),
        (failure) => ({ failure, failedAt: now(), pause: slot.wasm.call((glue) => glue.pauseAfterFailure(Math.random() * 256)) }),
      )
      .then((outcome) => void (slot.flight === flight && Object.assign(slot, outcome, { flight: undefined })));
    Object.assign(slot, { flight, startedAt: now() });
  }
  return slot.flight;
}

/**
 * Waits until a fetch has ended, whatever it brought. On Workers, a fetch dies with the request that started it. If that is another one,
 * this request starts its own.
 */
async function ended(slot) {
  if (!(await hasEnded(slot, load(slot)))) await hasEnded(slot, load(slot));
}

/** Whether a fetch ends. In Workers, waiting for one that died never ends, or fails, by the compatibility date. */
async function hasEnded(slot, flight) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, WAIT_MS, false)));
  const isAlive = await Promise.race([flight.then(() => true, () => false), late]);
  clearTimeout(timer);
  if (slot.flight === flight) slot.flight = undefined;
  return isAlive;
}

async function fetchSet({ wasm, url, fetcher }) {
  const limit = new AbortController();
  const late = new Promise((_, reject) => limit.signal.addEventListener("abort", () => reject(limit.signal.reason)));
  const timer = setTimeout(() => limit.abort(new Error(`no response within ${FETCH_MS / 1000} s`)), FETCH_MS);
  try {
    // The user's own function may ignore the signal.
    return await Promise.race([respondedTo(wasm, url, fetcher, limit.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function respondedTo(wasm, url, fetcher, signal) {
  const init = { __proto__: null, redirect: "manual", headers: headers(wasm), signal };
  const response = await (fetcher ?? globalThis.fetch)(url, init);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the key set's URL responded with ${response.status || "a redirect"}`);
  }
  const ttl = wasm.call((glue) => glue.timeToLive(response.headers.get("cache-control") ?? undefined));
  const document = await readUpTo(MAX_DOCUMENT, response.body, signal);
  wasm.call((glue) => glue.checkKeySet(document));
  return { document, ttl, fetchedAt: now() };
}

/** In a browser, a `user-agent` of our own would cause a CORS preflight. */
function headers(wasm) {
  const accept = "application/jwk-set+json, application/json";
  const isBrowser = globalThis.navigator?.userAgent?.startsWith?.("Mozilla/");
  return isBrowser ? { accept } : { accept, "user-agent": wasm.call((glue) => glue.userAgent()) };
}

async function readUpTo(limit, stream, signal) {
  if (typeof stream?.getReader !== "function") throw new Error("the response with the key set has no body that can be read as a web stream");
  const [reader, document] = [stream.getReader(), new Collected(limit)];
  const stop = () => reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop);
  for (;;) {
    const { done, value } = await reader.read();
    if (signal.aborted) throw signal.reason;
    // It is kept, and what it grew into is up to twice as large.
    if (done) return document.bytes.slice();
    if (!document.add(value)) {
      stop();
      throw new Error(`the key set is larger than ${limit / 1024} KiB`);
    }
  }
}
