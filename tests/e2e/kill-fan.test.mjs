// Kills while a source delivers to three destinations: one fails three attempts in ten, one stalls now and then and has a limited rate, and
// one is fine and filters. After each kill the files must have every acknowledged event for each of them; in the end each has what is for
// it, and a duplicate only where a kill or a timeout explains it.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKES } from "./fixtures/ledger.mjs";
import { answer, never, reset } from "./fixtures/loopback.mjs";
import { newBody } from "./fixtures/sign.mjs";

const number = (name, otherwise) => Number(process.env[`COUNTERSIGN_${name}`] ?? otherwise);
const KILLS = number("KILLS", 3);
const EVENTS = number("EVENTS", 400);
const SEED = seed();
/** So many events the sender may be ahead of each destination but the one that stalls. */
const AHEAD = 40;
const [FAILURES, KILLING] = [1, 2];
const TYPES = ["invoice.paid", "charge.failed", "invoice.voided"];

const DESTINATIONS = {
  fails: [{ timeout: "20s" }, { behave: fails }],
  stalls: [{ timeout: "2s", rate: "200/s" }, { behave: stalls, mayTimeOut: true }],
  fine: [{ timeout: "20s", when: { type: ["invoice.*"] } }, { isFor: ({ body }) => body.includes('"invoice.') }],
};

after(closeConnections);

test(`${KILLS} kills while ${EVENTS} events go to three destinations lose none at any (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const kills = await Kills.start(t, "kill-fan", { destinations: DESTINATIONS });
  const { ledger, ledgers, host } = kills;
  await Promise.all([send(kills), kill(kills)]);
  const { destinations } = await kills.deliverTheRest();
  for (const line of Object.values(ledgers).flatMap((each) => each.summary())) t.diagnostic(line);
  for (const each of Object.values(ledgers)) each.check();
  const wanted = ledgers.fine.entries.filter(({ isFor }) => isFor).length;
  const counts = ({ pending, delivered, dead, filtered }) => ({ pending, delivered, dead, filtered });
  const all = { pending: 0, delivered: EVENTS, dead: 0, filtered: 0 };
  assert.deepEqual(counts(destinations.fails), all);
  assert.deepEqual(counts(destinations.stalls), all);
  assert.deepEqual(counts(destinations.fine), { ...all, delivered: wanted, filtered: EVENTS - wanted });
  assert.equal(ledger.entries.length, EVENTS);
  assert.ok(host.starts > KILLS);
});

/** Three attempts in ten fail, most of them by an answer that says nothing against the destination itself. */
function fails({ index, arrivals }) {
  const luck = chance(SEED, FAILURES, index, arrivals.length)();
  if (luck < 0.24) return ["answers 400", answer(400)];
  if (luck < 0.28) return ["answers 500", answer(500)];
  if (luck < 0.3) return ["resets", reset];
  return TAKES;
}

function stalls({ index, arrivals }) {
  return chance(SEED, FAILURES, index, arrivals.length, 1)() < 0.03 ? ["stalls", never] : TAKES;
}

/** All events, by several senders at a time. */
async function send({ ledger, ledgers }) {
  for (let index = 0; index < EVENTS; index += 1) ledger.make({ body: newBody(TYPES[index % TYPES.length]) });
  const ahead = [ledgers.fails, ledgers.fine].map((each) => ({ wanted: each.entries.filter(({ isFor }) => isFor), arrived: 0 }));
  const isClose = (index) => ahead.every((each) => {
    while (each.wanted[each.arrived]?.arrivals.length > 0) each.arrived += 1;
    const oldest = each.wanted[each.arrived]?.index ?? EVENTS;
    return index < oldest + AHEAD;
  });
  await ledger.sendAll(ledger.entries, { ready: ({ index }) => ledger.until(() => isClose(index), "destinations to catch up", 60_000) });
}

/** Kills after random moments of sending, and a random little later; every third one again while it starts. */
async function kill({ ledger, strike }) {
  const random = chance(SEED, KILLING);
  const places = Array.from({ length: KILLS }, () => 1 + below(random, 4 * EVENTS - 1)).sort((a, b) => a - b);
  for (const [n, place] of places.entries()) {
    await ledger.until(() => ledger.passed >= place, "something to happen", 60_000);
    for (let turns = below(random, 20); turns > 0; turns -= 1) await new Promise(setImmediate);
    await strike({ again: n % 3 === 0 ? below(random, 200) : undefined });
  }
}
