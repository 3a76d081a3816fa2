// Shards of schema 2 that were added not long ago: ids are known across the upgrade, in whichever shard they are, and marks stay marks.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { objectNamed } from "./fixtures/inbox.mjs";
import { shardOf } from "./fixtures/shards.mjs";
import { event2, registry2, schema2 } from "./fixtures/schema-2.mjs";
import { duplicate } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR_MS = 3_600_000;
let inbox, worker;

before(async () => {
  inbox = await Stored.start({ plain: 0, named: { two: [{ shards: 2 }] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());

test("a source that had one shard, got another ten hours ago, and is upgraded now", async () => {
  const { path, origin, operator } = inbox.take("two");
  const now = Date.now();
  const growth = now - 10 * HOUR_MS;
  const some = (count, shard) => {
    const all = [];
    while (all.length < count) {
      const made = inbox.fresh();
      if (shardOf(path, made.id, 2) === shard) all.push(made);
    }
    return all;
  };
  const delivered = { state: "delivered", attempts: 1, due: now + 60 * HOUR_MS, status: 200, error: "" };
  const before = growth - HOUR_MS;
  // When there was one shard, all were in it: those that are another's today as well.
  const [own, others, waiting, moved] = [some(20, 0), some(20, 1), some(20, 1), some(20, 1)];
  const first = [
    ...schema2({ source: path, shard: 0, born: before, clock: now }),
    ...[...own, ...others].map((made) => event2(path, made, { ...delivered, at: before })),
    ...waiting.map((made) => event2(path, made, { state: "pending", at: before, attempts: 2, due: now, status: 500, error: "destination_failed" })),
    ...moved.map((made) => event2(path, made, { state: "moved", at: growth + HOUR_MS, due: now + 90 * HOUR_MS })),
  ];
  const second = [
    ...schema2({ source: path, shard: 1, born: growth, clock: now }),
    ...moved.map((made) => event2(path, made, { ...delivered, at: growth + HOUR_MS })),
  ];
  await objectNamed(worker, "registry", "plant", [registry2([`${path}/0`, `${path}/1`])]).catch(() => {});
  await operator.object("plant", [first], 0).catch(() => {});
  await operator.object("plant", [second], 1).catch(() => {});

  const all = [...own, ...others, ...waiting, ...moved];
  for (const made of all) duplicate(await worker.post(path, inbox.copy(made)), made.id);
  await until(async () => (await operator.stats()).pending === 0 && (await operator.stats()).delivered >= 80, "what waited to be delivered");
  for (const made of all) duplicate(await worker.post(path, inbox.copy(made)), made.id);
  assert.deepEqual(origin.requests.map((request) => request.header("webhook-id")).toSorted(), waiting.map(({ id }) => id).toSorted());
  const marks = (await operator.rows("ids", "number", 0)).filter(({ number }) => number < 0);
  assert.ok(marks.length >= moved.length, "marks stay marks");

  const fresh = [await inbox.accept(path, some(1, 0)[0]), await inbox.accept(path, some(1, 1)[0])];
  for (const { id } of fresh) await operator.becomes(id, "delivered");
  assert.equal((await operator.stats()).delivered, 82);
});
