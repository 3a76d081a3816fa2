// When key sets are fetched, and how long they serve (contract section 7), in a test build whose clock can be moved.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer, reset, resetMidAnswer } from "./fixtures/loopback.mjs";
import { Pool, serving } from "./fixtures/keysets.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused, refusedForNow } from "./fixtures/expect.mjs";
import { delivery, newEd25519, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTE = 60;
const HOUR = 3600;
const first = newEd25519();
const second = newEd25519();
const stranger = newEd25519();
let loopback;
let pool;
let worker;

before(async () => {
  loopback = await Loopback.start();
  pool = new Pool(loopback, 48);
  worker = await Worker.start({ build: "worker-test", sources: pool.sources });
});

beforeEach(() => worker.stopClock(0));

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const take = (keys = [first.jwk], cacheControl) => pool.serve(worker, keys, cacheControl);
const accepted = (reply) => delivered(reply, reply.id);
const unmatched = (reply) => refused(reply, 401, "no_matching_signature");
const unavailable = (reply) => refusedForNow(reply, 503, "keys_unavailable");

test("keys are fetched once, with GET, and kept", async () => {
  const source = take([stranger.jwk, first.jwk, second.jwk]);
  for (const key of [first, second, first]) accepted(await source.by(key));
  assert.equal(source.fetches(), 1);
  assert.equal(source.keys.requests[0].method, "GET");
});

test("no keys are fetched for what none could match", async () => {
  const source = take();
  const made = delivery(signedBy(newSecret()), { timestamp: worker.now() });
  unmatched(await worker.post(source.path, made));
  // Neither 64 bytes in base64 nor, with an `S` beyond the group order, the signature of anybody.
  for (const text of ["x", "A".repeat(87), `${"/".repeat(85)}w==`]) {
    unmatched(await worker.post(source.path, delivery(() => `v1a,${text}`, { timestamp: worker.now() })));
  }
  assert.equal(source.fetches(), 0);
});

const LIFETIMES = {
  "where nothing is said, for 10 minutes": [undefined, 10 * MINUTE],
  "for as long as max-age says": ["public, max-age=3600", HOUR],
  "never under 5 minutes": ["max-age=1", 5 * MINUTE],
  "for 5 minutes even when told not to": ["no-store", 5 * MINUTE],
  "never over 24 hours": ["max-age=31536000", 24 * HOUR],
  "for 10 minutes where max-age cannot be read": ["max-age=soon", 10 * MINUTE],
};

for (const [what, [cacheControl, lifetime]] of Object.entries(LIFETIMES)) {
  test(`a key set is fresh ${what}`, async () => {
    const source = take([first.jwk], cacheControl);
    accepted(await source.by(first));
    await worker.setClock(lifetime - 1);
    accepted(await source.by(first));
    accepted(await source.by(first));
    assert.equal(source.fetches(), 1);
    await worker.setClock(lifetime);
    accepted(await source.by(first));
    await source.keys.arrivals(2);
  });
}

test("a stale set still answers while it is refreshed in the background", async () => {
  const source = take();
  accepted(await source.by(first));
  await worker.setClock(11 * MINUTE);
  source.keys.always(serving([second.jwk]));
  const refresh = source.keys.hold();
  accepted(await source.by(first));
  await refresh.arrived();
  accepted(await source.by(first));
  refresh.answer(serving([second.jwk]));
  await until(async () => (await source.by(second)).status === 200, "the new key");
  assert.equal(source.fetches(), 2);
  await worker.setClock(11 * MINUTE + 61);
  unmatched(await source.by(first));
});

test("the last good keys serve for a day while the endpoint fails, and then no more", async () => {
  const source = take();
  accepted(await source.by(first));
  source.keys.always(answer(500));
  for (const hours of [1, 12, 23]) {
    await worker.setClock(hours * HOUR);
    accepted(await source.by(first));
  }
  await worker.setClock(25 * HOUR);
  await until(async () => (await source.by(first)).status === 503, "an end to the old keys");
  unavailable(await source.by(first));
  source.keys.always(serving([first.jwk]));
  await worker.setClock(25 * HOUR + 2 * MINUTE);
  accepted(await source.by(first));
});

test("signatures that match no key cause one fetch a minute, whatever their number", async () => {
  const source = take();
  accepted(await source.by(first));
  for (const minute of [0, 1, 2]) {
    await worker.setClock(minute * 61);
    for (let i = 0; i < 10; i += 1) unmatched(await source.by(stranger));
    await Promise.all(Array.from({ length: 20 }, async () => unmatched(await source.by(stranger))));
    assert.equal(source.fetches(), 2 + minute);
  }
});

test("a rotated key is accepted by the request that finds it missing, right after the first load", async () => {
  const source = take();
  accepted(await source.by(first));
  source.keys.always(serving([second.jwk]));
  accepted(await source.by(second));
  assert.equal(source.fetches(), 2);
});

test("a clock that was ahead, and is put right, keeps no rotated key out", async () => {
  await worker.stopClock(2 * 24 * HOUR);
  const source = take();
  accepted(await source.by(first));
  unmatched(await source.by(second));
  await worker.setClock(24 * HOUR);
  source.keys.always(serving([second.jwk]));
  accepted(await source.by(second));
});

test("requests with a rotated key wait for one fetch together, and those with a known key do not wait", async () => {
  const source = take();
  accepted(await source.by(first));
  const refetch = source.keys.hold();
  const rotated = Array.from({ length: 20 }, () => source.by(second));
  await refetch.arrived();
  accepted(await source.by(first));
  refetch.answer(serving([first.jwk, second.jwk]));
  for (const reply of await Promise.all(rotated)) accepted(reply);
  assert.equal(source.fetches(), 2);
});

test("twenty requests at once load the keys once", async () => {
  const source = take();
  const load = source.keys.hold();
  const replies = Array.from({ length: 20 }, () => source.by(first));
  await load.arrived();
  load.answer(serving([first.jwk]));
  for (const reply of await Promise.all(replies)) accepted(reply);
  assert.equal(source.fetches(), 1);
});

test("a failed refetch leaves the keys that are there", async () => {
  const source = take();
  accepted(await source.by(first));
  for (const behaviour of [answer(500), reset, answer(200, {}, "garbage")]) {
    source.keys.next(behaviour);
    await worker.setClock(worker.offset + 61);
    assert.notEqual((await source.by(stranger)).status, 500);
    accepted(await source.by(first));
  }
});

test("key sets are asked for by their type, under the Worker's name", async () => {
  const source = take();
  accepted(await source.by(first));
  const [request] = source.keys.requests;
  assert.equal(request.header("accept"), "application/jwk-set+json, application/json");
  assert.match(request.header("user-agent"), /^countersign\/\d+\.\d+\.\d+/);
});

const FAILURES = { "answers 503": answer(503), "resets": reset, "answers garbage": answer(200, {}, "garbage"), "breaks off": resetMidAnswer(200) };

for (const [what, behaviour] of Object.entries(FAILURES)) {
  test(`a key set that ${what} is asked once for hundreds of deliveries, and once more after a pause`, async () => {
    const source = take();
    source.keys.always(behaviour);
    // Not by what arrives: the runtime sends a GET again where a connection that it kept open turns out to be gone.
    const { fetches } = await worker.counts();
    const fetched = async () => (await worker.counts()).fetches - fetches;
    for (let i = 0; i < 60; i += 1) unavailable(await source.by(stranger));
    await Promise.all(Array.from({ length: 240 }, async () => unavailable(await source.by(stranger))));
    assert.equal(await fetched(), 1);
    await worker.setClock(4);
    unavailable(await source.by(first));
    assert.equal(await fetched(), 1, "after 4 s");
    await worker.setClock(31);
    await Promise.all(Array.from({ length: 20 }, async () => unavailable(await source.by(first))));
    assert.equal(await fetched(), 2, "after 31 s");
    source.keys.always(serving([first.jwk]));
    unavailable(await source.by(first));
    await worker.setClock(62);
    accepted(await source.by(first));
  });
}

test("while a key set fails, the last good keys serve and what they do not match is no reason to fetch", async () => {
  const source = take();
  accepted(await source.by(first));
  source.keys.always(answer(503));
  unmatched(await source.by(stranger));
  assert.equal(source.fetches(), 2);
  for (let i = 0; i < 20; i += 1) {
    accepted(await source.by(first));
    unmatched(await source.by(stranger));
  }
  assert.equal(source.fetches(), 2);
});

test("a stale set whose refresh fails serves without a fetch for each delivery", async () => {
  const source = take();
  accepted(await source.by(first));
  source.keys.always(answer(503));
  await worker.setClock(11 * MINUTE);
  accepted(await source.by(first));
  await source.keys.arrivals(2);
  for (let i = 0; i < 20; i += 1) accepted(await source.by(first));
  assert.equal(source.fetches(), 2);
});

test("a redirect is not followed", async () => {
  const source = take();
  const trap = loopback.at("jwks-trap");
  trap.always(serving([first.jwk]));
  let minutes = 0;
  for (const status of [301, 302, 303, 307, 308]) {
    source.keys.always(answer(status, { location: trap.url }));
    await worker.setClock((minutes += 2) * MINUTE);
    unavailable(await source.by(first));
  }
  assert.equal(trap.requests.length, 0);
});

test("an endpoint that never answers is given up on", async () => {
  const source = take();
  const load = source.keys.hold();
  const replies = [source.by(first), source.by(first)];
  await load.arrived();
  for (const reply of await Promise.all(replies)) unavailable(reply);
});
