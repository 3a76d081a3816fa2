// Refusals: counted by code, captured for a while, and explained with the source's own key.

import { test } from "node:test";
import assert from "node:assert/strict";
import { READ_TOKEN, agree, assertClean, go, said, stand, visit } from "../fixtures/stand.mjs";
import { newSecret, signedBy, delivery } from "../../e2e/fixtures/sign.mjs";
import { until } from "../../e2e/fixtures/wait.mjs";

const here = await stand({ plain: 3 });
const { stored, worker } = here;

/** The same delivery, whose body has a newline more than what was signed. */
function withNewline() {
  const made = stored.fresh();
  return { ...made, body: `${made.body}\n` };
}

test("refusals are counted by source and code, and a code says what it means", async () => {
  const { path } = stored.take();
  for (let n = 0; n < 3; n += 1) assert.equal((await worker.post(path, delivery(signedBy(newSecret())))).status, 401);
  const page = await visit(here, "#/refused");
  const row = page.locator(`tr[data-key="${path} no_matching_signature"]`);
  await row.waitFor();
  await until(async () => /3$/.test(await row.textContent()), "three refusals");
  await row.getByRole("button").click();
  await page.locator("#dialog[open]").getByText("Fix").waitFor();
  await page.keyboard.press("Escape");
  await row.getByRole("link", { name: path }).click();
  await page.waitForFunction((path) => location.hash.includes(`source=${path}`), path);
  await assertClean(page);
});

test("a capture keeps refused deliveries, and the report names what is wrong; the secret is nowhere", async () => {
  const { path } = stored.take();
  const page = await visit(here, `#/refused?source=${path}`);
  await page.getByRole("button", { name: "Capture the next 20" }).click();
  await agree(page);
  await said(page, /Capturing/);
  await page.getByRole("button", { name: "Stop capturing" }).waitFor();
  await until(async () => {
    assert.equal((await worker.post(path, withNewline())).status, 401);
    await new Promise((resume) => setTimeout(resume, 300));
    return (await page.locator(".capture").count()) > 0;
  }, "a captured delivery", 40_000);
  // Another one may come before it.
  const capture = page.locator(`.capture[data-key="${await page.locator(".capture").first().getAttribute("data-key")}"]`);
  await capture.getByRole("button", { name: "Explain" }).click();
  await capture.getByText("Nearly right").or(capture.getByText("Matches if")).first().waitFor();
  assert.match(await capture.locator(".report").textContent(), /newline/);
  assert.ok(!(await page.content()).includes(stored.secret.slice(6)));
  await capture.getByRole("button", { name: "Hide the report" }).click();
  assert.equal(await capture.locator(".report").count(), 0);
  await page.getByRole("button", { name: "Stop capturing" }).click();
  await page.getByRole("button", { name: "Capture the next 20" }).waitFor();
  const viewer = await visit(here, `#/refused?source=${path}`, { token: READ_TOKEN });
  await viewer.locator(".capture").first().waitFor();
  assert.equal(await viewer.getByRole("button", { name: "Explain" }).count(), 0);
  await go(page, "#/audit");
  await page.locator("main tbody").getByText("capture").first().waitFor();
  await assertClean(page);
});

test("nothing was refused: the screen says so", async () => {
  const { path } = stored.take();
  const page = await visit(here, `#/refused?source=${path}`);
  await page.getByText("Nothing was refused").first().waitFor();
});
