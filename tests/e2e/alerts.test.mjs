// Alerts: each transition is one event, stored and delivered like any other, and what flaps within a minute causes no more than the first.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { refused, refusedForNow } from "./fixtures/expect.mjs";
import { Operator } from "./fixtures/inbox.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { answer, reset } from "./fixtures/loopback.mjs";
import { delivery, newEd25519, newSecret, signedByKey } from "./fixtures/sign.mjs";
import { Stored } from "./fixtures/stored.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const secret = newSecret();
let inbox, worker, url, alerts;

before(async () => {
  const named = { sharded: [{ shards: 8 }], short: [{}, { give_up_after: "10m" }] };
  const ALERTS = { sign_with: "ALERTS_SECRET" };
  inbox = await Stored.start({
    plain: 8,
    named,
    secrets: { ALERTS_SECRET: secret },
    variables: { ALERTS },
    others: (loopback) => {
      url = loopback.at("alerts-url");
      ALERTS.url = url.url;
      const keyed = { scheme: "standard-webhooks", jwks: loopback.at("keys").url, dedupe: "off", forward: { origin: loopback.at("keyed").url } };
      return { keyed, faulty: { scheme: "nope" } };
    },
  });
  ({ worker } = inbox);
  alerts = new Operator(worker, "alerts");
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

/** The alerts about a source that arrived so far: type and data, each checked by an implementation that is not ours. */
function toldOf(source) {
  const webhook = new Webhook(secret);
  const read = (request) => {
    const headers = Object.fromEntries(["id", "timestamp", "signature"].map((name) => [`webhook-${name}`, request.header(`webhook-${name}`)]));
    // Its clock is not the Worker's, so it is asked about the signature alone.
    assert.equal(headers["webhook-signature"], webhook.sign(headers["webhook-id"], new Date(headers["webhook-timestamp"] * 1000), request.body.toString()));
    return JSON.parse(request.body);
  };
  return url.requests.map(read).filter(({ data }) => data.source === source);
}

const typesOf = (source) => toldOf(source).map(({ type }) => type);

/** Waits until so many alerts about a source arrived, and returns their types. */
async function told(source, count) {
  await until(() => typesOf(source).length >= count, `${count} alerts about ${source}`);
  return typesOf(source);
}

/** Has three events fail, which breaks the destination. */
async function breaks({ path, origin, operator }) {
  origin.always(answer(500));
  await inbox.acceptAll(path, 3);
  await until(async () => (await operator.destination()).state === "broken", `${path} to break`);
}

/** Has the probe answered, and all that waited delivered: what is still under way when the origin fails again would be news of its own. */
async function recovers({ path, origin, operator }) {
  origin.always(answer(200));
  await operator.post("replay?state=pending");
  await operator.object("ring");
  await until(async () => {
    const { state, pending, under_way: underWay } = await operator.destination();
    return state === "open" && pending === 0 && underWay === 0;
  }, `${path} to recover`);
}

/** Waits until the state of a subject is known to the object that alerts. */
const known = (source, isWrong) =>
  until(async () => {
    const [row] = await alerts.object("query", [`SELECT value FROM meta WHERE name = 'destination.broken\t${source}\tdefault'`]);
    return row && (row.value.split("\t")[4] !== "") === isWrong;
  }, `what is known of ${source}`);

test("a destination that breaks is one alert, and one that recovers another; both are valid deliveries", async () => {
  const all = inbox.take();
  await breaks(all);
  assert.deepEqual(await told(all.path, 1), ["destination.broken"]);
  const [request] = url.requests.filter((one) => JSON.parse(one.body).data.source === all.path);
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  const event = new Webhook(secret).verify(request.body.toString(), Object.fromEntries(names.map((name) => [name, request.header(name)])));
  assert.deepEqual(event.data, { source: all.path, destination: "default", cause: "destination_failed", since: event.data.since, shards: [0] });
  assert.ok(Math.abs(Date.parse(event.data.since) - Date.now()) < 60_000 && Math.abs(Date.parse(event.timestamp) - Date.now()) < 60_000);
  assert.equal(request.header("content-type"), "application/json");
  await worker.setClock(2 * MINUTE);
  await recovers(all);
  assert.deepEqual(await told(all.path, 2), ["destination.broken", "destination.recovered"]);
});

test("a destination is broken for its last failure, whatever it failed for before, and whichever event was attempted", async () => {
  const all = inbox.take();
  const { path, origin, operator } = all;
  const why = async () => (await operator.destination()).why;
  await breaks(all);
  assert.equal(await why(), "destination_failed");
  await told(path, 1);
  await worker.setClock(2 * MINUTE);
  await recovers(all);
  await told(path, 2);
  // Each waits by itself, and its next attempts break the destination.
  origin.always(answer(410));
  for (const { id } of await inbox.acceptAll(path, 3)) {
    await until(async () => (await operator.event(id)).last_status === 410, `${id} to be refused`);
  }
  origin.always(reset);
  await worker.setClock(4 * MINUTE);
  await operator.object("ring");
  await told(path, 3);
  assert.deepEqual(toldOf(path).map(({ type, data }) => [type, data.cause]).at(-1), ["destination.broken", "connection_lost"]);
  assert.equal(await why(), "destination_failed/connection_lost");
  origin.always(answer(503));
  await worker.setClock(6 * MINUTE);
  await operator.object("ring");
  await until(async () => (await why()) === "destination_failed", "the probe's failure");
  await recovers(all);
});

test("what flaps within a minute is told once, and once more when the minute is over", async () => {
  const all = inbox.take();
  await breaks(all);
  await told(all.path, 1);
  await recovers(all);
  await known(all.path, false);
  await breaks(all);
  await known(all.path, true);
  await recovers(all);
  await known(all.path, false);
  await alerts.object("ring");
  assert.deepEqual(typesOf(all.path), ["destination.broken"]);
  await worker.setClock(worker.offset + 61);
  await alerts.object("ring");
  assert.deepEqual(await told(all.path, 2), ["destination.broken", "destination.recovered"]);
});

test("eight shards that break are one alert, and the last that recovers is the other", async () => {
  const all = inbox.take("sharded");
  const { origin, operator } = all;
  const shards = Array.from({ length: 8 }, (_, shard) => shard);
  const broken = () => Promise.all(shards.map((shard) => operator.object("query", ["SELECT broken_since FROM destinations"], shard).catch(() => [])));
  const count = async () => (await broken()).filter(([row]) => row?.broken_since).length;
  origin.always(answer(500));
  await until(async () => {
    await inbox.acceptAll("sharded", 8);
    return (await count()) === 8;
  }, "all shards to break");
  await told("sharded", 1);
  const row = () => alerts.object("query", ["SELECT value FROM meta WHERE name = 'destination.broken\tsharded\tdefault'"]);
  await until(async () => (await row())[0]?.value.split("\t")[4].split(",").length === 8, "all shards to be known as broken");
  assert.deepEqual(typesOf("sharded"), ["destination.broken"]);
  await worker.setClock(2 * MINUTE);
  origin.always(answer(200));
  for (const shard of shards) {
    const isOpen = async () => {
      await operator.object("ring", [], shard);
      return (await operator.object("query", ["SELECT broken_since FROM destinations"], shard))[0].broken_since === null;
    };
    await until(isOpen, `shard ${shard} to recover`);
  }
  assert.deepEqual(await told("sharded", 2), ["destination.broken", "destination.recovered"]);
});

test("events that die are counted, in one alert a minute", async () => {
  const { path, origin, operator } = inbox.take("short");
  origin.always(answer(400));
  const made = await inbox.acceptAll(path, 2);
  for (const { id } of made) await operator.failed(id);
  for (const minutes of [4, 8, 11]) {
    await worker.setClock(minutes * MINUTE);
    await operator.object("ring");
  }
  for (const { id } of made) await operator.becomes(id, "dead");
  await until(() => typesOf(path).includes("event.dead"), "the alert");
  await worker.setClock(13 * MINUTE);
  await alerts.object("ring");
  const sum = () => toldOf(path).filter(({ type }) => type === "event.dead").reduce((all, { data }) => all + data.count, 0);
  await until(() => sum() === 2, "both to be counted");
});

test("an event that is pending for too long is told, and its delivery too", async () => {
  const { path, origin, operator } = inbox.take();
  origin.always(answer(400));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await worker.setClock(10 * MINUTE);
  await operator.object("ring");
  assert.deepEqual(typesOf(path), []);
  await worker.setClock(16 * MINUTE);
  await operator.object("ring");
  assert.deepEqual(await told(path, 1), ["pending.old"]);
  origin.always(answer(200));
  await worker.setClock(2 * HOUR);
  await operator.object("ring");
  await operator.becomes(made.id, "delivered");
  await operator.object("ring");
  assert.deepEqual(await told(path, 2), ["pending.old", "pending.recovered"]);
});

test("an object that is 80 % full is told once", async () => {
  const all = inbox.take();
  await inbox.delivered(all);
  const { bytes } = await all.operator.stats();
  await worker.setLimit(Math.floor(bytes * 1.2));
  await all.operator.object("ring");
  await all.operator.object("ring");
  const row = () => alerts.object("query", [`SELECT value FROM meta WHERE name = 'object.full\t${all.path}\t'`]);
  await until(async () => (await row()).length === 1, "the object to be known as full");
  // The limit holds for the object of alerts too.
  await worker.setLimit();
  await alerts.object("ring");
  assert.deepEqual(await told(all.path, 1), ["object.full"]);
  assert.deepEqual(toldOf(all.path).map(({ data }) => data.shards), [[0]]);
});

test("a source at fault is told once, whoever asks", async () => {
  for (let n = 0; n < 3; n += 1) refused(await worker.post("faulty", {}), 500, "config_invalid");
  assert.deepEqual(await told("faulty", 1), ["source.invalid"]);
  await alerts.evict();
  await worker.post("faulty", {});
  assert.deepEqual(typesOf("faulty"), ["source.invalid"]);
});

test("a key set that cannot be fetched is told once, and so is that it can be again", async () => {
  const keys = inbox.loopback.at("keys");
  const key = newEd25519();
  const post = () => worker.post("keyed", delivery(signedByKey(key.privateKey), { timestamp: worker.now() }));
  keys.always(answer(500));
  for (let n = 0; n < 3; n += 1) {
    refusedForNow(await post(), 503, "keys_unavailable");
    await worker.setClock(worker.offset + 30);
  }
  assert.deepEqual(await told("keyed", 1), ["keys.failed"]);
  keys.always(serving([key.jwk]));
  await worker.setClock(worker.offset + MINUTE);
  assert.equal((await post()).status, 200);
  assert.deepEqual(await told("keyed", 2), ["keys.failed", "keys.recovered"]);
});

test("a request to the alerts' own path finds nothing, and the operator sees them", async () => {
  refused(await worker.post("alerts", inbox.fresh()), 404, "not_found");
  refused(await worker.get("alerts"), 404, "not_found");
  const { sources } = (await worker.get("admin/sources", [alerts.bearer])).json;
  const urls = Object.fromEntries(sources.map(({ name, url }) => [name, url && new URL(url).pathname]));
  assert.deepEqual([urls.alerts, urls.keyed], [null, "/keyed"], "there is nothing to enter at a sender");
  const { delivered } = await alerts.stats();
  assert.ok(delivered > 0);
  assert.equal((await alerts.list("state=delivered")).length, delivered);
});

test("alerts wait for their URL, arrive in the order of the changes, each once, and nobody is alerted to that", async () => {
  const all = inbox.take();
  url.always(answer(503));
  for (let n = 0; n < 3; n += 1) {
    await breaks(all);
    await worker.setClock(worker.offset + 2 * MINUTE);
    await recovers(all);
    await worker.setClock(worker.offset + 2 * MINUTE);
  }
  await until(async () => (await alerts.destination()).state === "broken", "the alerts' destination to break");
  for (const hours of [1, 4, 8]) {
    await worker.setClock(hours * HOUR);
    await alerts.object("ring");
  }
  url.always(answer(200));
  const failed = url.requests.length;
  await worker.setClock(worker.offset + 3 * MINUTE);
  await alerts.object("ring");
  await until(async () => (await alerts.stats()).pending === 0, "alerts to be delivered");
  const arrived = url.requests.slice(failed).filter((request) => JSON.parse(request.body).data.source === all.path);
  const [broken, recovered] = ["destination.broken", "destination.recovered"];
  assert.deepEqual(arrived.map((request) => JSON.parse(request.body).type), [broken, recovered, broken, recovered, broken, recovered]);
  assert.equal(new Set(arrived.map((request) => request.header("webhook-id"))).size, arrived.length);
  assert.deepEqual(toldOf("alerts"), []);
  await until(() => worker.lines("inbox", (line) => line.code === "alert_delayed")[0], "its line");
});
