// A mistake of the receiver is a 500 that says what was passed and what to pass. A 400 blames the sender, and needs real headers that
// lack one.
import assert from "node:assert/strict";
import { test } from "node:test";
import http from "node:http";
import http2 from "node:http2";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { createRequire } from "node:module";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, SECRET, at, caught, sign } from "./fixtures/delivery.mjs";

const require = createRequire(import.meta.url);
const { explain, inspect } = await import(`${installed}/dist/node/explain.js`);
const { Webhook, WebhookVerificationError, gemini, geminiDynamic, standard, svix } = await import(`${installed}/dist/node/index.js`);
const hmac = await import(`${installed}/dist/node/hmac.js`);
const { Hono } = await import("hono");
const express = require("express");
const fastify = require("fastify");

const LINES = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name.replace(/\b\w/g, (letter) => letter.toUpperCase()), [value]]));

/** Asserts that each entry blames the receiver, in these words, and reports it. */
async function isMisuse(given, words, name) {
  for (const verifier of [standard(SECRET), svix(SECRET), gemini(SECRET), hmac.standard(SECRET), geminiDynamic({ jwks: { keys: [] } })]) {
    const error = await caught(verifier.unwrap(...given));
    assert.ok(error instanceof WebhookVerificationError, `${name}: ${error.stack}`);
    assert.equal(error.status, 500, `${name}: ${error.code}: ${error.message}`);
    assert.match(error.message, words, name);
    assert.equal((await error.toResponse().json()).title, "the receiver is not set up correctly");
    const report = await inspect(verifier, ...given);
    assert.deepEqual([report.ok, report.code], [false, error.code], name);
  }
}

/** Passes one delivery through a framework to `take`; its result. */
async function handled(listen, take) {
  const { promise, resolve } = Promise.withResolvers();
  const server = await listen((...given) => resolve(take(...given)));
  const { port } = server.address();
  const sent = fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers: { ...HEADERS, "content-type": "application/json" }, body: BODY });
  try {
    return await promise;
  } finally {
    await sent.then((response) => response.arrayBuffer()).catch(() => {});
    server.closeAllConnections?.();
    server.close();
  }
}

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const onNode = (handle) => listening(http.createServer((request, response) => Promise.resolve(handle(request)).finally(() => response.end())));
const onExpress = (...middleware) => (handle) => {
  const app = express();
  app.post("/", ...middleware, (request, response) => Promise.resolve(handle(request)).finally(() => response.end()));
  return listening(http.createServer(app));
};
async function onFastify(handle) {
  const app = fastify();
  app.post("/", async (request) => (await handle(request), ""));
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server;
}

test("Node's request is refused, read or not", async () => {
  await handled(onNode, (request) => isMisuse([request, at], /Node's request was passed: read its body.*req\.headers/, "req"));
  await handled(onNode, (request) => isMisuse([request], /Node's request was passed/, "req alone"));
  await handled(onNode, (request) => isMisuse([request, request.headers, at], /Node's request was passed/, "req and headers"));
  const delivery = await handled(onNode, async (request) => standard(SECRET).unwrap(await buffer(request), request, at));
  assert.equal(delivery.id, "msg_1");
});

test("Express's request: raw, parsed, and neither", async () => {
  await handled(onExpress(), (request) => isMisuse([request], /Node's request was passed/, "without a parser"));
  await handled(onExpress(express.json()), (request) => isMisuse([request], /its body is parsed/, "parsed"));
  await handled(onExpress(express.json()), (request) => isMisuse([request.body, request.headers, at], /parsed object/, "the parsed body"));
  await handled(onExpress(express.raw({ type: () => true })), (request) => isMisuse([request], /pass `req\.body` and `req\.headers`/, "raw"));
  await handled(onExpress(express.raw({ type: () => true })), (request) => isMisuse([request.headers, request.body, at], /bytes were passed instead of headers/, "the wrong way round"));
});

test("Fastify's request, Koa's context, h3's event", async () => {
  await handled(onFastify, (request) => isMisuse([request], /Fastify's request/, "fastify"));
  await handled(onNode, (req) => isMisuse([{ req, res: {}, request: { req }, get headers() { return req.headers; } }], /Koa's context.*ctx\.headers/, "koa"));
  await handled(onNode, (req) => isMisuse([{ node: { req } }], /h3/, "h3"));
});

test("Hono's context and request", async () => {
  const send = (take) => {
    const app = new Hono();
    let outcome;
    app.post(`/${take.name}`, (c) => ((outcome = take(c)), c.text("")));
    return Promise.resolve(app.request(`/${take.name}`, { method: "POST", headers: HEADERS, body: BODY })).then(() => outcome);
  };
  await send(async function request(c) { await isMisuse([c.req], /pass `c\.req\.raw`/, "c.req"); });
  await send(async function context(c) { await isMisuse([c], /pass `c\.req\.raw`/, "c"); });
  await send(async function headers(c) { await isMisuse([BODY, c.req, at], /pass `c\.req\.raw`/, "c.req for headers"); });
  await send(async function lookup(c) { await isMisuse([BODY, c.req.header, at], /no headers were passed, but a function/, "c.req.header"); });
  assert.equal((await send(async function raw(c) { return standard(SECRET).unwrap(c.req.raw, at); })).id, "msg_1");
  assert.equal((await send(async function parts(c) { return standard(SECRET).unwrap(await c.req.text(), c.req.header(), at); })).id, "msg_1");
});

test("contexts, promises and values that are not a request are named", async () => {
  const request = () => new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY });
  const table = [
    ["SvelteKit's event", [{ request: request(), params: {} }], /pass the `request` in it/],
    ["h3's event, new", [{ req: request() }], /pass the `req` in it/],
    ["a promise of a request", [Promise.resolve(request())], /promise.*await it/],
    ["headers() that was not awaited", [BODY, Promise.resolve(new Headers(HEADERS)), at], /promise of headers.*await headers\(\)/],
    ["a request whose headers were not awaited", [BODY, { headers: Promise.resolve(new Headers(HEADERS)) }, at], /promise of headers/],
    ["headers without ()", [BODY, async () => new Headers(HEADERS), at], /no headers were passed, but a function/],
    ["a body that was not awaited", [request().text(), HEADERS, at], /promise.*await it/],
    ["a stream", [request().body, HEADERS, at], /a stream/],
    ["a request and headers for its body", [BODY, undefined, at], /no headers were passed/],
    ["no headers", [BODY], /no headers were passed/],
    ["text for headers", [BODY, "webhook-id: a", at], /no headers were passed, but a string/],
    ["an SQS event", [{ Records: [{ body: BODY }] }], /`Records`/],
    ["Lambda@Edge's event", [{ Records: [{ cf: { request: { headers: {}, body: { data: "" } } } }] }], /Lambda@Edge.*Records\[0\]\.cf\.request/],
    ["Lambda@Edge's headers", [BODY, Object.fromEntries(Object.entries(HEADERS).map(([key, value]) => [key, [{ key, value }]])), at], /Lambda@Edge.*key, value/],
    ["Lambda@Edge's headers, of another sender", [BODY, { host: [{ key: "Host", value: "a.example" }] }, at], /Lambda@Edge/],
    ["an iterator at its end", [BODY, (() => { const all = new Headers(HEADERS).entries(); for (const _ of all); return all; })(), at], /read before/],
    ["a generator at its end", [BODY, (() => { const all = (function* () {})(); all.next(); return all; })(), at], /read before/],
    ["HAR's headers", [BODY, Object.entries(HEADERS).map(([name, value]) => ({ name, value })), at], /pairs/],
    ["names without values", [BODY, [...Object.entries(HEADERS).flat(), "host"], at], /odd length/],
    ["a parsed body for headers", [BODY, JSON.parse(BODY), at], /not text/],
    ["headers that cannot be read", [BODY, new Proxy(new Headers(HEADERS), {}), at], /cannot be read/],
    ["a Blob", [new Blob([BODY]), HEADERS, at], /Blob/],
  ];
  for (const [name, given, words] of table) await isMisuse(given, words, name);
});

test("Webhook, which is synchronous, names a request", () => {
  const request = new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY });
  for (const Class of [hmac.Webhook, Webhook]) {
    for (const given of [[request], [request, request.headers], [BODY, Promise.resolve(HEADERS)], [BODY]]) {
      assert.throws(() => new Class(SECRET).verify(...given), (error) => error.status === 500 && error instanceof WebhookVerificationError);
    }
  }
});

test("a missing header is the sender's 400, whatever form the headers have", async () => {
  const rest = { host: "a.example", "content-type": "application/json", "content-length": 44, "set-cookie": ["a", "b"], "x-none": undefined };
  const node = await handled(onNode, (request) => request.headers);
  for (const name of Object.keys(HEADERS)) delete node[name];
  const forms = [{}, rest, node, new Headers({ host: "a" }), new Map([["host", "a"]]), [["host", "a"]], ["host", "a"], [], new Map(), new Headers(), new Headers({ a: "b" }).entries()];
  for (const headers of forms) {
    const error = await caught(standard(SECRET).unwrap(BODY, headers, at));
    assert.deepEqual([error.code, error.status, error.header], ["missing_header", 400, "webhook-id"]);
  }
  const request = new Request("https://a.example/", { method: "POST", body: BODY });
  assert.equal((await caught(standard(SECRET).unwrap(request, at))).status, 400);
});

test("headers in raw forms: bytes, HTTP/2, capitals", async (t) => {
  const raw = Object.entries(HEADERS).flat().map((text) => Buffer.from(text, "latin1"));
  assert.equal((await standard(SECRET).unwrap(BODY, raw, at)).id, "msg_1");
  const server = await listening(http2.createServer());
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => (client.close(), server.close()));
  const arrived = new Promise((resolve) => server.on("stream", (stream, headers, _, rawHeaders) => (stream.respond(), stream.end(), resolve([headers, rawHeaders]))));
  client.request({ ":method": "POST", ...HEADERS }).end(BODY);
  for (const headers of await arrived) assert.equal((await standard(SECRET).unwrap(BODY, headers, at)).id, "msg_1");
});

test("a header in two spellings counts as two lines", async () => {
  const twice = { "Webhook-Id": "msg_0", ...HEADERS };
  assert.ok((await caught(standard(SECRET).unwrap(BODY, twice, at))).status < 500);
  assert.equal((await inspect(standard(SECRET), BODY, twice, at)).ok, false);
});

const base = { path: "/hooks", httpMethod: "POST", requestContext: { stage: "prod" } };
const two = { version: "2.0", routeKey: "$default", rawPath: "/hooks", rawQueryString: "", requestContext: { http: { method: "POST" } } };
const EVENTS = {
  "API Gateway, REST": { resource: "/hooks", ...base, headers: HEADERS, multiValueHeaders: LINES, body: BODY, isBase64Encoded: false },
  "API Gateway, HTTP": { ...two, headers: HEADERS, body: BODY, isBase64Encoded: false },
  "a function URL, base64": { ...two, headers: HEADERS, body: Buffer.from(BODY).toString("base64"), isBase64Encoded: true },
  "a load balancer": { ...base, requestContext: { elb: {} }, headers: HEADERS, body: BODY, isBase64Encoded: false },
  "a load balancer, all lines": { ...base, requestContext: { elb: {} }, multiValueHeaders: LINES, body: Buffer.from(BODY).toString("base64"), isBase64Encoded: true },
  "without the mark": { ...base, headers: HEADERS, body: BODY },
  "Netlify": { path: "/hooks", httpMethod: "POST", headers: HEADERS, multiValueHeaders: {}, body: BODY, isBase64Encoded: false },
};
for (const [name, event] of Object.entries(EVENTS)) {
  test(`a Lambda event is accepted unchanged: ${name}`, async () => {
    for (const verifier of [standard(SECRET), hmac.gemini(SECRET)]) {
      const { id, event: parsed, body } = await verifier.unwrap(event, at);
      assert.deepEqual([id, parsed, Buffer.from(body).toString()], ["msg_1", JSON.parse(BODY), BODY]);
    }
    assert.equal((await inspect(standard(SECRET), event, at)).ok, true);
    assert.equal((await explain({ scheme: "gemini", secrets: SECRET }, event, at)).ok, true);
    const forged = { ...event, body: event.isBase64Encoded ? Buffer.from(`${BODY} `).toString("base64") : `${BODY} ` };
    assert.equal((await caught(standard(SECRET).unwrap(forged, at))).code, "no_matching_signature");
  });
}

test("odd Lambda events: no body, bytes, repeated headers, invalid base64", async () => {
  const event = EVENTS["API Gateway, REST"];
  const bytes = Buffer.from([0x1f, 0x8b, 0xff, 0x00]);
  const binary = { ...two, headers: { ...HEADERS, "webhook-signature": sign(bytes) }, body: bytes.toString("base64"), isBase64Encoded: true };
  assert.deepEqual(Buffer.from((await standard(SECRET).unwrap(binary, { ...at, jsonParse: false })).body), bytes);
  for (const body of [null, undefined, ""]) {
    const empty = { ...two, headers: { ...HEADERS, "webhook-signature": sign("") }, body, isBase64Encoded: false };
    assert.equal((await standard(SECRET).unwrap(empty, at)).event, undefined);
  }
  const repeated = { ...event, multiValueHeaders: { ...LINES, "Webhook-Id": ["msg_0", "msg_1"] } };
  assert.ok((await caught(standard(SECRET).unwrap(repeated, at))).status < 500);
  await isMisuse([{ ...event, isBase64Encoded: true, body: "{" }], /isBase64Encoded/, "not base64");
  await isMisuse([{ ...event, body: JSON.parse(BODY) }], /parsed object|no headers/, "a parsed body");
  await isMisuse([event, event.headers], /there (is no option|are)|an option has a name/, "an event and its headers");
});
