// google-genai from PyPI, unmodified: the newest, and a 2.x, which makes videos in another way.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { python, step } from "./fixtures/python.mjs";
import { arrives } from "./fixtures/story.mjs";
import { World } from "./fixtures/world.mjs";

const worlds = [];
after(() => Promise.all(worlds.map((world) => world.close())));

const VERSIONS = {
  "python-3": { version: "3.6.1", video: "interaction.completed" },
  "python-2": { version: "2.34.0", video: "video.generated" },
};

for (const [name, { version, video }] of Object.entries(VERSIONS)) {
  test(`google-genai ${version} starts jobs, and their events arrive by way of the Worker`, async () => {
    const interpreter = await python(name);
    const world = await World.start(`${name}-world`);
    worlds.push(world);
    const note = `for ${name}`;
    const started = await step(interpreter, "start", { gemini: world.gemini, ...world.addresses, note });
    assert.equal(started.version, version);
    const arrivals = await arrives(world, started, { note, video });

    const told = { gemini: world.gemini, ...started, secret: world.originSecret, arrivals };
    const results = await step(interpreter, "results", told);
    assert.equal(results.verified, 5);
    assert.deepEqual([results.batch, results.batch_answers, results.interaction], ["JOB_STATE_SUCCEEDED", 1, "completed"]);
    assert.match(results.own_batch_file, /^files\/batch-/);
    assert.match(results.video, /^https:\/\/generativelanguage\.googleapis\.com\//);
    assert.deepEqual([results.webhook, results.secrets], ["enabled", 2]);

    if (version.startsWith("2.")) return;
    const { interaction } = await step(interpreter, "trigger", { gemini: world.gemini, ...world.addresses, note });
    const events = (await world.arrivals("gemini-jobs", 4)).map(({ body }) => JSON.parse(body));
    const { type, data } = events.find(({ data }) => data.id === interaction);
    assert.deepEqual([type, data.user_metadata], ["interaction.completed", { note }]);
  });
}
