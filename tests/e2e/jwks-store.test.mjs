// The second level of the key set cache: KV, which a new isolate reads before it asks the network.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Pool, serving } from "./fixtures/keysets.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused, refusedForNow } from "./fixtures/expect.mjs";
import { delivery, newEd25519, signedByKey } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const key = newEd25519();
const next = newEd25519();
const stranger = newEd25519();
let loopback;
let pool;
let worker;

before(async () => {
  loopback = await Loopback.start();
  pool = new Pool(loopback, 9);
  worker = await Worker.start({ build: "worker-test", sources: pool.sources });
});

beforeEach(() => worker.setClock(0));

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

async function by(signer, source) {
  const made = delivery(signedByKey(signer.privateKey), { timestamp: worker.now() });
  return { ...(await worker.post(source.path, made)), id: made.id };
}

const accepted = (reply) => delivered(reply, reply.id);

/** A source whose keys have been fetched and stored, in an isolate that has gone since. */
async function stored(keys = [key.jwk]) {
  const source = pool.take();
  source.keys.always(serving(keys));
  const before = (await worker.kvKeys()).length;
  await by(key, source);
  await until(async () => (await worker.kvKeys()).length > before, "the key set in KV");
  await worker.restart();
  return { ...source, fetched: source.keys.requests.length };
}

test("a new isolate takes the keys from KV and fetches nothing", async () => {
  const source = await stored();
  for (let i = 0; i < 3; i += 1) accepted(await by(key, source));
  assert.equal(source.keys.requests.length, source.fetched);
});

test("keys from KV serve while the endpoint fails", async () => {
  const source = await stored();
  source.keys.always(answer(500));
  accepted(await by(key, source));
  await worker.setClock(3600);
  accepted(await by(key, source));
});

test("keys from KV that are stale answer and are refreshed", async () => {
  const source = await stored();
  await worker.setClock(11 * 60);
  accepted(await by(key, source));
  await source.keys.arrivals(source.fetched + 1);
});

test("a key that is newer than those in KV is found by the request that brings it", async () => {
  const source = await stored();
  source.keys.always(serving([next.jwk]));
  accepted(await by(next, source));
  assert.equal(source.keys.requests.length, source.fetched + 1);
});

test("a set in KV that is older than the one in memory does not take its place", async () => {
  const [source, kv] = [pool.take(), await worker.kv()];
  const known = await worker.kvKeys();
  source.keys.always(serving([key.jwk]));
  accepted(await by(key, source));
  const name = await until(async () => (await worker.kvKeys()).find((name) => !known.includes(name)), "the key set in KV");
  const old = await kv.get(name);
  await worker.setClock(60);
  source.keys.always(serving([next.jwk]));
  accepted(await by(next, source));
  await until(async () => (await kv.get(name)) !== old, "the new key set in KV");
  // As if KV had not taken it, because the writes of the day were used up.
  await kv.put(name, old);
  source.keys.always(answer(500));
  await worker.setClock(12 * 60);
  accepted(await by(next, source));
  // This one waits for the refresh.
  refused(await by(stranger, source), 401, "no_matching_signature");
  accepted(await by(next, source));
});

test("an empty set is stored like any other", async () => {
  const source = await stored([]);
  source.keys.always(answer(500));
  refused(await by(key, source), 401, "no_matching_signature");
});

test("where KV fails, the keys come from the network and stay in memory", async () => {
  const source = pool.take();
  source.keys.always(serving([key.jwk]));
  await worker.restart({ kv: "failing" });
  for (let i = 0; i < 3; i += 1) accepted(await by(key, source));
  assert.equal(source.keys.requests.length, 1);
  await worker.restart({ kv: true });
});

test("where KV does not answer, the keys come from the network", async () => {
  const source = pool.take();
  source.keys.always(serving([key.jwk]));
  await worker.restart({ kv: "silent" });
  accepted(await by(key, source));
  assert.equal(source.keys.requests.length, 1);
  await worker.restart({ kv: true });
});

test("where KV is not bound, memory alone holds the keys", async () => {
  const source = pool.take();
  await worker.restart({ kv: false });
  source.keys.always(answer(500));
  refusedForNow(await by(key, source), 503, "keys_unavailable");
  await worker.setClock(120);
  source.keys.always(serving([key.jwk]));
  for (let i = 0; i < 3; i += 1) accepted(await by(key, source));
  assert.equal(source.keys.requests.length, 2);
});
