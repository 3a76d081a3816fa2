// Loads the second Wasm from a URL: a failed load is an ordinary error, and the next call tries again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { once } from "node:events";
import { VECTORS, installed } from "./fixtures/app.mjs";

const { WebhookVerificationError, geminiDynamic, init } = await import(`${installed}/dist/slim.js`);
const wasm = (name) => readFile(`${installed}/dist/${name}`);
const { cases, default_jwks } = VECTORS.jwksJwt;
const { name, token, audience, issuer, jwks = default_jwks, now, leeway } = cases.find(({ kind, expect, token }) => kind === "jwt" && expect === "accept" && token);
const delivery = ["", { "webhook-signature": token }, { now }];

let server;
/** Whether the server has the Wasm, and how often it was asked. */
let there = false;
let asked = 0;

before(async () => {
  const bytes = await wasm("full.wasm");
  server = http.createServer((_, response) => {
    asked += 1;
    response.writeHead(there ? 200 : 503, { "content-type": "application/wasm" }).end(there ? bytes : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await init(wasm("core.wasm"), `http://127.0.0.1:${server.address().port}/full.wasm`);
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test(`a token is refused for now while the second Wasm cannot be loaded, and judged once it is (${name})`, async () => {
  const verifier = geminiDynamic({ jwks, accept: ["jwt"], audience, issuer, leeway });
  for (const round of [1, 2]) {
    await assert.rejects(verifier.unwrap(...delivery), (error) => error instanceof WebhookVerificationError && error.code === "internal_error" && error.status === 500 && error.cause instanceof Error);
    const { ok, code, steps } = await verifier.inspect(...delivery);
    assert.deepEqual([ok, code, steps.map(({ name }) => name)], [false, "internal_error", ["input"]]);
    assert.equal(asked, 2 * round);
  }
  there = true;
  const [{ scheme }, report] = await Promise.all([verifier.unwrap(...delivery), verifier.inspect(...delivery)]);
  assert.deepEqual([scheme, report.ok, asked], ["jwt", true, 5]);
});
