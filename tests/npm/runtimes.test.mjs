// Runs the vectors on the installed tarball in every runtime.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RUN, assertAll, folder, output, path, tool } from "./fixtures/app.mjs";
import { Workerd } from "./fixtures/workerd.mjs";

const dir = folder("runtimes", {
  "run.mjs": `${RUN}console.log(JSON.stringify(await run(entries, vectors)));\n`,
  // As in edge bundles and with old polyfills: no globals of Node, and therefore no node:crypto.
  // Node's own Request needs Buffer, so it is replaced.
  "bare.mjs": `const { Headers } = globalThis;
globalThis.Request = class {
  constructor(_, { headers, body }) {
    this.headers = new Headers(headers);
    this.arrayBuffer = async () => body.slice().buffer;
  }
};
delete globalThis.Buffer;
delete globalThis.process;
const { inspect } = await import("countersign/explain");
const { geminiDynamic } = await import("countersign/jwt");
const entries = { countersign: { ...(await import("countersign")), geminiDynamic, inspect }, hmac: await import("countersign/hmac") };
const { run } = await import("./suite.mjs");
const { default: vectors } = await import("./vectors.mjs");
console.log(JSON.stringify(await run(entries, vectors)));\n`,
  "require.cjs": `const { Webhook } = require("countersign");
console.log(new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", { allowShortKeys: true }).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'));\n`,
});

const assertAllOf = (text) => assertAll(JSON.parse(text.trim().split("\n").at(-1)));

const NODES = { "Node 20": tool("node20/bin/node"), "Node 22": tool("node22/bin/node"), "Node 24": path("node_modules/.bin/node") };

for (const [name, node] of Object.entries(NODES)) {
  test(`${name} is that version`, async () => assert.match(await output(node, ["--version"]), new RegExp(`^v${name.slice(5)}\\.`)));
  test(`${name}: vectors, hashing with node:crypto`, async () => assertAllOf(await output(node, [`${dir}/run.mjs`])));
  test(`${name}: vectors, without Buffer and process`, async () => assertAllOf(await output(node, [`${dir}/bare.mjs`])));
  test(`${name}: require`, async () => {
    assert.equal(await output(node, [`${dir}/require.cjs`]), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n");
  });
}

test("Deno: vectors, without any permission", async () => assertAllOf(await output(tool(".bin/deno"), ["run", "--no-prompt", `${dir}/run.mjs`], { env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } })));

test("Bun: vectors", async () => assertAllOf(await output(tool(".bin/bun"), ["run", `${dir}/run.mjs`])));

test("workerd: vectors, as wrangler bundles them", async (t) => {
  const worker = folder("workerd", {
    "index.js": `${RUN}export default { fetch: async () => Response.json(await run(entries, vectors)) };\n`,
    "wrangler.toml": 'name = "vectors"\nmain = "index.js"\ncompatibility_date = "2026-08-04"\n',
  });
  const workerd = await Workerd.start(worker);
  t.after(() => workerd.stop());
  assertAllOf(await workerd.get("/"));
});
