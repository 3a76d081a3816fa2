// Kills while a database of schema 2 is brought over: from the moment in which it is opened on, and again and again as its events come over
// in batches and are delivered. Nothing is lost, what had been delivered stays so, and each start goes on where the last one ended.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, moment, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { event2, schema2 } from "./fixtures/schema-2.mjs";
import { until } from "./fixtures/wait.mjs";

const KILLS = Number(process.env.COUNTERSIGN_KILLS ?? 4);
const SEED = seed();
/** How many events of schema 2 there are: a batch of 200 for each kill, and then some. */
const SHARES = { pending: 0.5, later: 0.05, dead: 0.2, delivered: 0.25 };
const EVENTS = 200 * (KILLS + 2);
const HOUR_MS = 3_600_000;

after(closeConnections);

test(`${KILLS} kills while ${EVENTS} events of schema 2 are brought over (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const random = chance(SEED);
  const kills = await Kills.start(t, "kill-migration", { forward: { timeout: "10s" } });
  const { ledger, operator, host, strike } = kills;
  const planted = await plant(kills, random);
  const ofKind = (kind) => planted.filter((entry) => entry.kind === kind);
  const seen = [];
  // The first meets the change of the schema.
  operator.stats().catch(() => {});
  await moment(random, 20);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await strike({ seen: (stored) => seen.push(stored.legacy), again: kill % 3 === 0 ? below(random, 200) : undefined });
    // Whoever asks has it go on, as an alarm that is due would.
    await operator.stats();
    const arrivals = Math.min(ofKind("pending").length, ledger.arrivals + 1 + below(random, 80));
    await ledger.until(() => ledger.arrivals >= arrivals || seen.at(-1) === 0, "events to arrive");
    await ledger.send(ledger.make());
  }
  const isDue = ({ kind }) => kind === undefined || kind === "pending";
  await ledger.until(() => ledger.entries.every((entry) => !isDue(entry) || entry.delivered), "all that is due to arrive", 60_000);
  await operator.idle();
  t.diagnostic(`rows of schema 2 left at each kill: ${seen.join(", ")}`);
  assert.ok(seen.some((rows) => rows > 0 && rows < EVENTS), "it was killed halfway");

  for (const entry of planted.filter((_, n) => n % 10 === 0)) assert.equal(await ledger.send(entry), "duplicate", `a copy of one that was ${entry.kind}`);
  for (const kind of ["later", "dead", "delivered"]) assert.deepEqual(ofKind(kind).filter(({ arrivals }) => arrivals.length > 0), [], `nothing of what was ${kind} is attempted`);

  // A replay of many, and a kill in the middle of what it sets off.
  const dead = ofKind("dead");
  assert.equal((await operator.stats()).dead, dead.length);
  const half = ledger.arrivals + below(random, dead.length);
  await operator.post("replay?state=dead&rate=1000/s");
  await ledger.until(() => ledger.arrivals >= half, "half of the dead to arrive");
  await strike();
  await until(async () => (await operator.job()).state === "done", "the replay to end");
  const { pending, delivered, dead: left } = await kills.deliverTheRest();
  assert.deepEqual({ pending, delivered, dead: left }, { pending: 0, delivered: ledger.entries.length, dead: 0 });
  // These were delivered before the ledger began.
  for (const entry of ofKind("delivered")) entry.forgotten = true;
  for (const line of ledger.summary()) t.diagnostic(line);
  ledger.check();
  assert.ok(host.starts > KILLS);
});

/** Replaces the database by one of schema 2, whose events are entered in the ledger as acknowledged. */
async function plant(kills, random) {
  const { ledger } = kills;
  const at = Date.now() - 40 * 60_000;
  const kinds = Object.entries(SHARES).flatMap(([kind, share]) => Array.from({ length: share * EVENTS }, () => kind));
  const mixed = kinds.map((kind) => ({ kind, order: random() })).toSorted((one, other) => one.order - other.order);
  const planted = mixed.map(({ kind }) => Object.assign(ledger.make(), { kind, sent: 1, acknowledged: "accepted" }));
  const as = {
    pending: { state: "pending", attempts: 1, status: 500, error: "destination_failed" },
    later: { state: "pending", attempts: 5, due: Date.now() + HOUR_MS, status: 503, error: "destination_failed" },
    dead: { state: "dead", attempts: 18, status: 0, error: "destination_timeout" },
    delivered: { state: "delivered", attempts: 1, due: Date.now() + 72 * HOUR_MS, status: 200, error: "" },
  };
  const statements = planted.map((entry, n) => event2("events", { ...ledger.signed(entry), body: entry.body.toString() }, { ...as[entry.kind], at: at + n * 100 }));
  await kills.object("plant", [[...schema2({ source: "events", born: at - 100 * HOUR_MS, clock: Date.now() }), ...statements]]);
  return planted;
}
