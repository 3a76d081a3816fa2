// Every scheme of the registry: the menu has it, a sample of it is genuine, and a pasted request is recognised by its headers.

import { test } from "node:test";
import assert from "node:assert/strict";
import { SCHEMES } from "../../www/src/scheme-list.js";
import { drawn, make, paste, verdict, verdictCode } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const page = await visit();
const SIGNED = SCHEMES.filter(({ template }) => template !== null);
const chosen = async () => (await page.locator("#more-senders").inputValue()) || page.locator('input[name="scheme"]:checked').inputValue();

test("the menu has every scheme once", async () => {
  const radios = await page.locator('input[name="scheme"]').evaluateAll((all) => all.map(({ value }) => value));
  const options = await page.locator("#more-senders option").evaluateAll((all) => all.map(({ value }) => value).filter(Boolean));
  assert.deepEqual([...radios, ...options].sort(), SCHEMES.map(({ name }) => name).sort());
  await page.selectOption("#more-senders", "openai");
  assert.equal(await page.locator('input[name="scheme"]:checked').count(), 0);
  await page.locator('input[value="svix"]').check({ force: true });
  assert.equal(await chosen(), "svix");
});

for (const { name } of SIGNED) {
  test(`${name}: a sample is genuine, and every breakage has its code`, async () => {
    await make(page, name);
    assert.equal(await verdict(page), "genuine", await page.locator("#verdict-text").innerText());
    assert.equal(await chosen(), name);
    const options = await page.locator("#make-breakage option").evaluateAll((all) => all.filter(({ value }) => value !== "").map(({ value, dataset }) => ({ value, ...dataset })));
    assert.ok(options.length >= 5, `${options.length} breakages`);
    for (const { value, code, near } of options) {
      await make(page, name, value);
      if (code === "keys_unavailable") {
        assert.equal(await verdict(page), "waiting", value);
        continue;
      }
      assert.equal(await verdict(page), "refused", value);
      assert.equal(await verdictCode(page), code, value);
      const found = await page.locator("#near [data-near]").evaluateAll((all) => all.map(({ dataset }) => dataset.near));
      if (near !== undefined) assert.ok(found.includes(near), `${value}: ${near} is not among ${found.join(", ")}`);
    }
    assert.deepEqual(page.seen.errors, []);
  });
}

/** Senders whose headers are also those of others; nothing in a request tells them apart. */
const SHARED = { meta: ["github"], jira: ["bitbucket", "intercom"], intercom: ["bitbucket", "jira"], bitbucket: ["intercom", "jira"] };

test("a pasted request is recognised by its headers, and is genuine with its secret", async () => {
  for (const { name } of SIGNED) {
    await make(page, name);
    const [headers, body, secret] = await Promise.all(["#headers", "#body", "#secret"].map((field) => page.locator(field).inputValue()));
    await page.click("#clear");
    await paste(page, `POST /hook HTTP/1.1\n${headers}\n\n${body}`);
    const scheme = await chosen();
    assert.ok([name, ...(SHARED[name] ?? [])].includes(scheme), `${name} was taken for ${scheme}`);
    await page.fill("#secret", secret);
    await drawn(page);
    if (scheme === name) assert.equal(await verdict(page), "genuine", name);
  }
});

test("of schemes with the same signature header, the one with the most other headers is taken", async () => {
  for (const [lines, scheme] of [["X-GitHub-Event: push", "github"], ["X-Event-Key: repo:push\nX-Request-UUID: 1", "bitbucket"]]) {
    const header = scheme === "github" ? "X-Hub-Signature-256" : "X-Hub-Signature";
    await page.click("#clear");
    await paste(page, `POST / HTTP/1.1\n${header}: sha256=aa\n${lines}\n\n{}`);
    assert.equal(await chosen(), scheme);
  }
});
