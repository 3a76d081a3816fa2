// The report: signed bytes, signatures, key set, token, time.

import { test } from "node:test";
import assert from "node:assert/strict";
import { drawn, make, verdict, verdictCode } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const page = await visit();

const count = (selector) => page.locator(selector).count();

test("the signed bytes are id, timestamp and body, as text with marks and in hex", async () => {
  await make(page, "gemini", "crlf");
  const header = await page.locator("#headers").inputValue();
  const value = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(header)[1];
  assert.equal(await page.locator("#signed-bytes .part-id").textContent(), value("webhook-id"));
  assert.equal(await page.locator("#signed-bytes .part-timestamp").textContent(), value("webhook-timestamp"));
  assert.ok((await page.locator("#signed-bytes .mark").allTextContents()).every((mark) => mark === "CR LF"));
  assert.match(await page.locator("#signed-marks").innerText(), /CR LF ends \d+ lines/);
  await page.locator("#signed-hex").check({ force: true });
  await drawn(page);
  const rows = await page.locator("#signed-bytes .hex-row").allTextContents();
  assert.match(rows[0], /^0000 {2}6d 73 67 5f /);
  await page.locator("#signed-text").check({ force: true });
});

test("exactly the changed byte of a signature is marked", async () => {
  await make(page, "gemini", "changed-signature");
  for (const name of ["expected", "received"]) {
    assert.equal(await count(`[data-grid="${name}"] .cell`), 32);
    assert.equal(await count(`[data-grid="${name}"] .cell.differs`), 1);
    assert.equal(await count(`[data-grid="${name}"] .cell:nth-child(6).differs`), 1);
  }
  assert.match(await page.locator("#compared").innerText(), /1 of 32 bytes differ: the signature itself was changed/);
});

test("each key of a set is tried, and the one that matches is shown", async () => {
  await make(page, "gemini-dynamic");
  assert.deepEqual(await page.locator("#keys tbody tr").evaluateAll((rows) => rows.map(({ dataset }) => dataset.state)), ["fail", "pass", "fail"]);
  assert.deepEqual(await page.locator(".tried li").evaluateAll((rows) => rows.map(({ dataset }) => dataset.matches)), ["false", "true", "false"]);
});

test("a key that is set aside has a reason", async () => {
  await make(page, "token", "unusable-key");
  assert.equal(await verdictCode(page), "jwk_unusable");
  assert.match(await page.locator('#keys tr[data-key="1"]').innerText(), /set aside: `?use/);
});

test("a token is decoded, with its claims judged and its key named", async () => {
  await make(page, "token", "other-audience");
  const state = (claim) => page.locator(`[data-claim="${claim}"]`).getAttribute("data-state");
  assert.deepEqual([await state("aud"), await state("exp"), await state("iss"), await state("jti")], ["fail", "pass", "pass", "none"]);
  assert.equal(await page.locator("#keys .named").textContent(), "demo-2");
  assert.match(await page.locator("#token-header").textContent(), /"alg": "RS256"/);
  assert.equal(await count("#token-text .segment-header, #token-text .segment-claims, #token-text .segment-signature"), 3);
  await make(page, "token", "no-expiry");
  assert.equal(await state("exp"), "fail");
});

test("an old delivery can be checked as of its own time, or any other", async () => {
  await make(page, "svix", "old");
  assert.match(await page.locator("#verdict-text").innerText(), /refused for its age alone/);
  await page.click("#verdict-extra button");
  await page.waitForSelector('#verdict[data-state="genuine"]');
  await page.click("#now-clock");
  await page.waitForSelector('#verdict[data-state="refused"]');
  const timestamp = Number(/svix-timestamp: (\d+)/.exec(await page.locator("#headers").inputValue())[1]);
  await page.fill("#now", new Date((timestamp + 300) * 1000).toISOString());
  await page.waitForSelector('#verdict[data-state="genuine"]');
  await page.fill("#now", String(timestamp + 301));
  await page.waitForSelector('#verdict[data-state="refused"]');
  await page.fill("#now", "tomorrow");
  await drawn(page);
  assert.equal(await page.locator("#now").getAttribute("aria-invalid"), "true");
});

test("a body that is not JSON is genuine, and noted", async () => {
  await make(page, "gemini", "final-newline");
  await page.fill("#body", "not JSON");
  await drawn(page);
  assert.equal(await page.locator('[data-step="json"]').getAttribute("data-state"), "note");
});

test("several secrets are tried in turn", async () => {
  await make(page, "gemini");
  const secret = await page.locator("#secret").inputValue();
  await page.fill("#secret", `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ${secret}`);
  await drawn(page);
  assert.match(await page.locator("#verdict-text").innerText(), /secret 2/);
  assert.equal(await count(".comparison"), 2);
});

test("the text of a secret is the key if that box is ticked", async () => {
  await make(page, "gemini", "text-secret");
  assert.equal(await verdict(page), "refused");
  await page.check("#raw");
  await drawn(page);
  assert.equal(await verdict(page), "genuine");
});

test("pasted text is never markup", async () => {
  await page.click("#clear");
  await page.fill("#headers", 'webhook-id: <img src=x onerror="window.pwned=1">\nwebhook-timestamp: 1\nwebhook-signature: v1,<b>x</b>');
  await page.fill("#body", "<script>window.pwned=1</script>");
  await page.fill("#secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await drawn(page);
  assert.equal(await count("#details img, #details script, #details b"), 0);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
});

test("the duration of a check can be measured", async () => {
  await page.click("#measure");
  await page.waitForFunction(() => document.getElementById("measure-status").textContent.startsWith("The best"));
  assert.deepEqual((await page.locator("#strip li").allTextContents()).map((line) => line.split(":")[0]), ["v1, HMAC-SHA256", "v1a, Ed25519", "JWT, RS256"]);
});
