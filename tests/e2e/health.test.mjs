// `/healthz` beyond configuration: whether storage responds, and whether stored events have a source. Which source is for everybody to
// see, and why for the operator; and nobody can make it cost more than a few calls in 15 s.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const BEARER = [["authorization", `Bearer ${ADMIN_TOKEN}`]];
const FRESH = 15;
let loopback, worker, sources;
let clock = 0;

before(async () => {
  loopback = await Loopback.start();
  const durable = (name, more = {}) => [name, source(loopback.at(name), { durable: true, ...more }, { timeout: "2s" })];
  sources = Object.fromEntries([durable("stored"), durable("sharded", { shards: 3 }), durable("gone"), durable("faulty"), ["passed", source(loopback.at("passed"))]]);
  worker = await Worker.start({ build: "worker-test", sources, variables: { ADMIN: { counts: false } }, secrets: { SECRET: secret, ADMIN_TOKEN } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** What a new look says. */
async function health(headers = []) {
  await worker.setClock((clock += FRESH));
  return worker.get("healthz", headers);
}

/** Has an event wait for an hour, or until its destination is resumed. */
async function waiting(path) {
  const operator = new Operator(worker, path);
  loopback.at(path).next(answer(500, { "retry-after": "3600" }));
  const made = delivery(sign, { timestamp: worker.now() });
  accepted(await worker.post(path, made), made.id);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  return operator;
}

test("all is well", async () => {
  const reply = await health();
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.json.status, "ok");
  assert.deepEqual([reply.json.storage, reply.json.orphans], [undefined, undefined]);
  assert.equal((await worker.post("healthz", { method: "HEAD" })).status, 200);
});

test("asking often costs nothing", async () => {
  await health();
  const before = await worker.counts();
  await Promise.all(Array.from({ length: 100 }, () => worker.get("healthz")));
  const after = await worker.counts();
  for (const name of ["objectRequests", "kvReads", "kvWrites", "rowsWritten", "logLines", "fetches"]) assert.equal(after[name], before[name], name);
  await worker.setClock((clock += FRESH));
  await Promise.all(Array.from({ length: 100 }, () => worker.get("healthz")));
  const once = await worker.counts();
  // Six inboxes, and the one that knows which there are.
  assert.ok(once.objectRequests - after.objectRequests <= 7, `${once.objectRequests - after.objectRequests} objects asked`);
  assert.equal(once.kvReads - after.kvReads, 1);
});

for (const [path, shard] of [["stored", 0], ["sharded", 2]]) {
  test(`an inbox that cannot be used, in shard ${shard}, is said, and that it can be used again`, async () => {
    const operator = new Operator(worker, path);
    await operator.object("query", ["ALTER TABLE waiting RENAME TO lost"], shard);
    const open = await health();
    assert.equal(open.status, 503);
    assert.deepEqual([open.json.status, open.json.storage], ["storage_unavailable", { [path]: "storage_unavailable" }]);
    assert.match((await worker.get("healthz", BEARER)).json.storage[path], /cannot be read or written/);
    assert.equal((await worker.get("healthz", [["authorization", "Bearer wrong"]])).json.storage[path], "storage_unavailable");
    await until(() => worker.lines("health", (line) => line.source === path)[0], "its log record");
    await operator.object("query", ["ALTER TABLE lost RENAME TO waiting"], shard);
    assert.equal((await health()).json.status, "ok");
  });
}

test("an inbox that can be read and not written is said", async () => {
  const operator = new Operator(worker, "stored");
  await operator.object("query", ["CREATE TRIGGER full BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'disk full'); END"]);
  await operator.evict();
  assert.deepEqual((await health()).json.storage, { stored: "storage_unavailable" });
  await operator.object("query", ["DROP TRIGGER full"]);
  assert.equal((await health()).json.status, "ok");
});

test("an inbox that is full is said, as it refuses every event", async () => {
  await worker.setLimit(0);
  const reply = await health(BEARER);
  assert.deepEqual([reply.status, reply.json.status], [503, "storage_unavailable"]);
  assert.match(reply.json.storage.stored, /^the inbox is full/);
  await worker.setLimit();
  assert.equal((await health()).json.status, "ok");
});

test("asking does not write each time", async () => {
  await health();
  const before = await worker.counts();
  for (let n = 0; n < 5; n += 1) await health();
  const after = await worker.counts();
  assert.ok(after.objectRequests > before.objectRequests);
  assert.equal(after.rowsWritten, before.rowsWritten);
});

test("events whose source was removed, or has a fault, are said, and that they have one again", async () => {
  await waiting("gone");
  await waiting("faulty");
  const { gone, faulty, ...others } = sources;
  await worker.restart({ sources: { ...others, faulty: { ...faulty, dedupe: "never" } } });
  clock = 0;
  const open = await health();
  assert.equal(open.status, 503);
  assert.deepEqual([open.json.status, open.json.orphans], ["config_invalid", { faulty: "source_missing", gone: "source_missing" }]);
  const { orphans } = (await worker.get("healthz", BEARER)).json;
  for (const name of ["gone", "faulty"]) assert.match(orphans[name], /put it back, or correct its fault/);
  await worker.restart({ sources: others });
  assert.equal((await health()).json.status, "source_missing");
  await worker.restart({ sources: { ...others, gone, faulty } });
  assert.equal((await health()).json.status, "ok");
  for (const name of ["gone", "faulty"]) {
    const operator = new Operator(worker, name);
    await operator.post("replay?state=pending");
    await operator.post("resume");
    await until(async () => (await operator.stats()).delivered === 1, `${name} to be delivered`);
  }
  await worker.restart({ sources: others });
  assert.equal((await health()).json.status, "ok", "what was delivered waits for nobody");
});

test("KV that does not respond is said, for the sources that rest on it", async () => {
  await worker.restart({ kv: "failing", sources: { ...sources, off: source(loopback.at("off"), { dedupe: "off" }) } });
  const reply = await worker.get("healthz");
  assert.equal(reply.status, 503);
  assert.deepEqual(reply.json.storage, { passed: "storage_unavailable" }, reply.text);
});

test("in what is deployed too", async () => {
  await worker.restart({ kv: true, build: "worker", sources });
  const reply = await worker.get("healthz");
  assert.deepEqual([reply.status, reply.json.status], [200, "ok"], reply.text);
});
