// The key set cache, against a server on loopback and with a clock that the test moves.
import assert from "node:assert/strict";
import { after, before, beforeEach, mock, test } from "node:test";
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { installed } from "./fixtures/app.mjs";

const { version } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
const { inspect } = await import(`${installed}/dist/node/explain.js`);
const { geminiDynamic, WebhookVerificationError } = await import(`${installed}/dist/node/index.js`);
const BODY = '{"type":"ping"}';
const START = 1_700_000_000_000;

const pair = () => crypto.generateKeyPairSync("ed25519");
const setOf = (...pairs) => JSON.stringify({ keys: pairs.map(({ publicKey }) => publicKey.export({ format: "jwk" })) });
const [first, second] = [pair(), pair()];

let server;
let path = 0;
/** How the server responds next, and how often it was asked. */
let answer;
let asked;

before(async () => {
  server = http.createServer((request, response) => {
    asked += 1;
    answer(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  mock.timers.enable({ apis: ["Date"], now: START });
});
after(() => {
  mock.timers.reset();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [asked, answer] = [0, give(setOf(first))];
  mock.timers.setTime(START);
});

const give = (body, { status = 200, ...headers } = {}) => (response) => response.writeHead(status, headers).end(body);

/** A verifier with a URL that no other test uses. */
const verifier = (options) => geminiDynamic({ jwks: `http://127.0.0.1:${server.address().port}/${path++}`, ...options });

const later = (seconds) => mock.timers.setTime(START + seconds * 1000);

function delivery({ privateKey } = first) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = crypto.sign(null, Buffer.from(`msg_1.${timestamp}.${BODY}`), privateKey).toString("base64");
  return [BODY, { "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": `v1a,${signature}` }];
}

const code = (promise) => promise.then(() => "accept", (error) => (assert.ok(error instanceof WebhookVerificationError, error?.stack), error.code));

test("one fetch serves all concurrent and later calls", async () => {
  const one = verifier();
  const codes = await Promise.all(Array.from({ length: 50 }, () => code(one.unwrap(...delivery()))));
  assert.deepEqual([new Set(codes), asked], [new Set(["accept"]), 1]);
  later(599);
  assert.equal(await code(one.unwrap(...delivery())), "accept");
  assert.equal(asked, 1);
});

test("verifiers of one URL share its key set, except those with a fetch of their own", async () => {
  const jwks = `http://127.0.0.1:${server.address().port}/shared`;
  for (const options of [{}, {}, { fetch: (...given) => fetch(...given) }]) assert.equal(await code(geminiDynamic({ jwks, ...options }).unwrap(...delivery())), "accept");
  assert.equal(asked, 2);
});

test("a delivery that its headers refuse fetches nothing", async () => {
  const one = verifier();
  assert.equal(await code(one.unwrap(BODY, {})), "missing_header");
  const [body, headers] = delivery();
  later(301);
  assert.equal(await code(one.unwrap(body, headers)), "timestamp_too_old");
  assert.equal(asked, 0);
});

test("a stale key set is used, and refreshed in the background", async () => {
  answer = give(setOf(first), { "cache-control": "max-age=1200" });
  const one = verifier();
  await one.unwrap(...delivery());
  later(1199);
  await one.unwrap(...delivery());
  assert.equal(asked, 1);
  later(1200);
  answer = give(setOf(second));
  const kept = [];
  assert.equal(await code(one.unwrap(...delivery(), { waitUntil: (promise) => kept.push(promise) })), "accept");
  assert.equal(kept.length, 1);
  await Promise.all(kept);
  assert.equal(asked, 2);
  assert.equal(await code(one.unwrap(...delivery(second))), "accept");
  assert.equal(asked, 2);
});

test("the last good key set serves for a day while its URL fails, retried once a minute", async () => {
  const one = verifier();
  await one.unwrap(...delivery());
  answer = give("", { status: 500 });
  for (const [seconds, count] of [[600, 2], [610, 2], [660, 3], [600 + 86_399, 4]]) {
    later(seconds);
    const kept = [];
    assert.equal(await code(one.unwrap(...delivery(), { waitUntil: (promise) => kept.push(promise) })), "accept", `${seconds} s`);
    await Promise.all(kept);
    assert.equal(asked, count, `${seconds} s`);
  }
  later(600 + 86_400);
  const error = await one.unwrap(...delivery()).catch((error) => error);
  assert.deepEqual([error.code, error.status, error.toResponse().headers.get("retry-after")], ["keys_unavailable", 503, "30"]);
  assert.match(error.cause.message, /responded with 500/);
});

test("a key set that has expired serves nobody, even if no fetch failed before", async () => {
  const one = verifier();
  await one.unwrap(...delivery());
  later(600 + 86_401);
  answer = give("", { status: 500 });
  for (let time = 0; time < 2; time++) assert.equal(await code(one.unwrap(...delivery())), "keys_unavailable");
  assert.equal(asked, 2);
});

test("a rotated key is found at once, and forgeries cause one fetch a minute", async () => {
  const [one, forger] = [verifier(), pair()];
  await one.unwrap(...delivery());
  answer = give(setOf(first, second));
  assert.equal(await code(one.unwrap(...delivery(second))), "accept");
  assert.equal(asked, 2);
  const forged = () => Promise.all(Array.from({ length: 20 }, () => code(one.unwrap(...delivery(forger)))));
  assert.deepEqual([new Set(await forged()), asked], [new Set(["no_matching_signature"]), 2]);
  later(60);
  assert.deepEqual([new Set(await forged()), asked], [new Set(["no_matching_signature"]), 3]);
});

test("a fetch that failed is not repeated at once, whether for an unknown key or for a set that is stale", async () => {
  const one = verifier();
  await one.unwrap(...delivery());
  answer = give("", { status: 500 });
  const unknown = async () => assert.equal(await code(one.unwrap(...delivery(second))), "no_matching_signature");
  const stale = async () => {
    const kept = [];
    assert.equal(await code(one.unwrap(...delivery(), { waitUntil: (promise) => kept.push(promise) })), "accept");
    await Promise.all(kept);
  };
  for (const [seconds, deliver, count] of [[598, unknown, 2], [601, stale, 2], [629, stale, 3], [632, unknown, 3], [662, unknown, 4]]) {
    later(seconds);
    await deliver();
    assert.equal(asked, count, `${seconds} s`);
  }
});

test("requests during a refetch wait for it", async () => {
  const one = verifier();
  await one.unwrap(...delivery());
  let go;
  answer = (response) => (go = () => give(setOf(second))(response));
  const waiting = [code(one.unwrap(...delivery(second))), code(one.unwrap(...delivery(second)))];
  await new Promise((resolve) => server.once("request", resolve));
  waiting.push(code(one.unwrap(...delivery(second))));
  go();
  assert.deepEqual(await Promise.all(waiting), ["accept", "accept", "accept"]);
  assert.equal(asked, 2);
});

test("a key set that cannot be fetched or read is reported with its cause", async () => {
  const keys = (count) => JSON.stringify({ keys: Array(count).fill({ kty: "XYZ" }) });
  const cases = [
    [give("", { status: 404 }), /responded with 404/],
    [give("", { status: 302, location: "/elsewhere" }), /responded with 302/],
    [give("nope"), /not a JSON object with an array/],
    [give(keys(33)), /more than 32/],
    [give(`${setOf(first)}${" ".repeat(65_536)}`), /larger than 64 KiB/],
    [(response) => response.destroy(), /./],
  ];
  for (const [act, words] of cases) {
    answer = act;
    const error = await verifier().unwrap(...delivery()).catch((error) => error);
    assert.equal(error.code, "keys_unavailable");
    assert.match(error.cause.message, words);
  }
  assert.equal(asked, cases.length, "a redirect was followed");
});

test("an empty key set is valid, and nothing matches it", async () => {
  answer = give(keysOf());
  assert.equal(await code(verifier().unwrap(...delivery())), "no_matching_signature");
});
const keysOf = () => JSON.stringify({ keys: [] });

test("a key set without a usable key is reported, with the reasons", async () => {
  const jwk = first.publicKey.export({ format: "jwk" });
  for (const [keys, why] of [[[], /it is empty/], [[{ ...jwk, use: "enc" }], /1: `use`/], [[first.privateKey.export({ format: "jwk" })], /private half/]]) {
    answer = give(JSON.stringify({ keys }));
    for (const one of [verifier(), geminiDynamic({ jwks: { keys } })]) {
      const error = await one.unwrap(...delivery()).catch((error) => error);
      assert.equal(error.code, "no_matching_signature");
      assert.match(error.message, /no key of the key set can be used/);
      assert.match(error.message, why);
      assert.ok(!error.message.includes(jwk.x));
      assert.deepEqual(await error.toResponse().json(), { type: "https://github.com/countersign/countersign/blob/main/docs/codes.md#no_matching_signature", title: "no signature matches", status: 401, code: "no_matching_signature" });
      const report = await inspect(one, ...delivery());
      assert.match(report.steps.find(({ name }) => name === "keys").detail, why);
    }
  }
  answer = give(setOf(second));
  assert.doesNotMatch((await verifier().unwrap(...delivery()).catch((error) => error)).message, /can be used/);
});

test("a key set is read as serialisers write it", async () => {
  const jwk = first.publicKey.export({ format: "jwk" });
  for (const members of [{ kid: null, use: null, alg: null, key_ops: null, d: null }, { kid: "", use: "", key_ops: [] }, { alg: "Ed25519", kid: 7 }, { x: `${jwk.x}=` }]) {
    answer = give(`\ufeff${JSON.stringify({ keys: [{ ...jwk, ...members }] })}`);
    assert.equal(await code(verifier().unwrap(...delivery())), "accept", JSON.stringify(members));
  }
});

test("by default, the request is for Google's key set", async () => {
  let seen;
  const fetcher = async (url, init) => {
    seen = { url, ...init };
    return new Response(setOf(first));
  };
  assert.equal(await code(geminiDynamic({ fetch: fetcher }).unwrap(...delivery())), "accept");
  assert.equal(seen.url, "https://generativelanguage.googleapis.com/.well-known/jwks.json");
  assert.deepEqual([seen.redirect, seen.headers], ["manual", { accept: "application/jwk-set+json, application/json", "user-agent": `countersign/${version}` }]);
});

test("a failed fetch is not repeated for 5 to 30 s, whatever arrives meanwhile", async () => {
  answer = give("", { status: 503 });
  for (const options of [{}, { fetch: (...given) => fetch(...given) }]) {
    [asked] = [0];
    later(0);
    const one = verifier(options);
    for (const seconds of [0, 0, 1, 4]) {
      later(seconds);
      const errors = await Promise.all(Array.from({ length: 50 }, () => one.unwrap(...delivery(pair())).catch((error) => error)));
      for (const error of errors) assert.deepEqual([error.code, error.status, error.toResponse().headers.get("retry-after")], ["keys_unavailable", 503, "30"]);
      assert.match(errors[0].cause.message, /responded with 503/);
      assert.equal(asked, 1, `${seconds} s`);
    }
    later(31);
    assert.equal(await code(one.unwrap(...delivery())), "keys_unavailable");
    assert.equal(asked, 2);
    // Another URL is independent.
    assert.equal(await code(verifier(options).unwrap(...delivery())), "keys_unavailable");
    assert.equal(asked, 3);
  }
});

test("a key set in chunks of one byte costs its own size, not that of its chunks", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const held = () => (collect(), process.memoryUsage().arrayBuffers);
  const [document, before] = [Buffer.from(setOf(first).padEnd(60_000)), held()];
  const more = [];
  let at = 0;
  const stream = new ReadableStream({
    pull(controller) {
      if (at === document.length) return controller.close();
      if (at % 10_000 === 9_999) more.push(held() - before);
      // As a server reads: one byte in a buffer of its own.
      const chunk = new Uint8Array(new ArrayBuffer(4096), 0, 1);
      chunk[0] = document[at];
      at += 1;
      controller.enqueue(chunk);
    },
  });
  assert.equal(await code(verifier({ fetch: async () => new Response(stream) }).unwrap(...delivery())), "accept");
  // All chunks together hold 240 MB. The engine frees buffers in the background: some of these, or of those before, may still be counted.
  assert.equal(more.length, 6);
  assert.ok(Math.max(...more) < 64 * 1024 * 1024, `${more} bytes are held`);
});

test("in a browser, no header causes a preflight", async () => {
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  let seen;
  const fetcher = async (_, { headers }) => ((seen = headers), new Response(setOf(first)));
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { userAgent: "Mozilla/5.0 (X11; Linux x86_64)" } });
  try {
    assert.equal(await code(verifier({ fetch: fetcher }).unwrap(...delivery())), "accept");
  } finally {
    Object.defineProperty(globalThis, "navigator", navigator);
  }
  assert.deepEqual(seen, { accept: "application/jwk-set+json, application/json" });
});

// The last test, because it uses another clock.
test("a fetch ends after five seconds", async (t) => {
  mock.timers.reset();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let began;
  const started = new Promise((resolve) => (began = resolve));
  const hanging = (_, { signal }) => {
    began();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const waiting = geminiDynamic({ fetch: hanging }).unwrap(...delivery()).catch((error) => error);
  await started;
  t.mock.timers.tick(4_999);
  t.mock.timers.tick(1);
  const error = await waiting;
  assert.equal(error.code, "keys_unavailable");
  assert.match(error.cause.message, /no response within 5 s/);
});
