// Kills while a source keeps an order, at an origin that fails three attempts in ten and stalls now and then: the events of a key begin to
// arrive only when those before have been taken, whatever a kill cut short, and none is lost.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { below, chance } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKEN, TAKES } from "./fixtures/ledger.mjs";
import { answer, never, reset } from "./fixtures/loopback.mjs";

const number = (name, otherwise) => Number(process.env[`COUNTERSIGN_${name}`] ?? otherwise);
const KILLS = number("KILLS", 3);
const EVENTS = number("EVENTS", 300);
const SEED = number("SEED", crypto.randomInt(2 ** 31));
const KEYS = EVENTS < 5_000 ? 50 : 100;
const [FAILURES, KILLING] = [1, 2];

after(closeConnections);

test(`${KILLS} kills while ${EVENTS} events of ${KEYS} keys are delivered keep the order of each key (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const wrong = [];
  const kills = await Kills.start(t, "kill-order", { more: { order: "{data.id}" }, forward: { timeout: "2s" }, behave });
  const { ledger, host } = kills;
  for (let index = 0; index < EVENTS; index += 1) {
    ledger.make({ body: JSON.stringify({ type: "batch.succeeded", data: { id: `key-${index % KEYS}`, n: Math.floor(index / KEYS) } }) });
  }
  await Promise.all([send(ledger), kill(kills)]);
  const { delivered, dead } = await kills.deliverTheRest({ first });
  for (const line of ledger.summary()) t.diagnostic(line);
  assert.deepEqual(wrong, []);
  ledger.check();
  assert.deepEqual({ delivered, dead }, { delivered: EVENTS, dead: 0 });
  assert.ok(host.starts > KILLS);

  /** The first of each key: the others wait for it. */
  function first(events) {
    const waiting = events.map((event) => ({ ...event, index: ledger.byId(event.id).index })).sort((a, b) => a.index - b.index);
    return [...new Map(waiting.reverse().map((event) => [event.index % KEYS, event])).values()];
  }

  function behave(entry) {
    const before = ledger.entries[entry.index - KEYS];
    if (before && !before.delivered) wrong.push(`${entry.index} arrived before ${before.index} was taken`);
    const next = ledger.entries[entry.index + KEYS];
    if (next?.arrivals.length > 0) wrong.push(`${entry.index} arrived after ${next.index}`);
    return luck(entry);
  }
});

test("what was under way at a kill holds its key back until its time is over, and no other", async (t) => {
  const kills = await Kills.start(t, "kill-order-under-way", {
    more: { order: "{data.id}" },
    forward: { timeout: "2m" },
    behave: ({ index, arrivals }) => (index === 0 && arrivals.length === 0 ? ["hangs", never] : TAKES),
  });
  const { ledger, host, strike } = kills;
  const make = (key) => ledger.make({ body: JSON.stringify({ type: "batch.succeeded", data: { id: key } }) });
  const [first, second, other] = ["one", "one", "another"].map(make);
  await ledger.send(first);
  await ledger.until(() => first.arrivals.length === 1, "the first to arrive", 20_000);
  await ledger.send(second);
  await strike();
  await ledger.send(other);
  await ledger.until(() => other.delivered, "the event of another key to arrive", 20_000);
  assert.deepEqual([first, second].map(({ arrivals }) => arrivals.length), [1, 0], "its origin may still be at work");
  await host.setClock(host.offset + 130);
  kills.ring();
  await ledger.until(() => second.delivered, "both to arrive", 20_000);
  assert.deepEqual(first.arrivals.map(({ how }) => how), ["hangs", TAKEN]);
  await kills.deliverTheRest();
  ledger.check();
});

/** Three attempts in ten fail, most of them by an answer that says nothing against the destination itself; one in a hundred stalls. */
function luck({ index, arrivals }) {
  const luck = chance(SEED, FAILURES, index, arrivals.length)();
  if (luck < 0.24) return ["answers 400", answer(400)];
  if (luck < 0.27) return ["answers 500", answer(500)];
  if (luck < 0.29) return ["resets", reset];
  if (luck < 0.3) return ["stalls", never];
  return TAKES;
}

/** All events, by several senders at a time; an event only once the one before of its key was acknowledged. */
async function send(ledger) {
  const isNext = ({ index }) => index < KEYS || ledger.entries[index - KEYS].acknowledged !== undefined;
  await ledger.sendAll(ledger.entries, { ready: (entry) => ledger.until(() => isNext(entry), "the event before", 60_000) });
}

/** Kills after random moments of sending, and a random little later; every third one again while it starts. */
async function kill({ ledger, strike }) {
  const random = chance(SEED, KILLING);
  const places = Array.from({ length: KILLS }, () => 1 + below(random, 2 * EVENTS - 1)).sort((a, b) => a - b);
  for (const [n, place] of places.entries()) {
    await ledger.until(() => ledger.passed >= place, "something to happen", 60_000);
    for (let turns = below(random, 20); turns > 0; turns -= 1) await new Promise(setImmediate);
    await strike({ again: n % 3 === 0 ? below(random, 200) : undefined });
  }
}
