// `countersign/testing`: a request of every sender passes, and each way to break one is refused for its reason.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { installed } from "./fixtures/app.mjs";

const entries = await Promise.all(["index", "jwt", "ecdsa"].map((entry) => import(`${installed}/dist/node/${entry}.js`)));
const hmac = await import(`${installed}/dist/node/hmac.js`);
const { testHandshake, testKeys, testRequest } = await import(`${installed}/dist/node/testing.js`);

const [index, jwt] = entries;
const senders = Object.entries(Object.assign({}, ...entries.toReversed())).filter(([, value]) => typeof value === "function" && value.prototype === undefined);

/** The codes that a broken delivery may have. */
const CODES = {
  stale: ["timestamp_too_old", "jwt_expired"],
  future: ["timestamp_too_new"],
  body: ["no_matching_signature", "invalid_body"],
  key: ["no_matching_signature"],
  unsigned: ["missing_header"],
};

/** The receiver of a sender, with the keys of a test. */
const receiver = (sender, { secret, jwks, ...identity }) => (jwks === undefined ? sender(secret, { allowShortKeys: true }) : sender({ jwks, ...identity }));

/** The code of a request's refusal, or "accept". */
const outcome = (verifier, request) => verifier.unwrap(request, { jsonParse: false }).then(() => "accept", ({ code, message }) => code ?? message);

test("the senders are all there", () => assert.ok(senders.length > 60, `${senders.length}`));

for (const [name, sender] of senders) {
  test(`${name}: genuine, and broken in every way`, async () => {
    const keys = await testKeys(sender);
    const verifier = receiver(sender, keys);
    assert.equal(await outcome(verifier, await testRequest(sender, { keys })), "accept");
    const ways = [];
    for (const [broken, codes] of Object.entries(CODES)) {
      let request;
      try {
        request = await testRequest(sender, { keys, broken });
      } catch (error) {
        assert.match(error.message, /^`broken` is one of /);
        continue;
      }
      const found = await outcome(verifier, request);
      assert.ok(codes.includes(found), `${broken}: ${found}`);
      ways.push(broken);
    }
    assert.ok(ways.length >= 1 || name === "adyen" || name === "adyenStandard", `${name}: ${ways}`);
  });
}

test("a secret of one's own, an event, a type with data, and a time", async () => {
  for (const [sender, secret] of [
    [index.stripe, "whsec_aSecretThatStripeShows0123"], [hmac.stripe, "whsec_aSecretThatStripeShows0123"], [index.github, "a secret of the user's own"], [index.gemini, "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"],
    [index.standard, "q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"], [index.openai, "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"], [index.supabaseAuth, "v1,whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"],
    [index.supabaseAuth, "v1,whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP|v1,whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX"], [index.polar, "whsec_that a merchant chose"],
    [index.supabaseAuth, "|v1,whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP | v1,whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX"], [index.supabaseAuth, "v1,whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP\nv1,whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX"],
    [index.polar, "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"], [index.polar, "v1,whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP"],
    [index.polar, "polar_whs_q4f1Zx8mB0yR2tUvW3sK5nJ7"],
  ]) {
    const { id, event } = await sender(secret).unwrap(await testRequest(sender, { secret, event: { id: "evt_1", type: "a.b", amount: 5 } }));
    assert.deepEqual([event.id, event.type, event.amount], ["evt_1", "a.b", 5]);
    if (sender === index.stripe) assert.equal(id, "evt_1");
    await sender(secret).unwrap(await testRequest(sender, { secret: `${secret}\n` }));
    assert.equal(await outcome(sender(secret), await testRequest(sender, { secret, broken: "body" })), "no_matching_signature");
  }
  const secret = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
  for (const now of [1_700_000_000, new Date(1_700_000_000_500)]) {
    const request = await testRequest(index.gemini, { secret, type: "video.generated", data: { id: "video_1" }, id: "msg_7", now });
    const { id, event, timestamp } = await index.gemini(secret).unwrap(request, { now });
    assert.deepEqual([id, event.type, event.data, timestamp.getTime()], ["msg_7", "video.generated", { id: "video_1" }, 1_700_000_000_000]);
  }
});

test("each sender sends events of its own, and no event twice", async () => {
  for (const [name, sender] of senders) {
    const keys = await testKeys(sender);
    const requests = await Promise.all([1, 2].map(() => testRequest(sender, { keys })));
    const [body] = await Promise.all(requests.map((request) => request.clone().text()));
    assert.equal(body.includes("batch.succeeded"), ["standard", "svix", "gemini", "geminiDynamic"].includes(name), `${name}: ${body}`);
    const verifier = receiver(sender, keys);
    const [one, other] = await Promise.all(requests.map(async (request) => (await verifier.unwrap(request, { jsonParse: false })).id));
    // Adyen signs members of its own, which are the same in each sample.
    assert.ok(one !== other || name === "adyenStandard", `${name}: ${one}`);
  }
});

test("a type goes where the sender states it", async () => {
  const secret = "a secret of the user's own";
  const pull = await testRequest(index.github, { secret });
  assert.deepEqual([pull.headers.get("x-github-event"), (await pull.json()).action], ["pull_request", "opened"]);
  assert.equal((await testRequest(index.github, { secret, type: "push" })).headers.get("x-github-event"), "push");
  const { event } = await index.stripe(secret).unwrap(await testRequest(index.stripe, { secret, type: "invoice.paid" }));
  assert.deepEqual([event.type, event.object], ["invoice.paid", "event"]);
  await assert.rejects(testRequest(index.twilio, { secret, type: "a" }), /have no type: pass `event`/);
});

test("a signed URL is that of the request", async () => {
  const secret = "a secret of the user's own";
  for (const url of ["https://app.example.com/hooks?x=1", new URL("https://app.example.com/hooks?x=1")]) {
    const request = await testRequest(index.twilio, { secret, url });
    assert.equal(request.url, "https://app.example.com/hooks?x=1");
    assert.equal(await outcome(index.twilio(secret), request), "accept");
  }
});

test("a throwaway key set signs v1a", async () => {
  const keys = await testKeys(index.geminiDynamic);
  assert.ok(keys.jwks.keys.length > 1);
  for (const { geminiDynamic } of [index, jwt]) assert.equal(await outcome(geminiDynamic({ jwks: keys.jwks }), await testRequest(geminiDynamic, { keys })), "accept");
});

/** A receiver that answers handshakes. */
const { webhook } = await import(`${installed}/dist/node/adapters/bun.js`);
const receiving = (verifier, options) => webhook(verifier, () => assert.fail("a handshake is no event"), { log: false, ...options });

const ASKING = ["slack", "zoom", "twitch", "meta", "intercom", "heygen", "discord", "okta"];

for (const name of ASKING) {
  test(`${name}: a handshake that our adapter answers, and others do not`, async () => {
    const keys = await testKeys(index[name]);
    const token = name === "meta" ? { verifyToken: "a-verify-token-of-some-length" } : {};
    const receive = receiving(receiver(index[name], keys), token);
    const { request, check } = await testHandshake(index[name], { keys, url: "https://app.example.com/hooks?a=1", ...token });
    assert.match(request.url, /^https:\/\/app\.example\.com\/hooks\?a=1(&|$)/);
    const response = await receive(request);
    await check(response);
    assert.ok(!response.bodyUsed, "the test can look at it too");
    await assert.rejects(check(new Response("", { status: 404 })), /wants status 200 and .*; the response has 404 and ``$/);
    if (!["intercom", "heygen"].includes(name)) await assert.rejects(check(new Response("ok")), /; the response has 200 and `ok`$/);
  });
}

test("a handshake is as a handler by hand expects it, and its reply as the sender reads it", async () => {
  const secret = "a secret of the user's own";
  const twitch = await testHandshake(index.twitch, { secret });
  assert.equal(twitch.request.headers.get("twitch-eventsub-message-type"), "webhook_callback_verification");
  const { challenge } = await twitch.request.json();
  await twitch.check(new Response(challenge));
  await assert.rejects(twitch.check(Response.json({ challenge })), /wants status 200 and the challenge/);
  const slack = await testHandshake(index.slack, { secret });
  await slack.check(Response.json({ challenge: (await slack.request.json()).challenge }));
  const zoom = await testHandshake(hmac.zoom, { secret: `${secret}\n` });
  const { payload: { plainToken } } = await zoom.request.json();
  const reply = (key) => Response.json({ encryptedToken: createHmac("sha256", key).update(plainToken).digest("hex"), plainToken });
  await zoom.check(reply(secret));
  await assert.rejects(zoom.check(reply("another secret")), /its HMAC-SHA256 by the secret as hex/);
  for (const [given, message] of [
    [[index.stripe, { secret }], /this sender asks nothing of an endpoint; those that do are `slack`, /],
    [[index.meta, { secret }], /`verifyToken` is the token that you give the sender/],
    [[index.slack, { secret, verifyToken: "t" }], /for a sender that asks for one/],
    [[index.zoom, {}], /`secret` is the receiver's secret/],
    [[index.okta, {}], /`secret` is the receiver's secret/],
    [[index.slack, { secret, type: "a" }], /there is no option `type`/],
    [["slack", { secret }], /did you mean `slack`, without quotes/],
  ]) await assert.rejects(testHandshake(...given), ({ message: said }) => message.test(said), String(message));
  await assert.rejects(slack.check("ok"), /`check` takes a `Response`/);
});

test("wrong arguments name the fix", async () => {
  for (const [given, message] of [
    [["stripe", { secret: "a" }], /the function of a sender, like `stripe`.*; did you mean `stripe`, without quotes\?$/],
    [["Githb", { secret: "a" }], /did you mean `github`, without quotes\?$/],
    [["nobody at all", { secret: "a" }], /from the same copy of this package$/],
    [[index.stripe, {}], /`secret` is the receiver's secret/],
    [[index.stripe, { secret: " \n" }], /`secret` is the receiver's secret/],
    [[index.discord, { secret: "a" }], /`await testKeys\(…\)`/],
    [[index.supabaseAuth, { secret: "|" }], /`secret` is no secret of this sender's/],
    [[index.svix, { secret: "whsec_that is not base64" }], /`secret` is no secret of this sender's/],
    [[index.stripe, { keys: {} }], /`keys` is what `testKeys` returned/],
    [[index.stripe, { secret: "a".repeat(16), broken: "badly" }], /`broken` is one of "stale", "future", "body", "key", "unsigned"/],
    [[index.github, { secret: "a".repeat(16), event: '{"zen":""}' }], /`event` is an object/],
    [[index.github, { secret: "a".repeat(16), event: { id: 1n } }], /`event` is an object/],
    [[index.github, { secret: "a".repeat(16), event: { toJSON: () => "a" } }], /`event` is an object/],
    [[index.twitch, { secret: "a".repeat(16), id: 5 }], /`id` is text/],
    [[index.telnyx, { keys: await testKeys(index.telnyx), data: null }], /`data` is an object/],
    [[index.stripe, { secret: "a".repeat(16), type: 5 }], /`type` is text/],
    [[index.github, { secret: "a".repeat(16), url: "/hooks" }], /`url` is a whole URL/],
    [[index.github, { secret: "a".repeat(16), url: "ftp://a.example/hooks" }], /`url` is a whole URL/],
    [[index.github, { secret: "a".repeat(16), url: "https://user:word@a.example/hooks" }], /^`url` has a user name or a password, .*: leave it out$/],
    [[index.stripe, { secret: "a".repeat(16), now: 1_700_000_000_000 }], /this number is in milliseconds/],
    [[index.github, { secret: "a".repeat(16), broken: "stale" }], /`broken` is one of "body", "key", "unsigned"/],
  ]) await assert.rejects(testRequest(...given), ({ name, message: said }) => name === "WebhookVerificationError" && message.test(said), String(message));
  const { event } = await index.stripe("a".repeat(16)).unwrap(await testRequest(index.stripe, { secret: "a".repeat(16), event: { at: new Date(0), by() {} } }));
  assert.deepEqual([event.at, "by" in event], ["1970-01-01T00:00:00.000Z", false], "an event is what JSON makes of it");
});
