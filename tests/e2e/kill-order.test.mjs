// Kills workerd while a source with `order` delivers, from one shard and from several, to an origin that fails three attempts in ten and
// sometimes stalls. An event must not arrive before the origin has taken the one before it of the same key, whatever a kill interrupted, and
// none may be lost.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKEN, TAKES } from "./fixtures/ledger.mjs";
import { answer, never, reset } from "./fixtures/loopback.mjs";

const number = (name, otherwise) => Number(process.env[`COUNTERSIGN_${name}`] ?? otherwise);
const SEED = seed();
const CASES = [
  { shards: 1, kills: number("KILLS", 3), events: number("EVENTS", 300) },
  { shards: 4, kills: number("KILLS", 4), events: number("EVENTS", 1000) },
];
const [FAILURES, KILLING] = [1, 2];

after(closeConnections);

for (const { shards, kills: strikes, events } of CASES) {
  const keys = events < 5_000 ? 50 : 100;
  test(`${strikes} kills while ${events} events of ${keys} keys are delivered (shards: ${shards}) keep the order of each key (COUNTERSIGN_SEED=${SEED})`, async (t) => {
    const wrong = [];
    const kills = await Kills.start(t, `kill-order-${shards}`, { more: { order: "{data.id}", shards }, forward: { timeout: "2s" }, behave });
    const { ledger, host } = kills;
    for (let index = 0; index < events; index += 1) {
      ledger.make({ body: JSON.stringify({ type: "batch.succeeded", data: { id: `key-${index % keys}`, n: Math.floor(index / keys) } }) });
    }
    await Promise.all([send(ledger, keys), kill(kills, strikes)]);
    // While the log has all of them: the clock has not moved yet.
    await eachKeyHasOneShard(kills, keys, shards);
    const { delivered, dead } = await kills.deliverTheRest();
    for (const line of ledger.summary()) t.diagnostic(line);
    assert.deepEqual(wrong, []);
    ledger.check();
    assert.deepEqual({ delivered, dead }, { delivered: events, dead: 0 });
    assert.ok(host.starts > strikes);

    function behave(entry) {
      const before = ledger.entries[entry.index - keys];
      if (before && !before.delivered) wrong.push(`${entry.index} arrived before ${before.index} was taken`);
      const next = ledger.entries[entry.index + keys];
      if (next?.arrivals.length > 0) wrong.push(`${entry.index} arrived after ${next.index}`);
      return luck(entry);
    }
  });
}

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

/** Each event is stored once, those of a key by one shard, and every shard has keys. */
async function eachKeyHasOneShard({ ledger, operator }, keys, shards) {
  const rows = await Promise.all(Array.from({ length: shards }, (_, shard) => operator.rows("log", "id", shard)));
  const stored = rows.flatMap((rows, shard) => rows.map(({ id }) => ({ key: ledger.byId(id).index % keys, shard })));
  assert.equal(stored.length, ledger.entries.length);
  const homes = [...Map.groupBy(stored, ({ key }) => key).values()].map((events) => new Set(events.map(({ shard }) => shard)));
  assert.deepEqual(homes.filter(({ size }) => size > 1), []);
  assert.equal(new Set(homes.flatMap((home) => [...home])).size, shards);
}

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
async function send(ledger, keys) {
  const isNext = ({ index }) => index < keys || ledger.entries[index - keys].acknowledged !== undefined;
  await ledger.sendAll(ledger.entries, { ready: (entry) => ledger.until(() => isNext(entry), "the event before", 60_000) });
}

/** Kills after random moments of sending, and a random little later; every third one again while it starts. */
async function kill({ ledger, strike }, kills) {
  const random = chance(SEED, KILLING);
  const places = Array.from({ length: kills }, () => 1 + below(random, 2 * ledger.entries.length - 1)).sort((a, b) => a - b);
  for (const [n, place] of places.entries()) {
    await ledger.until(() => ledger.passed >= place, "something to happen", 60_000);
    for (let turns = below(random, 20); turns > 0; turns -= 1) await new Promise(setImmediate);
    await strike({ again: n % 3 === 0 ? below(random, 200) : undefined });
  }
}
