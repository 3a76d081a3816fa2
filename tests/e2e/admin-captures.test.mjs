// Captures: an operator has the next refused deliveries of a source kept whole, and explained. It ends by itself, nobody who sends can make
// it keep more, and no secret is in what it shows.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { isCaptured, learn, spend } from "../../crates/worker/js/captures.js";
import { ConsoleApi, OPERATOR, VIEWER } from "./fixtures/console-api.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { newEd25519, newSecret, signedBy, signedByKey, delivery } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTE = 60;
const DAY = 24 * 3600;
const TOKEN = "url-token-of-the-source-in-tests";
const key = newEd25519();
const rotating = [newSecret(), newSecret()];
let api, worker;

before(async () => {
  api = await ConsoleApi.start({
    haste: 100,
    sources: (loopback) => ({
      tokened: { scheme: "twilio", secrets: ["TWILIO"], url_token: "TOKEN", public_url: `https://hooks.example.com/tokened/${TOKEN}`, forward: { origin: loopback.at("tokened").url } },
      shared: { scheme: "gitlab-token", secrets: ["TWILIO"], forward: { origin: loopback.at("shared").url } },
      rotating: { scheme: "standard-webhooks", secrets: ["ROTATING"], forward: { origin: loopback.at("rotating").url } },
      keyed: { scheme: "standard-webhooks", jwks: loopback.at("keys").url, forward: { origin: loopback.at("keyed").url } },
    }),
    secrets: { TWILIO: "0123456789abcdef0123456789abcdef", TOKEN, ROTATING: rotating.join("\n") },
    variables: { ADMIN: { bodies: true } },
  });
  ({ worker } = api);
  api.loopback.at("keys").always(serving([key.jwk]));
});

after(() => api?.close());

const captures = (source = "stored", who = VIEWER) => api.read(`${source}/captures`, who);
const start = async (source = "stored") => (await api.act(`${source}/capture`)).json.capturing;
const holds = (count, source) => until(async () => (await captures(source)).captures.length === count, `${count} captures`);

test("nothing is kept until an operator asks, and a viewer cannot", async () => {
  await api.forge("stored");
  assert.deepEqual(await captures(), { capturing: null, captures: [] });
  refused(await api.act("stored/capture", { who: VIEWER }), 403, "forbidden");
  refused(await api.act("nowhere/capture"), 404, "not_found");
  assert.deepEqual(await api.query("SELECT * FROM captured"), []);
});

test("a refused delivery is kept whole, and a viewer sees it redacted and without its body", async () => {
  const { left, until: end } = await start();
  assert.equal(left, 20);
  assert.ok(Math.abs(Date.parse(end) / 1000 - worker.now() - 15 * MINUTE) < 60);
  // A sender that was given a token of another scheme, and a proxy that was given one of its own.
  const credentials = [["authorization", "Bearer of-the-sender"], ["x-gitlab-token", "of-the-sender"], ["cf-access-client-secret", "of-the-sender"], ["x-original-url", "/stored/of-the-sender"]];
  const made = api.fresh({ extra: [...credentials, ["x-note", "a note"]] });
  refused(await worker.post("stored", { ...made, body: `${made.body} ` }), 401, "no_matching_signature");
  const other = api.fresh();
  accepted(await worker.post("stored", other), other.id);
  await holds(1);
  const { capturing, captures: [seen] } = await captures();
  assert.equal(capturing.left, 19);
  assert.deepEqual([seen.code, seen.status, seen.method, seen.bytes], ["no_matching_signature", 401, "POST", made.body.length + 1]);
  assert.ok(seen.reason && !("body" in seen) && !("url" in seen));
  const headers = Object.fromEntries(seen.headers);
  for (const [name] of credentials) assert.equal(headers[name], "[redacted]", name);
  assert.equal(headers["x-note"], "a note");
  const signature = made.headers.find(([name]) => name === "webhook-signature")[1];
  assert.ok(!JSON.stringify(seen).includes(signature) && !JSON.stringify(seen).includes("of-the-sender"));
  refused(await worker.get(`admin/stored/captures/${seen.id}`, VIEWER), 403, "forbidden");
  refused(await worker.get(`admin/stored/captures/${seen.id}/explain`, VIEWER), 403, "forbidden");
  const whole = await api.read(`stored/captures/${seen.id}`, OPERATOR);
  assert.equal(Buffer.from(whole.body, "base64").toString(), `${made.body} `);
  assert.deepEqual([Object.fromEntries(whole.headers)["webhook-signature"], Object.fromEntries(whole.headers).authorization], [signature, "Bearer of-the-sender"]);
  refused(await worker.get(`admin/passed/captures/${seen.id}`, OPERATOR), 404, "not_found");
  refused(await worker.get("admin/stored/captures/999999", OPERATOR), 404, "not_found");
});

test("during a rotation, it is explained with each key of the secret", async () => {
  await start("rotating");
  const made = delivery(signedBy(rotating[1]), { timestamp: worker.now() });
  refused(await worker.post("rotating", { ...made, body: `${made.body} ` }), 401, "no_matching_signature");
  await holds(1, "rotating");
  const { captures: [{ id }] } = await captures("rotating");
  const { report } = await api.read(`rotating/captures/${id}/explain`, OPERATOR);
  assert.equal(report.verdict.code, "near_miss", JSON.stringify(report.verdict));
  for (const secret of rotating) assert.ok(!JSON.stringify(report).includes(secret.slice(6)));
});

test("it is explained with the source's own keys, and no secret is in the report", async () => {
  const { captures: [{ id }] } = await captures();
  const { report } = await api.read(`stored/captures/${id}/explain`, OPERATOR);
  assert.deepEqual([report.ok, report.code, report.verdict.code], [false, "no_matching_signature", "near_miss"]);
  assert.ok(report.nearMisses.length > 0 && report.steps.length > 0 && report.comparisons.length > 0);
  assert.ok(report.comparisons.every((comparison) => !("expected" in comparison)));
  const text = JSON.stringify(report);
  for (const word of [api.secret, api.secret.slice(6)]) assert.ok(!text.includes(word));
  const made = api.fresh();
  const right = `${made.headers.find(([name]) => name === "webhook-signature")[1]}`;
  assert.ok(!text.includes(right));
});

test("so is one that a key set verifies, and one whose URL holds a token", async () => {
  // A key set is fetched.
  await worker.hurryTimers();
  await start("keyed");
  const other = newEd25519();
  refused(await worker.post("keyed", delivery(signedByKey(other.privateKey), { timestamp: worker.now() })), 401, "no_matching_signature");
  await holds(1, "keyed");
  const [{ id }] = (await captures("keyed")).captures;
  const { report } = await api.read(`keyed/captures/${id}/explain`, OPERATOR);
  assert.deepEqual([report.code, report.keys.length, report.keys[0].usable], ["no_matching_signature", 1, true]);
  const asked = api.loopback.at("keys").requests.map((request) => request.header("user-agent"));
  assert.ok(asked.length > 1 && asked.every((name) => /^countersign\/\d+\.\d+\.\d+/.test(name)), `as other requests name the Worker, not ${asked}`);
  await worker.hurryTimers(100);
  await start("tokened");
  refused(await worker.post(`tokened/${TOKEN}`, { headers: [["x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="], ["content-type", "application/x-www-form-urlencoded"]], body: "a=1" }), 401, "no_matching_signature");
  await holds(1, "tokened");
  const [seen] = (await captures("tokened")).captures;
  const whole = await api.read(`tokened/captures/${seen.id}`, OPERATOR);
  const explained = await api.read(`tokened/captures/${seen.id}/explain`, OPERATOR);
  assert.equal(explained.report.code, "no_matching_signature");
  for (const shown of [seen, whole, explained]) assert.ok(!JSON.stringify(shown).includes(TOKEN) && !JSON.stringify(shown).includes("0123456789abcdef0123456789abcdef"));
});

test("the token that a sender has, and the source has not, is in no report", async () => {
  await start("shared");
  refused(await worker.post("shared", { headers: [["x-gitlab-token", "glpat-of-the-sender-alone"]], body: "{}" }), 401, "no_matching_signature");
  await holds(1, "shared");
  const [seen] = (await captures("shared")).captures;
  const { report } = await api.read(`shared/captures/${seen.id}/explain`, OPERATOR);
  assert.deepEqual([report.code, report.comparisons[0].received], ["no_matching_signature", "[secret]"]);
  for (const shown of [seen, report]) assert.ok(!JSON.stringify(shown).includes("of-the-sender"));
});

test("it ends after twenty, however many come at once", async () => {
  await start("passed");
  await Promise.all(Array.from({ length: 60 }, () => api.forge("passed")));
  await holds(20, "passed");
  await until(async () => (await captures("passed")).capturing === null, "the end");
  await api.forge("passed");
  assert.equal((await captures("passed")).captures.length, 20);
});

test("it ends at two megabytes, and after 15 minutes, and when an operator stops it", async () => {
  const [before] = await api.query("SELECT count(*) AS count FROM captured WHERE source = 'passed'");
  await start("passed");
  const large = "x".repeat(900_000);
  for (let n = 0; n < 4; n += 1) refused(await worker.post("passed", { ...api.fresh(), body: large }), 401, "no_matching_signature");
  await until(async () => (await captures("passed")).capturing?.left === 18, "two of them");
  const [after] = await api.query("SELECT count(*) AS count FROM captured WHERE source = 'passed'");
  assert.equal(after.count - before.count, 2);
  await start("passed");
  await worker.setClock(15 * MINUTE + 1);
  await api.forge("passed");
  assert.equal((await captures("passed")).capturing, null);
  await start("passed");
  assert.deepEqual((await api.act("passed/capture", { method: "DELETE" })).json, { capturing: null });
  await api.forge("passed");
  await worker.setClock(15 * MINUTE + 60);
  assert.equal((await captures("passed")).captures.length, after.count);
  await worker.setClock(0);
});

test("captures are gone after a day", async () => {
  assert.ok((await captures("passed")).captures.length > 0);
  await worker.setClock(DAY + MINUTE * 20);
  assert.deepEqual((await captures("passed")).captures, []);
  assert.deepEqual(await api.query("SELECT id FROM captured"), []);
  await worker.setClock(0);
});

test("another isolate learns of a capture with its next counts", async () => {
  await api.ledger("ledger", ["capture", "stored", true]);
  // No request to /admin tells this isolate: two refusals, of which the second is after the counts were written.
  await until(async () => {
    await api.forge("stored");
    return (await api.query("SELECT count(*) AS count FROM captured"))[0].count > 0;
  }, "a capture");
});

test("bodies are shown where the configuration says so, and reports everywhere, without what is signed of a body", async () => {
  await worker.hurryTimers(100);
  await start("tokened");
  refused(await worker.post(`tokened/${TOKEN}`, { headers: [["x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="], ["content-type", "application/x-www-form-urlencoded"]], body: "Body=private" }), 401, "no_matching_signature");
  await holds(1, "tokened");
  const [{ id: form }] = (await captures("tokened")).captures;
  const explained = async () => (await worker.get(`admin/tokened/captures/${form}/explain`, OPERATOR)).text;
  assert.match(await explained(), /private/);
  const [{ id }] = (await captures()).captures;
  await worker.restart({ variables: {} });
  assert.match(await explained(), /"part":"derived"/);
  assert.doesNotMatch(await explained(), /private/);
  refused(await worker.get(`admin/stored/captures/${id}`, OPERATOR), 403, "bodies_hidden");
  assert.equal((await worker.get(`admin/stored/captures/${id}/explain`, OPERATOR)).status, 200);
});

test("a body that hurts nobody: of another secret, and none at all", async () => {
  await worker.restart({ variables: { ADMIN: { bodies: true } } });
  await worker.hurryTimers(100);
  await start("passed");
  const other = newSecret();
  const hostile = '<img src=x onerror=alert(1)>\u202e\u0000"\\';
  refused(await worker.post("passed", delivery(signedBy(other), { timestamp: worker.now(), body: hostile })), 401, "no_matching_signature");
  refused(await worker.post("passed", { headers: [["x-name", "\"'<>&"]] }), 400, "missing_header");
  await holds(2, "passed");
  const [empty, full] = (await captures("passed")).captures;
  assert.deepEqual([empty.bytes, empty.code], [0, "missing_header"]);
  assert.equal(Buffer.from((await api.read(`passed/captures/${full.id}`, OPERATOR)).body, "base64").toString(), hostile);
  for (const { id } of [empty, full]) assert.equal((await api.read(`passed/captures/${id}/explain`, OPERATOR)).report.ok, false);
});

test("what a capture has no room for is not sent to the ledger", () => {
  const started = { left: 20, bytes: 2_000_000, until: Date.now() + MINUTE * 1000 };
  learn(JSON.stringify({ one: started, two: started }));
  assert.equal(spend("one", 8_000_000), false, "larger than a capture may be");
  assert.deepEqual([spend("one", 1_500_000), spend("one", 600_000), spend("one", 400_000)], [true, false, true]);
  assert.equal(Array.from({ length: 60 }, () => spend("two", 1)).filter(Boolean).length, 20);
  assert.deepEqual([isCaptured("one"), isCaptured("two"), isCaptured("three"), spend("three", 1)], [true, false, false, false]);
});
