// Kills while couriers hold events: many attempts are under way at a slow origin, which has answered some of them, and no outcome of these
// is on disk yet. Each is attempted again or is done, and no attempt has the number of another.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { below, chance, moment, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { Kills } from "./fixtures/kills.mjs";
import { TAKEN } from "./fixtures/ledger.mjs";
import { answer } from "./fixtures/loopback.mjs";

const ROUNDS = Number(process.env.COUNTERSIGN_ROUNDS ?? 3);
const SEED = seed();
/** What couriers have at once: `forward.concurrency`. */
const CONCURRENCY = 64;
const MINUTE = 60;

after(closeConnections);

/** An origin that answers when it is told to. */
class SlowOrigin {
  held = [];
  #isOpen = false;

  behave = (entry) => {
    if (this.#isOpen) return [TAKEN, answer(200)];
    return ["holds", (response) => this.held.push({ entry, response, arrival: entry.arrivals.at(-1) })];
  };

  /** Takes so many out of those that are held. */
  take(count, isWanted = () => true) {
    const taken = this.held.filter(isWanted).slice(0, count);
    this.held = this.held.filter((place) => !taken.includes(place));
    return taken;
  }

  /** Answers one that is held: with 200, unless another status is said. */
  answer(place, status = 200) {
    place.arrival.how = status === 200 ? TAKEN : `answers ${status}`;
    answer(status)(place.response);
  }

  /** What a kill left nobody waiting for. */
  drop() {
    this.held = [];
  }

  open() {
    this.#isOpen = true;
    for (const place of this.take(Infinity)) this.answer(place);
  }
}

test(`${ROUNDS} kills while couriers hold first attempts, retries and a backlog (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const random = chance(SEED);
  const origin = new SlowOrigin();
  const kills = await Kills.start(t, "kill-couriers", { forward: { timeout: "20s", concurrency: CONCURRENCY }, behave: origin.behave });
  const { ledger, host, operator, strike } = kills;
  let [underWay, answered] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    await ledger.sendAll(ledger.makeAll(80));
    await operator.stats();
    await ledger.until(() => origin.held.length >= CONCURRENCY, "couriers to hold as many as they may");
    // Two wait by themselves from now on, and are retried in the next round: more in a row would close the destination.
    for (const place of origin.take(2, ({ arrival }) => arrival.attempt === 1)) {
      origin.answer(place, 500);
      await operator.failed(place.entry.id);
    }
    const some = below(random, origin.held.length);
    for (const place of origin.take(some)) origin.answer(place);
    // Some of the reports are written.
    await moment(random, 80);
    [underWay, answered] = [underWay + origin.held.length, answered + some];
    // What failed is due again when the next process starts.
    host.offset += MINUTE;
    await strike({ seen: () => origin.drop() });
  }
  origin.open();
  const stats = await kills.deliverTheRest();
  t.diagnostic(`under way at a kill: ${underWay}, answered just before: ${answered}`);
  for (const line of ledger.summary()) t.diagnostic(line);
  ledger.check();
  const { pending, delivered, dead } = stats;
  assert.deepEqual({ pending, delivered, dead }, { pending: 0, delivered: ledger.entries.length, dead: 0 });
  const retried = ledger.entries.filter(({ arrivals }) => arrivals.some(({ how }) => how === "answers 500"));
  assert.ok(retried.length >= ROUNDS, "retries were under way as well");
});
