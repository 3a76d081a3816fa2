// `Retry-After`: an origin that asks for time gets it, for every event and for four hours at most.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";

const HOUR = 3600;
let inbox, worker;

before(async () => {
  inbox = await Stored.start();
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.stopClock(0));

const inTwoHours = new Date(Date.now() + 2 * HOUR * 1000).toUTCString();
const WAITS = { 600: [590, 620], [inTwoHours]: [2 * HOUR - 60, 2 * HOUR + 20], 999999: [4 * HOUR - 20, 4 * HOUR + 20] };

for (const [value, [least, most]] of Object.entries(WAITS)) {
  test(`Retry-After: ${value === inTwoHours ? "a date" : value} holds the destination, whoever comes next`, async () => {
    const { path, origin, operator } = inbox.take();
    const before = worker.now();
    origin.next(answer(429, { "retry-after": value }));
    const first = await inbox.accept(path);
    await operator.failed(first.id);
    const others = await inbox.acceptAll(path, 3);
    const destination = await operator.destination();
    const wait = destination.held_until - before;
    assert.ok(wait >= least && wait <= most, `it made the destination wait for ${wait} s`);
    for (const { id } of [first, ...others]) assert.ok((await operator.event(id)).next_attempt_at >= destination.held_until - 1);
    await worker.setClock(destination.held_until - 10 - worker.now());
    await operator.object("ring");
    assert.equal(origin.requests.length, 1, "nothing is attempted before");
    await worker.setClock(worker.offset + 12);
    await operator.stats();
    for (const { id } of [first, ...others]) await operator.becomes(id, "delivered");
    assert.equal(origin.requests.length, 5);
  });
}

test("a value that is none is passed over", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(429, { "retry-after": "soon" }));
  const first = await inbox.accept(path);
  const wait = (await operator.failed(first.id)).next_attempt_at - worker.now();
  assert.ok(wait >= 3 && wait <= 7, `${wait} s`);
  const second = await inbox.accept(path);
  await operator.becomes(second.id, "delivered");
});

test("an object that ends holds it all the same", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(503, { "retry-after": "300" }));
  const first = await inbox.accept(path);
  await operator.failed(first.id);
  const { held_until } = await operator.destination();
  await operator.evict();
  const second = await inbox.accept(path);
  await worker.setClock(200);
  await operator.object("ring");
  assert.equal((await operator.destination()).held_until, held_until);
  assert.equal(origin.requests.length, 1);
  await worker.setClock(310);
  await operator.stats();
  for (const { id } of [first, second]) await operator.becomes(id, "delivered");
});
