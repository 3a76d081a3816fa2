// A hundred thousand events behind the list: the first page is there at once, filters say what they have not looked at, and what is new
// still arrives.

import { test } from "node:test";
import assert from "node:assert/strict";
import { assertClean, go, stand, visit } from "../fixtures/stand.mjs";

const MANY = 100_000;
const here = await stand({ plain: 1 });
const { stored } = here;
const rows = (page) => page.locator("main tbody tr");

test("the list of a hundred thousand events is quick, and goes on", async () => {
  const source = stored.take();
  const first = await stored.delivered(source, { body: JSON.stringify({ type: "rare", e2e: "e2e-body-" }) });
  await source.operator.post("pause");
  // As the inbox stores them, without a delivery for each.
  const like = "INSERT INTO log_1 SELECT n, randomblob(32), 'many_' || n, 'v1', headers, received_at, 'many', 0, bytes, body, NULL, NULL";
  await source.operator.object("query", [`${like} FROM log_1, (WITH RECURSIVE all_numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM all_numbers WHERE n <= ${MANY}) SELECT n FROM all_numbers) WHERE number = 1`]);
  await source.operator.evict();
  const page = await visit(here);
  const began = performance.now();
  await go(page, `#/events/${source.path}`);
  await page.waitForFunction(() => document.querySelectorAll("main tbody tr").length === 50);
  assert.ok(performance.now() - began < 5_000, "the first page is there at once");
  await page.getByRole("button", { name: "Older events" }).click();
  await page.waitForFunction(() => document.querySelectorAll("main tbody tr").length === 100);
  const made = await stored.accept(source.path);
  await page.getByRole("button", { name: "1 new" }).waitFor();
  await page.keyboard.press("n");
  await rows(page).first().getByText(made.id).waitFor();
  // The only one of its type is the oldest: a search says what it has not looked at, and goes on when asked.
  await go(page, `#/events/${source.path}?type=rare`);
  for (let pages = 0, found = []; found.length === 0; pages += 1) {
    assert.ok(pages < 5);
    const answered = page.waitForResponse((response) => response.url().includes("cursor="));
    await page.getByRole("button", { name: "Older events" }).click();
    found = (await (await answered).json()).events;
  }
  assert.equal(await rows(page).locator("a[data-item]").textContent(), first.id);
  await assertClean(page);
});
