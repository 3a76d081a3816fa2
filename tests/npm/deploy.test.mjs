// examples/deploy, with the package from the tarball: wrangler would upload the built Worker, and it runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cpSync, readFileSync } from "node:fs";
import { createHash, randomBytes } from "node:crypto";
import { app, path } from "./fixtures/app.mjs";
import { Workerd, bundle } from "./fixtures/workerd.mjs";

const dir = `${app}/deploy`;
cpSync(path("examples/deploy"), dir, { recursive: true });
const digest = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

test("wrangler accepts it, with its bindings", async () => {
  const said = await bundle(dir);
  for (const words of ["env.INBOX (Inbox)", "env.EVENTS", "env.SOURCES", "--dry-run: exiting now"]) assert.ok(said.includes(words), `${words} is not in:\n${said}`);
});

test("the uploaded Wasm is that of build/worker", () => {
  const wasm = readFileSync(`${dir}/dist/index.js`, "utf8").match(/[\w./-]*index_bg\.wasm/)[0].replace(/^\.\//, "");
  assert.equal(digest(`${dir}/dist/${wasm}`), digest(path("build/worker/index_bg.wasm")));
});

test("it exports what the Worker exports: a class that is missing would only be missed when it is needed", () => {
  const exported = (file) => readFileSync(file, "utf8").match(/export\s*\{([^{}]*)\}[^{}]*$/)[1].split(",").map((name) => name.trim().split(" as ").at(-1)).filter(Boolean).sort();
  assert.deepEqual(exported(`${dir}/dist/index.js`), exported(path("build/worker/index.js")));
});

test("it responds", async (t) => {
  const gemini = { scheme: "gemini", secrets: ["GEMINI_WEBHOOK_SECRET"], dedupe: "off", forward: { origin: "http://127.0.0.1:9/" } };
  const names = readFileSync(`${dir}/.dev.vars.example`, "utf8").match(/^[A-Z_]+(?==)/gm);
  const secrets = Object.fromEntries(names.map((name) => [name, `whsec_${randomBytes(32).toString("base64")}`]));
  const workerd = await Workerd.start(dir, { ...secrets, SOURCES: JSON.stringify({ gemini }) });
  t.after(() => workerd.stop());
  const health = JSON.parse(await workerd.get("/healthz"));
  assert.deepEqual(health, { status: "ok", version: JSON.parse(readFileSync(`${app}/node_modules/countersign/package.json`, "utf8")).version, faults: {} });
  assert.equal(JSON.parse(await workerd.get("/gemini", { method: "POST", body: "{}" })).code, "missing_header");
  assert.equal(JSON.parse(await workerd.get("/nowhere")).code, "not_found");
});
