// Accessibility: axe-core finds nothing on any screen, in both themes, at the narrowest and the widest size; the focus is visible. Leaves
// screenshots in build/screenshots.

import { before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { READ_TOKEN, assertClean, go, shows, signIn, stand, visit, ADMIN_TOKEN } from "./fixtures/stand.mjs";
import { picturesBy, shownBy } from "../page/fixtures/forced.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";
import { delivery, newBody, newSecret, signedBy } from "../e2e/fixtures/sign.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = new URL("../../build/screenshots/", import.meta.url).pathname;
const LONGEST_NAME = "n".repeat(64);
const here = await stand({
  plain: 2,
  named: { [LONGEST_NAME]: [{}, {}] },
  others: (loopback) => ({
    shop: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, destinations: { billing: { origin: loopback.at("billing").url, keep_answers: true }, warehouse: { origin: loopback.at("warehouse").url } } },
    faulty: { scheme: "standard-webhooks", secrets: ["MISSING"], forward: { origin: loopback.at("faulty").url } },
  }),
});
const { stored, worker, loopback } = here;
let scenes;

before(async () => {
  loopback.at("billing").always(answer(500, {}, '{"error":"column \\"tax_id\\" does not exist"}'));
  const made = [];
  for (const type of ["invoice.paid", "invoice.payment_failed", "customer.created", "invoice.paid", "invoice.paid"]) made.push(await stored.accept("shop", { body: newBody(type) }));
  await loopback.at("warehouse").arrivals(5);
  await loopback.at("billing").arrivals(1);
  await stored.delivered(stored.take(LONGEST_NAME));
  for (let n = 0; n < 3; n += 1) await worker.post("shop", delivery(signedBy(newSecret())));
  scenes = {
    sources: ["#/sources"],
    events: ["#/events/shop"],
    "events-filtered": ["#/events/shop?state=dead&type=nothing"],
    empty: ["#/events/plain1"],
    "long-name": [`#/events/${LONGEST_NAME}`],
    event: [`#/event/shop/${made[0].id}`, async (page) => {
      await page.getByRole("button", { name: "Show the body" }).click();
      await page.locator(".body-text").waitFor();
    }],
    headers: [`#/event/shop/${made[0].id}`, (page) => page.getByRole("tab", { name: "Headers" }).click()],
    dialog: [`#/event/shop/${made[0].id}`, (page) => page.getByRole("button", { name: "Forget" }).click(), (page) => page.keyboard.press("Escape")],
    refused: ["#/refused?source=shop"],
    health: ["#/health"],
    audit: ["#/audit"],
    keys: ["#/sources", (page) => page.keyboard.press("?"), (page) => page.keyboard.press("Escape")],
  };
});

async function judge(page, name, width, theme) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${SCREENSHOTS}console-${name}-${width}-${theme}.png`, fullPage: true });
  // The console's policy refuses foreign scripts, so the debugger injects axe-core.
  const found = await page.evaluate(`${AXE};axe.run({ resultTypes: ["violations"] })`);
  const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`);
  assert.deepEqual(violations, [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than the screen`);
}

for (const theme of ["light", "dark"]) {
  for (const width of [320, 1280]) {
    test(`${theme}, ${width} px: axe-core finds nothing, and nothing is wider than the screen`, async () => {
      const page = await visit(here, "", { token: null, width, height: width < 600 ? 760 : 900, colorScheme: theme });
      await judge(page, "sign-in", width, theme);
      await signIn(page, ADMIN_TOKEN);
      for (const [name, [place, arrange, restore]] of Object.entries(scenes)) {
        await go(page, place);
        await arrange?.(page);
        await judge(page, name, width, theme);
        await restore?.(page);
      }
      await assertClean(page);
      await page.context().close();
    });
  }
}

test("a viewer's screens are as accessible", async () => {
  const page = await visit(here, "", { token: READ_TOKEN });
  for (const [name, [place]] of Object.entries(scenes).filter(([name]) => ["sources", "events", "event", "refused"].includes(name))) {
    await go(page, place);
    await judge(page, `viewer-${name}`, 1280, "light");
  }
});

test("the focus is always visible, in the order of the page", async () => {
  const page = await visit(here, "#/events/shop");
  await page.reload();
  await shows(page, "events");
  const seen = [];
  for (let step = 0; step < 45; step += 1) {
    await page.keyboard.press("Tab");
    const [name, isVisible] = await page.evaluate(() => {
      const focused = document.activeElement;
      return [focused.id || focused.name || focused.textContent.trim().slice(0, 30), focused === document.body || getComputedStyle(focused).outlineStyle !== "none"];
    });
    assert.ok(isVisible, `${name} has the focus, and nothing shows it`);
    seen.push(name);
  }
  assert.equal(seen[0], "Skip to the content");
  for (const name of ["search", "source", "type", "Export NDJSON"]) assert.ok(seen.includes(name), `${name} is not reached: ${seen}`);
});

test("in forced colours, no state is told by a background alone", async () => {
  const page = await visit(here, "#/sources", { forcedColors: "active" });
  await page.screenshot({ path: `${SCREENSHOTS}console-forced-colours.png`, fullPage: true });
  const isShown = async (selector, name) => assert.notDeepEqual(await shownBy(page.locator(selector), "attribute", name), [], selector);
  await isShown("#nav a[aria-current]", "aria-current");
  for (const [selector, name, states] of [[".state", "data-state", ["broken", "open"]], ["article[data-health]", "data-health", ["bad", "good", "look"]]]) {
    const pictures = await picturesBy(page, selector, name, name === "data-health" ? ".source-head > .icon" : "> .icon");
    assert.deepEqual([...pictures.keys()].toSorted(), states);
    assert.equal(new Set(pictures.values()).size, states.length, `two of ${states} look alike`);
  }
  await go(page, "#/events/shop");
  await isShown(".segments a[aria-current]", "aria-current");
  for (const scene of ["event", "headers"]) {
    const [place, arrange] = scenes[scene];
    await go(page, place);
    await arrange(page);
    await isShown('.tabs [aria-selected="true"]', "aria-selected");
    if (scene === "event") await isShown('.modes [aria-pressed="true"]', "aria-pressed");
  }
});

test("nothing covers what has the focus, at 200 % too", async () => {
  for (const width of [640, 1280]) {
    const page = await visit(here, "#/sources", { width, height: 400 });
    await page.locator("footer button").focus();
    for (;;) {
      await page.keyboard.press("Shift+Tab");
      const [name, isIn, isSeen] = await page.evaluate(() => {
        const focused = document.activeElement;
        const { left, right, top, bottom } = focused.getBoundingClientRect();
        const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return [focused.ariaLabel ?? focused.textContent, focused.closest("main") !== null, focused.contains(found) || found?.contains(focused)];
      });
      if (!isIn) break;
      assert.ok(isSeen, `${name} has the focus, and is covered at ${width} px`);
    }
  }
});

test("on paper, there is the screen without its buttons, but with what is written on a link", async () => {
  const page = await visit(here, "#/sources");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("main button").first().isVisible(), false);
  assert.ok(await page.locator("main h1").isVisible());
  await go(page, "#/refused");
  assert.ok(await page.locator("main tbody").getByText("no_matching_signature").isVisible());
});

test("what an action came to is announced: its region is there before", async () => {
  const page = await visit(here, "#/sources");
  const regions = async () => (await page.locator("body").ariaSnapshot()).match(/- status.*/g);
  assert.deepEqual(await regions(), ["- status"]);
  await page.locator('article[data-key="shop"]').getByRole("button", { name: "Copy URL of shop" }).click();
  await page.getByText("Copied the URL.").waitFor();
  assert.deepEqual(await regions(), ["- status: Copied the URL."]);
});

test("buttons of one kind are told apart by their names", async () => {
  const page = await visit(here, "#/sources");
  const names = await page.getByRole("button").evaluateAll((all) => all.map((one) => one.ariaLabel ?? one.textContent.trim()));
  assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
});

test("only counts are announced, and only when they change", async () => {
  const page = await visit(here, "#/sources");
  const live = await page.evaluate(() => [...document.querySelectorAll("[aria-live], [role=status], [role=alert]")].map(({ id }) => id));
  assert.deepEqual(live.sort(), ["count", "notice"]);
  await page.evaluate(() => {
    window.changes = 0;
    new MutationObserver((records) => (window.changes += records.length)).observe(document.getElementById("count"), { childList: true, characterData: true, subtree: true });
  });
  const asked = () => here.tls.requests.filter((request) => request.startsWith("GET /admin/sources")).length;
  const before = asked();
  await page.waitForFunction(() => window.changes !== undefined);
  while (asked() < before + 2) await page.waitForTimeout(100);
  assert.ok((await page.evaluate(() => window.changes)) <= 1);
});
