// The keyboard: it leads everywhere, and what had the focus keeps it, or leaves it beside where it was.

import { test } from "node:test";
import assert from "node:assert/strict";
import { agree, assertClean, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";

const here = await stand({
  plain: 6,
  others: (loopback) => ({
    several: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, destinations: { billing: { origin: loopback.at("billing").url }, warehouse: { origin: loopback.at("warehouse").url } } },
  }),
});
const { stored } = here;

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const focused = (page) => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent.trim());
const hasRows = (page, count) => page.waitForFunction((count) => document.querySelectorAll("main tbody tr").length === count, count);

test("j and k lead through all sources and destinations", async () => {
  const page = await visit(here);
  const all = await page.locator("main [data-item]").evaluateAll((items) => items.map((item) => item.getAttribute("href")));
  assert.equal(all.length, 15, "seven sources, and their destinations");
  const there = [];
  for (const key of [...all.map(() => "j"), ...all.slice(1).map(() => "k")]) {
    await press(page, key);
    there.push(await page.evaluate(() => document.activeElement.getAttribute("href")));
  }
  assert.deepEqual(there, [...all, ...all.toReversed().slice(1)]);
  // From what is beside an item, too.
  await page.locator('article[data-key="several"]').getByRole("button", { name: "Pause warehouse" }).focus();
  await press(page, "k");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#/events/several?destination=billing&state=pending");
  await assertClean(page);
});

test("the keys of a row work after its box was ticked by the mouse", async () => {
  const source = stored.take();
  for (let n = 0; n < 2; n += 1) await stored.delivered(source);
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 2);
  await page.locator("tbody input").first().click();
  await press(page, "j", "x", "r");
  await page.locator("#dialog[open]").getByText("Replay 2 events?").waitFor();
});

test("a new screen has the focus, and the list has it again where the reader left it, with its filters", async () => {
  const source = stored.take();
  const made = [];
  for (let n = 0; n < 3; n += 1) made.push(await stored.delivered(source));
  const page = await visit(here, `#/events/${source.path}?state=delivered`);
  await hasRows(page, 3);
  for (const leave of [() => press(page, "u"), () => page.goBack(), () => page.locator(".crumbs a").click()]) {
    await page.locator("tbody a").nth(1).focus();
    await press(page, "Enter");
    await shows(page, "event");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await press(page, "Tab");
    assert.equal(await focused(page), source.path, "the first link of the screen");
    await leave();
    await shows(page, "events");
    await page.waitForFunction((id) => document.activeElement.textContent === id, made[1].id);
    assert.ok(page.url().endsWith("?state=delivered"));
  }
  await assertClean(page);
});

test("a pressed button that goes away leaves the focus beside it, and no other button takes its place", async () => {
  const source = stored.take();
  source.origin.always(answer(500));
  const made = await stored.accept(source.path);
  await source.operator.failed(made.id);
  const page = await visit(here, `#/event/${source.path}/${made.id}`);
  await page.getByRole("button", { name: "Discard" }).focus();
  await press(page, "Enter");
  await agree(page);
  await said(page, /discarded/);
  await page.getByRole("button", { name: "Discard" }).waitFor({ state: "detached" });
  assert.equal(await focused(page), "Replay");
  await page.getByRole("button", { name: "Show the body" }).focus();
  await press(page, "Enter");
  await page.locator(".body-text").waitFor();
  assert.equal(await focused(page), "Body");
  await press(page, "Tab");
  assert.equal(await focused(page), "Pretty");
});

test("after the last page of older events the focus is before the first of them", async () => {
  const source = stored.take();
  for (let n = 0; n < 51; n += 1) await stored.accept(source.path);
  await source.origin.arrivals(51);
  const page = await visit(here, `#/events/${source.path}`);
  await hasRows(page, 50);
  const last = await page.locator("tbody a").last().textContent();
  await page.getByRole("button", { name: "Older events" }).focus();
  await press(page, "Enter");
  await hasRows(page, 51);
  assert.equal(await focused(page), last);
  await press(page, "j");
  assert.equal(await focused(page), await page.locator("tbody a").last().textContent());
});

test("arrows lead through the tabs of an event, of which one is reached by Tab", async () => {
  const source = stored.take();
  const made = await stored.delivered(source);
  const page = await visit(here, `#/event/${source.path}/${made.id}`);
  await page.getByRole("tab", { name: "Body" }).focus();
  for (const [key, name] of [["ArrowRight", "Headers"], ["End", "curl"], ["ArrowRight", "Body"], ["ArrowLeft", "curl"], ["Home", "Body"], ["ArrowRight", "Headers"]]) {
    await press(page, key);
    assert.equal(await focused(page), name);
    assert.equal(await page.locator('[role="tab"][aria-selected="true"]').textContent(), name);
  }
  await press(page, "Shift+Tab", "Tab");
  assert.equal(await focused(page), "Headers");
  await page.getByRole("tab", { name: "Responses" }).click();
  assert.equal(await focused(page), "Responses", "nor does the mouse lose it");
});
