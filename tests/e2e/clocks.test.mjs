// Clocks that jump: nothing is forgotten or given up for an hour, and nothing is lost once they are put right.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { duplicate, refused } from "./fixtures/expect.mjs";

const HOUR = 3600;
let inbox, worker;

before(async () => {
  const brief = [{ dedupe: "10m", keep: "10m" }];
  inbox = await Stored.start({ plain: 12, named: { brief, briefer: brief, short: [{}, { give_up_after: "10m" }], grown: [] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

for (const [name, remembered, jump] of [[undefined, 72 * HOUR, 1000 * HOUR], [undefined, 72 * HOUR, 73 * HOUR], ["brief", 600, 700], ["briefer", 600, 5 * HOUR]]) {
  test(`a clock that jumps ahead by ${jump} s forgets no id for an hour (dedupe ${remembered} s)`, async () => {
    const all = inbox.take(name);
    const made = await inbox.delivered(all);
    for (const minutes of [0, 30, 59]) {
      await worker.setClock(jump + minutes * 60);
      await all.operator.object("ring");
      if (minutes === 30) await all.operator.evict();
      duplicate(await worker.post(all.path, inbox.copy(made)), made.id);
    }
    await worker.setClock(Math.max(jump + HOUR + 30, remembered + HOUR + 30));
    await all.operator.object("ring");
    refused(await all.operator.get(`events/${made.id}`), 404, "not_found");
    await inbox.delivered(all, { id: made.id, body: made.body });
  });
}

test("a clock that is put right again has cost nothing", async () => {
  const all = inbox.take();
  const made = await inbox.delivered(all);
  for (const seconds of [1000 * HOUR, 0, -1000 * HOUR, 0]) {
    await worker.setClock(seconds);
    await all.operator.object("ring");
    duplicate(await worker.post(all.path, inbox.copy(made)), made.id);
  }
});

for (const [what, jumps] of [["an hour back", [-HOUR]], ["ahead by three days", [72 * HOUR]], ["far ahead, and back", [1000 * HOUR, 0]], ["far back, and on", [-1000 * HOUR, 0]]]) {
  test(`events are accepted, delivered and shown after the clock went ${what}`, async () => {
    const all = inbox.take();
    const made = [await inbox.delivered(all)];
    for (const seconds of jumps) {
      await worker.setClock(seconds);
      made.push(await inbox.delivered(all));
      all.origin.next(answer(400));
      const failed = await inbox.accept(all.path);
      await all.operator.failed(failed.id);
      await all.operator.untilNextAttempt(failed.id);
      await all.operator.becomes(failed.id, "delivered");
      made.push(failed);
      await all.operator.evict();
    }
    for (const one of made) {
      duplicate(await worker.post(all.path, inbox.copy(one)), one.id);
      assert.equal((await all.operator.event(one.id)).state, "delivered");
    }
    assert.equal((await all.operator.list("state=delivered")).length, made.length);
  });
}

test("a clock that jumps an hour back and three days ahead, while every page is asked for, loses nothing and sends nothing twice", async () => {
  const { path, origin, operator } = inbox.take();
  const made = [await inbox.delivered({ path, operator })];
  const polled = operator.poll();
  for (const seconds of [-HOUR, 72 * HOUR, 71 * HOUR, 0]) {
    await operator.idle();
    await worker.setClock(seconds);
    await operator.post("pause");
    made.push(...(await inbox.acceptAll(path, 6)));
    await operator.object("ring");
    for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
    await operator.post("resume");
    await operator.allDelivered(made.length);
  }
  const arrived = origin.requests.map((request) => request.header("webhook-id"));
  assert.deepEqual(arrived.toSorted(), made.map(({ id }) => id).toSorted());
  assert.ok((await polled()) > 0);
});

test("a clock that jumps ahead gives nothing up for an hour", async () => {
  const { path, origin, operator } = inbox.take("short");
  origin.always(answer(500));
  const made = await inbox.accept(path);
  await inbox.attempted(path, 1);
  await worker.setClock(200 * HOUR);
  await operator.stats();
  assert.notEqual((await inbox.attempted(path, 2)).code, "dead");
  assert.equal((await operator.event(made.id)).state, "pending");
  await worker.setClock(201 * HOUR + 60);
  await operator.stats();
  await operator.becomes(made.id, "dead");
});

test("what became due far off while the clock was ahead is due when it is put right", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  await worker.setClock(300 * HOUR);
  const made = await inbox.accept(path);
  assert.ok((await operator.failed(made.id)).next_attempt_at > 299 * HOUR + Date.now() / 1000);
  await worker.setClock(0);
  await operator.stats();
  await operator.becomes(made.id, "delivered");
});

test("so it is while other events are due soon", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(500));
  await worker.setClock(300 * HOUR);
  const far = await inbox.accept(path);
  await operator.failed(far.id);
  await worker.setClock(0);
  const near = inbox.fresh();
  origin.always((response, request) => answer(request.header("webhook-id") === near.id ? 500 : 200)(response, request));
  await inbox.accept(path, near);
  await operator.becomes(far.id, "delivered");
  assert.equal((await operator.event(near.id)).state, "pending");
});

test("what held a destination while the clock was ahead holds it for four hours at most", async () => {
  const { path, origin, operator } = inbox.take();
  await worker.setClock(300 * HOUR);
  origin.next(answer(429, { "retry-after": "600" }));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await worker.setClock(0);
  await operator.evict();
  await operator.stats();
  await worker.setClock(4 * HOUR + 60);
  await operator.stats();
  await operator.becomes(made.id, "delivered");
});

// Last: it starts the Worker anew with another configuration.
test("nor does a shard that is new forget whom to ask", async () => {
  const all = inbox.take("grown");
  const early = [];
  for (let n = 0; n < 40; n += 1) early.push(await inbox.delivered(all));
  await worker.restart({ sources: { [all.path]: inbox.durable(all.path, { shards: 6 }) } });
  // Two tell the registry; of the other shards some are made when the clock has jumped.
  for (let n = 0; n < 2; n += 1) await inbox.accept(all.path);
  await worker.setClock(200 * HOUR);
  for (const made of early) duplicate(await worker.post(all.path, inbox.copy(made)), made.id);
});
