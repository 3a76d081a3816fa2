// An R2 bucket as destination: objects with a line for each event, a few for many, beside another destination that gets each at once.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Worker } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

/** How long events are gathered, in seconds. */
const GATHER = 30;

const secret = newSecret();
const sign = signedBy(secret);
const durable = (more) => ({ scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, ...more });
let worker;

before(async () => {
  worker = await Worker.start({
    build: "worker-test",
    sources: {
      both: durable({ max_body: "64KiB", destinations: { app: { service: "SERVICE" }, all: { r2: "BODIES" } } }),
      large: durable({ max_body: "1MiB", forward: { r2: "BODIES" } }),
      shrunk: durable({ max_body: "1792KiB", forward: { r2: "BODIES" } }),
      unbound: durable({ forward: { r2: "JOBS" } }),
    },
    secrets: { SECRET: secret, ADMIN_TOKEN },
    destinations: true,
  });
});

after(async () => {
  await worker?.close();
  closeConnections();
});

const asked = async (path) => (await worker.destination().fetch(`http://destinations/${path}`)).json();
const objectsOf = (source) => asked(`__objects?prefix=${source}/`);
const linesOf = (objects) => objects.flatMap(({ text }) => text.trimEnd().split("\n").map((line) => JSON.parse(line)));
const idsOf = (objects) => linesOf(objects).map(({ headers }) => headers["webhook-id"]).sort();

async function send(source, bodies) {
  const made = bodies.map((body) => delivery(sign, { body }));
  await Promise.all(made.map(async (one) => accepted(await worker.post(source, one), one.id)));
  return made;
}

/** Lets the time pass for which events are gathered. */
async function passTime(source) {
  await worker.setClock(worker.offset + GATHER + 1);
  await new Operator(worker, source).stats();
}

test("events are gathered into one object, and another destination gets each at once", async () => {
  const bytes = Buffer.from([0xff, 0, 0x0a]);
  const made = await send("both", ["{}", '{"text":"a\\nb\\u2028"}', bytes, ...Array.from({ length: 17 }, (_, n) => JSON.stringify({ n }))]);
  await until(async () => (await asked("__seen")).length === made.length, "the service to have all events");
  assert.deepEqual(await objectsOf("both"), []);
  await passTime("both");
  await until(async () => (await objectsOf("both")).length > 0, "the object");
  const objects = await objectsOf("both");
  assert.equal(objects.length, 1);
  assert.match(objects[0].key, /^both\/all\/\d{4}-\d{2}-\d{2}\/0-\d{12}-1\.ndjson$/);
  assert.equal(objects[0].type, "application/x-ndjson");
  assert.deepEqual(idsOf(objects), made.map(({ id }) => id).sort());
  const lines = new Map(linesOf(objects).map((line) => [line.headers["webhook-id"], line]));
  assert.equal(lines.get(made[1].id).body, made[1].body);
  assert.equal(lines.get(made[1].id).headers["countersign-source"], "both");
  assert.equal(lines.get(made[2].id).base64, bytes.toString("base64"));
  const operator = new Operator(worker, "both");
  await until(async () => (await operator.event(made[0].id)).state === "delivered", "the event to be delivered at both");
});

test("as many as fit into memory do not wait, and all are there once", async () => {
  const made = await send("large", Array.from({ length: 40 }, (_, n) => JSON.stringify({ n })));
  await until(async () => linesOf(await objectsOf("large")).length >= 16, "the first full object");
  await until(async () => {
    if (linesOf(await objectsOf("large")).length >= made.length) return true;
    await passTime("large");
    return false;
  }, "all events");
  const objects = await objectsOf("large");
  assert.deepEqual(idsOf(objects), made.map(({ id }) => id).sort());
  assert.ok(objects.length <= 8, `${objects.length} objects for 40 events`);
});

test("a binding of another kind is a fault", async () => {
  refused(await worker.post("unbound", delivery(sign)), 500, "config_invalid");
});

test("events that were stored when `max_body` was larger are archived all the same", async () => {
  const operator = new Operator(worker, "shrunk");
  await operator.post("pause");
  const made = await send("shrunk", Array.from({ length: 24 }, (_, n) => `${n} ${"x".repeat(1792 * 1024 - 4)}`));
  await worker.restart({ sources: { shrunk: durable({ max_body: "64KiB", forward: { r2: "BODIES" } }) } });
  await operator.post("resume");
  await until(async () => (await operator.stats()).delivered === made.length, "all events to be delivered");
  const objects = await objectsOf("shrunk");
  assert.deepEqual(idsOf(objects), made.map(({ id }) => id).sort());
});
