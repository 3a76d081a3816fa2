// After a trap the instance is replaced, and only the call that trapped fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "./fixtures/app.mjs";

const dist = path("build/npm-test/package/dist");
const { Webhook, standard } = await import(`${dist}/index.js`);
const { core } = await import(`${dist}/core-instance.js`);
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SAMPLE = { allowShortKeys: true };
const BODY = '{"test": 2432232314}';
const headers = { "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" };
const now = { now: 1614265330 };

test("the next call works, with verifiers from before and after the trap", async () => {
  const [before, verifier] = [new Webhook(SECRET, SAMPLE), standard(SECRET, SAMPLE)];
  for (let round = 0; round < 20; round++) {
    assert.throws(() => core.call((glue) => glue.trap()), (error) => error.code === "internal_error" && error.status === 500 && error.cause instanceof WebAssembly.RuntimeError);
    assert.deepEqual(before.verify(BODY, headers, now), JSON.parse(BODY));
    assert.throws(() => before.verify(`${BODY} `, headers, now), { code: "no_matching_signature" });
    assert.equal((await verifier.unwrap(BODY, headers, now)).id, headers["webhook-id"]);
    assert.deepEqual(new Webhook(SECRET, SAMPLE).verify(BODY, headers, now), JSON.parse(BODY));
  }
});

test("verifiers of a replaced instance are collected without harm", async () => {
  for (let round = 0; round < 200; round++) {
    for (let one = 0; one < 20; one++) new Webhook(SECRET, SAMPLE);
    if (round % 10 === 0) assert.throws(() => core.call((glue) => glue.trap()));
  }
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(new Webhook(SECRET, SAMPLE).verify(BODY, headers, now), JSON.parse(BODY));
});
