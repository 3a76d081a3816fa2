// Kills between what an operator orders and its end: pause and resume, a replay of many, forget. An order that was answered holds, however
// often workerd is killed; one that was not can be repeated.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, moment, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { refused } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const ROUNDS = Number(process.env.COUNTERSIGN_ROUNDS ?? 2);
const SEED = seed();
const named = `(COUNTERSIGN_SEED=${SEED})`;

after(closeConnections);

const start = (t, name) => Kills.start(t, name, { forward: { timeout: "10s" } });

/** Sends an order, and kills workerd a random moment later; the order is repeated if that took its answer away. */
async function struck(order, random, strike) {
  const answered = order();
  await moment(random, 25);
  await strike();
  return answered;
}

async function finish(t, kills) {
  const { pending, dead } = await kills.deliverTheRest();
  for (const line of kills.ledger.summary()) t.diagnostic(line);
  kills.ledger.check();
  assert.deepEqual({ pending, dead }, { pending: 0, dead: 0 });
}

test(`a pause outlives kills, and so does its end ${named}`, async (t) => {
  const kills = await start(t, "kill-pause");
  const { ledger, operator, strike } = kills;
  const random = chance(SEED, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    await ledger.sendAll(ledger.makeAll(20));
    assert.equal((await struck(() => operator.post("pause"), random, strike)).json.status, "paused");
    // What was under way when it was paused ends.
    await operator.idle();
    const before = ledger.arrivals;
    await ledger.sendAll(ledger.makeAll(20));
    await strike();
    kills.ring();
    const { state, under_way: underWay } = await operator.destination();
    assert.deepEqual([state, underWay, ledger.arrivals], ["paused", 0, before], "nothing is attempted while it is paused");
    assert.equal((await struck(() => operator.post("resume"), random, strike)).json.status, "resumed");
    assert.equal((await operator.destination()).state, "open");
  }
  await finish(t, kills);
});

test(`a replay of many is made in full, whatever is killed ${named}`, async (t) => {
  const kills = await start(t, "kill-replay");
  const { ledger, operator, strike } = kills;
  const random = chance(SEED, 2);
  await ledger.sendAll(ledger.makeAll(100));
  await kills.deliverTheRest();
  for (let round = 0; round < ROUNDS; round += 1) {
    // While it is paused, an order that is repeated finds nothing delivered.
    await operator.post("pause");
    // If the first order was taken, its repetition finds the job running, or nothing delivered.
    const { status } = await struck(() => operator.post("replay?state=delivered&rate=1000/s"), random, strike);
    assert.ok([202, 409].includes(status), `${status}`);
    await strike();
    await until(async () => (await operator.job()).state === "done", "the job to end");
    // Until then, a kill may leave what is still delivered; nothing arrives before the end of the pause.
    ledger.orders += 1;
    assert.equal((await operator.stats()).pending, ledger.entries.length);
    await operator.post("resume");
    const half = ledger.arrivals + below(random, ledger.entries.length);
    await ledger.until(() => ledger.arrivals >= half, "what was replayed to arrive");
    await strike();
    await kills.deliverTheRest();
    const isReplayed = ({ arrivals }) => arrivals.some(({ orders }) => orders === ledger.orders);
    assert.deepEqual(ledger.entries.filter((entry) => !isReplayed(entry)), [], "each arrived once more");
  }
  await finish(t, kills);
});

test(`what was forgotten stays so, and its copy is an event like any other ${named}`, async (t) => {
  const kills = await start(t, "kill-forget");
  const { ledger, operator, host, strike } = kills;
  const random = chance(SEED, 3);
  for (let round = 0; round < ROUNDS; round += 1) {
    await operator.post("pause");
    const entries = ledger.makeAll(20);
    await ledger.sendAll(entries);
    const forgotten = entries.filter((_, n) => n % 3 === 0);
    const forget = (entry) => operator.forget(entry.id).then((reply) => reply.status);
    const last = forgotten.pop();
    for (const entry of forgotten) {
      assert.equal(await forget(entry), 200);
      entry.forgotten = true;
    }
    // If the kill took the answer away, it is not found by the second request.
    last.forgotten = true;
    assert.ok([200, 404].includes(await struck(() => forget(last), random, () => strike({ seen: (stored) => assert.ok(forgotten.every(({ id }) => !stored.knows(id))) }))));
    for (const { id } of [...forgotten, last]) refused(await operator.get(`events/${id}`), 404, "not_found");
    await operator.post("resume");
    await ledger.until(() => entries.every((entry) => entry.forgotten || entry.delivered), "the others to be delivered");
    await operator.idle();
    assert.deepEqual([...forgotten, last].filter(({ arrivals }) => arrivals.length > 0), [], "nothing forgotten arrives");
    // Its copy, however it is killed: an event with another entry in the ledger.
    for (const entry of [...forgotten, last]) Object.assign(entry, { forgotten: false, acknowledged: undefined, sent: 0 });
    const sent = ledger.sendAll([...forgotten, last]);
    await moment(random, 25);
    await strike();
    await sent;
  }
  await finish(t, kills);
  assert.ok(host.starts > ROUNDS);
});
