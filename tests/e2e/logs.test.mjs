// The operator's view of deliveries (contract section 8): one flat JSON line for each, and nothing private in any. (That
// nothing private is logged is asserted by every file of this suite when its Worker closes.)

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, duplicate, refused } from "./fixtures/expect.mjs";
import { delivery, newBody, newEd25519, newSecret, now, signedBy, signedByKey } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const text = "a secret of several words";
const ed25519 = newEd25519();
const sign = signedBy(secret);
const signKey = signedByKey(ed25519.privateKey);
let loopback;
let origin;
let worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  const jwks = loopback.at("jwks");
  jwks.always(answer(200, {}, JSON.stringify({ keys: [ed25519.jwk] })));
  worker = await Worker.start({
    sources: {
      std: source(origin),
      keys: { scheme: "standard-webhooks", jwks: jwks.url, forward: { origin: origin.url } },
      git: { scheme: "github", secrets: ["TEXT"], forward: { origin: origin.url } },
    },
    secrets: { SECRET: secret, TEXT: text },
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** Sends one delivery and returns its answer and the one line it made. */
async function logged(path, made) {
  const before = worker.deliveries().length;
  const reply = await worker.post(path, made);
  await until(() => worker.deliveries().length > before, "a line");
  assert.equal(worker.deliveries().length, before + 1, "one line per delivery");
  return { reply, line: worker.deliveries().at(-1) };
}

test("a delivered event's line says what an operator asks for", async () => {
  const made = delivery(sign, { timestamp: now() - 42 });
  const { reply, line } = await logged("std", made);
  delivered(reply, made.id);
  const { id_hash, age_s, dest_ms, ...rest } = line;
  assert.deepEqual(rest, {
    ev: "delivery", code: "delivered", status: 200, source: "std", scheme: "standard-webhooks", form: "v1", key: 0,
    bytes: Buffer.byteLength(made.body), dup: false, dest_status: 200,
  });
  assert.match(id_hash, /^[0-9a-f]{8,64}$/);
  assert.ok(age_s >= 42 && age_s < 100, `an age of ${age_s} s`);
  assert.ok(Number.isFinite(dest_ms) && dest_ms >= 0);
});

test("a line has the type that a verified event's header states, if it is a name", async () => {
  for (const [kind, type] of [["push", "push"], ["a\"b", undefined]]) {
    const body = newBody();
    const signature = createHmac("sha256", text).update(body).digest("hex");
    const headers = [["x-hub-signature-256", `sha256=${signature}`], ["x-github-event", kind]];
    const { line } = await logged("git", { body, headers });
    assert.equal(`${line.code} ${line.type}`, `delivered ${type}`);
  }
  const forged = { body: newBody(), headers: [["x-hub-signature-256", `sha256=${"0".repeat(64)}`], ["x-github-event", "push"]] };
  const { line } = await logged("git", forged);
  assert.equal(`${line.code} ${line.type}`, "no_matching_signature undefined");
});

test("a line is flat", async () => {
  const { line } = await logged("std", delivery(sign));
  for (const value of Object.values(line)) assert.notEqual(typeof value === "object" && value !== null, true);
});

test("a duplicate is marked as one, under the same hashed id", async () => {
  const made = delivery(sign);
  const first = await logged("std", made);
  const { reply, line } = await logged("std", made);
  duplicate(reply, made.id);
  assert.equal(line.code, "duplicate");
  assert.equal(line.dup, true);
  assert.equal(line.id_hash, first.line.id_hash);
});

test("a line leads to the event's mark, without which a copy is delivered again", async () => {
  const made = delivery(sign);
  const { line } = await logged("std", made);
  const kv = await worker.kv();
  assert.notEqual(await kv.get(`seen:${line.id_hash}`), null);
  await kv.delete(`seen:${line.id_hash}`);
  delivered(await worker.post("std", made), made.id);
});

test("a failed delivery's line has the destination's status", async () => {
  for (const status of [500, 410, 301]) {
    origin.next(answer(status));
    const { reply, line } = await logged("std", delivery(sign));
    refused(reply, 502, "destination_failed");
    assert.equal(`${line.code} ${line.status} ${line.dest_status}`, `destination_failed 502 ${status}`);
  }
});

test("a refusal's line has its code and its source", async () => {
  const forged = await logged("std", delivery(signedBy(newSecret())));
  assert.equal(`${forged.line.code} ${forged.line.status} ${forged.line.source}`, "no_matching_signature 401 std");
  const bare = await logged("std", { body: newBody() });
  assert.equal(`${bare.line.code} ${bare.line.status} ${bare.line.source}`, "missing_header 400 std");
});

test("a delivery refused for its age alone is told apart from a forged one", async () => {
  for (const [offset, code] of [[-1000, "timestamp_too_old"], [1000, "timestamp_too_new"]]) {
    const genuine = await logged("std", delivery(sign, { timestamp: now() + offset }));
    refused(genuine.reply, 401, code);
    assert.equal(genuine.line.signature, "match");
    const forged = await logged("std", delivery(signedBy(newSecret()), { timestamp: now() + offset }));
    assert.equal(forged.line.signature, "no_match");
  }
});

test("whether an old delivery was signed is unknown until keys are in memory, and nothing is fetched for it", async () => {
  const old = () => delivery(signKey, { timestamp: now() - 1000 });
  assert.equal((await logged("keys", old())).line.signature, "unknown");
  assert.equal(loopback.at("jwks").requests.length, 0);
  const made = delivery(signKey);
  delivered(await worker.post("keys", made), made.id);
  await worker.line((l) => l.source === "keys" && l.code === "delivered", "the delivery");
  assert.equal((await logged("keys", old())).line.signature, "match");
  const forged = delivery(signedByKey(newEd25519().privateKey), { timestamp: now() - 1000 });
  assert.equal((await logged("keys", forged)).line.signature, "no_match");
  assert.equal(loopback.at("jwks").requests.length, 1);
});
