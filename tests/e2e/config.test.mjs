// Faults of configuration (contract section 2): each makes its own source answer 500 `config_invalid`, is named by
// /healthz and by the log, and leaves the other sources alone. And what /healthz says.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { delivery, newEd25519, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const publicKey = newEd25519();
const SPKI = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(publicKey.jwk.x, "base64url")]).toString("base64");
/** Values that nobody meant, each of which is a fault of the source that names it. */
const UNMEANT = {
  WORDS: "change me please",
  WORD: "whsec_test",
  WITH_LABEL: `${newSecret()}\nCopy`,
  WITH_LONG_LABEL: `${newSecret()}\nCopySecretToClipboardNow`,
  WITH_WORD_BETWEEN: `${newSecret()} old ${newSecret()}`,
  FIFTEEN: newSecret(15),
  ONE_SHORT: `${newSecret()} ${newSecret(8)}`,
  SPKI,
  SPKI_PREFIXED: `whsec_${SPKI}`,
  PEM: `-----BEGIN PUBLIC KEY-----\n${SPKI}\n-----END PUBLIC KEY-----\n`,
  SAMPLE: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  SAMPLE_BARE: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  SAMPLE_UNPADDED: "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c",
  ENDPOINT_ID: "we_1NxyzABCDEFghijk",
  API_KEY: "sk_live_51NxyzABCDEFghijk",
  ASSIGNMENT: `WEBHOOK_SECRET=${newSecret()}`,
  TWICE: `whsec_${newSecret()}`,
  INVISIBLE: `${newSecret()}\u200b`,
  BOM: `\ufeff${newSecret()}`,
  NO_BREAK_SPACE: `${newSecret()}\u00a0`,
  ESCAPED: `${newSecret()}\\n`,
};
/** Tokens that no request can carry, or that can be guessed. */
const UNCARRIED = ["x", "..", "123456789012345678901", "a/".repeat(20), "a?".repeat(20), "a#".repeat(20), "a%41".repeat(10), "a b ".repeat(10), "a\u200b".repeat(20), "a\u00a0".repeat(20), "${GEMINI_JOBS_TOKEN}", "<a-long-random-token-here>"];
const SECRETS = {
  SECRET: secret,
  ...UNMEANT,
  ...Object.fromEntries(UNCARRIED.map((token, index) => [`UNCARRIED_${index}`, token])),
  PUBLIC_KEY: publicKey.whpk,
  PUBLIC_KEY_SHARED: publicKey.whpk.replace("whpk_", "whsec_"),
  TOKEN: "url-token-of-the-tests",
  ADMIN_TOKEN: "admin-token-of-the-tests",
  EMPTY: "",
  BLANK: " \n ",
  NOT_BASE64: "whsec_not*base64*at*all",
  PRIVATE: `whsk_${Buffer.alloc(64, 7).toString("base64")}`,
  WEAK: "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
};
const ORIGIN = "http://127.0.0.1:9/";
const std = (more = {}, forward = {}) => ({ scheme: "standard-webhooks", secrets: ["SECRET"], forward: { origin: ORIGIN, ...forward }, ...more });
const dynamic = (more = {}) => ({ scheme: "gemini-dynamic", url_token: "TOKEN", forward: { origin: ORIGIN }, ...more });

/** Each fault is `[the key that the log has to name, the source]`. An undefined value leaves the key out. */
const FAULTS = {
  "an unknown key": ["colour", std({ colour: "red" })],
  "an unknown key under forward": ["colour", std({}, { colour: "red" })],
  "no scheme": ["scheme", std({ scheme: undefined })],
  "an unknown scheme": ["scheme", std({ scheme: "carrier-pigeon" })],
  "no keys at all": ["secrets", std({ secrets: undefined })],
  "an empty list of secrets": ["secrets", std({ secrets: [] })],
  "secrets that are no list": ["secrets", std({ secrets: "SECRET" })],
  "a secret that is not there": ["secrets", std({ secrets: ["SECRET", "NOT_THERE"] })],
  "an empty secret": ["secrets", std({ secrets: ["EMPTY"] })],
  "a blank secret": ["secrets", std({ secrets: ["BLANK"] })],
  "a secret that is not base64": ["secrets", std({ secrets: ["SECRET", "NOT_BASE64"] })],
  "a private key as secret": ["secrets", std({ secrets: ["PRIVATE"] })],
  "a weak public key": ["secrets", std({ secrets: ["WEAK"] })],
  "a duration without a unit": ["tolerance", std({ tolerance: "300" })],
  "a duration in words": ["tolerance", std({ tolerance: "five minutes" })],
  "a negative duration": ["tolerance", std({ tolerance: "-5m" })],
  "a size that is none": ["max_body", std({ max_body: "1 potato" })],
  "dedupe under a minute": ["dedupe", std({ dedupe: "59s" })],
  "a timeout that is no duration": ["timeout", std({}, { timeout: "soon" })],
  "no destination": ["forward", std({ forward: {} })],
  "no forward": ["forward", std({ forward: undefined })],
  "two destinations": ["forward", std({}, { service: "SERVICE" })],
  "an origin that is no URL": ["origin", std({}, { origin: "app.example.com" })],
  "a service that is not bound": ["service", std({}, { origin: undefined, service: "NOWHERE" })],
  "a Durable Object that is not bound": ["durable_object", std({}, { origin: undefined, durable_object: "NOWHERE" })],
  "the inbox as destination": ["INBOX", std({}, { origin: undefined, durable_object: "INBOX" })],
  "a name where there is no Durable Object": ["name", std({}, { name: "{id}" })],
  "an unknown placeholder": ["name", std({}, { origin: undefined, durable_object: "MAILBOX", name: "{colour}" })],
  "a signing secret that is not there": ["sign_with", std({}, { sign_with: "NOT_THERE" })],
  "a URL token that is not there": ["url_token", std({ url_token: "NOT_THERE" })],
  "an empty URL token": ["url_token", std({ url_token: "EMPTY" })],
  "gemini-dynamic without a URL token": ["url_token", dynamic({ url_token: undefined })],
  "key sets over plain http": ["jwks", dynamic({ jwks: "http://keys.example.com/jwks.json" })],
  "a host that only looks like loopback": ["jwks", dynamic({ jwks: "http://127.0.0.1.example.com/jwks.json" })],
  "key sets from no URL": ["jwks", dynamic({ jwks: "keys" })],
  "jwt without an audience": ["audience", dynamic({ accept: ["v1a", "jwt"] })],
  "jwt for another scheme": ["accept", std({ accept: ["v1", "jwt"], audience: "a" })],
  "static and dynamic at once": ["accept", dynamic({ accept: ["v1", "v1a"], secrets: ["SECRET"] })],
  "gemini with v1a": ["accept", std({ scheme: "gemini", accept: ["v1a"] })],
  "a key set for v1 alone": ["secrets", std({ secrets: undefined, jwks: "https://keys.example.com/jwks.json", accept: ["v1"] })],
  "an unknown form": ["accept", std({ accept: ["v2"] })],
  "an empty accept": ["accept", std({ accept: [] })],
  "no shards": ["shards", std({ shards: 0 })],
  "too many shards": ["shards", std({ shards: 65 })],
  "too much concurrency": ["concurrency", std({}, { concurrency: 7 })],
  "a source that is no table": ["broken", "yes"],
  "shards without an inbox": ["shards", std({ shards: 2 })],
  "retries without an inbox": ["give_up_after", std({}, { give_up_after: "1h" })],
  "dedupe under twice the tolerance": ["dedupe", std({ tolerance: "31s", dedupe: "61s" })],
  "Google's key set under another name": ["url_token", std({ secrets: undefined, jwks: "https://generativelanguage.googleapis.com/.well-known/jwks.json?x" })],
  "a misspelt key": ["did you mean `origin`?", std({}, { origin: undefined, orgin: ORIGIN })],
  "no dedupe in an inbox": ["dedupe", std({ durable: true, dedupe: "off" })],
  ...Object.fromEntries(Object.keys(UNMEANT).map((name) => [`${name} for a secret`, ["secrets", std({ secrets: [name] })]])),
  ...Object.fromEntries(Object.keys(UNMEANT).map((name) => [`${name} to sign with`, ["sign_with", std({}, { sign_with: name })]])),
  ...Object.fromEntries(UNCARRIED.map((token, index) => [`${JSON.stringify(token)} for a URL token`, ["url_token", std({ url_token: `UNCARRIED_${index}` })]])),
  "a public key that is known, for a secret": ["secrets", std({ secrets: ["PUBLIC_KEY", "PUBLIC_KEY_SHARED"] })],
  "words, with short keys allowed": ["secrets", std({ secrets: ["WORDS"], allow_short_keys: true })],
  "a sample, with short keys allowed": ["secrets", std({ secrets: ["SAMPLE"], allow_short_keys: true })],
  "a public key, with short keys allowed": ["secrets", std({ secrets: ["SPKI"], allow_short_keys: true })],
  "short keys allowed by a text": ["allow_short_keys", std({ allow_short_keys: "true" })],
  "any key, by a key that is none": ["takes_any_key", std({ takes_any_key: true })],
  "a body that no row holds": ["max_body", std({ durable: true, max_body: "2MiB" })],
};

let loopback;
let worker;
const names = Object.fromEntries(Object.keys(FAULTS).map((what, index) => [what, `fault-${index}`]));

/** All faults, and one source that is right, in as many Workers as their sizes ask for. */
function configurations(size) {
  const entries = Object.entries(FAULTS);
  const batches = [];
  for (let i = 0; i < entries.length; i += size) batches.push(entries.slice(i, i + size));
  return batches;
}

const withFaults = (batch) => ({
  good: std({}, { origin: loopback.at("origin").url }),
  ...Object.fromEntries(batch.map(([what, [, wrong]]) => [names[what], wrong])),
});

before(async () => {
  loopback = await Loopback.start();
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

for (const [number, batch] of configurations(24).entries()) {
  test(`a Worker with faults, part ${number + 1}`, async (t) => {
    const sources = withFaults(batch);
    if (worker) await worker.restart({ sources });
    else worker = await Worker.start({ sources, secrets: SECRETS, destinations: true });
    const health = await worker.get("healthz");

    for (const [what, [key]] of batch) {
      await t.test(`${what} is found, and the log says where`, async () => {
        const path = names[what];
        const token = FAULTS[what][1].url_token === "TOKEN" ? "/url-token-of-the-tests" : "";
        refused(await worker.post(path + token, delivery(sign)), 500, "config_invalid");
        assert.ok(health.text.includes(`"${path}"`), `/healthz does not name ${path}: ${health.text}`);
        const says = ({ message }) => message.includes(path) && message.includes(key === "broken" ? path : key);
        await until(() => worker.logs().some(says), `a log line that names ${path} and ${key}`, 2000);
      });
    }

    await t.test("the other sources keep working", async () => {
      const made = delivery(sign);
      delivered(await worker.post("good", made), made.id);
    });

    await t.test("/healthz names the sources to everybody, and what is wrong to the operator", async () => {
      const publicly = Object.fromEntries(batch.map(([what]) => [names[what], []]));
      assert.deepEqual(health.json.faults, publicly);
      const wrong = await worker.get("healthz", [["authorization", "Bearer wrong"]]);
      assert.deepEqual(wrong.json, health.json);
      await until(() => worker.lines("healthz", (line) => line.code === "unauthorized").length > 0, "a log record of the guess", 2000);
      const told = await worker.get("healthz", [["authorization", `Bearer ${SECRETS.ADMIN_TOKEN}`]]);
      assert.equal(told.status, 503);
      for (const [what, [key]] of batch) {
        if (key !== "broken") assert.ok(told.json.faults[names[what]].join().includes(key), `${what}: ${told.text}`);
      }
    });

    await t.test("/healthz says 503 and names the sources, and no values", async () => {
      assert.equal(health.status, 503);
      assert.ok(!health.text.includes('"good"'), health.text);
      for (const value of [...Object.values(SECRETS).filter((v) => v.trim().length > 12), ORIGIN, "keys.example.com"]) assert.ok(!health.text.includes(value));
    });
  });
}

test("no value is repeated, wherever it stands, in a response or in the log", async () => {
  const pasted = () => `${randomBytes(12).toString("hex").toUpperCase()}0A`;
  const values = [];
  const value = () => values[values.push(pasted()) - 1];
  const whole = std({ jwks: "https://a.example/", url_token: "TOKEN", audience: "a", issuer: "b", tolerance: "5m", max_body: "1KiB", dedupe: "72h", durable: true, shards: 1, keep: "1h", accept: ["v1"] });
  const wrong = [
    ...Object.keys(whole).map((key) => ({ ...whole, [key]: value() })),
    ...["origin", "service", "durable_object", "name", "sign_with", "timeout", "give_up_after", "concurrency"].map((key) => std({}, { origin: undefined, [key]: value() })),
    std({ secrets: [value(), value()] }), std({ accept: [value()] }), std({ [value()]: 1 }), std({}, { [value()]: 1 }), value(),
  ];
  const sources = { good: std({}, { origin: loopback.at("origin").url }), [`${value()}_`]: std(), ...Object.fromEntries(wrong.map((one, n) => [`wrong-${n}`, one])) };
  await worker.restart({ sources, secrets: SECRETS });
  const authorization = [["authorization", `Bearer ${SECRETS.ADMIN_TOKEN}`]];
  const replies = [await worker.get("healthz"), await worker.get("healthz", authorization)];
  for (const name of Object.keys(sources).filter((name) => name.startsWith("wrong"))) replies.push(await worker.post(name, delivery(sign)));
  // `audience` and `issuer` may be anything.
  assert.equal(Object.keys(replies[1].json.faults).length, wrong.length + 1 - 2, "all others are at fault");
  const [last] = Object.keys(replies[1].json.faults).slice(-1);
  await until(() => worker.lines("config", (line) => line.source === last).length, "the last log record", 2000);
  const said = [...replies.map(({ text }) => text), ...worker.logs().map(({ message }) => message)].join("\n");
  for (const one of values) assert.ok(!said.includes(one), `a value is repeated: ${said.split("\n").find((line) => line.includes(one))}`);
});

test("names that cannot be sources are found", async () => {
  const bad = ["UPPER", "-dash", "with_underscore", "a".repeat(65), "admin", "console", "healthz", "dotted.name"];
  await worker.restart({ sources: { ...Object.fromEntries(bad.map((name) => [name, std()])), good: std({}, { origin: loopback.at("origin").url }), ["a".repeat(64)]: std() } });
  const health = await worker.get("healthz");
  assert.equal(health.status, 503);
  for (const name of bad) {
    assert.ok(health.text.includes(`"${name}"`), `/healthz does not name ${name}: ${health.text}`);
    if (!["admin", "console", "healthz"].includes(name)) assert.ok([404, 500].includes((await worker.post(name, delivery(sign))).status));
  }
  assert.ok(!health.text.includes(`"${"a".repeat(64)}"`), "64 characters are allowed");
  const made = delivery(sign);
  delivered(await worker.post("good", made), made.id);
});

test("a configuration that cannot be read at all accepts nothing", async () => {
  for (const sources of ["{ not json", "[]", "7", undefined]) {
    await worker.restart({ sources });
    assert.equal((await worker.get("healthz")).status, 503);
    refused(await worker.post("good", delivery(sign)), 500, "config_invalid");
  }
});

test("sources of further variables are read with the first, from tables and from JSON text", async () => {
  const one = std({}, { origin: loopback.at("origin").url });
  const variables = { SOURCES_2: { second: one, both: one }, SOURCES_3: JSON.stringify({ third: one }) };
  await worker.restart({ sources: { first: one, both: one }, variables });
  for (const name of ["first", "second", "third"]) {
    const made = delivery(sign);
    delivered(await worker.post(name, made), made.id);
  }
  refused(await worker.post("both", delivery(sign)), 500, "config_invalid");
  refused(await worker.post("none", delivery(sign)), 404, "not_found");
  const authorization = [["authorization", `Bearer ${SECRETS.ADMIN_TOKEN}`]];
  const { faults } = (await worker.get("healthz", authorization)).json;
  assert.deepEqual(Object.keys(faults), ["both"]);
  assert.match(faults.both.join(), /SOURCES_2/);

  await worker.restart({ variables: { SOURCES_2: "{ not json" } });
  refused(await worker.post("second", delivery(sign)), 500, "config_invalid");
  const made = delivery(sign);
  delivered(await worker.post("first", made), made.id);
  await worker.restart({ variables: {} });
});

test("a source that needs KV says so where there is none, and one that does not works", async () => {
  const origin = loopback.at("origin").url;
  await worker.restart({ kv: false, sources: { deduped: std({}, { origin }), off: std({ dedupe: "off" }, { origin }) } });
  refused(await worker.post("deduped", delivery(sign)), 500, "config_invalid");
  assert.equal((await worker.get("healthz")).status, 503);
  const made = delivery(sign);
  delivered(await worker.post("off", made), made.id);
  await until(() => worker.logs().some(({ message }) => message.includes("EVENTS")), "a log line that names EVENTS", 2000);
});

test("sources given as JSON text are read like the others, and a right configuration is healthy", async () => {
  await worker.restart({ kv: true, sources: JSON.stringify({ text: std({}, { origin: loopback.at("origin").url }) }) });
  const made = delivery(sign);
  delivered(await worker.post("text", made), made.id);
  const health = await worker.get("healthz");
  assert.equal(health.status, 200);
  assert.match(health.json.version, /^[0-9]+\.[0-9]+\.[0-9]+/);
});

test("a short key passes where it is allowed, and the log names the source, once", async () => {
  const [short, origin] = [newSecret(7), loopback.at("origin").url];
  const allowed = std({ secrets: ["SHORT"], allow_short_keys: true }, { origin });
  await worker.restart({ sources: { allowed, refused: std({ secrets: ["SHORT"] }, { origin }) }, secrets: { SHORT: short } });
  for (let i = 0; i < 3; i += 1) {
    const made = delivery(signedBy(short));
    delivered(await worker.post("allowed", made), made.id);
    refused(await worker.post("refused", made), 500, "config_invalid");
  }
  const lines = await until(() => worker.lines("config", ({ code }) => code === "allow_short_keys").length && worker.lines("config", ({ code }) => code === "allow_short_keys"), "a line that names it");
  assert.deepEqual(lines.map((line) => line.source), ["allowed"]);
});

/** What a build for tests has and no deployed one: nothing that an operator can write has it take any key. */
test("nothing in the environment lifts the floor of what is deployed", async () => {
  const names = ["TAKES_ANY_KEY", "takes_any_key", "ALLOW_SHORT_KEYS", "allow_short_keys", "COUNTERSIGN_TEST", "TEST", "NODE_ENV"];
  const secrets = { SHORT: newSecret(7), SAMPLE: UNMEANT.SAMPLE, ...Object.fromEntries(names.map((name) => [name, name === "NODE_ENV" ? "test" : "true"])) };
  const sources = { short: std({ secrets: ["SHORT"] }), sample: std({ secrets: ["SAMPLE"] }), allowed: std({ secrets: ["SAMPLE"], allow_short_keys: true }) };
  await worker.restart({ sources: { ...sources, takes_any_key: true, allow_short_keys: true }, secrets });
  for (const [name, key] of [["short", secrets.SHORT], ["sample", secrets.SAMPLE], ["allowed", secrets.SAMPLE]]) {
    refused(await worker.post(name, delivery(signedBy(key))), 500, "config_invalid");
  }
});

test("a compatibility date without node:crypto is named when the Worker starts, not when a signature does not match", () => {
  const module = new URL("../../crates/worker/js/crypto.js", import.meta.url);
  const script = `delete globalThis.process; await import(${JSON.stringify(module)});`;
  const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  assert.notEqual(status, 0);
  assert.match(stderr, /compatibility_date/);
});
