// What senders ask of an endpoint, and what it answers: the Worker (tests/e2e) and the package's adapters (tests/npm) are held to the same.
import assert from "node:assert/strict";
import crypto from "node:crypto";

export const KEY = "a secret that the sender handed out";
export const VERIFY_TOKEN = "a-verify-token-of-some-length";

const OTHER = "another secret of some length";
const discord = crypto.generateKeyPairSync("ed25519");
const stranger = crypto.generateKeyPairSync("ed25519");

/** The secret of each sender that has a handshake. */
export const SECRETS = {
  slack: KEY,
  zoom: KEY,
  twitch: KEY,
  discord: Buffer.from(discord.publicKey.export({ format: "jwk" }).x, "base64url").toString("hex"),
  okta: KEY,
  meta: KEY,
  intercom: KEY,
  heygen: KEY,
};

const now = () => Math.floor(Date.now() / 1000);
export const hex = (key, text) => crypto.createHmac("sha256", key).update(text).digest("hex");

/** Headers of a POST as its sender signs it. */
export const SIGN = {
  slack: (body, key = KEY, t = now()) => [["x-slack-request-timestamp", `${t}`], ["x-slack-signature", `v0=${hex(key, `v0:${t}:${body}`)}`]],
  zoom: (body, key = KEY, t = now()) => [["x-zm-request-timestamp", `${t}`], ["x-zm-signature", `v0=${hex(key, `v0:${t}:${body}`)}`]],
  twitch(body, key = KEY) {
    const [id, t] = [crypto.randomUUID(), new Date().toISOString()];
    return [["twitch-eventsub-message-id", id], ["twitch-eventsub-message-timestamp", t], ["twitch-eventsub-message-signature", `sha256=${hex(key, id + t + body)}`]];
  },
  discord: (body, key = discord.privateKey, t = now()) => [["x-signature-timestamp", `${t}`], ["x-signature-ed25519", crypto.sign(null, Buffer.from(t + body), key).toString("hex")]],
};

/**
 * The requests, made now. Each has `scheme`, `method`, `query`, `headers` and `body`, and what is expected: a `reply`, a refusal with `status` and
 * `code`, or an `event`, which is acknowledged with this reply.
 */
export function requests() {
  return [...slack(), ...twitch(), ...zoom(), ...discordPing(), ...meta(), ...okta(), ...probes(), ...elsewhere()];
}

const post = (scheme, body, headers = SIGN[scheme](body)) => ({ scheme, method: "POST", query: "", body, headers: [["content-type", "application/json"], ...headers] });
const get = (scheme, query, headers = []) => ({ scheme, method: "GET", query, headers });
const text = (body) => ({ reply: { status: 200, type: "text/plain", body } });
const json = (body) => ({ reply: { status: 200, type: "application/json", body } });
const refusal = (status, code) => ({ status, code });

function slack() {
  const body = JSON.stringify({ token: "x", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", type: "url_verification" });
  // The challenge of an event is part of the event.
  const event = JSON.stringify({ type: "event_callback", challenge: "c", event_id: "Ev1", event: { type: "message" } });
  return [
    { ...post("slack", body), ...text(JSON.parse(body).challenge) },
    { ...post("slack", body, SIGN.slack(body, OTHER)), ...refusal(401, "no_matching_signature") },
    { ...post("slack", body, SIGN.slack(body, KEY, now() - 900)), ...refusal(401, "timestamp_too_old") },
    { ...post("slack", body, []), ...refusal(400, "missing_header") },
    { ...post("slack", event), event: true, reply: { status: 200, body: "" } },
  ];
}

function twitch() {
  const challenge = { challenge: "pogchamp-kappa-360noscope-vohiyo", subscription: { id: "1", status: "webhook_callback_verification_pending", type: "channel.follow" } };
  const body = JSON.stringify(challenge);
  const event = JSON.stringify({ ...challenge, subscription: { status: "enabled" }, event: {} });
  return [
    { ...post("twitch", body), ...text(challenge.challenge) },
    { ...post("twitch", body, SIGN.twitch(body, OTHER)), ...refusal(401, "no_matching_signature") },
    // A header that is not signed makes no handshake of an event.
    { ...post("twitch", event, [...SIGN.twitch(event), ["twitch-eventsub-message-type", "webhook_callback_verification"]]), event: true },
  ];
}

function zoom() {
  const validation = (plainToken) => JSON.stringify({ payload: { plainToken }, event_ts: 1654503849680, event: "endpoint.url_validation" });
  const signed = (plainToken) => json(JSON.stringify({ encryptedToken: hex(KEY, plainToken), plainToken }));
  const token = "qgg8vlvZRS6UYooatFL8Aw";
  // Without a signature, nothing is signed that could be part of an event.
  const oracles = [`v0:${now()}:{"event":"meeting.ended"}`, `v0:${now()}:x`, "a.b", "a b", "", "x".repeat(129), "é", 7, null];
  return [
    { ...post("zoom", validation(token)), ...signed(token) },
    { ...post("zoom", validation(token), []), ...signed(token) },
    ...oracles.map((asked) => ({ ...post("zoom", validation(asked), []), ...refusal(400, "missing_header") })),
    // Whoever can sign needs no oracle.
    { ...post("zoom", validation("a.b")), ...signed("a.b") },
    { ...post("zoom", validation(token), SIGN.zoom(validation(token), OTHER)), ...refusal(401, "no_matching_signature") },
    { ...post("zoom", JSON.stringify({ event: "meeting.ended", payload: { plainToken: token } }), []), ...refusal(400, "missing_header") },
    // No other sender answers it.
    { ...post("slack", validation(token), []), ...refusal(400, "missing_header") },
  ];
}

function discordPing() {
  const ping = JSON.stringify({ id: "1", type: 1, token: "t", version: 1 });
  const event = JSON.stringify({ version: 1, application_id: "1", type: 1, event: { type: "APPLICATION_AUTHORIZED" } });
  return [
    { ...post("discord", ping), ...json('{"type":1}') },
    { ...post("discord", ping, SIGN.discord(ping, stranger.privateKey)), ...refusal(401, "no_matching_signature") },
    { ...post("discord", JSON.stringify({ version: 1, application_id: "1", type: 0 })), reply: { status: 204, body: "" } },
    { ...post("discord", event), event: true, reply: { status: 204, body: "" } },
  ];
}

function meta() {
  const query = (fields) => `?${new URLSearchParams({ "hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN, ...fields })}`;
  const wrong = [
    { "hub.verify_token": "another-verify-token-here" },
    { "hub.verify_token": "" },
    { "hub.mode": "unsubscribe" },
    { "hub.challenge": "" },
    { "hub.challenge": "<script>alert(1)</script> x" },
    { "hub.challenge": "x".repeat(1025) },
  ];
  return [
    { ...get("meta", query({})), ...text("1158201444") },
    ...[...wrong.map(query), `${query({})}&hub.challenge=2`, ""].map((asked) => ({ ...get("meta", asked), ...refusal(403, "handshake_refused") })),
    ...["PUT", "DELETE"].map((method) => ({ scheme: "meta", method, query: query({}), headers: [], ...refusal(405, "method_not_allowed") })),
  ];
}

function okta() {
  const ask = (secret, challenge) => get("okta", "", [...(secret ? [["authorization", secret]] : []), ...(challenge ? [["x-okta-verification-challenge", challenge]] : [])]);
  const challenge = "Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg";
  return [
    { ...ask(KEY, challenge), ...json(JSON.stringify({ verification: challenge })) },
    ...[[OTHER, "c"], [undefined, "c"], [KEY], [KEY, "c d"]].map((asked) => ({ ...ask(...asked), ...refusal(403, "handshake_refused") })),
  ];
}

function probes() {
  return [["intercom", "HEAD", "OPTIONS"], ["heygen", "OPTIONS", "HEAD"]].flatMap(([scheme, method, other]) => [
    { scheme, method, query: "", headers: [], reply: { status: 200, body: "" } },
    { scheme, method: other, query: "", headers: [], ...refusal(405, "method_not_allowed") },
    { ...get(scheme, ""), ...refusal(405, "method_not_allowed") },
  ]);
}

/** Handshakes of one sender get no reply from the endpoint of another. */
function elsewhere() {
  const asked = [["x-okta-verification-challenge", "c"], ["authorization", KEY]];
  const query = `?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${VERIFY_TOKEN}`;
  return [
    ...["slack", "zoom", "discord"].map((scheme) => ({ ...get(scheme, query, asked), ...refusal(405, "method_not_allowed") })),
    ...["meta", "okta"].flatMap((scheme) => ["HEAD", "OPTIONS"].map((method) => ({ scheme, method, query: "", headers: [], ...refusal(405, "method_not_allowed") }))),
  ];
}

/** Asserts that a response, `{ status, headers, text }`, is the one that a request must get. */
export function holds({ method, scheme, reply, status, code, query, body }, { headers, text, ...response }) {
  const asked = `${scheme}: ${method} ${query}${body ?? ""}`;
  assert.equal(response.status, reply?.status ?? status ?? response.status, asked);
  if (code !== undefined && method !== "HEAD") assert.equal(JSON.parse(text).code, code, asked);
  if (reply === undefined) return;
  const { type, body: said } = reply;
  assert.equal(text, said, asked);
  if (type === undefined) return;
  assert.equal(headers["content-type"].split(";")[0], type, asked);
  if (type === "text/plain") assert.equal(headers["x-content-type-options"], "nosniff", asked);
}
