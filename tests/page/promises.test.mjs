// The page's promises: nothing leaves it, its policy holds, links contain no secret, and any static server under any path works.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drawn, make, open, paste, takeStatus, verdict } from "./fixtures/browser.mjs";
import { FOLDER, serve } from "./fixtures/server.mjs";
import { host } from "./fixtures/visit.mjs";
import { fragmentOf } from "../../www/src/share.js";

const { server, browser } = await host();

/** Whether the page lets a script make a policy for scripts of its own. */
function makesPolicy(name) {
  try {
    return Boolean(trustedTypes.createPolicy(name, {}));
  } catch {
    return false;
  }
}

/** Uses every feature of the page once. */
async function useEverything(page) {
  for (const [sender, breakage] of [["gemini", "final-newline"], ["gemini-dynamic", ""], ["token", "expired"], ["svix", "old"]]) {
    await make(page, sender, breakage);
    for (const button of await page.locator("#copies button").all()) await button.click();
    await page.click("#share");
  }
  await paste(page, '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"http://127.0.0.1:9/"}]}');
  await page.click("#theme");
  await page.click("#measure");
  await page.waitForFunction(() => document.getElementById("measure-status").textContent.startsWith("The best"));
  await page.click("#clear");
}

test("no request leaves once the page is loaded, and the page says so", async () => {
  const page = await open(browser, server.url);
  const { origin } = new URL(server.url);
  const loaded = page.seen.requests.length;
  assert.ok(page.seen.requests.every((url) => url.startsWith(`${origin}/`) || url.startsWith("data:")), "only its own server is asked");
  await useEverything(page);
  assert.deepEqual(page.seen.requests.slice(loaded).filter((url) => !url.startsWith("data:")), []);
  assert.equal(await page.locator("#requests").textContent(), "0 requests since load");
  assert.match(await page.locator("footer").innerText(), /\d+ KB of Wasm version \d+\.\d+\.\d+/);
});

for (const headers of [true, false]) {
  test(`the policy holds, ${headers ? "as a header" : "in the page alone"}`, async (t) => {
    const plain = await serve(FOLDER, { headers });
    t.after(plain.close);
    const page = await open(browser, plain.url);
    await useEverything(page);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
    assert.deepEqual(page.seen.errors, []);
    // The policy is in force: what it forbids does not happen.
    const fetched = await page.evaluate(() => fetch("https://example.com/").then(() => "sent", () => "stopped"));
    assert.equal(fetched, "stopped");
    const violations = await page.evaluate(() => window.violations);
    // The page's policy and the header's are both in force, and each reports.
    assert.equal(violations.length, headers ? 2 : 1);
    assert.ok(violations.every((violation) => violation.startsWith("connect-src")));
    for (const name of ["other", "offline"]) assert.equal(await page.evaluate(makesPolicy, name), false, `another policy, ${name}`);
  });
}

test("the policy is the same in both places, except for what only a header can express", () => {
  const html = /content="(default-src[^"]*)"/.exec(readFileSync(join(FOLDER, "index.html"), "utf8"))[1];
  const header = /Content-Security-Policy: (.*)/.exec(readFileSync(join(FOLDER, "_headers"), "utf8"))[1];
  assert.equal(header.replace(" frame-ancestors 'none';", ""), html);
});

test("a link contains the delivery, and neither the secret nor a possible credential", async () => {
  const page = await open(browser, server.url);
  await make(page, "gemini", "final-newline");
  const secret = await page.locator("#secret").inputValue();
  const headers = await page.locator("#headers").inputValue();
  await page.fill("#headers", `${headers}\nauthorization: Bearer hunter2\ncookie: a=hunter3`);
  await drawn(page);
  await page.click("#share");
  const link = await page.locator("#taken").inputValue();
  const fragment = Buffer.from(link.split("#")[1], "base64url").toString();
  for (const text of [secret, secret.slice(6), "hunter2", "hunter3"]) assert.ok(!fragment.includes(text) && !link.includes(text));
  assert.match(await takeStatus(page), /secret is not in it/);

  const other = await open(browser, link);
  assert.equal(await verdict(other), "waiting");
  assert.equal(await other.locator("#secret").inputValue(), "");
  assert.match(await other.locator("#paste-note").textContent(), /never contain one/);
  await other.fill("#secret", secret);
  await drawn(other);
  assert.equal(await other.locator('#near [data-near="final_newline_removed"]').count(), 1);
});

test("no link is made if the delivery contains the secret", async () => {
  const page = await open(browser, server.url);
  await make(page, "gemini");
  const secret = await page.locator("#secret").inputValue();
  await page.fill("#body", JSON.stringify({ secret }));
  await drawn(page);
  await page.click("#share");
  assert.match(await takeStatus(page), /Take it out/);
  assert.equal(await page.locator("#taken").inputValue(), "");
});

test("a secret is found in a delivery however the field and the delivery have it", () => {
  const [secret, bytes] = ["a-secret-as-raw-text", new TextEncoder().encode("a-secret-as-raw-text")];
  const given = { scheme: "github", headers: [], body: new TextEncoder().encode(JSON.stringify({ secret })), tolerance: 300, now: 1 };
  const quoted = { body: new TextEncoder().encode(JSON.stringify({ secret: 'a-"secret"' })), secrets: ['a-"secret"'] };
  const found = [{ secrets: [bytes] }, { secrets: [` ${secret}\n`] }, { secrets: [`whsec_${secret}`] }, { secrets: [`another-secret-of-this-sender ${secret}`] }, quoted, { body: Uint8Array.of(255, ...bytes), secrets: [secret] }];
  for (const each of found) assert.throws(() => fragmentOf({ ...given, ...each }), /Take it out/, JSON.stringify(each));
  for (const secrets of [[], [" "], ["a secret of three"], [new TextEncoder().encode("another")]]) assert.match(fragmentOf({ ...given, secrets }), /^#/);
});

test("a fragment that is not a link is ignored", async () => {
  for (const fragment of ["#x", "#e30", "#eyJoZWFkZXJzIjpbWzFdXX0", "#%00"]) {
    const page = await open(browser, server.url + fragment);
    assert.match(await page.locator("#verdict-about").innerText(), /^Example/);
    assert.deepEqual(page.seen.errors, []);
    await page.context().close();
  }
});

test("it works under a sub-path of a plain server", async (t) => {
  const deep = await serve(FOLDER, { base: "/some/where/else/", headers: false });
  t.after(deep.close);
  const page = await open(browser, deep.url);
  await make(page, "token");
  assert.equal(await verdict(page), "genuine");
  assert.deepEqual(page.seen.errors, []);
});

test("the page stores the theme, and nothing else", async () => {
  const page = await open(browser, server.url);
  await make(page, "gemini");
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.click("#theme");
  await page.click("#theme");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.notEqual(await paper(), light);
  await page.reload();
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.deepEqual(await page.evaluate(() => Object.entries(localStorage)), [["theme", "dark"]]);
  await page.click("#theme");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.deepEqual(await page.context().cookies(), []);
});

test("without its Wasm, the page says what is wrong", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/engine.wasm.gz", (route) => route.fulfill({ status: 404 }));
  await page.goto(server.url);
  await page.waitForSelector("#failed:not([hidden])");
  assert.match(await page.locator("#failed").innerText(), /engine\.wasm\.gz: the server responded 404/);
  await context.close();
});

test("without WebAssembly, the page says so", async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => delete window.WebAssembly);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.locator("#failed").waitFor();
  assert.equal(await page.locator("#failed-reason").textContent(), "This browser has no WebAssembly, or it is turned off, as in Lockdown Mode.");
  await context.close();
});
