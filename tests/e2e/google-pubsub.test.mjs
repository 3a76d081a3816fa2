// Google Pub/Sub: a push request whose sender proves itself by an OpenID Connect token. The event is the body, which nothing signs.

import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { duplicate, refused } from "./fixtures/expect.mjs";
import { codesOf, vectors } from "./fixtures/vectors.mjs";
import { jwt, newId, newRsa, newSecret, now } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const AUDIENCE = "https://hooks.example.com/pubsub";
const EMAIL = "pusher@example-project.iam.gserviceaccount.com";
const OURS = newSecret();
const rsa = newRsa("rsa-1");
const newer = newRsa("rsa-2");
let loopback, origin, worker, tester;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  loopback.at("keys").always(serving([rsa.jwk]));
  loopback.at("rotating").always(serving([rsa.jwk]));
  const push = { scheme: "google-pubsub", audience: AUDIENCE, email: EMAIL, jwks: loopback.at("keys").url, forward: { origin: origin.url } };
  const { email: _, ...without } = push;
  worker = await Worker.start({
    sources: {
      push,
      rotating: { ...push, jwks: loopback.at("rotating").url },
      signed: { ...push, forward: { origin: origin.url, sign_with: "OURS" } },
      another: { ...push, issuer: "https://issuer.example.com" },
      inbox: { ...push, durable: true },
      without,
    },
    secrets: { OURS },
  });
  tester = await Worker.start({ build: "worker-test", sources: {} });
});

after(async () => {
  await worker?.close();
  await tester?.close();
  await loopback?.close();
  closeConnections();
});

const claims = (more = {}) => ({
  aud: AUDIENCE, azp: "113774264463038321964", email: EMAIL, email_verified: true, exp: now() + 3600, iat: now(),
  iss: "https://accounts.google.com", sub: "113774264463038321964", ...more,
});
const message = (messageId = newId()) => JSON.stringify({ message: { data: "aGVsbG8=", messageId, publishTime: "2026-11-28T12:00:00Z" }, subscription: "projects/p/subscriptions/s" });
/** The messages were delivered: their ids are hashes. */
const delivered = (reply) => assert.equal(`${reply.status} ${reply.json?.status}`, "200 delivered", reply.text);
const send = (source, body, token = jwt(rsa, claims())) => worker.post(source, { body, headers: [["content-type", "application/json"], ["authorization", `Bearer ${token}`]] });

test("a push message is delivered as it came, and the origin is told what the token covers", async () => {
  const body = message();
  const token = jwt(rsa, claims());
  delivered(await send("push", body, token));
  const sent = origin.requests.at(-1);
  assert.equal(sent.body.toString(), body);
  assert.equal(sent.header("content-type"), "application/json");
  assert.equal(sent.header("authorization"), `Bearer ${token}`);
  const told = ["scheme", "form", "covers"].map((name) => sent.header(`countersign-${name}`));
  assert.deepEqual(told, ["google-pubsub", "id-token", "sender"]);
  const line = await worker.line(({ code, source }) => code === "delivered" && source === "push", "the delivery");
  assert.deepEqual([line.form, line.covers, line.key], ["id-token", "sender", 0]);
  assert.ok(!JSON.stringify(line).includes(token.slice(0, 20)), "no token in the log");
});

test("one token is good for many messages, and each counts once", async () => {
  const token = jwt(rsa, claims());
  const [one, two] = [message(), message()];
  const { id } = (await send("push", one, token)).json;
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal((await send("push", two, token)).json.status, "delivered");
  // A retry comes with a token of its own.
  duplicate(await send("push", one, jwt(rsa, claims({ iat: now() + 1 }))), id);
});

test("the token has to be for this receiver, and from its sender", async () => {
  const arrived = origin.requests.length;
  for (const [more, code] of [
    [{ aud: "https://hooks.example.com/another" }, "jwt_audience"],
    [{ email: "someone@another-project.iam.gserviceaccount.com" }, "jwt_claims"],
    [{ email_verified: false }, "jwt_claims"],
    [{ iss: "https://accounts.example.com" }, "jwt_issuer"],
    [{ exp: now() - 100 }, "jwt_expired"],
    [{ exp: now() + 8 * 86_400 }, "jwt_too_long"],
  ]) {
    refused(await send("push", message(), jwt(rsa, claims(more))), 401, code);
  }
  refused(await send("push", message(), jwt(newer, claims())), 401, "jwk_unknown_kid");
  for (const header of [[], [["authorization", "Basic YTpi"]], [["authorization", jwt(rsa, claims())]]]) {
    refused(await worker.post("push", { body: message(), headers: header }), 400, "missing_header");
  }
  assert.equal(origin.requests.length, arrived, "nothing of it is forwarded");
});

test("a key that is new to the set is fetched", async () => {
  delivered(await send("rotating", message()));
  loopback.at("rotating").always(serving([newer.jwk]));
  delivered(await send("rotating", message(), jwt(newer, claims())));
  assert.equal(loopback.at("rotating").requests.length, 2);
});

test("with our signature the token stays here", async () => {
  const body = message();
  delivered(await send("signed", body));
  const { header } = origin.requests.at(-1);
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  new Webhook(OURS).verify(body, Object.fromEntries(names.map((name) => [name, header(name)])));
  assert.deepEqual([header("authorization"), header("countersign-covers")], [undefined, "sender"]);
});

test("another issuer is taken if it is configured", async () => {
  delivered(await send("another", message(), jwt(rsa, claims({ iss: "https://issuer.example.com" }))));
  refused(await send("another", message()), 401, "jwt_issuer");
});

test("a message goes through the inbox", async () => {
  const body = message();
  const reply = await send("inbox", body);
  assert.equal(`${reply.status} ${reply.json?.status}`, "202 accepted", reply.text);
  const sent = await until(() => origin.requests.find((request) => request.body.toString() === body), "its delivery");
  assert.deepEqual([sent.header("countersign-form"), sent.header("countersign-covers")], ["id-token", "sender"]);
});

test("a source has to name the account that sends", async () => {
  refused(await send("without", message()), 500, "config_invalid");
  const isFault = ({ detail }) => detail.startsWith("`email` is required");
  await until(() => worker.lines("config", isFault).length, "a log record that names the key");
});

describe("every case of the vectors", () => {
  for (const vector of vectors("google-pubsub").cases) {
    test(vector.name, async () => {
      for (const crypto of ["platform", "portable"]) {
        const { status, json, text } = await tester.vector({ file: "google-pubsub", case: vector, crypto, strict: false });
        assert.equal(status, 200, text);
        assert.equal(json.outcome, vector.expect, `${crypto}: ${text}`);
        if (vector.expect === "reject") assert.ok(codesOf(vector, vector).includes(json.error), `${crypto}: ${text}`);
      }
    });
  }
});
