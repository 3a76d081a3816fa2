// What a sender chooses is text and nothing else: no script runs, and no word of it breaks the layout, at any width.

import { test } from "node:test";
import assert from "node:assert/strict";
import { assertClean, go, stand, visit } from "../fixtures/stand.mjs";
import { answer } from "../../e2e/fixtures/loopback.mjs";
import { ID_MARK } from "../../e2e/fixtures/sign.mjs";

const here = await stand({ plain: 1 });
const { stored } = here;
const source = stored.take();
const SCRIPT = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
const WORD = "W".repeat(10_000);
const REVERSED = "\u202egnp.exe\u2066\u200f";
/** A type that is no name is not kept at all; the longest name is. */
const TYPES = [SCRIPT, "t".repeat(64), "javascript:alert.1", "a.b/../c", REVERSED];
const IDS = ['"><svg/onload=window.hit=1>', "'-alert(1)-'", "%2e%2e%2f?state=dead#x", "a".repeat(180), "&lt;b&gt;../../x"].map((id, at) => `${ID_MARK}${at}${id}`);

test("ids, types, headers, bodies and answers that try to run or to break the page", async () => {
  source.origin.always(answer(500, { "content-type": "text/html" }, SCRIPT + WORD));
  const made = [];
  for (const [at, type] of TYPES.entries()) {
    const body = JSON.stringify({ type, [SCRIPT]: WORD, text: REVERSED, e2e: "e2e-body-" });
    made.push(await stored.accept(source.path, { id: IDS[at], body, extra: [["x-hostile", SCRIPT], ["x-word", WORD.slice(0, 3000)]] }));
  }
  for (const width of [360, 1280]) {
    const page = await visit(here, `#/events/${source.path}`, { width, height: 800 });
    const fits = async (what) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} at ${width} px`);
    await page.waitForFunction((count) => document.querySelectorAll("main tbody tr").length === count, made.length);
    await fits("the list");
    const text = await page.locator("main tbody").textContent();
    for (const id of IDS) assert.ok(text.includes(id), "as text");
    for (const { id } of made) {
      await go(page, `#/event/${source.path}/${encodeURIComponent(id)}`);
      assert.equal(await page.locator("h1").textContent(), id);
      await page.getByRole("button", { name: "Show the body" }).click();
      await page.locator(".body-text").waitFor();
      for (const mode of ["Raw", "Hex", "Pretty"]) await page.getByRole("button", { name: mode }).click();
      const body = await page.locator(".body-text").textContent();
      assert.ok(body.includes("<script>window.hit=1</script>"), "as text");
      assert.ok(!/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/.test(body), "no mark that reorders or hides");
      assert.ok(body.includes("‹U+202E›gnp.exe‹U+2066›‹U+200F›"), "it is named instead");
      await fits("the body");
      for (const tab of ["Headers", "Responses", "curl"]) {
        await page.getByRole("tab", { name: tab }).click();
        await fits(tab);
      }
      assert.ok(await page.evaluate(() => [...document.querySelectorAll("tbody tr, .attempt, h1")].every((element) => element.getBoundingClientRect().height < 400)), "no row grows over the screen");
    }
    for (const screen of ["#/sources", "#/refused", "#/health", "#/audit"]) {
      await go(page, screen);
      await fits(screen);
    }
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("main img, main script, main svg[onload]").count(), 0);
    await assertClean(page);
    await page.context().close();
  }
});

test("places that no link leads to show a message, and nothing runs", async () => {
  const page = await visit(here);
  for (const place of ["#/event/plain0/%E0%A4%A", "#/events/<img src=x onerror=window.hit=1>", "#/event/../../admin", "#javascript:alert(1)", "#/events/plain0?state=%3Cscript%3E", "#/events/plain0?cursor=zzz&limit=9999", `#/${"x/".repeat(2000)}`]) {
    await page.evaluate((place) => (location.hash = place), place);
    await page.waitForFunction(() => document.querySelector("#main h1") !== null && document.getElementById("main").getAttribute("aria-busy") !== "true");
    assert.equal(await page.evaluate(() => window.hit), undefined, place);
  }
  await assertClean(page);
});
