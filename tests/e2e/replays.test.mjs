// Replays: one event, all dead ones, all delivered ones; and for how long there is anything to replay: `keep`.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { duplicate, refused } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR = 3600;
let inbox, worker;

before(async () => {
  const short = [{}, { give_up_after: "10m" }];
  inbox = await Stored.start({ named: { short, alone: short, kept: [{ keep: "1h" }], dropped: [{ keep: "0s" }], late: [{ keep: "0s" }] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

const idsOf = (requests) => requests.map((request) => request.header("webhook-id")).toSorted();

async function replay(operator, { id }) {
  const reply = await operator.post(`events/${encodeURIComponent(id)}/replay`);
  assert.deepEqual([reply.status, reply.json], [200, { status: "replayed", id }]);
}

test("a delivered event is kept whole, and can be replayed under its id, again and again", async () => {
  const { path, origin, operator } = inbox.take();
  const made = await inbox.delivered({ path, operator });
  const other = await inbox.delivered({ path, operator });
  for (let attempt = 2; attempt <= 4; attempt += 1) {
    assert.equal((await operator.event(made.id)).replayable, true);
    await replay(operator, made);
    const again = (await origin.arrivals(attempt + 1)).at(-1);
    assert.equal(again.header("webhook-id"), made.id);
    assert.equal(again.header("countersign-attempt"), String(attempt));
    assert.equal(again.body.toString(), made.body);
    await operator.becomes(made.id, "delivered");
    assert.equal((await operator.event(made.id)).attempts, attempt);
  }
  assert.equal((await operator.event(other.id)).attempts, 1);
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
  refused(await operator.post("events/nobody/replay"), 404, "not_found");
});

test("a replayed event that fails is tried again, and waits as one that failed does", async () => {
  const { path, origin, operator } = inbox.take();
  const made = await inbox.delivered({ path, operator });
  origin.next(answer(500), answer(500));
  await replay(operator, made);
  await inbox.attempted(path, 2);
  assert.equal((await operator.failed(made.id)).state, "pending");
  await operator.untilNextAttempt(made.id);
  await inbox.attempted(path, 3);
  await operator.untilNextAttempt(made.id);
  await operator.becomes(made.id, "delivered");
  assert.deepEqual(origin.requests.map((request) => request.header("countersign-attempt")), ["1", "2", "3", "4"]);
  await replay(operator, made);
  await origin.arrivals(5);
  await operator.becomes(made.id, "delivered");
});

test("an object that ends after a replay was asked for makes it all the same", async () => {
  const { path, origin, operator } = inbox.take();
  const made = await inbox.delivered({ path, operator });
  await operator.post("pause");
  await replay(operator, made);
  await operator.evict();
  assert.equal((await operator.event(made.id)).state, "pending");
  await operator.post("resume");
  await operator.becomes(made.id, "delivered");
  assert.equal(origin.requests.length, 2);
});

test("all delivered events are replayed, once each", async () => {
  const { path, origin, operator } = inbox.take();
  const all = [];
  for (let n = 0; n < 30; n += 1) all.push(await inbox.accept(path));
  await operator.allDelivered(30);
  origin.next(answer(400));
  const late = await inbox.accept(path);
  await operator.failed(late.id);
  await operator.untilNextAttempt(late.id);
  await operator.allDelivered(31);
  const before = origin.requests.length;
  assert.equal(await operator.replayAll("state=delivered"), 31);
  const again = (await origin.arrivals(before + 31)).slice(before);
  assert.deepEqual(idsOf(again), [...all, late].map(({ id }) => id).toSorted());
  await operator.allDelivered(31);
  assert.equal(origin.requests.length, before + 31);
  for (const request of again) assert.equal(Number(request.header("countersign-attempt")), request.header("webhook-id") === late.id ? 3 : 2);
});

test("all dead events are replayed, once each, those that failed alone too", async () => {
  for (const [name, count] of [["alone", 2], ["short", 12]]) {
    const { path, origin, operator } = inbox.take(name);
    await worker.setClock(0);
    origin.always(answer(503));
    const all = await inbox.acceptAll(path, count);
    await until(async () => origin.requests.length >= Math.min(count, 3), "attempts to fail");
    const delivered = await dead({ operator, count });
    assert.equal(delivered, 0);
    assert.deepEqual((await operator.list("state=dead&limit=5")).map(({ id }) => id).toSorted(), all.map(({ id }) => id).toSorted());
    for (const made of all) duplicate(await worker.post(path, inbox.copy(made)), made.id);
    origin.always(answer(200));
    const before = origin.requests.length;
    assert.equal(await operator.replayAll("state=dead"), count);
    for (let minutes = 0; (await operator.stats()).delivered < count; minutes += 1) {
      assert.ok(minutes < 30, JSON.stringify(await operator.stats()));
      await operator.pass(60);
    }
    const again = idsOf(origin.requests.slice(before));
    assert.deepEqual(again, all.map(({ id }) => id).toSorted());
    assert.equal((await operator.stats()).dead, 0);
  }
});

/** Moves the clock on until all are given up; how many were delivered. */
async function dead({ operator, count }) {
  for (let minutes = 0; (await operator.stats()).dead < count; minutes += 2) {
    assert.ok(minutes < 60, "given up within an hour");
    await operator.pass(120);
  }
  return (await operator.stats()).delivered;
}

test("one dead event is replayed, and the others stay dead", async () => {
  const { path, origin, operator } = inbox.take("alone");
  const { dead: before } = await operator.stats();
  origin.always(answer(503));
  const all = await inbox.acceptAll(path, 2);
  await dead({ operator, count: before + 2 });
  origin.always(answer(200));
  await replay(operator, all[1]);
  await operator.becomes(all[1].id, "delivered");
  assert.equal((await operator.event(all[0].id)).state, "dead");
  assert.equal((await operator.stats()).dead, before + 1);
});

test("after `keep` there is nothing to replay, and the id is known all the same", async () => {
  const { path, operator } = inbox.take("kept");
  const made = await inbox.delivered({ path, operator });
  await worker.setClock(HOUR - 60);
  await operator.object("ring");
  assert.equal((await operator.event(made.id)).replayable, true);
  await worker.setClock(3 * HOUR);
  await operator.object("ring");
  const event = await operator.event(made.id);
  assert.deepEqual([event.state, event.replayable], ["delivered", false]);
  refused(await operator.post(`events/${made.id}/replay`), 409, "not_replayable");
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
});

test('keep = "0s": a body is gone within the hour, whatever comes meanwhile', async () => {
  const { path, operator } = inbox.take("dropped");
  const first = await inbox.delivered({ path, operator });
  for (const minutes of [15, 30, 45]) {
    await worker.setClock(minutes * 60);
    await inbox.delivered({ path, operator });
    await operator.object("ring");
  }
  await worker.setClock(HOUR);
  await operator.object("ring");
  const ids = (await operator.rows("log", "id")).map(({ id }) => id);
  assert.ok(!ids.includes(first.id), "no table has it");
  assert.deepEqual(await operator.object("query", ["SELECT number FROM kept"]), []);
  refused(await operator.post(`events/${first.id}/replay`), 409, "not_replayable");
  duplicate(await worker.post(path, inbox.copy(first)), first.id);
});

test('keep = "0s": a body that was delivered at the second attempt is gone within the hour as well', async () => {
  const { path, origin, operator } = inbox.take("late");
  origin.next(answer(500));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await operator.untilNextAttempt(made.id);
  await operator.becomes(made.id, "delivered");
  await worker.setClock(HOUR);
  await operator.object("ring");
  assert.deepEqual(await operator.rows("log", "id"), []);
  assert.deepEqual(await operator.object("query", ["SELECT number FROM kept"]), []);
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
});
