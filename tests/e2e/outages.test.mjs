// An origin that is down for hours, asks for a minute, or stalls now and then: everything is accepted meanwhile, the origin is left in peace,
// and what waited leaves at `concurrency` once it can. COUNTERSIGN_OUTAGE is how many events wait; the clock is compressed.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { until } from "./fixtures/wait.mjs";

const EVENTS = Number(process.env.COUNTERSIGN_OUTAGE ?? 300);
const HOURS = EVENTS > 5000 ? 8 : 1;
const [MINUTE, CONCURRENCY, SENDERS, EARLY] = [60, 64, 10, 20];
const BUSY = Math.min(EVENTS / 2, 3000);
/** Everything takes as long as there are events, on a slow machine too. */
const PATIENCE = 20_000 + 40 * EVENTS;
let inbox, worker;

before(async () => {
  const slow = { timeout: "20s" };
  inbox = await Stored.start({ plain: 4, forward: slow, named: { eight: [{}, { ...slow, concurrency: 8 }] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

/** Accepts so many events, several at a time, and returns their ids. */
async function acceptMany(path, count) {
  const share = (sender) => Math.floor(count / SENDERS) + (sender < count % SENDERS ? 1 : 0);
  const all = await Promise.all(Array.from({ length: SENDERS }, (_, sender) => inbox.acceptAll(path, share(sender))));
  return all.flat().map(({ id }) => id);
}

const idOf = (request) => request.header("webhook-id");
const settled = (operator, delivered) => until(async () => {
  const stats = await operator.stats();
  return stats.pending === 0 && stats.delivered === delivered;
}, `${delivered} events to be delivered`, PATIENCE);

test(`${HOURS * 60} minutes without an origin, and ${EVENTS} events: all are accepted, few attempts are made, and all leave at \`concurrency\`, the fresh ones among the first`, async () => {
  const { path, origin, operator } = inbox.take();
  const polled = operator.poll();
  origin.always(answer(503));
  const ids = await acceptMany(path, EARLY);
  await until(async () => (await operator.destination()).state === "broken", "the destination to be broken");
  const minutes = HOURS * 60;
  const began = worker.now();
  for (let minute = 1; minute <= minutes; minute += 1) {
    ids.push(...(await acceptMany(path, Math.round((EVENTS * minute) / minutes) - ids.length)));
    await operator.pass(MINUTE);
  }
  const attempts = origin.requests.length;
  // What was under way when the third failure was noted, and a probe a minute: to those of the clock come those that the test takes.
  const passed = Math.ceil((worker.now() - began) / MINUTE);
  assert.ok(attempts > minutes / 2 && attempts <= EARLY + 3 + passed, `${attempts} attempts in ${passed} minutes`);
  const { pending, dead } = await operator.stats();
  assert.deepEqual([pending, dead], [EVENTS, 0]);

  // Up again. The first half leaves as it comes; then the origin keeps all that it is given.
  let [open, most] = [0, 0];
  let kept = [];
  const enough = attempts + EVENTS / 2;
  origin.always((response) => {
    most = Math.max(most, (open += 1));
    const go = () => {
      open -= 1;
      answer(200)(response);
    };
    if (kept && origin.requests.length > enough) kept.push(go);
    else setImmediate(go);
  });
  await worker.setClock(worker.offset + 2 * MINUTE);
  await until(() => kept.length === CONCURRENCY, "as many attempts at once as `concurrency` allows", PATIENCE);
  const fresh = (await inbox.acceptAll(path, 5)).map(({ id }) => id);
  const then = origin.requests.length;
  const releasing = kept;
  kept = undefined;
  releasing.forEach((go) => go());
  await settled(operator, EVENTS + fresh.length);
  assert.equal(most, CONCURRENCY);
  const rest = origin.requests.slice(then).map(idOf);
  // Of three that are handed out, one is the newest.
  const last = Math.max(...fresh.map((id) => rest.indexOf(id)));
  assert.ok(last >= 0 && last < rest.length / 2 && last < 2 * CONCURRENCY, `the last fresh one came as number ${last} of ${rest.length}`);
  const arrived = origin.requests.slice(attempts).map(idOf);
  assert.deepEqual(arrived.toSorted(), [...ids, ...fresh].toSorted(), "each of them once");
  assert.ok((await polled()) > 0);
});

test("an origin that asks for a minute is asked by no more than were under way, whoever comes, and then by one", async () => {
  const { path, origin, operator } = inbox.take("eight");
  // The minute is not over before all have come.
  await worker.stopClock();
  const polled = operator.poll();
  origin.always(answer(429, { "retry-after": "60" }));
  const ids = await acceptMany(path, BUSY);
  await operator.idle();
  const attempts = origin.requests.length;
  assert.ok(attempts >= 1 && attempts <= 8, `${attempts} attempts`);
  const { held_until: heldUntil } = await operator.destination();
  assert.ok(heldUntil - worker.now() <= MINUTE);
  // A page that is asked for then may not be answered.
  await polled();
  await operator.evict();
  await worker.setClock(worker.offset + heldUntil - 1 - worker.now());
  await operator.object("ring");
  assert.equal(origin.requests.length, attempts, "nothing before");
  await operator.pass(4);
  await operator.idle();
  assert.equal(origin.requests.length, attempts + 1, "one finds out that it is not over");
  origin.always(answer(200));
  await operator.pass(MINUTE + 2);
  await settled(operator, BUSY);
  assert.deepEqual(origin.requests.slice(attempts + 1).map(idOf).toSorted(), ids.toSorted());
});

for (const [when, isBacklog] of [["as they come", false], ["from a backlog", true]]) {
  test(`events that stall hold no others up, ${when}`, async () => {
    const { path, origin, operator } = inbox.take();
    const stalling = new Map();
    let count = 0;
    origin.always((response, request) => {
      // One in twenty, at most as many as leave room for others.
      if ((count += 1) % 20 === 0 && stalling.size < CONCURRENCY / 2) stalling.set(idOf(request), () => answer(200)(response));
      else answer(200)(response);
    });
    if (isBacklog) await operator.post("pause");
    const ids = await acceptMany(path, 200);
    if (isBacklog) await operator.post("resume");
    await until(async () => (await operator.stats()).delivered === 200 - stalling.size, "all others to be delivered");
    assert.equal(stalling.size, 10);
    assert.deepEqual([(await operator.destination()).under_way, (await operator.stats()).pending], [10, 10]);
    stalling.forEach((go) => go());
    await settled(operator, 200);
    assert.deepEqual(origin.requests.map(idOf).toSorted(), ids.toSorted());
  });
}
