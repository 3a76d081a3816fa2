// The JWT form of `gemini-dynamic`, off unless asked for: a token whose claims are the event, since nothing binds the
// body to it.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { duplicate, refused, succeeded } from "./fixtures/expect.mjs";
import { delivery, jwt, jwtDelivery, newEd25519, newId, newRsa, newSecret, now, signedByKey, withHeader } from "./fixtures/sign.mjs";

const AUDIENCE = "https://hooks.example.com/gemini";
const ISSUER = "https://issuer.example.com";
const TOKEN = "token-of-the-jwt-tests";
const rsa = newRsa("rsa-1");
const weak = newRsa("rsa-weak", 1024);
const another = newRsa("rsa-2");
const forEncryption = newRsa("rsa-enc");
const ed25519 = newEd25519();
const victim = splittable();
const originSecret = newSecret();
const allKeys = [rsa.jwk, another.jwk, weak.jwk, { ...forEncryption.jwk, use: "enc" }, ed25519.jwk];
let loopback;
let origin;
let worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  loopback.at("keys").always(serving(allKeys));
  loopback.at("rotating").always(serving([rsa.jwk]));
  loopback.at("victim").always(serving([victim.jwk]));
  loopback.at("hostile").always(serving([splitElsewhere(victim)]));
  const common = { scheme: "gemini-dynamic", url_token: "TOKEN", jwks: loopback.at("keys").url, forward: { origin: origin.url } };
  const both = { ...common, accept: ["v1a", "jwt"], audience: AUDIENCE };
  worker = await Worker.start({
    sources: {
      both,
      only: { ...both, accept: ["jwt"] },
      issued: { ...both, issuer: ISSUER },
      rotating: { ...both, jwks: loopback.at("rotating").url },
      signed: { ...both, forward: { origin: origin.url, sign_with: "ORIGIN_SECRET" } },
      mailbox: { ...both, forward: { durable_object: "MAILBOX", name: "{type}/{data.id}" } },
      plain: common,
      victim: { ...both, jwks: loopback.at("victim").url },
      hostile: { ...both, jwks: loopback.at("hostile").url },
      forever: { ...both, dedupe: "off" },
    },
    secrets: { TOKEN, ORIGIN_SECRET: originSecret },
    destinations: true,
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** An RSA key whose modulus and exponent, written one after the other, are those of a usable key as well when split one byte earlier. */
function splittable() {
  for (;;) {
    const key = newRsa("rsa-split", 3072);
    if (Buffer.from(key.jwk.n, "base64url").at(-2) % 2 === 1) return key;
  }
}

function splitElsewhere({ jwk }) {
  const [n, e] = [jwk.n, jwk.e].map((part) => Buffer.from(part, "base64url"));
  return { ...jwk, n: n.subarray(0, -1).toString("base64url"), e: Buffer.concat([n.subarray(-1), e]).toString("base64url") };
}

const claims = (more = {}) => ({
  aud: AUDIENCE, iat: now(), exp: now() + 300, jti: newId(), type: "batch.succeeded", data: { id: "batch-in-the-claims" }, ...more,
});
const post = (source, made) => worker.post(`${source}/${TOKEN}`, made);
const send = (source, ...token) => post(source, jwtDelivery(jwt(rsa, ...token)));

test("a valid token delivers its claims, and not the body that came with it", async () => {
  const event = claims({ text: "é漢" });
  succeeded(await send("both", event), "delivered", event.jti);
  const sent = origin.requests.at(-1);
  assert.deepEqual(JSON.parse(sent.body), event);
  assert.match(sent.header("content-type"), /^application\/json\b/);
  assert.equal(sent.header("countersign-scheme"), "gemini-dynamic");
  assert.equal(sent.header("countersign-form"), "jwt");
  assert.equal(sent.header("countersign-covers"), "claims");
});

test("the encoding and type of the body that is not forwarded are not forwarded either", async () => {
  const made = jwtDelivery(jwt(rsa, claims()), "x");
  made.headers = [["content-type", "text/x"], ["content-encoding", "gzip"], ...made.headers.slice(0, 1)];
  assert.equal((await post("both", made)).status, 200);
  const sent = origin.requests.at(-1);
  assert.equal(sent.header("content-encoding"), undefined);
  assert.match(sent.header("content-type"), /^application\/json\b/);
});

test("a token that outlives the memory of its id is refused", async () => {
  const day = 24 * 3600;
  // The last test of the claims: a token for somebody else is that first.
  for (const [exp, status, code] of [[day - 60, 200], [day + 60, 401, "jwt_too_long"], [365 * 86_400, 401, "jwt_too_long"], [1e300, 401, "jwt_too_long"]]) {
    const event = claims({ exp: now() + exp });
    const reply = await send("both", event);
    if (status === 200) succeeded(reply, "delivered", event.jti);
    else refused(reply, status, code);
  }
  refused(await send("both", claims({ exp: now() + 365 * 86_400, aud: "somebody-else" })), 401, "jwt_audience");
  const event = claims({ exp: now() + 365 * 86_400 });
  succeeded(await send("forever", event), "delivered", event.jti);
});

test("id and timestamp headers are neither needed nor believed", async () => {
  const event = claims();
  const token = jwt(rsa, event);
  const forged = jwtDelivery(token);
  forged.headers.push(["webhook-id", newId()], ["webhook-timestamp", "1"]);
  succeeded(await post("both", forged), "delivered", event.jti);
  const line = await worker.line((l) => l.form === "jwt", "a token");
  assert.equal(line.code, "delivered");
  duplicate(await post("both", jwtDelivery(token)), event.jti);
});

test("without jti the id is the hash of the claims, whatever the times in them", async () => {
  const { jti, ...event } = claims({ data: { id: newId() } });
  const reply = await send("both", event);
  assert.equal(reply.json?.status, "delivered", reply.text);
  const later = { ...event, iat: now() + 1, exp: now() + 200, nbf: now() - 5 };
  duplicate(await send("both", later), reply.json.id);
  const other = await send("both", { ...event, data: { id: newId() } });
  assert.equal(other.json.status, "delivered");
  assert.notEqual(other.json.id, reply.json.id);
});

test("the same jti is the same event", async () => {
  const event = claims();
  succeeded(await send("both", event), "delivered", event.jti);
  duplicate(await send("both", { ...event, exp: now() + 100 }), event.jti);
});

test("a jti that no webhook-id can be like is replaced by its hash, and never refused", async () => {
  for (const jti of [`${newId()}.1795830000.x`, `${newId()}.161426533`, `${newId()}-é`, `${newId()} x`, `${newId()}${"x".repeat(256)}`]) {
    const id = createHash("sha256").update(jti).digest("hex");
    succeeded(await send("both", claims({ jti })), "delivered", id);
    assert.equal(origin.requests.at(-1).header("webhook-id"), id);
    duplicate(await send("both", claims({ jti, data: {} })), id);
    succeeded(await send("signed", claims({ jti })), "delivered", id);
    const sent = origin.requests.at(-1);
    assert.equal(sent.header("webhook-id"), id);
    const [timestamp, signature] = ["webhook-timestamp", "webhook-signature"].map((name) => sent.header(name));
    new Webhook(originSecret).verify(sent.body, { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature });
  }
});

test("a re-signed token's event has the jti as its id and the claims as its body", async () => {
  const event = claims();
  succeeded(await send("signed", event), "delivered", event.jti);
  const sent = origin.requests.at(-1);
  const headers = Object.fromEntries(["id", "timestamp", "signature"].map((n) => [`webhook-${n}`, sent.header(`webhook-${n}`)]));
  assert.deepEqual(new Webhook(originSecret).verify(sent.body, headers), event);
  assert.equal(headers["webhook-id"], event.jti);
});

test("the object is chosen by the claims, not by the body", async () => {
  const event = claims({ data: { id: newId() } });
  const made = jwtDelivery(jwt(rsa, event), JSON.stringify({ type: "forged", data: { id: "forged" } }));
  succeeded(await post("mailbox", made), "delivered", event.jti);
  const { MAILBOX } = await worker.destination().getEnv();
  const [request] = await MAILBOX.get(MAILBOX.idFromName(`batch.succeeded/${event.data.id}`)).all();
  assert.deepEqual(JSON.parse(request.body), event);
});

test("where both forms are accepted, a list of signatures still works", async () => {
  const made = delivery(signedByKey(ed25519.privateKey));
  succeeded(await post("both", made), "delivered", made.id);
  refused(await post("only", made), 400, "jwt_malformed");
});

test("a source that did not ask for tokens takes none", async () => {
  refused(await send("plain", claims()), 400, "missing_header");
  const dressed = delivery(() => jwt(rsa, claims()));
  refused(await post("plain", dressed), 401, "no_matching_signature");
});

test("times are held with a minute of leeway", async () => {
  for (const times of [{ exp: now() - 30 }, { nbf: now() + 30 }]) assert.equal((await send("both", claims(times))).status, 200);
  refused(await send("both", claims({ exp: now() - 61 })), 401, "jwt_expired");
  refused(await send("both", claims({ nbf: now() + 120 })), 401, "jwt_not_yet_valid");
});

const unsigned = (header) => `${Buffer.from(JSON.stringify(header)).toString("base64url")}.e30.`;

const REFUSALS = {
  "an unsigned token": [() => unsigned({ alg: "none" }), 401, "jwt_alg"],
  "a symmetric algorithm": [() => jwt(rsa, claims(), { alg: "HS256" }), 401, "jwt_alg"],
  "another RSA algorithm": [() => jwt(rsa, claims(), { alg: "RS512" }), 401, "jwt_alg"],
  "a key nobody knows": [() => jwt(newRsa("nobody"), claims()), 401, "jwk_unknown_kid"],
  "no key named among several": [() => jwt(rsa, claims(), { kid: undefined }), 401, "jwk_unknown_kid"],
  "a key too short": [() => jwt(weak, claims()), 401, "jwk_unusable"],
  "a key for encryption": [() => jwt(forEncryption, claims()), 401, "jwk_unusable"],
  "another key's signature": [() => jwt({ ...newRsa("x"), kid: "rsa-1" }, claims()), 401, "jwt_signature"],
  "another audience": [() => jwt(rsa, claims({ aud: "https://elsewhere.example.com" })), 401, "jwt_audience"],
  "no audience": [() => jwt(rsa, claims({ aud: undefined })), 401, "jwt_audience"],
  "no expiry": [() => jwt(rsa, claims({ exp: undefined })), 401, "jwt_claims"],
  "two parts": [() => "e30.e30", 400, "jwt_malformed"],
  "no JSON": [() => "AAAA.AAAA.AAAA", 400, "jwt_malformed"],
  "an unknown critical extension": [() => jwt(rsa, claims(), { crit: ["b64"], b64: false }), 400, "jwt_malformed"],
};

for (const [what, [token, status, code]] of Object.entries(REFUSALS)) {
  test(`a token with ${what} is refused`, async () => {
    refused(await post("only", jwtDelivery(token())), status, code);
    refused(await post("both", jwtDelivery(token())), status, code);
  });
}

test("an issuer is held where one is configured", async () => {
  refused(await send("issued", claims()), 401, "jwt_issuer");
  refused(await send("issued", claims({ iss: "https://other.example.com" })), 401, "jwt_issuer");
  assert.equal((await send("issued", claims({ iss: ISSUER }))).status, 200);
});

test("without any signature header there is nothing to check", async () => {
  const made = jwtDelivery("x.y.z");
  refused(await post("both", withHeader(made, "webhook-signature")), 400, "missing_header");
  refused(await post("both", withHeader(made, "webhook-signature", "")), 400, "missing_header");
});

test("a token of a key that is newer than the set is accepted by the request that brings it", async () => {
  assert.equal((await send("rotating", claims())).status, 200);
  const fresh = newRsa("rsa-3");
  loopback.at("rotating").always(serving([rsa.jwk, fresh.jwk]));
  const event = claims();
  succeeded(await post("rotating", jwtDelivery(jwt(fresh, event))), "delivered", event.jti);
  assert.equal(loopback.at("rotating").requests.length, 2);
});

test("a key of one set never stands for another's, whatever the two look like one after the other", async () => {
  const token = () => jwtDelivery(jwt(victim, claims()));
  refused(await post("hostile", token()), 401, "jwt_signature");
  assert.equal((await post("victim", token())).status, 200);
  refused(await post("hostile", token()), 401, "jwt_signature");
});
