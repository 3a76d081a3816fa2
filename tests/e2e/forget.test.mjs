// `DELETE /admin/{source}/events/{id}`: an operator forgets an event, and the sender's next copy of it gets through.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { keyOf } from "./fixtures/schema-1.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const SHARDS = 5;
let loopback, worker, sources;

before(async () => {
  loopback = await Loopback.start();
  const at = (name, more = {}) => [name, source(loopback.at(name), more, { timeout: "2s" })];
  const durable = (name) => at(name, { durable: true });
  const names = ["delivered", "pending", "flying", "crashed", "absent", "logged", "grown"];
  const passed = [at("passed"), at("held"), at("off", { dedupe: "off" })];
  sources = Object.fromEntries([...names.map(durable), ...passed]);
  worker = await Worker.start({ build: "worker-test", sources, secrets: { SECRET: secret, ADMIN_TOKEN } });
  await worker.stopClock();
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const take = (path) => ({ path, origin: loopback.at(path), operator: new Operator(worker, path) });
const fresh = (options) => delivery(sign, { timestamp: worker.now(), ...options });

async function accept(path, made = fresh()) {
  accepted(await worker.post(path, made), made.id);
  return made;
}

async function forget(operator, id) {
  const reply = await operator.forget(id);
  assert.deepEqual([reply.status, reply.json], [200, { status: "forgotten", id }]);
  assert.match(reply.headers["content-type"], /^application\/json\b/);
}

/** Forgets the event; after that a copy is an event like any other. */
async function resent({ path, origin, operator }, made) {
  const arrived = origin.requests.length;
  await forget(operator, made.id);
  refused(await operator.get(`events/${encodeURIComponent(made.id)}`), 404, "not_found");
  await accept(path, fresh({ id: made.id, body: made.body }));
  await operator.becomes(made.id, "delivered");
  const last = (await origin.arrivals(arrived + 1)).at(-1);
  assert.equal(last.header("webhook-id"), made.id);
  assert.equal(last.header("countersign-attempt"), "1");
  duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
}

test("a delivered event, whatever is in its id", async () => {
  const all = take("delivered");
  for (const id of [undefined, "msg-e2e-a/b?c=%2F"]) {
    const made = await accept(all.path, fresh({ id }));
    await all.operator.becomes(made.id, "delivered");
    duplicate(await worker.post(all.path, fresh({ id: made.id })), made.id);
    await resent(all, made);
  }
});

test("an event that waits for its next attempt", async () => {
  const all = take("pending");
  all.origin.next(answer(500));
  const made = await accept(all.path);
  await until(async () => (await all.operator.event(made.id)).last_error, "the failure to be noted");
  await resent(all, made);
  assert.equal((await all.operator.stats()).pending, 0);
});

test("an event whose attempt is under way: its outcome does not count for the copy", async () => {
  const { path, origin, operator } = take("flying");
  const held = origin.hold();
  const made = await accept(path);
  await held.arrived();
  await forget(operator, made.id);
  origin.next(answer(500));
  await accept(path, fresh({ id: made.id, body: made.body }));
  await operator.failed(made.id);
  held.answer();
  await until(() => worker.lines("attempt", (line) => line.source === path).length === 2, "both attempts to end");
  const event = await operator.event(made.id);
  assert.deepEqual([event.state, event.attempts, event.last_status], ["pending", 1, 500]);
  await operator.untilNextAttempt(made.id);
  await operator.becomes(made.id, "delivered");
  assert.equal(origin.requests.filter((request) => request.header("webhook-id") === made.id).length, 3);
  await worker.setClock(0);
});

test("an event whose object ended in the middle of an attempt", async () => {
  const all = take("crashed");
  const held = all.origin.hold();
  const made = await accept(all.path);
  await held.arrived();
  await all.operator.evict();
  await resent(all, made);
  held.answer();
});

test("an id that several shards know", async () => {
  const { path, origin, operator } = take("grown");
  const early = [];
  for (let n = 0; n < 12; n += 1) early.push(await accept(path));
  const grown = source(origin, { durable: true, shards: SHARDS }, { timeout: "2s" });
  await worker.restart({ sources: { ...sources, [path]: grown } });
  const late = [];
  for (let n = 0; n < 12; n += 1) late.push(await accept(path));
  await until(async () => (await operator.stats()).delivered === 24, "all to be delivered");
  for (const made of [...early, ...late]) {
    duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
    await forget(operator, made.id);
    assert.deepEqual(await traces(operator, path, made.id), [], "no shard has anything of it, nor a mark that it moved");
    await accept(path, fresh({ id: made.id }));
  }
});

/** What any shard has of an event. */
async function traces(operator, path, id) {
  const key = Buffer.from(keyOf(path, id)).toString("hex");
  const found = Array.from({ length: SHARDS }, async (_, shard) => {
    const rows = [...(await operator.rows("log", "id, hex(key) AS key", shard)), ...(await operator.rows("ids", "number, hex(key) AS key", shard))];
    rows.push(...(await operator.object("query", ["SELECT id, hex(key) AS key FROM kept"], shard)));
    return rows.filter((row) => row.id === id || (row.key !== "" && key.startsWith(row.key.toLowerCase())));
  });
  return (await Promise.all(found)).flat();
}

test("an event that was passed through", async () => {
  const { path, origin, operator } = take("passed");
  const made = fresh();
  delivered(await worker.post(path, made), made.id);
  duplicate(await worker.post(path, made), made.id);
  await forget(operator, made.id);
  delivered(await worker.post(path, made), made.id);
  assert.equal(origin.requests.length, 2);
});

test("an event that is being passed through holds no copy back any more", async () => {
  const { path, origin, operator } = take("held");
  const held = origin.hold();
  const made = fresh();
  const first = worker.post(path, made);
  await held.arrived();
  refused(await worker.post(path, made), 409, "in_flight");
  await forget(operator, made.id);
  delivered(await worker.post(path, made), made.id);
  held.answer();
  delivered(await first, made.id);
});

test("what nobody knows is not found, by whatever path it came", async () => {
  for (const path of ["absent", "passed", "off"]) refused(await take(path).operator.forget("msg-e2e-nobody"), 404, "not_found");
  refused(await take("nobody").operator.forget("msg-e2e-nobody"), 404, "not_found");
});

test("only the operator forgets, one event at a time", async () => {
  const { path, operator } = take("absent");
  const made = await accept(path);
  const page = `admin/${path}/events/${made.id}`;
  refused(await worker.post(page, { method: "DELETE" }), 401, "unauthorized");
  refused(await worker.post(page, { method: "DELETE", headers: [["authorization", "Bearer wrong"]] }), 401, "unauthorized");
  const posted = await operator.post(`events/${made.id}`);
  refused(posted, 405, "method_not_allowed");
  assert.equal(posted.headers.allow, "GET, HEAD, DELETE");
  await operator.becomes(made.id, "delivered");
});

test("it leaves a log record, with the id hashed", async () => {
  const { path, operator } = take("logged");
  const made = await accept(path);
  await operator.becomes(made.id, "delivered");
  await forget(operator, made.id);
  const line = await until(() => worker.lines("admin", (line) => line.source === path)[0], "its log record");
  assert.equal(line.code, "forgotten");
  const ofDelivery = await worker.line((line) => line.source === path, "the delivery");
  assert.equal(line.id_hash, ofDelivery.id_hash);
});
