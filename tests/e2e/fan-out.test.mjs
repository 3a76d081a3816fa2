// Several destinations of one source: each gets what it is to get, by itself; and they come and go with the configuration.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { source } from "./fixtures/worker.mjs";
import { Operator, objectNamed } from "./fixtures/inbox.mjs";
import { answer, never } from "./fixtures/loopback.mjs";
import { duplicate } from "./fixtures/expect.mjs";
import { shardOf } from "./fixtures/shards.mjs";
import { newId } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const DAY = 24 * 3600;
const NAMES = ["both", "down", "stalls", "filters", "paced", "paused", "replayed", "grown", "added", "orphaned", "typo", "spread", "asleep", "narrowed", "damaged"];
let stored, worker;

/** A source whose destinations are these: name → keys besides `origin`. */
function fan(path, destinations, more = {}) {
  const to = ([name, keys]) => [name, { origin: stored.loopback.at(`${path}-${name}`).url, timeout: "2s", ...keys }];
  const { forward, ...rest } = source({ url: "" }, { durable: true, ...more });
  return { ...rest, destinations: Object.fromEntries(Object.entries(destinations).map(to)) };
}

const TWO = { billing: {}, audit: {} };
const FILTERS = {
  invoices: { when: { type: ["invoice.*"] } },
  live: { when: [{ pointer: "/data/livemode", equals: true }] },
  all: {},
};

before(async () => {
  const plans = { filters: FILTERS, paced: { billing: { rate: "5/s" } }, grown: { billing: {} }, added: { billing: {} } };
  stored = await Stored.start({
    plain: 0,
    others: (loopback) => {
      stored = { loopback };
      return Object.fromEntries(NAMES.map((name) => [name, fan(name, plans[name] ?? TWO)]));
    },
  });
  ({ worker } = stored);
});

after(() => stored?.close());
beforeEach(() => worker.setClock(0));

const take = (path) => ({ path, operator: new Operator(worker, path), at: (name) => stored.loopback.at(`${path}-${name}`) });
const ids = (endpoint) => endpoint.requests.map((request) => request.header("webhook-id"));
const counts = async (operator, name) => (await operator.stats()).destinations[name];
const configure = (path, destinations, more) => worker.restart({ sources: { ...stored.sources, [path]: fan(path, destinations, more) } });

test("an event is stored once, and each destination gets it", async () => {
  const { path, operator, at } = take("both");
  const made = await stored.accept(path);
  duplicate(await worker.post(path, stored.copy(made)), made.id);
  await operator.becomes(made.id, "delivered");
  for (const name of ["billing", "audit"]) {
    const [request, ...more] = at(name).requests;
    assert.deepEqual([request.body.toString(), request.header("countersign-attempt"), more.length], [made.body, "1", 0]);
  }
  const event = await operator.event(made.id);
  assert.deepEqual(Object.keys(event.destinations), ["audit", "billing"]);
  assert.deepEqual(event.history.map(({ destination, status }) => [destination, status]).toSorted(), [["audit", 200], ["billing", 200]]);
  assert.deepEqual(await operator.object("query", ["SELECT count(*) AS rows FROM log_1"]), [{ rows: 1 }]);
  const attempts = () => worker.lines("attempt", ({ source }) => source === path).map(({ destination }) => destination);
  await until(() => attempts().length === 2, "a record of each attempt");
  assert.deepEqual(attempts().toSorted(), ["audit", "billing"]);
});

test("one that is down has retries of its own, and the other does not notice", async () => {
  const { path, operator, at } = take("down");
  at("billing").always(answer(503));
  const made = [];
  for (let n = 0; n < 12; n += 1) made.push(await stored.accept(path));
  await until(() => at("audit").requests.length === made.length, "the other to get them all");
  await until(async () => (await counts(operator, "billing")).state === "broken", "the one that is down to be broken");
  // An attempt is reported after its response.
  await until(async () => (await counts(operator, "audit")).delivered === made.length, "that to be written");
  const audit = await counts(operator, "audit");
  assert.deepEqual([audit.state, audit.pending], ["open", 0]);
  assert.ok(at("billing").requests.length < made.length, "what waits costs no attempts");
  assert.equal((await operator.event(made[0].id)).state, "pending", "as long as one has not taken it");
  at("billing").always(answer(200));
  await worker.setClock(60);
  for (const { id } of made) await operator.becomes(id, "delivered");
  assert.equal(at("audit").requests.length, made.length, "nothing is sent there again");
});

test("one that stalls does not hold the other up", async () => {
  const { path, operator, at } = take("stalls");
  at("billing").always(never);
  for (let n = 0; n < 100; n += 1) {
    await stored.accept(path);
    if (n % 20 === 19) await until(() => at("audit").requests.length === n + 1, `${n + 1} events at the other`);
  }
  await until(async () => (await counts(operator, "audit")).pending === 0, "nothing to wait at the other");
  assert.ok((await counts(operator, "billing")).pending > 0);
});

test("a destination gets what its filter lets through, and what it does not get is listed with the condition", async () => {
  const { path, operator, at } = take("filters");
  const body = (type, livemode) => JSON.stringify({ type, data: { livemode } });
  const made = [];
  for (const [type, livemode] of [["invoice.paid", true], ["invoice.paid", false], ["charge.failed", true], ["charge.failed", "true"]]) {
    made.push(await stored.accept(path, { body: body(type, livemode) }));
  }
  await until(() => at("all").requests.length === 4 && at("invoices").requests.length === 2 && at("live").requests.length === 2, "all to arrive");
  assert.deepEqual(ids(at("invoices")).toSorted(), [made[0].id, made[1].id].toSorted());
  assert.deepEqual(ids(at("live")).toSorted(), [made[0].id, made[2].id].toSorted());
  const listed = async (name) => (await operator.list(`state=filtered&destination=${name}`)).map(({ id, filtered_by: by }) => [id, by]);
  assert.deepEqual(await listed("invoices"), [[made[3].id, "type"], [made[2].id, "type"]]);
  assert.deepEqual(await listed("live"), [[made[3].id, "/data/livemode"], [made[1].id, "/data/livemode"]]);
  assert.deepEqual(await listed("all"), []);
  await operator.becomes(made[3].id, "delivered");
  const stats = await counts(operator, "live");
  assert.deepEqual([stats.pending, stats.delivered, stats.filtered], [0, 2, 2]);
  await operator.post(`events/${made[3].id}/replay`);
  await until(() => ids(at("all")).filter((id) => id === made[3].id).length === 2, "the replay to arrive where the event is for");
  assert.equal((await counts(operator, "live")).filtered, 2, "it counts once");
  // Who names the destination wants it there, however many attempts that takes.
  at("invoices").next(answer(400));
  await operator.post(`events/${made[3].id}/replay?destination=invoices`);
  await until(() => ids(at("invoices")).includes(made[3].id), "the replay to arrive");
  await until(async () => (await counts(operator, "invoices")).under_way === 0, "its failure to be noted");
  await worker.setClock(60);
  await operator.stats();
  await until(() => ids(at("invoices")).filter((id) => id === made[3].id).length === 2, "another attempt at it");
  await until(async () => (await counts(operator, "invoices")).pending === 0, "it to be delivered");
  const { delivered, filtered } = await counts(operator, "invoices");
  assert.deepEqual([delivered, filtered], [3, 1]);
  assert.equal(ids(at("live")).includes(made[3].id), false);
});

test("what is filtered is not sent after the object ended", async () => {
  const { path, operator, at } = take("filters");
  await operator.post("pause");
  const sent = at("live").requests.length;
  const made = await stored.accept(path, { body: JSON.stringify({ type: "x", data: { livemode: false } }) });
  await operator.evict();
  await operator.post("resume");
  await operator.becomes(made.id, "delivered");
  assert.equal(at("live").requests.length, sent);
  assert.equal((await operator.list("state=filtered&destination=live"))[0].id, made.id);
});

test("what failed and is not for it any more at the next attempt is filtered, not delivered", async () => {
  const { path, operator, at } = take("narrowed");
  at("billing").always(answer(400));
  const made = await stored.accept(path);
  await until(async () => (await operator.event(made.id)).destinations.billing.attempts === 1, "the first attempt");
  await configure(path, { ...TWO, billing: FILTERS.invoices });
  await worker.setClock(60);
  await operator.stats();
  const there = await until(async () => {
    const { billing } = (await operator.event(made.id)).destinations;
    return billing.state !== "pending" && billing;
  }, "it to be passed by");
  assert.deepEqual([there.state, there.delivered_at], ["filtered", null]);
  const { delivered, filtered, pending } = await counts(operator, "billing");
  assert.deepEqual([delivered, filtered, pending], [0, 1, 0]);
  duplicate(await worker.post(path, stored.copy(made)), made.id);
});

test("a rate holds attempts back, and nothing is lost", async () => {
  const { path, operator, at } = take("paced");
  await worker.stopClock();
  const made = [];
  for (let n = 0; n < 12; n += 1) made.push(await stored.accept(path));
  await until(async () => (await counts(operator, "billing")).delivered === 5, "a second's worth");
  assert.deepEqual([(await counts(operator, "billing")).pending, at("billing").requests.length], [7, 5]);
  for (const seconds of [1, 2]) {
    await worker.setClock(seconds);
    await operator.object("ring");
  }
  for (const { id } of made) await operator.becomes(id, "delivered");
  assert.equal(at("billing").requests.length, made.length);
});

test("one is paused and resumed by its name", async () => {
  const { path, operator, at } = take("paused");
  assert.equal((await operator.post("pause?destination=audit")).status, 200);
  assert.equal((await operator.post("pause?destination=nobody")).status, 404);
  const made = await stored.accept(path);
  await until(() => at("billing").requests.length === 1, "the other to get it");
  const { billing, audit } = (await operator.stats()).destinations;
  assert.deepEqual([billing.state, audit.state, audit.pending], ["open", "paused", 1]);
  assert.deepEqual((await operator.list("state=pending")).map(({ id, destination }) => [id, destination]), [[made.id, "audit"]]);
  await operator.post("resume?destination=audit");
  await operator.becomes(made.id, "delivered");
});

test("a replay goes where it is asked to go", async () => {
  const { path, operator, at } = take("replayed");
  const made = await stored.accept(path);
  await operator.becomes(made.id, "delivered");
  await operator.post(`events/${made.id}/replay?destination=audit`);
  await until(() => at("audit").requests.length === 2, "one more attempt");
  await operator.becomes(made.id, "delivered");
  await operator.post(`events/${made.id}/replay`);
  await until(() => at("audit").requests.length === 3 && at("billing").requests.length === 2, "one more for each");
  await operator.becomes(made.id, "delivered");
  await operator.post("replay?state=delivered&destination=billing");
  await until(() => at("billing").requests.length === 3, "one more of all");
  assert.equal(at("audit").requests.length, 3);
});

test("one that is added begins with what comes next, or with what is stored", async () => {
  const { path, operator, at } = take("grown");
  const before = await stored.accept(path);
  await operator.becomes(before.id, "delivered");
  await configure(path, { billing: {}, audit: {}, archive: { from: "stored" } });
  const next = await stored.accept(path);
  await until(() => at("archive").requests.length === 2 && at("audit").requests.length === 1, "the new ones to get theirs");
  assert.deepEqual(ids(at("archive")).toSorted(), [before.id, next.id].toSorted());
  assert.deepEqual(ids(at("audit")), [next.id]);
  await operator.becomes(next.id, "delivered");
  const { billing, audit, archive } = (await operator.stats()).destinations;
  assert.deepEqual([billing.delivered, audit.delivered, archive.delivered], [2, 1, 2]);
});

test("an older event that is replayed at one that was added is listed there until it is delivered", async () => {
  const { path, operator, at } = take("added");
  const made = await stored.accept(path);
  await operator.becomes(made.id, "delivered");
  await configure(path, TWO);
  const next = await stored.accept(path);
  await operator.becomes(next.id, "delivered");
  await operator.post("pause?destination=audit");
  const listed = async () => (await operator.list("state=pending&destination=audit")).map(({ id }) => id);
  assert.equal((await operator.post(`events/${made.id}/replay?destination=audit`)).status, 200);
  const counted = async () => (({ pending, delivered }) => [pending, delivered])(await counts(operator, "audit"));
  assert.deepEqual([await listed(), await counted()], [[made.id], [1, 1]], "beside what was delivered");
  assert.equal((await operator.event(made.id)).destinations.audit.state, "pending");
  await operator.post("resume?destination=audit");
  await until(() => at("audit").requests.length === 2, "it to be delivered");
  await until(async () => (await counts(operator, "audit")).pending === 0, "that to be written");
  assert.deepEqual(await listed(), []);
});

test("an event that cannot be read is dead where it was not delivered", async () => {
  const { path, operator, at } = take("damaged");
  await operator.post("pause?destination=audit");
  await stored.accept(path);
  await until(() => at("billing").requests.length === 1, "the other to get it");
  await until(async () => (await counts(operator, "billing")).delivered === 1, "that to be written");
  await operator.object("query", ["UPDATE log_1 SET body = x'7b'"]);
  await operator.post("resume?destination=audit");
  await until(async () => (await operator.stats()).dead === 1, "it to be set aside");
  const listed = async (query) => (await operator.list(`state=dead${query}`)).map(({ last_code: code }) => code);
  assert.deepEqual([await listed(""), await listed("&destination=billing"), await listed("&destination=audit")], [["unreadable"], [], ["unreadable"]]);
  const { newest } = (await operator.get("events?state=dead")).json;
  assert.deepEqual(await listed(`&after=${newest}`), [], "it did not come since");
});

test("one that is not configured any more is shown, and goes on when its name returns", async () => {
  const { path, operator, at } = take("orphaned");
  at("audit").always(answer(500));
  const waits = await stored.accept(path);
  await until(async () => (await operator.event(waits.id)).destinations.audit.attempts === 1, "an attempt that fails");
  await configure(path, { billing: {} });
  const meanwhile = await stored.accept(path);
  await until(() => ids(at("billing")).includes(meanwhile.id), "the other to go on");
  assert.equal((await counts(operator, "audit")).state, "orphaned");
  assert.equal((await operator.list("state=pending&destination=audit")).length, 2);
  await worker.setClock(20 * 3600);
  await operator.object("ring");
  at("audit").always(answer(200));
  await configure(path, TWO);
  const next = await stored.accept(path);
  for (const { id } of [waits, meanwhile, next]) await until(() => ids(at("audit")).includes(id), "what waited, and what came meanwhile");
  assert.equal((await counts(operator, "audit")).state, "open");
});

test("shards that are made while one is missing hold their events for it too", async () => {
  const { path, operator, at } = take("spread");
  const made = [await stored.accept(path)];
  await operator.becomes(made[0].id, "delivered");
  await configure(path, { billing: {} }, { shards: 6 });
  for (let n = 0; n < 24; n += 1) made.push(await stored.accept(path));
  await until(() => at("billing").requests.length === made.length, "the other to go on");
  const { state, pending } = await counts(operator, "audit");
  assert.deepEqual([state, pending], ["orphaned", 24]);
  await configure(path, TWO, { shards: 6 });
  await operator.stats();
  await until(() => at("audit").requests.length === made.length, "what came meanwhile");
  assert.deepEqual(ids(at("audit")).toSorted(), made.map(({ id }) => id).toSorted());
});

test("a shard that slept while one was added, and was then mistyped, holds its events for it too", async () => {
  const { path, operator, at } = take("asleep");
  const accept = async (shard) => {
    let id;
    do id = newId();
    while (shardOf(path, id, 2) !== shard);
    return (await stored.accept(path, { id })).id;
  };
  await configure(path, { billing: {} }, { shards: 2 });
  for (const shard of [0, 1]) await accept(shard);
  await configure(path, TWO, { shards: 2 });
  const seen = await accept(0);
  await until(() => ids(at("audit")).includes(seen), "the shard that is awake to have it");
  await configure(path, { billing: {}, adit: {} }, { shards: 2 });
  // What comes while the shard asks the registry waits for the answer too.
  await objectNamed(worker, "registry", "hang");
  const { objectRequests } = await worker.counts();
  const coming = Array.from({ length: 12 }, () => accept(1));
  await worker.counts((counts) => counts.objectRequests >= objectRequests + coming.length);
  await objectNamed(worker, "registry", "wake");
  const meanwhile = await Promise.all(coming);
  await configure(path, TWO, { shards: 2 });
  await operator.stats();
  await until(() => at("audit").requests.length === 13, "what came meanwhile");
  assert.deepEqual(ids(at("audit")).toSorted(), [seen, ...meanwhile].toSorted());
});

test("what is known of one goes after a month, and what it did not take after a day", async () => {
  const { path, operator, at } = take("typo");
  await operator.post("pause?destination=audit");
  const made = await stored.accept(path);
  await until(() => at("billing").requests.length === 1, "the other to get it");
  await configure(path, { billing: {}, adit: {} });
  await operator.stats();
  const rows = async () => (await operator.object("query", ["SELECT name FROM destinations ORDER BY name"])).map(({ name }) => name);
  await stored.accept(path);
  assert.deepEqual(await rows(), ["adit", "audit", "billing"]);
  // Past the day, the hour after a jump of the clock, and `keep`.
  for (const days of [2, 4, 8]) {
    await worker.setClock(days * DAY);
    await operator.stats();
    await worker.setClock(days * DAY + 2 * 3600);
    await operator.object("ring");
  }
  assert.equal((await operator.get(`events/${made.id}`)).status, 404, "nothing holds it");
  await worker.setClock(40 * DAY);
  await operator.stats();
  await worker.setClock(40 * DAY + 2 * 3600);
  await operator.object("ring");
  assert.deepEqual(await rows(), ["adit", "billing"]);
});
