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
import { FAULTS, ORIGIN, SECRETS, UNMEANT, secret, std } from "./fixtures/faults.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const sign = signedBy(secret);

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
        await until(() => worker.logs().some(says), `a log line that names ${path} and ${key}`);
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
      await until(() => worker.lines("healthz", (line) => line.code === "unauthorized").length > 0, "a log record of the guess");
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
  const whole = std({ jwks: "https://a.example/", url_token: "TOKEN", tolerance: "5m", max_body: "1KiB", dedupe: "72h", durable: true, shards: 1, keep: "1h", accept: ["v1"] });
  const wrong = [
    ...[...Object.keys(whole), "audience", "issuer"].map((key) => ({ ...whole, [key]: value() })),
    ...["origin", "service", "durable_object", "name", "sign_with", "timeout", "give_up_after", "concurrency"].map((key) => std({}, { origin: undefined, [key]: value() })),
    std({ secrets: [value(), value()] }), std({ accept: [value()] }), std({ [value()]: 1 }), std({}, { [value()]: 1 }), value(),
  ];
  const sources = { good: std({}, { origin: loopback.at("origin").url }), [`${value()}_`]: std(), ...Object.fromEntries(wrong.map((one, n) => [`wrong-${n}`, one])) };
  await worker.restart({ sources, secrets: SECRETS });
  const authorization = [["authorization", `Bearer ${SECRETS.ADMIN_TOKEN}`]];
  const replies = [await worker.get("healthz"), await worker.get("healthz", authorization)];
  for (const name of Object.keys(sources).filter((name) => name.startsWith("wrong"))) replies.push(await worker.post(name, delivery(sign)));
  assert.equal(Object.keys(replies[1].json.faults).length, wrong.length + 1, "all others are at fault");
  const [last] = Object.keys(replies[1].json.faults).slice(-1);
  await until(() => worker.lines("config", (line) => line.source === last).length, "the last log record");
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
  await until(() => worker.logs().some(({ message }) => message.includes("EVENTS")), "a log line that names EVENTS");
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
