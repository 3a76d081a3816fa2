// What expires in an inbox, and when: table by table, whoever looks meanwhile and however much there is. `clocks` has what happens if the
// clock jumps.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTE = 60;
const HOUR = 3600;
let inbox, worker;

before(async () => {
  const hour = { keep: "1h" };
  inbox = await Stored.start({
    named: {
      looked: [hour],
      many: [],
      whole: [],
      full: [hour],
      rotated: [{ ...hour, dedupe: "4h" }],
      late: [{ ...hour, dedupe: "12h" }],
      poisoned: [{ ...hour, dedupe: "4h" }, { give_up_after: "200h" }],
      paused: [{ ...hour, dedupe: "4h" }],
      buried: [hour],
      dead: [{ ...hour, dedupe: "4h" }, { give_up_after: "10m" }],
    },
  });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

const alarmAt = (operator) => operator.object("alarmAt");
const idsIn = async (operator, kind) => (await operator.rows(kind, "number")).length;

/** Moves the clock on by steps that are too short to make it suspect. */
async function pass(operator, seconds, step = 30 * MINUTE) {
  for (let passed = 0; passed < seconds; passed += step) await operator.pass(Math.min(step, seconds - passed));
}

test("an event that is delivered late counts once, though its id is in two tables by then", async () => {
  const { path, origin, operator } = inbox.take("late");
  origin.always(answer(400));
  const late = await inbox.accept(path);
  await operator.failed(late.id);
  await pass(operator, 4 * HOUR);
  origin.always(answer(200));
  await inbox.delivered({ path, operator });
  await operator.untilNextAttempt(late.id);
  await operator.becomes(late.id, "delivered");
  await pass(operator, 3 * HOUR);
  assert.equal(await idsIn(operator, "ids"), 3);
  await operator.evict();
  assert.equal((await operator.stats()).delivered, 2);
});

test("looking does not postpone it", async () => {
  const { path, operator } = inbox.take("looked");
  const made = await inbox.delivered({ path, operator });
  await until(async () => (await alarmAt(operator)) > worker.now() + HOUR - 10, "the alarm for its table");
  const due = await alarmAt(operator);
  assert.ok(due <= worker.now() + 1.5 * HOUR + 5, "within half an hour of when it may go");
  for (let minutes = 10; minutes < 90; minutes += 10) {
    await worker.setClock(minutes * MINUTE);
    await operator.stats();
    if (minutes % 30 === 0) await operator.evict();
    await operator.event(made.id);
    assert.ok(Math.abs((await alarmAt(operator)) - due) <= 2, `after ${minutes} minutes`);
  }
  assert.equal((await operator.event(made.id)).replayable, true);
  await worker.setClock(1.5 * HOUR + 10);
  await operator.stats();
  await until(async () => (await idsIn(operator, "log")) === 0, "its table to go");
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
});

test("an event goes with its table: a quarter of `keep` and half an hour after it might, at most", async () => {
  const { path, operator } = inbox.take("whole");
  const first = await inbox.delivered({ path, operator });
  await pass(operator, 5.75 * HOUR);
  await inbox.delivered({ path, operator });
  await pass(operator, 23.75 * HOUR);
  assert.equal((await operator.event(first.id)).replayable, true);
  await pass(operator, HOUR);
  assert.equal((await operator.event(first.id)).replayable, false);
});

test("a dead event keeps those of its table, and lists leave out what is gone behind it", async () => {
  const { path, operator } = inbox.take("buried");
  await operator.post("pause");
  const made = await inbox.accept(path);
  await operator.post(`events/${made.id}/discard`);
  await operator.post("resume");
  for (let hours = 1; hours <= 12; hours += 1) {
    await worker.setClock(hours * HOUR);
    await inbox.delivered({ path, operator });
    await operator.object("ring");
  }
  await until(async () => (await idsIn(operator, "log")) <= 3, "all but the dead one and the youngest to go");
  await operator.evict();
  const numbers = (await operator.rows("log", "number")).map(({ number }) => number).sort((one, other) => one - other);
  assert.deepEqual([numbers[0], numbers.at(-1)], [1, 13]);
  const listed = async (query) => (await operator.list(query)).map(({ state }) => state);
  assert.deepEqual(await listed("state=dead"), ["dead"]);
  const delivered = Array(numbers.length - 1).fill("delivered");
  const time = (hours) => new Date(Date.now() + hours * HOUR * 1000).toISOString();
  assert.deepEqual(await listed("state=delivered"), delivered);
  assert.deepEqual(await listed(`state=delivered&from=${time(6)}&to=${time(14)}`), delivered);
  await operator.post(`events/${made.id}/replay`);
  await operator.becomes(made.id, "delivered");
});

test("more than a batch of it goes on by itself, and leaves the ids", async () => {
  const { path, operator } = inbox.take("many");
  await inbox.delivered({ path, operator });
  const at = (worker.now() - 2 * HOUR) * 1000;
  const numbers = "WITH RECURSIVE n(i) AS (SELECT 1000001 UNION ALL SELECT i + 1 FROM n WHERE i < 1000900)";
  await operator.object("query", [
    `${numbers} INSERT INTO kept (number, key, id, form, headers, received_at, bytes, body)
     SELECT i, CAST(printf('%016d%016d', i, i) AS BLOB), 'many-' || i, 'v1', '[]', 0, 0, x'' FROM n`,
  ]);
  await operator.object("query", [
    `${numbers} INSERT INTO waiting (destination, number, state, attempts, tries, since, due, finished)
     SELECT 'default', i, 1, 1, 1, ${at}, ${at}, ${at} FROM n`,
  ]);
  await operator.evict();
  await operator.stats();
  await until(async () => (await operator.object("query", ["SELECT number FROM waiting UNION SELECT number FROM kept"])).length === 0, "all of it to go");
  assert.equal(await idsIn(operator, "ids"), 901);
});

test("an inbox that is full takes events again once there is something to let go of", async () => {
  const { path, operator } = inbox.take("full");
  for (let n = 0; n < 12; n += 1) await inbox.delivered({ path, operator }, { body: "x".repeat(40_000) });
  const { bytes } = await operator.stats();
  await worker.setLimit(bytes - 4096);
  refusedForNow(await worker.post(path, inbox.fresh()), 503, "storage_unavailable");
  assert.equal((await operator.stats()).delivered, 12);
  // The table may go; by itself, it would within half an hour.
  await worker.setClock(HOUR + 60);
  const made = inbox.fresh();
  await until(async () => (await worker.post(path, made)).status === 202, "room");
  await worker.setLimit();
  await operator.becomes(made.id, "delivered");
});

test("tables come and go, an id is known for `dedupe` and not much longer, and a look-up asks five at most", async () => {
  const { path, operator } = inbox.take("rotated");
  const all = [];
  for (let minutes = 0; minutes <= 10 * 60; minutes += 30) {
    all.push({ made: await inbox.delivered({ path, operator }), minutes });
    for (const { made } of all.filter((one) => minutes - one.minutes < 4 * 60)) duplicate(await worker.post(path, inbox.copy(made)), made.id);
    const tables = await operator.object("query", ["SELECT name FROM sqlite_master WHERE name GLOB 'ids_[0-9]*' AND type = 'table'"]);
    assert.ok(tables.length <= 5, `${tables.length} tables of ids`);
    await operator.pass(30 * MINUTE);
    if (minutes % 120 === 0) await operator.evict();
  }
  // The youngest in its table is an hour younger, and expiry is half an hour late.
  for (const { made } of all.filter(({ minutes }) => minutes <= 4 * 60)) refused(await operator.get(`events/${made.id}`), 404, "not_found");
  assert.ok((await idsIn(operator, "log")) <= 5, "an hour's, and what was in their table");
  const { delivered, pending } = await operator.stats();
  assert.ok(delivered >= 7 && delivered <= 14 && pending === 0, `${delivered} delivered`);
});

test("an event that waits outlives its table, and the id those of its time", async () => {
  const { path, origin, operator } = inbox.take("poisoned");
  const poison = inbox.fresh({ body: "x".repeat(1000) });
  let answers = 500;
  origin.always((response, request) => answer(request.header("webhook-id") === poison.id ? answers : 200)(response, request));
  await inbox.accept(path, poison);
  for (let hours = 0; hours < 8; hours += 1) {
    await inbox.delivered({ path, operator });
    await pass(operator, HOUR);
  }
  assert.ok((await idsIn(operator, "log")) <= 3, "its table is gone");
  duplicate(await worker.post(path, inbox.copy(poison)), poison.id);
  assert.deepEqual((await operator.list("state=pending")).map(({ id }) => id), [poison.id]);
  answers = 200;
  await pass(operator, 6 * HOUR);
  await operator.becomes(poison.id, "delivered");
  assert.equal(origin.requests.findLast((request) => request.header("webhook-id") === poison.id).body.toString(), poison.body);
  // From when it was delivered, not from when it came.
  await pass(operator, HOUR);
  duplicate(await worker.post(path, inbox.copy(poison)), poison.id);
});

test("nothing goes while its destination is paused, however long", async () => {
  const { path, origin, operator } = inbox.take("paused");
  const early = await inbox.delivered({ path, operator });
  await operator.post("pause");
  const waiting = [];
  for (let hours = 0; hours < 12; hours += 1) {
    waiting.push(await inbox.accept(path));
    await pass(operator, HOUR);
  }
  for (const made of waiting) duplicate(await worker.post(path, inbox.copy(made)), made.id);
  assert.equal((await operator.stats()).pending, 12);
  await operator.post("resume");
  await until(async () => (await operator.stats()).pending === 0, "all to be delivered");
  const arrived = origin.requests.map((request) => request.header("webhook-id"));
  assert.deepEqual(arrived.toSorted(), [early, ...waiting].map(({ id }) => id).toSorted());
});

test("a dead event is kept with its body for 30 days, and goes then", async () => {
  const { path, origin, operator } = inbox.take("dead");
  origin.always(answer(500));
  const made = await inbox.accept(path);
  await pass(operator, HOUR, 5 * MINUTE);
  await operator.becomes(made.id, "dead");
  const day = 24 * HOUR;
  for (const [days, isThere] of [[29, true], [30.2, false]]) {
    // The clock is suspect for an hour after each such step.
    await worker.setClock(days * day);
    await operator.object("ring");
    await worker.setClock(days * day + HOUR + MINUTE);
    await operator.object("ring");
    const reply = await operator.get(`events/${made.id}`);
    if (isThere) assert.deepEqual([reply.json.state, reply.json.replayable], ["dead", true], reply.text);
    else assert.ok(reply.status === 404 || reply.json.replayable === false, reply.text);
  }
  assert.deepEqual(await operator.object("query", ["SELECT number FROM kept"]), []);
});
