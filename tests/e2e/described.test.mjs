// Senders that `scheme = "hmac"` describes, with each hash, in the Worker that is deployed: bodies that Wasm hashes and larger ones, passed on at
// once or read back from the inbox.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, refused } from "./fixtures/expect.mjs";
import { until } from "./fixtures/wait.mjs";

const KEY = "a secret that the sender handed out";
const HASHES = ["sha256", "sha1", "sha512"];
/** Below and above the size from which a platform's HMAC reads the body where it is. */
const SIZES = [10, 100_000];
let loopback, worker;

before(async () => {
  loopback = await Loopback.start();
  const described = (name, hash, more = {}) => [name, source(loopback.at(name), { scheme: "hmac", signature: { header: "Acme-Signature" }, hash, id: "/id", ...more })];
  const sources = HASHES.flatMap((hash) => [described(hash, hash), described(`${hash}-stored`, hash, { durable: true })]);
  worker = await Worker.start({ sources: Object.fromEntries(sources), secrets: { SECRET: KEY } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

function made(hash, size, key = KEY) {
  const id = `evt_${crypto.randomUUID()}`;
  const body = JSON.stringify({ id, text: "é".repeat(size) });
  return { id, body, headers: [["acme-signature", crypto.createHmac(hash, key).update(body).digest("hex")]] };
}

for (const hash of HASHES) {
  for (const size of SIZES) {
    test(`${hash}, ${size} characters: what is signed is delivered, and nothing else`, async () => {
      const event = made(hash, size);
      delivered(await worker.post(hash, event), event.id);
      const { header, body } = loopback.at(hash).requests.at(-1);
      assert.deepEqual([header("countersign-scheme"), header("countersign-form"), body.toString()], ["hmac", `hmac-${hash}`, event.body]);
      const { form } = await worker.line(({ ev, source, code }) => ev === "delivery" && source === hash && code === "delivered", "its log record");
      assert.equal(form, `hmac-${hash}`);
      refused(await worker.post(hash, made(hash, size, "another secret of some length")), 401, "no_matching_signature");
      refused(await worker.post(hash, { ...event, body: `${event.body} ` }), 401, "no_matching_signature");
      for (const other of HASHES.filter((name) => name !== hash)) refused(await worker.post(hash, made(other, size)), 401, "no_matching_signature");
    });
  }

  test(`${hash}: an event whose first attempt fails is read back from the inbox with its form`, async () => {
    const [event, origin] = [made(hash, SIZES[0]), loopback.at(`${hash}-stored`)];
    origin.next(answer(500));
    accepted(await worker.post(`${hash}-stored`, event), event.id);
    await until(() => origin.requests.length > 1, "the second attempt");
    const { header, body } = origin.requests.at(-1);
    assert.deepEqual([header("countersign-form"), body.toString()], [`hmac-${hash}`, event.body]);
  });
}
