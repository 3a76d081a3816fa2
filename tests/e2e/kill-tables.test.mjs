// Kills while tables of the log and of ids are opened and dropped: 45 minutes go by from round to round, events arrive while the object
// drops what is over, and workerd is killed in the middle. What is dropped never has an event that is to be delivered, nor an id that is to
// be remembered; and no event gets the number of another.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, moment, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKEN, TAKES } from "./fixtures/ledger.mjs";
import { answer } from "./fixtures/loopback.mjs";

// With fewer, no table of ids is old enough to be dropped.
const ROUNDS = Number(process.env.COUNTERSIGN_ROUNDS ?? 9);
const SEED = seed();
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** How long ids are remembered, and delivered events kept: a table takes ids for an hour, and events for 20 minutes. */
const [DEDUPE, KEEP] = [4 * HOUR, HOUR];

after(closeConnections);

test(`${ROUNDS} kills while tables are opened and dropped (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const random = chance(SEED);
  const kills = await Kills.start(t, "kill-tables", { more: { dedupe: "4h", keep: "1h" }, forward: { timeout: "10s", give_up_after: "72h" }, behave });
  const { ledger, host, operator, strike } = kills;
  const tables = new Tables();
  for (let round = 0; round < ROUNDS; round += 1) {
    const entries = ledger.makeAll(8);
    // Tables are opened by the first event, and dropped by the alarm.
    const place = ledger.passed + below(random, 4 * entries.length);
    const sent = ledger.sendAll(entries);
    kills.ring();
    await ledger.until(() => ledger.passed >= place, "something to happen");
    await moment(random, 20);
    await strike({ seen: (stored) => tables.see(stored), isOver: (entry) => isOver(entry, host) });
    await sent;
    await delivered(kills, entries);
    for (const entry of entries) entry.seenAt = host.now();
    const known = ledger.entries.filter((entry) => !isOver(entry, host));
    for (let copies = 0; copies < 3; copies += 1) assert.equal(await ledger.send(known[below(random, known.length)]), "duplicate");
    await operator.idle();
    await host.setClock(host.offset + 45 * MINUTE);
  }
  await strike({ seen: (stored) => tables.see(stored), isOver: (entry) => isOver(entry, host) });
  const { pending, dead } = await kills.deliverTheRest();
  for (const line of [tables.summary(), ...ledger.summary()]) t.diagnostic(line);
  ledger.check();
  assert.deepEqual({ pending, dead }, { pending: 0, dead: 0 });
  assert.ok(tables.dropped("log") > 0 && tables.dropped("ids") > 0, "tables of both kinds were dropped");
});

/** One event in eight fails until its third attempt, and outlives its table. */
function behave({ index, arrivals }) {
  return index % 8 === 0 && arrivals.length < 2 ? ["answers 500", answer(500)] : TAKES;
}

/** Whether the id of an event may be forgotten: `dedupe` after it was delivered. */
const isOver = ({ seenAt }, host) => seenAt !== undefined && host.now() > seenAt + DEDUPE;

/** Waits until all but those that fail are delivered. */
async function delivered({ ledger, operator }, entries) {
  await operator.stats();
  await ledger.until(() => entries.every(({ index, arrivals }) => index % 8 === 0 || arrivals.some(({ how }) => how === TAKEN)), "what was sent to arrive");
}

/** The tables that were there at each kill. */
class Tables {
  #seen = new Map();
  #numbers = new Map();
  #latest = [];

  see(stored) {
    this.#latest = stored.tables.filter((name) => /^(log|ids)_[0-9]+$/.test(name));
    for (const name of this.#latest) this.#seen.set(name, true);
    assert.ok(this.#latest.filter((name) => name.startsWith("ids_")).length <= 5, "a look-up asks five tables at most");
    for (const [number, id] of stored.log) {
      assert.equal(this.#numbers.get(number) ?? id, id, `number ${number} was given twice`);
      this.#numbers.set(number, id);
    }
  }

  dropped(kind) {
    return [...this.#seen.keys()].filter((name) => name.startsWith(kind) && !this.#latest.includes(name)).length;
  }

  summary() {
    return `tables seen: ${this.#seen.size}, dropped: ${this.dropped("log")} of the log, ${this.dropped("ids")} of ids; ${this.#numbers.size} events numbered`;
  }
}
