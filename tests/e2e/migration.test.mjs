// Databases of other versions: of older schemas, which are brought up to date in batches while events are accepted and delivered, and of
// a newer one, which is left alone.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { SCHEMA_1, keyOf } from "./fixtures/schema-1.mjs";
import { event2, schema2 } from "./fixtures/schema-2.mjs";
import { accepted, duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR = 3600;
const COUNTS = { pending: 900, later: 150, dead: 250, kept: 250, delivered: 700, moved: 150 };
let inbox, worker;

before(async () => {
  // None of so many attempts may be late on a busy machine: it would be made again.
  inbox = await Stored.start({ plain: 8, forward: { timeout: "20s" } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

/** Replaces an object's database. The call ends with its object. */
const plant = (operator, statements, shard) => operator.object("plant", [statements], shard).catch(() => {});

/** Events of each state as schema 2 has them, in the order in which they were accepted. */
function events(path) {
  const now = Date.now();
  const kinds = Object.entries(COUNTS).flatMap(([kind, count]) => Array.from({ length: count }, () => kind));
  // Mixed, but the same in each run.
  const mixed = kinds.map((kind, n) => [(n * 7919) % kinds.length, kind]).toSorted(([a], [b]) => a - b);
  return mixed.map(([, kind], n) => {
    const at = now - 40 * 60_000 + n * 100;
    const made = inbox.fresh({ timestamp: Math.floor(at / 1000) });
    const as = {
      pending: { state: "pending", attempts: n % 3, status: n % 3 ? 500 : null, error: n % 3 ? "destination_failed" : null },
      later: { state: "pending", attempts: 5, due: now + HOUR * 1000, status: 503, error: "destination_failed" },
      dead: { state: "dead", attempts: 18, status: 0, error: "destination_timeout" },
      kept: { state: "delivered", attempts: 1, keeps: true, due: now + HOUR * 1000, status: 200, error: "" },
      delivered: { state: "delivered", attempts: 1, due: now + 72 * HOUR * 1000, status: 200, error: "" },
      moved: { state: "moved", due: now + 96 * HOUR * 1000 },
    }[kind];
    return { kind, made, attempts: as.attempts, statement: event2(path, made, { ...as, at }) };
  });
}

async function plantAll(path, operator, planted) {
  const now = Date.now();
  await plant(operator, [...schema2({ source: path, born: now - 100 * HOUR * 1000, clock: now }), ...planted.map(({ statement }) => statement)]);
}

const ofKind = (planted, ...kinds) => planted.filter(({ kind }) => kinds.includes(kind));
const sample = (all, count) => all.filter((_, n) => n % Math.ceil(all.length / count) === 0);
const isThere = async (operator) => (await operator.object("query", ["SELECT name FROM sqlite_master WHERE name = 'events_2'"])).length > 0;

const broughtOver = (operator) => until(async () => {
  await operator.stats();
  return !(await isThere(operator));
}, "all of it to be brought over", 60_000);

test("a database of the first schema is opened, brought up to date, and delivered", async () => {
  const { path, origin, operator } = inbox.take();
  const made = inbox.fresh();
  const key = keyOf(path, made.id);
  await plant(operator, SCHEMA_1(path, { key, id: made.id, body: made.body, headers: made.headers, at: Date.now() }));
  duplicate(await worker.post(path, made), made.id);
  const [request] = await origin.arrivals(1);
  assert.equal(request.body.toString(), made.body);
  assert.equal(request.header("webhook-signature"), Object.fromEntries(made.headers)["webhook-signature"]);
  await operator.becomes(made.id, "delivered");
  assert.deepEqual(await operator.object("query", ["SELECT value FROM meta WHERE name = 'schema'"]), [{ value: 4 }]);
});

test("thousands of events of schema 2, and an object that ends after each batch: none is lost, each is delivered once", async () => {
  const { path, origin, operator } = inbox.take();
  const planted = events(path);
  await plantAll(path, operator, planted);
  await operator.post("pause");
  const due = ofKind(planted, "pending");
  const known = ofKind(planted, "pending", "later", "dead", "kept", "delivered");
  const fresh = [];
  // Alarms are rung by hand, so that the object ends after each batch, wherever it is; then somebody asks.
  await worker.delayAlarms(HOUR);
  let ends = 0;
  for (; await isThere(operator); ends += 1) {
    for (const { made } of sample(known, 10)) duplicate(await worker.post(path, inbox.copy(made)), made.id);
    fresh.push(await inbox.accept(path));
    await operator.object("ring");
    await operator.evict();
    assert.ok(ends < 100, "it comes to an end");
  }
  assert.ok(ends > 5, "it is brought over in batches");
  await worker.delayAlarms(0);
  assert.equal(origin.requests.length, 0);
  await operator.post("resume");
  const expected = [...due.map(({ made }) => made), ...fresh];
  await until(async () => (await operator.stats()).pending === COUNTS.later, "all that is due to be delivered", 60_000);
  const arrived = Map.groupBy(origin.requests, (request) => request.header("webhook-id"));
  assert.deepEqual([...arrived.keys()].toSorted(), expected.map(({ id }) => id).toSorted(), "what was due, and nothing else");
  for (const { id, body } of expected) assert.ok(arrived.get(id).every((request) => request.body.toString() === body));
  assert.equal(origin.requests.length, expected.length, "each once");
  for (const { made, attempts } of due) assert.ok(Number(arrived.get(made.id)[0].header("countersign-attempt")) > attempts, "attempts go on being counted");
  const { dead, delivered } = await operator.stats();
  assert.deepEqual({ dead, delivered }, { dead: COUNTS.dead, delivered: COUNTS.pending + COUNTS.kept + COUNTS.delivered + fresh.length });
  for (const { made } of sample(known, 400)) duplicate(await worker.post(path, inbox.copy(made)), made.id);
});

test("what was brought over is what it was: pending until it is due, dead and kept ones replayable, each known under its id", async () => {
  const { path, origin, operator } = inbox.take();
  const planted = events(path);
  await plantAll(path, operator, planted);
  await broughtOver(operator);
  await until(() => origin.requests.length >= COUNTS.pending, "all that is due to arrive", 60_000);
  await operator.idle();
  const expected = { later: ["pending", true], dead: ["dead", true], kept: ["delivered", true], delivered: ["delivered", false] };
  for (const [kind, [state, replayable]] of Object.entries(expected)) {
    for (const { made } of sample(ofKind(planted, kind), 10)) {
      const event = await operator.event(made.id);
      assert.deepEqual([event.id, event.state, event.replayable], [made.id, state, replayable], kind);
    }
  }
  const [dead] = ofKind(planted, "dead");
  const shown = await operator.event(dead.made.id);
  assert.deepEqual([shown.attempts, shown.last_status, shown.last_error, shown.bytes], [18, 0, "destination_timeout", dead.made.body.length]);
  assert.deepEqual((await operator.list("state=dead&limit=200")).map(({ id }) => id).toSorted(), ofKind(planted, "dead").map(({ made }) => made.id).toSorted());

  const before = origin.requests.length;
  assert.equal(await operator.replayAll("state=dead"), COUNTS.dead);
  await until(async () => (await operator.stats()).dead === 0 && (await operator.stats()).pending === COUNTS.later, "the dead to be delivered", 60_000);
  const [kept] = ofKind(planted, "kept");
  assert.equal((await operator.post(`events/${kept.made.id}/replay`)).status, 200);
  await origin.arrivals(before + COUNTS.dead + 1);
  assert.equal(origin.requests.at(-1).body.toString(), kept.made.body);
  refused(await operator.post(`events/${ofKind(planted, "delivered")[0].made.id}/replay`), 409, "not_replayable");

  await operator.pass(HOUR + 60);
  await until(async () => (await operator.stats()).pending === 0, "what was due later to be delivered", 60_000);
  assert.equal(new Set(origin.requests.map((request) => request.header("webhook-id"))).size, COUNTS.pending + COUNTS.dead + 1 + COUNTS.later);
});

test("an event of schema 2 can be forgotten before it is brought over, and its copy is an event like any other", async () => {
  const { path, origin, operator } = inbox.take();
  const planted = events(path);
  await plantAll(path, operator, planted);
  await operator.post("pause");
  const [dead, pending, delivered] = ["dead", "pending", "delivered"].map((kind) => ofKind(planted, kind).at(-1).made);
  for (const made of [dead, pending, delivered]) {
    assert.equal((await operator.forget(made.id)).status, 200);
    refused(await operator.get(`events/${made.id}`), 404, "not_found");
    accepted(await worker.post(path, inbox.copy(made)), made.id);
  }
  await operator.post("resume");
  await until(async () => {
    await operator.stats();
    return !(await isThere(operator)) && (await operator.stats()).pending === COUNTS.later;
  }, "all of it to be brought over and delivered", 60_000);
  for (const { id } of [dead, pending, delivered]) {
    assert.equal(origin.requests.filter((request) => request.header("webhook-id") === id).length, 1);
    assert.equal((await operator.event(id)).state, "delivered");
  }
});

test("a database of a later version is left alone", async () => {
  const { path, operator } = inbox.take();
  await plant(operator, [{ sql: "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID", values: [] }, { sql: "INSERT INTO meta VALUES ('schema', 99)", values: [] }]);
  refusedForNow(await worker.post(path, inbox.fresh()), 503, "storage_unavailable");
  assert.deepEqual(await operator.object("query", ["SELECT value FROM meta"]), [{ value: 99 }]);
});

test("what a later version left waits, and is delivered once the database can be used", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await operator.object("query", ["UPDATE meta SET value = 99 WHERE name = 'schema'"]);
  await operator.evict();
  await operator.object("dropAlarm");
  await worker.setClock(60);
  await operator.object("ring");
  assert.equal(await operator.object("alarmIsSet"), true, "it is looked at again");
  assert.equal(origin.requests.length, 1);
  await operator.object("query", ["UPDATE meta SET value = 4 WHERE name = 'schema'"]);
  await operator.object("ring");
  await operator.becomes(made.id, "delivered");
});

test("a database of schema 3 is opened, and what it held is delivered where it was to go", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  const waits = await inbox.accept(path);
  await operator.failed(waits.id);
  await operator.post("pause");
  const inLog = await inbox.accept(path);
  const before = [
    "ALTER TABLE destinations DROP COLUMN orphaned",
    "ALTER TABLE waiting DROP COLUMN lane",
    "ALTER TABLE log_1 DROP COLUMN filtered",
    "ALTER TABLE log_1 DROP COLUMN lane",
    "UPDATE meta SET value = 3 WHERE name = 'schema'",
  ];
  for (const sql of before) await operator.object("query", [sql]);
  await operator.evict();
  duplicate(await worker.post(path, inbox.copy(inLog)), inLog.id);
  const after = await inbox.accept(path);
  assert.deepEqual(await operator.object("query", ["SELECT value FROM meta WHERE name = 'schema'"]), [{ value: 4 }]);
  await worker.setClock(60);
  await operator.post("resume");
  for (const { id } of [waits, inLog, after]) await operator.becomes(id, "delivered");
  const counts = Map.groupBy(origin.requests, (request) => request.header("webhook-id"));
  assert.deepEqual([waits, inLog, after].map(({ id }) => counts.get(id).length), [2, 1, 1]);
});
