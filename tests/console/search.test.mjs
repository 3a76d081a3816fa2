// One field finds an event by its id, its hash or a record of the log, and explains codes.

import { test } from "node:test";
import assert from "node:assert/strict";
import { assertClean, go, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";
import { until } from "../e2e/fixtures/wait.mjs";

const here = await stand({
  plain: 4,
  others: (loopback) => ({
    faulty: { scheme: "standard-webhooks", secrets: ["MISSING"], forward: { origin: loopback.at("faulty").url } },
    silent: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, forward: { origin: loopback.at("silent").url } },
  }),
});
const { stored, worker } = here;

const search = async (page, text) => {
  await page.keyboard.press("/");
  await page.fill("#search", text);
  await page.keyboard.press("Enter");
};

test("a pasted record of the log explains its code and leads to its event", async () => {
  const source = stored.take();
  source.origin.always(answer(500));
  const made = await stored.accept(source.path);
  await source.operator.failed(made.id);
  const record = await until(() => worker.lines("attempt", (line) => line.source === source.path)[0], "the record of the attempt");
  const page = await visit(here);
  await page.evaluate((text) => navigator.clipboard.writeText(text), `2026-11-28 18:03:11 INFO ${JSON.stringify(record)}`);
  await page.keyboard.press("/");
  await page.keyboard.press("Control+v");
  const dialog = page.locator("#dialog[open]");
  await dialog.getByText("A record of the log").waitFor();
  assert.match(await dialog.textContent(), /destination_failed.*the destination responded 500/);
  assert.match(await dialog.textContent(), /check the destination/i);
  await dialog.getByRole("link", { name: made.id }).click();
  await shows(page, "event");
  assert.equal(await page.locator("h1").textContent(), made.id);
  assert.ok(!page.url().includes(record.id_hash), "what was pasted is not in the URL");
  await assertClean(page);
});

test("an event is found from a screen that has loaded no sources", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  const page = await visit(here, "#/health");
  await search(page, made.id);
  await shows(page, "event");
  assert.equal(await page.locator("h1").textContent(), made.id);
});

test("an id, a hash and a code are found; anything else is said not to be", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  const [record] = worker.deliveries((line) => line.source === source.path && line.id_hash);
  const page = await visit(here);
  for (const text of [made.id, record.id_hash]) {
    await go(page, "#/sources");
    await search(page, text);
    await shows(page, "event");
    assert.equal(await page.locator("h1").textContent(), made.id);
  }
  await search(page, "no_matching_signature");
  await page.locator("#dialog[open]").getByText("Fix").waitFor();
  await page.keyboard.press("Escape");
  await search(page, '<img src=x onerror="window.hit=1">');
  await said(page, /No event and no code/);
  await search(page, "a".repeat(64));
  await said(page, /No event and no code is called aaa/);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  await assertClean(page);
});

test("a source that cannot be asked hides no event of another, and what is not found is not said to be unknown", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  await stored.delivered(stored.take("silent"));
  await stored.take("silent").operator.object("query", ["ALTER TABLE ids_1 RENAME TO lost"]);
  const page = await visit(here);
  await search(page, made.id);
  await shows(page, "event");
  await search(page, "no_matching_signature");
  await page.locator("#dialog[open]").getByText("Fix").waitFor();
  await page.keyboard.press("Escape");
  await search(page, "msg_unknown");
  await said(page, /could not be stored/);
});
