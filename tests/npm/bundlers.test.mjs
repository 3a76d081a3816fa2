// Runs the vectors in browsers and in bundles.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
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

const IMPORTS = Object.fromEntries([["countersign", "index"], ...["hmac", "explain", "jwt"].map((entry) => [`countersign/${entry}`, entry])].map(([name, file]) => [name, `/node_modules/countersign/dist/${file}.js`]));
const MAP = `<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;

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

test("esbuild, for Node: what is required is what is imported", async () => {
  const dir = folder("esbuild-mixed", {
    "run.mjs": `import { gemini } from "countersign";\nimport required from "./required.cjs";\nconsole.log(required.gemini === gemini, typeof required.webhook);\n`,
    "required.cjs": 'module.exports = { ...require("countersign"), ...require("countersign/express") };\n',
  });
  await output(path("node_modules/.bin/esbuild"), [`${dir}/run.mjs`, "--bundle", "--platform=node", "--log-level=warning", `--outfile=${dir}/bundle.cjs`]);
  assert.equal(await output(tool("node20/bin/node"), [`${dir}/bundle.cjs`]), "true function\n");
});

/** What esbuild bundles of `run.mjs` for a platform: the files that are in the bundle. */
async function bundled(dir, platform) {
  const esbuild = [`${dir}/run.mjs`, "--bundle", "--minify", `--platform=${platform}`, "--format=esm", "--log-level=warning", `--outfile=${dir}/${platform}.mjs`, `--metafile=${dir}/meta.json`];
  await output(path("node_modules/.bin/esbuild"), esbuild);
  const [{ inputs }] = Object.values(JSON.parse(readFileSync(`${dir}/meta.json`, "utf8")).outputs);
  return Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => basename(file));
}

test("esbuild: a bundle contains the Wasm of what it imports, and no script that it does not need", async () => {
  const [keySets, reports, descriptions] = [["jwks.js", "key-set-verifier.js", "token.js"], ["report.js"], ["description.js"]];
  for (const [from, name, wasm, without] of [
    ["countersign/hmac", "Webhook", ["hmac"], [...keySets, ...reports, ...descriptions, "hmac-senders.js"]],
    ["countersign/hmac", "stripe", ["hmac"], [...keySets, ...reports, ...descriptions]],
    ["countersign/custom", "hmac", ["describe", "hmac"], [...keySets, ...reports, "hmac-senders.js"]],
    ["countersign", "stripe", ["core"], [...reports, ...descriptions]],
    ["countersign/ecdsa", "sendgrid", ["full"], [...reports, ...descriptions, "jwt-senders.js"]],
    ["countersign/jwt", "googlePubsub", ["full"], [...reports, ...descriptions, "ecdsa-senders.js"]],
    ["countersign/explain", "explain", ["full"], [...descriptions, "jwt-senders.js", "ecdsa-senders.js", "senders.js"]],
  ]) {
    const dir = folder(`esbuild-${basename(from)}-${name}`, { "run.mjs": `export { ${name} } from "${from}";\n` });
    const [used, forNode] = [await bundled(dir, "neutral"), await bundled(dir, "node")];
    const expected = wasm.map((of) => `${of}-bytes.js`);
    for (const files of [used, forNode]) assert.deepEqual(files.filter((file) => file.endsWith("-bytes.js")).sort(), expected, `${from}: ${name}`);
    assert.deepEqual(used.filter((file) => without.includes(file)), [], `${from}: ${name}`);
  }
});
