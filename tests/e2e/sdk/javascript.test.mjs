// @google/genai from npm, unmodified.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { GoogleGenAI } from "@google/genai";
import { arrives, verifies } from "./fixtures/story.mjs";
import { World, repository } from "./fixtures/world.mjs";

const model = "gemini-2.5-flash";
const note = "for JavaScript";
let world;
after(() => world?.close());

test("@google/genai 3.3.0 starts jobs, and their events arrive by way of the Worker", async () => {
  const { version } = JSON.parse(readFileSync(`${repository}node_modules/@google/genai/package.json`, "utf8"));
  assert.equal(version, "3.3.0");
  world = await World.start("javascript-world");
  const ai = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: world.gemini } });
  const started = await start(ai, world.addresses);
  verifies(world.originSecret, await arrives(world, started, { note, video: "interaction.completed" }));

  const batch = await ai.batches.get({ name: started.batch });
  assert.deepEqual([batch.state, batch.dest.inlinedResponses.length], ["JOB_STATE_SUCCEEDED", 1]);
  assert.match((await ai.batches.get({ name: started.own_batch })).dest.fileName, /^files\/batch-/);
  assert.equal((await ai.interactions.get(started.interaction)).status, "completed");
  assert.match((await ai.interactions.get(started.video)).output_video.uri, /^https:/);
  const webhook = await ai.webhooks.get(started.webhook);
  assert.deepEqual([webhook.state, webhook.signing_secrets.length], ["enabled", 2]);
  await ai.webhooks.delete(started.webhook);

  const run = await runTrigger(ai, world.addresses);
  const arrival = (await world.arrivals("gemini-jobs", 4)).map(({ body }) => JSON.parse(body)).find(({ data }) => data.id === run.interaction_id);
  assert.deepEqual([arrival.type, arrival.data.user_metadata], ["interaction.completed", { note, nested: { n: 1 } }]);
  const { trigger_executions: executions } = await ai.triggers.listExecutions(run.trigger_id);
  assert.deepEqual(executions.map(({ id, status }) => [id, status]), [[run.id, "completed"]]);
  await ai.triggers.delete(run.trigger_id);
});

/** An agent on a schedule, which tells a webhook of its own; and one run of it, asked for. */
async function runTrigger(ai, { own }) {
  const interaction = { agent: "deep-research", input: "hello", webhook_config: { uris: [own], user_metadata: { note, nested: { n: 1 } } } };
  const { id } = await ai.triggers.create({ schedule: "0 9 * * 1", time_zone: "UTC", interaction });
  return ai.triggers.run(id);
}

async function start(ai, { registered, own }) {
  const metadata = { note, nested: { n: 1 } };
  const events = ["batch.succeeded", "interaction.completed"];
  const webhook = await ai.webhooks.create({ name: "countersign", uri: registered, subscribed_events: events });
  const behavior = { revocation_behavior: "revoke_previous_secrets_after_h24" };
  const { secret } = await ai.webhooks.rotateSigningSecret(webhook.id, behavior);
  await ai.webhooks.ping(webhook.id);
  const src = [{ contents: [{ parts: [{ text: "hello" }] }] }];
  const batch = await ai.batches.create({ model, src, config: { displayName: "registered" } });
  const webhookConfig = { uris: [own], userMetadata: metadata };
  const ownBatch = await ai.batches.create({ model, src: "files/requests", config: { displayName: "own", webhookConfig } });
  const background = { background: true, webhook_config: { uris: [own], user_metadata: metadata } };
  const interaction = await ai.interactions.create({ model, input: "hello", ...background });
  const video = { model: "veo-3", input: "a cat", response_format: { type: "video" } };
  const { id } = await ai.interactions.create({ ...video, ...background });
  return {
    webhook: webhook.id,
    secret_shown: webhook.new_signing_secret,
    secret_rotated: secret,
    batch: batch.name,
    own_batch: ownBatch.name,
    interaction: interaction.id,
    video: id,
  };
}
