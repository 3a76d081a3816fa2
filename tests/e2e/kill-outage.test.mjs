// Hours with three destinations of which one is down, one stalls and one is fine, with kills in between: the clock is compressed, a minute at
// a time. Whatever becomes of the others, the one that is fine has each event before the next minute, at its first attempt; the one that is
// down costs a probe a minute; and in the end each has every event, and none twice but where a kill explains it.
//
// COUNTERSIGN_OUTAGE is how many minutes it lasts. How quick the fine one is, compared to how quick it is alone, is for the bench.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKES } from "./fixtures/ledger.mjs";
import { answer, never } from "./fixtures/loopback.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTES = Number(process.env.COUNTERSIGN_OUTAGE ?? 48);
const SEED = seed();
const [EVENTS, MINUTE] = [6, 60];
/** How often an event stalls, and workerd is killed, in minutes. */
const [STALLS, KILLS] = [10, 16];

after(closeConnections);

test(`${MINUTES} minutes of which one destination is down, one stalls, one is fine, and kills (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const random = chance(SEED);
  let isDown = true;
  const kills = await Kills.start(t, "kill-outage", {
    destinations: {
      fine: [{ timeout: "20s" }],
      down: [{ timeout: "20s" }, { behave: () => (isDown ? ["answers 503", answer(503)] : TAKES) }],
      stalls: [{ timeout: "1s" }, { behave: stalls, mayTimeOut: true }],
    },
  });
  const { ledger, ledgers, host, operator } = kills;
  const { fine, down } = ledgers;
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    const entries = ledger.makeAll(EVENTS);
    const sent = ledger.sendAll(entries);
    if (minute % KILLS === 0) {
      const place = ledger.passed + below(random, 4 * EVENTS);
      await ledger.until(() => ledger.passed >= place, "something to happen");
      await kills.strike({ again: below(random, 2) ? below(random, 200) : undefined });
    }
    await sent;
    kills.ring();
    await ledger.until(() => fine.entries.every(({ delivered }) => delivered), "the fine one to have every event");
    await atRest(operator);
    if (minute === MINUTES) break;
    await host.setClock(host.offset + MINUTE);
  }
  const { destinations } = await operator.stats();
  const all = MINUTES * EVENTS;
  assert.deepEqual([destinations.fine.pending, destinations.fine.delivered, destinations.fine.state], [0, all, "open"]);
  assert.deepEqual([destinations.down.pending, destinations.down.delivered, destinations.down.state], [all, 0, "broken"]);
  // What was under way until it was known to be down, again after each kill, and a probe a minute.
  const tried = down.arrivals;
  assert.ok(tried <= 2 * MINUTES + host.starts * EVENTS, `${tried} attempts`);
  const again = fine.arrivals - all;
  assert.ok(again === fine.duplicates.length, "nothing was attempted twice but what a kill explains");

  isDown = false;
  const stats = await kills.deliverTheRest();
  for (const line of Object.values(ledgers).flatMap((each) => each.summary())) t.diagnostic(line);
  t.diagnostic(`attempts while it was down: ${tried}, of ${all} events in ${MINUTES} minutes`);
  for (const each of Object.values(ledgers)) each.check();
  for (const { pending, delivered, dead } of Object.values(stats.destinations)) assert.deepEqual({ pending, delivered, dead }, { pending: 0, delivered: all, dead: 0 });
  assert.equal(host.starts > 1, MINUTES >= KILLS);
});

/** One event in some minutes gets no answer, at its first attempt. */
function stalls({ index, arrivals }) {
  return index % (STALLS * EVENTS) === 0 && arrivals.length === 0 ? ["stalls", never] : TAKES;
}

/** Waits until no attempt is under way, nor about to be: the clock would make it late. */
async function atRest(operator) {
  await until(async () => {
    const { fine, down, stalls } = (await operator.stats()).destinations;
    const isStill = [fine, down, stalls].every(({ under_way: count }) => count === 0);
    return isStill && fine.pending === 0 && (down.state === "broken" || down.pending === 0);
  }, "attempts to end");
}
