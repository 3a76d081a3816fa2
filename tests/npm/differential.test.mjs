// Compares the package with npm `standardwebhooks` and `jose` on random deliveries and tokens. Whatever the package accepts, the other must
// accept. The package may refuse what the other accepts only by a rule that is listed here. Each failure prints its COUNTERSIGN_SEED.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { test } from "node:test";
import { createRequire } from "node:module";
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { below, chance, seed } from "../e2e/fixtures/chance.mjs";
import { installed } from "./fixtures/app.mjs";

const { standard } = await import(`${installed}/dist/node/index.js`);
const { geminiDynamic } = await import(`${installed}/dist/node/jwt.js`);
const { Webhook } = createRequire(import.meta.url)("standardwebhooks");

const CASES = Number(process.env.COUNTERSIGN_CASES ?? 2_000);
const SEED = seed();

/** Stricter rules: a timestamp has one spelling, an id cannot hide a boundary, a list is split as the specification says. */
const STRICTER = new Set(["invalid_timestamp", "invalid_header", "too_many_signatures"]);

const pick = (random, list) => list[below(random, list.length)];
const text = (random, alphabet, least, most) => Array.from({ length: least + below(random, most - least + 1) }, () => pick(random, alphabet)).join("");
const ALPHABET = [..."abcXYZ019_-"];
const outcome = (act) => Promise.resolve().then(act).then(() => "accepted", (error) => error.code ?? error.message ?? String(error));

/** A random delivery, any part of which may be slightly wrong. */
function delivery(random, now) {
  const key = crypto.randomBytes(24 + below(random, 41));
  const secret = `whsec_${key.toString("base64")}`;
  const id = pick(random, [text(random, ALPHABET, 1, 40), `evt.${text(random, ALPHABET, 1, 5)}.${below(random, 100)}`, `m_1.${below(random, 3_000_000_000)}`, ` ${text(random, ALPHABET, 1, 3)}`, "ä", ""]);
  const at = now + pick(random, [0, 0, 0, -1, 250, -250, 290, -290, 320, -320, -86_400]);
  const stamp = pick(random, [`${at}`, `${at}`, `${at}`, `${at}`, `+${at}`, `0${at}`, `${at}.0`, `${at}x`, ` ${at}`, `${at}000`, "", "-1"]);
  const body = pick(random, [JSON.stringify({ type: "a", n: below(random, 1e6) }), text(random, [...ALPHABET, ".", "é", "\u2028", "\ufeff"], 0, 60), `${now}.{}`, ""]);
  const sign = (content) => crypto.createHmac("sha256", key).update(content).digest("base64");
  const right = `v1,${sign(`${id}.${stamp}.${body}`)}`;
  const other = `v1,${crypto.randomBytes(32).toString("base64")}`;
  const signature = pick(random, [right, right, right, `${other} ${right}`, `${right} ${other}`, `v2,x ${right}`, `junk ${right}`, ` ${right}`, `${other}`, right.slice(0, -1), `${right}=`, right.replace("v1,", "v1a,"), right.replace("v1,", "v1="), `${right},${other}`, `${right}, ${other}`, `${right}\t${other}`, ""]);
  return { secret, body, headers: { "webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature } };
}

test(`v1 is accepted if npm standardwebhooks accepts it, except for stricter rules (seed ${SEED})`, async () => {
  const now = Math.floor(Date.now() / 1000);
  let accepted = 0;
  for (let n = 0; n < CASES; n += 1) {
    const random = chance(SEED, n);
    const { secret, body, headers } = delivery(random, now);
    const ours = await outcome(() => standard(secret).unwrap(body, headers, { now, jsonParse: false }));
    const theirs = await outcome(() => new Webhook(secret).verify(Buffer.from(body), headers, { jsonParse: false }));
    const shown = `seed ${SEED}, case ${n}: ${JSON.stringify({ body, headers, ours, theirs })}`;
    if (ours === "accepted") accepted += 1;
    if (ours === "accepted") assert.equal(theirs, "accepted", shown);
    else if (theirs === "accepted") assert.ok(STRICTER.has(ours) || (ours === "no_matching_signature" && /,.*,/.test(headers["webhook-signature"])), shown);
  }
  // A generator that makes nothing valid would always agree. Of this one's cases, one in thirty is valid.
  assert.ok(accepted > CASES / 100, `${accepted} of ${CASES} were accepted`);
});

/** The header and claims of a random token, any part of which may be slightly wrong; one of eight has no fault. */
function token(random, now) {
  const often = (right, ...others) => pick(random, [...Array(6).fill(right), ...others]);
  const claims = {
    sub: pick(random, ["s", undefined]),
    aud: often("me", ["you", "me"], "you", [], undefined, 1),
    iss: often("google", "other", undefined),
    exp: often(now + 300, now + 30, now - 30, now - 90, undefined, "x", now + 0.5),
    nbf: often(undefined, now - 5, now + 30, now + 90, "x"),
    iat: pick(random, [now, undefined, now - 400]),
    jti: often("event-1", undefined, 7),
  };
  return { claims, alg: often("RS256", "RS384", "PS256"), kid: often("one", undefined, "two"), tampered: below(random, 8) === 0 };
}

test(`a token is accepted if jose accepts it, except for stricter rules (seed ${SEED})`, async () => {
  const now = Math.floor(Date.now() / 1000);
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", use: "sig" }] };
  const material = crypto.KeyObject.from(privateKey);
  const verifier = geminiDynamic({ jwks, accept: ["jwt"], audience: "me", issuer: "google", leeway: 60 });
  const [set, cases] = [createLocalJWKSet(jwks), Math.ceil(CASES / 5)];
  let accepted = 0;
  for (let n = 0; n < cases; n += 1) {
    const { claims, alg, kid, tampered } = token(chance(SEED, n, 1), now);
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const input = `${part({ alg, kid })}.${part(claims)}`;
    const padding = alg === "PS256" ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
    const signature = crypto.sign(alg === "RS384" ? "sha384" : "sha256", Buffer.from(input), { key: material, ...padding });
    if (tampered) signature[0] ^= 1;
    const jws = `${input}.${signature.toString("base64url")}`;
    const ours = await outcome(() => verifier.unwrap("{}", { "webhook-signature": jws }, { now }));
    const theirs = await outcome(() => jwtVerify(jws, set, { audience: "me", issuer: "google", algorithms: ["RS256"], clockTolerance: 60, requiredClaims: ["exp"], currentDate: new Date(now * 1000) }));
    const shown = `seed ${SEED}, case ${n}: ${JSON.stringify({ claims, alg, kid, tampered, ours, theirs })}`;
    if (ours === "accepted") accepted += 1;
    if (ours === "accepted") assert.equal(theirs, "accepted", shown);
    // RFC 7519, section 4.1.7: a `jti` is a string. It is the event's id, so another type cannot be ignored.
    else if (theirs === "accepted") assert.ok(ours === "jwt_claims" && typeof claims.jti === "number", shown);
  }
  assert.ok(accepted > cases / 50, `${accepted} of ${cases} were accepted`);
});
