// Whatever is sent, the Worker answers: never a 500, a hang or a crash. And after a panic inside Wasm, the next request
// finds everything in working order.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "./fixtures/loopback.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections, sendAndLeave, sendInHalves } from "./fixtures/http.mjs";
import { delivered, duplicate, refused } from "./fixtures/expect.mjs";
import { delivery, jwt, newEd25519, newRsa, newSecret, now, signedBy, signedByKey } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const SEED = Number(process.env.SEED ?? 20261124);
const REQUESTS = Number(process.env.REQUESTS ?? 3000);
const TOKEN = "token-of-the-robustness-tests";
const secret = newSecret();
const ed25519 = newEd25519();
const rsa = newRsa("rsa-1");
const sign = signedBy(secret);
let loopback;
let worker;

before(async () => {
  loopback = await Loopback.start();
  const origin = loopback.at("origin");
  const jwks = loopback.at("keys");
  jwks.always(serving([ed25519.jwk, rsa.jwk]));
  const dynamic = { scheme: "gemini-dynamic", url_token: "TOKEN", jwks: jwks.url, forward: { origin: origin.url } };
  worker = await Worker.start({
    build: "worker-test",
    sources: {
      std: source(origin, { max_body: "2KiB" }, { timeout: "5s" }),
      large: source(origin),
      svix: source(origin, { scheme: "svix" }),
      asymmetric: source(origin, { secrets: ["PUBLIC_KEY"] }, { sign_with: "SECRET" }),
      dynamic,
      tokens: { ...dynamic, accept: ["v1a", "jwt"], audience: "a" },
    },
    secrets: { SECRET: secret, PUBLIC_KEY: ed25519.whpk, TOKEN },
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** The traps in the log. */
const traps = () => worker.logs().filter(({ message }) => message.includes('"ev":"trap"'));

/** A small generator with a seed (mulberry32): the same requests in every run. */
function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, pick: (list) => list[below(list.length)], bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))) };
}

const METHODS = ["POST", "POST", "POST", "POST", "POST", "POST", "GET", "PUT", "DELETE", "PROPFIND"];
const PATHS = [
  "std", "svix", "asymmetric", `dynamic/${TOKEN}`, `tokens/${TOKEN}`, "dynamic/x", "std?a=b", "std/", "", "%", "%00", "std%2f", "//", "healthz", "admin/std/stats",
  "admin", "admin/%ff/events/%", "x".repeat(3000), "..", "std/../std", "ü", "std#x", "_",
];
const VALUES = [
  "", " ", ",", "v1,", "v1a,", "v1,v1,v1,", "v1a,=", "=", "\u00e9", "\u{1f980}", "-1", "0", "00", "1e308", "NaN", "9".repeat(100), "18446744073709551616", "9223372036854775808",
  "a.b.c", "..", "e30.e30.e30", "eyJhbGciOiJSUzI1NiJ9.e30.", "{}", "null", "a,b", "a, b", "\ufeff", "'\"`", "v1,".repeat(500), "A".repeat(9000), "v1 ".repeat(2000),
];

/** A genuine delivery of some kind, so that mutations begin where the checks do not all fail at once. */
function genuine(random) {
  const body = random.pick(["", "{}", "null", '{"type":1,"data":[]}', JSON.stringify({ type: "x", data: { id: 7 } }), "[".repeat(2000), "\ufeff{}"]);
  const timestamp = now() + random.pick([0, 0, 0, 0, -299, 299, -1000, 1000]);
  const token = () => jwt(rsa, { aud: "a", exp: now() + 60, data: body.slice(0, 50) }, random.pick([{}, { kid: undefined }, { alg: "none" }, { crit: [] }]));
  const signer = random.pick([sign, sign, signedByKey(ed25519.privateKey), signedByKey(ed25519.privateKey), token]);
  return delivery(signer, { body, timestamp, family: random.pick(["webhook", "webhook", "webhook", "svix"]) });
}

function mutatedValue(random, value) {
  const bytes = Buffer.from(value);
  const at = random.below(bytes.length + 1);
  const mutations = [
    () => random.pick(VALUES),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(VALUES)), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), random.bytes(3), bytes.subarray(at)]),
  ];
  return onTheWire(random.pick(mutations)());
}

/** Control characters cannot be sent in a header: Node refuses them, and so does every HTTP server. */
const onTheWire = (value) => Buffer.from(Buffer.from(value).map((byte) => (byte < 32 || byte === 127 ? 63 : byte)));

function mutated(random) {
  const made = genuine(random);
  let headers = made.headers.map(([name, value]) => [name, random.below(6) === 0 ? mutatedValue(random, value) : value]);
  if (random.below(8) === 0) headers = headers.filter(() => random.below(3) > 0);
  if (random.below(8) === 0) headers.push(...headers.slice(0, 1 + random.below(3)));
  const body = random.below(5) === 0 ? random.bytes(random.below(3000)) : made.body;
  const chunks = random.below(6) === 0 && body.length > 1 ? [body.slice(0, 1), body.slice(1)] : undefined;
  return { headers, body, chunks, method: random.pick(METHODS) };
}

test(`${REQUESTS} mutated requests, seed ${SEED}, are all answered, none with a 500`, async () => {
  const random = generator(SEED);
  const statuses = {};
  const one = async () => {
    const path = random.pick(PATHS.slice(0, random.below(4) ? 5 : PATHS.length));
    const request = mutated(random);
    const reply = await worker.post(encodeURI(path).replaceAll("%25", "%"), request);
    statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
    const known = [200, 400, 401, 404, 405, 409, 413, 431];
    assert.ok(known.includes(reply.status), `${reply.status} ${reply.text.slice(0, 200)} for ${request.method} ${path} ${JSON.stringify(request.headers.map(String)).slice(0, 400)}`);
  };
  for (let sent = 0; sent < REQUESTS; sent += 20) await Promise.all(Array.from({ length: 20 }, one));
  // If nearly all were refused for one reason, this would be a test of little.
  for (const status of [200, 400, 401]) assert.ok(statuses[status] > REQUESTS / 50, JSON.stringify(statuses));
  const made = delivery(sign);
  delivered(await worker.post("std", made), made.id);
});

test("a sender that leaves in the middle of its body harms nobody", async () => {
  for (const head of ["Content-Length: 1000\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n5\r\nhal", "Transfer-Encoding: chunked\r\n\r\nnot a length\r\n"]) {
    for (const path of ["std", `dynamic/${TOKEN}`]) await sendAndLeave(worker.url, `POST /${path} HTTP/1.1\r\nHost: x\r\n${head}`);
    const made = delivery(sign);
    delivered(await worker.post("std", made), made.id);
  }
  // A trap would take along what others have under way.
  assert.deepEqual(traps(), []);
});

test("a body that is not as long as it was announced is refused, and harms nobody", async () => {
  const large = "x".repeat(1 << 20);
  const short = delivery(sign);
  const long = delivery(sign, { body: large });
  const forged = { ...long, body: large.replaceAll("x", "y") };
  refused(await worker.announceAs("/large", short.body.length - 1, short), 400, "body_incomplete");
  refused(await worker.announceAs("/large", short.body.length + 1, short), 400, "body_incomplete");
  for (let round = 0; round < 3; round += 1) {
    refused(await worker.post("large", forged), 401, "no_matching_signature");
    refused(await worker.announceAs("/large", large.length, short), 400, "body_incomplete");
    const made = delivery(sign, { body: large });
    delivered(await worker.announceAs("/large", large.length, made), made.id);
  }
});

test("a body is what came, however its length is spelled", async () => {
  const made = delivery(sign);
  const { length } = made.body;
  for (const announced of [`+${length}`, `${length}, ${length}`, `0x${length.toString(16)}`, `${length}.0`, "1e3", "", "none", "-1", "NaN", "Infinity"]) {
    const sent = delivery(sign);
    delivered(await worker.announceAs("/large", announced, sent), sent.id);
  }
  const padded = delivery(sign);
  delivered(await worker.announceAs("/large", `00${padded.body.length}`, padded), padded.id);
  const large = delivery(sign, { body: "x".repeat(2 << 20) });
  for (const announced of ["1, 1", "none", "99999999999999999999999", String(large.body.length)]) {
    refused(await worker.announceAs("/large", announced, large), 413, "body_too_large");
  }
  refused(await worker.announceAs("/large", 1 << 20, large), 413, "body_too_large");
});

test("a panic fails the request that meets it, and none whose body is still on its way", async () => {
  const path = { announced: "std", chunked: "std", dynamic: `dynamic/${TOKEN}`, large: "large" };
  const made = {
    announced: delivery(sign), chunked: delivery(sign), dynamic: delivery(signedByKey(ed25519.privateKey)),
    large: delivery(sign, { body: "x".repeat((1 << 20) - 1) }),
  };
  for (let round = 0; round < 3; round += 1) {
    const halves = Object.entries(made).flatMap(([kind, { headers, body }]) =>
      Array.from({ length: 3 }, (_, n) => {
        const fresh = n === 0 ? delivery(kind === "dynamic" ? signedByKey(ed25519.privateKey) : sign, { body }) : { id: undefined, headers, body: `${body} ` };
        return { fresh, sending: sendInHalves(`${worker.url}${path[kind]}`, fresh, { chunked: kind === "chunked" }) };
      }),
    );
    await Promise.all(halves.map(({ sending }) => sending.halfSent));
    // What was written is read when what comes after it is answered.
    assert.equal((await worker.get("healthz")).status, 200);
    assert.equal((await worker.trap()).status, 500);
    for (const { fresh, sending } of halves) {
      const reply = await sending.finish();
      if (fresh.id) delivered(reply, fresh.id);
      else refused(reply, 401, "no_matching_signature");
    }
  }
  assert.ok(traps().length >= 3);
});

test("after a panic the next requests find everything in working order", async () => {
  const seen = delivery(sign);
  delivered(await worker.post("std", seen), seen.id);
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await worker.trap()).status, 500);
    const made = delivery(sign);
    delivered(await worker.post("std", made), made.id);
    refused(await worker.post("std", delivery(signedBy(newSecret()))), 401, "no_matching_signature");
    assert.equal((await worker.trap()).status, 500);
    assert.equal((await worker.get("healthz")).status, 200);
    duplicate(await worker.post("std", seen), seen.id);
    const dynamic = delivery(signedByKey(ed25519.privateKey));
    delivered(await worker.post(`dynamic/${TOKEN}`, dynamic), dynamic.id);
  }
});

test("an event whose delivery a panic cut short is not taken for seen", async () => {
  const held = loopback.at("origin").hold();
  const made = delivery(sign);
  const reply = worker.post("std", made);
  await held.arrived();
  assert.equal((await worker.trap()).status, 500);
  held.answer();
  // A panic takes what is in flight in its isolate with it, or leaves it alone; either way the event is not lost: what
  // was not delivered can be, at the latest when its claim on the id has run out.
  if ((await reply).status === 200) return duplicate(await worker.post("std", made), made.id);
  const retry = await until(async () => {
    const again = await worker.post("std", made);
    return again.status !== 409 && again;
  }, "the event's claim on its id to run out");
  delivered(retry, made.id);
});
