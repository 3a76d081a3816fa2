// An operator pauses a destination and resumes it: meanwhile nothing is attempted, everything is accepted, and `give_up_after` stands still.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { duplicate } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
let inbox, worker;

before(async () => {
  const short = [{}, { give_up_after: "10m" }];
  inbox = await Stored.start({ named: { short, fresh: short, twice: short, sharded: [{ shards: 3 }], raised: [] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

async function pause(operator) {
  const reply = await operator.post("pause");
  assert.deepEqual([reply.status, reply.json], [200, { status: "paused" }]);
}

async function resume(operator) {
  const reply = await operator.post("resume");
  assert.deepEqual([reply.status, reply.json], [200, { status: "resumed" }]);
}

test("while it is paused nothing is attempted, whoever asks; all of it is once it is resumed", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  const failed = await inbox.accept(path);
  await operator.failed(failed.id);
  await pause(operator);
  const since = (await operator.destination()).since;
  assert.ok(Math.abs(since - worker.now()) < 30);
  const waiting = await inbox.acceptAll(path, 5);
  for (const minutes of [1, 30, 120]) {
    await worker.setClock(minutes * MINUTE);
    await operator.object("ring");
    if (minutes === 30) await operator.evict();
    assert.deepEqual([(await operator.destination()).state, (await operator.destination()).since], ["paused", since]);
    await inbox.accept(path);
    duplicate(await worker.post(path, inbox.copy(waiting[0])), waiting[0].id);
  }
  await operator.post("replay?state=pending");
  await operator.object("ring");
  assert.equal(origin.requests.length, 1);
  await resume(operator);
  await operator.allDelivered(9);
  assert.equal(origin.requests.length, 10);
  assert.equal((await operator.destination()).state, "open");
});

test("what is under way when it is paused ends, and counts", async () => {
  const { path, origin, operator } = inbox.take();
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  await pause(operator);
  held.answer();
  await operator.becomes(made.id, "delivered");
  assert.equal((await operator.destination()).state, "paused");
  assert.equal(origin.requests.length, 1);
});

test("pausing twice, and resuming twice, is once", async () => {
  const { path, operator } = inbox.take();
  await pause(operator);
  const { since } = await operator.destination();
  await worker.setClock(MINUTE);
  await pause(operator);
  assert.deepEqual([(await operator.destination()).state, (await operator.destination()).since], ["paused", since]);
  await resume(operator);
  assert.equal((await operator.destination()).state, "open");
  await resume(operator);
  await inbox.delivered({ path, operator });
});

test("`give_up_after` stands still for an event that failed before", async () => {
  const { path, origin, operator } = inbox.take("short");
  origin.always(answer(500));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await pause(operator);
  // Steps shorter than what makes the clock suspect.
  for (const hours of [2, 4, 6]) {
    await worker.setClock(hours * HOUR);
    await operator.object("ring");
  }
  await resume(operator);
  await inbox.attempted(path, 2);
  assert.equal((await operator.failed(made.id)).state, "pending", "6 hours were no time");
  for (let attempt = 2; (await operator.event(made.id)).state === "pending"; attempt += 1) {
    await inbox.attempted(path, attempt);
    if ((await operator.event(made.id)).state === "pending") await operator.untilNextAttempt(made.id);
  }
  const dead = await operator.event(made.id);
  assert.equal(dead.state, "dead");
  const spent = dead.finished_at - dead.received_at - 6 * HOUR;
  assert.ok(spent > 5 * MINUTE && spent < 20 * MINUTE, `given up after ${spent} s that counted`);
});

test("and for one that came while it was paused", async () => {
  const { path, origin, operator } = inbox.take("fresh");
  await pause(operator);
  const made = await inbox.accept(path);
  await worker.setClock(5 * HOUR);
  await operator.object("ring");
  origin.next(answer(500));
  await resume(operator);
  await inbox.attempted(path, 1);
  assert.equal((await operator.failed(made.id)).state, "pending");
  await operator.untilNextAttempt(made.id);
  await operator.becomes(made.id, "delivered");
});

test("each pause counts for itself", async () => {
  const { path, origin, operator } = inbox.take("twice");
  origin.always(answer(500));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  for (const hours of [1, 3]) {
    await worker.setClock((hours - 1) * HOUR + 10);
    await pause(operator);
    await worker.setClock(hours * HOUR - 10);
    await resume(operator);
    await until(async () => (await operator.event(made.id)).attempts >= 2, "an attempt");
    await operator.becomes(made.id, hours === 1 ? "pending" : "dead");
  }
});

test("all shards are paused and resumed", async () => {
  const { path, origin, operator } = inbox.take("sharded");
  await pause(operator);
  await inbox.acceptAll(path, 24);
  assert.equal((await operator.stats()).pending, 24);
  assert.equal(origin.requests.length, 0);
  await resume(operator);
  await operator.allDelivered(24);
});

test("shards that are added are paused with the others", async () => {
  const { path, origin, operator } = inbox.take("raised");
  await inbox.accept(path);
  await operator.allDelivered(1);
  await pause(operator);
  await worker.restart({ sources: { ...inbox.sources, [path]: inbox.durable(path, { shards: 6 }) } });
  await inbox.acceptAll(path, 24);
  const { pending, destinations } = await operator.stats();
  assert.deepEqual([pending, destinations.default.state, origin.requests.length], [24, "paused", 1]);
  await resume(operator);
  await operator.allDelivered(25);
});

test("it leaves a log record", async () => {
  const { path, operator } = inbox.take();
  await pause(operator);
  await resume(operator);
  const lines = await until(() => {
    const lines = worker.lines("admin", (line) => line.source === path);
    return lines.length === 2 && lines;
  }, "two records");
  assert.deepEqual(lines.map(({ action, code }) => [action, code]), [["pause", "paused"], ["resume", "resumed"]]);
});
