// The list of events at /admin, one event, and its body.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Stored } from "./fixtures/stored.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { refused } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const HOSTILE = ["<img src=x onerror=alert(1)>", "a'; DROP TABLE waiting; --", "%2e%2e/../etc", '"],["countersign-test","1"],["', "n=1&state=dead"];
const MANY = 100_000;
let inbox, worker;

before(async () => {
  inbox = await Stored.start({ named: { sharded: [{ shards: 8 }] }, variables: { ADMIN: { bodies: true } } });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.stopClock(0));

const idsOf = (events) => events.map(({ id }) => id);
const typed = (type, data = {}) => ({ body: JSON.stringify({ type, data }) });

async function page(operator, query) {
  const reply = await operator.get(`events?${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
}

test("the newest event comes first, whatever its state and its shard, by pages of any size", async () => {
  const { path, origin, operator } = inbox.take("sharded");
  const ids = [];
  for (let n = 0; n < 12; n += 1) {
    // Times are whole seconds: of one second, shards have an order of their own.
    await worker.setClock(2 * n);
    if (n % 4 === 0) origin.next(answer(400));
    ids.unshift((await inbox.accept(path)).id);
    await inbox.attempted(path, 1);
    await operator.idle();
  }
  for (const limit of [1, 5, 200]) {
    assert.deepEqual(idsOf(await operator.list(`limit=${limit}`)), ids, `by pages of ${limit}`);
    assert.deepEqual(idsOf(await operator.list(`order=old&limit=${limit}`)), ids.toReversed(), `by pages of ${limit}`);
  }
  const first = await page(operator, "limit=3");
  assert.deepEqual([first.complete, first.unscanned, first.silent, idsOf(first.events)], [true, null, [], ids.slice(0, 3)]);
  assert.deepEqual((await page(operator, `after=${first.newest}`)).events, []);
  const later = await inbox.accept(path);
  assert.deepEqual(idsOf((await page(operator, `after=${first.newest}`)).events), [later.id]);
  const next = await page(operator, `limit=3&cursor=${first.cursor}`);
  assert.deepEqual(idsOf(next.events), ids.slice(3, 6), "what came meanwhile is not on a later page");
});

test("each condition narrows the list", async () => {
  const { path, origin, operator } = inbox.take();
  await worker.setClock(-3600);
  const early = await inbox.accept(path, typed("invoice.paid", { id: "in_1" }));
  await operator.becomes(early.id, "delivered");
  await worker.setClock(0);
  origin.next(answer(500));
  const failed = await inbox.accept(path, typed("invoice.voided", { id: 7 }));
  await operator.failed(failed.id);
  const other = await inbox.accept(path, typed("customer.created", { id: "in_1" }));
  await operator.becomes(other.id, "delivered");
  const log = await until(() => worker.deliveries((line) => line.source === path && line.type === "customer.created")[0], "its log record");
  const between = new Date((worker.now() - 1800) * 1000).toISOString();
  const expected = {
    "": [other, failed, early],
    "type=invoice.paid": [early],
    "type=invoice.*": [failed, early],
    "type=invoice": [],
    "state=pending": [failed],
    "state=delivered": [other, early],
    "code=destination_failed": [failed],
    "code=destination": [],
    [`id=${early.id}`]: [early],
    [`hash=${log.id_hash}`]: [other],
    "data_id=in_1": [other, early],
    "data_id=7": [failed],
    "data_id=in_1&type=invoice.*": [early],
    [`from=${between}`]: [other, failed],
    [`to=${between}`]: [early],
    [`from=${between}&order=old`]: [failed, other],
    "destination=default": [other, failed, early],
    "destination=elsewhere": [],
  };
  for (const [query, events] of Object.entries(expected)) {
    assert.deepEqual(idsOf(await operator.list(query)), idsOf(events), query);
    assert.deepEqual(idsOf(await operator.list(`${query}&limit=1`)), idsOf(events), `${query} by pages of 1`);
  }
  for (const query of ["hash=x", "from=yesterday", "limit=0", "order=up", "cursor=n!", "cursor=oA", "after=!", `id=a&hash=${log.id_hash}`, "nothing=1"]) {
    refused(await operator.get(`events?${query}`), 400, "invalid_query");
  }
});

test("ids, types and data of a sender are data", async () => {
  const { path, operator } = inbox.take();
  for (const text of HOSTILE) {
    const made = await inbox.accept(path, typed(text, { id: text }));
    await operator.becomes(made.id, "delivered");
    const search = (name) => operator.list(new URLSearchParams({ [name]: text }).toString());
    const found = await search("data_id");
    assert.deepEqual(found.map(({ id, test: isTest }) => [id, isTest]), [[made.id, false]], text);
    // A type that is no name counts as none.
    assert.deepEqual(await search("type"), found.filter(({ type }) => type === text));
  }
  assert.equal((await operator.list()).length, HOSTILE.length);
});

test("with a hundred thousand events behind it, a page of the list reads few rows, and says what it did not look at", async () => {
  const { path, operator } = inbox.take();
  const first = await inbox.delivered({ path, operator }, typed("rare"));
  await operator.post("pause");
  const rows = "INSERT INTO log_1 SELECT n, randomblob(32), 'many_' || n, 'v1', headers, received_at, 'many', 0, bytes, body, NULL, NULL";
  await operator.object("query", [
    `${rows} FROM log_1, (WITH RECURSIVE all_numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM all_numbers WHERE n <= ${MANY}) SELECT n FROM all_numbers) WHERE number = 1`,
  ]);
  await operator.evict();
  await page(operator, "limit=50");
  for (const query of ["limit=50", "limit=50&state=pending", "limit=50&state=dead", "limit=50&order=old", `id=${first.id}`]) {
    const before = await worker.counts();
    const { complete } = await page(operator, query);
    const rows = (await worker.counts()).rowsRead - before.rowsRead;
    assert.ok(complete && rows < MANY / 20, `${query} read ${rows} rows`);
  }
  const searched = await page(operator, "type=rare");
  assert.deepEqual([searched.events, searched.complete, searched.scanned], [[], false, 50_000]);
  assert.match(searched.unscanned, /cursor/);
  assert.deepEqual(idsOf(await operator.list("type=rare")), [first.id], "further pages find it");
  const counted = await operator.post("replay?state=pending&dry_run=true");
  assert.deepEqual([counted.json.complete, counted.json.count >= 50_000], [false, true]);
});

test("an event says what an operator has to know of it, and nothing that signs", async () => {
  const { path, origin, operator } = inbox.take();
  origin.next(answer(503));
  const made = await inbox.accept(path, typed("invoice.paid"));
  const signature = made.headers.find(([name]) => name === "webhook-signature")[1];
  await inbox.attempted(path, 1);
  await operator.failed(made.id);
  const reply = await operator.get(`events/${made.id}`);
  const event = reply.json;
  assert.ok(!reply.text.includes(signature));
  const headers = Object.fromEntries(event.headers);
  assert.deepEqual([headers["webhook-id"], headers["webhook-signature"].length], [made.id, 13]);
  assert.match(event.received_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(event.skew_s) < 30);
  const hash = crypto.createHash("sha256").update(made.body).digest("hex");
  const idHash = crypto.createHash("sha256").update(`${path}\0${made.id}`).digest("hex");
  assert.deepEqual([event.key_index, event.body, event.body_sha256, event.id_hash, event.forgotten_at], [0, "kept", hash, idHash, null]);
  const [{ name, state, history }] = event.destinations;
  assert.deepEqual([event.destinations.length, name, state], [1, "default", "pending"]);
  const { n, cause, status, code } = history[0];
  assert.deepEqual([history.length, n, cause, status, code], [1, 1, "first", 503, "destination_failed"]);
});

test("an id that no path can hold is in the query", async () => {
  const { path, origin, operator } = inbox.take();
  for (const id of [".", ".."]) {
    const made = await inbox.accept(path, { id });
    const named = `?id=${id}`;
    await until(async () => (await operator.get(`events/-${named}`)).json.state === "delivered", "its delivery");
    assert.equal((await operator.get(`events/-/body${named}`)).text, made.body);
    const before = origin.requests.length;
    assert.deepEqual((await operator.post(`events/-/replay${named}`)).json, { status: "replayed", id });
    await origin.arrivals(before + 1);
    await until(async () => (await operator.get(`events/-${named}`)).json.state === "delivered", "its replay");
    await operator.post("pause");
    await operator.post(`events/-/replay${named}`);
    assert.deepEqual((await operator.post(`events/-/discard${named}&destination=default`)).json, { status: "discarded", id });
    const removed = await worker.post(`admin/${path}/events/-${named}`, { method: "DELETE", headers: [operator.bearer] });
    assert.deepEqual(removed.json, { status: "forgotten", id });
    refused(await operator.get(`events/-${named}`), 404, "not_found");
    await operator.post("resume");
  }
  refused(await operator.get("events/-"), 404, "not_found");
});

test("a body is a download, for operators whom the configuration lets see it", async () => {
  const { path, operator } = inbox.take();
  const made = await inbox.delivered({ path, operator });
  const reply = await operator.get(`events/${made.id}/body`);
  assert.deepEqual([reply.status, reply.text], [200, made.body]);
  assert.match(reply.headers["content-disposition"], /^attachment; filename="[0-9a-f]{64}"$/);
  assert.deepEqual([reply.headers["content-type"], reply.headers["x-content-type-options"]], ["application/octet-stream", "nosniff"]);
  refused(await operator.get("events/nobody/body"), 404, "not_found");
});

test("a pending event is discarded, and can be replayed", async () => {
  const { path, operator } = inbox.take();
  const done = await inbox.delivered({ path, operator });
  await operator.post("pause");
  const made = await inbox.accept(path);
  const reply = await operator.post(`events/${made.id}/discard`);
  assert.deepEqual([reply.status, reply.json], [200, { status: "discarded", id: made.id }]);
  await operator.evict();
  assert.equal((await operator.event(made.id)).state, "dead");
  refused(await operator.post(`events/${made.id}/discard`), 409, "not_pending");
  refused(await operator.post(`events/${done.id}/discard`), 409, "not_pending");
  refused(await operator.post("events/nobody/discard"), 404, "not_found");
  await operator.post("resume");
  await operator.post(`events/${made.id}/replay`);
  await operator.becomes(made.id, "delivered");
});
