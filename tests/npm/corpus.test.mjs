// The fuzz corpus, and random mutations of it, through the package and npm `standardwebhooks` or `jose`. Whatever the package accepts, the
// other must accept. Each failure prints its COUNTERSIGN_SEED.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { below, chance, seed } from "../e2e/fixtures/chance.mjs";
import { installed, path } from "./fixtures/app.mjs";

const { standard } = await import(`${installed}/dist/node/index.js`);
const { geminiDynamic } = await import(`${installed}/dist/node/jwt.js`);
const { Webhook } = createRequire(import.meta.url)("standardwebhooks");

const CASES = Number(process.env.COUNTERSIGN_CASES ?? 2_000);
const SEED = seed();
/** A secret of this test: the one in the specification, which the corpus was made with, is refused as published. */
const SECRET = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const now = Math.floor(Date.now() / 1000);

const outcome = (act) => Promise.resolve().then(act).then(() => "accepted", (error) => error.code ?? error.message ?? String(error));

/** Every input of a fuzz target, then mutations of them. */
function* inputs(target) {
  const folder = path(`fuzz/corpus/${target}`);
  const corpus = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`));
  assert.ok(corpus.length >= 20, `${folder} has ${corpus.length} inputs`);
  for (const input of corpus) yield input;
  for (let n = 0; n < CASES / 4; n += 1) yield mutated(chance(SEED, n, 2), corpus);
}

function mutated(random, corpus) {
  let input = corpus[below(random, corpus.length)];
  for (let edits = 1 + below(random, 4); edits > 0; edits -= 1) {
    const at = below(random, input.length + 1);
    const [before, after] = [input.subarray(0, at), input.subarray(at)];
    const kind = below(random, 3);
    if (kind === 0) input = Buffer.concat([before, after.subarray(1 + below(random, 20))]);
    else if (kind === 1) input = Buffer.concat([before, Buffer.from([below(random, 256)]), after]);
    else input = Buffer.concat([before, after.subarray(0, 20), after]);
  }
  return input;
}

/** The input cut at its first line feeds, as the fuzz targets cut it. */
function cut(input, parts) {
  const found = [];
  for (let rest = input; found.length < parts; ) {
    const end = found.length < parts - 1 ? rest.indexOf(10) : -1;
    found.push(end < 0 ? rest : rest.subarray(0, end));
    rest = end < 0 ? Buffer.alloc(0) : rest.subarray(end + 1);
  }
  return found;
}

test(`what the package accepts of the corpus \`verify\`, standardwebhooks accepts (seed ${SEED})`, async () => {
  const key = Buffer.from(SECRET.slice(6), "base64");
  let accepted = 0;
  for (const input of inputs("verify")) {
    const [id, timestamp, signature, body] = cut(input.subarray(1), 4);
    const signed = (input[0] ?? 0) & 1;
    const text = body.toString("utf8");
    const right = crypto.createHmac("sha256", key).update(`${id.toString("latin1")}.${now}.${text}`).digest("base64");
    const headers = {
      "webhook-id": id.toString("latin1"),
      "webhook-timestamp": signed ? `${now}` : timestamp.toString("latin1"),
      "webhook-signature": signed ? `${signature.toString("latin1")} v1,${right}` : signature.toString("latin1"),
    };
    const ours = await outcome(() => standard(SECRET).unwrap(text, headers, { now, jsonParse: false }));
    const theirs = await outcome(() => new Webhook(SECRET).verify(Buffer.from(text), headers, { jsonParse: false }));
    if (ours === "accepted") {
      accepted += 1;
      assert.equal(theirs, "accepted", `seed ${SEED}: ${JSON.stringify({ text, headers, theirs })}`);
    }
  }
  assert.ok(accepted > 20, `${accepted} were accepted`);
});

test(`what the package accepts of the corpus \`jwt\`, jose accepts (seed ${SEED})`, async () => {
  const privateKey = crypto.createPrivateKey(readFileSync(path("crates/emulator/src/test-only-rs256.pem")));
  const jwks = { keys: [{ ...crypto.createPublicKey(privateKey).export({ format: "jwk" }), kid: "k" }] };
  const at = 1_614_265_330;
  const verifier = geminiDynamic({ jwks, accept: ["jwt"], audience: "a", leeway: 60 });
  const set = createLocalJWKSet(jwks);
  let accepted = 0;
  for (const input of inputs("jwt")) {
    let token = input.subarray(1).toString("latin1");
    if ((input[0] ?? 0) & 1) {
      const signed = cut(input.subarray(1), 2).map((part) => part.toString("base64url")).join(".");
      token = `${signed}.${crypto.sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
    }
    const ours = await outcome(() => verifier.unwrap("{}", { "webhook-signature": token }, { now: at }));
    const options = { audience: "a", algorithms: ["RS256"], clockTolerance: 60, requiredClaims: ["exp"], currentDate: new Date(at * 1000) };
    const theirs = await outcome(() => jwtVerify(token, set, options));
    if (ours === "accepted") {
      accepted += 1;
      assert.equal(theirs, "accepted", `seed ${SEED}: ${JSON.stringify({ token, theirs })}`);
    }
  }
  assert.ok(accepted > 0, `${accepted} were accepted`);
});
