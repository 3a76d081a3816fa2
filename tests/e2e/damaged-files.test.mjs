// Files of a database that are damaged or gone, while an operator looks at every page all the while: an event on a damaged page is dead where
// everybody can see it and holds up no other, and a database that cannot be used takes nothing.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { OnDisk, breakBody, breakLeaf } from "./fixtures/on-disk.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted } from "./fixtures/expect.mjs";
import { BODY_MARK, delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
let loopback;

before(async () => {
  loopback = await Loopback.start();
});

after(async () => {
  await loopback?.close();
  closeConnections();
});

const large = (n) => `{"note":"${BODY_MARK}${n}${"x".repeat(60_000)}"}`;

async function accept(inbox, options) {
  const made = delivery(sign, options);
  accepted(await inbox.post(made), made.id);
  return made;
}

const delivered = (inbox, count) => until(async () => (await inbox.stats()).delivered === count, `${count} events to be delivered`);

for (const place of ["first", "last"]) test(`a body of which a page is damaged, the ${place}: its event is dead, a copy takes its place, and the rest is delivered`, async (t) => {
  const inbox = await OnDisk.start(t, loopback, `pages-${place}`, secret);
  const { host, origin } = inbox;
  const first = await accept(inbox, { body: large("first") });
  await delivered(inbox, 1);
  assert.equal((await inbox.operate("pause")).status, 200);
  const all = [];
  for (let n = 0; n < 6; n += 1) all.push(await accept(inbox, { body: large(n) }));
  await host.stop();
  const lost = breakBody(inbox.database(), place);
  const [before, others] = [origin.requests.length, all.filter(({ id }) => id !== lost)];
  await host.start();
  const polled = inbox.poll();
  await until(async () => (await inbox.operate("resume")).status === 200, "deliveries to be resumed");
  const came = ({ id }) => id === lost || origin.requests.slice(before).some((request) => request.header("webhook-id") === id);
  // Each read of the page ends the object, and the platform waits twice as long before the next alarm.
  await until(() => others.every(came) || inbox.restartIfStuck(), "the others to be delivered", 120_000);
  const count = others.length + 1;
  await until(async () => (await inbox.stats()).pending === 0 || inbox.restartIfStuck(), "that to be written", 120_000);
  // The first was delivered before its page was broken: nobody reads it.
  if (place === "last") {
    const { delivered, dead } = await inbox.stats();
    assert.deepEqual([delivered, dead], [count, 1]);
    const listed = await inbox.get("admin/events/events?state=dead");
    assert.deepEqual(listed.json.events.map((event) => event.last_error), ["unreadable"]);
    assert.equal((await inbox.get(`admin/events/events/${lost}`)).json.last_error, "unreadable");
    const { body } = [first, ...all].find(({ id }) => id === lost);
    await accept(inbox, { id: lost, body });
    await until(async () => (await inbox.stats()).delivered === count + 1, "the copy to be delivered");
    const rows = (await inbox.get("admin/events/events?limit=200")).json.events;
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), [first, ...all].map(({ id }) => id).toSorted(), "it is listed once");
  }
  const later = await accept(inbox);
  await until(() => origin.requests.some((request) => request.header("webhook-id") === later.id), "what came later to be delivered");
  assert.ok((await polled()) > 0);
  const lines = host.lines.filter((line) => line.includes('"ev":"inbox"'));
  assert.ok(lines.length < 100, `${lines.length} log records`);
});

for (const way of ["copied", "left"]) test(`a body of which a page is damaged, of an event that failed before and is ${way}: it is in nobody's way`, async (t) => {
  const inbox = await OnDisk.start(t, loopback, `pages-${way}`, secret, { more: { dedupe: "90d" } });
  inbox.origin.always(answer(400));
  const all = [];
  for (let n = 0; n < 3; n += 1) all.push(await accept(inbox, { body: large(n) }));
  const failed = async () => (await inbox.get("admin/events/events?state=pending")).json?.events?.filter((event) => event.last_error);
  await until(async () => (await failed())?.length === all.length, "the failures to be noted");
  await inbox.host.stop();
  const lost = breakBody(inbox.database(), "last", "kept");
  inbox.origin.always(answer(200));
  await inbox.host.start();
  const isOver = ({ dead, delivered }) => dead === 1 && delivered === 2;
  await until(async () => isOver(await inbox.stats()) || inbox.restartIfStuck(), "the others to be delivered", 120_000);
  if (way === "copied") {
    const { body } = all.find(({ id }) => id === lost);
    await accept(inbox, { id: lost, body });
    assert.equal((await inbox.post(delivery(sign, { id: lost, body }))).json.status, "duplicate");
    await delivered(inbox, all.length);
    const { json } = await inbox.get("admin/events/events?limit=200");
    assert.deepEqual(json.events.map(({ id }) => id).toSorted(), all.map(({ id }) => id).toSorted(), "it is listed once");
  } else {
    // Past the month for which it is kept, the hour after a jump of the clock, and the day for which the log may still have it.
    for (const hours of [0, 2, 14, 27]) await inbox.jump((40 * 24 + hours) * 3600);
    await until(async () => (await inbox.stats()).dead === 0, "it to be forgotten");
    // Its id is remembered for longer.
    const shown = await inbox.get(`admin/events/events/${lost}`);
    assert.deepEqual([shown.status, shown.json.body], [200, "gone"], shown.text);
    assert.equal((await inbox.get(`admin/events/events/${lost}/body`)).status, 410);
  }
});

test("a page with whole events that failed before is damaged: copies take their places", async (t) => {
  const inbox = await OnDisk.start(t, loopback, "pages-leaf", secret);
  inbox.origin.always(answer(400));
  const all = [];
  for (let n = 0; n < 9; n += 1) all.push(await accept(inbox, { body: `{"n":${n},"x":"${"x".repeat(1_200)}"}` }));
  const failed = async () => (await inbox.get("admin/events/events?state=pending")).json?.events?.filter((event) => event.last_error);
  await until(async () => (await failed())?.length === all.length, "the failures to be noted");
  await inbox.host.stop();
  const lost = breakLeaf(inbox.database(), "kept");
  inbox.origin.always(answer(200));
  await inbox.host.start();
  const is = (dead, delivered) => async () => ((stats) => stats.dead === dead && stats.delivered === delivered)(await inbox.stats());
  await until(is(lost.length, all.length - lost.length), "the others to be delivered", 120_000);
  const copies = all.filter(({ id }) => lost.includes(id));
  assert.equal(copies.length, lost.length);
  for (const { id, body } of copies) await accept(inbox, { id, body });
  await until(is(0, all.length), "the copies to be delivered");
});

/** An inbox that is paused with so many events, which its other destination filters. A page of the body of one is damaged. */
async function filteredAndDamaged(t, name, count) {
  const narrow = { origin: loopback.at("narrow").url, when: { type: ["none"] } };
  const destinations = { default: { origin: loopback.at(name).url, timeout: "2s" }, narrow };
  const inbox = await OnDisk.start(t, loopback, name, secret, { more: { forward: undefined, destinations } });
  assert.equal((await inbox.operate("pause?destination=default")).status, 200);
  const all = [];
  for (let n = 0; n < count; n += 1) all.push(await accept(inbox, { body: large(n) }));
  await inbox.host.stop();
  const lost = breakBody(inbox.database(), "last");
  await inbox.host.start();
  return { inbox, all, lost };
}

test("a body of which a page is damaged, of an event that one destination filters: a copy takes its place", async (t) => {
  const { inbox, all, lost } = await filteredAndDamaged(t, "pages-filtered", 2);
  await until(async () => (await inbox.operate("resume?destination=default")).status === 200, "deliveries to be resumed");
  await until(async () => (await inbox.stats()).dead > 0 || inbox.restartIfStuck(), "the event to be set aside", 120_000);
  // The page on which it ends has which destinations it is not for, and nobody reads that.
  await accept(inbox, { id: lost, body: all.find(({ id }) => id === lost).body });
  const came = ({ id }) => inbox.origin.requests.some((request) => request.header("webhook-id") === id);
  await until(() => all.every(came), "both to be delivered", 120_000);
  assert.equal((await inbox.stats()).dead, 0);
});

test("an operator who lists events and downloads bodies all the while keeps no other from being delivered", async (t) => {
  const { inbox, all, lost } = await filteredAndDamaged(t, "pages-listed", 6);
  const polled = inbox.poll([`admin/events/events/${lost}/body`]);
  await until(async () => (await inbox.operate("resume?destination=default")).status === 200, "deliveries to be resumed");
  const came = ({ id }) => id === lost || inbox.origin.requests.some((request) => request.header("webhook-id") === id);
  await until(async () => all.every(came) || inbox.restartIfStuck(), "the others to be delivered", 120_000);
  await until(async () => (await inbox.stats()).dead > 0 || inbox.restartIfStuck(), "the event to be set aside", 120_000);
  const dead = () => inbox.get("admin/events/events?state=dead&destination=default");
  const { json } = await until(async () => ((reply) => reply.status === 200 && reply)(await dead()), "lists to be shown again");
  assert.deepEqual(json.events.map((event) => event.last_error), ["unreadable"]);
  assert.ok((await polled()) > 0);
});

test("a file that is no database: 503, and the log says why", async (t) => {
  const inbox = await OnDisk.start(t, loopback, "garbage", secret);
  const { host } = inbox;
  await accept(inbox);
  await delivered(inbox, 1);
  await host.stop();
  const file = inbox.database();
  rmSync(`${file}-wal`, { force: true });
  rmSync(`${file}-shm`, { force: true });
  writeFileSync(file, Buffer.alloc(8192, "no database"));
  await host.start();
  const polled = inbox.poll();
  const refusal = await inbox.post(delivery(sign));
  assert.equal(refusal.status, 503, refusal.text);
  await until(() => host.lines.some((line) => line.includes('"ev":"inbox"') && line.includes('"source":"events"')), "the log record");
  assert.equal((await inbox.get("admin/events/stats")).status, 503);
  const health = await inbox.get("healthz");
  assert.equal(health.status, 503);
  assert.equal(health.json.status, "storage_unavailable");
  assert.deepEqual(Object.keys(health.json.storage), ["events"]);
  await polled();
});

test("a file that is gone: /healthz says so until events are stored again", async (t) => {
  const inbox = await OnDisk.start(t, loopback, "gone", secret);
  await accept(inbox);
  await delivered(inbox, 1);
  assert.equal((await inbox.get("healthz")).status, 200);
  await inbox.host.stop();
  const file = inbox.database();
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
  await inbox.host.start();
  const polled = inbox.poll();
  const health = await inbox.get("healthz");
  assert.deepEqual([health.status, health.json.status], [503, "storage_unavailable"], health.text);
  assert.match(health.json.storage.events, /is gone/);
  await accept(inbox);
  await delivered(inbox, 1);
  await polled();
});

test("a file that goes while it is in use: what is accepted from then on is delivered, here or after a restart", async (t) => {
  const inbox = await OnDisk.start(t, loopback, "unlinked", secret);
  await accept(inbox);
  await delivered(inbox, 1);
  const file = inbox.database();
  const polled = inbox.poll();
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
  const replies = [];
  for (let n = 0; n < 5; n += 1) replies.push(delivery(sign));
  const taken = [];
  for (const made of replies) {
    const { status, text } = await inbox.post(made);
    assert.ok(status === 202 || status === 503, text);
    if (status === 202) taken.push(made.id);
  }
  const arrived = (id) => inbox.origin.requests.some((request) => request.header("webhook-id") === id);
  await until(() => taken.every(arrived), "all that was accepted to arrive");
  await inbox.host.strike();
  await accept(inbox);
  await delivered(inbox, 1);
  await polled().catch((error) => assert.match(error.code ?? "", /^E/));
});
