// What an event, an alarm and an instance that starts read does not grow with the events that are kept: rows read are billed, and dead events
// are kept for a month.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted } from "./fixtures/expect.mjs";
import { cost, logged } from "./fixtures/operations.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR = 3600;
/** So many events are kept: a look at each would be seen. */
const MANY = 300;
/** The rows that may be read beyond those that an inbox reads which keeps none. */
const FEW = 20;

/** So many events are over at a time. */
const OVER = 50;

/** Sources, and the state in which their events wait, as `EventState::number` has it. */
const [PENDING, DELIVERED, DEAD] = [0, 1, 2];
const WAITING = { pending: PENDING, delivered: DELIVERED, dead: DEAD, ordered: DEAD };

const secret = newSecret();
const sign = signedBy(secret);
let worker, loopback;

before(async () => {
  loopback = await Loopback.start();
  const forward = { broken: { give_up_after: "2h" } };
  const durable = (name) => [name, source(loopback.at(name), { durable: true, ...(name === "ordered" && { order: "{id}" }) }, forward[name])];
  worker = await Worker.start({
    build: "worker-test",
    sources: Object.fromEntries(["empty", "broken", ...Object.keys(WAITING)].map(durable)),
    variables: { ADMIN: { counts: false }, ALERTS: { url: loopback.at("alerts-url").url, sign_with: "ALERTS_SECRET" } },
    secrets: { SECRET: secret, ALERTS_SECRET: newSecret(), ADMIN_TOKEN },
  });
  // Alarms are rung by hand, so that what they do is counted by itself.
  await worker.delayAlarms(HOUR);
  await worker.stopClock();
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** Sends an event that an inbox takes and delivers. */
async function accept(path) {
  const made = delivery(sign, { timestamp: worker.now() });
  accepted(await worker.post(path, made), made.id);
}

/** The rows that are read for an event that finds its inbox asleep, for the next one, and for an alarm. */
async function readRows(path) {
  const operator = new Operator(worker, path);
  await operator.evict();
  const asleep = await cost(worker, () => accept(path), logged(2));
  const awake = await cost(worker, () => accept(path), logged(2));
  const alarm = await cost(worker, () => operator.object("ring", []));
  return { asleep: asleep.rowsRead, awake: awake.rowsRead, alarm: alarm.rowsRead };
}

/** The rows that are read to count events. The first look counts ids as well. */
async function overview(path) {
  const operator = new Operator(worker, path);
  await operator.stats();
  return (await cost(worker, () => operator.stats())).rowsRead;
}

/** Has events wait that were delivered, as if each had failed at first. None of them is due. */
async function keep(path, state) {
  const burst = () => Promise.all(Array.from({ length: 50 }, () => accept(path)));
  for (let taken = 0; taken < MANY; taken += 50) await cost(worker, burst, logged(100));
  const now = worker.now() * 1000;
  const values = `${state}, 1, 1, ${now}, ${now + 1000 * HOUR}, ${state === PENDING ? 0 : now}, 500, 'http_500', number`;
  await new Operator(worker, path).object("query", [
    `INSERT INTO waiting (destination, number, state, attempts, tries, since, due, finished, last_status, last_error, lane)
     SELECT 'default', number, ${values} FROM log_1 WHERE number <= ${MANY}`,
  ]);
}

for (const [name, state] of Object.entries(WAITING)) {
  test(`${MANY} ${name} events cost no event and no alarm a look at each`, async () => {
    await cost(worker, () => accept("empty"), logged(2));
    const none = await readRows("empty");
    await keep(name, state);
    const many = await readRows(name);
    // An instance that starts looks for the oldest event that is pending.
    const seen = state === PENDING ? MANY : 0;
    assert.ok(many.asleep <= none.asleep + seen + FEW, `an event that finds the inbox asleep reads ${many.asleep} rows, and ${none.asleep} without them`);
    assert.ok(many.awake <= none.awake + FEW, `an event reads ${many.awake} rows, and ${none.awake} without them`);
    assert.ok(many.alarm <= none.alarm + FEW, `an alarm reads ${many.alarm} rows, and ${none.alarm} without them`);
  });
}

test("an overview reads each event that waits, and the latest thousand again for the codes of their failures", async () => {
  const [none, many] = [await overview("empty"), await overview("dead")];
  assert.ok(many <= none + 3 * MANY + FEW, `it reads ${many} rows, and ${none} without them`);
});

test("ids are counted once, and not by each instance", async () => {
  const operator = new Operator(worker, "dead");
  const [table] = await operator.object("query", ["SELECT name FROM sqlite_master WHERE name GLOB 'ids_[0-9]*'"]);
  await operator.object("query", [
    `INSERT INTO ${table.name} (key, number) WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers LIMIT 5000)
     SELECT randomblob(16), 1 FROM numbers`,
  ]);
  await operator.evict();
  const counted = await operator.stats();
  await operator.evict();
  await cost(worker, () => accept("dead"), logged(2));
  await operator.evict();
  const read = await cost(worker, () => operator.stats());
  assert.ok(read.rowsRead < 4_000, `the second instance reads ${read.rowsRead} rows`);
  assert.equal((await operator.stats()).delivered, counted.delivered + 1);
});

test("an event that is removed costs no look at those that are kept", async () => {
  const operator = new Operator(worker, "delivered");
  await operator.object("query", [`UPDATE waiting SET due = 1 WHERE number <= ${OVER}`]);
  const { rowsRead } = await cost(worker, () => operator.object("ring", []));
  assert.deepEqual(await operator.object("query", ["SELECT count(*) AS count FROM waiting"]), [{ count: MANY - OVER }]);
  assert.ok(rowsRead <= 10 * OVER, `${OVER} events were removed, and ${rowsRead} rows read`);
});

test("a look at a broken destination that gives events up reads neither the younger ones nor those that it gave up before", async () => {
  const operator = new Operator(worker, "broken");
  const began = worker.offset;
  loopback.at("broken").always(answer(500));
  for (let n = 0; n < 3; n += 1) await accept("broken");
  await until(async () => (await operator.destination()).state === "broken", "the destination to be broken");
  const [{ id }] = await operator.list();
  await operator.pass(HOUR);
  const burst = () => Promise.all(Array.from({ length: 50 }, () => accept("broken")));
  for (let taken = 0; taken < MANY; taken += 50) await burst();
  /** What a look reads so many seconds after the first event, once the one before it gave up what was over. */
  const look = async (seconds) => {
    await operator.pass(began + seconds - worker.offset);
    await operator.idle();
    await worker.setClock(worker.offset + 1);
    const { rowsRead } = await cost(worker, () => operator.object("ring", []));
    return { rowsRead, dead: (await operator.stats()).dead };
  };
  const young = await look(2 * HOUR + 60);
  assert.equal((await operator.post(`events/${id}/replay`)).status, 200);
  const replayed = await look(2 * HOUR + 120);
  const old = await look(3 * HOUR + 60);
  assert.deepEqual([young.dead, replayed.dead, old.dead], [3, 2, 2 + MANY]);
  const read = [young, replayed, old].map(({ rowsRead }) => rowsRead);
  assert.ok(Math.max(...read) <= 2 * FEW, `they read ${read.join(", ")} rows`);
});
