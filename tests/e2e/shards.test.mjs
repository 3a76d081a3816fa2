// Shards: a source has as many objects as it says, may get more, and never less without being told. An id is known in whichever it was.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { ADMIN_TOKEN } from "./fixtures/inbox.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { accepted, duplicate, refusedForNow } from "./fixtures/expect.mjs";
import { shardOf } from "./fixtures/shards.mjs";
import { source } from "./fixtures/worker.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR = 3600;
const BEARER = [["authorization", `Bearer ${ADMIN_TOKEN}`]];
let inbox, worker;

before(async () => {
  // Counts are written by the clock, and not for an event.
  inbox = await Stored.start({ plain: 2, variables: { ADMIN: { counts: false } }, named: { eight: [{ shards: 8 }], many: [{ shards: 1024 }], grown: [], fewer: [{ shards: 4 }], rollout: [{ shards: 4 }], given: [{ shards: 3 }], unread: [] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());

/** The same Worker with another number of shards. */
async function restartWith(path, shards) {
  await worker.restart({ sources: { ...inbox.sources, [path]: inbox.durable(path, { shards }) } });
}

/** How many calls of objects that costs. */
async function calls(work) {
  const before = await worker.counts();
  await work();
  return (await worker.counts()).objectRequests - before.objectRequests;
}

/** Has events delivered until each shard has some, wherever chance puts them; what the shards know of ids. */
async function useAll(all, shards) {
  for (;;) {
    await inbox.delivered(all);
    const used = await Promise.all(Array.from({ length: shards }, (_, shard) => all.operator.rows("ids", "number", shard).catch(() => [])));
    if (used.every((rows) => rows.length > 0)) return used;
  }
}

test("a source created with eight shards asks nobody: an event is one call of one object, and one report", async () => {
  const all = inbox.take("eight");
  // So many that each object is awake, and has been told how many there are.
  const used = await useAll(all, 8);
  assert.ok(used.flat().every(({ number }) => number > 0), "no mark");
  await all.operator.post("pause");
  for (let n = 0; n < 24; n += 1) assert.equal(await calls(() => inbox.accept(all.path)), 1);
  await all.operator.post("resume");
  await all.operator.allDelivered(used.flat().length + 24);
});

test("an event that cannot be read is dead until a newer shard stores a copy of it", async () => {
  const { path, origin, operator } = inbox.take("unread");
  await operator.post("pause");
  let made;
  do made = inbox.fresh();
  while (shardOf(path, made.id, 2) !== 1);
  accepted(await worker.post(path, made), made.id);
  await operator.object("query", ["UPDATE log_1 SET body = x'7b'"]);
  await operator.post("resume");
  await until(async () => (await operator.stats()).dead === 1, "it to be set aside");
  await restartWith(path, 2);
  accepted(await worker.post(path, inbox.copy(made)), made.id);
  await origin.arrivals(1);
  await operator.becomes(made.id, "delivered");
  assert.deepEqual([(await operator.stats()).dead, await operator.list("state=dead")], [0, []]);
});

test("1,024 shards are as good", async () => {
  const all = inbox.take("many");
  const made = [];
  for (let n = 0; n < 12; n += 1) made.push(await inbox.accept(all.path));
  await all.origin.arrivals(12);
  for (const one of made) duplicate(await worker.post(all.path, inbox.copy(one)), one.id);
});

test("grown from 1 to 6 to 12 shards: each id is known, each event delivered once, none of a shard is lost", async () => {
  const { path, origin, operator } = inbox.take("grown");
  origin.always(answer(400));
  const made = [];
  for (const shards of [1, 6, 12]) {
    if (shards > 1) await restartWith(path, shards);
    for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
    for (let n = 0; n < 40; n += 1) made.push(await inbox.accept(path));
    for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
  }
  const stored = await Promise.all(Array.from({ length: 12 }, (_, shard) => operator.rows("log", "id", shard)));
  assert.deepEqual(stored.flat().map(({ id }) => id).toSorted(), made.map(({ id }) => id).toSorted());
  assert.ok(stored[0].length >= 40 && stored.slice(6).flat().length > 0, "old ones stayed, new shards are used");
  origin.always(answer(200));
  await operator.post("replay?state=pending");
  await operator.allDelivered(120);
  assert.deepEqual((await operator.list()).map(({ id }) => id).toSorted(), made.map(({ id }) => id).toSorted());
  for (const { id } of [made[0], made[50], made[119]]) assert.equal((await operator.event(id)).state, "delivered");
  const taken = origin.requests.slice(-120).map((request) => request.header("webhook-id"));
  assert.equal(new Set(taken).size, 120);
});

test("shards that were always there ask nobody once the ids of their time are forgotten", async () => {
  const { path, operator } = inbox.take("grown");
  await worker.setClock(0);
  for (let hours = 12; hours <= 108; hours += 12) {
    await worker.setClock(hours * HOUR);
    await Promise.all(Array.from({ length: 12 }, (_, shard) => operator.object("ring", [], shard)));
  }
  await operator.post("pause");
  for (let n = 0; n < 24; n += 1) assert.equal(await calls(() => inbox.accept(path)), 1);
  await operator.post("resume");
  await until(async () => (await operator.stats()).pending === 0, "all to be delivered");
});

test("a number of shards below the one before is taken for a deployment under way, for a day", async () => {
  const { path, operator } = inbox.take("rollout");
  const made = [];
  for (let n = 0; n < 16; n += 1) made.push(await inbox.accept(path));
  await restartWith(path, 3);
  for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
  for (let n = 0; n < 16; n += 1) made.push(await inbox.accept(path));
  await restartWith(path, 4);
  for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
  await operator.allDelivered(32);
});

test("an id that two shards gave to each other, as its copies came to both during a deployment, is taken by one of them, once", async () => {
  const all = inbox.take("given");
  const { path, origin, operator } = all;
  await useAll(all, 3);
  const arrived = origin.requests.length;
  /** What each shard does that another asks about an id, before any of the two has the event. */
  const give = async (id, [one, other]) => {
    const gives = (shard, newer) => operator.object("surrender", [path, shard, id, null, newer], shard);
    assert.deepEqual(await Promise.all([gives(one, other), gives(other, one)]), ["moved", "moved"]);
  };
  const made = [];
  // Wherever it would be: at one of the two, or at neither.
  for (const pair of [[0, 1], [1, 2], [2, 0], [0, 1], [1, 2], [2, 0]]) {
    const one = inbox.fresh();
    await give(one.id, pair);
    accepted(await worker.post(path, one), one.id);
    made.push(one);
  }
  for (const one of made) await operator.becomes(one.id, "delivered");
  // Of copies at the same moment, one is the event.
  const last = inbox.fresh();
  await give(last.id, [0, 1]);
  const replies = await Promise.all(Array.from({ length: 6 }, () => worker.post(path, last)));
  assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 200, 200, 200, 200, 202]);
  await operator.becomes(last.id, "delivered");
  for (const one of [last, ...made]) duplicate(await worker.post(path, inbox.copy(one)), one.id);
  // Nor does an event count as new that a third shard has.
  const [{ id }] = await operator.rows("log", "id", 2);
  await give(id, [0, 1]);
  await restartWith(path, 1);
  duplicate(await worker.post(path, inbox.fresh({ id })), id);
  assert.equal(origin.requests.length, arrived + made.length + 1);
});

test("fewer shards than once are refused after a day, and named", async () => {
  const all = inbox.take("fewer");
  const { path } = all;
  await useAll(all, 4);
  const made = [];
  for (let n = 0; n < 16; n += 1) made.push(await inbox.delivered(all));
  assert.equal((await worker.get("healthz")).status, 200);
  await restartWith(path, 2);
  await worker.setClock(25 * HOUR);
  for (let n = 0; n < 8; n += 1) refusedForNow(await worker.post(path, inbox.fresh()), 503, "storage_unavailable");
  const line = await until(() => worker.lines("delivery", (line) => line.source === path && line.code === "storage_unavailable")[0], "its line");
  assert.match(line.detail, /`shards`/);
  const health = await until(async () => {
    const reply = await worker.get("healthz", BEARER);
    return reply.status === 503 && reply;
  }, "/healthz to say so");
  assert.match(JSON.stringify(health.json), /fewer/);
  assert.match(JSON.stringify(health.json), /shards/);
  assert.ok(!(await worker.get("healthz")).text.includes("ADMIN"));
  await restartWith(path, 4);
  await worker.setClock(25 * HOUR);
  for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
  await inbox.accept(path);
});

test("a source that is durable no more shows what it stored, and delivers it", async () => {
  const { path, origin, operator } = inbox.take();
  // However long the restart takes.
  origin.always(answer(400));
  await worker.setClock(0);
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await worker.restart({ sources: { [path]: source(origin, { dedupe: "off" }) } });
  assert.equal((await operator.stats()).pending, 1);
  origin.always(answer(200));
  await operator.post("replay?state=pending");
  await operator.becomes(made.id, "delivered");
});
