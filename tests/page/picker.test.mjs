// The field that chooses a sender: by typing, by keyboard alone, by touch, and for screen readers.

import { test } from "node:test";
import assert from "node:assert/strict";
import { chosen, drawn, open, pick } from "./fixtures/browser.mjs";
import { host } from "./fixtures/visit.mjs";

const { server, browser } = await host();
const page = await open(browser, server.url);
const shown = (on = page) => on.locator("#senders [role=option]").allTextContents();
const active = () => page.evaluate(() => document.getElementById(document.getElementById("sender").getAttribute("aria-activedescendant"))?.textContent);

test("typing narrows the list, and Enter chooses", async () => {
  await page.click("#sender");
  assert.equal(await page.locator("#sender").getAttribute("aria-expanded"), "true");
  await page.keyboard.type("git");
  assert.deepEqual((await shown()).slice(0, 2), ["GitHub", "GitLab (secret token)"]);
  assert.equal(await active(), "GitHub");
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(), "GitLab (secret token)");
  await page.keyboard.press("Enter");
  assert.equal(await chosen(page), "gitlab-token");
  assert.equal(await page.locator("#sender").inputValue(), "GitLab (secret token)");
  assert.equal(await page.locator("#senders").isVisible(), false);
  assert.equal(await page.locator("#secret-label").textContent(), "Token");
});

test("every word counts, in any case, and a scheme's name finds it too", async () => {
  for (const [typed, first] of [["TOKEN gitlab", "GitLab (secret token)"], ["coinbase-c", "Coinbase Commerce"], ["webhooks standard", "Standard Webhooks"]]) {
    await page.fill("#sender", typed);
    assert.equal((await shown())[0], first, typed);
  }
});

test("a name that nobody has changes nothing", async () => {
  await pick(page, "sender", "stripe");
  await page.fill("#sender", "nobody at all");
  assert.match((await shown()).join(), /No sender of that name/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.equal(await chosen(page), "stripe");
  assert.equal(await page.locator("#sender").inputValue(), "Stripe");
  await page.fill("#sender", "disc");
  await page.locator("#headers").focus();
  assert.equal(await page.locator("#sender").inputValue(), "Stripe");
});

test("the arrow keys begin at the chosen sender and go round", async () => {
  await pick(page, "sender", "gemini");
  await page.locator("#body").focus();
  await page.locator("#sender").focus();
  assert.equal(await active(), "Gemini's static webhooks");
  await page.keyboard.press("ArrowUp");
  const all = await shown();
  assert.equal(await active(), all.at(-1));
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(), all[0]);
  await page.keyboard.press("PageDown");
  assert.equal(await active(), all[8]);
  assert.equal(await page.locator('#senders [aria-selected="true"]').count(), 1);
});

test("on a phone, the list opens on the screen, and a touch chooses", async () => {
  const phone = await open(browser, server.url, { width: 360, height: 640, hasTouch: true, isMobile: true });
  await phone.tap("#sender");
  await phone.fill("#sender", "twi");
  await drawn(phone);
  assert.equal((await shown(phone))[0], "Twilio");
  const box = await phone.locator("#senders").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 360 && box.y >= 0 && box.y < 320, JSON.stringify(box));
  await phone.tap('#senders [data-value="twilio"]');
  assert.equal(await chosen(phone), "twilio");
  assert.ok(await phone.locator("#url").isVisible());
  assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("fields follow the sender", async () => {
  const fields = { "with-secret": ["stripe"], "with-set": ["fal", "gemini-dynamic", "google-pubsub"], "with-token": ["gemini-dynamic", "google-pubsub"], "with-email": ["google-pubsub"], "with-header": ["okta", "assemblyai", "vapi-token"], "with-url": ["twilio", "square", "hubspot"], method: ["hubspot"], "raw-label": ["gemini"] };
  const senders = new Set(["discord", ...Object.values(fields).flat()]);
  for (const sender of senders) {
    await pick(page, "sender", sender);
    for (const [id, all] of Object.entries(fields)) {
      const expected = id === "with-secret" ? !fields["with-set"].includes(sender) : all.includes(sender);
      assert.equal(await page.locator(`#${id}`).isVisible(), expected, `${sender}: ${id}`);
    }
  }
});
