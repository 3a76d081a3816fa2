// What a stranger sees first: a broken example with its answer, which gives way to the visitor's own delivery; and nothing moves meanwhile.

import { test } from "node:test";
import assert from "node:assert/strict";
import { chosen, drawn, make, open, paste, pick, verdict } from "./fixtures/browser.mjs";
import { host } from "./fixtures/visit.mjs";

const { server, browser } = await host();
const HEADERS = "webhook-id: msg_1\nwebhook-timestamp: 1764068070\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

test("the page opens on a broken example, with the answer", async () => {
  const page = await open(browser, server.url);
  assert.equal(await verdict(page), "refused");
  assert.match(await page.locator("#verdict-about").innerText(), /^Example/);
  assert.match(await page.locator("#verdict-text").innerText(), /It matches if/);
  assert.ok(await page.locator("#near .difference ins").count() > 0, "the bytes that differ are shown");
});

test("the visitor's own delivery takes the example's place, whole", async () => {
  const page = await open(browser, server.url);
  await paste(page, `POST / HTTP/1.1\n${HEADERS}\n\n{}`);
  assert.equal(await page.locator("#secret").inputValue(), "");
  assert.equal(await page.locator("#headers").inputValue(), HEADERS);
  assert.equal(await page.locator("#verdict-about").innerText(), "");
  const other = await open(browser, server.url);
  await paste(other, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  assert.doesNotMatch(await other.locator("#headers").inputValue(), /webhook-id/);
});

test("a sender that is chosen first takes the example out; a sample stays", async () => {
  const page = await open(browser, server.url);
  await pick(page, "sender", "stripe");
  assert.deepEqual([await verdict(page), await chosen(page)], ["empty", "stripe"]);
  assert.equal(await page.locator("#headers").inputValue(), "");
  await make(page, "github");
  await pick(page, "sender", "stripe");
  assert.equal(await verdict(page), "other");
  await page.click("#verdict-extra button");
  await page.waitForSelector('#verdict[data-state="genuine"]');
  assert.equal(await chosen(page), "github");
});

test("a secret that was typed stays when the delivery is pasted", async () => {
  const page = await open(browser, server.url);
  await page.fill("#secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await paste(page, `POST / HTTP/1.1\n${HEADERS}\n\n{}`);
  assert.equal(await page.locator("#secret").inputValue(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
});

test("no note is left over once the fields change", async () => {
  const page = await open(browser, server.url);
  await paste(page, `POST / HTTP/1.1\n${HEADERS}\n\n{}`);
  assert.match(await page.locator("#paste-note").innerText(), /^Read as/);
  await page.click('[data-copy="curl"]');
  await page.waitForFunction(() => document.getElementById("take-status").textContent !== "");
  await page.fill("#body", "{} ");
  await drawn(page);
  for (const id of ["paste-note", "take-status", "verdict-about"]) assert.equal(await page.locator(`#${id}`).innerText(), "", id);
  assert.equal(await page.locator("#taken-block").isVisible(), false);
});

test("what the page waits for is one step away", async () => {
  const page = await open(browser, server.url);
  await paste(page, `POST / HTTP/1.1\n${HEADERS.replace(/\d{10}/, Math.floor(Date.now() / 1000))}\n\n{}`);
  assert.equal(await verdict(page), "waiting");
  await page.click("#verdict-extra button");
  assert.equal(await page.evaluate(() => document.activeElement.id), "secret");
});

test("a token shows its claims at once, and asks for the audience alone", async () => {
  const page = await open(browser, server.url);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  await paste(page, `${part({ alg: "RS256", typ: "JWT" })}.${part({ aud: "my-project", exp: 1999999999, jti: "evt_1" })}.${"A".repeat(342)}`);
  assert.deepEqual(await page.locator("[data-claim]").evaluateAll((all) => all.map(({ dataset }) => dataset.claim)), ["aud", "exp", "jti"]);
  const parts = await page.locator(".answer .part, .outcome .part").evaluateAll((all) => all.filter((part) => part.checkVisibility()).map(({ id }) => id));
  assert.deepEqual(parts, ["token"]);
  assert.match(await page.locator("#verdict-text").innerText(), /audience/);
  assert.doesNotMatch(await page.locator("#verdict-text").innerText(), /key set/);
  await page.click("#verdict-extra button");
  await drawn(page);
  assert.equal(await page.locator("#audience").inputValue(), "my-project");
  assert.match(await page.locator("#verdict-text").innerText(), /key set/);
});

for (const width of [360, 1280]) {
  test(`${width} px: nothing moves while the page loads`, async () => {
    const context = await browser.newContext({ viewport: { width, height: width < 600 ? 760 : 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.moved = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.moved.push([entry.value, ...entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName)]);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(server.url);
    await page.waitForSelector("html[data-ready]", { state: "attached" });
    await drawn(page);
    const moved = await page.evaluate(() => window.moved);
    const shift = moved.reduce((sum, [value]) => sum + value, 0);
    assert.ok(shift < 0.01, `${shift}: ${JSON.stringify(moved)}`);
    await context.close();
  });
}

test("on a phone, the verdict follows the paste box, and then come the fields", async () => {
  const page = await open(browser, server.url, { width: 360, height: 760 });
  const tops = await page.evaluate(() => ["paste", "verdict", "near", "sender", "steps"].map((id) => document.getElementById(id).getBoundingClientRect().top));
  assert.deepEqual(tops, [...tops].sort((a, b) => a - b));
  assert.ok(tops[1] < 560, `the verdict begins ${tops[1]} px down`);
  await page.click("#clear");
  assert.equal(await verdict(page), "empty");
  assert.equal(await page.locator("#verdict-text .code").count(), 0);
});

