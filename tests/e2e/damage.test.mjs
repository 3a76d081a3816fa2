// Databases that are damaged: an event that cannot be delivered is dead where everybody can see it, holds up no other, and is not
// acknowledged again; a database that cannot be used takes nothing. Real SQLite, damaged by SQL; `damaged-files` has other bytes in its file.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, duplicate, refusedForNow } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const SOURCES = 60;
let loopback, worker;
let taken = 0;

before(async () => {
  loopback = await Loopback.start();
  const durable = Array.from({ length: SOURCES }, (_, n) => [`s${n}`, source(loopback.at(`s${n}`), { durable: true }, { timeout: "2s" })]);
  worker = await Worker.start({ build: "worker-test", sources: Object.fromEntries(durable), secrets: { SECRET: secret, ADMIN_TOKEN }, kv: false });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

beforeEach(() => worker.stopClock(0));

function take() {
  assert.ok(taken < SOURCES);
  const path = `s${taken++}`;
  return { path, origin: loopback.at(path), operator: new Operator(worker, path) };
}

const fresh = (options) => delivery(sign, { timestamp: worker.now(), ...options });

async function accept(path, made = fresh()) {
  accepted(await worker.post(path, made), made.id);
  return made;
}

/** An event that waits for its second attempt. */
async function waiting({ path, origin, operator }) {
  origin.next(answer(500));
  const made = await accept(path);
  await until(async () => (await operator.event(made.id)).last_error, "the failure to be noted");
  return made;
}

const query = (operator, sql) => operator.object("query", [sql]);
const unreadable = async (operator) => (await operator.list("state=dead")).filter((event) => event.last_error === "unreadable");

/** What makes a waiting event of no use. */
const DAMAGE = {
  "headers that are no JSON": "headers = 'webhook-id'",
  "headers that are bytes": "headers = x'00ff'",
  "no headers": "headers = '[]'",
  "headers that would end a line": `headers = '[["a","b\\nc: d"]]'`,
  "no body": "body = NULL",
  "a body that is text": "body = 'text'",
  "a body that is a number": "body = 7",
  "a body that was cut": "body = x'7b'",
  "an id that is bytes": "id = x'ff'",
  "another id": "id = 'msg-e2e-another'",
  "an unknown form": "form = 'v9'",
  "a time of arrival that is text": "received_at = 'yesterday'",
  "a key that is too short": "key = x'01'",
};

for (const [what, set] of Object.entries(DAMAGE)) {
  test(`an event with ${what} is dead and seen, holds up no other, and a copy takes its place`, async () => {
    const all = take();
    const { path, origin, operator } = all;
    const made = await waiting(all);
    await query(operator, `UPDATE kept SET ${set}`);
    const other = await accept(path);
    await operator.becomes(other.id, "delivered");
    await worker.setClock(60);
    await operator.stats();
    await until(async () => (await unreadable(operator)).length === 1, "the event to be set aside");
    const { pending, dead } = await operator.stats();
    assert.deepEqual([pending, dead], [0, 1]);
    assert.equal(origin.requests.length, 2, "nothing damaged was sent");
    assert.equal((await until(() => worker.lines("inbox", (line) => line.source === path)[0], "its log record")).code, "unreadable");
    accepted(await worker.post(path, fresh({ id: made.id, body: made.body })), made.id);
    const last = (await origin.arrivals(3)).at(-1);
    assert.equal(last.body.toString(), made.body);
    await until(async () => (await operator.stats()).delivered === 2, "the copy to be delivered");
    assert.equal((await operator.stats()).dead, 0);
    duplicate(await worker.post(path, fresh({ id: made.id })), made.id);
  });
}

test("an event of the log that is damaged before its first attempt is dead, seen, and replaced by a copy", async () => {
  const { path, origin, operator } = take();
  await operator.post("pause");
  const made = await accept(path);
  await query(operator, "UPDATE log_1 SET body = x'7b'");
  await operator.post("resume");
  await until(async () => (await unreadable(operator)).length === 1, "the event to be set aside");
  assert.equal(origin.requests.length, 0, "nothing damaged was sent");
  accepted(await worker.post(path, fresh({ id: made.id, body: made.body })), made.id);
  await operator.becomes(made.id, "delivered");
  assert.equal(origin.requests[0].body.toString(), made.body);
});

test("an event that cannot be read can be forgotten, and is not listed for ever", async () => {
  const { path, origin, operator } = take();
  await operator.post("pause");
  const [forgotten, left] = [await accept(path), await accept(path)];
  await query(operator, "UPDATE log_1 SET body = x'7b'");
  await operator.post("resume");
  await until(async () => (await unreadable(operator)).length === 2, "the events to be set aside");
  const reply = await operator.forget(forgotten.id);
  assert.deepEqual([reply.status, reply.json.status], [200, "forgotten"]);
  assert.equal((await operator.get(`events/${forgotten.id}`)).status, 404);
  assert.deepEqual([(await unreadable(operator)).length, (await operator.stats()).dead], [1, 1]);
  accepted(await worker.post(path, fresh({ id: forgotten.id, body: forgotten.body })), forgotten.id);
  await operator.becomes(forgotten.id, "delivered");
  assert.equal(origin.requests.length, 1);
  // Past the month for which it is kept, and the hour after a jump of the clock.
  for (const hours of [0, 2]) {
    await worker.setClock((40 * 24 + hours) * 3600);
    await operator.stats();
    await operator.object("ring");
  }
  assert.deepEqual([await unreadable(operator), (await operator.stats()).dead], [[], 0]);
  assert.equal((await operator.get(`events/${left.id}`)).status, 404);
});

const HARMLESS = ["due = -5", "due = 'soon'", "due = 9e15", "attempts = -3, tries = -1", "attempts = 'many'", "since = -1", "since = 9e15", "last_status = 'x', last_error = x'00'", "finished = 'never'", "history = 'none'", "state = 7", "state = -1", "state = 'pending'"];

for (const set of HARMLESS) {
  test(`an event with ${set} is delivered all the same`, async () => {
    const all = take();
    const made = await waiting(all);
    await query(all.operator, `UPDATE waiting SET ${set}`);
    await worker.setClock(60);
    await all.operator.stats();
    await until(async () => (await query(all.operator, "SELECT state FROM waiting"))[0].state === 1, "it to be delivered");
    assert.equal(all.origin.requests.length, 2);
    assert.equal(all.origin.requests[1].body.toString(), made.body);
  });
}

test("nothing at all in any column", async () => {
  const all = take();
  const { path, operator } = all;
  const ids = [];
  for (let n = 0; n < 2; n += 1) ids.push((await waiting(all)).id);
  await query(operator, "CREATE TABLE loose AS SELECT * FROM kept");
  await query(operator, "DROP TABLE kept");
  await query(operator, "CREATE TABLE kept (number INTEGER PRIMARY KEY, key, id, form, headers, received_at, type, matched, bytes, body)");
  await query(operator, "INSERT INTO kept SELECT * FROM loose");
  await query(operator, "UPDATE kept SET headers = NULL, id = NULL, form = NULL WHERE number = 1");
  await query(operator, "UPDATE kept SET key = NULL, bytes = NULL, received_at = NULL, body = NULL WHERE number = 2");
  await worker.setClock(60);
  const other = await accept(path);
  await operator.becomes(other.id, "delivered");
  await until(async () => (await operator.stats()).dead === ids.length, "both to be set aside");
});

for (const index of ["waiting_by_due", "kept_by_key"]) {
  test(`without its index ${index}, a database is slower`, async () => {
    const all = take();
    const made = await waiting(all);
    await query(all.operator, `DROP INDEX ${index}`);
    await worker.setClock(60);
    await all.operator.stats();
    await all.operator.becomes(made.id, "delivered");
  });
}

for (const table of ["kept", "waiting", "destinations", "log_1", "ids_1"]) {
  test(`a database without its table ${table} takes nothing, says so, and waits without turning round and round`, async () => {
    const all = take();
    const { path, operator } = all;
    const made = await waiting(all);
    await query(operator, `ALTER TABLE ${table} RENAME TO lost`);
    await worker.setClock(60);
    await operator.object("ring");
    await until(async () => (await worker.post(path, fresh())).status === 503, "it to take nothing");
    const pages = ["stats", "events", `events/${made.id}`].map((page) => operator.get(page));
    const orders = [`events/${made.id}/replay`, "replay?state=dead", "pause"].map((page) => operator.post(page));
    for (const reply of await Promise.all([...pages, ...orders, operator.forget(made.id)])) refusedForNow(reply, 503, "storage_unavailable");
    await operator.object("ring");
    assert.ok((await operator.object("alarmAt")) > worker.now() + 2, "the next look is some seconds away");
    await query(operator, `ALTER TABLE lost RENAME TO ${table}`);
    await operator.object("ring");
    await operator.becomes(made.id, "delivered");
    await accept(path);
  });
}

test("where events can be stored and their outcome cannot be written, none is stored", async () => {
  const all = take();
  const { path, origin, operator } = all;
  const made = await waiting(all);
  await query(operator, "CREATE TRIGGER broken BEFORE UPDATE ON waiting BEGIN SELECT RAISE(ABORT, 'cannot be written'); END");
  await query(operator, "CREATE TRIGGER broken_too BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'cannot be written'); END");
  await worker.setClock(60);
  await operator.object("ring");
  await origin.arrivals(2);
  await until(async () => (await worker.post(path, fresh())).status === 503, "it to take nothing");
  assert.ok((await operator.object("alarmAt")) > worker.now() + 2, "the next look is some seconds away");
  await query(operator, "DROP TRIGGER broken");
  await query(operator, "DROP TRIGGER broken_too");
  await operator.object("ring");
  await operator.becomes(made.id, "delivered");
  await accept(path);
});

test("a replay that cannot go on holds up no delivery, and goes on once it can", async () => {
  const all = take();
  const { path, operator } = all;
  for (let n = 0; n < 4; n += 1) await accept(path);
  await operator.allDelivered(4);
  const made = await waiting(all);
  assert.equal((await operator.post("replay?state=delivered&rate=1/s")).status, 202);
  await query(operator, "CREATE TRIGGER stuck BEFORE INSERT ON meta WHEN NEW.name = 'job' BEGIN SELECT RAISE(ABORT, 'stuck'); END");
  await worker.setClock(60);
  // The first alarm meets the fault.
  await operator.object("ring");
  await operator.object("ring");
  await operator.becomes(made.id, "delivered");
  assert.equal((await operator.job()).state, "running");
  await query(operator, "DROP TRIGGER stuck");
  await until(async () => {
    await worker.setClock(worker.offset + 601);
    await operator.object("ring");
    return (await operator.job()).state === "done";
  }, "the job to end");
  await operator.allDelivered(5);
});

test("an id that was claimed by an event that was not stored is no duplicate", async () => {
  const { path, operator } = take();
  const first = await accept(path);
  const second = await accept(path);
  await operator.becomes(second.id, "delivered");
  // As if the instance had ended between both writes of `first`, and the number had been given again.
  await query(operator, "UPDATE ids_1 SET number = 2");
  accepted(await worker.post(path, fresh({ id: first.id })), first.id);
  duplicate(await worker.post(path, fresh({ id: first.id })), first.id);
  duplicate(await worker.post(path, fresh({ id: second.id })), second.id);
});

test("one that cannot be stored is refused with its copies, and those that come at once with it are stored", async () => {
  const { path, operator } = take();
  await accept(path);
  const poisoned = fresh();
  await query(operator, `CREATE TRIGGER picky BEFORE INSERT ON log_1 WHEN NEW.id = '${poisoned.id}' BEGIN SELECT RAISE(ABORT, 'not this one'); END`);
  const others = Array.from({ length: 12 }, () => fresh());
  const all = [...others.slice(0, 6), poisoned, poisoned, ...others.slice(6), poisoned];
  const replies = await Promise.all(all.map((made) => worker.post(path, made)));
  for (const [place, reply] of replies.entries()) {
    if (all[place] === poisoned) refusedForNow(reply, 503, "storage_unavailable");
    else accepted(reply, all[place].id);
  }
  await query(operator, "DROP TRIGGER picky");
  accepted(await worker.post(path, poisoned), poisoned.id);
  await until(async () => (await operator.stats()).delivered === all.length - 1, "all to be delivered");
});

test("tables that were created and not noted are taken into use", async () => {
  const { path, operator } = take();
  const made = await accept(path);
  await operator.becomes(made.id, "delivered");
  await query(operator, "CREATE TABLE ids_2 (key BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID");
  const [{ sql }] = await query(operator, "SELECT sql FROM sqlite_master WHERE name = 'log_1'");
  await query(operator, sql.replace("log_1", "log_2"));
  await worker.setClock(20 * 3600);
  await accept(path);
  assert.equal((await query(operator, "SELECT count(*) AS tables FROM tables WHERE number = 2"))[0].tables, 2);
});

test("a source that its database does not name is named by the next event", async () => {
  for (const damage of ["DELETE FROM meta WHERE name = 'source'", "UPDATE meta SET value = 'nobody' WHERE name = 'source'", "UPDATE meta SET value = x'00' WHERE name IN ('source', 'born', 'clock', 'shard')"]) {
    const all = take();
    const made = await waiting(all);
    await query(all.operator, damage);
    await all.operator.evict();
    await worker.setClock(60);
    await all.operator.object("ring");
    assert.ok((await all.operator.object("alarmAt")) > worker.now() + 2, "it does not turn round and round");
    const other = await accept(all.path);
    await all.operator.becomes(other.id, "delivered");
    await all.operator.becomes(made.id, "delivered");
    await worker.setClock(0);
  }
});
