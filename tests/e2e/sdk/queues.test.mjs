// Queues and R2 under `wrangler dev`, as a developer runs it: a source with a queue and an archive, and a consumer that throws at first.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { closeConnections, send } from "../fixtures/http.mjs";
import { accepted } from "../fixtures/expect.mjs";
import { Loopback } from "../fixtures/loopback.mjs";
import { delivery, newSecret, signedBy } from "../fixtures/sign.mjs";
import { until } from "../fixtures/wait.mjs";
import { COMPATIBILITY_DATE } from "../fixtures/worker.mjs";
import { isHealthy, repository, wranglerDev } from "./fixtures/program.mjs";

/** As many events as an object of the archive takes with this `max_body`, so that none waits for more. */
const [EVENTS, MAX_BODY] = [16, "1MiB"];

const secret = newSecret();
const sign = signedBy(secret);
let loopback, program, url;

before(async () => {
  loopback = await Loopback.start();
  const folder = `${repository}build/sdk/queues`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const configurations = { "countersign.json": countersign(), "consumer.json": consumer() };
  ({ program, url } = await wranglerDev(folder, configurations, { SECRET: secret }));
  await isHealthy(program, url);
});

after(async () => {
  await program?.end();
  await loopback?.close();
  closeConnections();
});

function countersign() {
  const durable = { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true };
  return {
    name: "countersign",
    main: `${repository}build/worker/index.js`,
    compatibility_date: COMPATIBILITY_DATE,
    durable_objects: { bindings: [{ name: "INBOX", class_name: "Inbox" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Inbox"] }],
    queues: { producers: [{ binding: "JOBS", queue: "jobs" }] },
    r2_buckets: BUCKETS,
    vars: {
      SOURCES: {
        events: { ...durable, max_body: MAX_BODY, destinations: { jobs: { queue: "JOBS", large: "BODIES" }, archive: { r2: "ARCHIVE" } } },
        elsewhere: { ...durable, forward: { queue: "JOBS", large: "ARCHIVE" } },
        look: { ...durable, max_body: "64KiB", forward: { queue: "JOBS" } },
      },
    },
  };
}

function consumer() {
  return {
    name: "consumer",
    main: `${repository}tests/e2e/fixtures/consumer/index.js`,
    compatibility_date: COMPATIBILITY_DATE,
    queues: {
      consumers: [
        { queue: "jobs", max_batch_size: 10, max_batch_timeout: 1, max_retries: 10, dead_letter_queue: "refused" },
        { queue: "refused", max_batch_timeout: 1 },
      ],
    },
    r2_buckets: BUCKETS,
    vars: { ORIGIN: loopback.at("").url.replace(/\/$/, "") },
  };
}

const BUCKETS = ["BODIES", "ARCHIVE"].map((binding) => ({ binding, bucket_name: binding.toLowerCase() }));

async function deliver(source, body) {
  const made = delivery(sign, { body });
  accepted(await send(`${url}/${source}`, made), made.id);
  return made;
}

const sent = new Map();
const origin = () => loopback.at("events");

test("a consumer that throws gets its batches again from the queue, and all bodies arrive as they were sent", async () => {
  const large = [randomBytes(700_000), "x".repeat(200_000), '"'.repeat(100_000)];
  const bodies = [...large, Buffer.from([0xff, 0xfe, 0]), "{}", ...Array.from({ length: EVENTS - 5 }, (_, n) => JSON.stringify({ n, text: "\u00e9" }))];
  await Promise.all(bodies.map(async (body) => sent.set((await deliver("events", body)).id, Buffer.from(body))));
  const arrived = () => new Map(origin().requests.map((request) => [request.header("webhook-id"), request]));
  await until(() => program.alive(arrived().size === sent.size), "all events to arrive");
  const shapes = new Set();
  for (const [id, request] of arrived()) {
    assert.ok(request.body.equals(sent.get(id)), `the body of ${id}`);
    assert.equal(request.header("countersign-attempt"), "1", "a message is sent once, whatever its consumer does");
    shapes.add(request.header("x-shape"));
  }
  assert.deepEqual([...shapes].toSorted(), ["headers,base64", "headers,body", "headers,key"]);
  const refused = loopback.at("refused").requests.flatMap(({ body }) => JSON.parse(body));
  assert.equal(loopback.at("refused").requests.length, 3);
  for (const id of refused) assert.ok(Number(arrived().get(id).header("x-attempts")) > 1, `${id} was retried`);
});

test("the archive has each event once, as a line of JSON", async () => {
  let objects = [];
  const linesOf = () => objects.flatMap(({ text }) => text.trimEnd().split("\n").map((line) => JSON.parse(line)));
  await until(async () => {
    const looks = loopback.at("archived").requests;
    const seen = looks.length;
    await deliver("look", "{}");
    await until(() => program.alive(looks.length > seen), "the consumer to look at the archive");
    objects = JSON.parse(looks.at(-1).body);
    return linesOf().length >= sent.size;
  }, "all events to be archived");
  const bodies = linesOf().map(({ headers, body, base64 }) => [headers["webhook-id"], base64 === undefined ? Buffer.from(body) : Buffer.from(base64, "base64")]);
  const byId = ([one], [other]) => (one < other ? -1 : 1);
  assert.deepEqual(bodies.toSorted(byId), [...sent].toSorted(byId));
  assert.equal(objects.length, 1);
  assert.match(objects[0].key, /^events\/archive\/\d{4}-\d{2}-\d{2}\/0-000000000001-1\.ndjson$/);
  assert.equal(objects[0].type, "application/x-ndjson");
});

test("a consumer whose bucket lacks the object takes no empty body for the event", async () => {
  const { id } = await deliver("elsewhere", "x".repeat(200_000));
  const givenUp = () => loopback.at("given-up").requests.flatMap(({ body }) => JSON.parse(body));
  await until(() => program.alive(givenUp().length > 0), "the queue to give the message up");
  assert.deepEqual(givenUp().map(({ headers, key }) => [headers["webhook-id"], typeof key]), [[id, "string"]]);
  assert.ok(!origin().requests.some((request) => request.header("webhook-id") === id));
});
