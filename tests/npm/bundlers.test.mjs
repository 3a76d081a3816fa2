// The vectors in Chromium and in bundles: what frameworks make of the package.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRequire } from "node:module";
import { CASES, RUN, app, folder, output, path, tool } from "./fixtures/app.mjs";
import { Browser, serve } from "./fixtures/browser.mjs";

const require = createRequire(import.meta.url);
const SHOW = `run(countersign, vectors).then((result) => (globalThis.result = result), (error) => (globalThis.result = { failures: [String(error.stack)] }));\n`;
const html = (head, script) => `<!doctype html><meta charset="utf-8"><title>vectors</title>${head}<script type="module" src="${script}"></script>`;

let browser;
before(async () => (browser = await Browser.start()));
after(() => browser?.stop());

function assertAll({ cases, checks, failures }) {
  assert.deepEqual(failures, []);
  assert.equal(cases, CASES);
  assert.ok(checks > 5 * cases, `${checks} checks`);
}

async function inChromium(t, dir, page) {
  const server = await serve(dir);
  t.after(() => server.close());
  const { result, requests } = await browser.run(`${server.url}${page}`);
  assertAll(result);
  assert.ok(requests.every((url) => url.startsWith(server.url)), `requests elsewhere: ${requests}`);
  return requests;
}

test("Chromium: plain ESM, with an import map", async (t) => {
  folder("plain", {
    "index.html": html(`<script type="importmap">{"imports":{"countersign":"/node_modules/countersign/dist/index.js"}}</script>`, "main.mjs"),
    "main.mjs": RUN + SHOW,
  });
  await inChromium(t, app, "/plain/index.html");
});

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
  const { writeFileSync } = await import("node:fs");
  writeFileSync(`${dir}/dist/index.html`, html("", "main.js"));
  await inChromium(t, `${dir}/dist`, "/index.html");
});

for (const [format, extension] of [["esm", "mjs"], ["cjs", "cjs"]]) {
  test(`esbuild: ${format}, in Node 20`, async () => {
    const dir = folder(`esbuild-${format}`, { "run.mjs": `${RUN}run(countersign, vectors).then((result) => console.log(JSON.stringify(result)));\n` });
    const esbuild = [`${dir}/run.mjs`, "--bundle", "--platform=neutral", `--format=${format}`, "--log-level=warning", `--outfile=${dir}/bundle.${extension}`];
    await output(path("node_modules/.bin/esbuild"), esbuild);
    assertAll(JSON.parse(await output(tool("node20/bin/node"), [`${dir}/bundle.${extension}`])));
  });
}
