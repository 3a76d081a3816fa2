// What the SDKs do not show: everything wrong that can be sent, keys that change, a token, an origin that fails.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { World } from "./fixtures/world.mjs";

const worlds = [];
after(() => Promise.all(worlds.map((world) => world.close())));

async function start(name, options) {
  const world = await World.start(name, options);
  worlds.push(world);
  return world;
}

/** A batch with a webhook of its own, and the id that its event has. */
async function startBatch(world) {
  const batch = { inputConfig: { fileName: "files/requests" }, webhookConfig: { uris: [world.addresses.own] } };
  const { name } = await world.call("POST", "/v1/models/gemini-2.5-flash:batchGenerateContent", { batch });
  return name.replace("batches/", "");
}

test("every scenario of `send` is answered as it should be, of either kind of webhook", async () => {
  const world = await start("scenarios", { serve: ["--seed", "scenarios"] });
  const { registered, own } = world.addresses;
  const right = await world.send("--to", registered, "--scheme", "gemini", "--secret", world.secret, "--scenario", "all");
  assert.equal(right.status, 0, right.text);
  const dynamic = await world.send("--to", own, "--scheme", "gemini-dynamic", "--seed", "scenarios", "--scenario", "all");
  assert.equal(dynamic.status, 0, dynamic.text);
  const stranger = await world.send("--to", own, "--scheme", "gemini-dynamic", "--seed", "another");
  assert.equal(stranger.status, 1, stranger.text);
});

test("keys that rotate, and an origin that fails at first, lose nothing", async () => {
  const world = await start("rotating", { serve: ["--time-scale", "600"] });
  const first = await startBatch(world);
  await world.arrivals("gemini-jobs", 1);
  await world.call("POST", "/_emulator/jwks/rotate");
  const second = await startBatch(world);
  const arrivals = await world.arrivals("gemini-jobs", 2);
  assert.deepEqual(arrivals.map(({ body }) => JSON.parse(body).data.id), [first, second]);

  // Passed through, so that the emulator has to come again.
  await world.misbehave({ fail: "2", status: 500 });
  const events = ["batch.succeeded"];
  const { id } = await world.call("POST", "/v1/webhooks", { uri: world.addresses.registered, subscribed_events: events });
  await world.call("POST", `/v1/webhooks/${id}:ping`);
  const [arrival] = await world.arrivals("gemini", 1);
  const ping = (await world.deliveries(3)).find(({ type }) => type === "webhook.ping");
  assert.equal(ping.id, arrival.id);
  assert.deepEqual(ping.attempts.map(({ status }) => status), [502, 502, 200]);
});

test("the documented token is verified, and its claims are what arrives", async () => {
  const serve = ["--dynamic", "jwt", "--audience", "countersign"];
  const world = await start("token", { serve, jobs: { accept: ["jwt"], audience: "countersign" } });
  const id = await startBatch(world);
  const [{ headers, body }] = await world.arrivals("gemini-jobs", 1);
  const { aud, jti, type, data } = JSON.parse(body);
  assert.deepEqual([aud, type, data.id, headers["countersign-scheme"], headers["countersign-form"]], ["countersign", "batch.succeeded", id, "gemini-dynamic", "jwt"]);
  assert.equal(headers["webhook-id"], jti);
});
