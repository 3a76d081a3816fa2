// Senders that prove their identity by a token: what the verifier needs, when it says so, and what a report shows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { installed } from "./fixtures/app.mjs";

const { explain } = await import(`${installed}/dist/node/explain.js`);
const { googlePubsub } = await import(`${installed}/dist/node/jwt.js`);
const [genuine] = JSON.parse(readFileSync(new URL("../vectors/google-pubsub.json", import.meta.url))).cases;
const { audience, email, jwks, now } = genuine;
const headers = Object.fromEntries(genuine.headers);
const body = Buffer.from(genuine.body_base64, "base64");

test("the event is the body, and the key that signed the token is named", async () => {
  const { id, event, scheme, kid, body: bytes, timestamp } = await googlePubsub({ audience, email, jwks }).unwrap(body, headers, { now });
  assert.deepEqual([scheme, kid, timestamp], ["id-token", "1", undefined]);
  assert.equal(event.message.messageId, "136969346945");
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.deepEqual(Buffer.from(bytes), body);
});

test("an unset claim is reported at first use", async () => {
  for (const options of [{ audience, email: undefined, jwks }, { audience: "", email, jwks }, { jwks }]) {
    const verifier = googlePubsub(options);
    await assert.rejects(verifier.unwrap(body, headers, { now }), { code: "config_invalid" });
  }
  assert.throws(() => googlePubsub({ audience, email, accept: ["jwt"] }), { code: "config_invalid" });
});

test("a report shows the claims that the receiver does not expect yet", async () => {
  const receiver = { scheme: "google-pubsub", audience, jwks };
  const report = await explain(receiver, body, headers, { now });
  const step = report.steps.find(({ name }) => name === "email");
  assert.deepEqual([report.code, step.state], ["jwt_claims", "fail"]);
  assert.ok(step.detail.includes(email) && step.detail.includes("names none"), step.detail);
  assert.equal((await explain({ ...receiver, email }, body, headers, { now })).ok, true);
});

test("what a token must name may end with a line break, as the value of a file does", async () => {
  const issuer = "https://accounts.google.com\n";
  const { scheme } = await googlePubsub({ audience: `${audience}\n`, email: ` ${email}\n`, issuer, jwks }).unwrap(body, headers, { now });
  assert.equal(scheme, "id-token");
  const report = await explain({ scheme: "google-pubsub", audience: `${audience}\n`, email: ` ${email}\n`, issuer, jwks }, body, headers, { now });
  assert.equal(report.ok, true, report.verdict.detail);
  await assert.rejects(googlePubsub({ audience: " \n", email, jwks }).unwrap(body, headers, { now }), { code: "config_invalid", message: /^`audience` is empty or not given/ });
});
