// What an operator sees of stored events: lists, single events and their history; and who sees it.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { Operator } from "./fixtures/inbox.mjs";
import { answer, reset } from "./fixtures/loopback.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { source } from "./fixtures/worker.mjs";
import { until } from "./fixtures/wait.mjs";

const SECOND = newSecret();
let inbox, worker;

before(async () => {
  inbox = await Stored.start({
    named: { rotated: [{ secrets: ["SECRET", "SECOND"] }], quick: [{}, { timeout: "3s" }] },
    others: (loopback) => ({ faulty: source(loopback.at("faulty"), { dedupe: "never" }) }),
    secrets: { SECOND },
  });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

const idsOf = (events) => events.map(({ id }) => id);

test("lists are paged, filtered, and complete", async () => {
  const { path, origin, operator } = inbox.take();
  // Refused one by one, which says nothing of the destination.
  origin.always(answer(400));
  const ids = [];
  for (let n = 0; n < 7; n += 1) ids.push((await inbox.accept(path)).id);
  for (const id of ids) await operator.failed(id);
  assert.deepEqual(idsOf(await operator.list("state=pending&limit=3")).toSorted(), ids.toSorted());
  assert.deepEqual(await operator.list("state=dead"), []);
  assert.equal((await operator.list("limit=2")).length, 7);
  // None is attempted again by itself before the job comes to it.
  await operator.post("pause");
  origin.always(answer(200));
  assert.equal(await operator.replayAll("state=pending"), 7);
  await operator.post("resume");
  await operator.allDelivered(7);
  assert.equal((await operator.list("state=delivered&limit=200")).length, 7);
  refused(await operator.get("events?state=lost"), 400, "invalid_query");
  refused(await operator.get("events/nobody"), 404, "not_found");
});

test("what was delivered at once and what failed before are in one list, the latest first", async () => {
  const { path, origin, operator } = inbox.take();
  const ids = [];
  for (let n = 0; n < 12; n += 1) {
    if (n % 3 === 1) origin.next(answer(400));
    const made = await inbox.accept(path);
    ids.push(made.id);
    await inbox.attempted(path, 1);
    await until(async () => (await operator.event(made.id)).last_status, "its first attempt");
  }
  await worker.setClock(60);
  await operator.stats();
  await operator.allDelivered(12);
  for (const limit of [1, 2, 5, 200]) {
    assert.deepEqual(idsOf(await operator.list(`state=delivered&limit=${limit}`)), ids.toReversed(), `by pages of ${limit}`);
  }
});

test("what waits while nothing is attempted is listed as pending, the oldest first if that is asked for", async () => {
  const { path, operator } = inbox.take();
  await operator.post("pause");
  const ids = idsOf(await inbox.acceptAll(path, 9));
  for (const limit of [1, 4, 200]) assert.deepEqual(idsOf(await operator.list(`state=pending&order=old&limit=${limit}`)), ids);
  for (const event of await operator.list("state=pending")) {
    assert.deepEqual([event.attempts, event.finished_at, event.replayable], [0, null, true]);
  }
  assert.equal((await operator.stats()).pending, 9);
  await operator.post("resume");
  await operator.allDelivered(9);
});

test("an event says what it is: its type, its size, and which key matched", async () => {
  const { path, operator } = inbox.take("rotated");
  const before = worker.now();
  for (const [key, made] of [[0, inbox.fresh({ body: '{"type":"invoice.paid"}' })], [1, delivery(signedBy(SECOND), { timestamp: worker.now(), body: '{"type":"user.created","data":{}}' })]]) {
    accepted(await worker.post(path, made), made.id);
    await operator.becomes(made.id, "delivered");
    const event = await operator.event(made.id);
    assert.deepEqual([event.key, event.type, event.bytes, event.form], [key, JSON.parse(made.body).type, made.body.length, "v1"]);
    assert.ok(Math.abs(event.received_at - before) < 30);
    const [listed] = await operator.list("state=delivered&limit=1");
    assert.deepEqual([listed.id, listed.key, listed.type], [made.id, key, event.type]);
  }
});

test("an event that was delivered at once has a history of one attempt", async () => {
  const { path, operator } = inbox.take();
  const made = await inbox.delivered({ path, operator });
  const { history } = await operator.event(made.id);
  assert.equal(history.length, 1);
  const [{ attempt, at, why, status, code, cause, ms }] = history;
  assert.deepEqual([attempt, why, status, code, cause], [1, "first", 200, null, null]);
  assert.ok(Math.abs(at - worker.now()) < 30 && ms >= 0 && ms < 20_000, `at ${at}, for ${ms} ms`);
});

test("the history has every attempt, why it was made and what came of it, though the object ends", async () => {
  const { path, origin, operator } = inbox.take("quick");
  origin.next(answer(500), reset, () => {}, answer(404));
  const made = await inbox.accept(path);
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await inbox.attempted(path, attempt);
    if (attempt === 2) await operator.evict();
    await operator.untilNextAttempt(made.id);
  }
  await operator.becomes(made.id, "delivered");
  await operator.post(`events/${made.id}/replay`);
  await origin.arrivals(6);
  await operator.becomes(made.id, "delivered");
  await operator.evict();
  const { history, attempts } = await operator.event(made.id);
  assert.equal(attempts, 6);
  const told = history.map(({ attempt, why, status, code }) => [attempt, why, status, code]);
  assert.deepEqual(told, [
    [1, "first", 500, "destination_failed"],
    [2, "retry", 0, "destination_failed"],
    [3, "retry", 0, "destination_timeout"],
    [4, "retry", 404, "destination_failed"],
    [5, "retry", 200, null],
    [6, "replay", 200, null],
  ]);
  assert.ok(history.every(({ at }, n) => n === 0 || at >= history[n - 1].at), "in order");
  assert.ok(history[2].ms >= 2900 && history[2].ms < 20_000, `the timeout took ${history[2].ms} ms`);
});

test("the history of each of many events that were delivered at once is its own, before and after the object ends", async () => {
  const { path, operator } = inbox.take();
  const all = [];
  for (let n = 0; n < 10; n += 1) all.push(...(await Promise.all(Array.from({ length: 10 }, () => inbox.accept(path)))));
  await operator.allDelivered(100);
  for (const ended of [false, true]) {
    if (ended) await operator.evict();
    for (const { id } of all) {
      const { history } = await operator.event(id);
      assert.deepEqual(history.map(({ attempt, why, status }) => [attempt, why, status]), [[1, "first", 200]]);
    }
  }
});

test("nobody gets in without the token, and only sources have pages", async () => {
  const { path, operator } = inbox.take();
  refused(await worker.get(`admin/${path}/stats`), 401, "unauthorized");
  refused(await worker.get(`admin/${path}/stats`, [["authorization", "Bearer wrong"]]), 401, "unauthorized");
  for (const page of ["pause", "resume", "replay?state=dead"]) {
    refused(await worker.post(`admin/${path}/${page}`, {}), 401, "unauthorized");
    refused(await operator.get(page), 405, "method_not_allowed");
  }
  refused(await new Operator(worker, "faulty").get("stats"), 500, "config_invalid");
  refused(await new Operator(worker, "nobody").get("stats"), 404, "not_found");
  refused(await operator.post("stats"), 405, "method_not_allowed");
});
