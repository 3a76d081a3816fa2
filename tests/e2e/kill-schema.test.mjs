// Kills while a database of schema 3, which knew one destination, is opened by a version that knows several, and as its events are delivered:
// the schema is one or the other, never something between; nothing is lost, and what was delivered or dead stays so.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, moment, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { schema3 } from "./fixtures/schema-3.mjs";

const KILLS = Number(process.env.COUNTERSIGN_KILLS ?? 4);
const SEED = seed();
const EVENTS = 100 * (KILLS + 2);
const HOUR_MS = 3_600_000;
const STATES = ["pending", "pending", "failed", "dead", "delivered", "delivered"];

after(closeConnections);

test(`${KILLS} kills while a database of schema 3 with ${EVENTS} events gets a second destination (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const random = chance(SEED);
  const origin = { timeout: "20s" };
  const kills = await Kills.start(t, "kill-schema", { destinations: { default: [origin], audit: [origin] } });
  const { ledger, ledgers, host, operator } = kills;
  const planted = await plant(kills, random);
  const ofState = (state) => planted.filter((entry) => entry.state === state);
  const schemas = [];
  // The first ones meet the change of the schema.
  for (let kill = 0; kill < KILLS; kill += 1) {
    operator.stats().catch(() => {});
    await moment(random, kill < KILLS / 2 ? 8 : 40);
    await kills.strike({ seen: (stored) => schemas.push(Number(stored.schema)), again: kill % 2 === 0 ? below(random, 200) : undefined });
    await ledger.send(ledger.make());
  }
  t.diagnostic(`schemas at the kills: ${schemas.join(", ")}`);
  assert.deepEqual(schemas, schemas.toSorted(), "there is no way back");
  assert.ok(schemas.every((schema) => schema === 3 || schema === 4));
  const { destinations } = await kills.deliverTheRest();
  const fresh = ledger.entries.length - planted.length;
  assert.deepEqual([destinations.audit.delivered, destinations.audit.pending], [fresh, 0], "a new destination begins with what comes next");
  for (const entry of planted.filter((_, n) => n % 10 === 0)) assert.equal(await ledger.send(entry), "duplicate", `a copy of one that was ${entry.state}`);
  for (const state of ["dead", "delivered"]) assert.deepEqual(ofState(state).filter(({ arrivals }) => arrivals.length > 0), [], `nothing that was ${state} is attempted`);
  const counts = await operator.stats();
  assert.deepEqual([counts.destinations.default.dead, counts.destinations.default.pending], [ofState("dead").length, 0]);

  await operator.replayAll("state=dead");
  const { pending, dead } = await kills.deliverTheRest();
  assert.deepEqual({ pending, dead }, { pending: 0, dead: 0 });
  // These were delivered before the ledger began.
  for (const entry of ofState("delivered")) entry.forgotten = true;
  for (const line of Object.values(ledgers).flatMap((each) => each.summary())) t.diagnostic(line);
  for (const each of Object.values(ledgers)) each.check();
  assert.ok(host.starts > KILLS);
});

/** Replaces the database by one of schema 3, whose events are entered in the ledger as acknowledged. */
async function plant(kills, random) {
  const { ledger, ledgers } = kills;
  const at = Date.now() - 20 * 60_000;
  const planted = Array.from({ length: EVENTS }, () => Object.assign(ledger.make(), { state: STATES[below(random, STATES.length)], sent: 1, acknowledged: "accepted" }));
  // The second destination was not there yet.
  for (const entry of ledgers.audit.entries) entry.forgotten = true;
  const events = planted.map((entry, n) => ({ made: { ...ledger.signed(entry), body: entry.body.toString() }, state: entry.state, at: at + n * 100 }));
  await kills.object("plant", [schema3({ source: "events", born: at - HOUR_MS, clock: Date.now(), events })]);
  return planted;
}
