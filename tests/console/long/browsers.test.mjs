// The console in Firefox and in WebKit, Safari's engine: a walk through every screen, with actions.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ADMIN_TOKEN, stand } from "../fixtures/stand.mjs";
import { inFirefox } from "../fixtures/firefox.mjs";
import { inWebKit } from "../fixtures/webkit.mjs";

const here = await stand({ plain: 2 });
const { stored, tls } = here;
const WALK = readFileSync(new URL("../fixtures/walk.js", import.meta.url), "utf8");
const STEPS = ["sign-in", "sources", "dialog", "paused", "resumed", "events", "rows", "focus", "event", "body", "dialog", "replayed", "refused", "health", "audit", "width"];

for (const [name, visit] of [["Firefox", (walk) => inFirefox(here.url, walk)], ["WebKit", (walk) => inWebKit(tls, "console/", walk)]]) {
  test(`${name} walks through every screen`, async () => {
    const source = stored.take();
    const { id } = await stored.delivered(source);
    const walk = `(async () => { ${WALK}\n return JSON.stringify(await walk(${JSON.stringify({ token: ADMIN_TOKEN, source: source.path, id })}).catch((error) => [String(error)])); })()`;
    assert.deepEqual(await visit(walk), STEPS);
    assert.equal((await source.origin.arrivals(2))[1].header("webhook-id"), id);
  });
}
