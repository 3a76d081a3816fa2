// google-genai 2 from PyPI, unmodified: it makes videos in another way, and knows no triggers.

import { after, test } from "node:test";
import { startsJobs } from "../fixtures/python.mjs";

let world;
after(() => world?.close());

test("google-genai 2.34.0 starts jobs, and their events arrive by way of the Worker", async () => {
  ({ world } = await startsJobs("python-2", { version: "2.34.0", video: "video.generated" }));
});
