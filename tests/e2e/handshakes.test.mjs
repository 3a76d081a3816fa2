// Handshakes are answered at the edge, for their source alone: they are no events, and sign nothing that a stranger asks for.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections, send } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { newBody, now } from "./fixtures/sign.mjs";

const KEY = "a secret that the sender handed out";
const VERIFY_TOKEN = "a-verify-token-of-some-length";
const discord = crypto.generateKeyPairSync("ed25519");
const discordKey = Buffer.from(discord.publicKey.export({ format: "jwk" }).x, "base64url").toString("hex");
const hex = (key, text, hash = "sha256") => crypto.createHmac(hash, key).update(text).digest("hex");
let loopback, worker;

before(async () => {
  loopback = await Loopback.start();
  const preset = (scheme, more = {}) => source(loopback.at(scheme), { scheme, secrets: ["SECRET"], ...more });
  const sources = {
    slack: preset("slack"),
    zoom: preset("zoom"),
    twitch: preset("twitch"),
    discord: preset("discord", { secrets: ["DISCORD"] }),
    okta: preset("okta"),
    meta: preset("meta", { verify_token: "VERIFY_TOKEN" }),
    "meta-without": preset("meta"),
    github: preset("github"),
    intercom: preset("intercom"),
    heygen: preset("heygen"),
    notion: preset("notion"),
    acme: preset("hmac", { signature: { header: "Acme", member: "v1" }, timestamp: { header: "Acme", member: "t" }, signed: "{timestamp}.{body}", id: "/data/id" }),
  };
  worker = await Worker.start({ sources, secrets: { SECRET: KEY, DISCORD: discordKey, VERIFY_TOKEN } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** Deliveries as their senders sign them. */
const sign = {
  slack: (body, key = KEY, t = now()) => [["x-slack-request-timestamp", `${t}`], ["x-slack-signature", `v0=${hex(key, `v0:${t}:${body}`)}`]],
  zoom: (body, key = KEY, t = now()) => [["x-zm-request-timestamp", `${t}`], ["x-zm-signature", `v0=${hex(key, `v0:${t}:${body}`)}`]],
  twitch(body, key = KEY) {
    const [id, t] = [crypto.randomUUID(), new Date().toISOString()];
    return [["twitch-eventsub-message-id", id], ["twitch-eventsub-message-timestamp", t], ["twitch-eventsub-message-signature", `sha256=${hex(key, id + t + body)}`]];
  },
  discord(body, key = discord.privateKey, t = now()) {
    return [["x-signature-timestamp", `${t}`], ["x-signature-ed25519", crypto.sign(null, Buffer.from(t + body), key).toString("hex")]];
  },
  okta: (_, key = KEY) => [["authorization", key]],
};

const post = (name, body, headers = sign[name](body)) => worker.post(name, { body, headers: [["content-type", "application/json"], ...headers] });

function answered(reply, status, type, text) {
  assert.deepEqual([reply.status, reply.text], [status, text]);
  assert.match(reply.headers["content-type"], type);
  if (String(type).includes("text")) assert.equal(reply.headers["x-content-type-options"], "nosniff");
}

const JSON_TYPE = /^application\/json\b/;
const TEXT_TYPE = /^text\/plain\b/;
const nothingForwarded = (name) => assert.equal(loopback.at(name).requests.length, 0, "a handshake is not forwarded");

test("Slack's url_verification is answered if it is signed", async () => {
  const body = JSON.stringify({ token: "x", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", type: "url_verification" });
  answered(await post("slack", body), 200, TEXT_TYPE, JSON.parse(body).challenge);
  refused(await post("slack", body, sign.slack(body, "another secret of some length")), 401, "no_matching_signature");
  refused(await post("slack", body, sign.slack(body, KEY, now() - 900)), 401, "timestamp_too_old");
  refused(await post("slack", body, []), 400, "missing_header");
  nothingForwarded("slack");
  const line = await worker.line(({ code }) => code === "handshake", "the handshake");
  assert.deepEqual([line.source, line.scheme, line.status, line.dup, line.id_hash], ["slack", "slack", 200, false, undefined]);
  // The challenge of an event is part of the event.
  const event = JSON.stringify({ type: "event_callback", challenge: "c", event_id: "Ev1", event: { type: "message" } });
  answered(await post("slack", event), 200, TEXT_TYPE, "");
  assert.equal(loopback.at("slack").requests.length, 1);
});

test("Twitch's challenge is known by its signed body", async () => {
  const challenge = { challenge: "pogchamp-kappa-360noscope-vohiyo", subscription: { id: "1", status: "webhook_callback_verification_pending", type: "channel.follow" } };
  const body = JSON.stringify(challenge);
  answered(await post("twitch", body), 200, TEXT_TYPE, challenge.challenge);
  refused(await post("twitch", body, sign.twitch(body, "another secret")), 401, "no_matching_signature");
  nothingForwarded("twitch");
  const event = JSON.stringify({ ...challenge, subscription: { status: "enabled" }, event: {} });
  const reply = await post("twitch", event, [...sign.twitch(event), ["twitch-eventsub-message-type", "webhook_callback_verification"]]);
  assert.equal(reply.json?.status, "delivered", "a header that is not signed makes no handshake of an event");
});

test("Zoom's validation signs no event", async () => {
  const validation = (plainToken) => JSON.stringify({ payload: { plainToken }, event_ts: 1654503849680, event: "endpoint.url_validation" });
  const reply = (plainToken) => JSON.stringify({ encryptedToken: hex(KEY, plainToken), plainToken });
  const token = "qgg8vlvZRS6UYooatFL8Aw";
  for (const headers of [sign.zoom(validation(token)), []]) {
    answered(await post("zoom", validation(token), headers), 200, JSON_TYPE, reply(token));
  }
  const event = `v0:${now()}:{"event":"meeting.ended"}`;
  for (const asked of [event, `v0:${now()}:x`, "a.b", "a b", "", "x".repeat(129), "é", 7, null]) {
    refused(await post("zoom", validation(asked), []), 400, "missing_header");
  }
  // Whoever can sign needs no oracle.
  answered(await post("zoom", validation("a.b")), 200, JSON_TYPE, reply("a.b"));
  refused(await post("zoom", validation(token), sign.zoom(validation(token), "another secret of some length")), 401, "no_matching_signature");
  refused(await post("zoom", JSON.stringify({ event: "meeting.ended", payload: { plainToken: token } }), []), 400, "missing_header");
  // No other sender answers it.
  refused(await worker.post("slack", { body: validation(token) }), 400, "missing_header");
  nothingForwarded("zoom");
});

test("Discord's PING gets a PONG, and a bad signature 401", async () => {
  const ping = JSON.stringify({ id: "1", type: 1, token: "t", version: 1 });
  answered(await post("discord", ping), 200, JSON_TYPE, '{"type":1}');
  const other = crypto.generateKeyPairSync("ed25519").privateKey;
  refused(await post("discord", ping, sign.discord(ping, other)), 401, "no_matching_signature");
  answered(await post("discord", JSON.stringify({ version: 1, application_id: "1", type: 0 })), 204, JSON_TYPE, "");
  nothingForwarded("discord");
  const event = JSON.stringify({ version: 1, application_id: "1", type: 1, event: { type: "APPLICATION_AUTHORIZED" } });
  answered(await post("discord", event), 204, JSON_TYPE, "");
  assert.equal(loopback.at("discord").requests.length, 1);
});

const query = (fields) => new URLSearchParams({ "hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN, ...fields });

test("Meta's challenge is repeated to who has the verify token", async () => {
  answered(await worker.get(`meta?${query({})}`), 200, TEXT_TYPE, "1158201444");
  const wrong = [
    { "hub.verify_token": "another-verify-token-here" },
    { "hub.verify_token": "" },
    { "hub.mode": "unsubscribe" },
    { "hub.challenge": "" },
    { "hub.challenge": "<script>alert(1)</script> x" },
    { "hub.challenge": "x".repeat(1025) },
  ];
  for (const fields of wrong) refused(await worker.get(`meta?${query(fields)}`), 403, "handshake_refused");
  refused(await worker.get(`meta?${query({})}&hub.challenge=2`), 403, "handshake_refused");
  refused(await worker.get("meta"), 403, "handshake_refused");
  nothingForwarded("meta");
});

test("a GET is answered for sources whose sender asks with one, and is 405 elsewhere", async () => {
  for (const name of ["meta-without", "slack", "github", "zoom", "discord"]) {
    const reply = await worker.get(`${name}?${query({})}`, [["x-okta-verification-challenge", "c"], ["authorization", KEY]]);
    refused(reply, 405, "method_not_allowed");
  }
  for (const method of ["PUT", "DELETE"]) refused(await send(`${worker.url}meta?${query({})}`, { method }), 405, "method_not_allowed");
});

test("a HEAD or OPTIONS is answered for sources whose sender asks with one, and is 405 elsewhere", async () => {
  for (const [name, method, other] of [["intercom", "HEAD", "OPTIONS"], ["heygen", "OPTIONS", "HEAD"]]) {
    const reply = await send(worker.url + name, { method });
    assert.deepEqual([reply.status, reply.text], [200, ""], name);
    nothingForwarded(name);
    assert.equal((await send(`${worker.url}${name}/more`, { method })).status, 404, name);
    for (const path of ["github", "meta", "okta"]) assert.equal((await send(worker.url + path, { method })).status, 405, path);
    assert.equal((await send(worker.url + name, { method: other })).status, 405, name);
    refused(await worker.get(name), 405, "method_not_allowed");
  }
});

test("Okta's challenge comes with its secret", async () => {
  const ask = (secret, challenge) => worker.get("okta", [...(secret ? [["authorization", secret]] : []), ...(challenge ? [["x-okta-verification-challenge", challenge]] : [])]);
  answered(await ask(KEY, "Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg"), 200, JSON_TYPE, '{"verification":"Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg"}');
  refused(await ask("another secret", "c"), 403, "handshake_refused");
  refused(await ask(undefined, "c"), 403, "handshake_refused");
  refused(await ask(KEY), 403, "handshake_refused");
  nothingForwarded("okta");
});

test("a token that comes without a signature is neither taken nor logged", async () => {
  const token = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";
  refused(await worker.post("notion", { body: JSON.stringify({ verification_token: token }) }), 400, "missing_header");
  const body = JSON.stringify({ id: "1782edd6-a853-4d4a-b02c-9c8c16f28e53", type: "page.created" });
  const signed = (key) => worker.post("notion", { body, headers: [["x-notion-signature", `sha256=${hex(key, body)}`]] });
  refused(await signed(token), 401, "no_matching_signature");
  assert.equal(loopback.at("notion").requests.length, 0);
  delivered(await signed(KEY), "1782edd6-a853-4d4a-b02c-9c8c16f28e53");
  const lines = worker.lines("delivery", ({ source }) => source === "notion");
  assert.ok(!JSON.stringify(lines).includes(token.slice(0, 12)), "no part of it is in the log");
});

test("a sender that is only configured is verified like any other", async () => {
  const body = newBody();
  const { id } = JSON.parse(body).data;
  const headers = (t, key = KEY) => [["acme", `t=${t},v1=${hex("old", "x")},v1=${hex(key, `${t}.${body}`)}`]];
  delivered(await worker.post("acme", { body, headers: headers(now()) }), id);
  assert.equal(loopback.at("hmac").requests[0].header("countersign-scheme"), "hmac");
  refused(await worker.post("acme", { body, headers: headers(now() - 301) }), 401, "timestamp_too_old");
  refused(await worker.post("acme", { body, headers: headers(now(), "another") }), 401, "no_matching_signature");
});
