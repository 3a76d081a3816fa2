// The list of events: filters in the URL, live without moving, and what can be done with many at once.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { agree, assertClean, go, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";
import { newBody } from "../e2e/fixtures/sign.mjs";
import { until } from "../e2e/fixtures/wait.mjs";

const here = await stand({ plain: 13, forward: { give_up_after: "1h" } });
const { stored } = here;
const rows = (page) => page.locator("main tbody tr");
const ids = (page) => rows(page).locator("a[data-item]").allTextContents();

/** Waits until the list has so many rows. */
const hasRows = (page, count) => page.waitForFunction((count) => document.querySelectorAll("main tbody tr").length === count, count);

test("filters are in the URL, and a link with them shows the same list", async () => {
  const source = stored.take();
  const paid = await stored.delivered(source, { body: newBody("invoice.paid") });
  await stored.delivered(source, { body: newBody("customer.created") });
  source.origin.always(answer(500));
  const failed = await stored.accept(source.path, { body: newBody("invoice.paid") });
  await source.operator.failed(failed.id);
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 3);
  assert.deepEqual((await ids(page))[0], failed.id, "the newest first");
  await page.fill('input[name="type"]', "invoice.*");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash.includes("type=invoice"));
  await hasRows(page, 2);
  assert.equal(await page.evaluate(() => document.activeElement.name), "type", "the focus stays");
  await page.locator(".segments a", { hasText: "Delivered" }).click();
  await hasRows(page, 1);
  assert.deepEqual(await ids(page), [paid.id]);
  const same = await visit(here, new URL(page.url()).hash);
  await hasRows(same, 1);
  assert.equal(await same.inputValue('input[name="type"]'), "invoice.*");
  await same.goBack().catch(() => {});
  await page.goBack();
  await hasRows(page, 2);
  await page.selectOption('select[name="span"]', "yesterday");
  await page.getByText("No event matches").waitFor();
  await page.getByText("remove them").click();
  await hasRows(page, 3);
  await assertClean(page);
});

test("what is new waits behind a button, and is announced; nothing moves until it is pressed", async () => {
  const source = stored.take();
  const first = await stored.delivered(source);
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 1);
  const more = [];
  for (let n = 0; n < 4; n += 1) more.push(await stored.accept(source.path));
  await page.getByRole("button", { name: "4 new" }).waitFor();
  assert.deepEqual(await ids(page), [first.id]);
  assert.equal(await page.locator("#count").textContent(), "4 new");
  await page.keyboard.press("n");
  await hasRows(page, 5);
  assert.deepEqual(new Set(await ids(page)), new Set([first, ...more].map(({ id }) => id)));
  assert.equal(await page.getByRole("button", { name: /new$/ }).count(), 0);
});

test("a pending event becomes a delivered one in its place, and the focus stays on it", async () => {
  const source = stored.take();
  const held = source.origin.hold();
  const made = await stored.accept(source.path);
  await held.arrived();
  const page = await visit(here, `#/events/${source.path}`);
  await rows(page).getByText("Pending").waitFor();
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), made.id);
  held.answer();
  await rows(page).getByText("Delivered").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), made.id);
});

test("a row that the filters match no more says so in its place", async () => {
  const source = stored.take();
  source.origin.always(answer(500));
  const [one, other] = [await stored.accept(source.path), await stored.accept(source.path)];
  for (const { id } of [one, other]) await source.operator.failed(id);
  const page = await visit(here, `#/events/${source.path}?state=pending`);
  await hasRows(page, 2);
  // Another operator.
  assert.equal((await source.operator.post(`events/${one.id}/discard`)).status, 200);
  const row = ({ id }) => page.locator(`main tr[data-id="${id}"]`);
  await row(one).getByText("Changed").waitFor();
  assert.equal(await row(other).getByText("Pending").count(), 1);
  assert.equal((await source.operator.post(`events/${other.id}/discard`)).status, 200);
  await page.goto(`${here.url}#/events/${source.path}?state=dead`);
  await row(other).getByText("Dead").waitFor();
  source.origin.always(answer(200));
  await page.getByRole("button", { name: "Replay matching" }).click();
  await agree(page);
  for (const made of [one, other]) await row(made).getByText("Changed").waitFor();
  await assertClean(page);
});

/** A source with three events that were delivered, and its list. */
async function ofThree() {
  const [source, all] = [stored.take(), []];
  for (let n = 0; n < 3; n += 1) all.push(await stored.delivered(source));
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 3);
  return { source, all, page };
}

/** Waits until two of those three were sent again. */
async function sentAgain(source, events) {
  const again = (await source.origin.arrivals(5)).slice(3).map((request) => request.header("webhook-id"));
  assert.deepEqual(again.sort(), events.map(({ id }) => id).sort());
}

test("selected events are replayed, no others", async () => {
  const { source, all, page } = await ofThree();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByRole("button", { name: "Replay 2 selected" }).click();
  await agree(page);
  await said(page, /2 events will be delivered again/);
  await sentAgain(source, [all[0], all[2]]);
  await assertClean(page);
});

test("of selected events one that another operator has forgotten holds up no other", async () => {
  const { source, all, page } = await ofThree();
  for (const { id } of all) await page.getByLabel(`Select ${id}`).check();
  assert.equal((await source.operator.forget(all[1].id)).status, 200);
  await page.getByRole("button", { name: "Replay 3 selected" }).click();
  await agree(page);
  await said(page, /^2 events will be delivered again\. Not 1 of them: This no longer exists\.$/);
  await sentAgain(source, [all[0], all[2]]);
  await hasRows(page, 2);
  assert.equal(await page.getByRole("button", { name: /selected/ }).count(), 0);
});

test("a replay that fails in between leaves selected what is still to be replayed", async () => {
  const { source, all, page } = await ofThree();
  for (const { id } of all) await page.getByLabel(`Select ${id}`).check();
  await page.route(`**/${all[1].id}/replay*`, (route) => route.abort());
  await page.getByRole("button", { name: "Replay 3 selected" }).click();
  await agree(page);
  await said(page, /The Worker does not respond/);
  await page.getByRole("button", { name: "Replay 2 selected" }).waitFor();
  assert.deepEqual(await Promise.all(all.map(({ id }) => page.getByLabel(`Select ${id}`).isChecked())), [false, true, true]);
  const again = (await source.origin.arrivals(4)).slice(3).map((request) => request.header("webhook-id"));
  assert.deepEqual(again, [all[0].id]);
});

test("a time that cannot be read stays to be corrected, and the console says how to write it", async () => {
  const source = stored.take();
  await stored.delivered(source);
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 1);
  await page.locator("summary").click();
  const field = page.locator('input[name="from"]');
  await field.fill("last tuesday");
  await page.keyboard.press("Enter");
  await said(page, /Write 2026-11-28 18:00, in UTC/);
  await page.keyboard.press("Tab");
  const polled = () => page.waitForResponse((response) => response.url().includes("/jobs"));
  for (let n = 0; n < 2; n += 1) await polled();
  assert.deepEqual([await field.inputValue(), await field.getAttribute("aria-invalid")], ["last tuesday", "true"]);
  await field.fill("2026-01-01 00:00");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash.includes("from=2026-01-01"));
  await page.waitForFunction(() => document.querySelector('input[name="from"]').getAttribute("aria-invalid") === null);
});

test("what a filter finds is counted first, then replayed by a job that is shown", async () => {
  const source = stored.take();
  for (let n = 0; n < 3; n += 1) await stored.delivered(source, { body: newBody("invoice.paid") });
  await stored.delivered(source, { body: newBody("customer.created") });
  const page = await visit(here, `#/events/${source.path}?type=invoice.paid`);
  await hasRows(page, 3);
  await page.getByRole("button", { name: "Replay matching" }).click();
  await page.locator("#dialog[open]").waitFor();
  assert.equal(await page.locator("#replay-count").textContent(), "3 events");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Replay matching" }).click();
  await page.locator("#dialog[open]").waitFor();
  assert.equal(source.origin.requests.length, 4, "counting and cancelling replay nothing");
  await agree(page);
  await said(page, /The replay has begun/);
  await page.locator('.job[data-state="done"]').waitFor();
  assert.match(await page.locator(".job").first().textContent(), /Replayed 3/);
  const again = (await source.origin.arrivals(7)).slice(4);
  assert.ok(again.every(({ body }) => JSON.parse(body).type === "invoice.paid"));
  for (const [query, why] of [["", /Say first what to replay/], ["?state=filtered", /one by one/]]) {
    await go(page, `#/events/${source.path}${query}`);
    await page.getByRole("button", { name: "Replay matching" }).click();
    await said(page, why);
  }
  await page.goto(`${here.url}#/events/${source.path}?type=nothing.like.it`);
  await page.getByText("No event matches").waitFor();
  await page.getByRole("button", { name: "Replay matching" }).click();
  await said(page, /nothing to replay/);
  await assertClean(page);
});

test("a replay that is under way can be cancelled, by another operator too", async () => {
  const source = stored.take();
  await stored.delivered(source);
  await source.operator.post("pause");
  // As the inbox stores them, without a delivery for each: enough for a minute and a half.
  const like = "INSERT INTO log_1 SELECT n, randomblob(32), 'many_' || n, 'v1', headers, received_at, 'many', 0, bytes, body, NULL, NULL";
  await source.operator.object("query", [`${like} FROM log_1, (WITH RECURSIVE all_numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM all_numbers WHERE n <= 5000) SELECT n FROM all_numbers) WHERE number = 1`]);
  await source.operator.evict();
  const page = await visit(here, `#/events/${source.path}?state=pending`);
  await hasRows(page, 50);
  await page.getByRole("button", { name: "Replay matching" }).click();
  await agree(page);
  const other = await visit(here, `#/events/${source.path}`);
  await other.locator(".job").getByRole("button", { name: "Cancel" }).click();
  await said(other, /cancelled/);
  for (const one of [page, other]) await one.locator('.job[data-state="cancelled"]').waitFor();
});

test("older events follow, and an export has all of them, without a body", async () => {
  const source = stored.take();
  for (let n = 0; n < 60; n += 1) await stored.accept(source.path);
  await source.origin.arrivals(60);
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 50);
  await page.getByRole("button", { name: "Older events" }).click();
  await hasRows(page, 60);
  assert.equal(new Set(await ids(page)).size, 60);
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export NDJSON" }).click();
  const file = await waiting;
  assert.equal(file.suggestedFilename(), `${source.path}-events.ndjson`);
  const text = readFileSync(await file.path(), "utf8");
  const lines = text.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(new Set(lines.map(({ id }) => id)).size, 60);
  assert.ok(!text.includes("e2e-body-"));
});

test("by keyboard alone: from the list to an event, a replay, and back", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  const page = await visit(here, "#/sources");
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await shows(page, "events");
  await page.selectOption('select[name="source"]', source.path);
  await hasRows(page, 1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await shows(page, "event");
  assert.equal(await page.locator("h1").textContent(), made.id);
  await page.keyboard.press("r");
  await page.locator("#dialog[open]").waitFor();
  await page.keyboard.press("Enter");
  await said(page, /delivered again/);
  await source.origin.arrivals(2);
  await page.keyboard.press("u");
  await shows(page, "events");
  await page.keyboard.press("?");
  await page.locator("#dialog[open]").getByText("Keyboard shortcuts").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.type("jk?");
  assert.equal(await page.inputValue("#search"), "jk?", "no shortcut works while somebody types");
  await go(page, "#/sources");
  await until(async () => (await page.locator("h1").textContent()) === "Sources", "the sources");
});
