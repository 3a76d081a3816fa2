// Runs the code in the README and in error messages against every delivery that the Worker forwards.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import http from "node:http";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { folder, installed, path } from "./fixtures/app.mjs";

const require = createRequire(import.meta.url);
const { BODY } = await import(`${installed}/dist/given.js`);
const { standard, WebhookVerificationError } = await import(`${installed}/dist/node/index.js`);

const SECRET = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const sign = (body) => {
  const [id, at] = ["msg_1", String(Math.floor(Date.now() / 1000))];
  const mac = crypto.createHmac("sha256", Buffer.from(SECRET.slice(6), "base64")).update(`${id}.${at}.`).update(body).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": `v1,${mac}` };
};

const JSON_BODY = '{"type":"batch.succeeded","data":{"id":"é"}}';
const json = { "content-type": "application/json" };
const DELIVERIES = {
  "JSON": [JSON_BODY, json],
  "150 KB": [JSON.stringify("x".repeat(150_000)), json],
  "1 MiB": [JSON.stringify("x".repeat(1_048_574)), json],
  "no content type": [JSON_BODY, {}],
  "a parameter that is none": [JSON_BODY, { "content-type": "application/json; utf-8" }],
  "a charset": [JSON_BODY, { "content-type": "application/json; charset=latin1" }],
  "another type": [JSON_BODY, { "content-type": "application/x-www-form-urlencoded" }],
  "an empty body": ["", json],
  "an empty body without a type": ["", {}],
  "null": ["null", json],
  "no JSON": ["nope", { "content-type": "text/plain" }],
  "gzip": [gzipSync(JSON_BODY), { ...json, "content-encoding": "gzip" }],
  "gzip by name alone": [JSON_BODY, { ...json, "content-encoding": "gzip" }],
};

/** Posts unchanged, with Node's client, which adds no header. */
async function post(url, body, headers) {
  const request = http.request(url, { method: "POST", headers: { "content-length": Buffer.byteLength(body), ...headers } });
  request.end(body);
  const [response] = await once(request, "response");
  await response.resume().toArray();
  return response.statusCode;
}

/** Sends all deliveries, and forged ones, which must be refused. */
async function holds(server, taken, { except = [] } = {}) {
  if (!server.listening) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const url = `http://127.0.0.1:${server.address().port}/hooks/gemini`;
  try {
    for (const [name, [body, headers]] of Object.entries(DELIVERIES)) {
      if (except.includes(name)) continue;
      const status = await post(url, body, { ...headers, ...sign(body) });
      assert.ok(status >= 200 && status < 300, `${name}: ${status}`);
      assert.deepEqual(Buffer.from(taken.at(-1)), Buffer.from(body), name);
    }
    assert.equal(await post(url, JSON_BODY, { ...json, ...sign("another") }), 401);
    assert.equal(await post(url, JSON_BODY, json), 400);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const readme = readFileSync(path("crates/npm/README.md"), "utf8");
const recipe = (words) => [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code).find((code) => code.includes(words));

for (const version of ["express", "express4"]) {
  test(`README's recipe for Express, with ${version}`, async () => {
    const code = recipe('from "express"').replace('from "express"', `from ${JSON.stringify(`file://${require.resolve(version)}`)}`);
    const dir = folder(`recipe-${version}`, { "app.mjs": `${code}\nexport const taken = [];\nasync function store(id, event) { taken.push({ id, event }); }\nexport { app };\n` });
    process.env.GEMINI_WEBHOOK_SECRET = SECRET;
    const { app, taken } = await import(`${dir}/app.mjs`);
    const server = http.createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${server.address().port}/hooks/gemini`;
    assert.equal(await post(url, JSON_BODY, { ...json, ...sign(JSON_BODY) }), 204);
    assert.deepEqual(taken, [{ id: "msg_1", event: JSON.parse(JSON_BODY) }]);
    assert.equal(await post(url, JSON_BODY, { ...json, ...sign("another") }), 401);
    server.closeAllConnections();
    server.close();
  });

  test(`the error message's advice for Express works, with ${version}`, async () => {
    assert.match(BODY, /`express\.raw\(\{ type: \(\) => true, limit: "1mb", inflate: false \}\)` on this route, then `req\.body`/);
    const express = require(version);
    const [app, taken] = [express(), []];
    // Express refuses a compressed body that it may not decompress, so the header is removed.
    const raw = [(request, _, next) => (delete request.headers["content-encoding"], next()), express.raw({ type: () => true, limit: "1mb", inflate: false })];
    app.post("/hooks/gemini", raw, async (request, response, next) => {
      try {
        taken.push((await standard(SECRET).unwrap(request.body ?? "", request.headers, { jsonParse: false })).body);
        response.sendStatus(204);
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) return next(error);
        response.status(error.status).json({ code: error.code });
      }
    });
    await holds(http.createServer(app), taken);
  });
}

test("the error message's advice for Fastify works", async () => {
  assert.match(BODY, /removeAllContentTypeParsers\(\)`, `addContentTypeParser\("\*", \{ parseAs: "buffer" \}/);
  const [app, taken] = [require("fastify")(), []];
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
  app.post("/hooks/gemini", async (request, reply) => {
    try {
      taken.push((await standard(SECRET).unwrap(request.body ?? "", request.headers, { jsonParse: false })).body);
      return reply.code(204).send();
    } catch (error) {
      assert.ok(error instanceof WebhookVerificationError);
      return reply.code(error.status).send();
    }
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  // Fastify itself refuses an invalid media type, before any parser.
  await holds(app.server, taken, { except: ["a parameter that is none"] });
});

test("the README's advice for Hono works", async () => {
  const { Hono } = await import("hono");
  const [app, taken] = [new Hono(), []];
  app.post("/hooks/gemini", async (c) => {
    try {
      taken.push((await standard(SECRET).unwrap(c.req.raw, { jsonParse: false })).body);
      return c.body(null, 204);
    } catch (error) {
      if (error instanceof WebhookVerificationError) return error.toResponse();
      throw error;
    }
  });
  for (const [name, [body, headers]] of Object.entries(DELIVERIES)) {
    const response = await app.request("/hooks/gemini", { method: "POST", headers: { ...headers, ...sign(body) }, body });
    assert.equal(response.status, 204, name);
    assert.deepEqual(Buffer.from(taken.at(-1)), Buffer.from(body), name);
  }
});
