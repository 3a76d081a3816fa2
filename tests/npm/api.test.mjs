// What users pass, what they get, and what errors tell them.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import http from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, KEY, NOW, SECRET, at, caught, headersFor, thrown } from "./fixtures/delivery.mjs";

const countersign = await import(`${installed}/dist/node/index.js`);
const { Webhook, WebhookVerificationError, gemini, geminiDynamic, standard, svix } = countersign;
const { explain, inspect } = await import(`${installed}/dist/node/explain.js`);
const jwt = await import(`${installed}/dist/node/jwt.js`);
const reference = createRequire(import.meta.url)("standardwebhooks");

test("headers are read in every form that frameworks use", () => {
  const pairs = Object.entries(HEADERS);
  const upper = pairs.map(([name, value]) => [name.toUpperCase(), value]);
  class Other {
    get(name) {
      return HEADERS[name.toLowerCase()] ?? null;
    }
  }
  const forms = {
    "an object": HEADERS,
    "an object in capitals": Object.fromEntries(upper),
    "an object without prototype": Object.assign(Object.create(null), HEADERS),
    "Node's, with arrays": Object.fromEntries(pairs.map(([name, value]) => [name, [value]])),
    "a number": { ...HEADERS, "webhook-timestamp": NOW },
    "Headers": new Headers(HEADERS),
    "Headers of another make": new Other(),
    "a Map": new Map(pairs),
    "a Map in capitals": new Map(upper),
    "pairs": pairs,
    "a generator": (function* () { yield* pairs; })(),
    "rawHeaders": upper.flat(),
    "a request": new Request("https://a.example/", { headers: HEADERS }),
    "Node's request": { headers: HEADERS, method: "POST" },
  };
  for (const [name, headers] of Object.entries(forms)) assert.doesNotThrow(() => new Webhook(SECRET).verify(BODY, headers, at), name);
});

test("an id is visible ASCII without a timestamp, whatever form the headers have", () => {
  const odd = ["a\nb", "a\u0000b", "é", "Ã©", "a b", "a\u200b", "\ud800", "a.1614265330.b", "a.161426533"];
  for (const id of odd) {
    for (const body of [BODY, Buffer.from(BODY), "", "\n\n", JSON.stringify("\n".repeat(5000))]) {
      for (const form of ["utf8", "latin1"]) {
        const signature = `v1,${crypto.createHmac("sha256", KEY).update(Buffer.from(`${id}.${NOW}.`, form)).update(body).digest("base64")}`;
        const headers = { ...HEADERS, "webhook-id": id, "webhook-signature": signature };
        for (const given of [headers, Object.entries(headers)]) {
          const error = thrown(() => new Webhook(SECRET).verify(body, given, { ...at, jsonParse: false }));
          assert.deepEqual([error.code, error.status, error.header], ["invalid_header", 400, "webhook-id"], JSON.stringify(id));
        }
      }
    }
    assert.equal(thrown(() => new Webhook(SECRET).sign(id, NOW, BODY)).code, "invalid_header", JSON.stringify(id));
  }
  for (const id of ["evt.1.2", "2024.12.1", "a/b?c#d"]) {
    const headers = { ...HEADERS, "webhook-id": id, "webhook-signature": new Webhook(SECRET).sign(id, NOW, BODY) };
    assert.deepEqual(new Webhook(SECRET).verify(BODY, headers, at), JSON.parse(BODY));
  }
});

test("sign refuses what a receiver could mistake for another event", () => {
  const webhook = new Webhook(SECRET);
  assert.deepEqual(ofError(() => webhook.sign("", NOW, BODY)), ["missing_header", 500]);
  assert.deepEqual(ofError(() => webhook.sign("a.1614265330.b", NOW, BODY)), ["invalid_header", 500]);
  for (const at of [0, 999_999_999, NOW * 1000]) assert.deepEqual(ofError(() => webhook.sign("a", at, BODY)), ["invalid_timestamp", 500], String(at));
});
const ofError = (call) => (({ code, status }) => [code, status])(thrown(call));

test("bodies are read in every form", () => {
  const bytes = new TextEncoder().encode(BODY);
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes, 3);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const forms = [BODY, bytes, bytes.buffer, Buffer.from(BODY), padded.subarray(3, 3 + bytes.length), new DataView(padded.buffer, 3, bytes.length), shared];
  for (const body of forms) assert.deepEqual(new Webhook(SECRET).verify(body, HEADERS, at), JSON.parse(BODY));
});

test("native and Wasm hashing agree at every size", () => {
  for (const length of [0, 1, 1365, 1366, 8190, 8191, 8192, 65536]) {
    const body = JSON.stringify("ä".repeat(length));
    for (const payload of [body, Buffer.from(body)]) assert.equal(new Webhook(SECRET).verify(payload, headersFor(body), at), JSON.parse(body));
  }
});

test("a request over HTTP, with Node's own headers", async (t) => {
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const { id, event } = await gemini(SECRET).unwrap(body, request.headers, at);
    response.end(JSON.stringify({ id, event }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const answer = await fetch(`http://127.0.0.1:${server.address().port}`, { method: "POST", headers: HEADERS, body: BODY });
  assert.deepEqual(await answer.json(), { id: "msg_1", event: JSON.parse(BODY) });
});

test("npm standardwebhooks and this package verify each other's signatures", () => {
  const [ours, theirs, now] = [new Webhook(SECRET), new reference.Webhook(SECRET), new Date()];
  for (const body of ["{}", '"é"', BODY, '{"a":1.0}', JSON.stringify("x".repeat(5000))]) {
    assert.equal(ours.sign("msg_1", now, body), theirs.sign("msg_1", now, body));
    const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": ours.sign("msg_1", now, body) };
    assert.deepEqual(ours.verify(body, headers), theirs.verify(body, headers));
    assert.equal(ours.verify(body, headers, { jsonParse: false }), theirs.verify(body, headers, { jsonParse: false }));
  }
  const raw = [new Webhook("a text secret of 26 bytes!", { format: "raw" }), new reference.Webhook("a text secret of 26 bytes!", { format: "raw" })];
  assert.equal(raw[0].sign("a", now, "b"), raw[1].sign("a", now, "b"));
  assert.equal(new Webhook(Buffer.from("a text secret of 26 bytes!")).sign("a", now, "b"), raw[1].sign("a", now, "b"));
  const empty = { ...headersFor("") };
  assert.equal(ours.verify("", empty, at), undefined);
});

test("any of several secrets matches, and keyIndex says which", async () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const { keyIndex } = await standard([other, SECRET]).unwrap(BODY, HEADERS, at);
  assert.equal(keyIndex, 1);
  assert.equal(new Webhook([other, SECRET]).sign("a", NOW, "b").split(" ").length, 2);
});

test("unwrap returns the delivery", async () => {
  const delivery = await gemini(SECRET).unwrap(new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY }), at);
  assert.deepEqual({ ...delivery, body: new TextDecoder().decode(delivery.body) }, { id: "msg_1", timestamp: new Date(NOW * 1000), scheme: "v1", keyIndex: 0, event: JSON.parse(BODY), body: BODY });
  const both = { "svix-id": "msg_2", "svix-timestamp": String(NOW), "svix-signature": headersFor(BODY, { id: "msg_2" })["webhook-signature"] };
  assert.equal((await svix(SECRET).unwrap(BODY, { ...HEADERS, ...both }, at)).id, "msg_2");
  assert.equal((await svix(SECRET).unwrap(BODY, HEADERS, at)).id, "msg_1");
});

test("a byte order mark belongs to the body, not to the JSON", async () => {
  const body = Buffer.from(`\ufeff${BODY}`);
  assert.deepEqual(new Webhook(SECRET).verify(body, headersFor(body), at), JSON.parse(BODY));
});

test("a body that is not JSON has a code of its own", async () => {
  for (const body of ["nope", Buffer.from([0x22, 0xff, 0x22])]) {
    const error = thrown(() => new Webhook(SECRET).verify(body, headersFor(body), at));
    assert.deepEqual([error.code, error.status], ["invalid_json", 400]);
    const delivery = await standard(SECRET).unwrap(body, headersFor(body), { ...at, jsonParse: false });
    assert.deepEqual(Buffer.from(delivery.body), Buffer.from(body));
  }
});

test("a value that is not a raw body is refused with what to pass", () => {
  const cases = [
    [JSON.parse(BODY), /parsed object.*express\.raw.*addContentTypeParser.*request\.arrayBuffer\(\).*bodyParser: false/],
    [[1], /parsed object/],
    [undefined, /there is no body/],
    [null, /there is no body/],
    [new Response("a").body, /a stream/],
    [new Blob(["a"]), /Blob/],
    [Promise.resolve("a"), /await it/],
    [7, /a number/],
  ];
  for (const [body, words] of cases) {
    const error = thrown(() => new Webhook(SECRET).verify(body, HEADERS, at));
    assert.deepEqual([error.code, error.status], ["invalid_body", 500]);
    assert.match(error.message, words);
  }
});

test("a request that was already read is refused with the reason", async () => {
  const request = new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY });
  await request.text();
  const error = await caught(gemini(SECRET).unwrap(request, at));
  assert.equal(error.code, "invalid_body");
  assert.match(error.message, /was read before/);
});

test("invalid options are refused", () => {
  for (const tolerance of [-1, Number.NaN, Infinity, 1.5, "300"]) assert.equal(thrown(() => new Webhook(SECRET, { tolerance })).code, "config_invalid");
  assert.equal(thrown(() => new Webhook(SECRET, { format: "hex" })).code, "config_invalid");
  assert.equal(thrown(() => new Webhook(SECRET).verify(BODY, HEADERS, { now: Number.NaN })).code, "config_invalid");
  assert.match(thrown(() => jwt.geminiDynamic({ accept: ["jwt"] })).message, /audience/);
  assert.match(thrown(() => geminiDynamic({ accept: ["v1"] })).message, /accept/);
  assert.match(thrown(() => jwt.geminiDynamic({ accept: ["jwt"], audience: "me", issuer: 7 })).message, /`issuer` is text/);
  assert.match(thrown(() => geminiDynamic({ cacheTtl: 1 })).message, /no option `cacheTtl`/);
  assert.match(thrown(() => geminiDynamic({ jwks: "http://a.example/" })).message, /https/);
  assert.match(thrown(() => geminiDynamic({ jwks: "nope" })).message, /not a URL/);
  assert.equal(thrown(() => geminiDynamic({ jwks: { key: [] } })).code, "jwks_invalid");
  assert.match(thrown(() => new Webhook("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", { allowShortKeys: true }).sign("a", NOW, "b")).message, /public key cannot sign/);
});

test("zero tolerance is exact, and the boundary of a tolerance is accepted", () => {
  const verify = (tolerance, now) => new Webhook(SECRET, { tolerance }).verify(BODY, HEADERS, { now });
  assert.ok(verify(0, NOW) && verify(0, NOW + 0.9) && verify(10, NOW + 10) && verify(10, new Date((NOW - 10) * 1000)));
  assert.equal(thrown(() => verify(0, NOW + 1)).code, "timestamp_too_old");
  assert.equal(thrown(() => verify(10, NOW - 11)).code, "timestamp_too_new");
});

test("missing headers are named, whatever was passed as headers", () => {
  const { "webhook-id": _, ...rest } = HEADERS;
  for (const headers of [{}, [], new Headers(), new Map(), rest]) {
    const error = thrown(() => new Webhook(SECRET).verify(BODY, headers, at));
    assert.deepEqual([error.code, error.status, error.header], ["missing_header", 400, "webhook-id"]);
  }
  for (const headers of [undefined, null, "webhook-id: a", 7]) assert.match(thrown(() => new Webhook(SECRET).verify(BODY, headers, at)).message, /no headers were passed/);
  assert.equal(thrown(() => new Webhook(SECRET).verify(BODY, { ...HEADERS, "webhook-id": {} }, at)).code, "invalid_header");
});

test("an error makes its own response", async () => {
  const error = thrown(() => new Webhook(SECRET).verify(BODY, { ...HEADERS, "webhook-id": "msg_2" }, at));
  assert.deepEqual([error.name, error.code, error.status], ["WebhookVerificationError", "no_matching_signature", 401]);
  assert.ok(error instanceof Error && error.stack.includes("api.test.mjs"));
  const response = error.toResponse();
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.deepEqual(await response.json(), { type: "https://github.com/countersign/countersign/blob/main/docs/codes.md#no_matching_signature", title: "no signature matches", status: 401, code: "no_matching_signature" });
  for (const text of [error.message, error.stack, JSON.stringify(error)]) assert.ok(!text.includes(SECRET.slice(6)) && !text.includes("batch.succeeded"));
});

test("static and dynamic Gemini webhooks never verify each other", async () => {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const jwks = { keys: [publicKey.export({ format: "jwk" })] };
  const signature = crypto.sign(null, Buffer.from(`msg_1.${NOW}.${BODY}`), privateKey).toString("base64");
  const signed = { ...HEADERS, "webhook-signature": `v1a,${signature}` };
  const { scheme, event } = await geminiDynamic({ jwks }).unwrap(BODY, signed, at);
  assert.deepEqual([scheme, event], ["v1a", JSON.parse(BODY)]);
  assert.equal((await caught(gemini(SECRET).unwrap(BODY, signed, at))).code, "no_matching_signature");
  assert.equal((await caught(geminiDynamic({ jwks }).unwrap(BODY, HEADERS, at))).code, "no_matching_signature");
  const raw = `whpk_${Buffer.from(jwks.keys[0].x, "base64url").toString("base64")}`;
  assert.equal((await caught(gemini([SECRET, raw]).unwrap(BODY, signed, at))).code, "no_matching_signature");
});

test("a token's claims are the event, never the body beside it", async () => {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { aud: "me", exp: NOW + 60, iat: NOW, jti: "event-1", type: "batch.succeeded" };
  const signed = `${part({ alg: "RS256", kid: "one" })}.${part(claims)}`;
  const token = `${signed}.${crypto.sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
  const verifier = jwt.geminiDynamic({ jwks, accept: ["v1a", "jwt"], audience: "me" });
  const delivery = await verifier.unwrap('{"forged":true}', { "webhook-signature": token }, at);
  assert.deepEqual({ ...delivery, body: new TextDecoder().decode(delivery.body) }, { id: "event-1", timestamp: new Date(NOW * 1000), scheme: "jwt", keyIndex: 0, kid: "one", event: claims, body: JSON.stringify(claims) });
  const error = await caught(jwt.geminiDynamic({ jwks, accept: ["jwt"], audience: "you" }).unwrap("", { "webhook-signature": token }, at));
  assert.equal(error.code, "jwt_audience");
  const report = await inspect(verifier, "", { "webhook-signature": token }, at);
  assert.deepEqual([report.ok, report.form, report.token.claims, report.keys[0].matches], [true, "jwt", claims, true]);
});
