// Senders that sign the URL: it comes with the request, or as an option.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { installed } from "./fixtures/app.mjs";
import { caught } from "./fixtures/delivery.mjs";

const { inspect } = await import(`${installed}/dist/node/explain.js`);

const KEY = "a made-up key of 32 characters..";
const BODY = '{"type":"payment.created","event_id":"evt_1"}';
const URL_CALLED = "https://hooks.example/square?a=1";
const mac = (content) => crypto.createHmac("sha256", KEY).update(content).digest("base64");
const SIGNED = { "x-square-hmacsha256-signature": mac(URL_CALLED + BODY) };

for (const entry of ["index", "hmac"]) {
  const { square, hubspot } = await import(`${installed}/dist/node/${entry}.js`);

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
