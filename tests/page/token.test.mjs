// Senders that a token proves: the header that the receiver chose for it, and the account that sends.

import { beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { drawn, make, open, pick, takeStatus, verdict, verdictCode } from "./fixtures/browser.mjs";
import { host } from "./fixtures/visit.mjs";

const { server, browser } = await host();
const page = await open(browser, server.url);

const TOKEN = "a token of a sender, 34 bytes long";
const text = () => page.locator("#verdict-text").innerText();
const fill = async (fields) => {
  for (const [id, value] of Object.entries(fields)) await page.fill(`#${id}`, value);
  await drawn(page);
};

/** The text that a button copies, once it is there. */
async function taken(button) {
  await page.locator("#taken").evaluate((field) => (field.value = ""));
  await page.click(button);
  await page.waitForFunction(() => document.getElementById("taken").value !== "");
  return page.locator("#taken").inputValue();
}

beforeEach(() => page.click("#clear"));

for (const [sender, own] of [["okta", "authorization"], ["assemblyai", "x-webhook-secret"], ["vapi-token", "authorization"]]) {
  test(`${sender}: the token is read from the header that the receiver chose`, async () => {
    await pick(page, "sender", sender);
    assert.equal(await page.locator("#header").getAttribute("placeholder"), own);
    await fill({ secret: TOKEN, headers: `X-Hook-Key: ${TOKEN}`, body: "{}" });
    assert.deepEqual([await verdict(page), await verdictCode(page)], ["refused", "missing_header"]);
    await fill({ header: "X-Hook-Key" });
    assert.equal(await verdict(page), "genuine", await text());
    await fill({ headers: `${own}: ${TOKEN}` });
    assert.deepEqual([await verdict(page), await verdictCode(page)], ["refused", "missing_header"]);
    assert.match(await text(), /`?x-hook-key`?/);
    assert.deepEqual(page.seen.errors, []);
  });
}

test("a chosen header that another sender uses is not taken for that sender's", async () => {
  await pick(page, "sender", "okta");
  await fill({ secret: TOKEN, header: "X-Webhook-Secret", headers: `X-Webhook-Secret: ${TOKEN}x`, body: "{}" });
  assert.deepEqual([await verdict(page), await verdictCode(page)], ["refused", "no_matching_signature"]);
});

test("a header that cannot be chosen is named as the fault", async () => {
  await pick(page, "sender", "okta");
  await fill({ secret: TOKEN, header: "Content-Type", headers: "Content-Type: a", body: "{}" });
  assert.deepEqual([await verdict(page), await verdictCode(page)], ["refused", "config_invalid"]);
  assert.match(await text(), /is one that HTTP, Cloudflare or Countersign sets/);
});

test("the chosen header is in copies and links, the token in no link, and a copy that has it says so", async () => {
  await pick(page, "sender", "okta");
  await fill({ secret: TOKEN, header: "X-Hook-Key", headers: `X-Hook-Key: ${TOKEN}`, body: "{}" });
  assert.match(await taken('[data-copy="js"]'), /okta\(process\.env\.WEBHOOK_SECRET, \{ header: "X-Hook-Key" \}\)/);
  assert.match(await takeStatus(page), /It contains your secret, as the delivery has it/);
  assert.match(await taken('[data-copy="rust"]'), /Policy::of\(choose_header\(scheme::find\("okta"\)\.unwrap\(\), "X-Hook-Key"\)\.unwrap\(\)\)/);
  const link = await taken("#share");
  const other = await open(browser, link);
  assert.equal(await other.locator("#header").inputValue(), "X-Hook-Key");
  assert.equal(await other.locator("#headers").inputValue(), "");
  await other.fill("#secret", TOKEN);
  await other.fill("#headers", `X-Hook-Key: ${TOKEN}`);
  await drawn(other);
  assert.equal(await verdict(other), "genuine");
  await other.context().close();
});

test("a token that is not the secret is in no link, whatever the receiver called its header", async () => {
  await pick(page, "sender", "okta");
  for (const header of ["Webhook-Secret", "Webhook-Signature"]) {
    await fill({ header, headers: `Webhook-Id: msg_1\n${header}: ${TOKEN}`, body: "{}" });
    const { headers } = JSON.parse(Buffer.from((await taken("#share")).split("#")[1], "base64url").toString());
    assert.deepEqual(headers, [["Webhook-Id", "msg_1"]]);
  }
});

test("another sender's check does not use the header", async () => {
  await pick(page, "sender", "okta");
  await fill({ header: "X-Hook-Key" });
  await make(page, "github");
  assert.equal(await verdict(page), "genuine", await text());
});

test("google-pubsub: the check names the account that pushes, and the account is in copies and links", async () => {
  await make(page, "google-pubsub");
  assert.equal(await verdict(page), "genuine", await text());
  const email = await page.locator("#email").inputValue();
  assert.match(email, /@/);
  for (const other of ["", "somebody@example.com", email.toUpperCase()]) {
    await fill({ email: other });
    assert.equal(await verdict(page), "refused", other);
    assert.equal(await verdictCode(page), "jwt_claims", other);
    assert.ok((await page.locator("#steps").innerText()).includes(email), "the step names the account in the token");
  }
  await fill({ email });
  assert.equal(await verdict(page), "genuine", await text());
  assert.ok((await taken('[data-copy="js"]')).includes(`email: "${email}"`));
  assert.ok((await taken('[data-copy="rust"]')).includes(`email: Some("${email}".into())`));
  const other = await open(browser, await taken("#share"));
  assert.equal(await other.locator("#email").inputValue(), email);
  await other.context().close();
});
