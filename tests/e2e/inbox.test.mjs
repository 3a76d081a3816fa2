// The inbox: what was answered 202 arrives, once, whatever happens in between.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Worker, source } from "./fixtures/worker.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, duplicate } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";

const secret = newSecret();
const sign = signedBy(secret);
let worker, loopback;

before(async () => {
  loopback = await Loopback.start();
  const durable = (name, more = {}, forward = {}) => source(loopback.at(name), { durable: true, ...more }, forward);
  worker = await Worker.start({ build: "worker-test", sources: { plain: durable("plain") }, secrets: { SECRET: secret }, kv: false });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

test("an accepted event arrives", async () => {
  const made = delivery(sign);
  accepted(await worker.post("plain", made), made.id);
  const [request] = await loopback.at("plain").arrivals(1);
  assert.equal(request.body.toString(), made.body);
  duplicate(await worker.post("plain", made), made.id);
});
