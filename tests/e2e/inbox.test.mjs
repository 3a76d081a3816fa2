// The inbox: what was answered 202 is stored once, arrives once, and as it was sent. Real SQLite, real alarms; the clock is moved, never
// slept through.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer, resetMidAnswer } from "./fixtures/loopback.mjs";
import { accepted, duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { sendAndHangUpLater } from "./fixtures/http.mjs";
import { now } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR = 3600;
let inbox, worker;

before(async () => {
  inbox = await Stored.start({ named: { large: [{ max_body: "1792KiB" }], bounded: [{ max_stored: "1MiB" }] } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

test("an accepted event arrives as a passed one does, byte for byte", async () => {
  const { path, origin, operator } = inbox.take();
  const body = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x0d, 0x0a, 0x80]);
  const made = inbox.fresh({ body, extra: [["cookie", "a=b"]] });
  accepted(await worker.post(path, made), made.id);
  const [request] = await origin.arrivals(1);
  assert.deepEqual(request.body, body);
  for (const [name, value] of made.headers.filter(([name]) => name !== "cookie")) assert.equal(request.header(name), value);
  assert.equal(request.header("cookie"), undefined);
  assert.equal(request.header("countersign-attempt"), "1");
  assert.equal(request.header("countersign-scheme"), "standard-webhooks");
  assert.equal(request.header("countersign-form"), "v1");
  assert.ok(Math.abs(Number(request.header("countersign-received-at")) - now()) < 60);
  await operator.becomes(made.id, "delivered");
});

test("an id that is no path segment is kept as it is", async () => {
  const { path, origin, operator } = inbox.take();
  for (const id of ["msg-e2e-\"<?#&=+", "msg-e2e-a/b%2F"]) {
    await inbox.delivered({ path, operator }, { id });
    duplicate(await worker.post(path, inbox.fresh({ id })), id);
  }
  assert.equal(origin.requests.length, 2);
});

test("a copy is a duplicate, before and after delivery, and arrives once", async () => {
  const { path, origin, operator } = inbox.take();
  const held = origin.hold();
  const made = await inbox.accept(path);
  await held.arrived();
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
  held.answer();
  await operator.becomes(made.id, "delivered");
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
  assert.equal(origin.requests.length, 1);
});

test("of events that come at once, each is stored, though half of their senders leave", async () => {
  const { path, origin } = inbox.take();
  const [staying, leaving] = Array.from({ length: 2 }, () => Array.from({ length: 16 }, () => inbox.fresh()));
  const left = leaving.map((made) => sendAndHangUpLater(`${worker.url}${path}`, made));
  const replies = staying.map((made) => worker.post(path, made));
  left.forEach((sender) => sender.hangUp());
  (await Promise.all(replies)).forEach((reply, index) => accepted(reply, staying[index].id));
  // A sender that left has no answer, and delivers again.
  await Promise.all(leaving.map((made) => worker.post(path, inbox.copy(made))));
  await origin.arrivals(32);
  const ids = origin.requests.map((request) => request.header("webhook-id"));
  assert.deepEqual(ids.toSorted(), [...staying, ...leaving].map(({ id }) => id).toSorted());
});

test("50 rounds of 20 concurrent copies: one row, one arrival", async () => {
  const { path, origin, operator } = inbox.take();
  for (let round = 1; round <= 50; round += 1) {
    const made = inbox.fresh();
    const replies = await Promise.all(Array.from({ length: 20 }, () => worker.post(path, made)));
    const [first, ...others] = replies.toSorted((a, b) => b.status - a.status);
    accepted(first, made.id);
    for (const other of others) duplicate(other, made.id);
  }
  await operator.allDelivered(50);
  assert.equal(origin.requests.length, 50);
  assert.equal(new Set(origin.requests.map((request) => request.header("webhook-id"))).size, 50);
  assert.equal((await operator.rows("log", "number")).length, 50);
  assert.equal((await operator.rows("ids", "number")).length, 50);
  assert.deepEqual(await operator.object("query", ["SELECT number FROM waiting UNION SELECT number FROM kept"]), []);
});

test("a forged copy claims nothing", async () => {
  const { path } = inbox.take();
  const made = inbox.fresh();
  const forged = { ...made, body: `${made.body} ` };
  refused(await worker.post(path, forged), 401, "no_matching_signature");
  accepted(await worker.post(path, made), made.id);
});

test("an answer that is reset in its middle was a 2xx all the same", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(resetMidAnswer(200));
  await inbox.delivered({ path, operator });
  assert.equal(origin.requests.length, 1);
});

test("ids of delivered events are remembered for `dedupe`, then forgotten", async () => {
  const { path, operator } = inbox.take();
  const made = await inbox.delivered({ path, operator });
  await worker.setClock(71 * HOUR);
  await operator.object("ring");
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
  await worker.setClock(74 * HOUR);
  await operator.object("ring");
  refused(await operator.get(`events/${made.id}`), 404, "not_found");
  await inbox.accept(path, { id: made.id, body: made.body });
});

test("`max_stored` is how much an object takes, and what is stored is delivered all the same", async () => {
  const { path, origin, operator } = inbox.take("bounded");
  origin.always(answer(500));
  const body = "x".repeat(50_000);
  const taken = [];
  // The size of the database is measured now and then.
  const isRoom = async () => {
    const made = inbox.fresh({ body });
    const reply = await worker.post(path, made);
    if (reply.status !== 202) refusedForNow(reply, 503, "storage_unavailable");
    else taken.push(made.id);
    return reply.status === 202;
  };
  while (taken.length < 200 && (await isRoom()));
  assert.ok(taken.length >= 20 && taken.length < 100, `${taken.length} events of 50 kB were taken into 1 MiB`);
  origin.always(answer(200));
  await worker.setClock(60);
  await operator.stats();
  await operator.allDelivered(taken.length);
});

test("a full inbox answers 503, marks nothing, and knows its duplicates", async () => {
  const { path, origin, operator } = inbox.take();
  origin.always(answer(500));
  const first = await inbox.accept(path);
  await worker.setLimit(0);
  const second = inbox.fresh();
  refusedForNow(await worker.post(path, second), 503, "storage_unavailable");
  duplicate(await worker.post(path, first), first.id);
  await worker.setLimit();
  accepted(await worker.post(path, second), second.id);
  assert.equal((await operator.stats()).pending, 2);
  const line = await until(() => worker.lines("delivery", (line) => line.source === path && line.code === "storage_unavailable")[0], "its line");
  assert.match(line.detail, /the inbox is full.*`shards`/);
});

test("the largest body that is taken fits into a row, with the longest headers", async () => {
  const { path, origin } = inbox.take("large");
  const made = inbox.fresh({ body: Buffer.alloc(1792 * 1024, "é"), extra: [["content-type", `x/${"\\".repeat(60_000)}`]] });
  accepted(await worker.post(path, made), made.id);
  const [request] = await origin.arrivals(1);
  assert.equal(request.body.length, 1792 * 1024);
  refused(await worker.post(path, inbox.fresh({ body: Buffer.alloc(1792 * 1024 + 1) })), 413, "body_too_large");
});
