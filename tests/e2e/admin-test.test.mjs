// Test events: signed with the source's own key, delivered as a sender's are, and marked.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { Operator } from "./fixtures/inbox.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { refused } from "./fixtures/expect.mjs";
import { delivery, newEd25519, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";
import { source } from "./fixtures/worker.mjs";

const { jwk } = newEd25519();
const PUBLIC = Buffer.from(jwk.x, "base64url").toString("hex");
let inbox, worker;

before(async () => {
  inbox = await Stored.start({
    named: { github: [{ scheme: "github" }], selective: [{}, { when: { type: ["invoice.*"] } }] },
    others: (loopback) => ({
      passed: source(loopback.at("passed"), { dedupe: "off" }),
      foreign: source(loopback.at("foreign"), { scheme: "discord", secrets: ["PUBLIC"], dedupe: "off" }),
    }),
    secrets: { PUBLIC },
  });
  ({ worker } = inbox);
});

after(() => inbox?.close());

test("a test event is verified, stored and delivered like any other, and is marked", async () => {
  for (const name of ["github", undefined]) {
    const { origin, operator } = inbox.take(name);
    const reply = await operator.post("test");
    assert.deepEqual([reply.status, reply.json.status], [200, "accepted"], reply.text);
    const [request] = await origin.arrivals(1);
    assert.equal(request.header("countersign-test"), "1");
    const { id } = reply.json;
    await operator.becomes(id, "delivered");
    assert.deepEqual(await operator.list(), [], "lists leave it out");
    assert.deepEqual((await operator.list("test=true")).map((event) => [event.id, event.test]), [[id, true]]);
    const counted = await operator.post("replay?state=delivered&dry_run=true");
    assert.equal(counted.json.count, 0, "so do replays");
  }
});

test("it is among the counts of the last hour, as it is among those of its destination", async () => {
  const { path, operator } = inbox.take();
  const counts = async () => {
    const { sources } = (await worker.get("admin/sources", [operator.bearer])).json;
    const { accepted_last_hour: accepted, refused_last_hour: refused, delivered, destinations } = sources.find(({ name }) => name === path);
    return [accepted, refused, delivered, destinations[0].delivered];
  };
  assert.deepEqual(await counts(), [0, 0, 0, 0]);
  await operator.post("test");
  await until(async () => (await counts()).join() === "1,0,1,1", "the test event in each of them");
});

test("no sender can mark an event", async () => {
  const { path, origin, operator } = inbox.take();
  const made = delivery(signedBy(inbox.secret), { extra: [["countersign-test", "1"]] });
  assert.equal((await worker.post(path, made)).status, 202);
  const [request] = await origin.arrivals(1);
  assert.equal(request.header("countersign-test"), undefined);
  assert.deepEqual((await operator.list()).map((event) => [event.id, event.test]), [[made.id, false]]);
});

test("filters apply to a test event", async () => {
  const { operator } = inbox.take("selective");
  const { id } = (await operator.post("test")).json;
  assert.equal((await operator.event(id)).state, "filtered");
});

test("where events are passed through, it says what the destination said", async () => {
  const operator = new Operator(worker, "passed");
  const origin = inbox.loopback.at("passed");
  assert.equal((await operator.post("test")).json.status, "delivered");
  assert.equal(origin.requests[0].header("countersign-test"), "1");
  origin.next(answer(500));
  refused(await operator.post("test"), 502, "destination_failed");
  await operator.post("test");
  const counts = async () => {
    const { sources } = (await worker.get("admin/sources", [operator.bearer])).json;
    const { accepted_last_hour: accepted, refused_last_hour: refused } = sources.find(({ name }) => name === "passed");
    return [accepted, refused];
  };
  await until(async () => (await counts()).join() === "2,0", "those that were delivered to count, and the other not as refused");
});

test("where only the sender has the key, there is none", async () => {
  refused(await new Operator(worker, "foreign").post("test"), 409, "test_unavailable");
  refused(await new Operator(worker, "nobody").post("test"), 404, "not_found");
});
