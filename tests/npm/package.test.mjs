// The tarball as registries, checkers and compilers see it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { app, folder, installed, output, path, tool } from "./fixtures/app.mjs";

const node = path("node_modules/.bin/node");
const tarball = process.env.COUNTERSIGN_TARBALL ?? path("build/npm/countersign-0.1.0.tgz");

const ADAPTERS = ["bun", "express", "fastify", "hono", "koa", "lambda", "nest", "next", "sveltekit"];

test("the tarball contains these files and no other", async () => {
  const files = (await output("tar", ["-tzf", tarball])).trim().split("\n");
  const entries = ["custom", "ecdsa", "explain", "hmac", "index", "jwt"].flatMap((entry) => [`${entry}.js`, `${entry}-workerd.js`, `${entry}-api.js`, `${entry}.cjs`, `${entry}.d.ts`, `${entry}.d.cts`]);
  const slim = ["slim", "slim-explain"].flatMap((entry) => [`${entry}.js`, `${entry}.cjs`, `${entry}.d.ts`, `${entry}.d.cts`]);
  const wasm = ["core", "describe", "full", "hmac"].flatMap((name) => [`${name}.wasm`, `${name}-bytes.js`, `${name}-bytes.cjs`, `${name}-glue.js`, `${name}-instance.js`, `${name}-inside.js`, `${name}-module.js`]);
  const senders = ["senders", "hmac-senders", "jwt-senders", "ecdsa-senders"].flatMap((name) => [`${name}.js`, `${name}.cjs`, `${name}.d.ts`, `${name}.d.cts`]);
  const adapters = ADAPTERS.flatMap((name) => [`${name}.js`, `${name}.cjs`, `${name}.d.ts`, `${name}.d.cts`]);
  const receiving = [...[...adapters, "called.js", "fetch.js", "node.js"].map((file) => `adapters/${file}`), "receive.js", "receive.cjs", "receive.d.ts", "receive.d.cts"];
  const once = ["once.js", "once.cjs", "once.d.ts", "once.d.cts", ...["durable-object", "kv", "memory", "postgres", "redis", "sqlite"].map((name) => `once/${name}.js`)];
  const samples = ["breakages", "described", "encoding", "events", "sample-event", "sample-events", "sample-keys", "samples", "scheme-list", "senders", "sign"].map((name) => `samples/${name}.js`);
  const testing = ["testing.js", "testing.cjs", "testing.d.ts", "testing.d.cts", "asked.js", ...samples];
  const types = ["classes", "event-types", "events", "reports", "schemes", "types"].flatMap((name) => [`${name}.d.ts`, `${name}.d.cts`]);
  const scripts = ["answers", "base64", "body", "check", "core-verifiers", "description", "error", "full-verifiers", "given", "handshake", "headers", "hmac-verifiers", "jwks", "key-set-verifier", "native", "options", "outcome", "receivers", "report", "static", "target", "token", "wasm"];
  const worker = ["worker.d.ts", "worker/index.js", "worker/index.js.map", "worker/index_bg.wasm", "worker/explain_bg.wasm"];
  const node = ["custom", "ecdsa", "explain", "hmac", "index", "jwt", "once", "slim", "slim-explain", "testing", ...ADAPTERS.map((name) => `adapters/${name}`)].flatMap((entry) => [`node/${entry}.js`, `node/${entry}.cjs`]);
  const dist = [...entries, ...slim, ...wasm, ...senders, ...types, ...receiving, ...once, ...testing, "cli.js", "cli/capture.js", "cli/http.js", "cli/plain.js", ...scripts.map((name) => `${name}.js`), ...worker, ...node];
  const expected = ["LICENSE", "README.md", "package.json", ...dist.map((file) => `dist/${file}`)].map((file) => `package/${file}`);
  // What several of Node's entries need is in files that are named after their contents.
  const isShared = (file) => /^package\/dist\/node\/shared-[A-Z0-9]{8}\.c?js$/.test(file);
  assert.deepEqual(files.filter((file) => !isShared(file)).sort(), expected.sort());
  assert.ok(files.some(isShared));
});

test("in Node, an import loads few files, and no cryptography of Node's", async () => {
  const dir = folder("few-files", {
    "run.mjs": `import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
await import(process.argv[2]);
console.log(JSON.stringify({ loaded, crypto: process.moduleLoadList.includes("NativeModule crypto") }));\n`,
  });
  for (const [entry, most] of [["countersign", 9], ["countersign/hmac", 7], ["countersign/express", 8]]) {
    const { loaded, crypto } = JSON.parse(await output(node, [`${dir}/run.mjs`, entry]));
    assert.ok(loaded.length <= most, `${entry} loads ${loaded.length} files, of ${most} at most:\n${loaded.join("\n")}`);
    assert.equal(crypto, false, `${entry} loads node:crypto, which takes 6 ms; load it at the first use`);
  }
});

test("in Node, an error's stack names our functions, and `require` shares classes with `import`, as in Bun", async () => {
  const dir = folder("node-stack", {
    "run.cjs": `const { gemini, WebhookVerificationError } = require("countersign");
const { webhook } = require("countersign/express");
import("countersign").then(async (imported) => {
  const error = await gemini("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP").unwrap("{}", {}).catch((error) => error);
  console.log(JSON.stringify([error instanceof imported.WebhookVerificationError, imported.gemini === gemini, error.constructor.name, typeof webhook]));
  console.log(error.stack);
});\n`,
  });
  const inBun = JSON.parse((await output(tool(".bin/bun"), ["run", `${dir}/run.cjs`])).split("\n")[0]);
  const [same, ...stack] = (await output(node, [`${dir}/run.cjs`])).split("\n");
  assert.deepEqual([JSON.parse(same), inBun], Array(2).fill([true, true, "WebhookVerificationError", "function"]));
  assert.match(stack.join("\n"), /StaticVerifier\.unwrap|StaticVerifier\.\w+/);
});

test("where `require` takes no ES modules, as in Jest, the entries load, and share classes", async () => {
  const entries = ["countersign", ...["custom", "ecdsa", "explain", "hmac", "jwt", "once", "slim", "slim/explain", "testing", ...ADAPTERS].map((name) => `countersign/${name}`)];
  const dir = folder("require-alone", {
    "run.cjs": `const loaded = ${JSON.stringify(entries)}.map((entry) => require(entry));
const [{ gemini, geminiDynamic, WebhookVerificationError }, custom, ...others] = loaded;
const { inspect } = require("countersign/explain");
const { testKeys, testRequest } = require("countersign/testing");
const { webhook } = require("countersign/bun");
const secret = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
(async () => {
  const receive = webhook(gemini(secret), () => {}, { log: false });
  const statuses = await Promise.all([undefined, "body"].map(async (broken) => (await receive(await testRequest(gemini, { secret, broken }))).status));
  const keys = await testKeys(geminiDynamic);
  const { scheme } = await geminiDynamic({ jwks: keys.jwks }).unwrap(await testRequest(geminiDynamic, { keys }));
  const { ok } = await inspect(gemini(secret), await testRequest(gemini, { secret }));
  const described = custom.hmac({ signature: { header: "x-signature" } })(secret);
  const isShared = others.every((entry) => (entry.WebhookVerificationError ?? WebhookVerificationError) === WebhookVerificationError);
  console.log(JSON.stringify([statuses, scheme, ok, typeof described.unwrap, isShared, loaded.every((entry) => Object.keys(entry).length > 0)]));
})();\n`,
  });
  for (const version of [tool("node20/bin/node"), node]) {
    const said = await output(version, ["--no-experimental-require-module", `${dir}/run.cjs`]);
    assert.deepEqual(JSON.parse(said), [[204, 401], "v1a", true, "function", true, true]);
  }
});

test("nothing in the tarball names a folder of the machine that built it", async () => {
  for (const file of ["dist/core-glue.js", "dist/full-glue.js", "dist/hmac-glue.js", "dist/describe-glue.js", "dist/describe.wasm", "dist/core.wasm", "dist/full.wasm", "dist/hmac.wasm", "dist/worker/index.js", "dist/worker/index.js.map", "dist/worker/index_bg.wasm", "dist/worker/explain_bg.wasm"]) {
    const text = readFileSync(`${installed}/${file}`, "latin1");
    assert.equal(text.match(/\/(home|root|work|Users)\/[\w./-]{0,60}/)?.[0], undefined, file);
  }
});

test("publint finds nothing", async () => {
  const said = await output(node, [tool("publint/src/cli.js"), tarball, "--strict"]);
  assert.match(said, /All good!/);
});

test("attw finds nothing", async () => {
  const args = [tarball, "--profile", "strict", "--no-emoji", "--no-color", "--exclude-entrypoints", "./core.wasm", "./full.wasm"];
  // It exits with an error if it finds something.
  const said = await output(node, [tool("@arethetypeswrong/cli/dist/index.js"), ...args, "worker"]);
  const worker = await output(node, [tool("@arethetypeswrong/cli/dist/index.js"), ...args.with(2, "esm-only")]);
  assert.match(worker, /"countersign\/worker" +│ OK/);
  for (const entry of ["countersign", "countersign/custom", "countersign/ecdsa", "countersign/explain", "countersign/hmac", "countersign/jwt", "countersign/once", "countersign/slim", "countersign/slim/explain", "countersign/testing", ...ADAPTERS.map((name) => `countersign/${name}`)]) assert.match(said, new RegExp(`"${entry}"`));
});

/** A CommonJS project, for the old resolution, which reads `main`, `types` and `typesVersions`, and for Node's. */
const COMMONJS = `import { Webhook, gemini } from "countersign";
import hmac = require("countersign/hmac");
import { initSync } from "countersign/slim";
import type { Inbox } from "countersign/worker";
const signature: string = new Webhook(process.env.SECRET).sign("msg_1", 1, "{}");
const id: Promise<string> = gemini(process.env.SECRET).unwrap("{}", {}).then((delivery) => delivery.id);
const start: typeof initSync = initSync;
const same: hmac.Verifier<hmac.GeminiEvent> = hmac.gemini("whsec_");
declare const inbox: Inbox;
export { id, inbox, same, signature, start };
`;

const COMPILERS = [["commonjs", "node10", "typescript5"], ["nodenext", "nodenext", "typescript"]];
if (process.env.CASES === "all") COMPILERS.push(["node16", "node16", "typescript5"], ["nodenext", "nodenext", "typescript5"]);
for (const [module, moduleResolution, compiler] of COMPILERS) {
  test(`TypeScript accepts the types in a CommonJS project: ${compiler}, ${module}, ${moduleResolution}`, async () => {
    const options = { strict: true, skipLibCheck: false, target: "es2022", lib: ["es2022", "dom", "dom.iterable"], module, moduleResolution, types: ["node"], typeRoots: [tool("@types")], outDir: "out" };
    const name = `commonjs-${compiler}-${module}`;
    const source = module === "node16" ? COMMONJS.replace(/^import type .*Inbox.*\n|^declare const inbox.*\n/gm, "").replace("inbox, ", "") : COMMONJS;
    const dir = folder(name, { "usage.cts": source, "tsconfig.json": JSON.stringify({ compilerOptions: options, files: ["usage.cts"] }) });
    await output(node, [tool(`${compiler}/bin/tsc`), "-p", dir]);
    const start = `process.env.SECRET = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"; const { Webhook } = require("countersign"); const hmac = require("countersign/hmac"); console.log(new Webhook(process.env.SECRET).sign("msg_1", 1700000000, "{}") === new hmac.Webhook(process.env.SECRET).sign("msg_1", 1700000000, "{}"));`;
    for (const version of ["node20", "node22"]) assert.equal(await output(tool(`${version}/bin/node`), ["-e", start], { cwd: dir }), "true\n");
  });
}

test("package.json names the project's home, and the fields of older tools", () => {
  const { main, types, typesVersions, repository, homepage, bugs } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
  for (const file of [main, types, ...Object.values(typesVersions["*"]).flat()]) assert.ok(readFileSync(`${installed}/${file}`).length > 0, file);
  assert.ok(repository.url.startsWith("git+https://") && homepage.startsWith("https://") && bugs.url.startsWith("https://"));
});

for (const resolution of ["nodenext", "bundler"]) {
  test(`TypeScript accepts the types in strict mode, resolved as ${resolution}`, async () => {
    const usage = readFileSync(path("tests/npm/types/usage.ts"), "utf8");
    const module = resolution === "nodenext" ? "nodenext" : "esnext";
    const options = {
      strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true, skipLibCheck: false,
      target: "es2022", lib: ["es2022", "dom", "dom.iterable"], module, moduleResolution: resolution, types: ["node"], typeRoots: [tool("@types")],
    };
    const dir = folder(`types-${resolution}`, { "usage.ts": usage, "tsconfig.json": JSON.stringify({ compilerOptions: options, files: ["usage.ts"] }) });
    await output(tool(".bin/tsc"), ["-p", dir], { env: { ...process.env, PATH: `${path("node_modules/.bin")}:${process.env.PATH}` } });
  });
}

test("TypeScript accepts the types of every entry in a project for Node, without those of the DOM", async () => {
  const entries = ["", "/custom", "/ecdsa", "/explain", "/hmac", "/jwt", "/once", "/slim", "/slim/explain", "/testing", ...ADAPTERS.map((name) => `/${name}`)];
  const options = { strict: true, noEmit: true, skipLibCheck: false, target: "es2022", lib: ["es2022"], module: "nodenext", moduleResolution: "nodenext", types: ["node"], typeRoots: [tool("@types")] };
  const usage = `import { initSync } from "countersign/slim";\ninitSync(new Uint8Array());\n// @ts-expect-error neither bytes nor a module\ninitSync("core.wasm");\n`;
  const dir = folder("types-node", { "usage.mts": entries.map((entry) => `import "countersign${entry}";\n`).join("") + usage, "tsconfig.json": JSON.stringify({ compilerOptions: options, files: ["usage.mts"] }) });
  await output(node, [tool("typescript5/bin/tsc"), "-p", dir]);
});

test("an import fetches nothing and evaluates no code from text", async () => {
  const dir = folder("import", {
    "run.mjs": `for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "eval", "Function"]) {
  Object.defineProperty(globalThis, name, { get: () => { throw new Error(\`\${name} was used\`); } });
}
const { Webhook } = await import("countersign");
console.log(typeof new Webhook("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP").verify);\n`,
  });
  // The engine forbids code from strings too.
  assert.equal(await output(node, ["--disallow-code-generation-from-strings", `${dir}/run.mjs`]), "function\n");
});

test("slim starts on init, and says so before", async () => {
  const dir = folder("slim", {
    "run.mjs": `import { readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => (/-(bytes|inside|module)\\.js$/.test(url) ? process.exit(1) : next(url, context)) });
const { Webhook, gemini, init } = await import("countersign/slim");
const slim = await import("countersign/slim/explain");
const wasm = (name) => readFile(new URL(import.meta.resolve("countersign/" + name)));
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
try { new Webhook(secret); } catch (error) { console.log(error.message); }
await init(wasm("core.wasm"));
const headers = { "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" };
const body = '{"test": 2432232314}';
console.log(new Webhook(secret, { allowShortKeys: true }).verify(body, headers, { now: 1614265330 }));
const report = () => slim.inspect(gemini(secret, { allowShortKeys: true }), body, headers, { now: 1614265330 });
console.log((await report()).verdict.detail);
await slim.init(wasm("full.wasm"));
console.log((await report()).ok, (await slim.explain({ scheme: "gemini" }, "", {})).code);\n`,
  });
  const [before, event, unready, ...after] = (await output(node, [`${dir}/run.mjs`])).trim().split("\n");
  assert.match(before, /^countersign\/slim is not ready: await `init\(…\)`/);
  assert.match(unready, /^countersign\/slim\/explain is not ready: await `init\(…\)`/);
  assert.deepEqual([event, ...after], ["{ test: 2432232314 }", "true missing_header"]);
});

test("without WebAssembly an import says so", async () => {
  for (const entry of ["countersign", "countersign/hmac", "countersign/explain", "countersign/jwt", "countersign/ecdsa", "countersign/custom"]) {
    const dir = folder("no-wasm", { "run.mjs": `delete globalThis.WebAssembly;\nawait import("${entry}").catch((error) => console.log(error.message));\n` });
    assert.match(await output(node, [`${dir}/run.mjs`]), /^countersign needs WebAssembly, and this runtime has none\. /, entry);
  }
});

test("where no WebAssembly may be compiled, the first call names the Content-Security-Policy and the edge", async () => {
  const dir = folder("no-compilation", { "run.mjs": `WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("disallowed by embedder"); } };\nconst { gemini } = await import("countersign");\ntry { gemini("whsec_"); } catch (error) { console.log(error.message, error.cause.message); }\n` });
  assert.match(await output(node, [`${dir}/run.mjs`]), /cannot compile .* 'wasm-unsafe-eval'.* `workerd`.* disallowed by embedder$/m);
});

for (const name of ["index", "hmac", "explain", "jwt", "ecdsa", "custom", "once", "testing", ...ADAPTERS]) {
  const entry = name === "index" ? "countersign" : `countersign/${name}`;
  test(`the exports of ${entry} are those of its types`, async () => {
    const read = (file) => readFileSync(`${installed}/dist/${file}`, "utf8");
    const types = read(ADAPTERS.includes(name) ? `adapters/${name}.d.ts` : `${name}.d.ts`).replace(/^export \* from "\.\/(.+)\.js";$/gm, (_, file) => read(`${file}.d.ts`));
    const declared = [...types.matchAll(/^export (?:declare )?(?:class|function|const) (\w+)/gm)].map(([, name]) => name);
    const passedOn = [...types.matchAll(/^export \{ ([\w, ]+) \} from/gm)].flatMap(([, names]) => names.split(", "));
    const dir = folder("exports", { "run.mjs": `console.log(Object.keys(await import("${entry}")).join());\n` });
    const exported = (await output(node, [`${dir}/run.mjs`], { cwd: app })).trim().split(",");
    assert.deepEqual(exported.sort(), [...new Set([...declared, ...passedOn])].sort());
  });
}

test("every code of the core is in the types, and in the README with what to do", async () => {
  const codes = [...readFileSync(path("src/error.rs"), "utf8").matchAll(/=> codes::(\w+)\.\$member/g)].map(([, code]) => code.toLowerCase());
  const own = ["config_invalid", "internal_error", "invalid_body", "invalid_json", "keys_unavailable", "not_found"];
  const expected = [...new Set([...codes, ...own])].sort();
  const types = readFileSync(`${installed}/dist/types.d.ts`, "utf8");
  const union = types.match(/type ErrorCode =([^;]+);/)[1];
  assert.deepEqual([...union.matchAll(/"([a-z_]+)"/g)].map(([, code]) => code), expected);
  const readme = readFileSync(`${installed}/README.md`, "utf8");
  assert.deepEqual(expected.filter((code) => !readme.includes(`\`${code}\``)), []);
});
