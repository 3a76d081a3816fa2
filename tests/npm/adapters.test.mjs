// The adapters, each in its real framework.
import assert from "node:assert/strict";
import { test } from "node:test";
import http from "node:http";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createRequire } from "node:module";
import { folder, output, path, tool } from "./fixtures/app.mjs";
import { adapter, inExpress, inFrameworks, listening, served, verifier } from "./fixtures/frameworks.mjs";
import { PATH, SECRET, Seen, holds, post, saysWhatToDo, signed } from "./fixtures/receiving.mjs";

const require = createRequire(import.meta.url);

inFrameworks("tests/npm");
inExpress("express4", require("express4"));

test("node:http", async (t) => {
  const [seen, webhook] = [new Seen(), await adapter("express")];
  await holds(await listening(t, http.createServer(webhook(verifier, seen.handler, seen.options))), seen);
});

test("hono: after a middleware that reads JSON, the log says what to do", async (t) => {
  const { Hono } = require("hono");
  const [seen, webhook, app] = [new Seen(), await adapter("hono"), new Hono()];
  // Hono 3 kept a readable body.
  app.use(async (c, next) => (await c.req.json(), next()));
  app.post(PATH, webhook(verifier, seen.handler, seen.options));
  await saysWhatToDo(await listening(t, served((request) => app.fetch(request))), seen);
});

test("sveltekit: a request handler gets an event", async (t) => {
  const [seen, webhook] = [new Seen(), await adapter("sveltekit")];
  const POST = webhook(verifier, seen.handler, seen.options);
  await holds(await listening(t, served((request) => POST({ request, url: new URL(request.url), params: {} }))), seen);
});

test("lambda: events of an HTTP API, a REST API and a load balancer", async () => {
  const [seen, webhook] = [new Seen(), await adapter("lambda")];
  const handler = webhook(verifier, seen.handler, seen.options);
  const body = '{"a":"é"}';
  const events = {
    "an HTTP API": { version: "2.0", rawPath: PATH, rawQueryString: "", headers: signed(body), requestContext: { domainName: "a.example", http: { method: "POST", path: PATH } }, body: Buffer.from(body).toString("base64"), isBase64Encoded: true },
    "a REST API": { path: PATH, httpMethod: "POST", headers: signed(body), multiValueHeaders: Object.fromEntries(Object.entries(signed(body)).map(([name, value]) => [name, [value]])), queryStringParameters: null, requestContext: {}, body, isBase64Encoded: false },
    "a load balancer": { path: PATH, httpMethod: "POST", headers: { host: "a.example", ...signed(body) }, requestContext: { elb: {} }, body, isBase64Encoded: false },
  };
  for (const [name, event] of Object.entries(events)) {
    assert.deepEqual(await handler(event, {}), { statusCode: 204, headers: {}, body: "" }, name);
    assert.deepEqual(seen.bodies.at(-1), Buffer.from(body), name);
    const forged = await handler({ ...event, headers: { ...event.headers, "webhook-id": "msg_2" }, multiValueHeaders: undefined }, {});
    assert.deepEqual([forged.statusCode, forged.headers, JSON.parse(forged.body).code], [401, { "content-type": "application/problem+json" }, "no_matching_signature"], name);
  }
  assert.deepEqual([(await handler({ Records: [] })).statusCode, seen.records.at(-1).outcome], [500, "invalid_body"]);
});

test("bun", async (t) => {
  const dir = folder("bun-adapter", {
    "server.mjs": `import { gemini } from "countersign";
import { webhook } from "countersign/bun";
const receive = webhook(gemini("${SECRET}"), async ({ event }) => JSON.stringify(event), { log: false });
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", routes: { "${PATH}": { POST: receive } } });
console.log(server.port);\n`,
  });
  const bun = spawn(tool(".bin/bun"), ["run", `${dir}/server.mjs`], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => bun.kill());
  const [port] = await once(bun.stdout, "data");
  const { status, text } = await post(Number(port), '{ "a": 1 }', signed('{ "a": 1 }'));
  assert.deepEqual([status, text], [200, '{"a":1}']);
  assert.equal((await post(Number(port), "{}", signed("[]"))).code, "no_matching_signature");
});

test("TypeScript accepts the adapters in their frameworks", async () => {
  const paths = Object.fromEntries(["fastify", "hono"].map((name) => [name, [tool(name)]]));
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: "es2022", lib: ["es2022", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler", types: ["node"], typeRoots: [tool("@types")], paths };
  const dir = folder("types-frameworks", { "usage.ts": readFileSync(path("tests/npm/types/frameworks.ts"), "utf8"), "tsconfig.json": JSON.stringify({ compilerOptions: options, files: ["usage.ts"] }) });
  await output(path("node_modules/.bin/node"), [tool("typescript5/bin/tsc"), "-p", dir]);
});

test("wrong arguments throw at start-up, and name the fix", async () => {
  const webhook = await adapter("hono");
  for (const [given, message] of [
    [[SECRET, () => {}], /the first argument is a verifier/],
    [[verifier], /the second argument is the handler/],
    [[verifier, () => {}, { limit: "1mb" }], /`limit` is a number of bytes/],
    [[verifier, () => {}, { Once: 1 }], /did you mean `once`/],
    [[verifier, () => {}, { once: {} }], /countersign\/once/],
    [[verifier, () => {}, { log: true }], /`log` is a function/],
  ]) assert.throws(() => webhook(...given), ({ code, message: said }) => code === "config_invalid" && message.test(said), String(message));
});

test("by default, the console has a line of JSON for each failure", async (t) => {
  const webhook = await adapter("bun");
  const lines = [];
  t.mock.method(console, "warn", (...line) => lines.push(line));
  t.mock.method(console, "error", (...line) => lines.push(line));
  const receive = webhook(verifier, () => { throw new TypeError("ours"); });
  await receive(new Request("https://a.example/", { method: "POST", body: "{}" }));
  await receive(new Request("https://a.example/", { method: "POST", body: "{}", headers: signed("{}") }));
  assert.deepEqual(lines.map(([line, error]) => [JSON.parse(line).outcome, JSON.parse(line).status, error?.message]), [["missing_header", 400, undefined], ["handler_failed", 500, "ours"]]);
});
