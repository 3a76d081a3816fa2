// Replaying many events: counted first, then a job with a rate.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { refused } from "./fixtures/expect.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { until } from "./fixtures/wait.mjs";

let inbox, worker;

before(async () => {
  inbox = await Stored.start({ named: { sharded: [{ shards: 4 }] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.startClock());

/** An event of a type, with as many bytes behind it. */
const typed = (type, more = 0) => ({ body: JSON.stringify({ type, more: "x".repeat(more) }) });
const idOf = (request) => request.header("webhook-id");

test("what a selection names is counted, and then replayed once each, over all shards", async () => {
  const { path, origin, operator } = inbox.take("sharded");
  const wanted = [];
  for (let n = 0; n < 24; n += 1) {
    const made = await inbox.accept(path, typed(n % 3 ? "invoice.paid" : "invoice.voided", n % 2 ? 0 : 20_000));
    if (n % 3 === 0) wanted.push(made.id);
  }
  await operator.allDelivered(24);
  const query = "state=delivered&type=invoice.voided";
  const counted = await operator.post(`replay?${query}&dry_run=true`);
  assert.deepEqual([counted.status, counted.json], [200, { count: 8, complete: true, scanned: 24, silent: [] }]);
  const before = origin.requests.length;
  assert.equal(await operator.replayAll(query), 8);
  await operator.allDelivered(24);
  assert.deepEqual(origin.requests.slice(before).map(idOf).toSorted(), wanted.toSorted());
  const { state, matched, looked_at: lookedAt, by, filter, ended_at: endedAt } = await operator.job();
  assert.deepEqual([state, matched, lookedAt, by, filter], ["done", 8, 24, "operator", { state: "delivered", type: "invoice.voided" }]);
  assert.ok(Date.parse(endedAt) > 0);
});

test("a job keeps to its rate, goes on where it was when its object ends, and replays nothing twice", async () => {
  const { path, origin, operator } = inbox.take();
  for (let n = 0; n < 12; n += 1) await inbox.accept(path);
  await operator.allDelivered(12);
  const before = origin.requests.length;
  const began = Date.now();
  const reply = await operator.post("replay?state=delivered&rate=4/s");
  assert.deepEqual([reply.status, reply.json.job.state, reply.json.job.rate], [202, "running", "4/s"]);
  refused(await operator.post("replay?state=delivered"), 409, "job_running");
  await until(async () => (await operator.job()).replayed > 0, "the first to be replayed");
  await operator.evict();
  await until(async () => (await operator.job()).state === "done", "the job to end");
  assert.ok(Date.now() - began > 1500, "twelve events at four a second take more than that");
  await operator.allDelivered(12);
  assert.equal((await operator.job()).replayed, 12);
  // What was under way when the object ended may have arrived twice.
  assert.equal(new Set(origin.requests.slice(before).map(idOf)).size, 12);
});

test("a job that some shards have ended is left alone by another one, shown, and cancelled", async () => {
  const { path, operator } = inbox.take("sharded");
  const known = new Set((await operator.list()).map(({ id }) => id));
  for (let n = 0; n < 40; n += 1) await inbox.accept(path, typed("order.paid"));
  await operator.allDelivered(known.size + 40);
  const inFirst = (await operator.rows("log", "id")).filter(({ id }) => !known.has(id));
  for (const { id } of inFirst) assert.equal((await operator.forget(id)).status, 200);
  const { job } = (await operator.post("replay?type=order.paid&rate=4/s")).json;
  const first = async () => JSON.parse((await operator.object("query", ["SELECT value FROM meta WHERE name = 'job'"]))[0].value);
  await until(async () => (await first()).state === "done", "the first shard to be done");
  refused(await operator.post("replay?state=delivered"), 409, "job_running");
  const { id, state } = await operator.job();
  assert.deepEqual([id, state], [job.id, "running"]);
  assert.equal((await worker.post(`admin/${path}/jobs/${id}`, { method: "DELETE", headers: [operator.bearer] })).status, 200);
  assert.deepEqual([(await operator.job()).id, (await operator.job()).state], [job.id, "cancelled"]);
});

test("a job is cancelled, and what it has not replayed stays", async () => {
  const { path, operator } = inbox.take();
  for (let n = 0; n < 6; n += 1) await inbox.accept(path);
  await operator.allDelivered(6);
  await operator.post("pause");
  // The job does not come to its end before it is cancelled.
  await worker.stopClock();
  const { job } = (await operator.post("replay?state=delivered&rate=1/s")).json;
  const cancel = (id) => worker.post(`admin/${path}/jobs/${id}`, { method: "DELETE", headers: [operator.bearer] });
  refused(await cancel("another"), 404, "not_found");
  assert.equal((await cancel(job.id)).status, 200);
  refused(await cancel(job.id), 404, "not_found");
  const { state, replayed } = await operator.job();
  assert.equal(state, "cancelled");
  await worker.setClock(30);
  await operator.object("ring");
  const { pending, delivered } = await operator.stats();
  assert.deepEqual([(await operator.job()).replayed, pending, delivered], [replayed, replayed, 6 - replayed]);
});

test("a job asks a destination that wants time once, and then waits for as long as it says", async () => {
  const { path, origin, operator } = inbox.take();
  await inbox.acceptAll(path, 12);
  await operator.allDelivered(12);
  origin.always(answer(429, { "retry-after": "600" }));
  const { id } = await inbox.accept(path);
  await operator.failed(id);
  const before = origin.requests.length;
  await operator.post("replay?state=delivered&rate=4/s");
  await until(async () => (await operator.job()).state === "done", "the job to end");
  await origin.arrivals(before + 1);
  await operator.idle();
  assert.equal(origin.requests.length, before + 1);
});

test("a replay has to say of what, and filtered events have none", async () => {
  const { operator } = inbox.take();
  for (const query of ["", "rate=5/s", "test=true", "state=filtered", "state=dead&rate=0/s", "state=dead&limit=5", "state=lost", "state=dead&dry_run"]) {
    refused(await operator.post(`replay?${query}`), 400, "invalid_query");
  }
  for (const query of ["", "state=filtered"]) refused(await operator.post(`replay?${query}&dry_run=true`), 400, "invalid_query");
  assert.equal(await operator.job(), undefined);
  refused(await operator.post("replay?state=dead&destination=elsewhere"), 404, "not_found");
});
