// Accessibility: no violation that axe-core detects, in both themes, at the narrowest and widest size; everything works by keyboard.
// Leaves screenshots in build/screenshots.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { drawn, make, open, paste, takeStatus, verdict } from "./fixtures/browser.mjs";
import { pictureOf, picturesBy, shownBy } from "./fixtures/forced.mjs";
import { host } from "./fixtures/visit.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = new URL("../../build/screenshots/", import.meta.url).pathname;

const SCENES = {
  // A near miss.
  opening: undefined,
  empty: async (page) => page.click("#clear"),
  genuine: ["gemini", ""],
  "wrong-key": ["gemini", "wrong-key"],
  old: ["svix", "old"],
  "key-set": ["gemini-dynamic", ""],
  token: ["token", "expired"],
  url: ["hubspot", "http-url"],
  "no-url": ["twilio", "no-url"],
  "public-key": ["discord", ""],
  "bare-token": ["gitlab-token", ""],
  list: async (page) => page.fill("#sender", "s"),
  "other-sender": "POST / HTTP/1.1\nX-Gitea-Event: push\nX-Gitea-Signature: aa\n\n{}",
  "no-body": "webhook-id: msg_1\nwebhook-timestamp: 1764068070\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n\nwhsec_c2hvcnQ=",
  record: '{"ev":"delivery","code":"no_matching_signature","status":401,"source":"gemini","age_s":3}',
};

const { server, browser } = await host();

// Each theme and each width once; all four with `CASES=all`.
const VIEWS = [["light", 360], ["dark", 1280], ...(process.env.CASES === "all" ? [["light", 1280], ["dark", 360]] : [])];

for (const [colorScheme, width] of VIEWS) {
  test(`${colorScheme}, ${width} px: axe-core finds nothing, and nothing is wider than the screen`, async () => {
    const page = await open(browser, server.url, { width, height: width < 600 ? 760 : 900, colorScheme });
    for (const [name, sample] of Object.entries(SCENES)) {
      if (typeof sample === "function") await sample(page);
      else if (typeof sample === "string") await paste(page, sample);
      else if (sample !== undefined) await make(page, ...sample);
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: `${SCREENSHOTS}${name}-${width}-${colorScheme}.png`, fullPage: true });
      // The page's policy refuses foreign scripts, so the debugger injects axe-core.
      const found = await page.evaluate(`${AXE};axe.run({ resultTypes: ["violations"] })`);
      const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`);
      assert.deepEqual(violations, [], name);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than the screen`);
    }
    await page.context().close();
  });
}

/** Tabs until the element of that id has the focus. */
async function tabTo(page, id) {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement.id)) === id) return;
  }
  assert.fail(`${id} cannot be reached`);
}

test("from paste to verdict to link by keyboard alone", async () => {
  const page = await open(browser, server.url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the verdict");
  await tabTo(page, "paste");
  await page.keyboard.type("webhook-id: msg_1\nwebhook-timestamp: 1614265330\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n\n");
  await page.keyboard.type('{"test": 2432232314}');
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector('#verdict[data-state="refused"]');
  await tabTo(page, "secret");
  await page.keyboard.type("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await tabTo(page, "show-secret");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#secret").getAttribute("type"), "text");
  await tabTo(page, "headers");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("End");
  await page.keyboard.press("Shift+Home");
  await page.keyboard.type("webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
  await tabTo(page, "now-delivery");
  await page.keyboard.press("Enter");
  await page.waitForSelector('#verdict[data-state="genuine"]');
  await tabTo(page, "make-breakage");
  await page.keyboard.press("ArrowDown");
  await tabTo(page, "make");
  await page.keyboard.press("Enter");
  await page.waitForSelector('#verdict[data-state="refused"]');
  await tabTo(page, "share");
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#taken").inputValue(), /#/);
});

test("the keyboard focus is always visible", async () => {
  const page = await open(browser, server.url);
  await make(page, "gemini", "final-newline");
  await page.evaluate(() => document.activeElement.blur());
  const seen = new Set();
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press("Tab");
    const [name, outlined] = await page.evaluate(() => {
      const focused = document.activeElement;
      const shown = [focused, focused.nextElementSibling].some((element) => element && getComputedStyle(element).outlineStyle !== "none");
      return [focused.id || focused.textContent.trim().slice(0, 30), focused === document.body || shown];
    });
    assert.ok(outlined, `${name} has the focus, and nothing shows it`);
    seen.add(name);
  }
  for (const id of ["paste", "secret", "headers", "body", "now", "signed-bytes", "make", "share", "measure", "theme"]) assert.ok(seen.has(id), `${id} is not reached`);
});

test("screen readers announce the verdict when it changes", async () => {
  const page = await open(browser, server.url);
  const live = page.locator('#verdict [aria-live="polite"]');
  assert.match(await live.textContent(), /^Refused no_matching_signature/);
  await page.click("#clear");
  assert.match(await live.textContent(), /Nothing to check yet/);
  await make(page, "gemini");
  assert.match(await live.textContent(), /^Genuine/);
  await make(page, "gemini", "wrong-key");
  assert.match(await live.textContent(), /^Refused no_matching_signature/);
});

test("nothing moves with prefers-reduced-motion", async () => {
  const page = await open(browser, server.url);
  const moving = () => page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => getComputedStyle(element).transitionDuration !== "0s").length);
  assert.equal(await moving(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
});

test("on paper, the report is whole and the secret is not there", async () => {
  const page = await open(browser, server.url);
  const style = (selector, name) => page.locator(selector).first().evaluate((element, name) => getComputedStyle(element)[name], name);
  await page.emulateMedia({ media: "print" });
  assert.deepEqual([await style("#verdict", "display"), await style(".paste", "display"), await style("#near .primary", "display")], ["grid", "none", "none"]);
  assert.equal(await style("#with-secret", "display"), "none");
  assert.equal(await style("#signed-bytes", "maxHeight"), "none");
  await page.screenshot({ path: `${SCREENSHOTS}print.png`, fullPage: true });
});

test("in forced colours, no state is told by a background alone", async () => {
  const page = await open(browser, server.url, { forcedColors: "active" });
  await page.screenshot({ path: `${SCREENSHOTS}forced-colours.png`, fullPage: true });
  const byBackground = async (...state) => (await shownBy(...state)).length === 0;
  assert.ok(!(await byBackground(page.locator(".cell.differs"), "class", "differs")), "a byte that differs");
  assert.ok(!(await byBackground(page.locator(".switch :checked + span"), "check")), "the chosen view");
  const line = await page.locator(".difference ins").first().evaluate((element) => getComputedStyle(element).textDecorationLine);
  assert.equal(line, "underline", "a byte that was added");
  await page.fill("#sender", "s");
  assert.ok(!(await byBackground(page.locator('.picker li[aria-selected="true"]'), "attribute", "aria-selected")), "the chosen sender");

  const verdicts = [];
  for (const scene of ["genuine", "wrong-key", "no-url", "other-sender"]) {
    await (typeof SCENES[scene] === "string" ? paste(page, SCENES[scene]) : make(page, ...SCENES[scene]));
    verdicts.push([await page.locator(".verdict-word").textContent(), await pictureOf(page.locator("#verdict-icon .icon"))]);
    const steps = [...(await picturesBy(page, ".step", "data-state", "> .icon")).values()];
    assert.equal(new Set(steps).size, steps.length, `${scene}: two states of a step look alike`);
  }
  assert.deepEqual(verdicts.map(([word]) => word), ["Genuine", "Refused", "Waiting for the URL", "Another sender’s"]);
  assert.equal(new Set(verdicts.map(([, picture]) => picture)).size, verdicts.length, "two verdicts have one icon");
});

test("on a phone, the verdict stays visible", async () => {
  const page = await open(browser, server.url, { width: 360, height: 640 });
  await make(page, "gemini", "old");
  const bar = page.locator("#bar");
  assert.match(await bar.textContent(), /Refused.*timestamp_too_old/);
  assert.ok(await bar.isVisible());
  await bar.click();
  await page.waitForFunction(() => document.getElementById("verdict").getBoundingClientRect().top < innerHeight);
  assert.equal(await verdict(page), "refused");
});

test("the way to the verdict is no place in the history, so that Back does not replace what was typed", async () => {
  const page = await open(browser, server.url);
  await make(page, "gemini", "old");
  await page.click("#share");
  await takeStatus(page);
  const shared = await open(browser, await page.inputValue("#taken"), { width: 360, height: 640 });
  await shared.fill("#secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const place = () => shared.evaluate(() => [location.href, history.length]);
  const before = await place();
  for (const go of [() => shared.locator("#bar").click(), () => shared.locator(".skip-link").focus().then(() => shared.keyboard.press("Enter"))]) {
    await go();
    await drawn(shared);
    assert.equal(await shared.evaluate(() => document.activeElement.id), "verdict");
    assert.deepEqual(await place(), before);
  }
  assert.equal(await shared.inputValue("#secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
});

test("measuring keeps the focus on its button", async () => {
  const page = await open(browser, server.url);
  await page.locator("#measure").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("measure-status").textContent.startsWith("The best"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "measure");
});

test("an empty field is not taken for a delivery that is none", async () => {
  const page = await open(browser, server.url);
  await page.click("#take-apart");
  assert.equal(await page.locator("#paste-note").textContent(), "Paste a delivery into this field first.");
});

test("the bar of a narrow screen covers nothing that has the focus", async () => {
  const page = await open(browser, server.url, { width: 320, height: 480 });
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press("Tab");
    const [name, isCovered] = await page.evaluate(() => {
      const { id, textContent } = document.activeElement;
      // What is higher than the screen shows its beginning.
      const { top, height } = document.activeElement.getBoundingClientRect();
      return [id || textContent.trim(), id !== "bar" && top + Math.min(height, 40) > document.getElementById("bar").getBoundingClientRect().top];
    });
    assert.ok(!isCovered, `${name} has the focus, and is covered`);
  }
});
