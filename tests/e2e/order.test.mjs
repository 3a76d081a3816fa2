// Events of one key arrive one after the other, in the order of their acceptance, at an origin that fails and resets.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { chance } from "./fixtures/chance.mjs";
import { answer, reset } from "./fixtures/loopback.mjs";
import { Stored } from "./fixtures/stored.mjs";
import { until } from "./fixtures/wait.mjs";

const EVENTS = Number(process.env.COUNTERSIGN_EVENTS ?? 300);
const KEYS = 30;
const SEED = Number(process.env.COUNTERSIGN_SEED ?? 7);
let inbox;

before(async () => {
  inbox = await Stored.start({ plain: 0, named: { ordered: [{ order: "{data.id}" }], shown: [{ order: "{data.id}" }] } });
});

after(() => inbox?.close());

const body = (key, n) => JSON.stringify({ type: "batch.succeeded", data: { id: `key-${key}`, n } });

test(`${EVENTS} events of ${KEYS} keys arrive in the order of their keys`, async () => {
  const { path, origin, operator } = inbox.take("ordered");
  const taken = new Map();
  const wrong = [];
  const keyOf = (request) => JSON.parse(request.body).data;
  origin.always((response, request) => {
    const { id, n } = keyOf(request);
    const before = taken.get(id) ?? -1;
    // One that was taken may come again; the next one only then.
    if (n > before + 1) wrong.push(`${id}: ${n} after ${before}`);
    const luck = chance(SEED, origin.requests.length)();
    if (luck < 0.2) return answer(400)(response);
    if (luck < 0.25) return answer(500)(response);
    if (luck < 0.3) return reset(response);
    taken.set(id, Math.max(n, before));
    return answer(200)(response);
  });
  for (let index = 0; index < EVENTS; index += 1) {
    await inbox.accept(path, { body: body(index % KEYS, Math.floor(index / KEYS)) });
  }
  await until(async () => {
    const { pending, under_way: underWay } = await operator.destination();
    // An attempt that the clock leaves behind would be made again.
    if (pending > 0 && underWay === 0) await inbox.worker.setClock(inbox.worker.offset + 121);
    return pending === 0;
  }, "everything to be delivered", 120_000);
  assert.deepEqual(wrong, []);
  assert.deepEqual([...taken.values()], Array.from({ length: KEYS }, () => EVENTS / KEYS - 1));
  const { delivered, dead } = await operator.stats();
  assert.deepEqual({ delivered, dead }, { delivered: EVENTS, dead: 0 });
});

test("when a key is attempted again is shown, however many events are behind", async () => {
  const { path, origin, operator } = inbox.take("shown");
  // The next attempt stays to come, however long the test takes.
  await inbox.worker.stopClock();
  origin.always(answer(400));
  for (let n = 0; n < 3; n += 1) await inbox.accept(path, { body: body(0, n) });
  const next = await until(async () => (await operator.destination()).next_attempt, "the first to fail");
  assert.ok(next / 1000 > inbox.worker.now(), "it is to come");
  assert.deepEqual([origin.requests.length, (await operator.destination()).pending], [1, 3]);
});
