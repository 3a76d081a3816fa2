// Copies run: the curl command sends the exact bytes, the HTTP file and the link lead back to the same verdict, the JavaScript test
// passes with the package, and the Python test with Python alone.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { drawn, make, paste, verdictCode } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const PACKAGE = new URL("../../build/npm/package/", import.meta.url).pathname;
const run = promisify(execFile);

const SAMPLES = [
  ["gemini", ""],
  ["gemini", "bom"],
  ["gemini", "crlf"],
  ["gemini", "latin1"],
  ["svix", "old"],
  ["gemini-dynamic", "no-set"],
  ["token", ""],
  ["token", "other-kid"],
  ["standard-webhooks", "quoted"],
  ["public-key", ""],
];

const page = await visit();
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-page-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(PACKAGE, join(folder, "node_modules/countersign"));
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** The text that a button copies, once it is in the clipboard. */
async function taken(button) {
  await page.locator("#taken").evaluate((field) => (field.value = ""));
  await page.click(button);
  await page.waitForFunction(() => document.getElementById("taken").value !== "");
  return page.locator("#taken").inputValue();
}

test("the test in JavaScript passes on the package", async () => {
  for (const [at, sample] of SAMPLES.entries()) {
    await make(page, ...sample);
    writeFileSync(join(folder, `${at}.test.mjs`), await taken('[data-copy="js"]'));
  }
  // A test run inside a test run would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap"], { cwd: folder, env });
  assert.match(stdout, new RegExp(`^# pass ${SAMPLES.length}$`, "m"));
});

/** One sender of each form, encoding and kind of secret that Python can check, and what its test says. */
const IN_PYTHON = [
  ["gemini", "", "matches"],
  ["gemini", "crlf", "does_not_match"],
  ["svix", "old", "matches"],
  ["openai", "", "matches"],
  ["github", "", "matches"],
  ["twilio", "", "matches"],
  ["square", "http-url", "does_not_match"],
  ["adyen-standard", "", "matches"],
  ["gitlab-token", "", "matches"],
  ["gitlab-token", "wrong-token", "does_not_match"],
];

test("the test in Python passes with Python's standard library alone", async () => {
  for (const [at, [sender, breakage, outcome]] of IN_PYTHON.entries()) {
    await make(page, sender, breakage);
    const text = await taken('[data-copy="python"]');
    assert.match(text, new RegExp(`def test_the_signature_${outcome}\\(`), `${sender}, ${breakage}`);
    writeFileSync(join(folder, `test_${at}.py`), text);
  }
  const { stderr } = await run("python3", ["-I", "-m", "unittest", "discover", "--start-directory", folder]);
  assert.match(stderr, new RegExp(`Ran ${IN_PYTHON.length} tests[\\s\\S]*OK`));
  await make(page, "discord");
  await page.click('[data-copy="python"]');
  await page.waitForFunction(() => document.getElementById("take-status").textContent !== "");
  assert.match(await page.locator("#take-status").textContent(), /no public-key cryptography/);
});

test("of two secrets, as during a rotation, the test in Python uses the one that matches", async () => {
  await make(page, "gemini");
  const both = `whsec_${"bm90LXRoaXMtb25l".repeat(2)} ${await page.inputValue("#secret")}`;
  await page.fill("#secret", both);
  await drawn(page);
  writeFileSync(join(folder, "rotation.py"), await taken('[data-copy="python"]'));
  const { stderr } = await run("python3", ["-I", join(folder, "rotation.py")], { env: { ...process.env, WEBHOOK_SECRET: both } });
  assert.match(stderr, /OK/);
});

test("the test in Rust is Rust, and names its outcome", async () => {
  await make(page, "token", "other-kid");
  const text = await taken('[data-copy="rust"]');
  assert.match(text, /^#\[test\]\nfn the_delivery_is_refused_as_jwk_unknown_kid\(\)/);
  const formatted = execFileSync("rustfmt", ["--edition", "2024", "--emit", "stdout"], { input: text, encoding: "utf8" });
  assert.match(formatted, /Err\("jwk_unknown_kid"\)/);
});

test("an id with a quote is in the Rust test as the bytes that were signed", async () => {
  await make(page, "gemini");
  const secret = await page.locator("#secret").inputValue();
  const [id, at, body] = ['msg_"\\', "1700000000", "{}"];
  const signature = createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`${id}.${at}.${body}`).digest("base64");
  await page.click("#clear");
  await paste(page, `POST /gemini HTTP/1.1\nwebhook-id: ${id}\nwebhook-timestamp: ${at}\nwebhook-signature: v1,${signature}\n\n${body}`);
  await page.fill("#secret", secret);
  await page.fill("#now", at);
  await page.waitForSelector('#verdict[data-state="genuine"]');
  const text = await taken('[data-copy="rust"]');
  assert.ok(text.includes(String.raw`("webhook-id", b"msg_\"\\" as &[u8])`), text);
});

test("the curl command sends the exact bytes", async () => {
  const arrivals = [];
  const origin = createServer(async (request, response) => {
    arrivals.push({ headers: request.headers, body: Buffer.concat(await Array.fromAsync(request)) });
    response.end();
  });
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
  for (const [sender, breakage] of [["gemini", ""], ["gemini", "bom"], ["gemini", "crlf"], ["gemini", "final-newline"]]) {
    await make(page, sender, breakage, "video.generated");
    const command = (await taken('[data-copy="curl"]')).replace("http://127.0.0.1:8787", `http://127.0.0.1:${origin.address().port}`);
    await run("bash", ["-c", command]);
    const { headers, body } = arrivals.pop();
    await page.click("#share");
    await page.waitForFunction(() => document.getElementById("taken").value.includes("#"));
    const shared = JSON.parse(Buffer.from((await page.locator("#taken").inputValue()).split("#")[1], "base64url").toString());
    assert.deepEqual(body, Buffer.from(shared.body, "base64url"), breakage);
    for (const [name, value] of shared.headers) assert.equal(headers[name], value);
  }
  await new Promise((resolve) => (origin.close(resolve), origin.closeAllConnections()));
});

test("the curl command and the HTTP file lead back to the same verdict", async () => {
  for (const breakage of ["bom", "crlf", "final-newline", "latin1"]) {
    for (const button of ['[data-copy="curl"]', '[data-copy="http"]']) {
      await make(page, "gemini", breakage);
      const secret = await page.locator("#secret").inputValue();
      const near = await page.locator("#near [data-near]").evaluateAll((all) => all.map(({ dataset }) => dataset.near));
      await taken(button);
      await page.click("#clear");
      // A text field drops the CR, so the text is pasted from the clipboard, as people do.
      await paste(page, await page.evaluate(() => navigator.clipboard.readText()));
      await paste(page, secret);
      assert.equal(await verdictCode(page), "no_matching_signature");
      assert.deepEqual(await page.locator("#near [data-near]").evaluateAll((all) => all.map(({ dataset }) => dataset.near)), near, `${breakage}, ${button}`);
    }
  }
});

test("a copy does not contain a typed secret", async () => {
  await make(page, "gemini");
  await page.fill("#secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await page.waitForSelector('#verdict[data-state="refused"]');
  for (const id of ["curl", "http", "js", "python", "rust"]) {
    const text = await taken(`[data-copy="${id}"]`);
    assert.ok(!text.includes("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), id);
    if (["js", "python", "rust"].includes(id)) assert.match(text, /WEBHOOK_SECRET/);
  }
});
