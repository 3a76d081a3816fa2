// Key sets: fetched, kept, refreshed and fetched again. How long a set is fresh and when a fetch is due, the core says.
import { core } from "./instances.js";

const FETCH_MS = 5_000;
const WAIT_MS = 6_000;
const MAX_DOCUMENT = 64 * 1024;
const [FRESH, STALE] = [0, 1];

const now = () => Date.now() / 1000;

/** Sets by URL; those fetched by a function of the user's are apart. */
const shared = new Map();
const apart = new WeakMap();

/** The slot of a URL. It is `{ document, fetchedAt, ttl }` once there is a set, and `failure` says why there is none. */
function slotOf(url, fetcher) {
  let slots = shared;
  if (fetcher !== undefined) {
    slots = apart.get(fetcher) ?? new Map();
    apart.set(fetcher, slots);
  }
  if (!slots.has(url)) slots.set(url, { url, fetcher });
  return slots.get(url);
}

const standing = (slot) => (slot.document ? core.call((glue) => glue.standing(slot.fetchedAt, slot.ttl, now())) : undefined);
const isDue = (last) => core.call((glue) => glue.mayRefetch(last, now()));

/** A readable set, from wherever it can be had: its document, or undefined. */
export async function current(url, { fetcher, waitUntil }) {
  const slot = slotOf(url, fetcher);
  const known = standing(slot);
  if (known === FRESH) return slot.document;
  if (known === STALE) {
    if (isDue(slot.refreshedAt)) {
      slot.refreshedAt = now();
      const flight = load(slot);
      waitUntil?.(flight);
    }
    return slot.document;
  }
  await settled(slot, load(slot));
  return inMemory(slot);
}

/** A set that may be newer than the one that did not match: of a load on its way, or of one that is due; else undefined. */
export async function newer(url, { fetcher }) {
  const slot = slotOf(url, fetcher);
  let flight = slot.flight;
  if (flight === undefined && isDue(slot.refetchedAt)) {
    slot.refetchedAt = now();
    flight = load(slot);
  }
  if (flight === undefined) return undefined;
  await settled(slot, flight);
  return inMemory(slot);
}

/** Why the last fetch failed, for whoever runs this. */
export function failureOf(url, { fetcher }) {
  return slotOf(url, fetcher).failure;
}

function inMemory(slot) {
  const known = standing(slot);
  return known === FRESH || known === STALE ? slot.document : undefined;
}

/** Starts a load, or joins the one on its way. The promise does not fail. */
function load(slot) {
  slot.flight ??= fetchSet(slot)
    .then(
      (set) => Object.assign(slot, set, { failure: undefined }),
      (error) => (slot.failure = error),
    )
    .then(() => (slot.flight = undefined));
  return slot.flight;
}

/** Waits for a load, but not for ever: on Workers it may have died with the request that began it. Then the next begins another. */
async function settled(slot, flight) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, WAIT_MS)));
  await Promise.race([flight, late]);
  clearTimeout(timer);
  if (slot.flight === flight) slot.flight = undefined;
}

async function fetchSet({ url, fetcher }) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${FETCH_MS / 1000} s`)), FETCH_MS);
  try {
    const init = { redirect: "manual", headers: { accept: "application/json" }, signal: limit.signal };
    const response = await (fetcher ?? globalThis.fetch)(url, init);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the key set's URL answered ${response.status || "with a redirect"}`);
    }
    const ttl = core.call((glue) => glue.timeToLive(response.headers.get("cache-control") ?? undefined));
    const document = await readUpTo(MAX_DOCUMENT, response.body);
    core.call((glue) => glue.checkKeySet(document));
    return { document, ttl, fetchedAt: now() };
  } finally {
    clearTimeout(timer);
  }
}

async function readUpTo(limit, stream) {
  const [reader, chunks] = [stream.getReader(), []];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new Error(`the key set is larger than ${limit / 1024} KiB`);
    }
    chunks.push(value);
  }
  const document = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    document.set(chunk, at);
    at += chunk.length;
  }
  return document;
}
