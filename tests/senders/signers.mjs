// What each sender signs according to its documentation, in plain node:crypto. Shares no code with an SDK or with Countersign.
//
// A sender has
// - `keys(label)`: a key pair: what it signs with (`sign`), and the secret or public key that a receiver configures (`secret`);
// - `body`, `url`: what it sends, and the URL it sends it to;
// - `sign({ key, body, now, url, id })`: one signature, as text;
// - `place(signatures, delivery)`: the headers, and the body if it contains the signature. `several: true`: there may be several signatures;
// - `required`: the headers that a receiver needs to verify; the others may be missing;
// - `encoding`: the encoding of the signature, `hex` or `base64`, if the cases are to vary it;
// - `age`: how many seconds a signed timestamp may differ from now, in both directions. Absent: no timestamp is signed;
// - `covers`: "body" (default). "fields" or "nothing": the signature covers parts of the body, or nothing of it;
// - `cases(make)`: cases of this sender alone, as in `cases.mjs`.
import crypto from "node:crypto";
import * as bodies from "./signers/bodies.mjs";
import { NOW, header, hmac, members, stamp, standard, timed } from "./signers/formats.mjs";
import * as keys from "./signers/keys.mjs";

const IN_BODY = /"hmacSignature":"[^"]*"/;
const ENDPOINT = "https://hooks.example.com/in/9?team=a%20b";

/** The account in the tokens of `google-pubsub`. */
export const EMAIL = "push@project.iam.gserviceaccount.com";
const sha256 = (encoding) => ({ encoding, sign: ({ key, body }) => hmac("sha256", encoding, key, body) });
const joined = (encoding, unit, separator) => ({ encoding, sign: ({ key, body, now }) => hmac("sha256", encoding, key, `${stamp[unit](now)}${separator}`, body) });

/** The Standard Webhooks family: `id.timestamp.body`. */
const family = (prefix = "webhook", secrets = keys.base64()) => ({
  keys: secrets,
  ...standard(prefix),
  encoding: "base64",
  age: 300,
  sign: ({ key, body, now, id }) => hmac("sha256", "base64", key, `${id}.${stamp.s(now)}.`, body),
  cases: (make) => [["another id", false, { ...make(), headers: make().headers.map(([name, value]) => [name, name === `${prefix}-id` ? "msg_other" : value]) }]],
});

const standardWebhooks = {
  "standard-webhooks": family(),
  svix: family("svix"),
  openai: family(),
  "openai, a secret without prefix": family("webhook", keys.text()),
  anthropic: family(),
  replicate: family(),
  clerk: family("svix"),
  resend: family("svix"),
  "supabase-auth": family("webhook", keys.base64("v1,whsec_")),
  polar: family(),
  "polar, a secret whose text is the key": family("webhook", keys.text("polar_whs_")),
};

const bodyOnly = {
  github: { keys: keys.text(), ...sha256("hex"), ...header("X-Hub-Signature-256", "sha256=", [["X-GitHub-Delivery", "72d3162e"], ["X-GitHub-Event", "push"]]) },
  shopify: { keys: keys.text(), ...sha256("base64"), ...header("X-Shopify-Hmac-Sha256", "", shopify("X-Shopify-", "X-Shopify-Shop-")) },
  "shopify, headers of events": { keys: keys.text(), ...sha256("base64"), ...header("shopify-hmac-sha256", "", shopify("shopify-", "shopify-shop-")) },
  linear: { keys: keys.text("lin_wh_"), ...sha256("hex"), ...header("Linear-Signature", "", [["Linear-Delivery", "234d1a4e"]]), body: bodies.timedEvent, age: 300 },
  notion: { keys: keys.text("secret_"), ...sha256("hex"), ...header("X-Notion-Signature", "sha256=") },
  razorpay: { keys: keys.text(), ...sha256("hex"), ...header("X-Razorpay-Signature", "", [["x-razorpay-event-id", "evt_9"]]) },
  "coinbase-commerce": { keys: keys.text(), ...sha256("hex"), ...header("X-CC-Webhook-Signature"), body: bodies.coinbase },
  adyen: { keys: keys.hex, ...sha256("base64"), ...header("HmacSignature") },
};

const withTime = {
  stripe: { keys: keys.text("whsec_"), ...joined("hex", "s", "."), ...members("Stripe-Signature", "s"), age: 300 },
  slack: {
    keys: keys.text(),
    encoding: "hex",
    ...timed("X-Slack-Signature", "X-Slack-Request-Timestamp", "s", "v0="),
    sign: ({ key, body, now }) => hmac("sha256", "hex", key, `v0:${stamp.s(now)}:`, body),
    age: 300,
  },
  zoom: {
    keys: keys.text(),
    encoding: "hex",
    ...timed("x-zm-signature", "x-zm-request-timestamp", "s", "v0="),
    sign: ({ key, body, now }) => hmac("sha256", "hex", key, `v0:${stamp.s(now)}:`, body),
    body: bodies.zoom,
    age: 300,
  },
  paddle: { keys: keys.text("pdl_ntfset_"), ...joined("hex", "s", ":"), ...members("Paddle-Signature", "s", { time: "ts", member: "h1", separator: ";" }), age: 300 },
  workos: { keys: keys.text(), ...joined("hex", "ms", "."), ...members("WorkOS-Signature", "ms", { separator: ", " }), age: 300 },
  elevenlabs: { keys: keys.text("wsec_"), ...joined("hex", "s", "."), ...members("ElevenLabs-Signature", "s", { member: "v0" }), age: 1800 },
  mux: { keys: keys.text(), ...joined("hex", "s", "."), ...members("mux-signature", "s"), age: 300 },
  sanity: { keys: keys.text(), ...joined("base64url", "ms", "."), ...members("sanity-webhook-signature", "ms"), age: 300 },
  webflow: { keys: keys.text(), ...joined("hex", "ms", ":"), ...timed("x-webflow-signature", "x-webflow-timestamp", "ms"), age: 300 },
  retell: {
    keys: keys.text("key_"),
    encoding: "hex",
    required: ["x-retell-signature"],
    sign: ({ key, body, now }) => hmac("sha256", "hex", key, body, stamp.ms(now)),
    place: ([signature], { now }) => ({ headers: [["x-retell-signature", `v=${stamp.ms(now)},d=${signature}`]] }),
    age: 300,
  },
  box: {
    keys: keys.text(),
    encoding: "base64",
    required: ["Box-Signature-Primary", "Box-Delivery-Timestamp", "Box-Signature-Version", "Box-Signature-Algorithm"],
    sign: ({ key, body, now }) => hmac("sha256", "base64", key, body, stamp.iso(now)),
    place: ([signature], { now }) => ({
      headers: [["Box-Signature-Primary", signature], ["Box-Delivery-Timestamp", stamp.iso(now)], ["Box-Signature-Version", "1"], ["Box-Signature-Algorithm", "HmacSHA256"]],
    }),
    age: 600,
    // Box's SDK also accepts a signature over the body with `/` and non-ASCII characters escaped.
    cases: (make) => [["a signature over the escaped body", false, boxEscaped(make)]],
  },
};

const withUrl = {
  twilio: {
    keys: keys.text(),
    encoding: "base64",
    ...header("X-Twilio-Signature"),
    body: bodies.form,
    url: ENDPOINT,
    sign: ({ key, body, url }) => hmac("sha1", "base64", key, url, ...pairs(body)),
  },
  "twilio, JSON": {
    keys: keys.text(),
    encoding: "base64",
    ...header("X-Twilio-Signature"),
    url: ({ body }) => `${ENDPOINT}&bodySHA256=${crypto.createHash("sha256").update(body).digest("hex")}`,
    sign: ({ key, url }) => hmac("sha1", "base64", key, url),
  },
  // A shared key instead of the account's token: a header names the algorithm.
  "twilio, a shared key": {
    keys: keys.text(),
    encoding: "base64",
    required: ["X-Twilio-Signature", "X-Twilio-Webhooks-Signature-Settings"],
    place: ([signature]) => ({ headers: [["X-Twilio-Signature", signature], ["X-Twilio-Webhooks-Signature-Settings", "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"]] }),
    body: bodies.form,
    url: ENDPOINT,
    sign: ({ key, body, url }) => hmac("sha256", "base64", key, url, ...pairs(body)),
  },
  hubspot: {
    keys: keys.text(),
    encoding: "base64",
    ...timed("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp", "ms"),
    url: "https://hooks.example.com/in/9?team=a",
    sign: ({ key, body, now, url }) => hmac("sha256", "base64", key, `POST${url}`, body, stamp.ms(now)),
    age: 300,
  },
  square: { keys: keys.text(), encoding: "base64", ...header("x-square-hmacsha256-signature"), url: ENDPOINT, sign: ({ key, body, url }) => hmac("sha256", "base64", key, url, body) },
};

const withPublicKey = {
  discord: {
    keys: keys.ed25519("hex"),
    encoding: "hex",
    ...timed("X-Signature-Ed25519", "X-Signature-Timestamp", "s"),
    sign: ({ key, body, now }) => crypto.sign(null, Buffer.from(`${stamp.s(now)}${body}`), key).toString("hex"),
    age: 300,
  },
  telnyx: {
    keys: keys.ed25519("base64"),
    encoding: "base64",
    ...timed("telnyx-signature-ed25519", "telnyx-timestamp", "s"),
    sign: ({ key, body, now }) => crypto.sign(null, Buffer.from(`${stamp.s(now)}|${body}`), key).toString("base64"),
    age: 300,
  },
  sendgrid: {
    keys: keys.p256,
    ...timed("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp", "s"),
    sign: ({ key, body, now }) => crypto.sign("sha256", Buffer.from(`${stamp.s(now)}${body}`), key).toString("base64"),
    age: 300,
  },
  "google-pubsub": {
    keys: keys.rsa,
    ...header("Authorization", "Bearer "),
    covers: "nothing",
    url: ENDPOINT,
    sign: ({ key, now, url }) => jwt(key, { iss: "https://accounts.google.com", aud: url, email: EMAIL, email_verified: true, sub: "1", iat: now, exp: now + 3600 }),
    cases: (make) => [
      ["another body", true, { ...make(), body: "{}" }],
      ["an expired token", false, make({ now: NOW - 3600 - 600 })],
      ["a token that is not valid yet", false, make({ now: NOW + 600 })],
    ],
  },
};

const inTheBody = {
  "adyen-standard": {
    keys: keys.hex,
    encoding: "base64",
    required: [],
    covers: "fields",
    body: bodies.adyen,
    sign: ({ key, body }) => hmac("sha256", "base64", key, adyenFields(body)),
    place: ([signature], { body }) => ({ headers: [], body: body.replace(IN_BODY, `"hmacSignature":"${signature}"`) }),
    cases: (make) => {
      const replaced = (text, other) => ({ ...make(), body: make().body.replace(text, other) });
      return [
        ["a changed signed member", false, [replaced(":1130", ":1131"), replaced("order-9", "order-8"), replaced('"success":"true"', '"success":"false"')]],
        ["a changed unsigned member", true, replaced("10:00:00", "10:00:01")],
        ["no signature in the body", false, replaced(IN_BODY, '"other":""')],
      ];
    },
  },
};

/** The senders by name: the name of a preset, or of a preset and a variant, such as `twilio, JSON`. */
export const senders = Object.fromEntries(
  Object.entries({ ...standardWebhooks, ...bodyOnly, ...withTime, ...withUrl, ...withPublicKey, ...inTheBody }).map(([name, sender]) => [
    name,
    { body: bodies.event, covers: "body", ...sender, name, preset: name.split(",")[0] },
  ]),
);

/** Shopify's headers that no signature covers. */
function shopify(prefix, shop) {
  return [[`${prefix}Topic`, "orders/create"], [`${shop}Domain`, "example.myshopify.com"], [`${prefix}Api-Version`, "2026-10"], [`${prefix}Webhook-Id`, "b54557e4"]];
}

/** A form's names and values, sorted by name. A repeated name has each of its values once, sorted. */
function pairs(body) {
  const form = new URLSearchParams(body);
  return [...new Set(form.keys())].sort().flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value));
}

/** A delivery whose signature covers the escaped form of its body. */
function boxEscaped(make) {
  const body = bodies.event({ note: '"Zoë 1/2"' });
  const escaped = body.replace("ë", "\\u00eb").replace("/", "\\/");
  return { ...make({ body: escaped }), body };
}

function jwt(key, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", kid: "k1", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${crypto.sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

/** The eight signed fields of a classic notification. */
function adyenFields(body) {
  const item = JSON.parse(body).notificationItems[0].NotificationRequestItem;
  const { pspReference, originalReference, merchantAccountCode, merchantReference, amount, eventCode, success } = item;
  return [pspReference, originalReference, merchantAccountCode, merchantReference, amount.value, amount.currency, eventCode, success].join(":");
}
