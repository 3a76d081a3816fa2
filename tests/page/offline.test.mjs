// The page without a network: one file from the file system, and the hosted page once it was open; and what the page weighs.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { make, open, paste, verdict } from "./fixtures/browser.mjs";
import { FOLDER } from "./fixtures/server.mjs";
import { host } from "./fixtures/visit.mjs";

const { server, browser } = await host();

test("countersign.html works alone, from the file system, and connects to nothing", async () => {
  const page = await open(browser, `file://${join(FOLDER, "countersign.html")}`, { offline: true });
  assert.equal(await verdict(page), "refused");
  await page.click("#near .primary");
  await page.waitForSelector('#verdict[data-state="genuine"]');
  await make(page, "token", "expired");
  assert.equal(await verdict(page), "refused");
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(page.seen.errors, []);
  assert.deepEqual(page.seen.requests.filter((url) => !url.startsWith("data:")).length, 1);
  await page.evaluate(() => fetch("https://example.com/").catch(() => {}));
  const [violation] = await page.evaluate(() => window.violations);
  assert.match(violation ?? "", /^connect-src/, "the policy stops it, not the missing network");
  await page.context().close();
});

test("the hosted page opens without a network once it was open", async () => {
  const page = await open(browser, server.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.context().setOffline(true);
  await page.reload();
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await paste(page, "webhook-id: msg_1\nwebhook-timestamp: 1764068070\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n\n{}");
  assert.equal(await verdict(page), "refused");
  const kept = await page.evaluate(async () => (await caches.keys()).length);
  assert.equal(kept, 1, "one copy is kept");
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  await assert.rejects(page.goto(`${server.url}console/`), "another page of the origin is not answered by this one");
  await page.context().close();
});

test("the page is few files, and small", async () => {
  const page = await open(browser, server.url);
  const loaded = page.seen.requests.filter((url) => url.startsWith("http")).map((url) => new URL(url).pathname.slice(1) || "index.html");
  assert.ok(loaded.length <= 5, loaded.join(", "));
  const weight = loaded.reduce((sum, file) => sum + gzipSync(readFileSync(join(FOLDER, file))).length, 0);
  assert.ok(weight <= 310_000, `${weight} bytes, gzipped`);
  const alone = statSync(join(FOLDER, "countersign.html")).size;
  assert.ok(alone <= 550_000, `countersign.html: ${alone} bytes`);
  const files = readdirSync(FOLDER).filter((file) => file !== "_headers");
  assert.deepEqual(files.sort(), ["countersign.html", "engine.wasm.gz", "index.html", "offline.js", "page.css", "page.js", "theme.js"]);
  const rules = /^# run_worker_first = .*$/m.exec(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8"))[0];
  assert.deepEqual(files.filter((file) => !rules.includes(`"!/${file}"`)), [], "a Worker with the page serves every file of it");
  await page.context().close();
});
