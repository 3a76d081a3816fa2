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
import { bundle } from "./fixtures/workerd.mjs";

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

test("esbuild: a bundle of countersign/hmac contains what it imports, and nothing else of the package", async () => {
  const shared = ["body.js", "check.js", "error.js", "given.js", "headers.js", "hmac-bytes.js", "hmac-glue.js", "hmac-verifier.js", "hmac.js", "native.js", "options.js", "outcome.js", "run.mjs", "static.js", "target.js", "wasm.js"];
  // The most that everything weighs, gzipped: scripts, and the Wasm as text.
  for (const [name, more, most] of [
    ["Webhook", ["hmac-api.js"], 80_000],
    ["stripe", ["hmac-senders.js"], 80_000],
    ["hmac", ["configured.js", "describe-bytes.js", "describe-glue.js", "describe.js", "hmac-described.js"], 122_000],
  ]) {
    const dir = folder(`esbuild-hmac-${name}`, { "run.mjs": `export { ${name} } from "countersign/hmac";\n` });
    const esbuild = [`${dir}/run.mjs`, "--bundle", "--minify", "--platform=neutral", "--format=esm", "--log-level=warning", `--outfile=${dir}/bundle.mjs`, `--metafile=${dir}/meta.json`];
    await output(path("node_modules/.bin/esbuild"), esbuild);
    const [{ inputs }] = Object.values(JSON.parse(readFileSync(`${dir}/meta.json`, "utf8")).outputs);
    assert.deepEqual(Object.keys(inputs).map((file) => basename(file)).sort(), [...shared, ...more].sort(), name);
    const weight = gzipSync(readFileSync(`${dir}/bundle.mjs`)).length;
    assert.ok(weight < most, `${name}: ${weight} bytes gzipped`);
  }
});

// wrangler uploads every Wasm that an entry may import, also the one of `hmac(…)`.
test("a Worker that imports one sender of countersign/hmac uploads at most 100 KB, gzipped", async () => {
  const dir = folder("hmac-worker", {
    "index.js": 'import { stripe } from "countersign/hmac";\nexport default { fetch: (request, env) => stripe(env.SECRET).unwrap(request).then(() => new Response()) };\n',
    "wrangler.toml": 'name = "one-sender"\nmain = "index.js"\ncompatibility_date = "2026-08-04"\n',
  });
  const said = await bundle(dir);
  const weight = Number(said.match(/gzip: ([\d.]+) KiB/)[1]) * 1.024;
  assert.ok(weight < 100, `${weight} KB`);
});
