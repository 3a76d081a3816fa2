// What events cost: every billed operation, and every crossing between JavaScript and Wasm, of the Worker in workerd on real KV and real
// SQLite, compared with operations.json to the last one. docs/costs.md is computed from that file. Where a change is meant:
// `cargo xtask costs --update` writes the counts anew, for review to see.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Pool, serving } from "./fixtures/keysets.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate, refused } from "./fixtures/expect.mjs";
import { billed, compare, cost, crossings, logged, minus } from "./fixtures/operations.mjs";
import { BODY_MARK, delivery, newEd25519, newSecret, signedBy, signedByKey } from "./fixtures/sign.mjs";

const HOUR = 3600;
const secret = newSecret();
const sign = signedBy(secret);
const key = newEd25519();

/** Of these, the crossings between JavaScript and Wasm are held as well: those that answer a sender. */
const CROSSINGS = ["refused", "refused_64k", "passed_unmarked", "passed", "repeated", "stored_alone", "copied", "passed_by_key"];

/**
 * So many rows may be written for an event, everything that it sets off included: for one that comes alone and shares an alarm with the
 * next, for one that finds its inbox asleep and so sets an alarm that nobody shares, and in bursts of eight.
 */
const [ALONE, ASLEEP, IN_BURSTS] = [3.5, 5, 2.5];

/** And so many more for a second destination, in bursts. */
const SECOND = 0.3;

const found = {};
let worker, loopback, pool;

before(async () => {
  loopback = await Loopback.start();
  pool = new Pool(loopback, 1);
  const through = (name, more) => [name, source(loopback.at(name), more)];
  const durable = (name, more = {}) => [name, source(loopback.at(name), { durable: true, ...more })];
  const fanned = (name) => {
    const { forward, ...more } = source(loopback.at(name), { durable: true });
    return [name, { ...more, destinations: { one: forward, other: { ...forward, when: { pointer: "/note", begins: "e2e" } } } }];
  };
  worker = await Worker.start({
    build: "worker-test",
    sources: {
      ...pool.sources,
      ...Object.fromEntries([
        through("marked"),
        through("unmarked", { dedupe: "off" }),
        ...["stored", "held", "drowsy", "busy", "broken", "forgotten"].map((name) => durable(name)),
        ...["failing", "kept"].map((name) => durable(name, { keep: "1h" })),
        fanned("doubled"),
        durable("ordered", { order: "{id}" }),
      ]),
    },
    // Counts are written by the clock, and not for an event.
    variables: { ADMIN: { counts: false } },
    secrets: { SECRET: secret, ADMIN_TOKEN },
  });
  // Alarms are rung by hand, so that what they do is counted by itself, and nothing becomes due while the test takes its time.
  await worker.delayAlarms(HOUR);
  await worker.stopClock();
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** Rows written, alarms among them: each is billed as one. */
const rowsOf = (...names) => names.map((name) => (found[name].rowsWritten ?? 0) + (found[name].alarmsSet ?? 0)).reduce((sum, rows) => sum + rows);

/** Notes what `work` costs, to the end of what it sets off. */
async function costs(name, work, until) {
  found[name] = await cost(worker, work, until);
}

/** Of the same size always, so that what is copied can be counted. */
const bodyOf = (bytes) => `{"note":"${BODY_MARK}`.padEnd(bytes - 2, "x") + '"}';
const fresh = (options) => delivery(sign, { timestamp: worker.now(), body: bodyOf(400), ...options });

async function forged(bytes) {
  const made = fresh({ body: bodyOf(bytes) });
  refused(await worker.post("unmarked", { ...made, body: made.body.replace("x", "y") }), 401, "no_matching_signature");
}

/**
 * Notes what a burst of events costs whose attempts, `fetches` in all, are answered together. Reports wait for those of attempts under way;
 * they do so for 50 times as long here, so that one write has all of them on any machine.
 */
async function burst(name, path, fetches, made) {
  const origin = loopback.at(path);
  const holds = Array.from({ length: fetches }, () => origin.hold());
  await worker.hurryTimers(0.02);
  await costs(name, async () => {
    await Promise.all(made.map((one) => accept(path, one)));
    for (const held of holds) await held.arrived();
    for (const held of holds) held.answer();
  }, logged(made.length + fetches));
  await worker.hurryTimers();
  assert.equal(found[name].fetches, fetches);
}

const eight = (bodyOfEach = () => bodyOf(400)) => Array.from({ length: 8 }, (_, n) => fresh({ body: bodyOfEach(n) }));

/** Sends an event that is passed through. */
async function pass(path, made = fresh()) {
  delivered(await worker.post(path, made), made.id);
}

/** Sends an event that an inbox takes. */
async function accept(path, made = fresh()) {
  accepted(await worker.post(path, made), made.id);
  return made;
}

/** Does now what the alarm would that comes too late. */
const ring = (path) => new Operator(worker, path).object("ring");

/** The alarm that is set in case that nobody reports an attempt rings two minutes later, and sets the next one. */
async function later(path, seconds = 120) {
  await worker.setClock(worker.offset + seconds);
  await ring(path);
}

/** An inbox that exists and has nothing to do: the first event of all creates its tables. */
async function atRest(path) {
  await worker.setClock(0);
  await cost(worker, () => accept(path), logged(2));
  await later(path);
  return path;
}

test("a refusal costs a request and a line, and nothing else", async () => {
  await forged(400);
  await costs("refused", () => forged(400));
  await costs("refused_64k", () => forged(65_536));
  assert.deepEqual(billed(found.refused), { requests: 1, logLines: 1 });
  assert.equal(found.refused.promisesAwaited, undefined, "a refusal is answered at once");
  assert.ok((found.refused.bytesIntoWasm ?? 0) <= 400, "a small body is copied once at most");
  assert.ok((found.refused_64k.bytesIntoWasm ?? 0) < 1000, "a large body stays outside");
});

test("an event that is passed through", async () => {
  await pass("marked");
  const made = fresh();
  await costs("passed", () => pass("marked", made));
  await costs("repeated", async () => duplicate(await worker.post("marked", made), made.id));
  await pass("unmarked");
  await costs("passed_unmarked", () => pass("unmarked"));
  loopback.at("marked").next(answer(500));
  await costs("passed_in_vain", async () => refused(await worker.post("marked", fresh()), 502, "destination_failed"));
  assert.equal(found.repeated.kvReads, 1);
  assert.equal(found.repeated.kvWrites, undefined);
});

test("an event of the inbox that comes alone is stored by one request, which delivers it too", async () => {
  const path = await atRest("stored");
  let made;
  await costs("stored_alone", async () => (made = await accept(path)), logged(2));
  await worker.setClock(worker.offset + 90);
  const second = await cost(worker, () => accept(path), logged(2));
  assert.deepEqual(minus(second, found.stored_alone), {}, "an event a minute and a half later costs the same: it sets no alarm");
  await costs("looked_after", () => later(path));
  await costs("copied", async () => duplicate(await worker.post(path, made), made.id), logged(1));
  assert.deepEqual([found.stored_alone.requests, found.stored_alone.fetches, found.stored_alone.alarms], [1, 1, undefined]);
  const rows = rowsOf("stored_alone") + rowsOf("looked_after") / 2;
  assert.ok(rows <= ALONE, `${rows} rows for an event, half of an alarm included`);
  assert.equal(rowsOf("copied"), 0, "a copy writes nothing");
});

test("an event of an inbox that was asleep, and is again when its alarm rings", async () => {
  const path = await atRest("drowsy");
  const operator = new Operator(worker, path);
  await operator.evict();
  await costs("stored_asleep", () => accept(path), logged(2));
  await operator.evict();
  await costs("looked_after_asleep", () => later(path));
  const rows = rowsOf("stored_asleep", "looked_after_asleep");
  assert.ok(rows <= ASLEEP, `${rows} rows for an event, its alarm included`);
});

test("accepting one, apart from its delivery", async () => {
  const path = await atRest("held");
  const held = loopback.at(path).hold();
  await costs("accepted", async () => {
    await accept(path);
    await held.arrived();
  }, logged(1));
  await cost(worker, () => held.answer(), logged(1));
});

test("eight events that come together, and whose origin answers them together", async () => {
  const path = await atRest("busy");
  await burst("stored_eight", path, 8, eight());
  await costs("looked_after_eight", () => later(path));
  const rows = rowsOf("stored_eight", "looked_after_eight") / 8;
  assert.ok(rows <= IN_BURSTS, `${rows} rows for an event, their alarm included`);
});

test("eight events for two destinations, of which one filters", async () => {
  const path = "doubled";
  await cost(worker, () => accept(path), logged(3));
  await later(path);
  await burst("stored_eight_twice", path, 16, eight());
  await costs("looked_after_eight_twice", () => later(path));
  const rows = (...names) => rowsOf(...names) / 8;
  const more = rows("stored_eight_twice", "looked_after_eight_twice") - rows("stored_eight", "looked_after_eight");
  assert.ok(more <= SECOND, `${more} rows more for an event`);
});

test("eight events of eight keys, of a source that keeps an order", async () => {
  const path = await atRest("ordered");
  await burst("stored_eight_in_order", path, 8, eight((n) => `{"id":"key-${n}","note":"${BODY_MARK}`.padEnd(398, "x") + '"}'));
  await costs("looked_after_eight_in_order", () => later(path));
  const rows = (...names) => rowsOf(...names) / 8;
  const more = rows("stored_eight_in_order", "looked_after_eight_in_order") - rows("stored_eight", "looked_after_eight");
  assert.ok(more <= 0, `an order costs ${more} rows more for an event`);
});

test("an attempt in vain, and the one that makes up for it", async () => {
  const path = await atRest("failing");
  loopback.at(path).next(answer(500));
  const made = fresh();
  await costs("stored_in_vain", () => accept(path, made), logged(2));
  await costs("retried", () => later(path, 60), logged(1));
  const operator = new Operator(worker, path);
  assert.equal((await operator.event(made.id)).state, "delivered");
  for (let n = 1; n < 8; n += 1) {
    loopback.at(path).next(answer(500));
    await cost(worker, () => accept(path), logged(2));
    await later(path, 60);
  }
  // What an hour brings besides is not counted here.
  await worker.setClock(HOUR);
  await ring(path);
  const waiting = async () => (await operator.object("query", ["SELECT number FROM waiting"])).length;
  assert.equal(await waiting(), 8);
  await worker.setClock(HOUR + 600);
  await costs("removed_eight", () => ring(path));
  assert.equal(await waiting(), 0);
});

test("what comes while its destination is broken, and a probe in vain", async () => {
  const path = await atRest("broken");
  loopback.at(path).always(answer(500));
  for (let n = 0; n < 3; n += 1) await cost(worker, () => accept(path), logged(2));
  await costs("stored_meanwhile", () => accept(path), logged(1));
  assert.equal(rowsOf("stored_meanwhile"), 2, "the event and its id, and nothing else");
  await costs("probed", () => later(path), logged(1));
});

/** What expires of eight delivered events, when so many seconds have gone by, the last hour of them awake. */
async function expired(name, path, seconds) {
  await atRest(path);
  for (let n = 1; n < 8; n += 1) await cost(worker, () => accept(path), logged(2));
  await later(path);
  await worker.setClock(seconds - HOUR);
  await ring(path);
  await worker.setClock(seconds);
  await costs(name, () => ring(path));
  await worker.setClock(0);
  const operator = new Operator(worker, path);
  return { events: (await operator.rows("log", "number")).length, ids: (await operator.rows("ids", "number")).length };
}

test("what expires leaves table by table", async () => {
  await worker.setClock(0);
  assert.deepEqual(await expired("dropped_eight", "kept", 2 * HOUR + 240), { events: 0, ids: 8 });
  assert.deepEqual(await expired("forgotten_eight", "forgotten", 74 * HOUR), { events: 0, ids: 0 });
  for (const name of ["dropped_eight", "forgotten_eight"]) assert.ok(rowsOf(name) <= 12, `${rowsOf(name)} rows, however many events there were`);
});

test("events signed with a key of a key set", async () => {
  await worker.setClock(0);
  const { path, keys } = pool.take();
  keys.always(serving([newEd25519().jwk, newEd25519().jwk, key.jwk]));
  const verified = async () => {
    const made = delivery(signedByKey(key.privateKey), { timestamp: worker.now(), body: bodyOf(400) });
    delivered(await worker.post(path, made), made.id);
  };
  const stored = { enough: (now, before) => now.kvWrites > before.kvWrites };
  await costs("keys_fetched", verified, stored);
  await costs("passed_by_key", verified);
  await worker.setClock(11 * 60);
  await costs("keys_refreshed", verified, stored);
  await worker.restart();
  // A restart sets the clock back, and a set that was fetched in the future is stale.
  await worker.setClock(11 * 60);
  await pass("unmarked");
  await costs("keys_from_kv", verified);
});

test("what an isolate counted is written in one call, and in one row unless a minute begins", async () => {
  await worker.restart({ variables: {} });
  const written = { enough: (now, before) => now.rowsWritten > before.rowsWritten };
  const countedAt = async (seconds) => minus(await cost(worker, async () => {
    await worker.setClock(seconds);
    await forged(400);
  }, written), found.refused);
  await worker.stopClock();
  const minute = 120 - (worker.now() % 60);
  // The first of all creates the tables.
  await countedAt(minute - 60);
  found.counted_first = await countedAt(minute);
  found.counted = await countedAt(minute + 11);
  assert.deepEqual([found.counted.objectRequests, rowsOf("counted")], [1, 1]);
});

test("all of this costs what operations.json says", () => {
  const billedParts = Object.entries(found).map(([name, counts]) => [name, billed(counts)]);
  const wasm = CROSSINGS.map((name) => [name, crossings(found[name])]);
  compare({ operations: Object.fromEntries(billedParts), crossings: Object.fromEntries(wasm) });
});
