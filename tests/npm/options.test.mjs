// Options and secrets that cannot be intended: refused at construction, with the right one.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, NOW, SECRET, at, caught } from "./fixtures/delivery.mjs";

const { explain, inspect } = await import(`${installed}/dist/node/explain.js`);
const jwt = await import(`${installed}/dist/node/jwt.js`);
const { Webhook, gemini, geminiDynamic, github, gitlabToken, standard, stripe, svix } = await import(`${installed}/dist/node/index.js`);
const hmac = await import(`${installed}/dist/node/hmac.js`);
const custom = await import(`${installed}/dist/node/custom.js`);

test("unknown options are refused by name, with the right one", async () => {
  const settings = [
    ["tolerence", "tolerance"], ["tolarance", "tolerance"], ["Tolerance", "tolerance"], ["toleranceInSeconds", "tolerance"], ["toleranc", "tolerance"],
  ];
  for (const [wrong, right] of settings) {
    for (const make of [(options) => new Webhook(SECRET, options), (options) => new hmac.Webhook(SECRET, options), (options) => gemini(SECRET, options), (options) => hmac.svix(SECRET, options), (options) => geminiDynamic(options)]) {
      for (const value of [300, undefined]) {
        assert.throws(() => make({ [wrong]: value }), (error) => error.code === "config_invalid" && error.status === 500 && error.message.includes(`no option \`${wrong}\`; did you mean \`${right}\`?`), wrong);
      }
    }
  }
  for (const [wrong, right] of [["url_token", "urlToken"], ["token", "urlToken"], ["jwksUrl", "jwks"], ["jwks_uri", "jwks"], ["aud", "audience"], ["iss", "issuer"], ["accepts", "accept"], ["fetcher", "fetch"]]) {
    assert.throws(() => geminiDynamic({ [wrong]: "a" }), new RegExp(`no option \`${wrong}\`; did you mean \`${right}\``));
  }
  assert.throws(() => geminiDynamic({ secret: SECRET }), /no option `secret`.*gemini\(secret\)/);
  for (const [wrong, right] of [["jsonparse", "jsonParse"], ["parseJson", undefined], ["json", "jsonParse"], ["waituntil", "waitUntil"], ["time", undefined]]) {
    for (const given of [[BODY, HEADERS, { [wrong]: true }], [new Request("https://a.example/", { method: "POST", headers: HEADERS, body: BODY }), { [wrong]: true }]]) {
      const error = await caught(standard(SECRET).unwrap(...given));
      assert.ok(error.message.includes(right === undefined ? `no option \`${wrong}\`` : `did you mean \`${right}\``), error.message);
    }
    assert.throws(() => new Webhook(SECRET).verify(BODY, HEADERS, { [wrong]: true }), /no option/);
  }
  const report = await explain({ scheme: "gemini", secret: SECRET }, BODY, HEADERS, at);
  assert.deepEqual([report.code, /no option `secret`; did you mean `secrets`/.test(report.steps[0].detail)], ["config_invalid", true]);
});

test("a second secret as second argument is refused, and a name that may be a secret is not repeated", () => {
  for (const make of [gemini, standard, svix, hmac.gemini, (...given) => new Webhook(...given), (...given) => new hmac.Webhook(...given)]) {
    for (const second of [SECRET, Buffer.from("a key of bytes"), [SECRET], "300", 300, true]) assert.throws(() => make(SECRET, second), /options are an object.*`\[a, b\]`/);
  }
  assert.throws(() => gemini(SECRET, { [SECRET]: true }), (error) => error.code === "config_invalid" && !error.message.includes(SECRET.slice(6)));
});

test("milliseconds instead of seconds are refused, common numbers of seconds are not", async () => {
  const makers = [(tolerance) => new Webhook(SECRET, { tolerance }), (tolerance) => gemini(SECRET, { tolerance }), (tolerance) => hmac.standard(SECRET, { tolerance }), (tolerance) => geminiDynamic({ tolerance }), (leeway) => jwt.geminiDynamic({ accept: ["jwt"], audience: "me", leeway })];
  for (const make of makers) {
    for (const minutes of [0.5, 1, 2, 3, 4, 5, 6, 9, 10, 15, 20, 30, 45, 60, 90, 120, 60 * 24]) {
      assert.throws(() => make(minutes * 60_000), (error) => error.code === "config_invalid" && error.message.includes(`write ${minutes * 60}`), `${minutes} minutes`);
    }
    const seconds = [0, 1, 60, 300, 600, 1000, 5000, ...[1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 36, 48].map((hours) => hours * 3600), ...[2, 3, 4, 5, 7, 10, 14, 30, 90, 365].map((days) => days * 86_400), 1e10];
    for (const value of seconds) assert.doesNotThrow(() => make(value), `${value} s`);
  }
  for (const now of [NOW * 1000, Date.now(), 1e11]) {
    assert.equal((await caught(standard(SECRET).unwrap(BODY, HEADERS, { now }))).status, 500);
    assert.throws(() => new Webhook(SECRET).verify(BODY, HEADERS, { now }), /milliseconds/);
    assert.throws(() => new Webhook(SECRET).sign("a", now, BODY), { code: "invalid_timestamp", status: 500 });
    const report = await inspect(standard(SECRET), BODY, HEADERS, { now });
    assert.match(report.steps[0].detail, /milliseconds/);
  }
  for (const now of [String(NOW), null, "now", {}, true, Number.NaN]) assert.throws(() => new Webhook(SECRET).verify(BODY, HEADERS, { now }), /a time is a `Date`/);
  for (const now of [NOW, NOW + 0.5, new Date(NOW * 1000)]) assert.deepEqual(new Webhook(SECRET).verify(BODY, HEADERS, { now }), JSON.parse(BODY));
});

test("`tolerance` is refused for senders that sign no time, where nothing would be judged by it", async () => {
  const undated = [(given) => github("a secret of sixteen", given), (given) => hmac.github("a secret of sixteen", given), (given) => gitlabToken("a secret of sixteen", given), (given) => custom.hmac({ signature: { header: "X-Signature" } })("a secret of sixteen", given)];
  for (const make of undated) assert.throws(() => make({ tolerance: 600 }), { code: "config_invalid", message: /`tolerance` does not go with a sender that signs no time; remove it/ });
  for (const make of [(given) => stripe("whsec_a_secret_of_sixteen", given), (given) => hmac.slack("a secret of sixteen", given), (given) => gemini(SECRET, given)]) assert.doesNotThrow(() => make({ tolerance: 600 }));
  const report = await explain({ scheme: "github", secrets: ["a secret of sixteen"], tolerance: 600 }, BODY, {}, at);
  assert.equal(report.code, "config_invalid");
});

test("a key set comes by https, or from a loopback host", () => {
  for (const url of ["https://keys.example/", "http://localhost/k", "http://127.0.0.1:8080/k", "http://[::1]/k"]) assert.doesNotThrow(() => geminiDynamic({ jwks: url }), url);
  for (const url of ["http://keys.example/", "http://localhost.keys.example/", "http://127.0.0.1.keys.example/", "http://keys.localhost/", "ftp://localhost/k"]) assert.throws(() => geminiDynamic({ jwks: url }), { code: "config_invalid", message: /not an https URL/ }, url);
});

test("a missing environment at build time breaks no import", async () => {
  const signed = ["", { "webhook-signature": "a.b.c" }, at];
  const audience = jwt.geminiDynamic({ jwks: { keys: [] }, accept: ["jwt"], audience: process.env.NOBODY_SET_THIS });
  const error = await caught(audience.unwrap(...signed));
  assert.deepEqual([error.code, error.status], ["config_invalid", 500]);
  assert.match(error.message, /`audience` is empty or not given/);
  assert.equal((await inspect(audience, ...signed)).code, "config_invalid");
});

test("guessable, published and public keys are refused at construction", async () => {
  const spki = crypto.generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const table = [
    [`whsec_${base64("fifteen bytes!!")}`, "weak_secret", true], ["whsec_aaaa", "weak_secret", true], [Buffer.from("short"), "weak_secret", true],
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "invalid_secret", true], [`whsec_${base64(spki)}`, "invalid_secret", false], [spki, "invalid_secret", false],
  ];
  for (const [secret, code, isAllowed] of table) {
    for (const make of [(options) => new Webhook(secret, options), (options) => standard([SECRET, secret], options), (options) => gemini(secret, options), (options) => new hmac.Webhook(secret, options), (options) => hmac.svix(secret, options)]) {
      for (const options of [undefined, {}, { allowShortKeys: false }]) assert.throws(() => make(options), { code, status: 500 });
      if (isAllowed) make({ allowShortKeys: true });
      else assert.throws(() => make({ allowShortKeys: true }), { code, status: 500 });
      assert.throws(() => make({ allowShortKeys: "true" }), { code: "config_invalid" });
      assert.throws(() => make({ allow_short_keys: true }), /did you mean `allowShortKeys`/);
    }
  }
  assert.throws(() => new Webhook("whsec_aaaa"), /`allowShortKeys: true`/);
  assert.doesNotThrow(() => new Webhook(`whsec_${base64("sixteen bytes!!!")}`));
});
