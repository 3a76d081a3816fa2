// `urlToken`: the secret at the end of a URL, which must match before anything else is read.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, NOW, at, caught, thrown } from "./fixtures/delivery.mjs";

const { inspect } = await import(`${installed}/dist/node/explain.js`);
const { geminiDynamic } = await import(`${installed}/dist/node/index.js`);

const pair = crypto.generateKeyPairSync("ed25519");
const JWKS = { keys: [pair.publicKey.export({ format: "jwk" })] };
const dynamicHeaders = (body) => ({ ...HEADERS, "webhook-signature": `v1a,${crypto.sign(null, Buffer.from(`msg_1.${NOW}.${body}`), pair.privateKey).toString("base64")}` });

const TOKEN = "f3b1c2d4e5a697887766554433221100";
const dynamic = (urlToken = TOKEN) => geminiDynamic({ jwks: JWKS, urlToken });
const requestTo = (url) => new Request(url, { method: "POST", headers: dynamicHeaders(BODY), body: BODY });

test("only a delivery to the right URL is accepted", async () => {
  const good = [`/jobs/${TOKEN}`, `/${TOKEN}`, `/jobs/${TOKEN}/`, `/jobs/${TOKEN}?a=b/c`, `/jobs/${TOKEN}/?a#b`, `/jobs/%66${TOKEN.slice(1)}`, `/a/b/c/${TOKEN}`];
  for (const path of good) {
    assert.equal((await dynamic().unwrap(requestTo(`https://a.example${path}`), at)).id, "msg_1", path);
    for (const url of [path, new URL(path, "https://a.example/")]) assert.equal((await dynamic().unwrap(BODY, dynamicHeaders(BODY), { ...at, url })).id, "msg_1", path);
    const report = await inspect(dynamic(), requestTo(`https://a.example${path}`), at);
    assert.deepEqual([report.ok, report.steps[0].name, report.steps[0].state], [true, "url", "pass"]);
  }
  const bad = ["/", "", "/jobs", "/jobs/", `/jobs/${TOKEN}0`, `/jobs/${TOKEN.slice(1)}`, `/jobs/${TOKEN}//`, `/jobs/${TOKEN}/x`, `/jobs?${TOKEN}`, `/jobs#/${TOKEN}`, `/jobs/${TOKEN.toUpperCase()}`, "/jobs/undefined", "/jobs/null", `/jobs/%2566${TOKEN.slice(1)}`, `/jobs%2f${TOKEN}`, `/jobs/${TOKEN}%2f`];
  for (const path of bad) {
    for (const given of [[requestTo(`https://a.example${path}`), at], [BODY, dynamicHeaders(BODY), { ...at, url: path }]]) {
      const error = await caught(dynamic().unwrap(...given));
      assert.deepEqual([error.code, error.status], ["not_found", 404], path);
      assert.ok(!error.message.includes(TOKEN));
      const response = error.toResponse();
      assert.deepEqual([response.status, await response.json()], [404, { type: "https://github.com/countersign/countersign/blob/main/docs/codes.md#not_found", title: "there is nothing at this URL", status: 404, code: "not_found" }]);
    }
    const report = await inspect(dynamic(), requestTo(`https://a.example${path}`), at);
    assert.deepEqual([report.ok, report.code, report.steps[0].name, report.steps[0].state], [false, "not_found", "url", "fail"], path);
    assert.deepEqual([report.verdict.state, report.verdict.code], ["refused", "not_found"], path);
  }
  // Before anything else is read.
  const untouched = { headers: {}, url: "https://a.example/jobs", arrayBuffer: () => assert.fail("the body was read") };
  assert.equal((await caught(dynamic().unwrap(untouched, at))).code, "not_found");
  assert.equal((await caught(dynamic().unwrap(requestTo(`https://${TOKEN}`), at))).code, "not_found");
});

test("the URL of a Lambda event, and of a request whose path was rewritten", async () => {
  const event = { version: "2.0", rawPath: `/jobs/${TOKEN}`, requestContext: {}, headers: dynamicHeaders(BODY), body: BODY, isBase64Encoded: false };
  assert.equal((await dynamic().unwrap(event, at)).id, "msg_1");
  assert.equal((await caught(dynamic().unwrap({ ...event, rawPath: "/jobs/undefined" }, at))).code, "not_found");
  assert.equal((await dynamic().unwrap(requestTo("https://a.example/"), { ...at, url: `/jobs/${TOKEN}` })).id, "msg_1");
});

test("a body without a URL is the receiver's mistake", async () => {
  for (const given of [[BODY, dynamicHeaders(BODY), at], [BODY, dynamicHeaders(BODY)], [{ headers: new Headers(dynamicHeaders(BODY)), arrayBuffer: async () => Buffer.from(BODY) }, at]]) {
    const error = await caught(dynamic().unwrap(...given));
    assert.deepEqual([error.code, error.status], ["config_invalid", 500]);
    assert.match(error.message, /`\{ url: req\.originalUrl \}`/);
  }
});

test("an unset token is refused at first use, and a guessable one at once", async () => {
  for (const urlToken of [undefined, null, "", " "]) {
    const verifier = geminiDynamic({ jwks: JWKS, urlToken });
    for (const path of ["/jobs/undefined", "/jobs/null", "/jobs/", "/"]) {
      const error = await caught(verifier.unwrap(requestTo(`https://a.example${path}`), at));
      assert.deepEqual([error.code, error.status], ["empty_secret", 500]);
      assert.equal((await inspect(verifier, requestTo(`https://a.example${path}`), at)).code, "empty_secret");
    }
  }
  for (const urlToken of ["undefined", "a".repeat(21), `${TOKEN}/`, `${TOKEN}?`, `${TOKEN}#`, `${TOKEN}%20`, `${TOKEN}\n`, `${TOKEN} ${TOKEN}`, `${TOKEN}\u200b`, `${TOKEN}\ufeff`, `\\${TOKEN}`, 7, {}, ["a".repeat(22)]]) {
    const error = thrown(() => geminiDynamic({ jwks: JWKS, urlToken }));
    assert.deepEqual([error.code, error.status], ["config_invalid", 500], String(urlToken));
  }
  for (const urlToken of ["a".repeat(22), "Az0-._~!$&'()*+,;=:@aaaaaaa", "é".repeat(22)]) assert.equal((await dynamic(urlToken).unwrap(requestTo(`https://a.example/jobs/${urlToken}`), at)).id, "msg_1", urlToken);
});
