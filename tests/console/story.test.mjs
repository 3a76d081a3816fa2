// The story: an operator with a phone finds out why yesterday's events of one type did not arrive, fixes it, and replays them, without a
// line of curl. README.md shows a recording of it; to take it anew: UPDATE=1 node --test tests/console/story.test.mjs

import { test } from "node:test";
import assert from "node:assert/strict";
import { assertClean, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";
import { newBody } from "../e2e/fixtures/sign.mjs";
import { until } from "../e2e/fixtures/wait.mjs";
import { Film } from "../page/fixtures/film.mjs";

const DAY = 86_400;
const here = await stand({
  plain: 0,
  others: (loopback) => ({
    shop: {
      scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, dedupe: "7d", keep: "3d",
      destinations: {
        billing: { origin: loopback.at("billing").url, when: { type: ["invoice.*"] }, give_up_after: "10m", keep_answers: true },
        warehouse: { origin: loopback.at("warehouse").url },
      },
    },
  }),
});
const { stored, worker, loopback } = here;

test("yesterday's invoices did not reach billing", async () => {
  const [billing, warehouse] = [loopback.at("billing"), loopback.at("warehouse")];
  // Yesterday, billing answered 500 to every invoice.
  billing.always(answer(500, { "content-type": "application/json" }, '{"error":"column \\"tax_id\\" does not exist"}'));
  await worker.setClock(-DAY);
  const invoices = [];
  for (let n = 0; n < 3; n += 1) invoices.push(await stored.accept("shop", { body: newBody("invoice.paid") }));
  await stored.accept("shop", { body: newBody("customer.created") });
  await warehouse.arrivals(4);
  await billing.arrivals(1);
  const { operator } = stored.take("shop");
  // An attempt that the clock leaves behind would be made again.
  await until(async () => Object.values((await operator.stats()).destinations).every(({ under_way: count }) => count === 0), "attempts to end");
  // Today, its developers were told, and nobody sent the events again.
  await worker.setClock(0);
  await operator.object("ring");

  // Two in the morning, a phone.
  const page = await visit(here, "", { width: 360, height: 760, hasTouch: true, isMobile: true });
  const card = page.locator('article[data-key="shop"]');
  const dead = card.locator("dl.figures a.bad", { hasText: /^3$/ });
  await dead.waitFor();
  const film = new Film(page);
  await film.show(2000);
  await film.press(dead);
  await shows(page, "events");
  await page.fill('input[name="type"]', "invoice.paid");
  await page.keyboard.press("Enter");
  await page.selectOption('select[name="span"]', "yesterday");
  await page.waitForFunction(() => document.querySelectorAll("main tbody tr").length === 3);
  await film.show(1500);

  // Why?
  await film.press(page.locator("main tbody a[data-item]").first());
  await shows(page, "event");
  const failed = page.locator('.place[data-key="billing"] .attempt[data-good="false"]').first();
  assert.match(await failed.textContent(), /500.*destination_failed/);
  await film.show(1500);
  await film.press(page.getByRole("tab", { name: "Responses" }));
  await page.getByText("tax_id").first().waitFor();
  await film.show(2500);

  // Fixed. Once more, all of them.
  billing.always(answer(200));
  const before = billing.requests.length;
  await page.goBack();
  await shows(page, "events");
  await film.press(page.getByRole("button", { name: "Replay matching" }));
  await page.locator("#dialog[open]").waitFor();
  assert.equal(await page.locator("#replay-count").textContent(), "3 events");
  await film.show(1000);
  await film.press(page.locator("#dialog[open] .buttons button").first());
  await said(page, /The replay has begun/);
  await page.locator('.job[data-state="done"]').waitFor();
  await film.show(1500);
  const again = (await billing.arrivals(before + 3)).slice(before);
  assert.deepEqual(new Set(again.map((request) => request.header("webhook-id"))), new Set(invoices.map(({ id }) => id)));
  assert.equal(warehouse.requests.length, 4, "nobody else got them twice");

  // All is well again.
  await film.press(page.locator("#nav a", { hasText: "Sources" }));
  const figures = page.locator('article[data-key="shop"] .figures', { hasText: "Dead0" });
  await figures.scrollIntoViewIfNeeded();
  await film.show(3000);
  await film.write("console.gif");
  await page.locator("#nav a", { hasText: "Audit" }).tap();
  await shows(page, "audit");
  await page.locator("main tbody").getByText("replay").first().waitFor();
  await assertClean(page);
});
