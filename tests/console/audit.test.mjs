// The audit records: page by page, and while others act.

import { test } from "node:test";
import assert from "node:assert/strict";
import { assertClean, stand, visit } from "./fixtures/stand.mjs";
import { until } from "../e2e/fixtures/wait.mjs";

const here = await stand({ plain: 2 });
const { stored } = here;

test("no record is missing or there twice, while older ones are shown and new ones come", async () => {
  const { operator } = stored.take();
  const act = async (count) => {
    for (let n = 0; n < count; n += 1) await operator.post(n % 2 ? "resume" : "pause");
  };
  await act(60);
  const page = await visit(here, "#/audit");
  const times = () => page.locator("tbody tr time").evaluateAll((all) => all.map((one) => one.getAttribute("datetime")));
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 50);
  let answered = 0;
  page.on("requestfinished", (request) => (answered += request.url().includes("cursor=") ? 1 : 0));
  await page.getByRole("button", { name: "Older records" }).dblclick();
  await until(() => answered === 2, "both answers");
  await until(async () => (await times()).length >= 60, "the older records");
  await act(5);
  await until(async () => (await times()).length >= 65, "the new records", 20_000);
  const shown = await times();
  const { audit } = (await stored.worker.get("admin/audit?limit=200", [operator.bearer])).json;
  assert.deepEqual(shown, audit.map(({ at }) => at));
  await assertClean(page);
});

test("a replay of many says of which events", async () => {
  const { operator } = stored.take();
  await operator.post("replay?type=video.*&state=dead");
  const page = await visit(here, "#/audit");
  await page.locator("tbody tr").first().getByText("dead, type video.*").waitFor();
  await operator.post("pause?destination=default");
  await page.locator("tbody tr").nth(1).getByText("dead, type video.*").waitFor();
  assert.equal(await page.locator("tbody tr").first().getByText("all events").count(), 0);
  await assertClean(page);
});
