// The first screen: what it shows of each source, and what an operator does there, alone and with another one.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { agree, assertClean, said, stand, visit } from "./fixtures/stand.mjs";

const here = await stand({
  plain: 3,
  others: (loopback) => ({
    several: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, destinations: { billing: { origin: loopback.at("billing").url }, warehouse: { origin: loopback.at("warehouse").url } } },
    faulty: { scheme: "standard-webhooks", secrets: ["MISSING"], forward: { origin: loopback.at("faulty").url } },
  }),
});
const { stored, loopback } = here;
const card = (page, name) => page.locator(`article[data-key="${name}"]`);

test("a source has its scheme, its URL, its counts and its destinations", async () => {
  const source = stored.take();
  await stored.delivered(source);
  const page = await visit(here);
  const shown = card(page, source.path);
  assert.match(await shown.locator(".source-head").textContent(), /standard-webhooks/);
  await shown.getByText(`/${source.path}`).first().waitFor();
  assert.match(await page.locator(".summary").textContent(), /^\d+ sources · \d+ pending · \d+ dead · [\d,]+ accepted and [\d,]+ refused in the last hour$/);
  const several = card(page, "several");
  for (const name of ["billing", "warehouse"]) assert.match(await several.locator(`li[data-key="${name}"]`).textContent(), /Open/);
  await shown.getByText("Copy URL").click();
  await said(page, /Copied the URL/);
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`/${source.path}$`));
  await assertClean(page);
});

test("a faulty source names its fault and the fix, and does not hide the others", async () => {
  const page = await visit(here);
  const faulty = card(page, "faulty");
  assert.equal(await faulty.getAttribute("data-health"), "bad");
  assert.match(await faulty.locator(".note").textContent(), /secrets.*not set.*wrangler secret put/);
  assert.equal(await faulty.getByText("Send a test event").count(), 0);
  assert.equal(await card(page, "several").getAttribute("data-health"), "good");
});

test("two operators pause and resume one destination, and each sees what the other did", async () => {
  const [one, two] = [await visit(here), await visit(here)];
  const billing = (page) => card(page, "several").locator('li[data-key="billing"]');
  await billing(one).getByRole("button", { name: "Pause" }).click();
  await one.getByText("Nothing is attempted at").waitFor();
  await agree(one);
  await said(one, /billing is paused/);
  await billing(two).getByText("Paused").waitFor();
  assert.match(await card(two, "several").locator('li[data-key="warehouse"]').textContent(), /Open/);
  const made = await stored.accept("several");
  await loopback.at("warehouse").arrivals(1);
  assert.equal(loopback.at("billing").requests.length, 0);
  await billing(one).getByText("1 pending").waitFor();
  await billing(two).getByRole("button", { name: "Resume" }).click();
  await said(two, /billing is resumed/);
  const [arrived] = await loopback.at("billing").arrivals(1);
  assert.equal(arrived.header("webhook-id"), made.id);
  await billing(one).getByRole("button", { name: "Pause" }).waitFor();
  for (const page of [one, two]) await assertClean(page);
});

test("what is cancelled in a dialog changes nothing, and the focus is back where it was", async () => {
  const page = await visit(here);
  await card(page, "several").locator('li[data-key="warehouse"]').getByRole("button", { name: "Pause" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#dialog:not([open])").waitFor({ state: "attached" });
  assert.deepEqual(await page.evaluate(() => [document.activeElement.textContent, document.activeElement.dataset.destination]), ["Pause", "warehouse"]);
  await page.keyboard.press("p");
  await page.locator("#dialog[open]").getByText("Pause warehouse?").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.ok(!here.tls.requests.some((request) => request.includes("destination=warehouse") && request.startsWith("POST /admin/several/pause")));
});

test("a source without an event shows a command that sends one, and it works", async () => {
  const source = stored.take();
  const page = await visit(here, `#/events/${source.path}`);
  await page.getByText("Nothing has arrived yet").waitFor();
  const command = await page.locator("main pre").textContent();
  const url = `${stored.worker.url}${source.path}`;
  const local = command.replace("whsec_…", stored.secret).replace(/curl '[^']+'/, `curl -s -o /dev/null -w '%{http_code}' '${url}'`);
  assert.ok(local.includes(url));
  const { stdout } = await promisify(execFile)("bash", ["-c", local]);
  assert.equal(stdout, "202");
  await page.locator("main").getByText("1 new").or(page.locator("main tbody tr")).first().waitFor();
});

test("while the Worker does not answer, what is shown stays, says how old it is, and comes back", async () => {
  const page = await visit(here);
  const before = await page.locator("article").count();
  here.tls.cut();
  await page.getByText("The console keeps trying.").waitFor();
  assert.equal(await page.locator("article").count(), before);
  assert.ok(await page.locator("main[data-stale]").count());
  here.tls.mend();
  await page.locator("main:not([data-stale])").waitFor();
  assert.equal(await page.getByText("The console keeps trying.").count(), 0);
});
