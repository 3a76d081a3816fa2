// What the platform allows one invocation, and workerd does not enforce: six requests under way, 50 in all where the plan is free, and 32
// invocations that one event makes.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";

const [CONNECTIONS, REQUESTS, INVOCATIONS] = [6, 50, 32];
let inbox, worker;

before(async () => {
  const patient = [{}, { timeout: "21s", concurrency: 18 }];
  inbox = await Stored.start({ named: { backlog: [{}, { concurrency: 18 }], patient, quick: [] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.delayAlarms(0));

/** Lets the first `count` requests go once all of them are there. */
function together(origin, count) {
  const early = [];
  origin.always((response) => {
    if (early.push(() => answer(200)(response)) === count) early.forEach((go) => go());
    if (early.length > count) answer(200)(response);
  });
}

test("a courier has six requests under way, and makes 50 at most", async () => {
  const { path, origin, operator } = inbox.take("backlog");
  together(origin, 18);
  await operator.post("pause");
  await Promise.all(Array.from({ length: 8 }, () => inbox.acceptAll(path, 20)));
  await worker.invocations();
  await operator.post("resume");
  await operator.allDelivered(160);
  const { underWay, requests } = await worker.invocations();
  assert.deepEqual([underWay, requests > REQUESTS / 2, requests <= REQUESTS], [CONNECTIONS, true, true], `${requests} requests`);
});

test("so does a request that brought an event, and goes on as a courier", async () => {
  const { path, origin, operator } = inbox.take("quick");
  await operator.post("pause");
  await Promise.all(Array.from({ length: 6 }, () => inbox.acceptAll(path, 20)));
  await worker.delayAlarms(3600);
  await operator.post("resume");
  await worker.invocations();
  // The first attempt, and the next six.
  origin.next(answer(200));
  together(origin, CONNECTIONS);
  await inbox.accept(path);
  await origin.arrivals(1 + CONNECTIONS);
  await operator.idle();
  const { underWay, requests } = await worker.invocations();
  assert.equal(underWay, CONNECTIONS);
  assert.ok(requests > CONNECTIONS && requests <= REQUESTS, `${requests} requests`);
  await worker.delayAlarms(0);
  await operator.object("ring");
  await operator.allDelivered(121);
});

test("an alarm makes 32 invocations at most, and the next goes on", async () => {
  const { path, origin, operator } = inbox.take("patient");
  const held = origin.hold();
  const first = await inbox.accept(path);
  await held.arrived();
  // However slow the machine is, the attempt that is held does not come to its time limit.
  await worker.stopClock();
  await worker.hurryTimers(0.1);
  await worker.invocations();
  // The alarm lasts as long as the attempt that is held, and an event that comes alone has a courier of its own.
  for (let n = 0; n < INVOCATIONS - 6; n += 1) {
    const { id } = await inbox.accept(path);
    await operator.becomes(id, "delivered");
  }
  const late = await inbox.acceptAll(path, 60);
  held.answer();
  await operator.becomes(first.id, "delivered");
  await operator.allDelivered(INVOCATIONS - 5 + late.length);
  const { couriers } = await worker.invocations();
  assert.ok(couriers > INVOCATIONS / 2 && couriers <= INVOCATIONS, `${couriers} couriers`);
});
