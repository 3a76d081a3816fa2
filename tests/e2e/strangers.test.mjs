// Reports that no courier makes, or makes too late, and other Workers of the account that call couriers: no event is sent twice, and none
// counts as delivered that was not.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";

/** Longer than who brings an event may wait for: every attempt is made by a courier that an alarm starts. */
const forward = { timeout: "21s" };
const FOREIGN = "0123456789abcdef".repeat(4);
let inbox, worker;

before(async () => {
  inbox = await Stored.start({ plain: 12, forward, named: { short: [] }, stranger: true });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.delayAlarms(0));

/** One source, whose next events wait until `ring`. */
async function waiting() {
  const all = inbox.take();
  await worker.delayAlarms(3600);
  return all;
}

const secretOf = async (operator) => (await operator.object("query", ["SELECT value FROM meta WHERE name = 'secret'"]))[0].value;
const numberOf = async (operator, { id }) => (await operator.rows("log", "number, id")).find((row) => row.id === id).number;
const report = (number, attempt, failure = null) => [number, attempt, "retry", Date.now(), 5, failure ? 400 : 200, failure, null, null];

/** Reports as a courier does, and returns what it is handed: which events were given up, and events. */
async function reports(path, token, list, room = 6) {
  const { value, error } = await worker.stranger({ inbox: `${path}/0`, method: "report", values: [token, JSON.stringify(list), room] });
  assert.equal(error, undefined);
  return value;
}

/** Has all that waits delivered, which is as many events as are named, each of them once. */
async function allArriveOnce({ origin, operator }, made) {
  await worker.delayAlarms(0);
  await operator.object("ring");
  await operator.allDelivered(made.length);
  assert.deepEqual(origin.requests.map((request) => request.header("webhook-id")).toSorted(), made.map(({ id }) => id).toSorted());
}

test("a courier that another Worker calls delivers nothing without a token", async () => {
  const all = await waiting();
  const made = await inbox.acceptAll(all.path, 3);
  const { path } = all;
  const shards = [0, 1, 2 ** 32 - 1, -1].map((shard) => [path, shard, FOREIGN]);
  const sources = ["nobody", "", "../x", "__proto__"].map((source) => [source, 0, FOREIGN]);
  const whole = [[path, 0, ""], ...shards, ...sources].map((call) => [...call, "default"]);
  for (const courier of [...whole, [path, 0, FOREIGN, "elsewhere"], [path], [], [path, "0", null], [null, null, null, null]]) await worker.stranger({ courier });
  assert.equal(all.origin.requests.length, 0);
  assert.equal((await all.operator.stats()).pending, 3);
  await allArriveOnce(all, made);
});

test("nor does a report with a wrong token get events, or say what became of any", async () => {
  const all = await waiting();
  const made = await inbox.acceptAll(all.path, 3);
  const numbers = await Promise.all(made.map((one) => numberOf(all.operator, one)));
  const secret = await secretOf(all.operator);
  for (const token of [FOREIGN, "", secret.slice(0, -1), `${secret.slice(0, -1)}${secret.endsWith("0") ? 1 : 0}${FOREIGN}`]) {
    assert.deepEqual(await reports(all.path, token, []), [""]);
    assert.deepEqual(await reports(all.path, token, numbers.map((number) => report(number, 1))), [""]);
    assert.deepEqual(await reports(all.path, token, [report(numbers[0], 1, "unreadable"), report(numbers[1], 1, "destination_failed")]), [""]);
  }
  const { pending, delivered, dead } = await all.operator.stats();
  assert.deepEqual([pending, delivered, dead], [3, 0, 0]);
  await allArriveOnce(all, made);
});

test("a report of a number that no event has yet does not count for the event that gets it", async () => {
  const all = await waiting();
  const first = await inbox.accept(all.path);
  const [number, token] = [await numberOf(all.operator, first), await secretOf(all.operator)];
  const strange = [0, number + 1, number + 2, 2 ** 53 - 1].flatMap((number) => [report(number, 1), report(number, 1, "unreadable")]);
  assert.deepEqual(await reports(all.path, token, strange), [""]);
  const others = await inbox.acceptAll(all.path, 2);
  assert.equal((await all.operator.stats()).pending, 3);
  await allArriveOnce(all, [first, ...others]);
});

test("nor does one of a destination that the source has not", async () => {
  const all = await waiting();
  const made = await inbox.accept(all.path);
  const [number, token] = [await numberOf(all.operator, made), await secretOf(all.operator)];
  const elsewhere = [report(number, 1), report(number, 1, "destination_failed")].map((one) => [...one, "elsewhere"]);
  assert.deepEqual(await reports(all.path, token, elsewhere), [""]);
  await allArriveOnce(all, [made]);
});

test("a report counts once, and with the token of an earlier instance; nothing is handed out for that", async () => {
  const all = await waiting();
  const [first, second] = await inbox.acceptAll(all.path, 2);
  const [number, token] = [await numberOf(all.operator, first), await secretOf(all.operator)];
  await all.operator.evict();
  for (let times = 0; times < 2; times += 1) {
    assert.deepEqual(await reports(all.path, `${token}${FOREIGN.slice(0, 32)}`, [report(number, 1)]), [""]);
    const { pending, delivered } = await all.operator.stats();
    assert.deepEqual([pending, delivered], [1, 1]);
  }
  assert.equal((await all.operator.event(first.id)).attempts, 1);
  // Late and early ones say nothing any more of an event that was delivered.
  for (const attempt of [0, 1, 2, 99]) await reports(all.path, token, [report(number, attempt, "destination_failed")]);
  assert.equal((await all.operator.event(first.id)).state, "delivered");
  await worker.delayAlarms(0);
  await all.operator.object("ring");
  await all.operator.allDelivered(2);
  assert.deepEqual(all.origin.requests.map((request) => request.header("webhook-id")), [second.id]);
});

test("a failure that was reported before does not count again, nor one of an attempt that others came after", async () => {
  const all = inbox.take();
  await worker.stopClock();
  all.origin.next(answer(400));
  const made = await inbox.accept(all.path);
  const before = await all.operator.failed(made.id);
  const [number, token] = [await numberOf(all.operator, made), await secretOf(all.operator)];
  for (const attempt of [0, 1]) await reports(all.path, token, [report(number, attempt, "destination_failed")]);
  const after = await all.operator.event(made.id);
  assert.deepEqual([after.attempts, after.next_attempt_at, after.history.length], [1, before.next_attempt_at, 1]);
  await all.operator.untilNextAttempt(made.id);
  await all.operator.becomes(made.id, "delivered");
  assert.equal(all.origin.requests.length, 2);
});

test("what is reported of an event that was forgotten does not count for the same event once it is back", async () => {
  const all = await waiting();
  const made = await inbox.accept(all.path);
  const [number, token] = [await numberOf(all.operator, made), await secretOf(all.operator)];
  assert.equal((await all.operator.forget(made.id)).status, 200);
  await reports(all.path, token, [report(number, 1), report(number, 1, "destination_failed"), report(number, 1, "unreadable")]);
  const { pending, delivered, dead } = await all.operator.stats();
  assert.deepEqual([pending, delivered, dead], [0, 0, 0]);
  const again = await inbox.accept(all.path, { id: made.id, body: made.body });
  await reports(all.path, token, [report(number, 1)]);
  await allArriveOnce(all, [again]);
});

test("a courier of a database that is gone says nothing of the events that have its numbers now", async () => {
  const all = inbox.take("short");
  const held = all.origin.hold();
  await inbox.accept(all.path);
  await held.arrived();
  // Planting ends the object, and its caller with it.
  await all.operator.object("plant", [[]]).catch(() => {});
  await all.operator.post("pause");
  const made = await inbox.accept(all.path);
  assert.equal(await numberOf(all.operator, made), 1);
  held.answer();
  await inbox.attempted(all.path, 1);
  assert.equal((await all.operator.event(made.id)).state, "pending");
  await all.operator.post("resume");
  await all.operator.becomes(made.id, "delivered");
  assert.equal(all.origin.requests.at(-1).header("webhook-id"), made.id);
});
