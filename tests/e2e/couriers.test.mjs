// Who attempts what, and when: several at a time and none twice, whatever ends in between: an object, an alarm, an instance of the Wasm.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { Operator } from "./fixtures/inbox.mjs";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { accepted, duplicate } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

/** The connections of an invocation, and one destination more. */
const SLOTS = 6;
let inbox, worker;

before(async () => {
  const destination = (loopback) => (_, n) => [`to${n}`, { origin: loopback.at(`many${n}`).url, timeout: n < SLOTS ? "20s" : "1s" }];
  const destinations = (loopback) => Object.fromEntries(Array.from({ length: SLOTS + 1 }, destination(loopback)));
  inbox = await Stored.start({
    named: { one: [{}, { concurrency: 1 }], three: [{}, { concurrency: 3 }] },
    others: (loopback) => ({ many: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, destinations: destinations(loopback) } }),
  });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.stopClock(0));

test("several are delivered at a time, and one that stalls does not hold up the others", async () => {
  const { path, origin, operator } = inbox.take();
  const held = Array.from({ length: 3 }, () => origin.hold());
  const slow = [];
  for (const hold of held) {
    slow.push(await inbox.accept(path));
    await hold.arrived();
  }
  await inbox.delivered({ path, operator });
  for (const { id } of slow) assert.equal((await operator.event(id)).state, "pending");
  for (const hold of held) hold.answer();
  for (const { id } of slow) await operator.becomes(id, "delivered");
});

test("`concurrency` is the most that is under way at once", async () => {
  const { path, origin, operator } = inbox.take("one");
  const held = origin.hold();
  const first = await inbox.accept(path);
  await held.arrived();
  const second = await inbox.accept(path);
  assert.equal((await operator.event(second.id)).attempts, 0);
  assert.equal((await operator.destination()).under_way, 1);
  assert.equal(origin.requests.length, 1);
  held.answer();
  await operator.becomes(first.id, "delivered");
  await operator.becomes(second.id, "delivered");
});

test("a backlog never has more than `concurrency` under way, and leaves in whole", async () => {
  const { path, origin, operator } = inbox.take("three");
  let open = 0;
  let most = 0;
  origin.always((response) => {
    most = Math.max(most, (open += 1));
    setImmediate(() => {
      open -= 1;
      answer(200)(response);
    });
  });
  await operator.post("pause");
  const all = await inbox.acceptAll(path, 40);
  assert.equal(origin.requests.length, 0);
  await operator.post("resume");
  await operator.allDelivered(40);
  assert.deepEqual(origin.requests.map((request) => request.header("webhook-id")).toSorted(), all.map(({ id }) => id).toSorted());
  assert.ok(most >= 1 && most <= 3, `${most} at once`);
});

test("an object that is ended between any two steps forgets nothing and sends nothing twice that was confirmed", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  const made = inbox.fresh();
  accepted(await worker.post(path, made), made.id);
  await operator.evict();
  duplicate(await worker.post(path, made), made.id);
  // Ended in the middle of an attempt, the event is due again when its lease is over.
  for (let minute = 1; (await operator.event(made.id)).state !== "delivered"; minute += 1) {
    await worker.setClock(60 * minute);
    await operator.object("ring");
    await operator.evict();
  }
  const arrived = origin.requests.length;
  await operator.evict();
  duplicate(await worker.post(path, made), made.id);
  await operator.object("ring");
  await operator.evict();
  await operator.object("ring");
  assert.equal((await operator.event(made.id)).state, "delivered");
  assert.equal(origin.requests.length, arrived);
});

test("an outcome that comes after its object ended is written down, and the event not sent again", async () => {
  const { path, origin, operator } = inbox.take();
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  await operator.evict();
  held.answer();
  await operator.becomes(made.id, "delivered");
  assert.equal(origin.requests.length, 1);
});

test("an alarm that comes twice, or was lost, does no harm", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await Promise.all([operator.object("ring"), operator.object("ring")]);
  assert.equal(origin.requests.length, 1, "it is not due");
  await operator.object("dropAlarm");
  await worker.setClock(60);
  await inbox.delivered({ path, operator });
  await operator.becomes(made.id, "delivered");
  await operator.object("dropAlarm");
  await operator.evict();
  await operator.stats();
  assert.equal(await operator.object("alarmIsSet"), true, "a new instance sets it");
});

test("an alarm ends once nothing is under way, and does not wait for the retry", async () => {
  const { path, origin, operator } = inbox.take();
  await worker.delayAlarms(3600);
  await operator.post("pause");
  await inbox.accept(path);
  origin.next(answer(500));
  await operator.post("resume");
  await operator.object("ring");
  assert.equal(origin.requests.length, 1, "the retry is for another alarm");
  await worker.delayAlarms(0);
});

test("an attempt whose report is late leaves its place to the next", async () => {
  const { path, origin, operator } = inbox.take("one");
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  await worker.setClock(150);
  await operator.object("ring");
  await operator.becomes(made.id, "delivered");
  const attempts = origin.requests.map((request) => request.header("countersign-attempt"));
  assert.deepEqual(attempts.slice(-2), ["1", "2"]);
  held.answer();
});

test("a first attempt that waits for a connection for too long is left to another courier", async () => {
  const [first, ...others] = Array.from({ length: SLOTS }, (_, n) => inbox.loopback.at(`many${n}`).hold());
  const [origin, operator] = [inbox.loopback.at(`many${SLOTS}`), new Operator(worker, "many")];
  const made = await inbox.accept("many");
  for (const hold of [first, ...others]) await hold.arrived();
  assert.equal(origin.requests.length, 0);
  // More than the lease of the last, which is attempted elsewhere.
  await worker.setClock(7);
  await operator.stats();
  await origin.arrivals(1);
  const delivered = (count) => until(async () => (await operator.stats()).delivered === count, `${count} destinations to have it`);
  await delivered(1);
  for (const hold of others) hold.answer();
  await delivered(SLOTS);
  first.answer();
  await operator.becomes(made.id, "delivered");
  assert.equal(origin.requests.length, 1);
});

test("a first attempt that waits for a connection begins elsewhere once there is none for four seconds", async () => {
  const held = Array.from({ length: SLOTS }, (_, n) => inbox.loopback.at(`many${n}`).hold());
  const [origin, operator] = [inbox.loopback.at(`many${SLOTS}`), new Operator(worker, "many")];
  const before = origin.requests.length;
  const made = await inbox.accept("many");
  for (const hold of held) await hold.arrived();
  await worker.setClock(5);
  for (const hold of held) hold.answer();
  await operator.becomes(made.id, "delivered");
  assert.deepEqual(origin.requests.slice(before).map((request) => request.header("countersign-attempt")), ["1"]);
});

test("a late report of a paused destination ends the attempt, and brings no more alarms", async () => {
  const { path, origin, operator } = inbox.take();
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  await operator.post("pause");
  await worker.setClock(150);
  await operator.object("ring");
  assert.equal((await operator.destination()).under_way, 0);
  const { alarms } = await worker.counts();
  await setTimeout(1000);
  const more = (await worker.counts()).alarms - alarms;
  assert.ok(more <= 1, `${more} alarms in a second`);
  await operator.post("resume");
  await operator.becomes(made.id, "delivered");
  held.answer();
});

test("an attempt that is under way is not begun a second time by a replay of all", async () => {
  const { path, origin, operator } = inbox.take();
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  assert.ok((await operator.replayAll("state=pending")) <= 1);
  await inbox.delivered({ path, operator });
  held.answer();
  await operator.becomes(made.id, "delivered");
  assert.equal((await operator.event(made.id)).attempts, 1);
  assert.equal(origin.requests.length, 2);
});

test("a trap in the middle of a delivery leaves the event to be delivered", async () => {
  const { path, origin, operator } = inbox.take();
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  assert.equal((await worker.trap()).status, 500);
  held.answer(answer(500));
  await worker.setClock(60);
  await operator.stats();
  await operator.becomes(made.id, "delivered");
});

test("a copy that waits for the first attempt's end is delivered once, though the object ends meanwhile", async () => {
  const { path, origin, operator } = inbox.take();
  const all = await Promise.all(Array.from({ length: 8 }, () => inbox.accept(path)));
  await operator.evict();
  for (const made of all) duplicate(await worker.post(path, inbox.copy(made)), made.id);
  await worker.setClock(60);
  await operator.stats();
  await until(async () => (await operator.stats()).delivered === 8, "all to be delivered");
  const times = Object.values(Object.groupBy(origin.requests, (request) => request.header("webhook-id"))).map((group) => group.length);
  assert.ok(times.length === 8 && times.every((count) => count <= 2), `${times}`);
});
