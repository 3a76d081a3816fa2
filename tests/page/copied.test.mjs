// A copied delivery contains the delivery and nothing else: hostile texts go through each format, and the result of the real shell,
// compiler, interpreter and grammar is compared byte by byte.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { explain } from "../../build/npm/package/dist/explain.js";
import { FORMATS } from "../../www/src/copy-as.js";
import { fromBase64, toBase64Url, utf8 } from "../../www/src/encoding.js";
import { isHeader, jsString, pythonBytes, rustBytes, rustString } from "../../www/src/escape.js";
import { takeApart } from "../../www/src/paste.js";
import { receiverCode } from "../../www/src/receiver-code.js";
import { drawn, open } from "./fixtures/browser.mjs";
import { host } from "./fixtures/visit.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const run = promisify(execFile);
const write = (id, delivery) => FORMATS.find((format) => format.id === id).write(delivery);

let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "countersign-copied-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Fragments that have a meaning to one of the targets. */
const FRAGMENTS = [
  "'", '"', "`", "\\", "$(touch PWNED)", "`touch PWNED`", "';touch PWNED;'", "'\\''", '"#', '"####', '"##########', "r#\"", "*/", "//", "{{$processEnv HOME}}", "{{",
  "###", "### x\nPOST http://127.0.0.1:1/\n", "< ./file", "<@ ./file", "<> ./file", "> {% client.log(1) %}", ">> file", "@a=b", "@/etc/passwd", "@", "#", "# @name x", "GET http://x", "HTTP/1.1 200", "https://x/",
  "\n", "\r\n", "\r", "\t", "\0", "\x07", "\x1b[31m", "\x7f", "\u2028", "\u202e", "\ufeff", "é", "日本", "😀", "’;touch PWNED;‘", "!", "!!", "!-1", "%PATH%", "^", "& touch PWNED", "| touch PWNED", "> PWNED", "\nEOF\n", "${x}", "#{x}", "\\u{0}", "\\x00", "</script>", "a", " ", "-", "--next", ";", "=",
];

/** The same texts in each run. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}
const random = generator(18);
const hostile = () => Array.from({ length: 1 + random(5) }, () => FRAGMENTS[random(FRAGMENTS.length)]).join("");
/** Each fragment alone, at the start, at the end and on a separate line; then random combinations. */
const TEXTS = [...FRAGMENTS.flatMap((text) => [text, `${text}x`, `x${text}`, `{\n${text}\n}`]), ...Array.from({ length: 150 }, hostile)];
/** Also bytes that are not text. */
const BODIES = [...TEXTS.map(utf8), new Uint8Array(), Uint8Array.from({ length: 256 }, (_, byte) => byte), utf8("x".repeat(200_000)), utf8("é'".repeat(100_000))];
/** A third of the texts, and what is not text; all of them in the step `breakages`. */
const isTried = (at) => process.env.CASES === "all" || at % 3 === 0 || at >= TEXTS.length;

const report = { ok: false, code: "no_matching_signature" };
const delivery = (given) => ({ scheme: "gemini-dynamic", headers: [], body: new Uint8Array(), secrets: [], own: false, now: 1_700_000_000, tolerance: 300, report, ...given });

test("bash, dash and curl send exactly the body and the headers, and run nothing", async (t) => {
  const arrivals = [];
  const origin = createServer(async (request, response) => {
    arrivals.push({ headers: request.rawHeaders, body: Buffer.concat(await Array.fromAsync(request)) });
    response.end();
  });
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
  t.after(() => (origin.close(), origin.closeAllConnections()));
  const shells = ["bash", "dash"].filter((shell) => existsSync(`/bin/${shell}`));
  assert.ok(shells.length > 0);
  for (const [at, body] of BODIES.entries()) {
    if (!isTried(at)) continue;
    // Headers that HTTP cannot carry are left out. White space around a value is not part of it.
    const value = TEXTS[at % TEXTS.length].trim();
    const headers = [["webhook-id", value], ["content-type", "application/json"], ["content-length", "1"], ["@/etc/passwd", "x"], ["x-empty", ""]];
    const command = write("curl", delivery({ headers, body })).replace("http://127.0.0.1:8787", `http://127.0.0.1:${origin.address().port}`);
    writeFileSync(join(folder, "command.sh"), command);
    await run(shells[at % shells.length], ["command.sh"], { cwd: folder });
    const where = JSON.stringify(command.slice(0, 400));
    assert.equal(arrivals.length, 1, where);
    const [arrived] = arrivals.splice(0);
    assert.deepEqual(arrived.body, Buffer.from(body), where);
    const given = (name) => arrived.headers[arrived.headers.findIndex((each, at) => at % 2 === 0 && each.toLowerCase() === name) + 1];
    const ids = arrived.headers.filter((name, at) => at % 2 === 0 && name === "webhook-id").length;
    assert.equal(ids, isHeader(["webhook-id", value]) ? 1 : 0, where);
    if (ids === 1) assert.equal(Buffer.from(given("webhook-id"), "latin1").toString(), Buffer.from(value).toString(), where);
    assert.equal(given("x-empty"), "", where);
    assert.equal(given("content-length"), String(body.length), where);
  }
  assert.ok(!existsSync(join(folder, "PWNED")) && !existsSync("PWNED"));
});

test("the page reads its own curl commands and HTTP files back", () => {
  for (const body of BODIES) {
    const headers = [["webhook-id", "it's\\ & é"], ["webhook-timestamp", "1"]];
    const back = takeApart(write("curl", delivery({ headers, body })));
    assert.deepEqual(back.body, body);
    assert.deepEqual(back.headers.filter(([name]) => name !== "content-type"), headers);
    const file = write("http", delivery({ headers: [["webhook-id", "1"]], body }));
    if (body.length > 0 && !file.startsWith("# This file cannot hold")) assert.deepEqual(takeApart(file).body, body);
  }
});

test("a curl command that is pasted into another shell runs no part of the delivery", () => {
  // PowerShell and cmd.exe are not available here, so this tests what they interpret: to cmd.exe, single quotes are text; PowerShell also
  // ends a string at typographic quotes.
  for (const body of BODIES) {
    const command = write("curl", delivery({ headers: [["webhook-id", "x"], ["x-a", TEXTS[random(TEXTS.length)]]], body }));
    for (const [, quoted] of command.matchAll(/'([^']*)'/g)) assert.match(quoted, /^[ -~]*$/, command);
    const outside = command.replaceAll(/'[^']*'/g, "''").replaceAll(/(?:"\$\()?printf %s [A-Za-z0-9+/=]* \| base64 --decode(?:\)"| \|)/g, "");
    assert.match(outside, /^\s*curl http:\/\/127\.0\.0\.1:8787\/gemini(?: \\\n {2}(?:--header (?:'')?|--data-raw ''|--data-binary @-))+$/, command);
    for (const [, quoted] of command.matchAll(/'([^']*)'/g)) assert.doesNotMatch(quoted, /[&|<>^%!\\]/, command);
  }
});

test("an HTTP file is one request to each editor that reads it, with that body and nothing to include, to set or to run", () => {
  for (const body of BODIES) {
    const name = ["x-a", "#x", "@x", "x"][random(4)];
    const file = write("http", delivery({ headers: [["webhook-id", "1"], [name, TEXTS[random(TEXTS.length)]]], body }));
    const lines = file.split(/\r\n|\r|\n/);
    const notes = lines.findIndex((line) => !line.startsWith("# "));
    assert.equal(lines[notes], "POST http://127.0.0.1:8787/gemini HTTP/1.1", file);
    assert.ok(!file.includes("{{"), file);
    const [head, text] = [lines.slice(notes + 1, lines.indexOf("", notes)), file.slice(file.indexOf("\n\n") + 2)];
    for (const line of head) assert.match(line, /^[A-Za-z0-9][^\s:]*: [^\0-\x08\n-\x1f\x7f\u2028\u2029]*$/, file);
    if (file.startsWith("# This file cannot hold")) {
      assert.deepEqual(fromBase64(text), body);
      continue;
    }
    assert.deepEqual(utf8(text), body);
    for (const line of text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)) assert.doesNotMatch(line, /^\s*(?:#|\/\/|<|>|@|\?|&|[A-Z]|###)/, file);
  }
});

test("JavaScript, Python and Rust read each literal as the text that it was", async () => {
  for (const text of [...TEXTS, "\ud800", "x\udfffy"]) assert.equal(new Function(`"use strict"; return ${jsString(text)};`)(), text);
  const whole = TEXTS.map((text) => `    assert_eq!(${rustString(text)}.as_bytes(), Vec::<u8>::from(${JSON.stringify([...utf8(text)])}));`);
  const bytes = BODIES.filter((body) => body.length < 1000).map((body) => `    assert_eq!(${rustBytes(body)}.to_vec(), Vec::<u8>::from([${body.join(", ")}]));`);
  writeFileSync(join(folder, "literals.rs"), `fn main() {\n${[...whole, ...bytes].join("\n")}\n}\n`);
  execFileSync("rustc", ["--edition", "2024", "-o", join(folder, "literals"), join(folder, "literals.rs")], { cwd: ROOT });
  execFileSync(join(folder, "literals"));
  const python = BODIES.filter((body) => body.length < 1000).map((body) => `assert ${pythonBytes(body)} == bytes([${body.join(", ")}])`);
  writeFileSync(join(folder, "literals.py"), `${python.join("\n")}\n`);
  execFileSync("python3", ["-I", join(folder, "literals.py")]);
});

test("the code for an application has each value as it was, and runs none", () => {
  for (const given of deliveries(24)) {
    const { text } = receiverCode("next", given);
    const [, list] = /^const webhooks = geminiDynamic\((.*)\);$/m.exec(text);
    const { audience, issuer, tolerance } = new Function("process", `"use strict"; return ${list};`)({ env: {} });
    assert.deepEqual([audience, issuer, tolerance], [given.audience, given.issuer, given.tolerance]);
  }
});

/** Deliveries with a hostile text in every place that can have one. */
function* deliveries(count) {
  for (let at = 0; at < count; at += 1) {
    const headers = [["webhook-id", hostile()], ["webhook-timestamp", "1700000000"], ["webhook-signature", `v1a,${"A".repeat(86)}==`], [hostile(), hostile()]];
    const jwks = [hostile(), JSON.stringify({ keys: [{ kty: hostile(), __proto__: 1 }] }), `{"__proto__":{"keys":[]},"keys":[{"kid":${JSON.stringify(hostile())}}]}`][at % 3];
    const code = jwks.startsWith("{\"") ? "no_matching_signature" : "jwks_invalid";
    const token = at % 2 === 0 ? { audience: hostile(), issuer: hostile() } : {};
    yield delivery({ headers, body: utf8(hostile()), jwks, ...token, tolerance: 1 + random(1e9), report: { ok: false, code } });
  }
}

/** Makes the package found from the folder. */
function linkPackage() {
  const modules = join(folder, "node_modules");
  if (existsSync(modules)) return;
  mkdirSync(modules);
  symlinkSync(join(ROOT, "build/npm/package"), join(modules, "countersign"));
}

test("tests in JavaScript parse, and do what their names say", async () => {
  linkPackage();
  for (const [at, given] of [...deliveries(24)].entries()) writeFileSync(join(folder, `${at}.mjs`), write("js", given));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", ...Array.from({ length: 24 }, (_, at) => `${at}.mjs`)], { cwd: folder, env }).catch((failed) => failed);
  // A hostile id may be refused. What counts is that each file is exactly one test.
  assert.match(stdout, /^# tests 24$/m, stdout);
  assert.doesNotMatch(stdout, /SyntaxError|ReferenceError/, stdout);
  assert.ok(!existsSync(join(folder, "PWNED")));
});

/** A genuine delivery, during a rotation: the second of two secrets signed it. */
const KEY = Buffer.from("the-new-key-of-this-rotation");
const signature = createHmac("sha256", KEY).update("msg_1.1700000000.{}").digest("base64");
const rotated = delivery({
  scheme: "gemini",
  headers: [["webhook-id", "msg_1"], ["webhook-timestamp", "1700000000"], ["webhook-signature", `v1,${signature}`]],
  body: utf8("{}"),
  secrets: [Buffer.from("the-old-key-of-this-rotation"), KEY].map((key) => `whsec_${key.toString("base64")}`),
  report: { ok: true },
});

/** A genuine delivery whose secret is the text itself. */
const raw = delivery({
  ...rotated,
  scheme: "standard-webhooks",
  headers: [...rotated.headers.slice(0, 2), ["webhook-signature", `v1,${createHmac("sha256", "a-raw-secret-of-text").update("msg_1.1700000000.{}").digest("base64")}`]],
  secrets: [utf8("a-raw-secret-of-text")],
});

test("tests in JavaScript and Python read from the variable what the page read from the field", async () => {
  const bare = { ...rotated, secrets: [rotated.secrets[1].replace(/=+$/, "")] };
  const cases = [[raw, "a-raw-secret-of-text"], [rotated, rotated.secrets.join(" ")], [bare, bare.secrets[0]], [bare, `${bare.secrets[0]}\n`]];
  linkPackage();
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  for (const [given, secret] of cases) {
    const whole = { ...given, report: await explain({ scheme: given.scheme, secrets: given.secrets }, given.body, given.headers, { now: given.now }) };
    for (const [id, file, program] of [["js", "variable.mjs", process.execPath], ["python", "variable.py", "python3"]]) {
      writeFileSync(join(folder, file), write(id, whole));
      await run(program, [file], { cwd: folder, env: { ...env, WEBHOOK_SECRET: secret } });
    }
  }
  assert.match(receiverCode("next", raw).text, /\(new TextEncoder\(\)\.encode\(process\.env\.WEBHOOK_SECRET\)/);
});

test("tests in Rust compile, each to one test", async () => {
  const all = [...deliveries(24)].map((given, at) => `mod case_${at} {\n${write("rust", given)}\n}`);
  all.push(`mod rotation {\n${write("rust", rotated)}\n}`);
  all.push(`mod raw {\n${write("rust", raw)}\n}`);
  writeFileSync(join(folder, "copied.rs"), all.join("\n"));
  const built = execFileSync("cargo", ["build", "--quiet", "--package", "countersign", "--lib", "--message-format=json"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
  const messages = built.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const core = messages.find(({ reason, target }) => reason === "compiler-artifact" && target.name === "countersign" && target.kind.includes("lib"));
  const library = core.filenames.find((name) => name.endsWith(".rlib"));
  const binary = join(folder, "copied");
  const command = ["--edition", "2024", "--test", "--extern", `countersign=${library}`, "-L", `dependency=${join(library, "../deps")}`, "-o", binary, join(folder, "copied.rs")];
  await run("rustc", command, { cwd: ROOT });
  const listed = await run(binary, ["--list"]);
  assert.match(listed.stdout, /^26 tests, 0 benchmarks$/m);
  await run(binary, ["rotation"], { env: { ...process.env, WEBHOOK_SECRET: rotated.secrets.join(" ") } });
  await run(binary, ["raw"], { env: { ...process.env, WEBHOOK_SECRET: "a-raw-secret-of-text" } });
});

test("a stranger's link draws only text, and a copy of its delivery stays data", async () => {
  const { server, browser } = await host();
  const markup = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`<b>`';
  const jwks = `{"keys":[{"kty":"\\"####.as_bytes()); std::process::exit(7); //","kid":${JSON.stringify(markup)}}]}`;
  const shared = { scheme: "gemini-dynamic", headers: [["webhook-id", markup], ["webhook-timestamp", "1700000000"], ["webhook-signature", "v1a,AAAA"], [`x${"`"}-a`, markup]], body: toBase64Url(utf8(`@/etc/passwd ${markup}\n### \n< /etc/passwd`)), jwks, audience: markup, issuer: markup, tolerance: 300, now: 1_700_000_000 };
  const page = await open(browser, `${server.url}#${toBase64Url(utf8(JSON.stringify(shared)))}`);
  assert.equal(await page.locator("main img, main script, main b").count(), 0);
  for (const id of ["curl", "http", "rust", "js"]) {
    await page.click(`[data-copy="${id}"]`);
    await drawn(page);
    const text = await page.locator("#taken").inputValue();
    assert.ok(text.length > 100, id);
    if (id === "curl") assert.match(text, /--data-binary @-$/);
    if (id === "http") assert.match(text, /^# This file cannot hold/);
    if (id === "rust") execFileSync("rustfmt", ["--edition", "2024", "--emit", "stdout"], { input: text });
  }
  assert.match(await page.locator("#taken-block").innerText(), /Copied text/);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
});
