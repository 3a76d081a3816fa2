// `countersign/hmac`: what it shares with `countersign`, and what it leaves out.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, NOW, SECRET, at, headersFor, thrown } from "./fixtures/delivery.mjs";

const hmac = await import(`${installed}/dist/node/hmac.js`);
const whole = await import(`${installed}/dist/node/index.js`);

test("both verify each other's signatures, at every size", () => {
  for (const length of [0, 1, 55, 400, 8192, 16_400, 100_000]) {
    for (const body of [JSON.stringify("ä".repeat(length)), Buffer.from(JSON.stringify("a".repeat(length)))]) {
      const signature = new hmac.Webhook(SECRET).sign("msg_1", NOW, body);
      assert.equal(signature, new whole.Webhook(SECRET).sign("msg_1", NOW, body));
      for (const { Webhook } of [hmac, whole]) assert.deepEqual(new Webhook(SECRET).verify(body, headersFor(body), at), JSON.parse(body.toString()));
    }
  }
});

test("both fail with the same class, code and message", async () => {
  const late = { now: NOW + 301 };
  const other = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const cases = [
    ({ Webhook }) => new Webhook("").verify(BODY, HEADERS, at),
    ({ Webhook }) => new Webhook(SECRET, { tolerence: 60 }),
    ({ Webhook }) => new Webhook(SECRET, { tolerance: 300_000 }),
    ({ Webhook }) => new Webhook(SECRET).verify(BODY, Promise.resolve(HEADERS), at),
    ({ Webhook }) => new Webhook("my secret"),
    ({ Webhook }) => new Webhook(`"${SECRET}"`),
    ({ Webhook }) => new Webhook(7),
    ({ Webhook }) => new Webhook(SECRET, { format: "hex" }),
    ({ Webhook }) => new Webhook(SECRET, { tolerance: Number.NaN }),
    ({ Webhook }) => new Webhook(SECRET).verify(JSON.parse(BODY), HEADERS, at),
    ({ Webhook }) => new Webhook(SECRET).verify(BODY, {}, at),
    ({ Webhook }) => new Webhook(SECRET).verify(BODY, { ...HEADERS, "webhook-timestamp": "1700000000.0" }, at),
    ({ Webhook }) => new Webhook(SECRET).verify(BODY, { ...HEADERS, "webhook-signature": "v1,a ".repeat(1025) }, at),
    ({ Webhook }) => new Webhook(SECRET).verify(BODY, HEADERS, late),
    ({ Webhook }) => new Webhook(other).verify(BODY, HEADERS, at),
    ({ Webhook }) => new Webhook(SECRET).verify("nope", headersFor("nope"), at),
  ];
  for (const act of cases) {
    const [ours, theirs] = [thrown(() => act(hmac)), thrown(() => act(whole))];
    assert.ok(ours instanceof whole.WebhookVerificationError, String(ours.stack));
    assert.deepEqual([ours.code, ours.status, ours.header, ours.message], [theirs.code, theirs.status, theirs.header, theirs.message]);
    assert.deepEqual(await ours.toResponse().json(), await theirs.toResponse().json());
  }
});

test("requests, several secrets, Svix", async () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const request = new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY });
  const { id, keyIndex, scheme, event } = await hmac.gemini([other, SECRET]).unwrap(request, at);
  assert.deepEqual([id, keyIndex, scheme, event], ["msg_1", 1, "v1", JSON.parse(BODY)]);
  const branded = Object.fromEntries(Object.entries(headersFor(BODY, { id: "msg_2" })).map(([name, value]) => [name.replace("webhook", "svix"), value]));
  assert.equal((await hmac.svix(SECRET).unwrap(BODY, { ...HEADERS, ...branded }, at)).id, "msg_2");
});

test("a public key is refused, and a signature by it does not match", async () => {
  const error = thrown(() => new hmac.Webhook("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="));
  assert.deepEqual([error.code, error.status], ["invalid_secret", 500]);
  assert.match(error.message, /`whpk_` is a public key/);
  const { privateKey } = crypto.generateKeyPairSync("ed25519");
  const signature = crypto.sign(null, Buffer.from(`msg_1.${NOW}.${BODY}`), privateKey).toString("base64");
  const signed = { ...HEADERS, "webhook-signature": `v1a,${signature}` };
  assert.equal(thrown(() => new hmac.Webhook(SECRET).verify(BODY, signed, at)).code, "no_matching_signature");
});

test("both work in one program", async () => {
  const [small, large] = [hmac.standard(SECRET), whole.standard(SECRET)];
  for (const verifier of [small, large, small]) assert.equal((await verifier.unwrap(BODY, HEADERS, at)).id, "msg_1");
});
