// `inspect` and `explain`: what a report says, whatever is passed.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, NOW, SECRET, at, headersFor, thrown } from "./fixtures/delivery.mjs";

const { explain, inspect } = await import(`${installed}/dist/node/explain.js`);
const { Webhook, gemini, geminiDynamic, standard } = await import(`${installed}/dist/node/index.js`);

test("a report finds a hex or text secret that is taken for base64", async () => {
  const near = async (secret, key) => (await inspect(standard(secret), BODY, headersFor(BODY, { key }), at)).nearMisses.map(({ code }) => code);
  assert.deepEqual(await near("ab".repeat(24), Buffer.alloc(24, 0xab)), ["secret_hex"]);
  assert.deepEqual(await near(SECRET, Buffer.from(SECRET)), ["secret_as_text"]);
});

test("milliseconds instead of seconds are named", async () => {
  const headers = headersFor(BODY, { at: NOW * 1000 });
  assert.match(thrown(() => new Webhook(SECRET).verify(BODY, headers, at)).message, /milliseconds/);
  const report = await inspect(standard(SECRET), BODY, headers, at);
  assert.equal(report.steps.find(({ name }) => name === "age").detail, "the timestamp is in milliseconds");
});

test("a report never throws, whatever is passed", async () => {
  const things = [undefined, null, 7, "", "a", {}, [], new Map(), new Headers(), new Request("https://a.example/"), Symbol.iterator, () => {}, new Proxy({}, { get: () => { throw new Error("no"); } })];
  for (const payload of things) {
    for (const headers of things) {
      const report = await inspect(standard(SECRET), payload, headers, at);
      assert.equal(report.ok, false);
      assert.ok(report.steps.length > 0 && typeof report.code === "string");
      assert.ok(report.verdict.state !== "genuine" && report.verdict.detail.length > 0);
    }
  }
});

test("a report leaves the request readable, and shows the bytes that were compared", async () => {
  const request = new Request("https://a.example/", { method: "POST", headers: HEADERS, body: `${BODY}\n` });
  const report = await inspect(gemini(SECRET), request, at);
  assert.equal(await request.text(), `${BODY}\n`);
  assert.equal(new TextDecoder().decode(report.signedContent), `msg_1.${NOW}.${BODY}\n`);
  assert.equal(report.nearMisses[0].code, "final_newline_removed");
  const stranger = await inspect(gemini(SECRET), BODY, { "svix-id": "a", "svix-timestamp": "1", "svix-signature": "v1," }, at);
  assert.match(stranger.steps[0].fix, /scheme `svix`/);
  const empty = await inspect(gemini(SECRET), "", HEADERS, at);
  assert.deepEqual([empty.verdict.state, empty.verdict.code], ["waiting", "waiting_for_body"]);
});

test("a near miss has what would have matched, unless that is a secret", async () => {
  const added = await inspect(gemini(SECRET), `${BODY}\n`, HEADERS, at);
  assert.deepEqual(added.nearMisses[0].instead, { body: new TextEncoder().encode(BODY) });
  const hex = Buffer.from(HEADERS["webhook-signature"].slice(3), "base64").toString("hex");
  const spelled = await inspect(gemini(SECRET), BODY, { ...HEADERS, "webhook-signature": `v1,${hex}` }, at);
  assert.deepEqual(spelled.nearMisses[0].instead, { headers: [["webhook-signature", HEADERS["webhook-signature"]]] });
  const quoted = await explain({ scheme: "gemini", secrets: `"${SECRET}"` }, BODY, HEADERS, at);
  assert.equal(quoted.nearMisses[0].code, "secret_unquoted");
  assert.ok(quoted.nearMisses.every((near) => !("instead" in near)));
});

test("a report has the signed bytes, part by part and in one piece", async () => {
  const names = ({ signed }) => signed.map(({ part }) => part);
  const inspect = (scheme, headers, options) => explain({ scheme, secrets: SECRET }, BODY, headers, { ...at, ...options });
  const content = ({ signedContent }) => new TextDecoder().decode(signedContent);
  const behind = await inspect("retell", { "x-retell-signature": `v=${NOW}000,d=${"0".repeat(64)}` });
  assert.deepEqual([names(behind), content(behind)], [["body", "timestamp"], `${BODY}${NOW}000`]);
  const url = "https://hooks.example/a?b=%ff";
  const request = { "x-hubspot-signature-v3": "a", "x-hubspot-request-timestamp": `${NOW}000` };
  const whole = await inspect("hubspot", request, { url, method: "PUT" });
  assert.deepEqual([names(whole), content(whole)], [["method", "derived", "body", "timestamp"], `PUT${url}${BODY}${NOW}000`]);
  const form = await explain({ scheme: "twilio", secrets: SECRET }, "a=%ff", { "x-twilio-signature": "a" }, { ...at, url });
  assert.deepEqual(form.signed[1], { part: "derived", base64: "Yf8=" });
  assert.deepEqual([...form.signedContent.slice(-2)], [0x61, 0xff]);
  const token = await inspect("gitlab-token", { "x-gitlab-token": SECRET });
  assert.deepEqual([token.signed, token.signedContent.length], [[], 0]);
  assert.equal((await inspect("hubspot", request)).signed, undefined);
});

test("explain reports like inspect", async () => {
  const { publicKey } = crypto.generateKeyPairSync("ed25519");
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] };
  const plain = (report) => JSON.parse(JSON.stringify(report));
  assert.deepEqual(plain(await explain({ scheme: "gemini", secrets: SECRET }, BODY, HEADERS, at)), plain(await inspect(gemini(SECRET), BODY, HEADERS, at)));
  const signed = { ...HEADERS, "webhook-signature": `v1a,${Buffer.alloc(64).toString("base64")}` };
  const dynamic = plain(await inspect(geminiDynamic({ jwks }), BODY, signed, at));
  for (const document of [jwks, JSON.stringify(jwks), Buffer.from(JSON.stringify(jwks))]) {
    assert.deepEqual(plain(await explain({ scheme: "gemini-dynamic", jwks: document }, BODY, signed, at)), dynamic);
  }
  const request = new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY });
  assert.equal((await explain({ scheme: "standard-webhooks", secrets: [SECRET] }, request, at)).ok, true);
});

test("an invalid receiver is reported, and nothing throws", async () => {
  const code = async (receiver) => (await explain(receiver, BODY, HEADERS, at)).code;
  assert.equal(await code({ scheme: "standard-webhooks", secrets: `"${SECRET}"` }), "invalid_secret");
  assert.equal(await code({ scheme: "standard-webhooks", secrets: [SECRET, ""] }), "empty_secret");
  assert.equal(await code({ scheme: "standard-webhooks", secrets: 7 }), "invalid_secret");
  assert.equal(await code({ scheme: "standard-webhooks" }), "keys_unavailable");
  assert.equal(await code({ scheme: "gemini-dynamic", jwks: "{}" }), "jwks_invalid");
  for (const receiver of [undefined, {}, { scheme: "nobody", secrets: SECRET }]) assert.equal(await code(receiver), "config_invalid");
  assert.equal(await code({ scheme: "gemini", secrets: SECRET, tolerance: -1 }), "config_invalid");
  assert.equal((await explain({ scheme: "gemini", secrets: SECRET }, JSON.parse(BODY), HEADERS, at)).steps[0].name, "body");
});
