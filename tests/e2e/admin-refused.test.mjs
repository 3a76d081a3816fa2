// What is counted: refusals by code, and what the overview says of each source. Nobody who sends makes it cost more than a write in ten
// seconds.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { ConsoleApi, OPERATOR, VIEWER } from "./fixtures/console-api.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

let api, worker;

before(async () => {
  api = await ConsoleApi.start({ sources: () => ({ faulty: { scheme: "svix", secrets: ["MISSING"], forward: { origin: "https://a.example" } } }) });
  ({ worker } = api);
});

after(() => api?.close());

/** How often a code was counted for a source, by the hours of a day. */
async function counted(source, code) {
  const { by_code: rows } = await api.read(`refused?source=${source}`);
  assert.ok(rows.every((row) => row.source === source && row.hours.length === 24));
  return rows.find((row) => row.code === code) ?? { total: 0, hours: [] };
}

const becomes = (source, code, total) => until(async () => (await counted(source, code)).total === total, `${total} of ${code}`);
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
  assert.ok(Date.now() - Date.parse(all.since) <= 24 * 3600 * 1000);
});

test("the overview has counts, states and faults of each source", async () => {
  await until(async () => (await sourceOf("stored")).delivered === 1, "the delivery to be reported");
  const { sources, inbox, missing, at } = await api.read("sources");
  assert.deepEqual([inbox, missing, sources.map(({ name }) => name)], [true, [], ["faulty", "passed", "stored"]]);
  assert.ok(Math.abs(Date.parse(at) / 1000 - worker.now()) < 60);
  const stored = await sourceOf("stored");
  const { accepted_last_hour, refused_last_hour, refused_by_code, hour, destinations, max_bytes, stored_bytes, ...rest } = stored;
  assert.deepEqual([accepted_last_hour, refused_last_hour, refused_by_code], [1, 4, { missing_header: 1, no_matching_signature: 3 }]);
  assert.deepEqual([hour.length, hour.reduce((sum, { refused: count }) => sum + count, 0)], [60, 4]);
  assert.deepEqual([rest.scheme, rest.url, rest.durable, rest.shards, rest.fault, rest.problem, rest.pending, rest.dead], ["standard-webhooks", `${worker.url}stored`, true, 1, null, null, 0, 0]);
  assert.ok(stored_bytes > 0 && stored_bytes < max_bytes);
  assert.deepEqual([destinations.length, destinations[0].name, destinations[0].to, destinations[0].state, destinations[0].delivered], [1, "default", "origin", "open", 1]);
  const { fault, destinations: none } = await sourceOf("faulty");
  assert.deepEqual([fault.key, none], ["secrets", []]);
  assert.match(fault.fix, /wrangler secret put/);
  assert.equal((await sourceOf("passed")).durable, false);
});

test("the overview has percentiles of what an object attempted since it started", async () => {
  const { delivered } = await sourceOf("stored");
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  // In one read: an object that had nothing to do for ten seconds ends, and its percentiles with it.
  const { p50_ms, p95_ms, p99_ms } = await until(async () => {
    const read = await sourceOf("stored");
    return read.delivered > delivered && read;
  }, "the delivery to be reported");
  assert.ok(Number.isInteger(p50_ms) && p95_ms >= p50_ms && p99_ms >= p95_ms);
});

test("however much is refused, a row is written every ten seconds at most", async () => {
  await api.forge("stored");
  const before = await worker.counts();
  for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 40 }, () => api.forge("stored")));
  const after = await worker.counts();
  assert.ok(after.requests - before.requests >= 200);
  assert.ok(after.rowsWritten - before.rowsWritten <= 2, `${after.rowsWritten - before.rowsWritten} rows`);
  assert.ok(after.objectRequests - before.objectRequests <= 2, `${after.objectRequests - before.objectRequests} calls`);
});

test("nor do more isolates make it write more often", async () => {
  const before = await worker.counts();
  for (let n = 0; n < 100; n += 1) await api.ledger("ledger", ["count", JSON.stringify([["passed", "in_flight", 1]])]);
  const { rowsWritten } = await worker.counts();
  assert.ok(rowsWritten - before.rowsWritten <= 3, `${rowsWritten - before.rowsWritten} rows`);
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
  await worker.setClock(0);
});

test("the number of things that are counted apart is bounded", async () => {
  await worker.setClock(50 * 3600);
  const many = Array.from({ length: 5_000 }, (_, n) => [`s${n}`, "not_found", 1]);
  await api.ledger("ledger", ["count", JSON.stringify(many)]);
  const { by_code: rows } = await api.read("refused");
  const [{ bytes }] = await api.query("SELECT max(length(counts)) AS bytes FROM counts");
  assert.ok(rows.length <= 2_000 && bytes < 100_000, `${rows.length} rows, ${bytes} bytes`);
  await worker.setClock(0);
});

test("counts can be turned off, and then nothing is written", async () => {
  await worker.restart({ variables: { ADMIN: { counts: false } } });
  const before = await worker.counts();
  for (let n = 0; n < 5; n += 1) await api.forge("passed");
  const after = await worker.counts();
  assert.deepEqual([after.rowsWritten, after.objectRequests], [before.rowsWritten, before.objectRequests]);
  assert.match((await api.read("sources")).missing[0], /counts = false/);
  await worker.restart({ variables: {} });
});

test("a shard that does not answer is said, and the others are shown", async () => {
  api.loopback.at("stored").always(answer(200));
  await api.act("stored/pause");
  const paused = await sourceOf("stored");
  assert.equal(paused.destinations[0].state, "paused");
  await api.act("stored/resume");
  assert.deepEqual((await worker.get("admin/sources", OPERATOR)).status, (await worker.get("admin/sources", VIEWER)).status);
});
