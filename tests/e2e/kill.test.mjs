// The inbox's promise, under kills: what was acknowledged arrives at least once with exactly its bytes, and a second time only if a kill
// came before the outcome was on disk.
//
// Bare workerd with its storage on disk is killed at random moments and started again, while a sender sends events and repeats whatever
// was not answered 2xx, and an origin fails six requests in a hundred. Each kill is followed by a look at the files. Then the clock is moved
// from retry to retry until nothing is pending. What chance decides follows from COUNTERSIGN_SEED; what the processes do at the same time
// does not, so a seed gives a similar run, not the same.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { below, chance, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKES } from "./fixtures/ledger.mjs";
import { answer, never, reset } from "./fixtures/loopback.mjs";
import { BODY_MARK } from "./fixtures/sign.mjs";

const number = (name, otherwise) => Number(process.env[`COUNTERSIGN_${name}`] ?? otherwise);
const KILLS = number("KILLS", 3);
const EVENTS = number("EVENTS", 1000);
const SEED = seed();
/** So many events the sender may be ahead of the origin: sending and delivering go on together to the end. */
const AHEAD = 40;
const [BODIES, FAILURES, KILLING, COPIES] = [1, 2, 3, 4];

after(closeConnections);

const PATTERNS = {
  "kills while": { name: "kill", count: EVENTS, strike: () => ({}) },
  // The second meets the start, the opening of the database, or the first alarm.
  "pairs of kills, some 100 ms apart, while": { name: "kill-pairs", count: Math.round(0.3 * EVENTS), strike: (random) => ({ again: below(random, 200) }) },
};

for (const [what, { name, count, strike }] of Object.entries(PATTERNS)) {
  test(`${KILLS} ${what} ${count} events are sent lose none (COUNTERSIGN_SEED=${SEED})`, async (t) => {
    const kills = await Kills.start(t, name, { forward: { timeout: "2s" }, behave });
    const { ledger, host } = kills;
    await Promise.all([send(ledger, count), kill(kills, count, strike)]);
    const stats = await kills.deliverTheRest();
    for (const line of ledger.summary()) t.diagnostic(line);
    ledger.check();
    const { pending, delivered, dead } = stats;
    assert.deepEqual({ pending, delivered, dead }, { pending: 0, delivered: count, dead: 0 });
    assert.ok(host.starts > KILLS);
  });
}

/** How the origin takes an arrival: 94 in 100 with a 200. More failures would close the destination again and again. */
function behave({ index, arrivals }) {
  const luck = chance(SEED, FAILURES, index, arrivals.length)();
  if (luck < 0.02) return ["answers 500", answer(500)];
  if (luck < 0.04) return ["resets", reset];
  if (luck < 0.06) return ["stalls", never];
  return TAKES;
}

/** All events, by several senders at a time, and late copies of some. */
async function send(ledger, count) {
  for (let index = 0; index < count; index += 1) {
    const random = chance(SEED, BODIES, index);
    // Bytes that are no text, most of them few.
    ledger.make({ body: Buffer.concat([Buffer.from(BODY_MARK), crypto.randomBytes(below(random, 2 ** (4 + below(random, 13))))]) });
  }
  let arrived = 0;
  ledger.moments.on("arrived", (entry) => (arrived += entry.arrivals.length === 1 ? 1 : 0));
  await ledger.sendAll(ledger.entries, {
    ready: ({ index }) => ledger.until(() => index < arrived + AHEAD, "the origin to catch up"),
    then: async (entry) => {
      if (chance(SEED, COPIES, entry.index)() < 0.1) assert.equal(await ledger.send(entry), "duplicate", "a late copy");
    },
  });
}

/** Kills after random moments, each event having four at least, and a random little later. */
async function kill({ ledger, strike }, count, how) {
  const random = chance(SEED, KILLING);
  const places = Array.from({ length: KILLS }, () => 1 + below(random, 4 * count - 1)).sort((a, b) => a - b);
  for (const place of places) {
    await ledger.until(() => ledger.passed >= place, "something to happen");
    for (let turns = below(random, 20); turns > 0; turns -= 1) await new Promise(setImmediate);
    await strike(how(random));
  }
}
