// The inbox: what was answered 202 arrives, once, or is there to be looked at. Real SQLite, real alarms; the clock is moved, never
// slept through.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { Loopback, answer, closedPort, never, reset, resetMidAnswer } from "./fixtures/loopback.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { delivery, newSecret, now, signedBy, v1 } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const originSecret = newSecret();
const sign = signedBy(secret);
const SOURCES = 40;
const HOUR = 3600;
let worker, loopback, taken, refusingUrl;

before(async () => {
  loopback = await Loopback.start();
  refusingUrl = await closedPort();
  const durable = (name, more = {}, forward = {}) => [name, source(loopback.at(name), { durable: true, ...more }, { timeout: "2s", ...forward })];
  const plain = Array.from({ length: SOURCES }, (_, n) => durable(`plain${n}`));
  worker = await Worker.start({
    build: "worker-test",
    sources: {
      ...Object.fromEntries(plain),
      ...Object.fromEntries([
        durable("signed", {}, { sign_with: "ORIGIN_SECRET" }),
        durable("short", {}, { give_up_after: "10m" }),
        durable("long", {}, { give_up_after: "200h" }),
        durable("kept", { keep_bodies: "1h" }),
        durable("refusing", {}, { origin: refusingUrl }),
        durable("large", { max_body: "1792KiB" }),
        durable("one", {}, { concurrency: 1 }),
        durable("grown", { shards: 1 }),
      ]),
      faulty: source(loopback.at("faulty"), { dedupe: "never" }),
    },
    secrets: { SECRET: secret, ORIGIN_SECRET: originSecret, ADMIN_TOKEN },
    kv: false,
  });
  taken = 0;
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

beforeEach(() => worker.setClock(0));

/** A source of its own for each test. */
function take(name = `plain${taken++}`) {
  assert.ok(taken <= SOURCES);
  return { path: name, origin: loopback.at(name), operator: new Operator(worker, name) };
}

/** Stamped now by the Worker's clock, which a test may have moved. */
const fresh = (options) => delivery(sign, { timestamp: worker.now(), ...options });

async function accept(path, options) {
  const made = fresh(options);
  accepted(await worker.post(path, made), made.id);
  return made;
}

test("an accepted event arrives as a passed one does, byte for byte", async () => {
  const { path, origin, operator } = take();
  const body = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x0d, 0x0a, 0x80]);
  const made = fresh({ body, extra: [["cookie", "a=b"]] });
  accepted(await worker.post(path, made), made.id);
  const [request] = await origin.arrivals(1);
  assert.deepEqual(request.body, body);
  for (const [name, value] of made.headers.filter(([name]) => name !== "cookie")) assert.equal(request.header(name), value);
  assert.equal(request.header("cookie"), undefined);
  assert.equal(request.header("countersign-attempt"), "1");
  assert.equal(request.header("countersign-scheme"), "standard-webhooks");
  assert.equal(request.header("countersign-form"), "v1");
  assert.ok(Math.abs(Number(request.header("countersign-received-at")) - now()) < 60);
  await operator.becomes(made.id, "delivered");
});

test("an id that is no path segment is kept as it is", async () => {
  const { path, origin, operator } = take();
  for (const id of ["msg-e2e-\"<?#&=+", "msg-e2e-a/b%2F"]) {
    const made = fresh({ id });
    accepted(await worker.post(path, made), id);
    await operator.becomes(id, "delivered");
    duplicate(await worker.post(path, fresh({ id })), id);
  }
  assert.equal(origin.requests.length, 2);
});

test("a copy is a duplicate, before and after delivery, and arrives once", async () => {
  const { path, origin, operator } = take();
  const held = origin.hold();
  const made = await accept(path);
  await held.arrived();
  duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
  held.answer();
  await operator.becomes(made.id, "delivered");
  duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
  assert.equal(origin.requests.length, 1);
});

test("50 rounds of 20 concurrent copies: one row, one arrival", async () => {
  const { path, origin, operator } = take();
  for (let round = 1; round <= 50; round += 1) {
    const made = fresh();
    const replies = await Promise.all(Array.from({ length: 20 }, () => worker.post(path, made)));
    const [first, ...others] = replies.toSorted((a, b) => b.status - a.status);
    accepted(first, made.id);
    for (const other of others) duplicate(other, made.id);
  }
  await until(async () => (await operator.stats()).delivered === 50, "all to be delivered");
  assert.equal(origin.requests.length, 50);
  assert.equal(new Set(origin.requests.map((request) => request.header("webhook-id"))).size, 50);
  assert.deepEqual(await operator.object("query", ["SELECT count(*) AS n FROM events"]), [{ n: 50 }]);
});

test("a forged copy claims nothing", async () => {
  const { path } = take();
  const made = fresh();
  const forged = { ...made, body: `${made.body} ` };
  refused(await worker.post(path, forged), 401, "no_matching_signature");
  accepted(await worker.post(path, made), made.id);
});

const FAULTS = {
  "a 500": { behaviour: answer(500), code: "destination_failed", status: 500 },
  "a 410, which must not reach the sender": { behaviour: answer(410), code: "destination_failed", status: 410 },
  "a redirect, which is not followed": { behaviour: answer(301, { location: "/elsewhere" }), code: "destination_failed", status: 301 },
  "a reset before any answer": { behaviour: reset, code: "destination_failed", status: 0 },
  "a stall past the timeout": { behaviour: never, code: "destination_timeout", status: 0 },
};

for (const [what, { behaviour, code, status }] of Object.entries(FAULTS)) {
  test(`${what} is tried again after 5 s`, async () => {
    const { path, origin, operator } = take();
    origin.next(behaviour);
    const made = await accept(path);
    await origin.arrivals(1);
    const failed = await until(async () => {
      const event = await operator.event(made.id);
      return event.last_error && event;
    }, "the failure to be noted");
    assert.deepEqual([failed.state, failed.attempts, failed.last_error, failed.last_status], ["pending", 1, code, status]);
    const { last_error } = await operator.stats();
    assert.deepEqual([last_error.code, last_error.status], [code, status]);
    await operator.untilNextAttempt(made.id);
    const [, second] = await origin.arrivals(2);
    assert.equal(second.header("countersign-attempt"), "2");
    assert.equal(second.body.toString(), made.body);
    await operator.becomes(made.id, "delivered");
  });
}

test("an answer that is reset in its middle was a 2xx all the same", async () => {
  const { path, origin, operator } = take();
  origin.next(resetMidAnswer(200));
  const made = await accept(path);
  await operator.becomes(made.id, "delivered");
  assert.equal(origin.requests.length, 1);
});

test("a refused connection is tried again, and the error shown", async () => {
  const { operator } = take("refusing");
  const made = await accept("refusing");
  await until(async () => (await operator.event(made.id)).last_error === "destination_failed", "the failure to be noted");
  await operator.untilNextAttempt(made.id);
  await until(async () => (await operator.event(made.id)).attempts === 2, "the second attempt");
});

test("Retry-After is waited for, in seconds or as a date, but for four hours at most", async () => {
  const { path, origin, operator } = take();
  const date = new Date(Date.now() + 2 * HOUR * 1000).toUTCString();
  for (const [value, least, most] of [["600", 590, 620], [date, 2 * HOUR - 20, 2 * HOUR + 20], ["999999", 4 * HOUR - 20, 4 * HOUR + 20], ["soon", 3, 8]]) {
    origin.next(answer(429, { "retry-after": value }));
    const made = await accept(path);
    const event = await until(async () => {
      const event = await operator.event(made.id);
      return event.last_error && event;
    }, "the 429 to be noted");
    const wait = event.next_attempt_at - worker.now();
    assert.ok(wait >= least && wait <= most, `Retry-After: ${value} made it wait ${wait} s`);
  }
});

test("a 200 after 30 failures", async () => {
  const { path, origin, operator } = take("long");
  origin.next(...Array.from({ length: 30 }, () => answer(500)));
  const made = await accept(path);
  for (let attempt = 1; attempt <= 30; attempt += 1) {
    await until(() => worker.lines("attempt", (line) => line.source === path && line.attempt === attempt)[0], `failure ${attempt}`);
    await operator.untilNextAttempt(made.id);
  }
  await operator.becomes(made.id, "delivered");
  assert.deepEqual(origin.requests.map((request) => request.header("countersign-attempt")), Array.from({ length: 31 }, (_, n) => String(n + 1)));
});

test("what is given up is dead, kept, listed, and delivered when replayed", async () => {
  const { path, origin, operator } = take("short");
  origin.always(answer(503));
  const made = await accept(path);
  for (let attempt = 1; (await operator.event(made.id)).state !== "dead"; attempt += 1) {
    await until(() => worker.lines("attempt", (line) => line.source === path && line.attempt === attempt)[0], `failure ${attempt}`);
    if ((await operator.event(made.id)).state === "pending") await operator.untilNextAttempt(made.id);
  }
  const dead = await operator.event(made.id);
  assert.equal(dead.replayable, true);
  assert.equal(dead.attempts, origin.requests.length);
  assert.deepEqual((await operator.list("state=dead")).map(({ id }) => id), [made.id]);
  duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
  origin.always(answer(200));
  const replayed = await operator.post(`events/${made.id}/replay`);
  assert.deepEqual([replayed.status, replayed.json], [200, { status: "replayed", id: made.id }]);
  const last = (await origin.arrivals(dead.attempts + 1)).at(-1);
  assert.equal(last.header("webhook-id"), made.id);
  assert.equal(last.header("countersign-attempt"), String(dead.attempts + 1));
  assert.equal(last.body.toString(), made.body);
  await operator.becomes(made.id, "delivered");
});

test("with sign_with every attempt is signed anew, so a late retry is never stale", async () => {
  const { path, origin, operator } = take("signed");
  origin.next(answer(500));
  const made = await accept(path);
  await origin.arrivals(1);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  await worker.setClock(6 * HOUR);
  await operator.stats();
  const requests = await origin.arrivals(2);
  const stamps = requests.map((request) => Number(request.header("webhook-timestamp")));
  assert.ok(stamps[1] - stamps[0] >= 6 * HOUR - 60);
  for (const request of requests) {
    assert.equal(request.header("webhook-signature"), v1(originSecret, made.id, Number(request.header("webhook-timestamp")), made.body));
  }
});

test("a delivered event's body is dropped; where it is kept, it can be replayed under its id", async () => {
  const dropped = take();
  const made = await accept(dropped.path);
  await dropped.operator.becomes(made.id, "delivered");
  assert.deepEqual(await dropped.operator.object("query", ["SELECT body FROM events"]), [{ body: null }]);
  refused(await dropped.operator.post(`events/${made.id}/replay`), 409, "not_replayable");

  const kept = take("kept");
  const other = await accept(kept.path);
  await kept.operator.becomes(other.id, "delivered");
  assert.equal((await kept.operator.post(`events/${other.id}/replay`)).status, 200);
  const [, again] = await kept.origin.arrivals(2);
  assert.equal(again.header("webhook-id"), other.id);
  assert.equal(again.body.toString(), other.body);
  await kept.operator.becomes(other.id, "delivered");
  await worker.setClock(3 * HOUR);
  await kept.operator.object("ring", []);
  assert.equal((await kept.operator.event(other.id)).replayable, false);
});

test("delivered ids are remembered for `dedupe`, then forgotten", async () => {
  const { path, operator } = take();
  const made = await accept(path);
  await operator.becomes(made.id, "delivered");
  await worker.setClock(71 * HOUR);
  await operator.object("ring", []);
  duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
  await worker.setClock(74 * HOUR);
  await operator.object("ring", []);
  refused(await operator.get(`events/${made.id}`), 404, "not_found");
});

test("several are delivered at a time, and one that stalls does not hold up the others", async () => {
  const { path, origin, operator } = take();
  const held = Array.from({ length: 3 }, () => origin.hold());
  const slow = [];
  for (const hold of held) {
    slow.push(await accept(path));
    await hold.arrived();
  }
  const quick = await accept(path);
  await operator.becomes(quick.id, "delivered");
  for (const { id } of slow) assert.equal((await operator.event(id)).state, "pending");
  for (const hold of held) hold.answer();
  for (const { id } of slow) await operator.becomes(id, "delivered");
});

test("`concurrency` is the most that is under way at once", async () => {
  const { path, origin, operator } = take("one");
  const held = origin.hold();
  const first = await accept(path);
  await held.arrived();
  const second = await accept(path);
  assert.equal((await operator.event(second.id)).attempts, 0);
  assert.equal(origin.requests.length, 1);
  held.answer();
  await operator.becomes(first.id, "delivered");
  await operator.becomes(second.id, "delivered");
});

test("an object that is ended between any two steps forgets nothing and sends nothing twice that was confirmed", async () => {
  const { path, origin, operator } = take();
  origin.next(answer(500));
  const made = fresh();
  accepted(await worker.post(path, made), made.id);
  await operator.evict();
  duplicate(await worker.post(path, made), made.id);
  // Ended in the middle of an attempt, the event is due again when its lease is over.
  for (let minute = 1; (await operator.event(made.id)).state !== "delivered"; minute += 1) {
    await worker.setClock(60 * minute);
    await operator.object("ring", []);
    await operator.evict();
  }
  const arrived = origin.requests.length;
  await operator.evict();
  duplicate(await worker.post(path, made), made.id);
  await operator.object("ring", []);
  await operator.evict();
  await operator.object("ring", []);
  assert.equal((await operator.event(made.id)).state, "delivered");
  assert.equal(origin.requests.length, arrived);
});

test("an alarm that comes twice, or was lost, does no harm", async () => {
  const { path, origin, operator } = take();
  origin.next(answer(500));
  const made = await accept(path);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  await Promise.all([operator.object("ring", []), operator.object("ring", [])]);
  assert.equal(origin.requests.length, 1, "it is not due");
  await operator.object("dropAlarm", []);
  await worker.setClock(60);
  const other = await accept(path);
  await operator.becomes(other.id, "delivered");
  await operator.becomes(made.id, "delivered");
  await operator.object("dropAlarm", []);
  await operator.evict();
  await operator.stats();
  assert.equal(await operator.object("alarmIsSet", []), true, "a new instance sets it");
});

test("an attempt that is under way is not begun a second time by a replay of all", async () => {
  const { path, origin, operator } = take();
  const held = origin.hold();
  const made = await accept(path);
  await held.arrived();
  assert.deepEqual((await operator.post("replay?state=pending")).json, { replayed: 1 });
  const other = await accept(path);
  await operator.becomes(other.id, "delivered");
  held.answer();
  await operator.becomes(made.id, "delivered");
  assert.equal((await operator.event(made.id)).attempts, 1);
  assert.equal(origin.requests.length, 2);
});

test("a trap in the middle of a delivery leaves the event to be delivered", async () => {
  const { path, origin, operator } = take();
  const held = origin.hold();
  const made = await accept(path);
  await held.arrived();
  assert.equal((await worker.trap()).status, 500);
  held.answer(answer(500));
  await worker.setClock(60);
  await operator.stats();
  await operator.becomes(made.id, "delivered");
});

test("a full inbox answers 503, marks nothing, and knows its duplicates", async () => {
  const { path, origin, operator } = take();
  origin.always(answer(500));
  const first = await accept(path);
  for (const [pending, bytes] of [[1, 2 ** 30], [100, 0]]) {
    await worker.setLimits(pending, bytes);
    const second = fresh();
    refusedForNow(await worker.post(path, second), 503, "storage_unavailable");
    duplicate(await worker.post(path, first), first.id);
    await worker.setLimits();
    accepted(await worker.post(path, second), second.id);
  }
  assert.equal((await operator.stats()).pending, 3);
  const line = await until(() => worker.lines("delivery", (line) => line.source === path && line.code === "storage_unavailable")[0], "its line");
  assert.match(line.detail, /the inbox is full.*`shards`/);
});

test("the largest body that is taken fits into a row, with the longest headers", async () => {
  const { path, origin } = take("large");
  const made = fresh({ body: Buffer.alloc(1792 * 1024, "é"), extra: [["content-type", `x/${"\\".repeat(60_000)}`]] });
  accepted(await worker.post(path, made), made.id);
  const [request] = await origin.arrivals(1);
  assert.equal(request.body.length, 1792 * 1024);
  refused(await worker.post(path, fresh({ body: Buffer.alloc(1792 * 1024 + 1) })), 413, "body_too_large");
});

test("lists are paged, filtered, and complete", async () => {
  const { path, origin, operator } = take();
  origin.always(answer(500));
  const ids = [];
  for (let n = 0; n < 7; n += 1) ids.push((await accept(path)).id);
  // An attempt that ends moves its event to another place in the list.
  const failed = ({ last_status: status }) => status === 500;
  await until(async () => (await operator.list("state=pending&limit=200")).filter(failed).length === 7, "an attempt of each to end");
  const listed = await operator.list("state=pending&limit=3");
  assert.deepEqual(listed.map(({ id }) => id).toSorted(), ids.toSorted());
  assert.deepEqual(await operator.list("state=dead"), []);
  assert.equal((await operator.list("limit=2")).length, 7);
  origin.always(answer(200));
  await operator.post("replay?state=pending");
  await until(async () => (await operator.stats()).delivered === 7, "all to be delivered");
  assert.equal((await operator.list("state=delivered&limit=200")).length, 7);
  refused(await operator.get("events?state=lost"), 400, "invalid_query");
  refused(await operator.get("events/nobody"), 404, "not_found");
  refused(await operator.post("events/nobody/replay"), 404, "not_found");
});

test("nobody gets in without the token, and only sources have pages", async () => {
  const { path } = take();
  refused(await worker.get(`admin/${path}/stats`), 401, "unauthorized");
  refused(await worker.get(`admin/${path}/stats`, [["authorization", "Bearer wrong"]]), 401, "unauthorized");
  refused(await new Operator(worker, "faulty").get("stats"), 500, "config_invalid");
  refused(await new Operator(worker, "nobody").get("stats"), 404, "not_found");
  refused(await new Operator(worker, path).post("stats"), 405, "method_not_allowed");
});

test("a database of the first schema is opened, brought up to date, and delivered", async () => {
  const { path, origin, operator } = take();
  const { SCHEMA_1, keyOf } = await import("./fixtures/schema-1.mjs");
  const made = fresh();
  const at = Date.now();
  const key = keyOf(path, made.id);
  const planted = SCHEMA_1(path, { key, id: made.id, body: made.body, headers: made.headers, at });
  await operator.object("plant", [planted]).catch(() => {});
  duplicate(await worker.post(path, made), made.id);
  const [request] = await origin.arrivals(1);
  assert.equal(request.body.toString(), made.body);
  assert.equal(request.header("webhook-signature"), Object.fromEntries(made.headers)["webhook-signature"]);
  await operator.becomes(made.id, "delivered");
  assert.deepEqual(await operator.object("query", ["SELECT value FROM meta WHERE name = 'schema'"]), [{ value: 2 }]);
});

test("a database of a later version is left alone", async () => {
  const { path, operator } = take();
  await operator.object("plant", [[{ sql: "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID", values: [] }, { sql: "INSERT INTO meta VALUES ('schema', 99)", values: [] }]]).catch(() => {});
  refusedForNow(await worker.post(path, fresh()), 503, "storage_unavailable");
  assert.deepEqual(await operator.object("query", ["SELECT value FROM meta"]), [{ value: 99 }]);
});

test("what a later version left waits, and is delivered once the database can be used", async () => {
  const { path, origin, operator } = take();
  origin.next(answer(500));
  const made = await accept(path);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  await operator.object("query", ["UPDATE meta SET value = 99 WHERE name = 'schema'"]);
  await operator.evict();
  await operator.object("dropAlarm", []);
  await worker.setClock(60);
  await operator.object("ring", []);
  assert.equal(await operator.object("alarmIsSet", []), true, "it is looked at again");
  assert.equal(origin.requests.length, 1);
  await operator.object("query", ["UPDATE meta SET value = 2 WHERE name = 'schema'"]);
  await operator.object("ring", []);
  assert.equal((await operator.event(made.id)).state, "delivered");
});

test("each attempt has a line in the log", async () => {
  const { path, origin } = take();
  origin.next(answer(500));
  await accept(path);
  const line = await until(() => worker.lines("attempt", (line) => line.source === path)[0], "the line of the attempt");
  assert.deepEqual([line.code, line.dest_status, line.attempt, line.scheme, line.form], ["destination_failed", 500, 1, "standard-webhooks", "v1"]);
  assert.match(line.id_hash, /^[0-9a-f]{64}$/);
});

// These two are last: they start the Worker anew with another configuration.
test("a source that is durable no more shows what it stored, and delivers it", async () => {
  const { path, origin, operator } = take();
  origin.next(answer(500));
  const made = await accept(path);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  const grown = source(loopback.at("grown"), { durable: true }, { timeout: "2s" });
  await worker.restart({ sources: { [path]: source(origin, { dedupe: "off" }), grown } });
  assert.equal((await operator.stats()).pending, 1);
  await operator.post("replay?state=pending");
  await operator.becomes(made.id, "delivered");
});

test("with more shards, what was stored is delivered, and an id accepted before is a duplicate", async () => {
  const { path, origin, operator } = take("grown");
  origin.always(answer(500));
  const early = [];
  for (let n = 0; n < 24; n += 1) early.push((await accept(path)).id);
  const more = { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, shards: 5, forward: { origin: origin.url, timeout: "2s" } };
  await worker.restart({ sources: { [path]: more } });
  for (const id of early) duplicate(await worker.post(path, fresh({ id })), id);
  const late = [];
  // So many that no shard is left empty: that happens once in 400 million times.
  for (let n = 0; n < 96; n += 1) late.push((await accept(path)).id);
  for (const id of late) duplicate(await worker.post(path, fresh({ id })), id);
  const rows = await Promise.all([0, 1, 2, 3, 4].map((shard) => operator.object("query", ["SELECT count(*) AS n FROM events WHERE state < 3"], shard)));
  assert.equal(rows.flat().reduce((sum, { n }) => sum + n, 0), 120);
  assert.ok(rows.flat().every(({ n }) => n > 0), JSON.stringify(rows));
  origin.always(answer(200));
  await operator.post("replay?state=pending");
  await until(async () => (await operator.stats()).delivered === 120, "all to be delivered");
  const ids = (await operator.list()).map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), [...early, ...late].toSorted());
  for (const id of [early[0], late[0]]) assert.equal((await operator.event(id)).state, "delivered");
});
