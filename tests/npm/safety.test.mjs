// What is verified is what is returned, whatever a caller or a polluted prototype does in between.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { inspect as printed } from "node:util";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, NOW, SECRET, at, caught, headersFor, thrown } from "./fixtures/delivery.mjs";

const { explain } = await import(`${installed}/dist/node/explain.js`);
const { Webhook, WebhookVerificationError, gemini, geminiDynamic, standard, svix } = await import(`${installed}/dist/node/index.js`);
const hmac = await import(`${installed}/dist/node/hmac.js`);

const pair = crypto.generateKeyPairSync("ed25519");
const JWKS = { keys: [pair.publicKey.export({ format: "jwk" })] };
const dynamicHeaders = (body, id = "msg_1") => ({ ...HEADERS, "webhook-id": id, "webhook-signature": `v1a,${crypto.sign(null, Buffer.concat([Buffer.from(`${id}.${NOW}.`), Buffer.from(body)]), pair.privateKey).toString("base64")}` });

/** Every way from a body to an event, as `[name, take]`. `take(body, signed)` returns the event, and the body if the way returns it. */
const WAYS = [
  ["Webhook", (body, signed) => ({ event: new Webhook(SECRET).verify(body, headersFor(signed), at) })],
  ["hmac's Webhook", (body, signed) => ({ event: new hmac.Webhook(SECRET).verify(body, headersFor(signed), at) })],
  ["standard", (body, signed) => standard(SECRET).unwrap(body, headersFor(signed), at)],
  ["hmac's gemini", (body, signed) => hmac.gemini(SECRET).unwrap(body, headersFor(signed), at)],
  ["geminiDynamic", (body, signed) => geminiDynamic({ jwks: JWKS }).unwrap(body, dynamicHeaders(signed), at)],
  ["a request", (body, signed) => standard(SECRET).unwrap({ headers: new Headers(headersFor(signed)), arrayBuffer: async () => body }, at)],
];

const [GOOD, EVIL] = ['{"amount":1}', '{"amount":1}{"amount":9}'];
const LARGE = [JSON.stringify({ amount: 1, pad: "x".repeat(20_000) }), `${JSON.stringify({ amount: 1, pad: "x".repeat(20_000) })} and more`];

/** Views that report another length, offset or memory than they have. */
function liars(bytes, length) {
  const own = (names) => Object.defineProperties(new Uint8Array(bytes), Object.fromEntries(Object.entries(names).map(([name, value]) => [name, { value }])));
  class Short extends Uint8Array {
    get length() { return length; }
    get byteLength() { return length; }
  }
  class Other extends Uint8Array {
    get buffer() { return new TextEncoder().encode(GOOD).buffer; }
    get byteOffset() { return 0; }
    subarray() { return new Uint8Array(); }
    slice() { return new Uint8Array(); }
  }
  class Species extends Uint8Array {
    static get [Symbol.species]() { return Short; }
    *[Symbol.iterator]() {}
  }
  return { "own properties": own({ length, byteLength: length }), "a subclass": new Short(bytes), "another memory": new Other(bytes), "a species": new Species(bytes), "another tag": own({ [Symbol.toStringTag]: "DataView" }) };
}

test("a view that reports a false length is read as the engine knows it", async () => {
  for (const [good, evil] of [[GOOD, EVIL], LARGE]) {
    for (const [way, take] of WAYS) {
      const [bytes, length] = [Buffer.from(evil), Buffer.byteLength(good)];
      for (const [name, view] of Object.entries(liars(bytes, length))) {
        // The reported part is signed; the rest would be parsed too.
        assert.equal((await caught((async () => take(view, good))())).code, "no_matching_signature", `${way}, ${name}`);
      }
      for (const [name, view] of Object.entries(liars(Buffer.from(good), 3))) {
        const { event, body } = await take(view, good);
        assert.deepEqual(event, JSON.parse(good), `${way}, ${name}`);
        if (body !== undefined) assert.deepEqual([Object.getPrototypeOf(body), Buffer.from(body).toString()], [Uint8Array.prototype, good], `${way}, ${name}`);
      }
    }
  }
});

test("an object that only inherits from a view is refused", async () => {
  for (const body of [new Proxy(Buffer.from(GOOD), {}), Object.create(Uint8Array.prototype), Object.setPrototypeOf({ length: 1, 0: 0x31 }, Uint8Array.prototype)]) {
    for (const [way, take] of WAYS) assert.equal((await caught((async () => take(body, GOOD))())).code, "invalid_body", way);
  }
});

test("the returned body is a copy", async () => {
  for (const good of [GOOD, LARGE[0]]) {
    for (const [way, take] of WAYS) {
      for (const memory of [new ArrayBuffer(good.length), new SharedArrayBuffer(good.length), new ArrayBuffer(good.length, { maxByteLength: 100_000 })]) {
        const view = new Uint8Array(memory);
        view.set(Buffer.from(good));
        for (const payload of [view, memory, new DataView(memory)]) {
          const { event, body } = await take(payload, good);
          assert.deepEqual(event, JSON.parse(good), way);
          if (body === undefined) continue;
          assert.notEqual(body.buffer, memory, way);
          assert.ok(body.buffer instanceof ArrayBuffer && body.byteLength === body.buffer.byteLength, `${way}: memory of others is in it`);
          // The next verification does not change it.
          await take("[]", "[]").catch(() => {});
          assert.equal(Buffer.from(body).toString(), good, way);
        }
      }
    }
  }
});

test("a body that changes during a fetch is verified as it was", async () => {
  const [memory, signed] = [Buffer.from(GOOD), dynamicHeaders(GOOD)];
  const fetcher = async () => {
    memory.fill(0x20);
    return Response.json(JWKS);
  };
  const { event, body } = await geminiDynamic({ jwks: "https://a.example/keys", fetch: fetcher }).unwrap(memory, signed, at);
  assert.deepEqual([event, Buffer.from(body).toString()], [JSON.parse(GOOD), GOOD]);
});

test("a body whose memory is gone is the receiver's mistake", async () => {
  const gone = () => {
    const view = new Uint8Array(Buffer.from(GOOD));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  };
  const shrunk = () => {
    const memory = new ArrayBuffer(64, { maxByteLength: 64 });
    const view = new DataView(memory, 32, 16);
    memory.resize(16);
    return view;
  };
  for (const [way, take] of WAYS) {
    for (const body of [gone(), gone().buffer, shrunk()]) {
      const error = await caught((async () => take(body, GOOD))());
      assert.ok(error instanceof WebhookVerificationError && error.status < 502, `${way}: ${error.stack}`);
    }
    assert.deepEqual((await take(GOOD, GOOD)).event, JSON.parse(GOOD), way);
  }
});

test("ids and events come from the verified bytes, not from the caller's text", async () => {
  const broken = '{"name":"\ud800"}';
  const asBytes = Buffer.from(broken);
  for (const [way, take] of WAYS.filter(([way]) => way !== "a request")) {
    const [fromText, fromBytes] = [await take(broken, asBytes), await take(asBytes, asBytes)];
    assert.deepEqual(fromText.event, fromBytes.event, way);
    assert.equal(fromText.event.name, "\ufffd", way);
  }
  for (const id of ["msg_\ud800", "msg_\udfff"]) {
    const outcome = await standard(SECRET).unwrap(BODY, headersFor(BODY, { id }), at).catch((error) => error);
    assert.ok(outcome instanceof WebhookVerificationError ? outcome.status < 500 : outcome.id === "msg_\ufffd", String(outcome));
  }
});

test("each header is read once", async () => {
  const reads = new Map();
  const counted = Object.defineProperties({}, Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, {
    enumerable: true,
    get: () => {
      reads.set(name, (reads.get(name) ?? 0) + 1);
      return reads.get(name) === 1 ? value : "msg_other";
    },
  }])));
  assert.equal((await standard(SECRET).unwrap(BODY, counted, at)).id, "msg_1");
  assert.deepEqual([...reads.values()], [1, 1, 1]);
  for (const text of [new String("msg_1"), { toString: () => "msg_1" }]) {
    assert.equal((await caught(standard(SECRET).unwrap(BODY, { ...HEADERS, "webhook-id": text }, at))).status, 500);
  }
});

test("no error contains a part of a body, a secret or a token", async () => {
  const MARK = "kR7fQ2xVp9";
  const bodies = [`${MARK} is no JSON`, `{"a":"${MARK}`, Buffer.concat([Buffer.from(MARK), Buffer.from([0xff])]), `[1,]${MARK}`, "x".repeat(20_000) + MARK];
  const seen = [];
  for (const body of bodies) {
    for (const [, take] of WAYS) {
      seen.push(await caught((async () => take(body, body))()));
      seen.push(await caught((async () => take(body, "another"))()));
    }
    seen.push(await caught(standard(SECRET).unwrap({ [MARK]: body }, HEADERS, at)), await caught(standard(SECRET).unwrap([MARK], HEADERS, at)));
    seen.push(await caught(standard(SECRET).unwrap(BODY, { ...HEADERS, "webhook-id": { [MARK]: body } }, at)), await caught(standard(SECRET).unwrap(BODY, { [`${MARK} ${MARK}`]: {} }, at)));
  }
  const token = `${MARK}${MARK}${MARK}`;
  seen.push(await caught(geminiDynamic({ jwks: JWKS, urlToken: token }).unwrap(BODY, dynamicHeaders(BODY), { ...at, url: `/${MARK}` })));
  for (const act of [() => geminiDynamic({ urlToken: MARK }), () => geminiDynamic({ urlToken: `${token}/` }), () => geminiDynamic({ jwks: `https://${MARK}:${MARK}@a.example/` }), () => geminiDynamic({ jwks: `http://${MARK}.example/` }), () => new Webhook(`whsec_${MARK}!`), () => new Webhook(SECRET, { [`${MARK}${MARK}${MARK}`]: 1 })]) seen.push(thrown(act));
  for (const error of seen) {
    assert.ok(error instanceof WebhookVerificationError, error?.stack);
    const all = [error.message, error.stack, JSON.stringify(error), printed(error, { depth: 9, showHidden: true }), await error.toResponse().text()];
    for (let { cause } = error; cause !== undefined; cause = cause.cause) all.push(String(cause.message), String(cause.stack));
    for (const text of all) assert.ok(!text.includes(MARK), `${error.code}: ${text}`);
  }
});

/** Runs with members on the prototype of all objects. */
async function polluted(members, act) {
  Object.assign(Object.prototype, members);
  try {
    return await act();
  } finally {
    for (const name of Object.keys(members)) delete Object.prototype[name];
  }
}

test("a polluted prototype configures nothing", async () => {
  const late = { now: NOW + 1000 };
  const other = crypto.generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const token = "a".repeat(22);
  const members = {
    tolerance: 1e10, leeway: 1e9, format: "raw", jsonParse: false, now: NOW, jwks: { keys: [other] }, accept: ["jwt"], audience: "me", issuer: "me", secrets: [SECRET], scheme: "svix",
    fetch: () => assert.fail("the prototype's fetch"), urlToken: token, url: `/${token}`, allowShortKeys: true, waitUntil: () => assert.fail("the prototype's waitUntil"),
    ...HEADERS, headers: HEADERS, body: BODY, isBase64Encoded: false, requestContext: {}, multiValueHeaders: HEADERS, kid: "polluted", header: "polluted", code: "accept", status: 200, cause: "polluted", retryAfter: "9", rotation: "rotation", mayBeRotation: true, title: "polluted", rawPath: `/${token}`, path: "/",
  };
  const bare = new Request("https://a.example/", { method: "POST", body: BODY });
  const code = (act) => Promise.resolve().then(act).then(() => "accept", (error) => error.code);
  const outcomes = await polluted(members, async () => ({
    late: [
      await code(() => new Webhook(SECRET).verify(BODY, HEADERS, late)), await code(() => new Webhook(SECRET, {}).verify(BODY, HEADERS, late)), await code(() => standard(SECRET).unwrap(BODY, HEADERS, late)),
      await code(() => svix(SECRET, {}).unwrap(BODY, HEADERS, late)), await code(() => hmac.gemini(SECRET, {}).unwrap(BODY, HEADERS, late)), await code(() => new hmac.Webhook(SECRET, {}).verify(BODY, HEADERS, late)),
      await code(() => geminiDynamic({ jwks: JWKS }).unwrap(BODY, dynamicHeaders(BODY), late)),
    ],
    clock: [await code(() => new Webhook(SECRET).verify(BODY, HEADERS)), await code(() => standard(SECRET).unwrap(BODY, HEADERS, {})), await code(() => geminiDynamic({ jwks: JWKS }).unwrap(BODY, dynamicHeaders(BODY), {}))],
    headers: [await code(() => standard(SECRET).unwrap(BODY, {}, at)), await code(() => standard(SECRET).unwrap(BODY, { host: "a" }, at)), await code(() => standard(SECRET).unwrap(BODY, new Headers(), at)), await code(() => new Webhook(SECRET).verify(BODY, {}, at)), await code(() => standard(SECRET).unwrap(bare, at))],
    event: await code(() => standard(SECRET).unwrap({}, at)),
    dynamic: await geminiDynamic({ jwks: JWKS }).unwrap(BODY, dynamicHeaders(BODY), at),
    parsed: new Webhook(SECRET).verify(BODY, HEADERS, at),
    report: (await explain({ secrets: SECRET }, BODY, HEADERS, at)).code,
    error: thrown(() => new Webhook(SECRET).verify(BODY, { ...HEADERS, "webhook-id": "msg_2" }, at)),
    made: new WebhookVerificationError("made"),
  }));
  assert.deepEqual(new Set(outcomes.late), new Set(["timestamp_too_old"]));
  assert.deepEqual(new Set(outcomes.clock), new Set(["timestamp_too_old"]));
  assert.deepEqual(new Set(outcomes.headers), new Set(["missing_header"]));
  assert.equal(outcomes.event, "invalid_body");
  assert.deepEqual([outcomes.dynamic.scheme, Object.hasOwn(outcomes.dynamic, "kid"), outcomes.dynamic.event], ["v1a", false, JSON.parse(BODY)]);
  assert.deepEqual([outcomes.parsed, outcomes.report], [JSON.parse(BODY), "config_invalid"]);
  const { error, made } = outcomes;
  assert.deepEqual([error.code, error.status, Object.hasOwn(error, "header"), error.cause], ["no_matching_signature", 401, false, undefined]);
  assert.deepEqual([made.code, made.status, made.toResponse().headers.get("retry-after")], ["no_matching_signature", 401, null]);
});

test("inherited options do not count", async () => {
  const inherited = Object.create({ tolerance: 1e9, jsonParse: false, now: NOW + 1e6, jwks: { keys: [] } });
  assert.throws(() => new Webhook(SECRET, inherited).verify(BODY, HEADERS, { now: NOW + 1000 }), { code: "timestamp_too_old" });
  assert.deepEqual(new Webhook(SECRET).verify(BODY, headersFor(BODY), Object.create({ now: 1 }, { now: { value: NOW, enumerable: true } })), JSON.parse(BODY));
  assert.equal((await caught(standard(SECRET).unwrap(BODY, Object.create(HEADERS), at))).code, "missing_header");
});
