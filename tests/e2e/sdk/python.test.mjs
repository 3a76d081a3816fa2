// google-genai from PyPI, unmodified.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { startsJobs, step } from "./fixtures/python.mjs";

let world;
after(() => world?.close());

test("google-genai 3.6.1 starts jobs, and their events arrive by way of the Worker", async () => {
  const started = await startsJobs("python-3", { version: "3.6.1", video: "interaction.completed" });
  world = started.world;
  const { interaction } = await step(started.interpreter, "trigger", { gemini: world.gemini, ...world.addresses, note: started.note });
  const events = (await world.arrivals("gemini-jobs", 4)).map(({ body }) => JSON.parse(body));
  const { type, data } = events.find(({ data }) => data.id === interaction);
  assert.deepEqual([type, data.user_metadata], ["interaction.completed", { note: started.note }]);
});
