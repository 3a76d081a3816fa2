// Every case of tests/vectors by name: through the built Wasm with both kinds of cryptography, and over HTTP wherever a
// sender can send it and a source can configure it, to the letter (the clock moved to the case's) and freshly signed.

import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { OwnKeys, codesOf, httpCodesOf, isPrinted, isShort, obstacle, requestAt, sourcesFor, vectors } from "./fixtures/vectors.mjs";

const standard = vectors("standard-webhooks");
const tokens = vectors("jwks-jwt");
const providers = vectors("providers");
const described = vectors("hmac");
const sendable = standard.cases.filter((vector) => obstacle(vector) === undefined);

const loopback = await Loopback.start();
const { sources, secrets, pathOf } = sourcesFor(sendable, loopback.at("o").url);
let worker;

after(async () => {
  await worker?.close();
  await loopback.close();
  closeConnections();
});

async function outcome(file, vector, expected, settings) {
  const reply = await worker.vector({ file, case: vector, ...settings });
  const where = `${vector.name} ${JSON.stringify(settings)}`;
  assert.equal(reply.status, 200, `${where}: ${reply.text}`);
  if (reply.json.outcome === "unsupported") return "unsupported";
  assert.equal(reply.json.outcome, expected.expect, `${where}: ${reply.text}`);
  if (expected.expect === "reject") assert.ok(codesOf(vector, expected).includes(reply.json.error), `${where}: ${reply.text}`);
  return "as expected";
}

/** Both kinds of cryptography; the strict mode too where a case has a verdict of its own for it. */
async function outcomes(file, vector) {
  const found = [];
  for (const crypto of ["portable", "platform"]) {
    found.push(await outcome(file, vector, vector, { crypto, strict: false }));
    if (vector.strict) found.push(await outcome(file, vector, vector.strict, { crypto, strict: true }));
  }
  return found;
}

describe("through the built Wasm", () => {
  before(async () => {
    worker = await Worker.start({ build: "worker-test", sources, secrets });
  });

  for (const vector of standard.cases) {
    test(`standard-webhooks: ${vector.name}`, async () => {
      assert.ok((await outcomes("standard-webhooks", vector)).every((found) => found === "as expected"));
    });
  }

  for (const vector of tokens.cases) {
    test(`jwks-jwt: ${vector.name}`, async () => {
      const resolved = { ...vector, jwks: "jwks" in vector ? vector.jwks : tokens.default_jwks };
      assert.ok((await outcomes("jwks-jwt", resolved)).every((found) => found === "as expected"));
    });
  }

  for (const vector of described.cases) {
    test(`hmac: ${vector.name}`, async () => {
      assert.ok((await outcomes("hmac", vector)).every((found) => found === "as expected"));
    });
  }

  const supported = ["svix/fixed-vector", "svix/fixed-vector-ed25519", "replicate/fixed-vector", "openai/fixed-vector", "supabase/auth-hook", "gitlab/signing-token"];

  test("providers: what is supported is right, and what is not yet supported is said", async (t) => {
    const unsupported = [];
    for (const vector of providers.cases) {
      const name = `${vector.provider}/${vector.name}`;
      const found = await outcomes("providers", vector);
      if (found.includes("unsupported")) unsupported.push(name);
    }
    t.diagnostic(`not yet supported: ${unsupported.join(", ") || "nothing"}`);
    assert.deepEqual(supported.filter((name) => unsupported.includes(name)), []);
  });
});

async function answered(vector, request, refused = false) {
  const reply = await worker.post(pathOf[vector.name], request);
  if (refused) {
    assert.equal(reply.json?.code, "config_invalid", reply.text);
  } else if (vector.expect === "accept") {
    assert.equal(`${reply.status} ${reply.json?.status}`, "200 delivered", reply.text);
    assert.ok(loopback.at("o").requests.at(-1).body.equals(request.body));
  } else {
    assert.ok(httpCodesOf(vector).includes(reply.json?.code), `${reply.status} ${reply.text} instead of ${httpCodesOf(vector)}`);
  }
}

/**
 * Sends the case at the time that `begin` gives, until it fits into one second of the Worker's clock: only then does it
 * stand where it means to at the edge of a tolerance, and only then does its verdict count.
 */
async function answeredWithinOneSecond(vector, begin, keys, refused) {
  for (let tries = 0; tries < 50; tries += 1) {
    const at = await begin();
    const verdict = await answered(vector, requestAt(vector, at, keys), refused).then(() => undefined, (error) => error);
    if (worker.now() !== at) continue;
    if (verdict) throw verdict;
    return;
  }
  throw new Error("no attempt fitted into one second of the clock");
}

describe("over HTTP, to the letter", () => {
  for (const vector of sendable) {
    const moveClock = async () => {
      await worker.setClock(vector.now - Math.floor(Date.now() / 1000));
      return vector.now;
    };
    test(vector.name, () => answeredWithinOneSecond(vector, moveClock));
  }
});

describe("over HTTP, freshly signed, in the Worker that is deployed", () => {
  const keys = new OwnKeys();
  before(() => worker.restart({ build: "worker", ...sourcesFor(sendable, loopback.at("o").url, keys) }));

  for (const vector of sendable) {
    test(vector.name, () => answeredWithinOneSecond(vector, () => worker.now(), keys, isShort(vector)));
  }
});

describe("over HTTP, to the Worker that is deployed, with the keys that everybody knows", () => {
  before(() => worker.restart({ sources, secrets }));

  for (const vector of sendable.filter((vector) => isPrinted(vector) || isShort(vector))) {
    test(vector.name, async () => {
      const reply = await worker.post(pathOf[vector.name], requestAt(vector, worker.now()));
      assert.equal(reply.json?.code, "config_invalid", reply.text);
    });
  }
});

test("what HTTP cannot carry is said", (t) => {
  for (const vector of standard.cases) {
    const reason = obstacle(vector);
    if (reason) t.diagnostic(`${vector.name}: ${reason}`);
  }
  assert.ok(standard.cases.length - sendable.length <= 8, "nearly every case goes over HTTP");
});
