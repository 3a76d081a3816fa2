// What the origin gets (contract section 4): the sender's bytes, the few headers that are promised, and nothing else.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import zlib from "node:zlib";
import { Webhook } from "standardwebhooks";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections, sendAndLeave } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { delivery, newBody, newEd25519, newId, newSecret, now, signedBy, signedByKey, v1Bytes, withHeader } from "./fixtures/sign.mjs";

const secret = newSecret();
const ed25519 = newEd25519();
const originSecrets = [newSecret(), newSecret()];
const sign = signedBy(secret);
let loopback;
let origin;
let worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  worker = await Worker.start({
    sources: {
      std: source(origin),
      svix: source(origin, { scheme: "svix" }),
      asymmetric: source(origin, { secrets: ["PUBLIC_KEY"] }),
      signed: source(origin, {}, { sign_with: "ORIGIN_SECRET" }),
      "signed-svix": source(origin, { scheme: "svix" }, { sign_with: "ORIGIN_SECRET" }),
      rotating: source(origin, {}, { sign_with: "ORIGIN_SECRETS" }),
    },
    secrets: { SECRET: secret, PUBLIC_KEY: ed25519.whpk, ORIGIN_SECRET: originSecrets[0], ORIGIN_SECRETS: originSecrets.join(" ") },
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** Delivers through `path` and returns what arrived at the origin. */
async function forwarded(path, made) {
  const before = origin.requests.length;
  delivered(await worker.post(path, made), made.id);
  assert.equal(origin.requests.length, before + 1, "one request arrives per delivery");
  return origin.requests.at(-1);
}

const BODIES = {
  "an empty body": Buffer.alloc(0),
  "a body of JSON": Buffer.from(newBody()),
  "a body that is not UTF-8": Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x80, 0x7d]),
  "a lone surrogate, encoded": Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  "a body that begins with a BOM": Buffer.from("\ufeff{}"),
  "a body with CRLF, and with CR alone": Buffer.from('{\r\n"a":\r1\n}\r\n'),
  "a body of NULs": Buffer.alloc(257),
  "every byte there is": Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  "a form": Buffer.from("a=1&b=%C3%A9+"),
  "JSON whose formatting matters": Buffer.from('{ "b" : 1.0,\t"a":1e2,"a":2 }'),
  "1 MiB of random bytes": crypto.randomBytes(1 << 20),
  "64 KiB and one byte": crypto.randomBytes((1 << 16) + 1),
};

for (const [what, body] of Object.entries(BODIES)) {
  test(`${what} arrives as it was sent`, async () => {
    const plain = await forwarded("std", delivery(sign, { body }));
    assert.ok(plain.body.equals(body));
    const asymmetric = await forwarded("asymmetric", delivery(signedByKey(ed25519.privateKey), { body }));
    assert.ok(asymmetric.body.equals(body));
    const chunked = delivery(sign, { body });
    const sent = await forwarded("std", { ...chunked, chunks: body.length > 3 ? [body.subarray(0, 3), body.subarray(3)] : [] });
    assert.ok(sent.body.equals(body));
  });
}

/** Large enough to stay outside Wasm, and all of one length. */
const large = () => crypto.randomBytes(1 << 20);
const forged = async () => {
  const signed = delivery(sign, { body: large() });
  refused(await worker.post("std", { ...signed, body: large() }), 401, "no_matching_signature");
};

test("large bodies arrive as they were sent, whatever was refused before and beside them", async () => {
  for (let round = 0; round < 3; round += 1) {
    const made = Array.from({ length: 4 }, () => delivery(sign, { body: large() }));
    const genuine = async (one) => delivered(await worker.post("std", one), one.id);
    await Promise.all(made.flatMap((one) => [forged(), genuine(one), forged()]));
    for (const { id, body } of made) {
      const arrived = origin.requests.filter((sent) => sent.header("webhook-id") === id);
      assert.deepEqual(arrived.map((sent) => sent.body.equals(body)), [true]);
    }
  }
});

test("a large body that ends early is nobody's, and the next arrives as it was sent", async () => {
  const before = origin.requests.length;
  const [whole, next] = [large(), large()];
  await forged();
  const { headers } = delivery(sign, { body: whole });
  const lines = [["host", "x"], ["content-length", whole.length], ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  await sendAndLeave(worker.url, Buffer.concat([Buffer.from(`POST /std HTTP/1.1\r\n${lines.join("")}\r\n`), whole.subarray(0, 1 << 19)]));
  assert.equal(origin.requests.length, before);
  assert.ok((await forwarded("std", delivery(sign, { body: next }))).body.equals(next));
});

test("a compressed body is neither unpacked nor packed again", async () => {
  const body = zlib.gzipSync(newBody());
  const sent = await forwarded("std", delivery(sign, { body, extra: [["content-encoding", "gzip"]] }));
  assert.ok(sent.body.equals(body));
  assert.equal(sent.header("content-encoding"), "gzip");
});

test("a content-encoding that the body does not keep is not passed on, as no signature covers it", async () => {
  const body = Buffer.from("not gzip at all");
  const sent = await forwarded("std", delivery(sign, { body, extra: [["content-encoding", "gzip"]] }));
  assert.ok(sent.body.equals(body));
  assert.equal(sent.header("content-encoding"), undefined);
});

test("the content type comes through as it was, and is not invented", async () => {
  const typed = delivery(sign);
  typed.headers = typed.headers.map(([n, v]) => (n === "content-type" ? [n, 'text/Weird; charset="x"; Q=1'] : [n, v]));
  assert.equal((await forwarded("std", typed)).header("content-type"), 'text/Weird; charset="x"; Q=1');
  const untyped = delivery(sign);
  untyped.headers = untyped.headers.filter(([n]) => n !== "content-type");
  assert.equal((await forwarded("std", untyped)).header("content-type"), undefined);
});

// What the HTTP client of the runtime adds by itself, on Cloudflare as in workerd.
const TRANSPORT = ["host", "content-length", "connection", "transfer-encoding", "accept-encoding", "cf-worker"];
const OURS = ["user-agent", "countersign-source", "countersign-scheme", "countersign-form", "countersign-attempt", "countersign-received-at"];

test("only the promised headers reach the origin", async () => {
  const extra = [
    ["cookie", "session=1"], ["authorization", "Bearer x"], ["user-agent", "sender/1"], ["x-forwarded-for", "10.0.0.1"],
    ["cf-connecting-ip", "10.0.0.1"], ["x-real-ip", "10.0.0.1"], ["forwarded", "for=10.0.0.1"], ["referer", "http://x/"],
    ["accept", "text/x"], ["accept-language", "xx"], ["svix-id", "other"], ["te", "trailers"], ["x-anything", "1"], ["cf-worker", "forged.example"],
    ["countersign-source", "forged"], ["Countersign-Scheme", "forged"], ["countersign-form", "forged"], ["countersign-attempt", "99"],
    ["countersign-received-at", "0"], ["countersign-anything", "forged"], ["content-language", "xx"],
  ];
  const sent = await forwarded("std", delivery(sign, { extra: [...extra, ["content-encoding", "identity"]] }));
  const promised = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature", ...OURS];
  assert.deepEqual(sent.names.filter((n) => !TRANSPORT.includes(n)).sort(), promised.sort());
  assert.equal(sent.method, "POST");
  assert.match(sent.header("user-agent"), /^countersign\/\d+\.\d+\.\d+/);
  assert.ok(!sent.lines.some(([, value]) => value.includes("forged")));
});

test("the sender's signature headers come through as they were", async () => {
  const made = delivery((...content) => `v2,x ${sign(...content)}`);
  const sent = await forwarded("std", made);
  for (const [name, value] of made.headers) assert.equal(sent.header(name), value);
  const branded = delivery(sign, { family: "svix" });
  const fromSvix = await forwarded("svix", branded);
  for (const [name, value] of branded.headers) assert.equal(fromSvix.header(name), value);
});

test("the origin is told the source, its scheme, the form, the attempt and the time", async () => {
  const sources = [
    ["std", sign, "standard-webhooks", "v1"], ["svix", sign, "svix", "v1"],
    ["asymmetric", signedByKey(ed25519.privateKey), "standard-webhooks", "v1a"],
  ];
  for (const [path, signer, scheme, form] of sources) {
    const earliest = now();
    const sent = await forwarded(path, delivery(signer));
    assert.equal(sent.header("countersign-source"), path);
    assert.equal(sent.header("countersign-scheme"), scheme);
    assert.equal(sent.header("countersign-form"), form);
    assert.equal(sent.header("countersign-attempt"), "1");
    assert.match(sent.header("countersign-received-at"), /^[1-9][0-9]*$/);
    const receivedAt = Number(sent.header("countersign-received-at"));
    assert.ok(earliest <= receivedAt && receivedAt <= now());
  }
});

/** The three headers as the origin's own library sees them. */
const signatureHeaders = (sent) =>
  Object.fromEntries(["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, sent.header(name)]));

test("a re-signed event verifies with the origin's secret and any Standard Webhooks library", async () => {
  for (const [path, family] of [["signed", "webhook"], ["signed-svix", "svix"]]) {
    const made = delivery(sign, { family, timestamp: now() - 200 });
    const earliest = now();
    const sent = await forwarded(path, made);
    const headers = signatureHeaders(sent);
    new Webhook(originSecrets[0]).verify(sent.body, headers);
    assert.throws(() => new Webhook(secret).verify(sent.body, headers));
    assert.equal(headers["webhook-id"], made.id);
    assert.ok(Number(headers["webhook-timestamp"]) >= earliest, "the timestamp is now, not the sender's");
    assert.ok(!sent.names.some((name) => name.startsWith("svix-")));
    assert.equal(sent.body.toString(), made.body);
  }
});

test("with several keys to sign with, each of them verifies", async () => {
  const sent = await forwarded("rotating", delivery(sign));
  for (const each of originSecrets) new Webhook(each).verify(sent.body, signatureHeaders(sent));
});

test("a body that is not text is re-signed over its bytes", async () => {
  const body = BODIES["every byte there is"];
  const sent = await forwarded("signed", delivery(sign, { body }));
  const key = Buffer.from(originSecrets[0].replace("whsec_", ""), "base64");
  const expected = v1Bytes(key, sent.header("webhook-id"), sent.header("webhook-timestamp"), body);
  assert.equal(sent.header("webhook-signature"), expected);
});

/** One text on the wire in its spellings: as UTF-8, as that encoded once more, as Latin-1, and as what is no text at all. */
const SPELLINGS = {
  "UTF-8": Buffer.from("é"),
  "UTF-8, encoded twice": Buffer.from("Ã©"),
  "Latin-1": Buffer.from([0xe9]),
  "half a character": Buffer.from([0xc3]),
};

for (const [what, odd] of Object.entries(SPELLINGS)) {
  test(`an id beyond ASCII is refused, however it is spelt: ${what}`, async () => {
    const before = origin.requests.length;
    for (const signedAs of Object.values(SPELLINGS)) {
      for (const path of ["std", "signed"]) {
        const id = newId();
        const signed = Buffer.concat([Buffer.from(`${id}-`), signedAs]);
        const signature = v1Over(Buffer.concat([signed, Buffer.from(`.${now()}.{}`)]));
        const headers = [["webhook-id", Buffer.concat([Buffer.from(`${id}-`), odd])], ["webhook-timestamp", String(now())], ["webhook-signature", signature]];
        refused(await worker.post(path, { headers, body: "{}" }), 400, "invalid_header");
      }
    }
    assert.equal(origin.requests.length, before);
  });

  test(`what stands beside the signature that holds goes on as it came, or not at all: ${what}`, async () => {
    const made = delivery(sign);
    const [, right] = made.headers.find(([name]) => name === "webhook-signature");
    const odder = withHeader(made, "webhook-signature", Buffer.concat([Buffer.from(`${right} v9,`), odd]));
    const reply = await worker.post("std", odder);
    if (reply.status !== 200) return refused(reply, 400, "invalid_header");
    const [, bytes] = origin.requests.at(-1).lines.find(([name]) => name === "webhook-signature");
    assert.ok(bytes.toString("latin1").startsWith(right));
    if (Buffer.from(odd.toString()).equals(odd)) assert.deepEqual(bytes, Buffer.concat([Buffer.from(`${right} v9,`), odd]));
  });
}

const v1Over = (content) => `v1,${crypto.createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(content).digest("base64")}`;

test("a delivery whose body has a fresh timestamp in it is not accepted under another boundary", async () => {
  const [old, fresh] = [now() - 86_400, now()];
  for (const [first, rest] of [['{"a":1', '{"b":2}'], ["a=1&at=", "&b=2"], ["<x>", "</x>"], ["", "{}"], ["a.b.c", "d.e"]]) {
    const signature = v1Over(`msg_1.${old}.${first}.${fresh}.${rest}`);
    for (const path of ["std", "signed"]) {
      const headers = [["webhook-id", `msg_1.${old}.${first}`], ["webhook-timestamp", String(fresh)], ["webhook-signature", signature]];
      refused(await worker.post(path, { headers, body: rest }), 400, "invalid_header");
    }
  }
  for (const id of [`evt.1.${newId()}`, `2024.12.1.${newId()}`]) await forwarded("std", delivery(sign, { id }));
});
