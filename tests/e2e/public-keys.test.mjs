// Senders with public keys: every case through the built Wasm, with the arithmetic of the platform, as a Worker has it, and without.

import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { codesOf, vectors } from "./fixtures/vectors.mjs";

let worker;

before(async () => {
  worker = await Worker.start({ build: "worker-test", sources: {} });
});

after(async () => {
  await worker?.close();
  closeConnections();
});

for (const file of ["discord", "telnyx", "fal", "sendgrid"]) {
  describe(file, () => {
    for (const vector of vectors(file).cases) {
      test(vector.name, async () => {
        for (const crypto of ["platform", "portable"]) {
          const { status, json, text } = await worker.vector({ file, case: vector, crypto, strict: false });
          assert.equal(status, 200, text);
          assert.equal(json.outcome, vector.expect, `${crypto}: ${text}`);
          assert.equal(json.id, undefined, `another event than the case says: ${text}`);
          if (vector.expect === "reject") assert.ok(codesOf(vector, vector).includes(json.error), `${crypto}: ${text}`);
        }
      });
    }
  });
}
