// The inbox's promise, under kills: what was acknowledged arrives at least once with exactly its bytes, and a second time
// only where the origin's answer was lost.
//
// Bare workerd with its storage on disk is killed at random moments and started again, while a sender sends events and comes
// back for whatever was not answered 2xx, and an origin fails three requests in ten. Then the clock is moved from retry to
// retry until nothing is pending. What chance decides follows from COUNTERSIGN_SEED; what the processes do at the same time
// does not, so a seed gives a similar run, not the same.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { EventEmitter, once } from "node:events";
import { below, chance } from "./fixtures/chance.mjs";
import { Loopback, answer, never, reset } from "./fixtures/loopback.mjs";
import { Selfhost } from "./fixtures/selfhost.mjs";
import { closeConnections, send } from "./fixtures/http.mjs";
import { BODY_MARK, ID_MARK, delivery, newSecret, now, v1Bytes } from "./fixtures/sign.mjs";
import { until, within } from "./fixtures/wait.mjs";
import { source } from "./fixtures/worker.mjs";

const number = (name, otherwise) => Number(process.env[`COUNTERSIGN_${name}`] ?? otherwise);
const KILLS = number("KILLS", 5);
const EVENTS = number("EVENTS", 300);
const SEED = number("SEED", crypto.randomInt(2 ** 31));
const SENDERS = 8;
/** So many events the sender may be ahead of the origin: sending and delivering go on together to the end. */
const AHEAD = 40;
/** Deliveries at a time, the configuration's default: so many answers one kill can take away. */
const CONCURRENCY = 64;
const [BODIES, FAILURES, KILLING, COPIES] = [1, 2, 3, 4];
const TAKEN = "answers 200";

const secret = newSecret();
const key = Buffer.from(secret.replace("whsec_", ""), "base64");
const sign = (...content) => v1Bytes(key, ...content);
const secrets = { SECRET: secret, ADMIN_TOKEN: crypto.randomBytes(32).toString("hex") };

let loopback;
let host;

after(async () => {
  await host?.close();
  await loopback?.close();
  closeConnections();
});

test(`${KILLS} kills while ${EVENTS} events are sent lose none (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  loopback = await Loopback.start();
  const run = new Run(loopback.at("origin"));
  const sources = { events: source(run.endpoint, { durable: true }, { timeout: "1s" }) };
  host = await Selfhost.generate("kill", { build: "worker-test", sources, secrets });
  await host.start();
  await Promise.all([run.send(), run.kill()]);
  const stats = await run.deliverTheRest();
  for (const line of run.summary(stats)) t.diagnostic(line);
  run.check(stats);
});

/** One event: what was sent, what became of it, and each time that it arrived. */
class Sent {
  arrivals = [];
  attempts = 0;
  acknowledged;

  constructor(index) {
    const random = chance(SEED, BODIES, index);
    // Bytes that are no text, most of them few.
    this.body = Buffer.concat([Buffer.from(BODY_MARK), crypto.randomBytes(below(random, 2 ** (4 + below(random, 13))))]);
    this.id = `${ID_MARK}${index}-${crypto.randomUUID()}`;
    this.index = index;
  }

  /** How the origin takes the next arrival: seven in ten with a 200. */
  behaviour() {
    const luck = chance(SEED, FAILURES, this.index, this.arrivals.length)();
    if (luck < 0.1) return ["answers 500", answer(500)];
    if (luck < 0.2) return ["resets", reset];
    if (luck < 0.3) return ["stalls", never];
    return [TAKEN, answer(200)];
  }

  get delivered() {
    return this.arrivals.some(({ how }) => how === TAKEN);
  }

  /** Arrivals that the origin took, and after which the event came again: only a kill explains that, by taking the answer away. */
  get lost() {
    const pairs = this.arrivals.slice(1).map((next, place) => ({ taken: this.arrivals[place], next }));
    return pairs.filter(({ taken }) => taken.how === TAKEN).map(({ taken, next }) => ({ start: taken.start, explained: next.start > taken.start }));
  }
}

class Run {
  events = Array.from({ length: EVENTS }, (_, index) => new Sent(index));
  counts = {};
  #byId = new Map(this.events.map((event) => [event.id, event]));
  #strangers = 0;
  #moments = new EventEmitter().setMaxListeners(SENDERS + 10);
  #passed = 0;
  #arrived = 0;
  #next = 0;

  constructor(endpoint) {
    this.endpoint = endpoint;
    endpoint.always((response, request) => this.#receive(response, request));
  }

  /** All events, by several senders at a time. */
  async send() {
    await Promise.all(Array.from({ length: SENDERS }, () => this.#sender()));
  }

  async #sender() {
    for (let index = this.#next++; index < EVENTS; index = this.#next++) {
      while (index >= this.#arrived + AHEAD) await within(once(this.#moments, "arrived"), "the origin to catch up");
      const event = this.events[index];
      event.acknowledged = await this.#deliver(event);
      this.#pass("acknowledged");
      if (chance(SEED, COPIES, index)() < 0.1) assert.equal(await this.#deliver(event), "duplicate", "a late copy");
    }
  }

  /** Sends one event until it is answered 2xx: `accepted` or `duplicate`. */
  async #deliver(event) {
    for (;;) {
      event.attempts += 1;
      this.#pass("sent");
      const { headers } = delivery(sign, { id: event.id, body: event.body });
      const reply = await send(`${host.url}events`, { headers, body: event.body }).catch((error) => error);
      const what = reply.code ?? `${reply.status} ${reply.json?.status ?? reply.json?.code}`;
      this.counts[what] = (this.counts[what] ?? 0) + 1;
      if (what === "202 accepted" || what === "200 duplicate") {
        assert.equal(reply.json.id, event.id);
        return reply.json.status;
      }
      // A kill's doing, and what its shadow leaves: anything else is a fault of the Worker or of this test.
      if (!["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(what) && reply.status !== 503) throw new Error(`an event was answered ${what}`, { cause: reply });
      await host.up();
    }
  }

  #receive(response, request) {
    const event = this.#byId.get(request.header("webhook-id"));
    if (!event) {
      this.#strangers += 1;
      return answer(200)(response);
    }
    const [how, behave] = event.behaviour();
    if (event.arrivals.length === 0) this.#arrived += 1;
    const attempt = Number(request.header("countersign-attempt"));
    event.arrivals.push({ how, attempt, start: host.starts, intact: request.body.equals(event.body) });
    this.#pass("arrived");
    behave(response, request);
    this.#pass("answered");
  }

  /** Something happened: the moments after which kills may come. */
  #pass(what) {
    this.#passed += 1;
    this.#moments.emit(what);
    this.#moments.emit("any");
  }

  /** Kills after random moments, each event having four at least, and a random little later. */
  async kill() {
    const random = chance(SEED, KILLING);
    const places = Array.from({ length: KILLS }, () => 1 + below(random, 4 * EVENTS - 1)).sort((a, b) => a - b);
    for (const place of places) {
      while (this.#passed < place) await within(once(this.#moments, "any"), "something to happen");
      for (let turns = below(random, 20); turns > 0; turns -= 1) await new Promise(setImmediate);
      await host.crash();
    }
  }

  /** Moves the clock on, past what pending events and a broken destination wait for, again and again; the counts at the end. */
  async deliverTheRest() {
    for (let offset = 0; ; ) {
      const isAtRest = async () => (await host.admin("events/stats")).destinations.default.under_way === 0;
      await until(isAtRest, "attempts under way to end");
      const before = await pending();
      if (before.size === 0) return host.admin("events/stats");
      const latest = Math.max(...before.values().map((event) => event.next_attempt_at)) + 1 - now();
      // A broken destination is probed every two minutes at most.
      offset = Math.max(offset + 121, latest);
      const arrivals = this.#arrivals();
      await host.test("clock", { offset_seconds: offset });
      await until(async () => {
        const { pending } = await host.admin("events/stats");
        return pending === 0 || this.#arrivals() > arrivals;
      }, "an attempt, or the end");
    }
  }

  #arrivals() {
    return this.events.reduce((count, { arrivals }) => count + arrivals.length, 0);
  }

  summary(stats) {
    const arrivals = this.events.flatMap((event) => event.arrivals);
    const tally = (values) => Object.entries(Object.groupBy(values, (value) => value)).map(([value, all]) => `${value} ${all.length}`).join(", ");
    const lost = this.events.flatMap((event) => event.lost);
    return [
      `sender: ${Object.entries(this.counts).map(([what, count]) => `${what} ${count}`).join(", ")}`,
      `origin: ${tally(arrivals.map(({ how }) => how))}`,
      `taken by the origin and sent again: ${lost.length}, of them explained by a kill: ${lost.filter((one) => one.explained).length}`,
      `inbox: ${JSON.stringify(stats)}`,
    ];
  }

  check(stats) {
    assert.equal(host.starts, KILLS + 1);
    assert.deepEqual(ids(this.events.filter((event) => !event.acknowledged)), [], "all were acknowledged");
    assert.deepEqual(ids(this.events.filter((event) => !event.delivered)), [], "all that was acknowledged was taken by the origin");
    assert.deepEqual(ids(this.events.filter((event) => !event.arrivals.every(({ intact }) => intact))), [], "all bytes as they were sent");
    assert.equal(this.#strangers, 0, "nothing arrived that was not sent");
    const known = ({ acknowledged, attempts }) => acknowledged === "accepted" || attempts > 1;
    assert.deepEqual(ids(this.events.filter((event) => !known(event))), [], "what is new is no duplicate");
    const counted = ({ arrivals }) => arrivals.every(({ attempt }, place) => place === 0 || attempt > arrivals[place - 1].attempt);
    assert.deepEqual(ids(this.events.filter((event) => !counted(event))), [], "attempts are counted before they are made");
    const { pending, delivered, dead } = stats;
    assert.deepEqual({ pending, delivered, dead }, { pending: 0, delivered: EVENTS, dead: 0 });
    this.#checkDuplicates();
    this.#checkLog();
  }

  #checkDuplicates() {
    const unexplained = this.events.filter((event) => event.lost.some((answer) => !answer.explained));
    assert.deepEqual(ids(unexplained), [], "what the origin took comes again only after a kill");
    const byKill = Object.groupBy(this.events.flatMap((event) => event.lost), ({ start }) => start);
    for (const [start, lost] of Object.entries(byKill)) {
      assert.ok(lost.length <= CONCURRENCY, `the kill after start ${start} took ${lost.length} answers away`);
    }
  }

  #checkLog() {
    for (const word of [ID_MARK, BODY_MARK, secret, secrets.ADMIN_TOKEN, '"ev":"trap"']) {
      assert.deepEqual(host.lines.filter((line) => line.includes(word)), [], "nothing private in the log, and no trap");
    }
  }
}

/** What to show of events at fault. */
const ids = (events) => events.map(({ id, arrivals }) => ({ id, arrivals }));

/** All pending events by their id, as the operator sees them. */
async function pending() {
  const all = new Map();
  for (let cursor = ""; cursor !== null; ) {
    const page = await host.admin(`events/events?state=pending&limit=200&cursor=${cursor}`);
    for (const event of page.events) all.set(event.id, event);
    cursor = page.cursor;
  }
  return all;
}
