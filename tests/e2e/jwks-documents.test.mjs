// Which documents are key sets, and which keys of them count (contract section 7).
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer, reset, resetMidAnswer } from "./fixtures/loopback.mjs";
import { Pool, serving } from "./fixtures/keysets.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused, refusedForNow } from "./fixtures/expect.mjs";
import { delivery, newEd25519 } from "./fixtures/sign.mjs";

const MINUTE = 60;
const first = newEd25519();
const second = newEd25519();
const stranger = newEd25519();
let loopback;
let pool;
let worker;

before(async () => {
  loopback = await Loopback.start();
  pool = new Pool(loopback, 32);
  worker = await Worker.start({ build: "worker-test", sources: pool.sources });
});

beforeEach(() => worker.setClock(0));

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const take = (keys = [first.jwk], cacheControl) => pool.serve(worker, keys, cacheControl);
const accepted = (reply) => delivered(reply, reply.id);
const unmatched = (reply) => refused(reply, 401, "no_matching_signature");
const unavailable = (reply) => refusedForNow(reply, 503, "keys_unavailable");

const UNREADABLE = {
  "an error": answer(500, {}, JSON.stringify({ keys: [first.jwk] })),
  "no content": answer(204),
  "a page": answer(200, { "content-type": "text/html" }, "<html>Sign in</html>"),
  "half a set": answer(200, {}, '{"keys":['),
  "a set that is no object": answer(200, {}, JSON.stringify([first.jwk])),
  "a set without keys": answer(200, {}, "{}"),
  "keys that are no list": answer(200, {}, JSON.stringify({ keys: { a: first.jwk } })),
  "more than 64 KiB": answer(200, {}, JSON.stringify({ keys: [first.jwk] }).padEnd((1 << 16) + 1)),
  "more than 32 keys": serving(Array(33).fill(first.jwk)),
  "an answer that breaks off": resetMidAnswer(200),
  "a reset": reset,
};

test("what is no readable set makes the keys unavailable", async (t) => {
  const source = take();
  let minutes = 0;
  for (const [what, behaviour] of Object.entries(UNREADABLE)) {
    await t.test(what, async () => {
      source.keys.always(behaviour);
      await worker.setClock((minutes += 2) * MINUTE);
      unavailable(await source.by(first));
    });
  }
  // Whichever of the limits it was, the log names it.
  const { detail } = await worker.line((line) => line.source === source.path && line.code === "keys_unavailable", "a refusal");
  for (const limit of ["200", "redirect", "64 KiB", "32 usable keys", "5 s"]) assert.ok(detail.includes(limit), `${limit}: ${detail}`);
  await worker.setClock((minutes += 2) * MINUTE);
  source.keys.always(serving([first.jwk]));
  accepted(await source.by(first));
});

test("64 KiB and 32 keys are allowed", async () => {
  const big = take();
  big.keys.always(answer(200, {}, JSON.stringify({ keys: [first.jwk] }).padEnd(1 << 16)));
  accepted(await big.by(first));
  const many = take([...Array.from({ length: 31 }, () => newEd25519().jwk), first.jwk]);
  accepted(await many.by(first));
});

test("an empty set is a set, which nothing matches", async () => {
  unmatched(await take([]).by(first));
});

test("keys that are weak, of another kind or for another use are set aside one by one", async () => {
  const smallOrder = { kty: "OKP", crv: "Ed25519", x: Buffer.from([1, ...Array(31).fill(0)]).toString("base64url") };
  const odd = [null, 7, "key", {}, smallOrder, { ...second.jwk, crv: "X25519" }, { ...second.jwk, use: "enc" }, { ...second.jwk, x: "AAAA" }, { kty: "EC" }, first.jwk];
  const source = take(odd);
  accepted(await source.by(first));
  unmatched(await source.by(second));
  const identity = delivery(() => `v1a,${Buffer.from([1, ...Array(63).fill(0)]).toString("base64")}`);
  refused(await worker.post(source.path, identity), 401, "no_matching_signature");
});

const WRITTEN = {
  "null for what was never set": { kid: null, use: null, alg: null, key_ops: null, d: null, x5c: null },
  "empty text and lists for what was never set": { kid: "", use: "", alg: "", key_ops: [], d: "", x5c: [] },
  "the fully specified algorithm": { alg: "Ed25519", use: "sig", key_ops: ["verify"], ext: true },
  "padding": { x: `${first.jwk.x}=` },
  "standard base64": { x: Buffer.from(first.jwk.x, "base64url").toString("base64") },
  "a number for a kid": { kid: 7, exp: 1.5e9 },
};

test("a set is understood as serialisers write it", async (t) => {
  for (const [what, members] of Object.entries(WRITTEN)) {
    await t.test(what, async () => accepted(await take([{ ...first.jwk, ...members }]).by(first)));
  }
  await t.test("a byte order mark", async () => {
    const source = take();
    source.keys.always(answer(200, {}, `\ufeff${JSON.stringify({ keys: [first.jwk] })}`));
    accepted(await source.by(first));
  });
  await t.test("no list", async () => {
    const source = take();
    source.keys.always(answer(200, {}, '{"keys":null}'));
    unmatched(await source.by(first));
  });
  await t.test("more than 32 keys, most of them of other kinds", async () => {
    accepted(await take([...Array(50).fill({ kty: "EC", crv: "P-256", x: "AA", y: "AA" }), first.jwk]).by(first));
  });
});

test("the log says why no key of a set can be used, and nothing of the keys", async () => {
  const smallOrder = { kty: "OKP", crv: "Ed25519", x: Buffer.from([1, ...Array(31).fill(0)]).toString("base64url") };
  const d = first.privateKey.export({ format: "jwk" }).d;
  const unusable = [
    [[], /it is empty/],
    [[{ ...first.jwk, use: "enc" }, { ...second.jwk, key_ops: ["sign"] }], /2: `use`, `key_ops` or `alg`/],
    [[{ kty: "EC" }, smallOrder], /1: neither Ed25519.*1: too weak/],
    [[{ ...first.jwk, d }], /1: published with its private half/],
  ];
  for (const [keys, why] of unusable) {
    const source = take(keys);
    unmatched(await source.by(first));
    const line = await worker.line((l) => l.source === source.path, "a refusal");
    assert.match(line.detail, /^no key of the key set can be used/);
    assert.match(line.detail, why);
    assert.ok(!line.detail.includes(first.jwk.x) && !line.detail.includes(d));
  }
  const usable = take();
  unmatched(await usable.by(stranger));
  assert.equal((await worker.line((l) => l.source === usable.path, "a refusal")).detail, undefined);
});
