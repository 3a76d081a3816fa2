// What the adapters answer besides events: handshakes, and acknowledgements as each sender reads them.
import assert from "node:assert/strict";
import { test } from "node:test";
import http from "node:http";
import { createRequire } from "node:module";
import { folder, installed } from "./fixtures/app.mjs";
import { adapter, listening, served } from "./fixtures/frameworks.mjs";
import { Workerd } from "./fixtures/workerd.mjs";
import { KEY, SECRETS, SIGN, VERIFY_TOKEN, hex, holds, requests } from "../senders/handshakes.mjs";

const require = createRequire(import.meta.url);
const senders = await import(`${installed}/dist/node/index.js`);

/** A receiver for each sender that has a handshake. `events` counts what reaches the handlers. */
async function receivers(name, counted = { events: 0 }) {
  const webhook = await adapter(name);
  const receiver = (scheme) => webhook(senders[scheme](SECRETS[scheme]), () => void counted.events++, { log: false, ...(scheme === "meta" && { verifyToken: VERIFY_TOKEN }) });
  return { counted, all: Object.keys(SECRETS).map((scheme) => [`/${scheme}`, receiver(scheme)]) };
}

async function ask(port, { scheme, method, query, headers, body = "" }) {
  const length = method === "POST" ? { "content-length": Buffer.byteLength(body) } : {};
  const request = http.request({ port, host: "127.0.0.1", path: `/${scheme}${query}`, method, headers: { ...Object.fromEntries(headers), ...length } });
  request.end(body);
  const response = await new Promise((resolve, reject) => request.on("response", resolve).on("error", reject));
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(await response.toArray()).toString() };
}

/** How each framework has all methods of a path answered. Resolves to a server. */
const FRAMEWORKS = {
  async express(all) {
    const app = require("express")();
    for (const [path, receive] of all) app.all(path, receive);
    return http.createServer(app);
  },
  async fastify(all, t) {
    const app = require("fastify")();
    for (const [url, receive] of all) app.all(url, receive);
    await app.listen({ port: 0, host: "127.0.0.1" });
    t.after(() => app.close());
    return app.server;
  },
  async koa(all) {
    const [app, router] = [new (require("koa"))(), new (require("@koa/router").default ?? require("@koa/router"))()];
    for (const [path, receive] of all) router.all(path, receive);
    return http.createServer(app.use(router.routes()).callback());
  },
  async hono(all) {
    const app = new (require("hono").Hono)();
    for (const [path, receive] of all) app.all(path, receive);
    return served((request) => app.fetch(request));
  },
  async next(all) {
    const { NextRequest } = require("next/server");
    return served((request) => new Map(all).get(new URL(request.url).pathname)(new NextRequest(request)));
  },
  async sveltekit(all) {
    return served((request) => new Map(all).get(new URL(request.url).pathname)({ request }));
  },
};

for (const [name, serve] of Object.entries(FRAMEWORKS)) {
  test(`${name}: handshakes are answered, and reach no handler`, async (t) => {
    const { counted, all } = await receivers(name);
    const port = await listening(t, await serve(all, t));
    for (const asked of requests()) {
      const before = counted.events;
      holds(asked, await ask(port, asked));
      assert.equal(counted.events - before, asked.event ? 1 : 0, `${asked.scheme} ${asked.body}`);
    }
  });
}

test("nest: a method that a sender does not use is left to the application", async (t) => {
  require("reflect-metadata");
  const { Module } = require("@nestjs/common");
  class App {}
  Module({})(App);
  const { counted, all } = await receivers("nest");
  const app = await require("@nestjs/core").NestFactory.create(App, { logger: false });
  for (const [path, receive] of all) app.use(path, receive);
  await app.listen(0, "127.0.0.1");
  t.after(() => app.close());
  for (const asked of requests()) {
    const before = counted.events;
    const response = await ask(app.getHttpServer().address().port, asked);
    if (asked.code === "method_not_allowed") assert.equal(response.status, 404);
    else holds(asked, response);
    assert.equal(counted.events - before, asked.event ? 1 : 0);
  }
});

test("lambda: events of all three kinds name the method", async () => {
  const { counted, all } = await receivers("lambda");
  const handlers = new Map(all);
  for (const kind of ["HTTP API", "REST API", "load balancer"]) {
    for (const asked of requests()) {
      const before = counted.events;
      const { statusCode, headers, body } = await handlers.get(`/${asked.scheme}`)(lambdaEvent(kind, asked));
      holds(asked, { status: statusCode, headers, text: body });
      assert.equal(counted.events - before, asked.event ? 1 : 0, kind);
    }
  }
});

function lambdaEvent(kind, { scheme, method, query, headers, body }) {
  const [path, lines] = [`/${scheme}`, { host: "a.example", ...Object.fromEntries(headers) }];
  const sent = { headers: lines, body: body ?? null, isBase64Encoded: false };
  if (kind === "HTTP API") return { ...sent, version: "2.0", rawPath: path, rawQueryString: query.slice(1), requestContext: { domainName: "a.example", http: { method, path } } };
  const elb = kind === "load balancer";
  const multiple = {};
  for (const [name, value] of new URLSearchParams(query)) (multiple[elb ? encodeURIComponent(name) : name] ??= []).push(elb ? encodeURIComponent(value) : value);
  return { ...sent, path, httpMethod: method, multiValueQueryStringParameters: multiple, requestContext: elb ? { elb: {} } : {} };
}

test("each sender reads its acknowledgement, of a copy too", async () => {
  const { memory, once } = await import(`${installed}/dist/node/once.js`);
  const { testRequest } = await import(`${installed}/dist/node/testing.js`);
  const webhook = await adapter("bun");
  const secret = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
  for (const [name, status, type, body] of [
    ["stripe", 204, null, ""],
    ["linear", 200, null, ""],
    ["meta", 200, null, ""],
    ["slack", 200, null, ""],
    ["twilio", 200, "text/xml", "<Response/>"],
    ["adyen", 200, "text/plain", "[accepted]"],
  ]) {
    const keyed = name === "adyen" ? "00112233445566778899aabbccddeeff" : secret;
    let handled = 0;
    const receive = webhook(senders[name](keyed), () => void handled++, { log: false, jsonParse: false, once: once(memory(), "24h") });
    const request = await testRequest(senders[name], { secret: keyed, id: "msg_1" });
    for (const sent of [request.clone(), request]) {
      const response = await receive(sent);
      assert.deepEqual([response.status, response.headers.get("content-type"), await response.text()], [status, type, body], name);
    }
    assert.equal(handled, 1, name);
  }
});

test("a handler's own response is the sender's, if the handler made it", async (t) => {
  const webhook = await adapter("bun");
  const upstream = http.createServer((_, response) => response.end("internal"));
  const port = await listening(t, upstream);
  const body = JSON.stringify({ type: "interactive", id: "1" });
  const sent = async (handler) => {
    const receive = webhook(senders.slack(KEY), handler, { log: false });
    const response = await receive(new Request("https://a.example/", { method: "POST", body, headers: SIGN.slack(body) }));
    return [response.status, response.headers.get("content-type"), response.headers.get("set-cookie"), await response.text()];
  };
  assert.deepEqual(await sent(() => Response.json({ text: "done" }, { headers: { "set-cookie": "a=1" } })), [200, "application/json", null, '{"text":"done"}']);
  assert.deepEqual(await sent(() => new Response(null, { status: 202 })), [202, null, null, ""]);
  assert.deepEqual(await sent(() => fetch(`http://127.0.0.1:${port}/`)), [200, null, null, ""]);
  assert.deepEqual((await sent(() => Response.json({}, { status: 400 })))[0], 500);
});

test("a handler's bytes are the sender's as they are: an image in a form, text that begins with a byte order mark", async (t) => {
  const body = JSON.stringify({ type: "interactive", id: "1" });
  const said = ["89504e470d0a1a0aff00", "efbbbf61", "610a"].map((hex) => Buffer.from(hex, "hex"));
  const answered = async (name) => {
    const [webhook, answers] = [await adapter(name), [...said]];
    return webhook(senders.slack(KEY), () => new Response(answers.shift(), { headers: { "content-type": "image/png" } }), { log: false });
  };
  for (const [name, serve] of Object.entries(FRAMEWORKS)) {
    const port = await listening(t, await serve([["/slack", await answered(name)]], t));
    for (const bytes of said) {
      const response = await fetch(`http://127.0.0.1:${port}/slack`, { method: "POST", body, headers: SIGN.slack(body) });
      assert.deepEqual([response.status, response.headers.get("content-type"), Buffer.from(await response.arrayBuffer())], [200, "image/png", bytes], name);
    }
  }
  const handler = await answered("lambda");
  for (const bytes of said) {
    const { body: sent, isBase64Encoded } = await handler(lambdaEvent("HTTP API", { scheme: "slack", method: "POST", query: "", headers: SIGN.slack(body), body }));
    assert.deepEqual(Buffer.from(sent, isBase64Encoded ? "base64" : "utf8"), bytes);
  }
});

test("workerd tells a response that was fetched from one that was made, too", async (t) => {
  const upstream = http.createServer((_, response) => response.end("internal"));
  const port = await listening(t, upstream);
  const worker = folder("handshakes-worker", {
    "index.js": `import { slack } from "countersign";
import { webhook } from "countersign/bun";
const receive = webhook(slack(${JSON.stringify(KEY)}), ({ event }) => event.made ? Response.json({ text: "done" }) : fetch("http://127.0.0.1:${port}/"), { log: false });
export default { fetch: (request) => receive(request) };\n`,
    "wrangler.toml": 'name = "handshakes"\nmain = "index.js"\ncompatibility_date = "2026-08-04"\n',
  });
  const workerd = await Workerd.start(worker);
  t.after(() => workerd.stop());
  for (const [made, said] of [[true, '{"text":"done"}'], [false, ""]]) {
    const body = JSON.stringify({ type: "interactive", made });
    assert.equal(await workerd.get("/", { method: "POST", body, headers: SIGN.slack(body) }), said);
  }
});

test("a verify token that is not set, or not asked for, is the receiver's mistake", async () => {
  const [webhook, records] = [await adapter("bun"), []];
  const log = (record) => records.push(record);
  const asked = (receive, query = "") => receive(new Request(`https://a.example/?hub.mode=subscribe&hub.challenge=1${query}`));
  for (const verifyToken of [undefined, "", " "]) {
    const response = await asked(webhook(senders.meta(KEY), () => {}, { log, verifyToken }), "&hub.verify_token=");
    assert.deepEqual([response.status, (await response.json()).code], [500, "empty_secret"]);
    assert.match(records.at(-1).message, /`verifyToken` is empty/);
  }
  const without = await asked(webhook(senders.meta(KEY), () => {}, { log }));
  assert.deepEqual([without.status, without.headers.get("allow"), records.at(-1).outcome], [405, "POST", "method_not_allowed"]);
  assert.equal((await asked(webhook(senders.meta(KEY), () => {}, { log, verifyToken: VERIFY_TOKEN }))).headers.get("allow"), null);
  assert.equal(records.at(-1).outcome, "handshake_refused");
  assert.throws(() => webhook(senders.stripe(KEY), () => {}, { verifyToken: VERIFY_TOKEN }), { code: "config_invalid", message: /for a sender that asks for one/ });
});

test("Zoom's reply is by the key that signed, whatever form it was given in", async () => {
  const webhook = await adapter("bun");
  const [old, fresh] = [new TextEncoder().encode("an old secret of some length"), "a new secret of some length"];
  const receive = webhook(senders.zoom([old, ` ${fresh}\n`]), () => {}, { log: false });
  const body = JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken: "abc" } });
  for (const [headers, key] of [[SIGN.zoom(body, fresh), fresh], [SIGN.zoom(body, Buffer.from(old)), old], [[], old]]) {
    const response = await receive(new Request("https://a.example/", { method: "POST", body, headers }));
    assert.deepEqual(await response.json(), { plainToken: "abc", encryptedToken: hex(key, "abc") });
  }
});

test("a large body is no handshake, and costs no second look", async () => {
  const webhook = await adapter("bun");
  const body = JSON.stringify({ type: "url_verification", challenge: "c", padding: "x".repeat(16 * 1024) });
  let handled = 0;
  const receive = webhook(senders.slack(KEY), () => void handled++, { log: false });
  const response = await receive(new Request("https://a.example/", { method: "POST", body, headers: SIGN.slack(body) }));
  assert.deepEqual([response.status, await response.text(), handled], [200, "", 1]);
});
