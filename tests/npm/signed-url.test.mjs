// Senders that sign the URL: it comes with the request, or as an option.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import http from "node:http";
import http2 from "node:http2";
import { once } from "node:events";
import { createRequire } from "node:module";
import { installed } from "./fixtures/app.mjs";
import { caught } from "./fixtures/delivery.mjs";
import { listening } from "./fixtures/frameworks.mjs";
import { post } from "./fixtures/receiving.mjs";

const { inspect } = await import(`${installed}/dist/node/explain.js`);

const KEY = "a made-up key of 32 characters..";
const BODY = '{"type":"payment.created","event_id":"evt_1"}';
const URL_CALLED = "https://hooks.example/square?a=1";
const mac = (content) => crypto.createHmac("sha256", KEY).update(content).digest("base64");
const SIGNED = { "x-square-hmacsha256-signature": mac(URL_CALLED + BODY) };

test("over HTTP/2, which has its own name for the host", async (t) => {
  const { square } = await import(`${installed}/dist/node/index.js`);
  const { webhook } = await import(`${installed}/dist/node/adapters/express.js`);
  const server = http2.createServer(webhook(square(KEY), () => {}, { log: false }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => (client.destroy(), server.close()));
  const deliver = async (authority) => {
    const request = client.request({ ":method": "POST", ":path": "/square?a=1", ":authority": authority, "x-forwarded-proto": "https", ...SIGNED });
    request.end(BODY);
    const [headers] = await once(request, "response");
    request.resume();
    return headers[":status"];
  };
  assert.deepEqual([await deliver("hooks.example"), await deliver("other.example")], [204, 401]);
});

test("koa: in an application that is mounted at a path", async (t) => {
  const Koa = createRequire(import.meta.url)("koa");
  const { square } = await import(`${installed}/dist/node/index.js`);
  const { webhook } = await import(`${installed}/dist/node/adapters/koa.js`);
  const app = new Koa();
  // As `koa-mount` does it.
  app.use((context, next) => ((context.path = context.path.replace("/mounted", "")), next()));
  app.use(webhook(square(KEY), () => {}, { log: false }));
  const port = await listening(t, http.createServer(app.callback()));
  const signed = (path) => ({ host: "hooks.example", "x-forwarded-proto": "https", "x-square-hmacsha256-signature": mac(`https://hooks.example${path}${BODY}`) });
  assert.equal((await post(port, BODY, signed("/mounted/square?a=1"), "/mounted/square?a=1")).status, 204);
  assert.equal((await post(port, BODY, signed("/square?a=1"), "/mounted/square?a=1")).status, 401);
  const express = createRequire(import.meta.url)("express")();
  express.use("/outer", app.callback());
  const outer = await listening(t, http.createServer(express));
  assert.equal((await post(outer, BODY, signed("/outer/mounted/square?a=1"), "/outer/mounted/square?a=1")).status, 204, "in Express");
});

for (const entry of ["index", "hmac"]) {
  const { square, hubspot, twilio } = await import(`${installed}/dist/node/${entry}.js`);

  test(`${entry}: the URL is the request's own, or the one that is passed`, async () => {
    const request = (url) => new Request(url, { method: "POST", headers: SIGNED, body: BODY });
    assert.equal((await square(KEY).unwrap(request(URL_CALLED))).id, "evt_1");
    for (const url of [URL_CALLED, new URL(URL_CALLED)]) {
      assert.equal((await square(KEY).unwrap(BODY, SIGNED, { url })).id, "evt_1");
      assert.equal((await square(KEY).unwrap(request("http://localhost:3000/square"), { url })).id, "evt_1");
    }
    assert.equal((await caught(square(KEY).unwrap(request("http://hooks.example/square?a=1")))).code, "no_matching_signature");
    for (const options of [undefined, { url: "/square?a=1" }]) {
      const error = await caught(square(KEY).unwrap(BODY, SIGNED, options));
      assert.deepEqual([error.code, error.status], ["config_invalid", 500]);
      assert.match(error.message, /signs the URL/);
    }
  });

  test(`${entry}: Twilio signs an apostrophe, for which a Request has %27`, async () => {
    const called = "https://hooks.example/twilio?name=O'Neil";
    const signature = crypto.createHmac("sha1", KEY).update(`${called}BodyAhoy`).digest("base64");
    const request = new Request(called, { method: "POST", headers: { "x-twilio-signature": signature }, body: "Body=Ahoy" });
    assert.match(request.url, /O%27Neil$/);
    const { id } = await twilio(KEY).unwrap(request, { jsonParse: false });
    assert.equal((await twilio(KEY).unwrap("Body=Ahoy", { "x-twilio-signature": signature }, { url: called, jsonParse: false })).id, id, "one event");
  });

  test(`${entry}: the method is the request's own, or the one that is passed, or POST`, async () => {
    const now = 1_700_000_000;
    const url = "https://hooks.example/hubspot?to=a%40b";
    const headers = (method) => ({ "x-hubspot-request-timestamp": `${now}000`, "x-hubspot-signature-v3": mac(`${method}https://hooks.example/hubspot?to=a@b${BODY}${now}000`) });
    const unwrap = (...given) => hubspot(KEY).unwrap(...given).then(({ scheme }) => scheme, ({ code }) => code);
    const put = new Request(url, { method: "PUT", headers: headers("PUT"), body: BODY });
    assert.equal(await unwrap(put, { now }), "hmac-sha256");
    assert.equal(await unwrap(BODY, headers("PUT"), { now, url, method: "put" }), "hmac-sha256");
    assert.equal(await unwrap(BODY, headers("POST"), { now, url }), "hmac-sha256");
    assert.equal(await unwrap(BODY, headers("PUT"), { now, url }), "no_matching_signature");
  });
}

test("a report names the URL that was signed", async () => {
  const { square } = await import(`${installed}/dist/node/index.js`);
  const near = await inspect(square(KEY), BODY, SIGNED, { url: URL_CALLED.replace("https", "http") });
  assert.equal(near.verdict.detail, "it matches if the URL begins with `https://`");
  const without = await inspect(square(KEY), BODY, SIGNED);
  assert.match(without.verdict.detail, /signs the URL/);
  assert.ok((await inspect(square(KEY), BODY, SIGNED, { url: URL_CALLED })).ok);
});

test("adapters: what a header says of protocol and host makes no other URL of the one that was called", async (t) => {
  const { twilio } = await import(`${installed}/dist/node/index.js`);
  // What Twilio signed for another endpoint of the account, a message with this text: a part of it could be taken for the URL.
  const [token, url, path] = ["a secret of the user's own", "https://b.example/sms", "/hooks"];
  const from = (text) => ({ "x-twilio-signature": crypto.createHmac("sha1", token).update(`${url}Body${text}From+1`).digest("base64") });
  const [body, host, protocol] = ["From=%2B1", "b.example/smsBody", "https://b.example/smsBody"];
  const hook = async (name) => (await import(`${installed}/dist/node/adapters/${name}.js`)).webhook(twilio(token), () => {}, { log: false, jsonParse: false });

  const server = http.createServer(await hook("express")).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const posted = async (headers) => {
    const request = http.request({ port: server.address().port, host: "127.0.0.1", method: "POST", path, headers: { "x-forwarded-proto": "https", ...headers } });
    const [response] = await once(request.end(body), "response");
    response.resume();
    return response.statusCode;
  };
  const called = "https://a.example/hooks";
  const genuine = { "x-twilio-signature": crypto.createHmac("sha1", token).update(`${called}From+1`).digest("base64") };
  assert.equal(await posted({ ...genuine, host: "a.example" }), 200);
  assert.equal(await posted({ ...genuine, host: "localhost", "x-forwarded-host": "a.example, b.example" }), 200);
  assert.equal(await posted({ ...from(path), host }), 401);
  assert.equal(await posted({ ...from(path), host: "a.example", "x-forwarded-host": host }), 401);
  assert.equal(await posted({ ...from(`://a.example${path}`), host: "a.example", "x-forwarded-proto": protocol }), 401);

  for (const [name, text, headers] of [
    ["next", path, { "x-forwarded-proto": "https", "x-forwarded-host": host }],
    ["bun", `://a.example${path}`, { "x-forwarded-proto": protocol }],
  ]) {
    const request = (more) => new Request("http://a.example/hooks", { method: "POST", headers: more, body });
    assert.equal((await (await hook(name))(request({ ...from(text), ...headers }))).status, 401, name);
    assert.equal((await (await hook(name))(request({ ...genuine, "x-forwarded-proto": "https" }))).status, 200, name);
  }
  for (const [text, headers] of [[path, { host }], [`://a.example${path}`, { host: "a.example", "x-forwarded-proto": protocol }]]) {
    const event = { httpMethod: "POST", path, headers: { ...from(text), ...headers }, requestContext: { elb: {} }, body, isBase64Encoded: false };
    assert.equal((await (await hook("lambda"))(event)).statusCode, 401);
  }
});
