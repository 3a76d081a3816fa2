// What is counted: refusals by code, and what the overview says of each source. Nobody who sends makes it cost more than a write in ten
// seconds.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ConsoleApi, OPERATOR, VIEWER } from "./fixtures/console-api.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { objectNamed } from "./fixtures/inbox.mjs";
import { until } from "./fixtures/wait.mjs";
import { source } from "./fixtures/worker.mjs";

let api, worker;

before(async () => {
  api = await ConsoleApi.start({
    sources: (loopback) => ({
      faulty: { scheme: "svix", secrets: ["MISSING"], forward: { origin: "https://a.example" } },
      retried: source(loopback.at("retried"), { durable: true }),
      sharded: source(loopback.at("sharded"), { durable: true, shards: 2 }),
    }),
  });
  ({ worker } = api);
  await atHour();
});

after(() => api?.close());

/** Puts the clock at the start of an hour, the next one or one after it: what is counted by the hour is then not split by its end. */
function atHour(later = 0) {
  const untilNext = 3600 - (Math.floor(Date.now() / 1000) % 3600);
  return worker.setClock(untilNext + later * 3600);
}

/** How often a code was counted for a source, by the hours of a day. */
async function counted(name, code) {
  const { by_code: rows } = await api.read(`refused?source=${name}`);
  assert.ok(rows.every((row) => row.source === name && row.hours.length === 24));
  return rows.find((row) => row.code === code) ?? { total: 0, hours: [] };
}

const becomes = (name, code, total) => until(async () => (await counted(name, code)).total === total, `${total} of ${code}`);
const sourceOf = async (name) => (await api.read("sources")).sources.find((one) => one.name === name);

test("refusals are counted by source and code, and accepted ones are none of them", async () => {
  for (let n = 0; n < 3; n += 1) refused(await api.forge("stored"), 401, "no_matching_signature");
  refused(await worker.post("stored", {}), 400, "missing_header");
  refused(await api.forge("passed"), 401, "no_matching_signature");
  refused(await worker.post("faulty", {}), 500, "config_invalid");
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  await becomes("stored", "no_matching_signature", 3);
  await becomes("stored", "missing_header", 1);
  await becomes("passed", "no_matching_signature", 1);
  await becomes("faulty", "config_invalid", 1);
  assert.deepEqual((await counted("stored", "no_matching_signature")).hours, [...new Array(23).fill(0), 3]);
  const all = await api.read("refused");
  assert.ok(all.by_code.every(({ code }) => code !== "accepted"));
  assert.ok(worker.now() - Date.parse(all.since) / 1000 <= 24 * 3600);
});

test("the overview has counts, states and faults of each source", async () => {
  await until(async () => (await sourceOf("stored")).delivered === 1, "the delivery to be reported");
  const { sources, inbox, missing, at } = await api.read("sources");
  assert.deepEqual([inbox, missing, sources.map(({ name }) => name)], [true, [], ["faulty", "passed", "retried", "sharded", "stored"]]);
  assert.ok(Math.abs(Date.parse(at) / 1000 - worker.now()) < 60);
  const stored = await sourceOf("stored");
  const { accepted_last_hour, refused_last_hour, refused_by_code, hour, destinations, max_bytes, stored_bytes, ...rest } = stored;
  assert.deepEqual([accepted_last_hour, refused_last_hour, refused_by_code], [1, 4, { missing_header: 1, no_matching_signature: 3 }]);
  assert.deepEqual([hour.length, hour.reduce((sum, { refused: count }) => sum + count, 0)], [60, 4]);
  assert.deepEqual([rest.scheme, rest.url, rest.durable, rest.shards, rest.fault, rest.problem, rest.pending, rest.dead], ["standard-webhooks", `${worker.url}stored`, true, 1, null, null, 0, 0]);
  assert.ok(stored_bytes > 0 && stored_bytes < max_bytes);
  assert.equal(rest.can_test, true);
  assert.deepEqual([destinations.length, destinations[0].name, destinations[0].to, destinations[0].state, destinations[0].delivered], [1, "default", "origin", "open", 1]);
  const { fault, destinations: none } = await sourceOf("faulty");
  assert.deepEqual([fault.key, none], ["secrets", []]);
  assert.match(fault.fix, /wrangler secret put/);
  assert.equal((await sourceOf("passed")).durable, false);
});

test("the overview has percentiles of the latest attempts, also when its object was just started", async () => {
  const { delivered } = await sourceOf("stored");
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  const read = () =>
    until(async () => {
      const one = await sourceOf("stored");
      return one.delivered > delivered && one;
    }, "the delivery to be reported");
  for (const isNew of [false, true]) {
    if (isNew) await worker.evict("stored/0");
    const { p50_ms, p95_ms, p99_ms, destinations } = await read();
    assert.ok(Number.isInteger(p50_ms) && p95_ms >= p50_ms && p99_ms >= p95_ms, `new: ${isNew}, ${p50_ms}, ${p95_ms}, ${p99_ms}`);
    assert.equal(destinations[0].p95_ms, p95_ms);
  }
});

test("the overview has what fails at a destination that is not broken, and when it is attempted again", async () => {
  const first = await sourceOf("retried");
  assert.deepEqual([first.failing, first.destinations[0].next_attempt_at], [[], null]);
  api.loopback.at("retried").always(answer(500));
  for (let n = 0; n < 2; n += 1) {
    const made = api.fresh();
    accepted(await worker.post("retried", made), made.id);
  }
  const { failing, destinations } = await until(async () => {
    const one = await sourceOf("retried");
    // While an attempt is under way, there is no next one.
    return one.failing[0]?.count === 2 && one.destinations[0].next_attempt_at && one;
  }, "both failures to be reported");
  assert.deepEqual(failing, [{ code: "destination_failed", destination: "default", count: 2 }]);
  assert.deepEqual([destinations[0].state, destinations[0].pending], ["open", 2]);
  const seconds = Date.parse(destinations[0].next_attempt_at) / 1000 - worker.now();
  assert.ok(seconds > -5 && seconds < 40, `${seconds} s`);
  await api.act("retried/pause");
  assert.equal((await sourceOf("retried")).destinations[0].next_attempt_at, null, "nothing is attempted");
});

/** How many writes there may have been since this was called: one that was due, and one in ten seconds, of which a slow machine takes more. */
function writesFromNow() {
  const began = Date.now();
  return () => 2 + Math.ceil((Date.now() - began) / 10_000);
}

test("however much is refused, a row is written every ten seconds at most", async () => {
  await api.forge("stored");
  const [before, mostWrites] = [await worker.counts(), writesFromNow()];
  for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 40 }, () => api.forge("stored")));
  const after = await worker.counts();
  assert.ok(after.requests - before.requests >= 200);
  assert.ok(after.rowsWritten - before.rowsWritten <= mostWrites(), `${after.rowsWritten - before.rowsWritten} rows`);
  assert.ok(after.objectRequests - before.objectRequests <= mostWrites(), `${after.objectRequests - before.objectRequests} calls`);
});

test("nor do more isolates make it write more often", async () => {
  const [before, mostWrites] = [await worker.counts(), writesFromNow()];
  for (let n = 0; n < 100; n += 1) await api.ledger("ledger", ["count", JSON.stringify([["passed", "in_flight", 1]])]);
  const { rowsWritten } = await worker.counts();
  assert.ok(rowsWritten - before.rowsWritten <= mostWrites() + 1, `${rowsWritten - before.rowsWritten} rows`);
  await becomes("passed", "in_flight", 100);
});

test("counts of a day are few rows, and older ones are gone", async () => {
  const start = worker.offset;
  for (let hours = 0; hours <= 26; hours += 1) {
    for (const minutes of [0, 1, 2]) {
      await worker.setClock(start + hours * 3600 + minutes * 60);
      await api.ledger("ledger", ["count", JSON.stringify([["stored", "timestamp_too_old", 1]])]);
      await api.read("refused");
    }
  }
  const { hours, total } = await counted("stored", "timestamp_too_old");
  assert.deepEqual([total, hours], [72, new Array(24).fill(3)]);
  const [{ rows }] = await api.query("SELECT count(*) AS rows FROM counts");
  assert.ok(rows <= 24 + 1 + 2 * 62, `${rows} rows`);
  const sum = (await sourceOf("stored")).hour.reduce((all, minute) => all + minute.refused, 0);
  assert.equal(sum, 3, "the last hour, by minute");
  await atHour();
});

test("the number of things that are counted apart is bounded", async () => {
  await atHour(50);
  const many = Array.from({ length: 5_000 }, (_, n) => [`s${n}`, "not_found", 1]);
  await api.ledger("ledger", ["count", JSON.stringify(many)]);
  const { by_code: rows } = await api.read("refused");
  const [{ bytes }] = await api.query("SELECT max(length(counts)) AS bytes FROM counts");
  assert.ok(rows.length <= 2_000 && bytes < 100_000, `${rows.length} rows, ${bytes} bytes`);
  await atHour();
});

test("counts can be turned off, and then nothing is written", async () => {
  await worker.restart({ variables: { ADMIN: { counts: false } } });
  const before = await worker.counts();
  for (let n = 0; n < 5; n += 1) await api.forge("passed");
  const after = await worker.counts();
  assert.deepEqual([after.rowsWritten, after.objectRequests], [before.rowsWritten, before.objectRequests]);
  assert.match((await api.read("sources")).missing[0], /counts = false/);
  // No isolate would learn of a capture.
  refused(await api.act("passed/capture"), 404, "not_found");
  await worker.restart({ variables: {} });
});

/** Stores events until each shard has one. */
async function fillShards() {
  const held = async () => (await api.read("health")).capacity.filter(({ source: name, ids }) => name === "sharded" && ids > 0).length;
  do {
    const made = api.fresh();
    accepted(await worker.post("sharded", made), made.id);
  } while ((await held()) < 2);
}

test("a shard that does not answer is said, and the others are shown", async () => {
  await fillShards();
  const before = await until(async () => {
    const one = await sourceOf("sharded");
    return one.pending === 0 && one;
  }, "all to be delivered");
  assert.equal(before.problem, null);
  const { events } = await api.read("sharded/events");
  const object = (shard, ...call) => objectNamed(worker, `sharded/${shard}`, ...call);
  await object(1, "query", ["ALTER TABLE waiting RENAME TO lost"]);
  const without = await sourceOf("sharded");
  assert.equal(without.problem, "does not answer: shard 1");
  assert.ok(without.delivered > 0 && without.delivered < before.delivered, `${without.delivered} of ${before.delivered}`);
  assert.equal(without.destinations[0].state, "open");
  assert.equal((await sourceOf("stored")).problem, null);
  assert.deepEqual((await api.read("health")).problems, ["sharded: does not answer: shard 1"]);
  // The other shard's events are listed, and it is said that these are not all.
  const list = await api.read("sharded/events");
  assert.ok(list.events.length > 0 && list.events.length < events.length, `${list.events.length} of ${events.length}`);
  assert.deepEqual([list.complete, list.unscanned, list.silent], [false, "does not answer: shard 1", [1]]);
  const dry = await api.act("sharded/replay?state=delivered&dry_run=true");
  assert.deepEqual([dry.json.complete, dry.json.count, dry.json.silent], [false, list.events.length, [1]]);
  // None of them.
  await object(0, "query", ["ALTER TABLE waiting RENAME TO lost"]);
  const none = await sourceOf("sharded");
  assert.deepEqual([none.problem, none.destinations[0].state], ["does not answer: shard 0, 1", "unknown"]);
  refused(await worker.get("admin/sharded/events", VIEWER), 503, "storage_unavailable");
  for (const shard of [0, 1]) {
    await object(shard, "query", ["ALTER TABLE lost RENAME TO waiting"]);
    await object(shard, "ring");
  }
  await until(async () => (await sourceOf("sharded")).problem === null, "both to answer again");
  assert.equal((await sourceOf("sharded")).delivered, before.delivered);
});

test("nor does a shard that hangs hold up the others", async () => {
  const before = await sourceOf("sharded");
  for (const shard of [0, 1]) {
    await objectNamed(worker, `sharded/${shard}`, "hang");
    const hung = await sourceOf("sharded");
    assert.equal(hung.problem, `does not answer: shard ${shard}`);
    assert.ok(hung.delivered > 0 && hung.delivered < before.delivered, `${hung.delivered} of ${before.delivered}`);
    await objectNamed(worker, `sharded/${shard}`, "wake");
  }
  assert.equal((await sourceOf("sharded")).problem, null);
});

test("nor does it hold up actions: what could not be done is said, and the other shards do theirs", async () => {
  const ids = await Promise.all([0, 1].map(async (shard) => (await objectNamed(worker, `sharded/${shard}`, "query", ["SELECT id FROM log_1"]))[0].id));
  await worker.hurryTimers(2);
  // Whichever comes first.
  for (const [other, silent] of [[0, 1], [1, 0]]) {
    const [here, there] = [ids[other], ids[silent]];
    await objectNamed(worker, `sharded/${silent}`, "hang");
    assert.equal((await worker.get(`admin/sharded/events/${here}`, VIEWER)).json.id, here);
    const lookup = (id) => worker.get(`admin/lookup?hash=${createHash("sha256").update(`sharded\0${id}`).digest("hex")}`, VIEWER);
    assert.equal((await lookup(here)).json.id, here);
    const replies = await Promise.all([
      worker.get(`admin/sharded/events/${there}`, VIEWER), lookup(there), worker.get("admin/sharded/jobs", VIEWER), worker.get("admin/sharded/stats", VIEWER),
      api.act("sharded/pause"), api.act(`sharded/events/${there}/replay`), api.act("sharded/replay?state=dead"), api.act("sharded/jobs/x", { method: "DELETE" }),
    ]);
    for (const reply of replies) refused(reply, 503, "storage_unavailable");
    const isPaused = async () => JSON.parse(await objectNamed(worker, `sharded/${other}`, "stats")).destinations.default.state === "paused";
    assert.ok(await isPaused(), `shard ${other} is paused`);
    await objectNamed(worker, `sharded/${silent}`, "wake");
    assert.equal((await api.act("sharded/resume")).status, 200);
    assert.ok(!(await isPaused()));
  }
  await worker.hurryTimers();
});
