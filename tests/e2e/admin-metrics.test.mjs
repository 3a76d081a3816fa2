// Metrics for Prometheus, health, and what leads from a log record to its event and its code.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ConsoleApi, OPERATOR, VIEWER } from "./fixtures/console-api.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { newEd25519 } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";
import { source } from "./fixtures/worker.mjs";

const key = newEd25519();
let api, worker;

before(async () => {
  api = await ConsoleApi.start({
    sources: (loopback) => ({
      sharded: source(loopback.at("sharded"), { durable: true, shards: 2 }),
      keyed: { scheme: "standard-webhooks", jwks: loopback.at("keys").url, forward: { origin: loopback.at("keyed").url } },
      faulty: { scheme: "svix", secrets: ["MISSING"], forward: { origin: "https://a.example" } },
      short: { scheme: "standard-webhooks", secrets: ["SHORT"], allow_short_keys: true, forward: { origin: loopback.at("short").url } },
    }),
    secrets: { SHORT: "whsec_MDEyMzQ1Njc=" },
  });
  ({ worker } = api);
  api.loopback.at("keys").always(serving([key.jwk]));
});

after(() => api?.close());

/** The metrics by name and labels. */
async function metrics() {
  const reply = await worker.get("admin/metrics", VIEWER);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  const values = {};
  let declared;
  for (const line of reply.text.trimEnd().split("\n")) {
    if (line.startsWith("# HELP ")) continue;
    if (line.startsWith("# TYPE ")) {
      [, , declared] = line.split(" ");
      continue;
    }
    const [, name, labels, value] = /^([a-z_0-9]+)\{((?:[a-z_]+="[^"\\\n]*",?)+)\} (\d+)$/.exec(line) ?? assert.fail(line);
    assert.ok(name.startsWith(declared), `${name} is under ${declared}`);
    assert.ok(!(`${name}{${labels}}` in values), `${line} occurs twice`);
    values[`${name}{${labels}}`] = Number(value);
  }
  return values;
}

const AT = 'source="stored",destination="default"';

test("metrics are valid text, and count what happened", async () => {
  for (let n = 0; n < 3; n += 1) {
    const made = api.fresh();
    accepted(await worker.post("stored", made), made.id);
  }
  refused(await api.forge("stored"), 401, "no_matching_signature");
  const found = await until(async () => {
    const values = await metrics();
    const isThere = values[`countersign_delivered{${AT}}`] === 3 && values['countersign_refused_24h{source="stored",code="no_matching_signature"}'] === 1;
    return isThere && values;
  }, "the metrics");
  assert.equal(found['countersign_accepted_24h{source="stored",code="accepted"}'], 3);
  assert.equal(found[`countersign_pending{${AT}}`], 0);
  assert.equal(found[`countersign_attempt_duration_milliseconds_count{${AT}}`], 3);
  assert.equal(found[`countersign_attempt_duration_milliseconds_bucket{${AT},le="+Inf"}`], 3);
  const buckets = Object.entries(found).filter(([name]) => name.startsWith("countersign_attempt_duration_milliseconds_bucket")).map(([, count]) => count);
  assert.deepEqual(buckets, buckets.toSorted((one, other) => one - other), "buckets are cumulative");
});

test("an object that is started anew takes no counts from those of another", async () => {
  const taken = async () => {
    const found = Object.entries(await metrics()).filter(([name]) => name.startsWith('countersign_attempt_duration_milliseconds_count{source="sharded"'));
    return Object.fromEntries(found.map(([name, count]) => [/shard="(\d)"/.exec(name)?.[1], count]));
  };
  const before = await until(async () => {
    const made = api.fresh();
    accepted(await worker.post("sharded", made), made.id);
    const found = await taken();
    return found[0] > 0 && found[1] > 0 && found;
  }, "both shards to have delivered");
  await worker.evict("sharded/1");
  const after = await taken();
  assert.ok(after[0] >= before[0] && !(after[1] >= before[1]), JSON.stringify({ before, after }));
});

test("however many events there are, asking again reads no table of them", async () => {
  const known = (await api.read("sources")).sources.find(({ name }) => name === "stored").delivered;
  for (let n = 0; n < 40; n += 1) {
    const made = api.fresh();
    accepted(await worker.post("stored", made), made.id);
  }
  await until(async () => (await api.read("sources")).sources.find(({ name }) => name === "stored").delivered === known + 40, "them to be delivered");
  // An alarm that comes meanwhile reads for itself; there is not one each time.
  await until(async () => {
    const before = await worker.counts();
    await api.read("stored/stats");
    return (await worker.counts()).rowsRead - before.rowsRead < 20;
  }, "a look that reads few rows");
});

test("the age of the oldest pending event grows with the clock", async () => {
  api.loopback.at("stored").always(answer(500));
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  await until(async () => (await metrics())[`countersign_pending{${AT}}`] === 1, "a pending event");
  await worker.setClock(120);
  const age = (await metrics())[`countersign_oldest_pending_seconds{${AT}}`];
  assert.ok(age >= 120 && age < 180, `${age} s`);
  await worker.setClock(0);
});

test("a destination that is not configured any more has no age", async () => {
  const { forward, ...rest } = api.sources.stored;
  const to = (...names) => ({ ...api.sources, fanned: { ...rest, destinations: Object.fromEntries(names.map((name) => [name, { origin: api.loopback.at(`fanned-${name}`).url }])) } });
  const isOld = ([name]) => name.startsWith("countersign_oldest_pending_seconds") && name.includes('"fanned"');
  const ages = async () => Object.fromEntries(Object.entries(await metrics()).filter(isOld).map(([name, age]) => [/destination="(.*)"/.exec(name)[1], age]));
  await worker.restart({ sources: to("app", "audit") });
  api.loopback.at("fanned-audit").always(answer(500));
  const made = api.fresh();
  accepted(await worker.post("fanned", made), made.id);
  await worker.setClock(600);
  await until(async () => (await ages()).audit >= 600, "its age");
  await worker.restart({ sources: to("app") });
  await until(async () => (await api.read("fanned/stats")).destinations.audit.state === "orphaned", "it to be removed");
  assert.deepEqual(await ages(), { app: 0 });
  assert.equal((await metrics())['countersign_pending{source="fanned",destination="audit"}'], 1, "its event is there still");
  await worker.restart({ sources: api.sources });
  await worker.setClock(0);
});

test("health has faults with their fixes, key sets, capacity and short keys", async () => {
  const before = await api.read("health");
  assert.deepEqual(before.key_sets.map(({ source, state, keys }) => [source, state, keys]), [["keyed", "unused", 0]]);
  await worker.post("keyed", { ...api.fresh() });
  const { version, schema, faults, key_sets: [set], capacity, floor, problems } = await api.read("health");
  assert.ok(version && schema >= 4);
  assert.deepEqual([faults.length, faults[0].source, faults[0].key], [1, "faulty", "secrets"]);
  assert.deepEqual(floor, ["short"]);
  assert.deepEqual(problems, []);
  const { bytes, max_bytes: most, ids, ...where } = capacity.find(({ source }) => source === "stored");
  assert.deepEqual(where, { source: "stored", shard: 0 });
  assert.ok(bytes > 0 && bytes < most && ids === 44, `${bytes} of ${most}, ${ids} ids`);
  assert.equal(set.source, "keyed");
});

test("a log record's hash leads to its event, and its code to what it means", async () => {
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  const line = await worker.line(({ code, source, id_hash: hash }) => code === "accepted" && source === "stored" && hash === createHash("sha256").update(`stored\0${made.id}`).digest("hex"), "the event");
  assert.deepEqual(await api.read(`lookup?hash=${line.id_hash}`), { source: "stored", id: made.id });
  refused(await worker.get(`admin/lookup?hash=${"0".repeat(64)}`, VIEWER), 404, "not_found");
  for (const query of ["", "?hash=", "?hash=x", `?hash=${"g".repeat(64)}`, `?hash=${"0".repeat(65)}`]) refused(await worker.get(`admin/lookup${query}`, VIEWER), 400, "invalid_query");
  const code = await api.read("codes/no_matching_signature");
  assert.deepEqual([code.code, code.status], ["no_matching_signature", 401]);
  assert.ok(code.title && code.fix);
  refused(await worker.get("admin/codes/nothing", VIEWER), 404, "not_found");
  refused(await worker.get("admin/metrics"), 401, "unauthorized");
  assert.equal((await worker.get("admin/health", OPERATOR)).status, 200);
});

test("where Analytics Engine is bound, each outcome is a point", async () => {
  await worker.restart({ metrics: true });
  api.loopback.at("stored").always(answer(200));
  refused(await api.forge("passed"), 401, "no_matching_signature");
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  const of = (points, kind, source) => points.filter(({ indexes: [index], blobs: [of] }) => index === source && of === kind);
  const points = await until(async () => {
    const all = await worker.points();
    return of(all, "attempt", "stored").length > 0 && all;
  }, "the attempt's point");
  const [forged] = of(points, "delivery", "passed");
  assert.deepEqual([forged.blobs, forged.doubles[0]], [["delivery", "no_matching_signature", ""], 401]);
  assert.deepEqual(of(points, "delivery", "stored").map(({ blobs, doubles }) => [blobs, doubles[0], doubles[2]]), [[["delivery", "accepted", ""], 202, made.body.length]]);
  assert.deepEqual(of(points, "attempt", "stored").map(({ blobs, doubles }) => [blobs, doubles[0]]), [[["attempt", "delivered", "default"], 200]]);
});
