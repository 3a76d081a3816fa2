// A Queue as destination: messages with text, with base64, and with the key of an object in R2; and a consumer that fails.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Worker } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy, v1 } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const [secret, ours] = [newSecret(), newSecret()];
const sign = signedBy(secret);
let worker;

before(async () => {
  const to = (forward, more = {}) => ({ scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, forward, ...more });
  worker = await Worker.start({
    sources: {
      jobs: to({ queue: "JOBS", large: "BODIES", sign_with: "OURS" }),
      small: to({ queue: "JOBS" }, { max_body: "64KiB" }),
      unbound: to({ queue: "SERVICE", large: "BODIES" }),
      unlarge: to({ queue: "JOBS", large: "EVENTS" }),
    },
    secrets: { SECRET: secret, OURS: ours, ADMIN_TOKEN },
    destinations: true,
  });
});

after(async () => {
  await worker?.close();
  closeConnections();
});

const asked = async (path) => worker.destination().fetch(`http://destinations/${path}`);

/** The messages of an event, once there are so many. */
async function messagesOf({ id }, count = 1) {
  let found = [];
  await until(async () => {
    const all = await (await asked("__messages")).json();
    found = all.filter(({ headers }) => headers["webhook-id"] === id);
    return found.length >= count;
  }, `${count} messages of ${id}`);
  return found;
}

async function sent(body, source = "jobs") {
  const made = delivery(sign, { body });
  accepted(await worker.post(source, made), made.id);
  const [message] = await messagesOf(made);
  return { made, message };
}

test("a message has the headers that an origin would get, signed for it, and the body as text", async () => {
  const body = '{"type":"a","text":"\ufeff\u2028\u00e9 \u0000"}';
  const { made, message } = await sent(body);
  assert.deepEqual(message.shape, ["headers", "body"]);
  assert.equal(Buffer.from(message.bytes, "base64").toString(), body);
  const { headers } = message;
  assert.equal(headers["countersign-source"], "jobs");
  assert.equal(headers["countersign-attempt"], "1");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["webhook-signature"], v1(ours, made.id, Number(headers["webhook-timestamp"]), body));
  const attempts = () => worker.lines("attempt", (line) => line.id_hash === hashed("jobs", made.id));
  await until(() => attempts().length > 0, "the attempt's record");
  assert.deepEqual(attempts().map(({ code, dest_status }) => [code, dest_status]), [["delivered", 200]]);
  const operator = new Operator(worker, "jobs");
  await until(async () => (await operator.event(made.id)).state === "delivered", "the event's state");
  assert.equal((await operator.stats()).destinations.default.to, "JOBS");
});

test("bytes that are no text, or text that escapes make too long, are in base64", async () => {
  for (const body of [Buffer.from([0xff, 0xfe, 0, 1]), "\"".repeat(80_000)]) {
    const { message } = await sent(body);
    assert.deepEqual(message.shape, ["headers", "base64"]);
    assert.ok(Buffer.from(message.bytes, "base64").equals(Buffer.from(body)));
  }
  const { message } = await sent(randomBytes(64 * 1024), "small");
  assert.deepEqual(message.shape, ["headers", "base64"], "the largest body without a bucket");
});

test("what does not fit into a message is in the bucket, under the hash of the id", async () => {
  for (const body of ["\"".repeat(100_000), randomBytes(700_000), "x".repeat(126_999)]) {
    const { made, message } = await sent(body);
    assert.deepEqual([message.shape, message.type], [["headers", "key"], "application/json"]);
    assert.equal(message.key, `jobs/${hashed("jobs", made.id)}`);
    assert.ok(Buffer.from(message.bytes, "base64").equals(Buffer.from(body)));
  }
});

test("a consumer that fails gets the message again from the queue, and Countersign is done", async () => {
  await asked("__refuse?count=1");
  const { made } = await sent("{}");
  const messages = await messagesOf(made, 2);
  assert.deepEqual(messages.map(({ attempts, headers }) => [attempts, headers["countersign-attempt"]]), [[1, "1"], [2, "1"]]);
});

test("a binding of another kind is a fault", async () => {
  for (const source of ["unbound", "unlarge"]) refused(await worker.post(source, delivery(sign)), 500, "config_invalid");
  const health = await worker.get("healthz", [["authorization", `Bearer ${ADMIN_TOKEN}`]]);
  assert.match(health.json.faults.unbound.join(), /names no Queue binding/);
  assert.match(health.json.faults.unlarge.join(), /names no R2 binding/);
});

/** An event's hashed id, as the log has it. */
const hashed = (source, id) => createHash("sha256").update(`${source}\0${id}`).digest("hex");
