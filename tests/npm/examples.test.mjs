// Every example in the README and in the declaration files compiles against the package's types, and runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cpSync, readFileSync, readdirSync } from "node:fs";
import { folder, installed, output, path, tool } from "./fixtures/app.mjs";
import { Workerd } from "./fixtures/workerd.mjs";

const node = path("node_modules/.bin/node");

/** The examples of a file: code in fences, in Markdown or in a comment. */
function examplesOf(file) {
  const text = readFileSync(`${installed}/${file}`, "utf8").replace(/^ *\* ?/gm, file.endsWith(".ts") ? "" : "$&");
  return [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code], at) => ({ name: `${file.replace(/\W+/g, "-")}-${at + 1}`, code }));
}

const declarations = readdirSync(`${installed}/dist`, { recursive: true }).filter((file) => file.endsWith(".d.ts"));
const EXAMPLES = ["README.md", ...declarations.map((file) => `dist/${file}`)].flatMap(examplesOf);
/** These run elsewhere: frameworks in recipes.test.mjs and adapters.test.mjs, `countersign/worker` in deploy.test.mjs, and a Worker below. */
const ELSEWHERE = ['from "express"', 'from "fastify"', 'from "@koa/router"', 'from "hono"', 'from "countersign/nest"', 'from "countersign/worker"', 'from "cloudflare:workers"'];

const dir = folder("examples", Object.fromEntries(EXAMPLES.map(({ name, code }) => [`${name}.mjs`, `${code}export {};\n`])));
for (const file of ["example-globals.mjs", "example-globals.d.ts"]) cpSync(path(`tests/npm/fixtures/${file}`), `${dir}/${file}`);

/** What a Worker's own script exports again, and never calls. */
const WORKER = ["Inbox", "Courier"];

test("every public function and class has an example", () => {
  const missing = declarations.flatMap((file) => {
    const text = readFileSync(`${installed}/dist/${file}`, "utf8");
    // Each declaration with the comment before it; an overload follows the one that has the comment.
    const declared = [...text.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^export (?:declare )?(class|function) (\w+)/gm)];
    const documented = new Set(declared.filter(([, comment]) => comment?.includes("@example")).map(([, , , name]) => name));
    return declared.map(([, , , name]) => name).filter((name) => !WORKER.includes(name) && !documented.has(name));
  });
  assert.deepEqual(missing, []);
});

test("every example compiles", async () => {
  const options = {
    allowJs: true, checkJs: true, strict: true, noImplicitAny: false, noEmit: true, skipLibCheck: false, target: "es2022", lib: ["es2022", "dom", "dom.iterable"],
    module: "nodenext", moduleResolution: "nodenext", types: ["node"], typeRoots: [tool("@types")],
  };
  const files = [...EXAMPLES.map(({ name }) => `${name}.mjs`), "example-globals.d.ts"];
  folder("examples", { "tsconfig.json": JSON.stringify({ compilerOptions: options, files }) });
  await output(node, [tool("typescript5/bin/tsc"), "-p", dir]);
  assert.ok(EXAMPLES.length >= 16, `${EXAMPLES.length} examples`);
});

/** The examples of generated declarations: they compile, and the senders' vectors are in senders.test.mjs. */
const isGenerated = ({ name }) => name.includes("senders");

for (const { name, code } of EXAMPLES.filter((example) => !isGenerated(example) && !ELSEWHERE.some((words) => example.code.includes(words)))) {
  test(`example ${name} runs`, async () => {
    const called = code.includes("function POST") ? "const response = await POST(request); if (!response.ok) throw new Error(await response.text());\n" : "";
    folder("examples", { [`${name}-run.mjs`]: `import "./example-globals.mjs";\n${code}${called}` });
    await output(node, [`${dir}/${name}-run.mjs`]);
  });
}

test("the README's Worker runs in workerd", async (t) => {
  const { code } = EXAMPLES.find(({ code }) => code.includes('from "cloudflare:workers"'));
  const worker = folder("examples-worker", { "index.js": code, "wrangler.toml": 'name = "example"\nmain = "index.js"\ncompatibility_date = "2026-08-04"\n' });
  const token = "f3b1c2d4e5a697887766554433221100";
  const workerd = await Workerd.start(worker, { URL_TOKEN: token });
  t.after(() => workerd.stop());
  const send = async (segment) => JSON.parse(await workerd.get(`/jobs/${segment}`, { method: "POST", body: "{}" })).code;
  assert.deepEqual([await send("another"), await send(token)], ["not_found", "missing_header"]);
});
