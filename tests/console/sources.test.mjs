// The first screen: what it shows of each source, and what an operator does there, alone and with another one.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { agree, assertClean, go, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";
import { newEd25519 } from "../e2e/fixtures/sign.mjs";
import { until } from "../e2e/fixtures/wait.mjs";

/** Responses break off while this is set: their beginning arrives. */
let breaks = false;
const gate = (request, response) => {
  if (!breaks || !request.url.startsWith("/admin/")) return false;
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"sources":[', () => response.destroy());
  return true;
};
const here = await stand({
  plain: 5,
  gate,
  others: (loopback) => ({
    several: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, destinations: { billing: { origin: loopback.at("billing").url }, warehouse: { origin: loopback.at("warehouse").url } } },
    sharded: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, shards: 2, forward: { origin: loopback.at("sharded").url } },
    faulty: { scheme: "standard-webhooks", secrets: ["MISSING"], forward: { origin: loopback.at("faulty").url } },
    discord: { scheme: "discord", secrets: ["DISCORD"], forward: { origin: loopback.at("discord").url }, durable: true },
  }),
  secrets: { DISCORD: Buffer.from(newEd25519().jwk.x, "base64url").toString("hex") },
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

test("refusals of a faulty source are shown, and why nothing of it can be captured", async () => {
  assert.equal((await here.worker.post("faulty", stored.fresh())).status, 500);
  const page = await visit(here, "#/refused?source=faulty");
  await page.locator('tr[data-key="faulty config_invalid"]').waitFor();
  await page.getByText("Nothing of this source can be captured").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Capture/ }).count(), 0);
  await assertClean(page);
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

test("a test event goes the whole way, and is not offered where only the sender has the key", async () => {
  const page = await visit(here);
  const source = stored.take();
  await card(page, source.path).getByText("Send a test event").click();
  await said(page, /A test event was sent/);
  const [arrived] = await source.origin.arrivals(1);
  assert.equal(arrived.header("countersign-test"), "1");
  await go(page, `#/events/${source.path}`);
  assert.equal(await page.locator("main tbody tr").count(), 0, "hidden by default");
  await go(page, `#/events/${source.path}?test=true`);
  await page.locator("main tbody").getByText("test", { exact: true }).waitFor();
  await go(page, "#/sources");
  const discord = card(page, "discord");
  assert.deepEqual([await discord.locator(".note").count(), await discord.getByText("Send a test event").count()], [0, 0]);
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

test("a response that breaks off is no end of it", async () => {
  const page = await visit(here);
  breaks = true;
  try {
    await page.getByText("The console keeps trying.").waitFor();
  } finally {
    breaks = false;
  }
  await page.locator("main:not([data-stale])").waitFor();
  await assertClean(page);
});

test("a shard that does not answer is named, its source's other events stay, and so do the other sources", async () => {
  const { operator } = stored.take("sharded");
  const held = async (shard) => (await operator.object("query", ["SELECT count(*) AS n FROM sqlite_master WHERE name = 'log_1'"], shard))[0].n;
  do await stored.accept("sharded");
  while ((await held(0)) + (await held(1)) < 2);
  const page = await visit(here);
  const sharded = card(page, "sharded");
  assert.equal(await sharded.locator(".note").count(), 0);
  await operator.object("query", ["ALTER TABLE waiting RENAME TO lost"], 1);
  await sharded.getByText("Does not answer: shard 1. The counts below are without it.").waitFor();
  assert.equal(await sharded.getAttribute("data-health"), "bad");
  await sharded.locator("li.destination").getByText("Open").waitFor();
  assert.equal(await card(page, "several").locator(".note").count(), 0);
  await go(page, "#/health");
  await page.getByText("sharded: does not answer: shard 1").waitFor();
  await go(page, "#/events/sharded");
  assert.ok((await page.locator("main tbody tr").count()) > 0, "the other shard's events");
  await page.getByText("Does not answer: shard 1.").waitFor();
  await page.getByRole("button", { name: "Export NDJSON" }).click();
  await said(page, /Exported .* It is not all: does not answer: shard 1/);
  await operator.object("query", ["ALTER TABLE waiting RENAME TO lost"], 0);
  await go(page, "#/sources");
  await sharded.getByText("Does not answer: shard 0, 1.").waitFor();
  await sharded.locator("li.destination").getByText("Unknown").waitFor();
  assert.equal(await sharded.locator("dl.figures dd").first().textContent(), "–");
  assert.equal(await sharded.getByRole("button", { name: "Pause" }).count(), 0);
  for (const shard of [0, 1]) {
    await operator.object("query", ["ALTER TABLE lost RENAME TO waiting"], shard);
    await operator.object("ring", [], shard);
  }
  await sharded.locator("li.destination").getByText("Open").waitFor();
  assert.equal(await sharded.locator(".note").count(), 0);
  await assertClean(page);
});

test("what fails at a destination that works otherwise is grouped by code, with the time of the next attempt", async () => {
  const source = stored.take();
  source.origin.next(answer(200));
  source.origin.always(answer(400));
  for (let n = 0; n < 3; n += 1) await stored.accept(source.path);
  const page = await visit(here);
  const shown = card(page, source.path);
  await shown.locator(".failing", { hasText: "2 × destination_failed at default" }).waitFor();
  await shown.locator("li.destination", { hasText: /Open.*2 pending, 0 dead, oldest .*, next \d\d:\d\d:\d\d, p95 [\d.]+ m?s/ }).waitFor();
  await shown.locator(".failing a").click();
  await page.waitForFunction(() => document.querySelectorAll("main tbody tr").length === 2);
});

test("the last hour is drawn and summed, and Health has each fault with its fix", async () => {
  const source = stored.take();
  await stored.delivered(source);
  await stored.worker.post(source.path, {});
  const page = await visit(here);
  const shown = card(page, source.path);
  await shown.getByText("1 refused").waitFor();
  assert.match(await shown.locator(".hour").textContent(), /Last hour: 1 accepted, 1 refused/);
  assert.equal(await shown.locator(".hour svg").count(), 1);
  await shown.getByText("1 refused").click();
  await shows(page, "refused");
  await page.locator(`tr[data-key="${source.path} missing_header"]`).waitFor();
  await go(page, "#/health");
  assert.match(await page.locator("main").textContent(), /faulty.*secrets.*not set.*Fix: .*wrangler secret put/);
  await page.getByRole("button", { name: "Copy a report" }).click();
  await said(page, /Copied the report/);
  const report = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual([[...new Set(report.faults.map(({ source }) => source))], report.problems], [["faulty"], []]);
  assert.ok(!JSON.stringify(report).includes(stored.secret.slice(6)));
  await assertClean(page);
});

test("a destination that fails is broken, with the reason, and its failures are grouped", async () => {
  loopback.at("billing").always(answer(500));
  try {
    for (let n = 0; n < 4; n += 1) await stored.accept("several");
    const page = await visit(here);
    await card(page, "several").locator('li[data-key="billing"]').getByText("Broken").waitFor();
    assert.equal(await card(page, "several").getAttribute("data-health"), "look");
    const group = card(page, "several").locator(".failing a", { hasText: "destination_failed" });
    await group.click();
    await page.waitForFunction(() => location.hash.includes("code=destination_failed"));
    await until(async () => (await page.locator("main tbody tr").count()) >= 1, "the failing events");
    await assertClean(page);
  } finally {
    loopback.at("billing").always(answer(200));
  }
});
