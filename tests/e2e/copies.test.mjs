// What no signature covers decides nothing (contract section 5). Somebody who has seen a delivery sends it again before the sender's own
// copy arrives, with other headers round the same signed bytes: the event still arrives as its sender meant it.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate } from "./fixtures/expect.mjs";
import { delivery, newBody, newSecret, signedBy, v1Bytes, withHeader } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const github = randomBytes(20).toString("hex");
const sign = signedBy(secret);
const key = Buffer.from(secret.replace("whsec_", ""), "base64");
const signBytes = (...content) => v1Bytes(key, ...content);
let loopback, worker;
let taken = 0;

before(async () => {
  loopback = await Loopback.start();
  const stored = Array.from({ length: 40 }, (_, n) => [`stored${n}`, source(loopback.at(`stored${n}`), { scheme: "svix", durable: true }, { timeout: "2s" })]);
  const grown = source(loopback.at("grown"), { durable: true }, { timeout: "2s" });
  const passed = source(loopback.at("passed"), { scheme: "svix", dedupe: "off" });
  worker = await Worker.start({
    build: "worker-test",
    sources: { ...Object.fromEntries(stored), passed, grown },
    secrets: { SECRET: secret, GITHUB: github, ADMIN_TOKEN },
    kv: false,
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

beforeEach(() => worker.stopClock(0));

function take(path = `stored${taken++}`) {
  return { path, origin: loopback.at(path), operator: new Operator(worker, path) };
}

const fresh = (options) => delivery(sign, { timestamp: worker.now(), ...options });
const renamed = (made, family) => ({ ...made, headers: made.headers.map(([name, value]) => [name.replace(/^(webhook|svix)-/, `${family}-`), value]) });
const signatures = (made) => made.headers.find(([name]) => name.endsWith("-signature"))[1];

/** Answers 400 to what it does not understand, as an application would. */
function understands(origin, made) {
  const expected = new Map(made.headers);
  const right = (request) => made.headers.every(([name]) => name.endsWith("-timestamp") || name.endsWith("-signature") || request.header(name) === expected.get(name))
    && made.headers.every(([name]) => request.header(name) !== undefined)
    && request.header("content-encoding") === expected.get("content-encoding")
    && request.header([...expected.keys()].find((name) => name.endsWith("-signature"))).split(" ").length === signatures(made).split(" ").length;
  origin.always((response, request) => answer(right(request) ? 200 : 400)(response, request));
  return right;
}

const attempts = (operator, count) =>
  until(() => worker.lines("attempt", (line) => line.source === operator.source && line.attempt === count)[0], `attempt ${count} to end`);

/** Each is what a replayer can make of a delivery without its signature's ceasing to match. */
const REPLAYS = {
  "another content-type": (made) => withHeader(made, "content-type", "text/html"),
  "no content-type": (made) => withHeader(made, "content-type"),
  "a content-type that no server takes": (made) => withHeader(made, "content-type", `x/${"y".repeat(60_000)}`),
  "signatures that are none": (made) => withHeader(made, "svix-signature", `${Array.from({ length: 500 }, (_, n) => `v1,${Buffer.alloc(32, n).toString("base64")}`).join(" ")} ${signatures(made)}`),
  "one signature of two": (made) => withHeader(made, "svix-signature", signatures(made).split(" ")[0]),
  "the other set of names": (made) => renamed(made, "webhook"),
};

for (const [what, replay] of Object.entries(REPLAYS)) {
  test(`durable: a first copy with ${what} does not keep the event from arriving`, async () => {
    const { path, origin, operator } = take();
    const two = (...content) => `${sign(...content)} ${signedBy(newSecret())(...content)}`;
    const genuine = renamed(delivery(two, { timestamp: worker.now() }), "svix");
    const right = understands(origin, genuine);
    const replayed = replay(genuine);
    accepted(await worker.post(path, replayed), genuine.id);
    await attempts(operator, 1);
    // The sender's own retry is stamped anew.
    const later = renamed(delivery(two, { id: genuine.id, body: genuine.body, timestamp: genuine.timestamp + 1 }), "svix");
    duplicate(await worker.post(path, later), genuine.id);
    await operator.untilNextAttempt(genuine.id);
    await operator.becomes(genuine.id, "delivered");
    assert.ok(right(origin.requests.at(-1)));
    assert.equal(origin.requests.at(-1).body.toString(), genuine.body);
    assert.equal(origin.requests.length, 2, "the copy had the next turn");
  });
}

test("durable: copies take turns, whichever came first", async () => {
  const { path, origin, operator } = take();
  origin.always(answer(500));
  const genuine = renamed(fresh(), "svix");
  accepted(await worker.post(path, genuine), genuine.id);
  await attempts(operator, 1);
  duplicate(await worker.post(path, withHeader(genuine, "content-type", "text/html")), genuine.id);
  for (let attempt = 2; attempt <= 5; attempt += 1) {
    await operator.untilNextAttempt(genuine.id);
    await attempts(operator, attempt);
  }
  const kinds = origin.requests.map((request) => request.header("content-type"));
  assert.deepEqual(kinds, ["application/json", "text/html", "application/json", "text/html", "application/json"]);
});

test("durable: at most four sets of headers are kept, and a flood of replays pushes out neither the first nor what was signed later", async () => {
  const { path, origin, operator } = take();
  origin.always(answer(500));
  const genuine = renamed(fresh({ timestamp: worker.now() - 10 }), "svix");
  const replays = async () => {
    for (let n = 0; n < 8; n += 1) duplicate(await worker.post(path, withHeader(genuine, "content-type", `text/${n}`)), genuine.id);
  };
  accepted(await worker.post(path, withHeader(genuine, "content-type", "text/first")), genuine.id);
  await attempts(operator, 1);
  await replays();
  duplicate(await worker.post(path, renamed(fresh({ id: genuine.id, body: genuine.body }), "svix")), genuine.id);
  await replays();
  for (let attempt = 2; attempt <= 6; attempt += 1) {
    await operator.untilNextAttempt(genuine.id);
    await attempts(operator, attempt);
  }
  const kinds = origin.requests.slice(1).map((request) => request.header("content-type"));
  assert.equal(new Set(kinds.slice(0, 4)).size, 4);
  assert.equal(kinds[4], kinds[0]);
  assert.ok(kinds.includes("application/json") && kinds.includes("text/first"), kinds.join());
  const stored = [...(await operator.rows("log", "length(headers) AS length")), ...(await operator.object("query", ["SELECT length(headers) AS length FROM kept"]))];
  assert.equal(stored.length, 2, "in the log, and where it waits");
  for (const { length } of stored) assert.ok(length < 8 * 1024, `${length} characters`);
});

test("durable: a copy that comes after the event died is what a replay sends", async () => {
  const { path, origin, operator } = take();
  const genuine = renamed(fresh(), "svix");
  understands(origin, genuine);
  accepted(await worker.post(path, withHeader(genuine, "content-type", "text/html")), genuine.id);
  await attempts(operator, 1);
  // Each step shorter than what makes the clock suspect.
  for (let hours = 5; hours <= 80; hours += 5) await operator.pass(5 * 3600);
  await operator.becomes(genuine.id, "dead");
  duplicate(await worker.post(path, renamed(fresh({ id: genuine.id, body: genuine.body }), "svix")), genuine.id);
  assert.equal((await operator.post(`events/${genuine.id}/replay`)).status, 200);
  await operator.becomes(genuine.id, "delivered");
});

test("durable: a copy that comes to another shard is noted where the event is", async () => {
  const { path, origin, operator } = take("grown");
  // Refused one by one: that says nothing of the destination.
  origin.always(answer(400));
  const all = [];
  for (let n = 0; n < 8; n += 1) {
    const made = fresh();
    accepted(await worker.post(path, withHeader(made, "content-type", "text/html")), made.id);
    all.push(made);
  }
  for (const { id } of all) assert.equal((await operator.failed(id)).last_status, 400);
  const grown = source(origin, { durable: true, shards: 6 }, { timeout: "2s" });
  await worker.restart({ sources: { grown } });
  for (const made of all) {
    understands(origin, made);
    duplicate(await worker.post(path, made), made.id);
  }
  origin.always((response, request) => answer(request.header("content-type") === "application/json" ? 200 : 400)(response, request));
  // One whose second attempt was before its copy came has that copy's turn later.
  let ahead = 0;
  await until(async () => {
    if ((await operator.stats()).delivered === 8) return true;
    await worker.setClock((ahead += 60));
    await operator.object("ring");
    return false;
  }, "all to be delivered");
});

const TEXT = newBody();
/** Bodies in each coding, and whether it can be seen of them. */
const CODED = { gzip: gzipSync(TEXT), "x-gzip": gzipSync(TEXT), deflate: deflateSync(TEXT), zstd: zstdCompressSync(TEXT) };

/** What the origin gets as `content-encoding`, of a delivery that says it is `coding`. */
async function arrives({ path, origin, operator }, coding, body) {
  const made = delivery(signBytes, { timestamp: worker.now(), body: Buffer.from(body), extra: [["content-encoding", coding]] });
  const before = origin.requests.length;
  const reply = await worker.post(path, made);
  if (operator === undefined) delivered(reply, made.id);
  else accepted(reply, made.id);
  const request = (await origin.arrivals(before + 1)).at(-1);
  assert.deepEqual(request.body, made.body);
  return request.header("content-encoding");
}

for (const [how, all] of [["durable", () => take("coded")], ["passed", () => ({ path: "passed", origin: loopback.at("passed") })]]) {
  test(`${how}: a content coding goes on if the body begins as it does, and not otherwise`, async () => {
    if (how === "durable") await worker.restart({ sources: { coded: source(loopback.at("coded"), { durable: true }), passed: source(loopback.at("passed"), { dedupe: "off" }) } });
    for (const [coding, body] of Object.entries(CODED)) {
      assert.equal(await arrives(all(), coding, body), coding);
      assert.equal(await arrives(all(), coding.toUpperCase(), body), coding.toUpperCase());
      // Large bodies never enter Wasm.
      assert.equal(await arrives(all(), coding, Buffer.concat([body, Buffer.alloc(20_000)])), coding);
      for (const other of [TEXT, body.subarray(0, 1), Buffer.alloc(20_000, "x"), ""]) assert.equal(await arrives(all(), coding, other), undefined, `${coding} ${other.length}`);
    }
    // Nothing can be seen of these.
    for (const coding of ["br", "identity", "gzip, gzip", "x-odd", "constructor", "__proto__"]) {
      for (const body of [TEXT, gzipSync(TEXT), brotliCompressSync(TEXT)]) assert.equal(await arrives(all(), coding, body), undefined, coding);
    }
  });
}

test("passed through: whatever a first copy was refused for, the sender's own arrives", async () => {
  await worker.restart({ sources: { passed: source(loopback.at("passed"), { scheme: "svix", dedupe: "off" }) } });
  const origin = loopback.at("passed");
  for (const replay of [...Object.values(REPLAYS), (made) => ({ ...made, headers: [...made.headers, ["content-encoding", "gzip"]] })]) {
    const genuine = renamed(fresh(), "svix");
    const right = understands(origin, genuine);
    const first = await worker.post("passed", replay(genuine));
    assert.ok([200, 502].includes(first.status), first.text);
    delivered(await worker.post("passed", genuine), genuine.id);
    assert.ok(right(origin.requests.at(-1)));
  }
});

const hooked = (event, body) => ({ headers: [["content-type", "application/json"], ["x-github-event", event], ["x-hub-signature-256", `sha256=${createHmac("sha256", github).update(body).digest("hex")}`]], body });

test("durable: a first copy with another type in a header, which nothing signs, does not keep the event from arriving", async () => {
  const origin = loopback.at("typed");
  await worker.restart({ sources: { typed: source(origin, { scheme: "github", secrets: ["GITHUB"], durable: true }, { timeout: "2s" }) } });
  await worker.stopClock();
  const operator = new Operator(worker, "typed");
  origin.always((response, request) => answer(request.header("x-github-event") === "push" ? 200 : 400)(response, request));
  const body = newBody();
  const { id } = (await worker.post("typed", hooked("ping", body))).json;
  await attempts(operator, 1);
  duplicate(await worker.post("typed", hooked("push", body)), id);
  await operator.untilNextAttempt(id);
  await operator.becomes(id, "delivered");
  assert.deepEqual(origin.requests.map((request) => request.header("x-github-event")), ["ping", "push"]);
});

test("durable: nor does it keep the event from the destinations of the type that the sender means, and it goes there with that type", async () => {
  const [pushes, issues] = [loopback.at("pushes"), loopback.at("issues")];
  const to = (origin, ...type) => ({ origin: origin.url, timeout: "2s", when: { type } });
  const { forward, ...common } = source(pushes, { scheme: "github", secrets: ["GITHUB"], durable: true });
  await worker.restart({ sources: { sorted: { ...common, destinations: { pushes: to(pushes, "push"), issues: to(issues, "issue*") } } } });
  const operator = new Operator(worker, "sorted");
  const body = newBody();
  const { id } = (await worker.post("sorted", hooked("ping", body))).json;
  assert.equal((await operator.event(id)).destinations.pushes.state, "filtered");
  duplicate(await worker.post("sorted", hooked("push", body)), id);
  await until(async () => (await operator.event(id)).destinations.pushes.state === "delivered", "the event at its destination");
  assert.deepEqual(pushes.requests.map((request) => [request.header("x-github-event"), request.body.toString()]), [["push", body]]);
  // Copies of what was delivered change nothing.
  for (const event of ["push", "ping", "push"]) duplicate(await worker.post("sorted", hooked(event, body)), id);
  const { destinations } = await operator.event(id);
  assert.deepEqual([destinations.pushes.state, destinations.issues.state, pushes.requests.length, issues.requests.length], ["delivered", "filtered", 1, 0]);
});
