// Samples: a delivery of each sender, genuine or broken on purpose.
import { breakages } from "./breakages.js";
import { complete, signedHeaders, signedItem, written } from "./described.js";
import { toBase64, utf8 } from "./encoding.js";
import { sampleOf, typeHeader } from "./sample-event.js";
import { ed25519, newKey, rsa, setOf } from "./sample-keys.js";
import { SCHEMES } from "./scheme-list.js";
import { schemeNamed, toleranceOf } from "./senders.js";
import { content, hmac, randomBytes, token } from "./sign.js";

/** Senders whose samples are of several forms, or have breakages of their own. */
const BY_HAND = [
  { id: "gemini", label: "Gemini, static (v1)", form: "v1", scheme: "gemini" },
  { id: "gemini-dynamic", label: "Gemini, dynamic (v1a)", form: "v1a", scheme: "gemini-dynamic" },
  { id: "token", label: "Gemini, dynamic, as documented (JWT)", form: "jwt", scheme: "gemini-dynamic" },
  { id: "standard-webhooks", label: "Standard Webhooks (v1)", form: "v1", scheme: "standard-webhooks" },
  { id: "public-key", label: "Standard Webhooks, public key (v1a)", form: "v1a", scheme: "standard-webhooks" },
  { id: "svix", label: "Svix (v1)", form: "v1", scheme: "svix" },
];

/** How a sample is made, by the form that a scheme accepts by default: by a shared key, by a key pair, without a signature, or by an identity token. */
const FORMS = { v1: "v1", "hmac-sha256": "hmac", "hmac-sha1": "hmac", "hmac-sha512": "hmac", "hmac-sha256-fields": "fields", ed25519: "key", "ecdsa-p256": "key", token: "bare", "id-token": "identity" };

/** The senders: how each signs, and the scheme that checks it. `of` is the entry of the scheme's list. */
export const SENDERS = [...BY_HAND, ...SCHEMES.filter(isGenerated).map((of) => ({ id: of.name, label: of.title, form: FORMS[of.form], scheme: of.name, of }))];

function isGenerated({ name, form }) {
  return form in FORMS && !BY_HAND.some(({ scheme }) => scheme === name);
}

export const AUDIENCE = "countersign-demo";
export const EMAIL = "sample@example.com";
export const ISSUER = "https://generativelanguage.googleapis.com";

/** The breakages that apply to a sender. */
export const breakagesOf = (sender) => breakages.filter((breakage) => applies(breakage, sender));

function applies({ forms, scheme, needs = () => true }, sender) {
  return forms.includes(sender.form) && (scheme === undefined || scheme === sender.scheme) && needs(sender.of ?? {});
}

/**
 * Makes a delivery of the sender's own event: `{ scheme, headers, body, secret?, jwks?, audience?, issuer?, email?, url?, method?, key? }`. A breakage changes the plan before it is
 * signed, the delivery afterwards, or both. Without a `type`, the event has one that the sender documents.
 */
export async function make(senderId, type, breakageId, now) {
  const sender = SENDERS.find(({ id }) => id === senderId);
  const id = `msg_${crypto.randomUUID()}`;
  const event = sampleOf(sender.scheme, { type, id, now });
  const sent = await made(sender, { event, now, id, breakage: breakages.find((breakage) => breakage.id === breakageId) });
  return { ...sent, headers: [...sent.headers, ...typeHeader(sender.scheme, type)] };
}

/** Makes a delivery of an event. `id`, `key` and `url` are made up unless they are given. */
export async function made(sender, given) {
  const { breakage = {} } = given;
  const plan = await planOf(sender, given);
  await breakage.before?.(plan);
  const send = { jwt: sendToken, identity: sendToken, hmac: sendDescribed, fields: sendDescribed, key: sendDescribed, bare: sendDescribed }[sender.form] ?? sendSigned;
  const sent = await send(plan);
  await breakage.after?.(sent, plan);
  return sent;
}

/** What a sender is about to send. It signs `body`, and sends it unless there is a `sentBody`. */
async function planOf(sender, { event, now, id = `msg_${crypto.randomUUID()}`, key: own, url = `https://example.com/webhooks/${sender.id}?sample=1` }) {
  const plan = { sender, now, id, timestamp: String(now), event, body: utf8(JSON.stringify(event)) };
  if (sender.of?.template) {
    const key = own ?? (await newKey(sender.of));
    const fields = sender.of.template.message.find(({ part }) => part === "fields");
    const body = utf8(fields ? await signedItem(fields, event, key) : written(complete(event, sender.of, plan.id, now), sender.of));
    return { ...plan, body, key, method: "POST", url };
  }
  if (sender.form === "v1") return { ...plan, key: own ?? randomBytes(32) };
  if (sender.form === "v1a") return { ...plan, keys: await ed25519() };
  const header = { alg: "RS256", typ: "JWT", kid: "demo-2" };
  if (sender.of?.identity) {
    const claims = { iss: sender.of.identity.issuer, aud: AUDIENCE, sub: "sample", email: EMAIL, email_verified: true, iat: now, exp: now + 3600 };
    return { ...plan, keys: await rsa(), header, claims };
  }
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: "webhooks", iat: now, exp: now + 3600, jti: plan.id, ...event };
  return { ...plan, keys: await rsa(), header, claims };
}

async function sendSigned(plan) {
  const { sender, id, timestamp, body, key, keys } = plan;
  const family = schemeNamed(sender.scheme).signatures[0].replace("-signature", "");
  const message = content(plan.prefix ?? `${id}.${plan.signedTimestamp ?? timestamp}.`, body);
  const signature = key ? await hmac(key, message) : await keys[1].sign(message);
  const headers = [
    ["content-type", "application/json"],
    [`${family}-id`, id],
    [`${family}-timestamp`, timestamp],
    [`${family}-signature`, `${sender.form},${toBase64(signature)}`],
  ];
  const sent = { scheme: sender.scheme, headers, body: plan.sentBody ?? body, signature, key };
  if (key) return { ...sent, secret: plan.secret ?? `whsec_${toBase64(key)}` };
  if (sender.scheme === "standard-webhooks") return { ...sent, secret: keys[1].whpk };
  return { ...sent, jwks: setOf(keys) };
}

async function sendDescribed(plan) {
  const { sender: { scheme, of }, body, key, url, method } = plan;
  const headers = await signedHeaders(of, plan, plan.changed);
  const sent = { scheme, headers, body: plan.sentBody ?? body, secret: plan.secret ?? key.secret, jwks: key.jwks, key, tolerance: toleranceOf(scheme) };
  return of.signsUrl ? { ...sent, url, method } : sent;
}

async function sendToken(plan) {
  const value = await token(plan.header, plan.claims, plan.keys[1].sign);
  const identity = plan.sender.of?.identity;
  const [name, before, issuer] = identity ? [identity.header, identity.method, undefined] : ["webhook-signature", "", ISSUER];
  const headers = [["content-type", "application/json"], [name, `${before}${value}`]];
  return { scheme: plan.sender.scheme, headers, body: plan.body, jwks: setOf(plan.keys), audience: AUDIENCE, issuer, email: identity && EMAIL };
}
