// An ordered source with several shards: events of one key share a shard, and an id is known wherever an earlier order or none put it.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { duplicate, refused } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const SHARDS = 4;
const KEYS = 24;
const HOUR = 3600;
const KEY = { order: "{data.id}" };
const OTHER = { order: "{/data/account}" };
let inbox, worker;

before(async () => {
  const ordered = (more) => [{ shards: SHARDS, ...KEY, ...more }];
  inbox = await Stored.start({ plain: 0, named: { lanes: ordered(), single: ordered({ shards: 1 }), changed: ordered(), begun: ordered({ order: undefined }), grown: ordered(), hung: ordered() } });
  ({ worker } = inbox);
});

after(() => inbox?.close());

/** The same Worker with other keys of a source. */
async function restartWith(path, more) {
  await worker.restart({ sources: { ...inbox.sources, [path]: inbox.durable(path, { shards: SHARDS, ...more }) } });
}

const body = (key, n) => JSON.stringify({ type: "batch.succeeded", data: { ...(key === undefined ? {} : { id: `key-${key}` }), account: `account-${n % 7}`, n } });

/** Accepts an event of each key, and one without a key. */
async function acceptRound(path, n) {
  const made = [];
  for (const key of [...Array(KEYS).keys(), undefined]) made.push({ key, ...(await inbox.accept(path, { body: body(key, n) })) });
  return made;
}

async function allDuplicates(path, made) {
  for (const one of made) duplicate(await worker.post(path, inbox.copy(one)), one.id);
}

/** What each shard has in its log, by event id. */
async function stored(operator, shards = SHARDS) {
  const rows = await Promise.all(Array.from({ length: shards }, (_, shard) => operator.rows("log", "id", shard)));
  return new Map(rows.flatMap((rows, shard) => rows.map(({ id }) => [id, shard])));
}

test("events of one key share a shard and arrive in order, those of others use all shards, and each is found by its id", async () => {
  const { path, origin, operator } = inbox.take("lanes");
  const taken = new Map();
  const wrong = [];
  // Every fifth request fails, whichever it is.
  origin.always((response, request) => {
    const { id, n } = JSON.parse(request.body).data;
    const expected = (taken.get(id) ?? -1) + 1;
    if (id && n > expected) wrong.push(`${id}: ${n} in place of ${expected}`);
    if (origin.requests.length % 5 === 0) return answer(400)(response);
    taken.set(id, Math.max(n, expected));
    return answer(200)(response);
  });
  const made = [];
  for (let n = 0; n < 4; n += 1) made.push(...(await acceptRound(path, n)));
  await allDuplicates(path, made);
  const shards = await stored(operator);
  assert.equal(shards.size, made.length);
  const byKey = Map.groupBy(made.filter(({ key }) => key !== undefined), ({ key }) => key);
  const homes = [...byKey.values()].map((events) => new Set(events.map(({ id }) => shards.get(id))));
  assert.ok(homes.every((home) => home.size === 1), "a key has one shard");
  assert.equal(new Set(homes.flatMap((home) => [...home])).size, SHARDS, "24 keys use all of them");
  await until(async () => {
    const { pending, under_way: underWay } = await operator.destination();
    // An attempt that the clock leaves behind would be made again.
    if (pending > 0 && underWay === 0) await worker.setClock(worker.offset + 121);
    return pending === 0;
  }, "everything to be delivered", 60_000);
  assert.deepEqual(wrong, []);
  for (const { id } of made) {
    const { state, id_hash: hash } = await operator.event(id);
    assert.equal(state, "delivered");
    assert.equal((await worker.get(`admin/lookup?hash=${hash}`, [operator.bearer])).json.id, id, "by the hash of a log record");
  }
  const { id } = made[5];
  assert.equal((await operator.post(`events/${id}/replay`)).status, 200);
  await until(() => origin.requests.filter((request) => request.header("webhook-id") === id).length > 1, "the replay to arrive");
  assert.equal((await operator.forget(id)).status, 200);
  refused(await operator.get(`events/${id}`), 404, "not_found");
  await inbox.accept(path, { id, body: made[5].body });
});

test("a shard that hangs hides no event of another, and holds up no pause", async () => {
  const { path, operator } = inbox.take("hung");
  const made = await acceptRound(path, 0);
  await operator.allDelivered(made.length);
  const shards = await stored(operator);
  await operator.object("hang", [], 0);
  const there = made.filter(({ id }) => shards.get(id) !== 0);
  await worker.hurryTimers(20);
  // Of so many, some would be looked for in the first shard first: by its id, an event could be in any.
  for (const { id } of there) assert.equal((await operator.get(`events/${id}`)).status, 200);
  for (const { id } of there) assert.equal((await operator.post(`events/${id}/replay`)).status, 200);
  await worker.hurryTimers();
  // The others are not asked after it.
  const paused = operator.post("pause");
  const isPaused = async (shard) => JSON.parse(await operator.object("stats", [], shard)).destinations.default.state === "paused";
  await until(async () => (await Promise.all([1, 2, 3].map(isPaused))).every(Boolean), "the others to be paused");
  assert.equal(await Promise.race([paused.then(() => "the answer"), operator.object("stats", [], 1).then(() => "the others")]), "the others");
  refused(await paused, 503, "storage_unavailable");
  await operator.object("wake", [], 0);
});

test("one shard asks nobody, and needs no change when the order changes", async () => {
  const { path, operator } = inbox.take("single");
  const made = await acceptRound(path, 0);
  await restartWith(path, { shards: 1, ...OTHER });
  await allDuplicates(path, made);
  await acceptRound(path, 1);
  const [{ value }] = await operator.object("query", ["SELECT value FROM meta WHERE name = 'shards'"]);
  assert.match(value, /^1@\d+$/, "one layout");
  assert.deepEqual((await operator.rows("ids", "number")).filter(({ number }) => number < 0), [], "no mark");
});

/** Changes the order again and again, as `steps` say: all ids stay known, and what is new is stored once. */
async function change(path, ...steps) {
  const { origin, operator } = inbox.take(path);
  origin.always(answer(400));
  const made = [];
  let most = 0;
  for (const [n, step] of steps.entries()) {
    if (n > 0) {
      // What is under way at a restart holds its key back until its time is over.
      await operator.idle();
      await restartWith(path, step);
    }
    most = Math.max(most, step.shards ?? SHARDS);
    await allDuplicates(path, made);
    made.push(...(await acceptRound(path, n)));
    await allDuplicates(path, made);
  }
  assert.deepEqual([...(await stored(operator, most)).keys()].toSorted(), made.map(({ id }) => id).toSorted());
  for (const { id } of made) assert.equal((await operator.event(id)).state, "pending");
  origin.always(answer(200));
  await operator.post("replay?state=pending");
  await operator.allDelivered(made.length);
  const { id, body } = made[0];
  assert.equal((await operator.forget(id)).status, 200);
  await inbox.accept(path, { id, body });
  return { made, operator };
}

test("another order, and then none: each id is known, and each event delivered once", async () => {
  const { operator } = await change("changed", KEY, OTHER, {});
  const layouts = await operator.object("query", ["SELECT value FROM meta WHERE name = 'shards'"]);
  assert.match(layouts[0].value, /^4\/\d+@\d+ 4\/\d+@\d+ 4@\d+$/);
});

test("an order that is added finds the ids of before, and so does its return", () => change("begun", {}, KEY, {}, KEY));

test("an ordered source that grows finds the ids of before", () => change("grown", { shards: 4, ...KEY }, { shards: 9, ...KEY }));

test("shards ask nobody about an earlier order once the ids of its time are forgotten", async () => {
  const { path, operator } = inbox.take("changed");
  // Tests in between gave it its first order back.
  await restartWith(path, {});
  for (let hours = 12; hours <= 108; hours += 12) {
    await worker.setClock(hours * HOUR);
    for (let shard = 0; shard < SHARDS; shard += 1) await operator.object("ring", [], shard);
  }
  await operator.post("pause");
  const before = (await worker.counts()).objectRequests;
  for (let n = 0; n < 12; n += 1) await inbox.accept(path, { body: body(n, 0) });
  assert.equal((await worker.counts()).objectRequests - before, 12, "a call an event");
});
