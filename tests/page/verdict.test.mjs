// A verdict is no more certain than the pasted text allows: the key is blamed only if body and headers are whole, and the page waits for
// what is missing.

import { beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { drawn, paste, pick, verdict, verdictCode } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString("base64")}`;
const BODY = '{"type":"batch.succeeded","data":{"id":"batch_1","list":[1,2]}}';
const NOW = Math.floor(Date.now() / 1000);
const signature = (key = KEY) => `v1,${createHmac("sha256", key).update(`msg_1.${NOW}.${BODY}`).digest("base64")}`;
const headers = (value = signature()) => `content-type: application/json\nwebhook-id: msg_1\nwebhook-timestamp: ${NOW}\nwebhook-signature: ${value}\n`;

const page = await visit();

beforeEach(() => page.click("#clear"));

/** The verdict over the current fields. */
async function over({ scheme = "standard-webhooks", headers: lines = headers(), body = BODY, secret = SECRET }) {
  await pick(page, "sender", scheme);
  await page.fill("#headers", lines);
  await page.fill("#body", body);
  if (scheme !== "gemini-dynamic") await page.fill("#secret", secret);
  await drawn(page);
  return { state: await verdict(page), text: await page.locator("#verdict-text").innerText() };
}

const OTHER_ENDPOINT = /another endpoint/;

test("with a whole body, the key most likely belongs to another endpoint", async () => {
  const { state, text } = await over({ headers: headers(signature(Buffer.alloc(32, 8))) });
  assert.equal(state, "refused");
  assert.equal(await verdictCode(page), "no_matching_signature");
  assert.match(text, OTHER_ENDPOINT);
});

test("without a body, the page waits for it", async () => {
  for (const scheme of ["standard-webhooks", "gemini"]) {
    const { state, text } = await over({ scheme, body: "" });
    assert.equal(state, "waiting");
    assert.match(text, /^Waiting for the body/);
    assert.doesNotMatch(text, OTHER_ENDPOINT);
  }
  await page.fill("#secret", "");
  await drawn(page);
  assert.match(await page.locator("#verdict-text").innerText(), /^Waiting for the key[\s\S]*The body is missing, too/);
});

test("a changed body is named, and the key is not blamed", async () => {
  const bodies = {
    "[object Object]": /\[object Object\]/,
    undefined: /undefined/,
    [BODY.slice(0, -9)]: /cut off/,
    [JSON.stringify(BODY)]: /twice/,
    [BODY.replaceAll('"', "'")]: /not JSON/,
    [BODY.replaceAll('"', "&quot;")]: /not JSON|&quot;|changed/,
    "{}": /\{\}/,
  };
  for (const [body, reason] of Object.entries(bodies)) {
    const { state, text } = await over({ body });
    assert.equal(state, "refused", body);
    assert.doesNotMatch(text, OTHER_ENDPOINT, body);
    if (!/It matches if/.test(text)) assert.match(text, reason, body);
  }
});

test("keys of another kind are named", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const whpk = `whpk_${Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url").toString("base64")}`;
  const spki = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const v1a = `v1a,${sign(null, Buffer.from(`msg_1.${NOW}.${BODY}`), privateKey).toString("base64")}`;
  for (const given of [{ secret: whpk }, { secret: spki }, { secret: `whsec_${spki}` }, { headers: headers(v1a) }]) {
    const { state, text } = await over(given);
    assert.equal(state, "refused", text);
    assert.match(text, /public key|shared secret/, text);
    assert.doesNotMatch(text, OTHER_ENDPOINT);
  }
  assert.equal((await over({ headers: headers(v1a), secret: whpk })).state, "genuine");
});

test("a token alone is named, with what it needs", async () => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${part({ alg: "RS256", typ: "JWT" })}.${part({ aud: "my-project", exp: NOW + 60 })}.${"A".repeat(342)}`;
  for (const text of [token, `webhook-signature: ${token}`, `Webhook-Signature: ${token}\n\n{}`]) {
    await page.click("#clear");
    await paste(page, text);
    const said = await page.locator("#verdict-text").innerText();
    assert.equal(await verdict(page), "waiting");
    assert.match(said, /token \(JWT\)/);
    assert.match(said, /my-project/);
    assert.doesNotMatch(said, /missing/);
    assert.equal(await page.locator("#token").isVisible(), true);
  }
  const { text } = await over({ scheme: "gemini", headers: `webhook-signature: ${token}\n` });
  assert.match(text, /Choose Gemini’s dynamic webhooks/);
});

test("a body alone waits for its headers", async () => {
  await paste(page, BODY);
  assert.equal(await verdict(page), "waiting");
  assert.match(await page.locator("#verdict-text").innerText(), /^Waiting for the headers/);
});

test("another sender's delivery is named, pasted or typed, unless it has a signature of the family as well", async () => {
  const github = 'X-GitHub-Event: push\nX-Hub-Signature-256: sha256=aa\ncontent-type: application/json\n';
  await paste(page, "POST / HTTP/1.1\nX-Gitea-Event: push\nX-Gitea-Signature: aa\ncontent-type: application/json\n\n{}");
  assert.equal(await verdict(page), "other");
  for (const scheme of ["standard-webhooks", "svix", "gemini"]) {
    const { state, text } = await over({ scheme, headers: github });
    assert.equal(state, "other");
    assert.match(text, /delivery of GitHub.*Choose it as the sender/);
    assert.doesNotMatch(await page.locator(".outcome").innerText(), /missing/);
  }
  assert.equal((await over({ headers: `${headers()}stripe-signature: t=1,v1=aa\n` })).state, "genuine");
});

test("the page explains with any key, and says which ones a receiver refuses", async () => {
  const short = Buffer.from("short key");
  const given = { secret: `whsec_${short.toString("base64")}`, headers: headers(signature(short)) };
  assert.equal((await over(given)).state, "genuine");
  assert.match(await page.locator(".key-note").innerText(), /refuse this one.*9/);
  assert.equal((await over({})).state, "genuine");
  assert.equal(await page.locator(".key-note").count(), 0);
});
