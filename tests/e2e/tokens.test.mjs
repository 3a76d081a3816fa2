// What does not cover the whole body: shared tokens, also in a header that the customer chose, and signatures over fields.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { refused } from "./fixtures/expect.mjs";
import { bodyOf, vectors } from "./fixtures/vectors.mjs";
import { newSecret } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const [, adyen] = vectors("adyen-standard").cases;
const KEY = "a-token-that-the-customer-chose";
let loopback, worker;

before(async () => {
  loopback = await Loopback.start();
  const preset = (name, scheme, more = {}, forward = {}) => {
    const made = source(loopback.at(name), { scheme, secrets: ["SECRET"], ...more });
    return { ...made, forward: { ...made.forward, ...forward } };
  };
  const sources = {
    usual: preset("usual", "assemblyai"),
    chosen: preset("chosen", "assemblyai", { header: "X-Mine" }),
    ours: preset("ours", "assemblyai", { header: "X-Mine" }, { sign_with: "OURS" }),
    okta: preset("okta", "okta", { header: "X-Hook-Key" }),
    vapi: preset("vapi", "vapi-token", { header: "X-Vapi-Secret" }),
    adyen: preset("adyen", "adyen-standard", { secrets: ["ADYEN"] }),
    fixed: preset("fixed", "gitlab-token", { header: "X-Mine" }),
  };
  worker = await Worker.start({ sources, secrets: { SECRET: KEY, OURS: newSecret(), ADYEN: adyen.secret } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const post = (name, ...headers) => worker.post(name, { body: `{"transcript_id":"${name}","status":"completed"}`, headers });

test("the token counts in the configured header alone", async () => {
  for (const [name, header, other] of [["usual", "x-webhook-secret", "x-mine"], ["chosen", "x-mine", "x-webhook-secret"], ["vapi", "x-vapi-secret", "authorization"]]) {
    refused(await post(name, [other, KEY]), 400, "missing_header");
    refused(await post(name, [header, `${KEY}x`]), 401, "no_matching_signature");
    assert.equal((await post(name, [header, KEY])).json.status, "delivered");
    const [sent, ...more] = loopback.at(name).requests;
    assert.deepEqual([sent.header(header), sent.header("countersign-covers"), more.length], [KEY, "sender", 0]);
  }
});

test("the token in a chosen header does not go on beside our signature", async () => {
  assert.equal((await post("ours", ["x-mine", KEY])).json.status, "delivered");
  const [sent] = loopback.at("ours").requests;
  assert.match(sent.header("webhook-signature"), /^v1,/);
  assert.equal(sent.header("x-mine"), undefined);
});

test("Okta's challenge comes with the secret in the chosen header", async () => {
  const ask = (header) => worker.get("okta", [["x-okta-verification-challenge", "c"], [header, KEY]]);
  const reply = await ask("x-hook-key");
  assert.deepEqual([reply.status, reply.text], [200, '{"verification":"c"}']);
  refused(await ask("authorization"), 403, "handshake_refused");
});

test("a sender with one header takes no other", async () => {
  refused(await post("fixed", ["x-gitlab-token", KEY]), 500, "config_invalid");
  const isFault = ({ detail }) => detail.startsWith("`header` does not go with this scheme");
  await until(() => worker.lines("config", isFault).length, "a log record that names the key");
});

test("the origin is told that a signature covers fields, and a changed copy is the same event", async () => {
  const changed = Buffer.from(bodyOf(adyen).toString().replace("1234:7777:12/2030", "anything"));
  for (const body of [bodyOf(adyen), changed]) {
    const reply = await worker.post("adyen", { body });
    assert.deepEqual([reply.status, reply.text], [200, "[accepted]"]);
  }
  const [sent, ...more] = loopback.at("adyen").requests;
  assert.deepEqual([sent.header("countersign-form"), sent.header("countersign-covers"), more.length], ["hmac-sha256-fields", "fields", 0]);
  const line = await worker.line(({ code }) => code === "duplicate", "the copy");
  assert.equal(line.covers, "fields");
  refused(await worker.post("adyen", { body: bodyOf(adyen).toString().replace("EUR", "USD") }), 401, "no_matching_signature");
});
