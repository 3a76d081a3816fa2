// What each entry adds to an upload, as the package's README says. Writes the table with UPDATE=1. Of most entries, the slow tools measure only
// with CASES=all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { folder, output, path, tool } from "./fixtures/app.mjs";
import { bundle } from "./fixtures/workerd.mjs";

const README = path("crates/npm/README.md");
const [BEGIN, END] = ["<!-- sizes: UPDATE=1 node --test tests/npm/sizes.test.mjs -->\n", "<!-- end of sizes -->\n"];

const NINE = "all nine adapters";
const ADAPTERS = ["express", "fastify", "hono", "koa", "nest", "next", "sveltekit", "bun", "lambda"];

/** A program for each entry: it verifies one sender, or does what the entry is for. */
const PROGRAMS = {
  "countersign": 'import { stripe } from "countersign";\nexport const use = (secret, request) => stripe(secret).unwrap(request);\n',
  "countersign/hmac": 'import { stripe } from "countersign/hmac";\nexport const use = (secret, request) => stripe(secret).unwrap(request);\n',
  "countersign/custom": 'import { hmac } from "countersign/custom";\nconst acme = hmac({ signature: { header: "s" } });\nexport const use = (secret, request) => acme(secret).unwrap(request);\n',
  "countersign/jwt": 'import { googlePubsub } from "countersign/jwt";\nexport const use = (email, request) => googlePubsub({ audience: "a", email }).unwrap(request);\n',
  "countersign/ecdsa": 'import { sendgrid } from "countersign/ecdsa";\nexport const use = (secret, request) => sendgrid(secret).unwrap(request);\n',
  "countersign/explain": 'import { explain } from "countersign/explain";\nexport const use = (secrets, request) => explain({ scheme: "stripe", secrets }, request);\n',
  "countersign/slim": 'import { init, stripe } from "countersign/slim";\nexport const use = async (secret, request) => (await init(globalThis.wasm), stripe(secret).unwrap(request));\n',
  "countersign/slim/explain": 'import { explain, init } from "countersign/slim/explain";\nexport const use = async (secrets, request) => (await init(globalThis.wasm), explain({ scheme: "stripe", secrets }, request));\n',
  "countersign/once": 'import { memory, once } from "countersign/once";\nconst claim = once(memory(), "24h");\nexport const use = async (id) => claim(id, async () => {});\n',
  "countersign/testing": 'import { testRequest } from "countersign/testing";\nexport const use = async (sender) => testRequest(sender, { secret: "s" });\n',
  [NINE]: `${ADAPTERS.map((name) => `import { webhook as ${name} } from "countersign/${name}";\n`).join("")}export const use = async (verifier, handler) => [${ADAPTERS}].map((webhook) => webhook(verifier, handler));\n`,
};

test("every entry has a program", () => {
  const { exports } = JSON.parse(readFileSync(path("crates/npm/package.json"), "utf8"));
  const scripts = Object.entries(exports).filter(([, conditions]) => typeof conditions === "object");
  const entries = scripts.map(([name]) => name.replace(".", "countersign"));
  const imported = Object.values(PROGRAMS).flatMap((code) => [...code.matchAll(/from "(.+)"/g)].map(([, entry]) => entry));
  // The Worker is a program of its own.
  assert.deepEqual(imported.sort(), entries.filter((entry) => entry !== "countersign/worker").sort());
});

const kilobytes = (...buffers) => Math.round(buffers.reduce((sum, buffer) => sum + gzipSync(buffer, { level: 9 }).length, 0) / 1000);

/** What each tool makes of a program, in gzipped kilobytes. */
const TOOLS = {
  "wrangler": async (dir) => {
    const said = await bundle(dir);
    return Math.round(Number(said.match(/gzip: ([\d.]+) KiB/)[1]) * 1.024);
  },
  "esbuild": async (dir) => {
    await output(path("node_modules/.bin/esbuild"), [`${dir}/use.mjs`, "--bundle", "--minify", "--platform=neutral", "--format=esm", "--log-level=warning", `--outfile=${dir}/esbuild.mjs`]);
    return kilobytes(readFileSync(`${dir}/esbuild.mjs`));
  },
  "Vite": async (dir) => {
    await output(path("node_modules/.bin/node"), [tool("vite/bin/vite.js"), "build", "--logLevel", "warn", "--outDir", "vite"], { cwd: dir });
    return kilobytes(...readdirSync(`${dir}/vite/assets`).map((file) => readFileSync(`${dir}/vite/assets/${file}`)));
  },
  "Lambda": async (dir) => {
    await output(path("node_modules/.bin/esbuild"), [`${dir}/lambda.mjs`, "--bundle", "--minify", "--platform=node", "--target=node22", "--format=cjs", "--log-level=warning", `--outfile=${dir}/lambda.cjs`]);
    return kilobytes(readFileSync(`${dir}/lambda.cjs`));
  },
};

/** The tools that take seconds, and the entries that they measure each time: those that an aim was set for. */
const SLOW = ["wrangler", "Vite"];
const ALWAYS = ["countersign", "countersign/hmac"];
const everything = process.env.CASES === "all" || process.env.UPDATE !== undefined;

/** The sizes of a program by each tool; `undefined` for a tool that did not measure it. */
async function row(entry, code) {
  const dir = folder(`sizes-${entry.replaceAll(/\W/g, "-")}`, {
    "use.mjs": code,
    "index.mjs": `${code}export default { fetch: (request, env) => use(env.SECRET, request).then(() => new Response()) };\n`,
    "lambda.mjs": `${code}export const handler = (event) => use(process.env.SECRET, event).then(() => ({ statusCode: 204 }));\n`,
    "index.html": '<!doctype html><title>sizes</title><script type="module" src="/page.mjs"></script>',
    "page.mjs": `${code}globalThis.use = use;\n`,
    "wrangler.toml": 'name = "sizes"\nmain = "index.mjs"\ncompatibility_date = "2026-08-04"\n',
  });
  const sizes = [];
  for (const [name, measure] of Object.entries(TOOLS)) sizes.push(everything || !SLOW.includes(name) || ALWAYS.includes(entry) ? await measure(dir) : undefined);
  return { entry, sizes };
}

const shown = ({ entry, sizes }) => `| ${entry === NINE ? entry : `\`${entry}\``} | ${sizes.map((size) => `${size} KB`).join(" | ")} |\n`;

test("the README's table of sizes is that of this package", async () => {
  const rows = [];
  for (const [entry, code] of Object.entries(PROGRAMS)) rows.push(await row(entry, code));
  const table = `| a program that imports one function of | ${Object.keys(TOOLS).join(" | ")} |\n|---|${"---|".repeat(Object.keys(TOOLS).length)}\n${rows.map(shown).join("")}`;
  const readme = readFileSync(README, "utf8");
  const [before, rest] = readme.split(BEGIN);
  const [written, after] = rest.split(END);
  if (process.env.UPDATE) return void writeFileSync(README, `${before}${BEGIN}\n${table}\n${END}${after}`);
  const said = [...written.matchAll(/(\d+) KB/g)].map(([, number]) => Number(number));
  const measured = rows.flatMap(({ sizes }) => sizes);
  // A twentieth more or less, so that not every change of the core touches the README.
  const isCurrent = (size, at) => size === undefined || Math.abs(said[at] - size) <= Math.max(1, said[at] / 20);
  assert.ok(measured.length === said.length && measured.every(isCurrent), `the table says\n${written}\nand the package is\n${table}\nto update: UPDATE=1 node --test tests/npm/sizes.test.mjs`);
});
