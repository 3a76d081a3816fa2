// One event: its attempts, its contents, and what can be done with it.

import { test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { agree, assertClean, go, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";
import { newBody } from "../e2e/fixtures/sign.mjs";

const here = await stand({
  plain: 9,
  others: (loopback) => ({
    several: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, destinations: { billing: { origin: loopback.at("billing").url, timeout: "2s" }, warehouse: { origin: loopback.at("warehouse").url } } },
  }),
});
const { stored, worker } = here;
const open = (source, id) => visit(here, `#/event/${source}/${encodeURIComponent(id)}`);

test("the timeline has each attempt with its cause, its status and what the destination said", async () => {
  const source = stored.take();
  source.origin.always(answer(500, {}, "column tax_id does not exist"));
  const made = await stored.accept(source.path);
  await source.operator.failed(made.id);
  const page = await open(source.path, made.id);
  const attempt = page.locator(".attempts li[data-good='false']").first();
  assert.match(await attempt.textContent(), /500.*destination_failed.*first attempt/);
  await page.locator(".attempts").getByText("Next attempt").waitFor();
  source.origin.always(answer(200));
  await page.locator("main").getByRole("button", { name: "Replay", exact: true }).click();
  await agree(page);
  await said(page, /will be delivered again/);
  await page.locator(".attempts li[data-good='true']").waitFor();
  assert.match(await page.locator(".event-head").textContent(), /Delivered/);
  assert.match(await page.locator(".attempts li").first().textContent(), /200.*replay/);
  await assertClean(page);
});

test("the body is fetched when it is asked for, and shown as JSON, raw and in hex, with its hash", async () => {
  const source = stored.take();
  const body = '{"type":"a.b","big":12345678901234567890,"text":"a \\"b\\" {c}","empty":{},"list":[1,[2,{"x":null}]]}';
  const made = await stored.delivered(source, { body });
  const page = await open(source.path, made.id);
  assert.ok(!here.tls.requests.some((request) => request.includes(`${made.id}/body`)), "nobody asked for it yet");
  assert.equal(await page.locator(".hash code").textContent(), createHash("sha256").update(body).digest("hex"));
  await page.getByRole("button", { name: "Show the body" }).click();
  const text = page.locator(".body-text");
  await text.waitFor();
  const pretty = await text.textContent();
  assert.match(pretty, /^\{\n {2}"type": "a\.b",\n {2}"big": 12345678901234567890,/, "no number is changed");
  assert.match(pretty, /"empty": \{\},\n {2}"list": \[\n {4}1,/);
  assert.deepEqual(JSON.parse(pretty), JSON.parse(body));
  await page.getByRole("button", { name: "Raw" }).click();
  assert.equal(await text.textContent(), body);
  await page.getByRole("button", { name: "Hex" }).click();
  assert.match(await text.textContent(), /^000000 {2}7b 22 74 79 70 65 /);
  await page.locator(".panel").getByRole("button", { name: "Copy" }).click();
  await said(page, /Copied the body/);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), body);
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  assert.equal(readFileSync(await (await waiting).path(), "utf8"), body);
  assert.ok(!page.url().includes("12345678901234567890"));
  await assertClean(page);
});

test("headers are shown without credentials; copies hold the exact body", async () => {
  const source = stored.take();
  const body = `{"type":"it's","mark":"é\u2028"}`;
  const made = await stored.delivered(source, { body });
  const page = await open(source.path, made.id);
  await page.getByRole("tab", { name: "Headers" }).click();
  await page.locator(".panel").getByText("content-type").waitFor();
  const shown = await page.locator(".panel").textContent();
  assert.match(shown, /webhook-id/);
  assert.ok(!made.headers.some(([name, value]) => name === "webhook-signature" && shown.includes(value)), "no whole signature");
  await page.getByRole("tab", { name: "curl" }).click();
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await said(page, /Copied the curl command/);
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(command, /curl /);
  assert.ok(command.includes(Buffer.from(body).toString("base64")) || command.includes(body));
  await page.getByRole("button", { name: "Copy as a test vector" }).click();
  await said(page, /Copied the test vector/);
  const vector = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(Buffer.from(vector.body_base64, "base64").toString(), body);
  assert.equal(vector.preset, "standard-webhooks");
  await page.getByRole("button", { name: "Open in the explainer" }).click();
  await said(page, /does not serve the explainer/);
  await page.getByRole("tab", { name: "Responses" }).click();
  assert.match(await page.locator(".panel").textContent(), /No response had a body|200/);
});

test("at one destination of several: replay and discard there alone", async () => {
  here.loopback.at("billing").always(answer(500));
  const made = await stored.accept("several");
  await here.loopback.at("warehouse").arrivals(1);
  await here.loopback.at("billing").arrivals(1);
  const page = await open("several", made.id);
  const billing = page.locator('.place[data-key="billing"]');
  await billing.getByText("Pending").waitFor();
  await billing.getByRole("button", { name: "Discard here" }).click();
  await agree(page);
  await said(page, /discarded/);
  await billing.getByText("Dead").waitFor();
  here.loopback.at("billing").always(answer(200));
  await billing.getByRole("button", { name: "Replay here" }).click();
  await agree(page);
  await billing.getByText("Delivered").waitFor();
  assert.equal(here.loopback.at("warehouse").requests.length, 1);
});

test("a forgotten event is gone, and its id is accepted as new", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  const page = await open(source.path, made.id);
  await page.getByRole("button", { name: "Forget" }).click();
  await page.locator("#dialog[open]").getByText("This cannot be undone").waitFor();
  await agree(page);
  await shows(page, "events");
  await page.getByText("Nothing has arrived yet").waitFor();
  await go(page, `#/event/${source.path}/${made.id}`);
  await page.getByText("There is no such thing here").waitFor();
  assert.equal((await worker.post(source.path, stored.copy(made))).status, 202);
});

test("an event whose id is a step in a path is replayed and forgotten like any other", async () => {
  const source = stored.take();
  await stored.accept(source.path, { id: ".." });
  await source.origin.arrivals(1);
  const page = await open(source.path, "..");
  await page.locator("main").getByRole("button", { name: "Replay", exact: true }).click();
  await agree(page);
  await said(page, /will be delivered again/);
  const [, again] = await source.origin.arrivals(2);
  assert.equal(again.header("webhook-id"), "..");
  // What is under way cannot be forgotten.
  await source.operator.idle();
  await page.getByRole("button", { name: "Forget" }).click();
  await agree(page);
  await page.getByText("Nothing has arrived yet").waitFor();
});

test("a body that is not kept any more is not offered, nor is replaying", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  try {
    // Nothing is forgotten in the first hour after the clock moved that far.
    for (const hours of [25, 26.1]) {
      await worker.setClock(hours * 3600);
      await source.operator.object("ring");
    }
    const page = await open(source.path, made.id);
    await page.locator(".panel").getByText("The body is not kept any more.").waitFor();
    assert.ok(await page.locator("main").getByRole("button", { name: "Replay", exact: true }).isDisabled());
    assert.equal(await page.getByRole("button", { name: "Show the body" }).count(), 0);
  } finally {
    await worker.setClock(0);
  }
});

test("a body that cannot be fetched now is offered again", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  const page = await open(source.path, made.id);
  here.tls.cut();
  await page.getByRole("button", { name: "Show the body" }).click();
  await page.locator(".panel").getByText("The Worker does not respond.").waitFor();
  here.tls.mend();
  await page.getByRole("button", { name: "Show the body" }).click();
  await page.locator(".body-text").waitFor();
  assert.equal(await page.locator(".panel .note").count(), 0);
  await assertClean(page);
});

test("a delivery that is too large for a link is not opened in the explainer, and the console says so", async () => {
  const source = stored.take();
  const made = await stored.delivered(source, { body: newBody("x".repeat(60_000)) });
  const page = await open(source.path, made.id);
  await page.route(here.tls.url, (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.getByRole("tab", { name: "curl" }).click();
  await page.getByRole("button", { name: "Open in the explainer" }).click();
  await said(page, /too large for a link/);
  await assertClean(page);
});

test("where the configuration hides bodies, the console says how to show them", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  await worker.restart({ variables: { ADMIN: { bodies: false } } });
  const page = await open(source.path, made.id);
  await page.getByRole("button", { name: "Show the body" }).click();
  await page.locator(".panel").getByText("bodies = true").waitFor();
});
