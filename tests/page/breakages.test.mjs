// Every deliberate breakage leads to its code on the page, every near miss is found and its fix applied, and an unbroken sample is genuine.

import { test } from "node:test";
import assert from "node:assert/strict";
import { breakages } from "../../www/src/breakages.js";
import { replacementFor } from "../../www/src/replacements.js";
import { make, pick, verdict, verdictCode } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const page = await visit();

/** One of each kind of key, and the others of the family if all are asked for. */
const SENDERS = ["gemini", "token", "public-key", ...(process.env.CASES === "all" ? ["gemini-dynamic", "standard-webhooks", "svix"] : [])];

/** Near misses that no single field can bring about: the sender signs other things than its scheme says. */
const UNFIXED = ["body_alone", "id_timestamp_swapped", "other_key", "timestamp_milliseconds", "without_id"];

/** Applies a fix: the verdict is over the changed fields, which the page says, and can be taken back. */
async function applied(fix, where) {
  await fix.click();
  await page.waitForFunction(() => document.getElementById("verdict").dataset.state === "genuine", undefined, { timeout: 5000 }).catch(() => assert.fail(`${where}: its fix does not help`));
  assert.match(await page.locator("#verdict-about").innerText(), /^With one change/, where);
}

for (const sender of SENDERS) {
  test(`${sender}: an unbroken sample is genuine, and every breakage has its code`, async () => {
    await make(page, sender);
    assert.equal(await verdict(page), "genuine");
    const options = await page.locator("#make-breakage option").evaluateAll((all) => all.filter(({ value }) => value !== "").map(({ value, dataset }) => ({ value, ...dataset })));
    assert.ok(options.length > 8, `${sender} has ${options.length} breakages`);
    for (const { value, code, near } of options) {
      await make(page, sender, value);
      const where = `${sender}, ${value}`;
      if (code === "keys_unavailable") {
        assert.equal(await verdict(page), "waiting", where);
        continue;
      }
      assert.equal(await verdict(page), "refused", where);
      assert.equal(await verdictCode(page), code, where);
      assert.equal(await page.locator(`.step[data-state="fail"] .code`, { hasText: code }).count() > 0, true, `${where}: no step has the code`);
      const found = await page.locator("#near [data-near]").evaluateAll((all) => all.map(({ dataset }) => dataset.near));
      if (near === undefined) continue;
      assert.ok(found.includes(near), `${where}: ${near} is not among ${found.join(", ")}`);
      // The other senders' near misses are the same.
      if (!["gemini", "token"].includes(sender)) continue;
      const fix = page.locator(`#near [data-near="${near}"] .primary`);
      if (UNFIXED.includes(near)) assert.equal(await fix.count(), 0, `${where}: no field can be changed`);
      else await applied(fix, where);
    }
    assert.deepEqual(page.seen.errors, []);
  });
}

test("every breakage can be selected", async () => {
  const reached = new Set();
  for (const sender of [...SENDERS, "stripe", "square", "discord", "gitlab-token", "adyen-standard", "google-pubsub"]) {
    await pick(page, "make-sender", sender);
    for (const id of await page.locator("#make-breakage option").evaluateAll((all) => all.map(({ value }) => value))) reached.add(id);
  }
  assert.deepEqual(breakages.filter(({ id }) => !reached.has(id)), []);
  assert.equal(new Set(breakages.map(({ id }) => id)).size, breakages.length);
});

test("a fix shows the bytes that differ, and can be taken back", async () => {
  await make(page, "gemini", "crlf-lost");
  const body = await page.locator("#body").inputValue();
  assert.deepEqual(await page.locator("#near .difference ins").allTextContents(), ["CR LF\n"]);
  assert.match(await page.locator("#near .difference li").innerText(), /^Byte \d+: added 0d 0a$/);
  await page.click("#near .primary");
  await page.waitForSelector('#verdict[data-state="genuine"]');
  await page.click("#verdict-about button");
  await page.waitForSelector('#verdict[data-state="refused"]');
  assert.equal(await page.locator("#body").inputValue(), body);
});

test("every failed step says what to do", async () => {
  for (const breakage of ["old", "fraction", "no-id", "wrong-key", "flood"]) {
    await make(page, "gemini", breakage);
    const failed = await page.locator('.step[data-state="fail"]').count();
    assert.ok(failed > 0, breakage);
    assert.equal(await page.locator('.step[data-state="fail"] .fix').count(), failed, breakage);
  }
});

test("what a copy did to a header or a secret is undone by its fix", async () => {
  const edited = (field, change) => async () => page.fill(field, change(await page.locator(field).inputValue()));
  for (const [sender, near, edit] of [
    ["github", "header_unquoted", edited("#headers", (text) => text.replace(/^(x-hub-signature-256: )(.*)$/m, '$1"$2"'))],
    ["slack", "timestamp_spelling", edited("#headers", (text) => text.replace(/^(x-slack-request-timestamp: .*)$/m, "$1000"))],
    ["vapi-token", "secret_prefix_lost", edited("#secret", (text) => text.replace(/^Bearer /, ""))],
    ["slack", "signature_spelling", edited("#headers", (text) => text.replace(/^(x-slack-signature: )v0=(.*)$/m, (_, name, digits) => name + digits.toUpperCase()))],
  ]) {
    await make(page, sender);
    await edit();
    await page.waitForSelector(`#near [data-near="${near}"]`);
    // A secret is not drawn.
    if (near !== "secret_prefix_lost") assert.ok(await page.locator(`#near [data-near="${near}"] .difference`).count() > 0, `${near}: the bytes that differ`);
    await applied(page.locator(`#near [data-near="${near}"] .primary`), `${sender}, ${near}`);
  }
});

test("what replaces a timestamp or a raw secret is made of the delivery's own", () => {
  const given = { scheme: "standard-webhooks", headers: [["Webhook-Timestamp", "1700000000123"]], secrets: [new TextEncoder().encode(" c2hvcnQ= ")] };
  assert.deepEqual(replacementFor({ code: "timestamp_seconds" }, given).fill, { headers: [["Webhook-Timestamp", "1700000000"]] });
  assert.deepEqual(replacementFor({ code: "secret_raw_trimmed" }, given).fill, { secret: "c2hvcnQ=", raw: true });
  assert.deepEqual(replacementFor({ code: "secret_base64" }, given).fill, { secret: " c2hvcnQ= ", raw: false });
  assert.equal(replacementFor({ code: "secret_base64" }, { ...given, scheme: "stripe" }), undefined, "its secrets are text in any case");
  const lost = { code: "secret_prefix_lost", matchesIf: "the secret begins with `polar_whs_`" };
  assert.deepEqual(replacementFor(lost, { ...given, scheme: "polar", secrets: [" abc\n"] }).fill, { secret: "polar_whs_abc" });
  assert.equal(replacementFor(lost, { ...given, secrets: ["a", "b"] }), undefined);
});

test("what replaces a secret that was encoded when it was stored is what its sender shows", () => {
  const [shown, text, key] = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a-text-of-one-sender", Buffer.from([255, ...Array(23).keys()])];
  const filled = (scheme, code, stored) => replacementFor({ code }, { scheme, headers: [], secrets: [stored] }).fill;
  const base64 = (value) => Buffer.from(value).toString("base64");
  const hex = (value) => Buffer.from(value).toString("hex");
  for (const scheme of ["openai", "polar"]) {
    assert.deepEqual(filled(scheme, "secret_base64", base64(`${shown}\n`)), { secret: shown, raw: false });
    assert.deepEqual(filled(scheme, "secret_base64", base64(text)), { secret: `whsec_${base64(text)}`, raw: false });
    assert.deepEqual(filled(scheme, "secret_base64", Buffer.from(base64(key))), { secret: `whsec_${base64(key)}`, raw: false });
    assert.deepEqual(filled(scheme, "secret_base64", Buffer.from(shown)), { secret: shown, raw: false });
    assert.deepEqual(filled(scheme, "secret_hex", hex(text)), { secret: `whsec_${base64(text)}`, raw: false });
  }
  for (const scheme of ["openai", "standard-webhooks"]) {
    assert.deepEqual(filled(scheme, "secret_hex", hex(shown)), { secret: shown, raw: false });
    assert.deepEqual(filled(scheme, "secret_hex", hex(key)), { secret: `whsec_${base64(key)}`, raw: false });
  }
  assert.deepEqual(filled("standard-webhooks", "secret_hex", hex(shown.slice(6))), { secret: shown.slice(6), raw: false });
});
