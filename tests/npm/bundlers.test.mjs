// Runs the vectors in browsers and in bundles.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { RUN, app, assertAll, folder, output, path, tool } from "./fixtures/app.mjs";
import { Browser, serve } from "./fixtures/browser.mjs";
import { inFirefox } from "./fixtures/firefox.mjs";
import { inWebKit } from "./fixtures/webkit.mjs";

const require = createRequire(import.meta.url);
const SHOW = `run(entries, vectors).then((result) => (globalThis.result = result), (error) => (globalThis.result = { failures: [String(error.stack)] }));\n`;
const SEND = `const send = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
run(entries, vectors).then(send, (error) => send({ failures: [String(error.stack)] }));\n`;
const html = (head, script) => `<!doctype html><meta charset="utf-8"><title>vectors</title>${head}<script type="module" src="${script}"></script>`;

let browser;
before(async () => (browser = await Browser.start()));
after(() => browser?.stop());

async function inChromium(t, dir, page) {
  const server = await serve(dir);
  t.after(() => server.close());
  const { result, requests } = await browser.run(`${server.url}${page}`);
  assertAll(result);
  assert.ok(requests.every((url) => url.startsWith(server.url)), `requests elsewhere: ${requests}`);
  return requests;
}

const MAP = `<script type="importmap">{"imports":{"countersign":"/node_modules/countersign/dist/index.js","countersign/hmac":"/node_modules/countersign/dist/hmac.js"}}</script>`;

test("Chromium: plain ESM, with an import map", async (t) => {
  folder("plain", { "index.html": html(MAP, "main.mjs"), "main.mjs": RUN + SHOW });
  await inChromium(t, app, "/plain/index.html");
});

for (const [name, open] of Object.entries({ Firefox: inFirefox, WebKit: inWebKit })) {
  test(`${name}: plain ESM, with an import map`, async (t) => {
    folder(name, { "index.html": html(MAP, "main.mjs"), "main.mjs": RUN + SEND });
    const server = await serve(app);
    t.after(() => server.close());
    assertAll(await open(server, `/${name}/index.html`));
  });
}

test("Chromium: bundled by Vite", async (t) => {
  const dir = folder("vite", { "index.html": html("", "/main.mjs"), "main.mjs": RUN + SHOW });
  await output(path("node_modules/.bin/node"), [tool("vite/bin/vite.js"), "build", "--logLevel", "warn"], { cwd: dir });
  await inChromium(t, `${dir}/dist`, "/index.html");
});

test("Chromium: bundled by webpack", async (t) => {
  const dir = folder("webpack", { "main.mjs": RUN + SHOW });
  const webpack = require("webpack");
  const stats = await new Promise((resolve, reject) => {
    const options = { context: dir, entry: "./main.mjs", mode: "production", output: { path: `${dir}/dist`, filename: "main.js", publicPath: "auto" }, performance: { hints: false } };
    webpack(options, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  assert.equal(stats.hasErrors() || stats.hasWarnings(), false, stats.toString());
  writeFileSync(`${dir}/dist/index.html`, html("", "main.js"));
  await inChromium(t, `${dir}/dist`, "/index.html");
});

for (const [format, extension] of [["esm", "mjs"], ["cjs", "cjs"]]) {
  test(`esbuild: ${format}, in Node 20`, async () => {
    const dir = folder(`esbuild-${format}`, { "run.mjs": `${RUN}run(entries, vectors).then((result) => console.log(JSON.stringify(result)));\n` });
    const esbuild = [`${dir}/run.mjs`, "--bundle", "--platform=neutral", `--format=${format}`, "--log-level=warning", `--outfile=${dir}/bundle.${extension}`];
    await output(path("node_modules/.bin/esbuild"), esbuild);
    assertAll(JSON.parse(await output(tool("node20/bin/node"), [`${dir}/bundle.${extension}`])));
  });
}

test("esbuild: a bundle of countersign/hmac contains nothing else of the package", async () => {
  const dir = folder("esbuild-hmac", { "run.mjs": 'import { Webhook } from "countersign/hmac";\nexport const webhook = new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");\n' });
  const esbuild = [`${dir}/run.mjs`, "--bundle", "--minify", "--platform=neutral", "--format=esm", "--log-level=warning", `--outfile=${dir}/bundle.mjs`, `--metafile=${dir}/meta.json`];
  await output(path("node_modules/.bin/esbuild"), esbuild);
  const inputs = Object.keys(JSON.parse(readFileSync(`${dir}/meta.json`, "utf8")).inputs).map((file) => basename(file)).sort();
  assert.deepEqual(inputs, ["body.js", "check.js", "error.js", "given.js", "headers.js", "hmac-api.js", "hmac-bytes.js", "hmac-glue.js", "hmac-senders.js", "hmac-verifier.js", "hmac.js", "native.js", "options.js", "outcome.js", "run.mjs", "static.js", "target.js", "wasm.js"]);
  // Everything: scripts, and the Wasm as text.
  const weight = gzipSync(readFileSync(`${dir}/bundle.mjs`)).length;
  assert.ok(weight < 115_000, `${weight} bytes gzipped`);
});
