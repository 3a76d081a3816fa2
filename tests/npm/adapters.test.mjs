// The adapters, each in its real framework.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import http from "node:http";
import { connect } from "node:net";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { folder, installed, output, path, tool } from "./fixtures/app.mjs";
import { adapter, inExpress, inFrameworks, listening, served, verifier } from "./fixtures/frameworks.mjs";
import { LIMIT, PATH, SECRET, Seen, holds, post, saysWhatToDo, signed } from "./fixtures/receiving.mjs";

const require = createRequire(import.meta.url);

inFrameworks("tests/npm");
inExpress("express4", require("express4"));

test("node:http", async (t) => {
  const [seen, webhook] = [new Seen(), await adapter("express")];
  await holds(await listening(t, http.createServer(webhook(verifier, seen.handler, seen.options))), seen);
});

test("node:http: the framework may have responded, and a body may break off", async (t) => {
  const [seen, webhook, settled] = [new Seen(), await adapter("express"), []];
  const server = http.createServer((incoming, outgoing) => {
    const receive = webhook(verifier, () => void outgoing.writeHead(503).end(), seen.options);
    settled.push(receive(incoming, outgoing).catch(({ code }) => code));
  });
  const port = await listening(t, server);
  assert.equal((await post(port, "{}", signed("{}"))).status, 503);
  assert.deepEqual(await Promise.all(settled), [undefined]);
  const socket = connect(port, "127.0.0.1");
  socket.end(`POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: 9\r\n\r\n{`).resume();
  await once(socket, "close");
  assert.deepEqual([(await Promise.all(settled)).length, seen.records], [2, [{ event: "webhook", outcome: "body_incomplete", status: 400, message: "the body was not read to its end: aborted" }]]);
});

test("a Fetch body that breaks off, and one that is over the framework's own limit", async () => {
  const [seen, webhook] = [new Seen(), await adapter("bun")];
  const receive = webhook(verifier, seen.handler, seen.options);
  const failing = (error) => new ReadableStream({ pull: (controller) => controller.error(error) });
  for (const [error, status, code] of [[new Error("gone"), 400, "body_incomplete"], [Object.assign(new Error("gone"), { status: 413 }), 413, "body_too_large"]]) {
    const response = await receive(new Request("https://a.example/", { method: "POST", duplex: "half", headers: signed("{}"), body: failing(error) }));
    assert.deepEqual([response.status, (await response.json()).code, seen.records.at(-1)], [status, code, { event: "webhook", outcome: code, status, message: "the body was not read to its end: gone" }]);
  }
});

test("the default log: a refusal is a warning, and what the receiver has to mend an error with its stack", async (t) => {
  const webhook = await adapter("bun");
  const said = [];
  for (const level of ["warn", "error"]) t.mock.method(console, level, (...text) => said.push([level, ...text]));
  const sent = (receive, headers) => receive(new Request("https://a.example/", { method: "POST", body: "{}", headers }));
  const failure = new Error("no database");
  await sent(webhook(verifier, () => {}), signed("{}"));
  assert.deepEqual(said, [], "what is taken is not logged");
  await sent(webhook(verifier, () => {}), signed("{} "));
  await sent(webhook(verifier, () => Promise.reject(failure)), signed("{}"));
  await sent(webhook(verifier, () => Promise.reject(failure), { log: () => Promise.reject(new Error("no log")) }), signed("{}"));
  assert.deepEqual(said.map(([level]) => level), ["warn", "error", "error", "error"]);
  const records = said.slice(0, 3).map(([, text]) => JSON.parse(text));
  assert.deepEqual(records.map(({ outcome, status }) => [outcome, status]), [["no_matching_signature", 401], ["handler_failed", 500], ["handler_failed", 500]]);
  assert.match(records[0].message, /^no signature matches/);
  assert.deepEqual([said[1][2], said[3][1], said[3][2].message], [failure, "the function `log` failed", "no log"]);
});

test("the limit is in bytes, of text too", async (t) => {
  const [seen, app, body] = [new Seen(), require("express")(), JSON.stringify("é".repeat(LIMIT / 2))];
  app.post(PATH, require("express").text({ type: () => true, limit: "2mb" }), (await adapter("express"))(verifier, seen.handler, seen.options));
  assert.equal((await post(await listening(t, http.createServer(app)), body, signed(body))).code, "body_too_large");
  const handler = (await adapter("lambda"))(verifier, seen.handler, seen.options);
  assert.equal((await handler({ httpMethod: "POST", path: PATH, headers: signed(body), requestContext: {}, body, isBase64Encoded: false })).statusCode, 413);
});

test("a handler that returns a response of a failure fails, and the event can come again", async () => {
  const { memory, once } = await import(`${installed}/dist/node/once.js`);
  const [seen, webhook] = [new Seen(), await adapter("next")];
  const values = [new Response(null, { status: 503 }), { statusCode: 500 }, Response.redirect("https://a.example/"), Response.error(), new Response("kept"), "not reached"];
  const receive = webhook(verifier, () => values.shift(), { ...seen.options, once: once(memory(), "1h") });
  const statuses = [];
  for (let sent = 0; sent < 6; sent++) statuses.push((await receive(new Request("https://a.example/", { method: "POST", body: "{}", headers: signed("{}", "msg_1") }))).status);
  assert.deepEqual([statuses, values], [[500, 500, 500, 500, 200, 204], ["not reached"]]);
  assert.match(seen.records[0].error.message, /returned a response with status 503, .*: throw an error/);
});

test("express: a platform's `body` that cannot be read is not needed", async (t) => {
  const [seen, webhook] = [new Seen(), await adapter("express")];
  const receive = webhook(verifier, seen.handler, seen.options);
  const server = http.createServer((request, response) => {
    Object.defineProperty(request, "body", { get: () => assert.fail("Invalid JSON") });
    receive(request, response);
  });
  assert.equal((await post(await listening(t, server), "{}", signed("{}"))).status, 204);
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

test("a body in chunks of one byte costs its own size, not that of its chunks", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const held = () => (collect(), process.memoryUsage().heapUsed);
  const [body, more] = [Buffer.from('"'.padEnd(300_000) + '"'), []];
  async function* chunks() {
    const before = held();
    for (let at = 0; at < body.length; at++) {
      // As a socket reads: not all in one turn of the event loop, in which a stream of Node's holds what it will do next.
      if (at % 1000 === 0) await setImmediate();
      yield body.subarray(at, at + 1);
    }
    more.push(held() - before);
  }
  const headers = signed(body);
  const [node, fetch] = [await adapter("express"), await adapter("bun")];
  let status;
  const incoming = Object.assign(Readable.from(chunks()), { method: "POST", url: PATH, headers: { host: "a.example", ...headers } });
  await node(verifier, () => {}, { log: false })(incoming, { writeHead: (written) => (status = written), end() {} });
  const request = new Request("http://a.example/hooks", { method: "POST", headers, body: ReadableStream.from(chunks()), duplex: "half" });
  assert.deepEqual([status, (await fetch(verifier, () => {}, { log: false })(request)).status], [204, 204]);
  // All chunks together hold 38 MB.
  assert.equal(more.length, 2);
  assert.ok(Math.max(...more) < 16 * 1024 * 1024, `${more} bytes are held`);
});

test("lambda: a load balancer with multi-value headers takes no others", async () => {
  const webhook = await adapter("lambda");
  const event = (headers) => ({ path: PATH, httpMethod: "POST", multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])), multiValueQueryStringParameters: {}, requestContext: { elb: {} }, body: "{}", isBase64Encoded: false });
  const handler = webhook(verifier, () => "challenge", { log: false });
  assert.deepEqual(await handler(event(signed("{}"))), { statusCode: 200, multiValueHeaders: { "content-type": ["text/plain; charset=utf-8"] }, body: "challenge" });
  const { body, ...refused } = await handler(event({ host: "a.example" }));
  assert.deepEqual([refused, JSON.parse(body).code], [{ statusCode: 400, multiValueHeaders: { "content-type": ["application/problem+json"] } }, "missing_header"]);
});

test("lambda: a signed URL is the one that the sender called", async () => {
  const { twilio } = await import(`${installed}/dist/node/index.js`);
  const [token, domainName] = ["a secret of the user's own", "a.example"];
  const handler = (await adapter("lambda"))(twilio(token), () => {}, { log: false, jsonParse: false });
  const elb = {};
  for (const [url, event] of [
    ["https://a.example/prod/hooks?x=1%2C2", { rawPath: "/prod/hooks", rawQueryString: "x=1%2C2", requestContext: { domainName, http: { method: "POST", path: "/prod/hooks" } } }],
    ["https://a.example/prod/hooks", { path: "/hooks", queryStringParameters: null, requestContext: { domainName, path: "/prod/hooks", stage: "prod" } }],
    ["https://a.example/hooks?x=1&x=a%20b", { path: "/hooks", queryStringParameters: { x: "a b" }, multiValueQueryStringParameters: { x: ["1", "a b"] }, requestContext: { domainName, path: "/hooks" } }],
    ["http://a.example/hooks?x=a%20b", { path: "/hooks", queryStringParameters: { x: "a%20b" }, headers: { "x-forwarded-proto": "http" }, requestContext: { elb } }],
    ["https://a.example/hooks?x=1", { path: "/hooks", multiValueQueryStringParameters: { x: ["1"] }, multiValueHeaders: { "x-forwarded-proto": ["https"] }, requestContext: { elb } }],
  ]) {
    const headers = { host: domainName, "x-twilio-signature": crypto.createHmac("sha1", token).update(`${url}BodyhiFrom+1`).digest("base64") };
    const lines = event.multiValueHeaders && { ...event.multiValueHeaders, ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) };
    const sent = { httpMethod: "POST", ...event, ...(lines ? { multiValueHeaders: lines } : { headers: { ...headers, ...event.headers } }), body: "Body=hi&From=%2B1", isBase64Encoded: false };
    assert.equal((await handler(sent)).statusCode, 200, url);
  }
});

test("a signed URL: a proxy notes the scheme, and Next the host", async () => {
  const { twilio } = await import(`${installed}/dist/node/index.js`);
  const [token, called, body] = ["a secret of the user's own", "https://a.example/hooks?x=a%20b", "Body=hi&From=%2B1"];
  const headers = { "x-twilio-signature": crypto.createHmac("sha1", token).update(`${called}BodyhiFrom+1`).digest("base64"), "x-forwarded-proto": "https, http", "x-forwarded-host": "a.example" };
  for (const [name, host, status] of [["next", "localhost:3000", 200], ["bun", "a.example", 200], ["bun", "b.example", 401]]) {
    const receive = (await adapter(name))(twilio(token), () => {}, { log: false, jsonParse: false });
    assert.equal((await receive(new Request(`http://${host}/hooks?x=a%20b`, { method: "POST", headers, body }))).status, status, `${name} ${host}`);
  }
});

test("a signed URL: `publicUrl` is the one that the sender has, whatever proxies made of it", async () => {
  const { hmac } = await import(`${installed}/dist/node/custom.js`);
  const { geminiDynamic, stripe, twilio } = await import(`${installed}/dist/node/index.js`);
  const [token, webhook, body] = ["a secret of the user's own", await adapter("bun"), "Body=hi"];
  const sent = async (publicUrl, signed, called) => {
    const receive = webhook(twilio(token), () => {}, { log: false, jsonParse: false, publicUrl });
    const headers = { "x-twilio-signature": crypto.createHmac("sha1", token).update(`${signed}Bodyhi`).digest("base64"), "x-forwarded-host": "c.example" };
    return (await receive(new Request(called, { method: "POST", headers, body }))).status;
  };
  for (const [publicUrl, signed, called, status] of [
    ["https://a.example/hooks", "https://a.example/hooks", "http://10.0.0.1/internal", 200],
    ["https://a.example/hooks", "https://a.example/hooks?x=a%20b", "http://10.0.0.1/internal?x=a%20b", 200],
    ["https://a.example/hooks?key=1", "https://a.example/hooks?key=1", "http://10.0.0.1/internal?x=1", 200],
    [" https://a.example/hooks\n", "https://a.example/hooks", "http://10.0.0.1/internal", 200],
    ["https://a.example/hooks", "http://10.0.0.1/internal", "http://10.0.0.1/internal", 401],
    [undefined, "http://10.0.0.1/internal", "http://10.0.0.1/internal", 200],
  ]) assert.equal(await sent(publicUrl, signed, called), status, signed);
  for (const wrong of ["a.example/hooks", "HTTPS://a.example/hooks", "ftp://a.example", "https://a.example/#x", "https://a.example/my hooks", "https://", 7]) {
    assert.throws(() => webhook(twilio(token), () => {}, { publicUrl: wrong }), { code: "config_invalid", message: /as the sender has it/ });
  }
  // It would also decide about the token that ends the URL of a dynamic webhook.
  for (const verifier of [stripe(token), geminiDynamic({ urlToken: "f3b1c2d4e5a697887766554433221100" })]) {
    assert.throws(() => webhook(verifier, () => {}, { publicUrl: "https://a.example/hooks" }), { code: "config_invalid", message: /signs its URL/ });
  }
  const described = hmac({ signature: { header: "x-signature" }, signed: "{body}" });
  assert.equal(typeof webhook(described(token), () => {}, { publicUrl: "https://a.example/hooks" }), "function");
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
  const paths = Object.fromEntries(["fastify", "hono", "ioredis"].map((name) => [name, [tool(name)]]));
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

test("a log that fails does not fail a delivery, and its record is written all the same", async (t) => {
  const webhook = await adapter("bun");
  const [warned, failed] = [t.mock.method(console, "warn", () => {}), t.mock.method(console, "error", () => {})];
  const broken = new Error("the log is down");
  for (const log of [() => { throw broken; }, () => Promise.reject(broken)]) {
    assert.equal((await webhook(verifier, () => {}, { log })(new Request("https://a.example/", { method: "POST", body: "{}" }))).status, 400);
  }
  assert.deepEqual(warned.mock.calls.map(({ arguments: [line] }) => JSON.parse(line).outcome), ["missing_header", "missing_header"]);
  assert.deepEqual(failed.mock.calls.map(({ arguments: [, error] }) => error), [broken, broken]);
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
