// What events cost: every billed operation, and every crossing between JavaScript and Wasm, of the Worker in workerd on real KV and real
// SQLite, compared with operations.json to the last one. docs/costs.md is computed from that file. Where a change is meant:
// `cargo xtask costs --update` writes the counts anew, for review to see.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Pool, serving } from "./fixtures/keysets.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate, refused } from "./fixtures/expect.mjs";
import { billed, cost, crossings, each, sum, text } from "./fixtures/operations.mjs";
import { BODY_MARK, delivery, newEd25519, newSecret, signedBy, signedByKey } from "./fixtures/sign.mjs";

const FILE = new URL("operations.json", import.meta.url);
const HOUR = 3600;
const secret = newSecret();
const sign = signedBy(secret);
const key = newEd25519();

/** Of these, the crossings between JavaScript and Wasm are held as well: those that answer a sender. */
const CROSSINGS = ["refused", "refused_64k", "passed_unmarked", "passed", "repeated", "accepted", "copied", "passed_by_key"];

const found = {};
let worker, loopback, pool;

before(async () => {
  loopback = await Loopback.start();
  pool = new Pool(loopback, 1);
  const through = (name, more) => [name, source(loopback.at(name), more)];
  const durable = (name, more = {}) => [name, source(loopback.at(name), { durable: true, ...more }, { concurrency: 1 })];
  worker = await Worker.start({
    build: "worker-test",
    sources: {
      ...pool.sources,
      ...Object.fromEntries([
        through("marked"),
        through("unmarked", { dedupe: "off" }),
        durable("stored"),
        durable("drowsy"),
        durable("failing"),
        durable("busy"),
        durable("kept", { keep_bodies: "1h" }),
        durable("forgotten"),
      ]),
    },
    secrets: { SECRET: secret, ADMIN_TOKEN },
  });
  // Alarms are rung by hand, so that accepting and delivering are apart.
  await worker.delayAlarms(HOUR);
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

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

/** An inbox that exists and is awake: the first event of all creates its tables. */
async function awake(path) {
  await accept(path);
  await ring(path);
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

test("an event of the inbox, by itself", async () => {
  const path = await awake("stored");
  let made;
  await costs("accepted", async () => (made = await accept(path)));
  await costs("delivered", () => ring(path));
  await costs("copied", async () => duplicate(await worker.post(path, made), made.id));
});

test("an event of an inbox that was asleep", async () => {
  const path = await awake("drowsy");
  await new Operator(worker, path).evict();
  await costs("accepted_asleep", () => accept(path));
});

test("an attempt in vain", async () => {
  const path = await awake("failing");
  await accept(path);
  loopback.at(path).next(answer(500));
  await costs("delivered_in_vain", () => ring(path));
});

test("eight events of the inbox, delivered by one alarm", async () => {
  const path = await awake("busy");
  await accept(path);
  const held = loopback.at(path).hold();
  const before = await worker.counts();
  let pass;
  const begin = async () => {
    pass = ring(path);
    await held.arrived();
  };
  const end = async () => {
    held.answer();
    await pass;
  };
  const acceptSeven = async () => {
    for (let n = 0; n < 7; n += 1) await accept(path);
  };
  const begun = await cost(worker, begin, { before, ringing: 1 });
  found.accepted_meanwhile = each(await cost(worker, acceptSeven, { ringing: 1 }), 7);
  const ended = await cost(worker, end, { before: await worker.counts(undefined, 1) });
  found.delivered_eight = sum(begun, ended);
  assert.equal((await new Operator(worker, path).stats()).delivered, 9);
});

/** What is tidied away of eight delivered events, when so many seconds have gone by, the last hour of them awake. */
async function tidied(name, path, seconds) {
  await awake(path);
  for (let n = 1; n < 8; n += 1) await accept(path);
  await ring(path);
  await worker.setClock(seconds - HOUR);
  await ring(path);
  await worker.setClock(seconds);
  await costs(name, () => ring(path));
  await worker.setClock(0);
  return new Operator(worker, path).object("query", ["SELECT count(*) AS events, count(body) AS bodies FROM events"]);
}

test("what is tidied away", async () => {
  assert.deepEqual(await tidied("bodies_dropped_eight", "kept", HOUR + 60), [{ events: 8, bodies: 0 }]);
  assert.deepEqual(await tidied("removed_eight", "forgotten", 74 * HOUR), [{ events: 0, bodies: 0 }]);
});

test("events signed with a key of a key set", async () => {
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
  await pass("unmarked");
  await costs("keys_from_kv", verified);
});

test("all of this costs what operations.json says", () => {
  const billedParts = Object.entries(found).map(([name, counts]) => [name, billed(counts)]);
  const wasm = CROSSINGS.map((name) => [name, crossings(found[name])]);
  const measured = text({ operations: Object.fromEntries(billedParts), crossings: Object.fromEntries(wasm) });
  if (process.env.COUNTERSIGN_UPDATE) writeFileSync(FILE, measured);
  assert.equal(measured, readFileSync(FILE, "utf8"), "if it is meant to, `cargo xtask costs --update` notes it");
});
