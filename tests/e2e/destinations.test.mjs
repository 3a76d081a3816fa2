// Destinations other than an origin: a service binding, and a Durable Object chosen by a template; of passed and of stored events.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Worker } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate } from "./fixtures/expect.mjs";
import { delivery, newBody, newId, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const NAMES = { "by-id": undefined, "by-source": "{source}", "by-type": "{type}", "by-data": "{data.id}", mixed: "a/{source}/{type}/{data.id}/{id}", scoped: "{source}:{data.id}", typed: "{type}:{data.id}" };
let worker;

before(async () => {
  const to = (forward) => ({ scheme: "standard-webhooks", secrets: ["SECRET"], forward });
  const objects = Object.entries(NAMES).map(([path, name]) => [path, to({ durable_object: "MAILBOX", ...(name && { name }) })]);
  const stored = (forward) => ({ ...to(forward), durable: true });
  worker = await Worker.start({
    build: "worker-test",
    sources: {
      service: to({ service: "SERVICE" }),
      ...Object.fromEntries(objects),
      "stored-service": stored({ service: "SERVICE" }),
      "stored-object": stored({ durable_object: "MAILBOX", name: "{source}/{type}/{data.id}" }),
    },
    secrets: { SECRET: secret, ADMIN_TOKEN },
    destinations: true,
  });
});

after(async () => {
  await worker?.close();
  closeConnections();
});

/** What the service was sent of an event. */
async function atService({ id }) {
  const seen = await (await worker.destination().fetch("http://destinations/__seen")).json();
  return seen.filter(({ headers }) => new Headers(headers).get("webhook-id") === id);
}

/** What the Durable Object of this name was sent, ids only. */
async function mailbox(name) {
  const { MAILBOX } = await worker.destination().getEnv();
  return MAILBOX.get(MAILBOX.idFromName(name)).all();
}

const idsIn = async (name) => (await mailbox(name)).map(({ headers }) => new Headers(headers).get("webhook-id"));

test("a service binding gets the event as an origin would", async () => {
  const made = delivery(sign, { extra: [["cookie", "a=b"]] });
  delivered(await worker.post("service", made), made.id);
  const [request] = await atService(made);
  assert.equal(`${request.method} ${request.url}`, "POST https://countersign.internal/service");
  assert.equal(request.body, made.body);
  const headers = new Headers(request.headers);
  assert.equal(headers.get("countersign-source"), "service");
  assert.equal(headers.get("countersign-scheme"), "standard-webhooks");
  assert.equal(headers.get("countersign-form"), "v1");
  assert.match(headers.get("user-agent"), /^countersign\/\d/);
  assert.equal(headers.has("cookie"), false);
  duplicate(await worker.post("service", made), made.id);
});

test("a Durable Object gets the event as an origin would", async () => {
  const made = delivery(sign);
  delivered(await worker.post("by-id", made), made.id);
  const [request] = await mailbox(made.id);
  assert.equal(`${request.method} ${request.url}`, "POST https://countersign.internal/by-id");
  assert.equal(request.body, made.body);
  assert.equal(new Headers(request.headers).get("countersign-source"), "by-id");
  assert.match(new Headers(request.headers).get("user-agent"), /^countersign\/\d/);
});

test("which object is named by the event's source, type, data and id", async () => {
  const body = newBody("video.generated");
  const dataId = JSON.parse(body).data.id;
  const expected = { "by-source": "by-source", "by-type": "video.generated", "by-data": dataId };
  for (const [path, name] of Object.entries(expected)) {
    const made = delivery(sign, { body });
    delivered(await worker.post(path, made), made.id);
    assert.ok((await idsIn(name)).includes(made.id), `${path} goes to ${name}`);
  }
  const made = delivery(sign, { body });
  delivered(await worker.post("mixed", made), made.id);
  assert.deepEqual(await idsIn(`a/mixed/video.generated/${dataId}/${made.id}`), [made.id]);
});

test("the type that an object's name is read from is in the log, also of a large body", async () => {
  for (const size of [0, 20_000]) {
    const body = JSON.stringify({ type: "video.generated", data: { id: newId() }, padding: "x".repeat(size) });
    for (const [path, type] of [["by-type", "video.generated"], ["by-id", undefined]]) {
      const made = delivery(sign, { body, id: newId() });
      delivered(await worker.post(path, made), made.id);
      const line = await worker.line((l) => l.id_hash === hashed(path, made.id), "the event");
      assert.equal(line.type, type, `${path}, ${size} bytes`);
    }
  }
});

/** The name of an object that no template can give: the event's hashed id, as the log has it. */
const hashed = (source, id) => createHash("sha256").update(`${source}\0${id}`).digest("hex");

test("where a placeholder has no value, the name is the event's hashed id", async () => {
  const bodies = ["", "not JSON", "[]", "null", "{}", '{"type":"x"}', '{"type":"x","data":{}}', '{"type":"x","data":null}', '{"type":"x","data":"y"}', "\ufeff{}"];
  for (const body of bodies) {
    for (const path of ["by-data", "mixed"]) {
      const made = delivery(sign, { body, id: newId() });
      delivered(await worker.post(path, made), made.id);
      assert.deepEqual(await idsIn(hashed(path, made.id)), [made.id], `${path} with ${JSON.stringify(body)}`);
      assert.deepEqual(await idsIn(made.id), [], "nothing goes to the bare id");
      const line = await worker.line((l) => l.source === path && l.id_hash === hashed(path, made.id), "the event");
      assert.equal(line.code, "delivered");
    }
  }
});

test("an id does not reach the object of another source", async () => {
  const victim = newId();
  const made = delivery(sign, { id: `other:${victim}`, body: "{}" });
  delivered(await worker.post("scoped", made), made.id);
  assert.deepEqual(await idsIn(made.id), []);
  assert.deepEqual(await idsIn(hashed("scoped", made.id)), [made.id]);
});

test("a value that holds the separator does not pass for two others", async () => {
  const bodies = [{ type: "a:b", data: { id: "c" } }, { type: "a", data: { id: "b:c" } }].map((body) => JSON.stringify(body));
  const [shifted, plain] = bodies.map((body) => delivery(sign, { body, id: newId() }));
  for (const made of [shifted, plain]) delivered(await worker.post("typed", made), made.id);
  assert.deepEqual(await idsIn("a:b:c"), [plain.id]);
  assert.deepEqual(await idsIn(hashed("typed", shifted.id)), [shifted.id]);
});

test("a stored event reaches a service as a passed one does, by its own request and by an alarm's", async () => {
  const operator = new Operator(worker, "stored-service");
  const [atOnce, later] = [delivery(sign, { extra: [["cookie", "a=b"]] }), delivery(sign)];
  accepted(await worker.post("stored-service", atOnce), atOnce.id);
  await operator.becomes(atOnce.id, "delivered");
  await worker.destination().fetch("http://destinations/__refuse?count=1");
  accepted(await worker.post("stored-service", later), later.id);
  assert.deepEqual([(await operator.failed(later.id)).last_status, (await operator.failed(later.id)).last_error], [500, "destination_failed"]);
  await operator.untilNextAttempt(later.id);
  await operator.becomes(later.id, "delivered");
  for (const [made, attempts] of [[atOnce, ["1"]], [later, ["1", "2"]]]) {
    const requests = await atService(made);
    assert.deepEqual(requests.map(({ headers }) => new Headers(headers).get("countersign-attempt")), attempts);
    for (const request of requests) {
      assert.deepEqual([request.url, request.body], ["https://countersign.internal/stored-service", made.body]);
      assert.equal(new Headers(request.headers).has("cookie"), false);
    }
  }
  await worker.setClock(0);
});

test("a stored event reaches the Durable Object that its body names, by its own request and by an alarm's", async () => {
  const operator = new Operator(worker, "stored-object");
  const all = ["video.generated", "batch.succeeded", "x".repeat(100)].map((type) => delivery(sign, { body: newBody(type) }));
  await operator.post("pause");
  for (const made of all.slice(1)) accepted(await worker.post("stored-object", made), made.id);
  await operator.post("resume");
  accepted(await worker.post("stored-object", all[0]), all[0].id);
  await until(async () => (await operator.stats()).delivered === 3, "all to be delivered");
  for (const made of all) {
    const { type, data } = JSON.parse(made.body);
    assert.deepEqual(await idsIn(`stored-object/${type}/${data.id}`), [made.id]);
  }
});
