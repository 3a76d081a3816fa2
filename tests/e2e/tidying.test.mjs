// What an inbox lets go of, and when: whoever looks meanwhile, however much there is, and whatever the clock does.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const HOUR = 3600;
let loopback, worker, sources;

before(async () => {
  loopback = await Loopback.start();
  const durable = (name, more = {}, forward = {}) => [name, source(loopback.at(name), { durable: true, ...more }, { timeout: "2s", ...forward })];
  sources = Object.fromEntries([
    durable("looked", { keep_bodies: "1h" }),
    durable("many"),
    durable("full", { keep_bodies: "1h" }),
    durable("jumped"),
    durable("brief", { dedupe: "10m" }),
    durable("short", {}, { give_up_after: "10m" }),
    durable("ahead"),
    durable("behind"),
    durable("grown"),
  ]);
  worker = await Worker.start({ build: "worker-test", sources, secrets: { SECRET: secret, ADMIN_TOKEN }, kv: false });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

beforeEach(() => worker.setClock(0));

const take = (path) => ({ path, origin: loopback.at(path), operator: new Operator(worker, path) });
const fresh = (options) => delivery(sign, { timestamp: worker.now(), ...options });
const copy = (made) => fresh({ id: made.id, body: made.body });

async function accept(path, made = fresh()) {
  accepted(await worker.post(path, made), made.id);
  return made;
}

async function delivered({ path, operator }, made) {
  await accept(path, made);
  await operator.becomes(made.id, "delivered");
  return made;
}

const alarmAt = (operator) => operator.object("alarmAt");

/** Asks until it is so, of the object's rows and not of its pages: nothing is woken by it. */
const rows = (operator, condition) => operator.object("query", [`SELECT count(*) AS n FROM events WHERE ${condition}`]).then(([{ n }]) => n);

test("looking does not postpone it", async () => {
  const { path, operator } = take("looked");
  const made = await delivered({ path, operator }, fresh());
  await until(async () => (await alarmAt(operator)) > worker.now() + HOUR, "the alarm for its body");
  const due = await alarmAt(operator);
  assert.ok(due <= worker.now() + 2 * HOUR + 5, "within an hour of when its body may go");
  for (let minutes = 10; minutes < 120; minutes += 10) {
    await worker.setClock(minutes * 60);
    await operator.stats();
    if (minutes % 30 === 0) await operator.evict();
    await operator.event(made.id);
    assert.ok(Math.abs((await alarmAt(operator)) - due) <= 1, `after ${minutes} minutes`);
  }
  assert.equal((await operator.event(made.id)).replayable, true);
  await worker.setClock(2 * HOUR + 10);
  await operator.stats();
  await until(async () => (await rows(operator, "body IS NOT NULL")) === 0, "the body to go");
});

test("more than a batch of it goes on by itself", async () => {
  const { path, operator } = take("many");
  await delivered({ path, operator }, fresh());
  const at = (worker.now() - 2 * HOUR) * 1000;
  await operator.object("query", [
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1700)
     INSERT INTO events (key, id, form, headers, bytes, received_at, state, attempts, tries, since, due, finished)
     SELECT randomblob(32), 'many-' || i, 'v1', '[]', 0, 0, 1, 1, 1, ${at}, ${at}, ${at - 100 * HOUR * 1000} FROM n`,
  ]);
  await operator.stats();
  await until(async () => (await rows(operator, "id LIKE 'many-%'")) === 0, "all of it to go");
});

test("an inbox that is full takes events again once there is something to let go of", async () => {
  const { path, operator } = take("full");
  for (let n = 0; n < 12; n += 1) await delivered({ path, operator }, fresh({ body: "x".repeat(40_000) }));
  const { bytes } = await operator.stats();
  await worker.setLimits(100_000, bytes - 4096);
  refusedForNow(await worker.post(path, fresh()), 503, "storage_unavailable");
  assert.equal((await operator.stats()).delivered, 12);
  // Bodies may go; by itself, it would do that within an hour.
  await worker.setClock(HOUR + 60);
  const made = fresh();
  await until(async () => (await worker.post(path, made)).status === 202, "room");
  await worker.setLimits();
  await operator.becomes(made.id, "delivered");
});

for (const [name, remembered, jump] of [["jumped", 72 * HOUR, 1000 * HOUR], ["jumped", 72 * HOUR, 73 * HOUR], ["brief", 600, 700], ["brief", 600, 5 * HOUR]]) {
  test(`a clock that jumps ahead by ${jump} s forgets no id for an hour (dedupe ${remembered} s)`, async () => {
    const all = take(name);
    const made = await delivered(all, fresh());
    for (const minutes of [0, 30, 59]) {
      await worker.setClock(jump + minutes * 60);
      await all.operator.object("ring");
      if (minutes === 30) await all.operator.evict();
      duplicate(await worker.post(all.path, copy(made)), made.id);
    }
    const after = Math.max(jump + HOUR + 30, remembered + HOUR + 30);
    await worker.setClock(after);
    await all.operator.object("ring");
    refused(await all.operator.get(`events/${made.id}`), 404, "not_found");
    await accept(all.path, copy(made));
  });
}

test("a clock that is put right again has cost nothing", async () => {
  const all = take("jumped");
  const made = await delivered(all, fresh());
  for (const seconds of [1000 * HOUR, 0, -1000 * HOUR, 0]) {
    await worker.setClock(seconds);
    await all.operator.object("ring");
    duplicate(await worker.post(all.path, copy(made)), made.id);
  }
});

test("a clock that jumps ahead gives nothing up for an hour", async () => {
  const { path, origin, operator } = take("short");
  origin.always(answer(500));
  const made = await accept(path);
  const ended = (attempt) => until(() => worker.lines("attempt", (line) => line.source === path && line.attempt === attempt)[0], `attempt ${attempt}`);
  await ended(1);
  await worker.setClock(200 * HOUR);
  await operator.stats();
  assert.notEqual((await ended(2)).code, "dead");
  assert.equal((await operator.event(made.id)).state, "pending");
  await worker.setClock(201 * HOUR + 60);
  await operator.stats();
  await operator.becomes(made.id, "dead");
});

test("what became due far off while the clock was ahead is due when it is put right", async () => {
  const { path, origin, operator } = take("ahead");
  origin.next(answer(500));
  await worker.setClock(300 * HOUR);
  const made = await accept(path);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  assert.ok((await operator.event(made.id)).next_attempt_at > 299 * HOUR + Date.now() / 1000);
  await worker.setClock(0);
  await operator.stats();
  await operator.becomes(made.id, "delivered");
});

test("so it is while other events are due soon", async () => {
  const { path, origin, operator } = take("behind");
  origin.next(answer(500));
  await worker.setClock(300 * HOUR);
  const far = await accept(path);
  await until(async () => (await operator.event(far.id)).last_error, "the failure to be noted");
  await worker.setClock(0);
  origin.next(answer(500));
  const near = await accept(path);
  await operator.becomes(far.id, "delivered");
  assert.equal((await operator.event(near.id)).state, "pending");
});

// Last: it starts the Worker anew with another configuration.
test("nor does a shard that is new forget whom to ask", async () => {
  const { path, origin, operator } = take("grown");
  const early = [];
  for (let n = 0; n < 12; n += 1) early.push(await delivered({ path, operator }, fresh()));
  await worker.restart({ sources: { [path]: source(origin, { durable: true, shards: 6 }, { timeout: "2s" }) } });
  for (let n = 0; n < 24; n += 1) await accept(path);
  await worker.setClock(200 * HOUR);
  for (const made of early) duplicate(await worker.post(path, copy(made)), made.id);
});
