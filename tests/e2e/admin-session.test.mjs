// Sessions of the console: who signs in, what the cookie is good for, and what it is not.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { Worker, source } from "./fixtures/worker.mjs";
import { Loopback } from "./fixtures/loopback.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { refused } from "./fixtures/expect.mjs";
import { newSecret } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const ADMIN_TOKEN = "session-token-of-those-who-operate";
const ADMIN_READ_TOKEN = "session-token-of-those-who-look";
const EIGHT_HOURS = 8 * 3600;
const FROM_CONSOLE = [["sec-fetch-site", "same-origin"], ["x-countersign-console", "1"]];
const secret = newSecret();
const secrets = { SECRET: secret, ADMIN_TOKEN, ADMIN_READ_TOKEN };
let loopback, worker, sources;

before(async () => {
  loopback = await Loopback.start();
  sources = { stored: source(loopback.at("origin"), { durable: true }) };
  worker = await Worker.start({ build: "worker-test", sources, secrets });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const signIn = (token, headers = FROM_CONSOLE) => worker.post("admin/session", { headers, body: JSON.stringify({ token }) });
const bearer = (token) => [["authorization", `Bearer ${token}`]];
const withCookie = (value, more = []) => [["cookie", `__Host-countersign=${value}`], ...more];
const session = (headers) => worker.get("admin/session", headers);

/** The value of the cookie that a token gets. */
async function cookieOf(token) {
  const reply = await signIn(token);
  assert.equal(reply.status, 204, reply.text);
  const [, value, attributes] = /^__Host-countersign=([^;]+); (.*)$/.exec(reply.headers["set-cookie"][0]);
  assert.equal(attributes, "Path=/; Max-Age=28800; HttpOnly; Secure; SameSite=Strict");
  assert.equal(reply.headers["cache-control"], "no-store");
  return value;
}

test("whoever signs in has the role of the token, for eight hours", async () => {
  for (const [token, role] of [[ADMIN_TOKEN, "operator"], [ADMIN_READ_TOKEN, "viewer"]]) {
    const reply = await session(withCookie(await cookieOf(token)));
    assert.equal(reply.status, 200, reply.text);
    const { until, version, ...who } = reply.json;
    assert.deepEqual(who, { role, by: "token", name: null });
    assert.match(until, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Math.abs(Date.parse(until) / 1000 - worker.now() - EIGHT_HOURS) < 60 && version);
    assert.deepEqual((await session(bearer(token))).json, { role, by: "token", name: null, until: null, version });
  }
  assert.notEqual(await cookieOf(ADMIN_TOKEN), await cookieOf(ADMIN_TOKEN), "each session is another");
});

test("nobody else gets a session", async () => {
  for (const body of ["", "{}", "[]", "null", '"x"', '{"token":7}', '{"token":""}', '{"token":"wrong"}', `{"token":"${"x".repeat(1_000_000)}"}`, "\u0000"]) {
    const reply = await worker.post("admin/session", { headers: FROM_CONSOLE, body });
    refused(reply, 401, "unauthorized");
    assert.equal(reply.headers["set-cookie"], undefined);
  }
  refused(await signIn(ADMIN_TOKEN, [["sec-fetch-site", "cross-site"], ["x-countersign-console", "1"]]), 403, "forbidden");
  refused(await signIn(ADMIN_TOKEN, [["sec-fetch-site", "same-site"]]), 403, "forbidden");
});

test("a viewer looks and changes nothing, by token or by cookie", async () => {
  const cookie = await cookieOf(ADMIN_READ_TOKEN);
  for (const headers of [bearer(ADMIN_READ_TOKEN), withCookie(cookie, FROM_CONSOLE)]) {
    assert.equal((await worker.get("admin/stored/stats", headers)).status, 200);
    for (const path of ["pause", "resume", "replay?state=dead", "events/x/replay"]) {
      refused(await worker.post(`admin/stored/${path}`, { headers }), 403, "forbidden");
    }
    refused(await worker.post("admin/stored/events/x", { method: "DELETE", headers }), 403, "forbidden");
  }
  assert.equal((await worker.get("admin/stored/stats", bearer(ADMIN_TOKEN))).json.destinations.default.state, "open");
  const tried = () => worker.lines("admin", (line) => line.code === "forbidden").map(({ action, source }) => `${action} ${source}`);
  await until(() => tried().length === 10, "a record of each");
  assert.deepEqual([...new Set(tried())].sort(), ["forget stored", "pause stored", "replay stored", "resume stored"]);
  assert.deepEqual((await worker.get("admin/audit", bearer(ADMIN_TOKEN))).json.audit, [], "it could push out what was done");
});

test("a cookie changes something only for a page of the Worker's own", async () => {
  const cookie = await cookieOf(ADMIN_TOKEN);
  const pause = (more) => worker.post("admin/stored/pause", { headers: withCookie(cookie, more) });
  for (const more of [[], [["sec-fetch-site", "same-origin"]], [["x-countersign-console", "1"]], [["sec-fetch-site", "cross-site"], ["x-countersign-console", "1"]], [["sec-fetch-site", "same-site"], ["x-countersign-console", "1"]], [["sec-fetch-site", "none"], ["x-countersign-console", "1"]]]) {
    refused(await pause(more), 403, "forbidden");
  }
  assert.equal((await worker.get("admin/stored/stats", withCookie(cookie))).status, 200, "a look needs no header");
  assert.equal((await worker.post("admin/stored/stats", { method: "HEAD", headers: withCookie(cookie) })).status, 200);
  for (const method of ["PUT", "PATCH", "OPTIONS"]) refused(await worker.post("admin/stored/pause", { method, headers: withCookie(cookie) }), 405, "method_not_allowed");
  assert.equal((await pause(FROM_CONSOLE)).status, 200);
  assert.equal((await worker.post("admin/stored/resume", { headers: withCookie(cookie, FROM_CONSOLE) })).status, 200);
});

test("a cookie that is not exactly ours is none", async () => {
  // So many guesses are held back.
  await worker.hurryTimers(1000);
  const [operator, viewer] = [await cookieOf(ADMIN_TOKEN), await cookieOf(ADMIN_READ_TOKEN)];
  const [version, , end, random, mac] = viewer.split(".");
  const claim = `${version}.operator.${end}.${random}`;
  const macOf = (key) => createHmac("sha256", key).update(claim).digest("base64url");
  const forged = [
    "", "x", viewer.replace("viewer", "operator"), viewer.replace(end, String(Number(end) + 1)), `${viewer.slice(0, -1)}${viewer.endsWith("A") ? "B" : "A"}`,
    `${claim}.${mac}`, `${claim}.${macOf(ADMIN_TOKEN)}`, `${claim}.${macOf(ADMIN_READ_TOKEN)}`, `${claim}.`, claim, `${operator}.`, `${operator}=`,
    "a".repeat(7_000), `${"v1.".repeat(500)}x`,
  ];
  for (const value of forged) refused(await session(withCookie(value)), 401, "unauthorized");
  for (const cookie of [`__Host-countersign=${operator}; __Host-countersign=${viewer}`, `__Host-countersign=${operator}; __Host-countersign=${operator}`, `__host-countersign=${operator}`, `countersign=${operator}`]) {
    refused(await session([["cookie", cookie]]), 401, "unauthorized");
  }
  assert.equal((await session([["cookie", `a=b; __Host-countersign=${operator}; c="d"`]])).status, 200, "beside others");
  refused(await session([...withCookie(operator), ...bearer("wrong")]), 401, "unauthorized");
  await worker.hurryTimers();
});

test("a session ends after eight hours", async () => {
  const cookie = await cookieOf(ADMIN_TOKEN);
  await worker.setClock(EIGHT_HOURS - 60);
  assert.equal((await session(withCookie(cookie))).status, 200);
  await worker.setClock(EIGHT_HOURS + 1);
  refused(await session(withCookie(cookie)), 401, "unauthorized");
  await worker.setClock(0);
});

test("signing out removes the cookie, for a page of the Worker's own", async () => {
  const cookie = await cookieOf(ADMIN_TOKEN);
  const signOut = (headers) => worker.post("admin/session", { method: "DELETE", headers });
  const reply = await signOut(withCookie(cookie, FROM_CONSOLE));
  assert.deepEqual([reply.status, reply.headers["set-cookie"]], [204, ["__Host-countersign=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"]]);
  refused(await signOut([["sec-fetch-site", "cross-site"]]), 403, "forbidden");
});

test("a new token ends the sessions of the old one, and no others", async () => {
  const [operator, viewer] = [await cookieOf(ADMIN_TOKEN), await cookieOf(ADMIN_READ_TOKEN)];
  await worker.restart({ secrets: { ...secrets, ADMIN_TOKEN: randomBytes(24).toString("base64url") } });
  refused(await session(withCookie(operator)), 401, "unauthorized");
  assert.equal((await session(withCookie(viewer))).json.role, "viewer");
  await worker.restart({ secrets: { SECRET: secret, ADMIN_TOKEN } });
  refused(await session(withCookie(viewer)), 401, "unauthorized");
  await worker.restart({ secrets: { SECRET: secret, ADMIN_READ_TOKEN } });
  assert.equal((await session(bearer(ADMIN_READ_TOKEN))).json.role, "viewer", "alone, it opens /admin too");
  await worker.restart({ secrets });
});

test("guesses wait longer and longer, by address, and the right token never does", async () => {
  const from = (address) => ["cf-connecting-ip", address];
  const guess = (address) => session([...bearer(randomBytes(20).toString("hex")), from(address)]);
  const records = () => worker.lines("admin", (line) => line.code === "unauthorized");
  const before = records().length;
  // Timers of the test build show what is waited for without waiting.
  await worker.hurryTimers(1000);
  for (let n = 0; n < 60; n += 1) refused(await guess("192.0.2.1"), 401, "unauthorized");
  await worker.hurryTimers();
  await until(() => records().length > before, "a record");
  const held = guess("192.0.2.1");
  // One after the other: a guess that waits for nothing is answered before the last of them.
  const inTurn = async () => {
    const replies = [await guess("192.0.2.2")];
    while (replies.length < 5) replies.push(await session([...bearer(ADMIN_TOKEN), from("192.0.2.1")]));
    return replies;
  };
  const others = inTurn();
  const first = await Promise.race([held.then(() => "the guess"), others.then(() => "the others")]);
  assert.equal(first, "the others");
  assert.deepEqual((await others).map(({ status }) => status), [401, 200, 200, 200, 200]);
  await worker.hurryTimers(1000);
  await worker.setClock(30);
  await guess("192.0.2.1");
  await until(() => records().some((line) => line.guesses > 30), "a record of many");
  assert.ok(records().length - before < 20, `${records().length - before} records`);
  await worker.hurryTimers();
  refused(await held, 401, "unauthorized");
});

test("guesses at /healthz wait as well, and whoever guesses nothing does not", async () => {
  const from = ["cf-connecting-ip", "192.0.2.4"];
  const health = (...headers) => worker.get("healthz", [...headers, from]);
  const guess = () => health(...bearer(randomBytes(20).toString("hex")));
  const records = () => worker.lines("healthz", (line) => line.code === "unauthorized");
  await worker.hurryTimers(1000);
  for (let n = 0; n < 40; n += 1) assert.equal((await guess()).status, 200);
  await worker.hurryTimers();
  await until(() => records().length > 0, "a record");
  const held = guess();
  const others = Promise.all([health(), health(...bearer(ADMIN_TOKEN))]);
  assert.equal(await Promise.race([held.then(() => "the guess"), others.then(() => "the others")]), "the others");
  // What is guessed there counts at /admin.
  const elsewhere = session([...bearer("wrong"), from]);
  assert.equal(await Promise.race([elsewhere.then(() => "the guess"), health().then(() => "the other")]), "the other");
  assert.ok(records().length < 30, `${records().length} records`);
  assert.deepEqual([(await held).status, (await elsewhere).status], [200, 401]);
});

test("guesses at the console's form wait as well", async () => {
  const from = ["cf-connecting-ip", "192.0.2.3"];
  const guess = () => signIn(randomBytes(20).toString("hex"), [...FROM_CONSOLE, from]);
  await worker.hurryTimers(1000);
  for (let n = 0; n < 20; n += 1) refused(await guess(), 401, "unauthorized");
  await worker.hurryTimers();
  const held = guess();
  const right = signIn(ADMIN_TOKEN, [...FROM_CONSOLE, from]);
  assert.equal(await Promise.race([held.then(() => "the guess"), right.then(() => "the right token")]), "the right token");
  assert.equal((await right).status, 204);
  refused(await held, 401, "unauthorized");
});
