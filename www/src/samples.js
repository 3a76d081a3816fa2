// Samples: a delivery of each sender, genuine or broken on purpose.
import { breakages } from "./breakages.js";
import { complete, newSecret, signedHeaders } from "./described.js";
import { toBase64, utf8 } from "./encoding.js";
import { eventOf } from "./events.js";
import { SCHEMES } from "./scheme-list.js";
import { content, hmac, newEd25519, newRsa, randomBytes, token } from "./sign.js";

/** The senders: how each signs, and the scheme that checks it. */
export const SENDERS = [
  { id: "gemini", label: "Gemini, static (v1)", form: "v1", scheme: "gemini" },
  { id: "gemini-dynamic", label: "Gemini, dynamic (v1a)", form: "v1a", scheme: "gemini-dynamic" },
  { id: "token", label: "Gemini, dynamic, as documented (JWT)", form: "jwt", scheme: "gemini-dynamic" },
  { id: "standard-webhooks", label: "Standard Webhooks (v1)", form: "v1", scheme: "standard-webhooks" },
  { id: "public-key", label: "Standard Webhooks, public key (v1a)", form: "v1a", scheme: "standard-webhooks" },
  { id: "svix", label: "Svix (v1)", form: "v1", scheme: "svix" },
  ...SCHEMES.filter(({ template }) => template !== null).map((described) => ({ id: described.name, label: described.title, form: "hmac", scheme: described.name, described })),
];

export const AUDIENCE = "countersign-demo";
export const ISSUER = "https://generativelanguage.googleapis.com";

/** The breakages that apply to a sender. */
export const breakagesOf = (sender) => breakages.filter((breakage) => applies(breakage, sender));

function applies({ forms, scheme, dated }, sender) {
  if (dated && sender.described?.template.timestamp?.header === undefined) return false;
  return forms.includes(sender.form) && (scheme === undefined || scheme === sender.scheme);
}

/**
 * Makes a delivery: `{ scheme, headers, body, secret?, jwks?, audience?, issuer? }`. A breakage changes the plan before it is signed,
 * the delivery afterwards, or both.
 */
export async function make(senderId, type, breakageId, now) {
  const sender = SENDERS.find(({ id }) => id === senderId);
  const breakage = breakages.find(({ id }) => id === breakageId) ?? {};
  const plan = await planOf(sender, type, now);
  await breakage.before?.(plan);
  const send = { jwt: sendToken, hmac: sendDescribed }[sender.form] ?? sendSigned;
  const sent = await send(plan);
  await breakage.after?.(sent, plan);
  return sent;
}

/** What a sender is about to send. It signs `body`, and sends it unless there is a `sentBody`. */
async function planOf(sender, type, now) {
  const event = eventOf(type, now);
  const plan = { sender, now, id: `msg_${crypto.randomUUID()}`, timestamp: String(now), event, body: utf8(JSON.stringify(event)) };
  if (sender.form === "hmac") {
    const secret = newSecret();
    const body = utf8(JSON.stringify(complete(event, sender.described, plan.id, now)));
    return { ...plan, body, secret, key: utf8(secret) };
  }
  if (sender.form === "v1") return { ...plan, key: randomBytes(32) };
  if (sender.form === "v1a") return { ...plan, keys: await ed25519() };
  const header = { alg: "RS256", typ: "JWT", kid: "demo-2" };
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: "webhooks", iat: now, exp: now + 3600, jti: plan.id, ...event };
  return { ...plan, keys: await rsa(), header, claims };
}

async function sendSigned(plan) {
  const { sender, id, timestamp, body, key, keys } = plan;
  const family = sender.scheme === "svix" ? "svix" : "webhook";
  const message = content(plan.prefix ?? `${id}.${plan.signedTimestamp ?? timestamp}.`, body);
  const signature = key ? await hmac(key, message) : await keys[1].sign(message);
  const headers = [
    ["content-type", "application/json"],
    [`${family}-id`, id],
    [`${family}-timestamp`, timestamp],
    [`${family}-signature`, `${sender.form},${toBase64(signature)}`],
  ];
  const sent = { scheme: sender.scheme, headers, body: plan.sentBody ?? body, signature };
  if (key) return { ...sent, secret: plan.secret ?? `whsec_${toBase64(key)}` };
  if (sender.scheme === "standard-webhooks") return { ...sent, secret: keys[1].whpk };
  return { ...sent, jwks: setOf(keys) };
}

async function sendDescribed(plan) {
  const { sender, body, secret } = plan;
  const headers = await signedHeaders(sender.described, plan, plan.changed);
  return { scheme: sender.scheme, headers, body: plan.sentBody ?? body, secret, tolerance: sender.described.tolerance };
}

async function sendToken(plan) {
  const value = await token(plan.header, plan.claims, plan.keys[1].sign);
  const headers = [["content-type", "application/json"], ["webhook-signature", value]];
  return { scheme: plan.sender.scheme, headers, body: plan.body, jwks: setOf(plan.keys), audience: AUDIENCE, issuer: ISSUER };
}

const setOf = (keys) => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }, null, 2);

/** Made once, because keys take a moment. The second key of each set signs, so that the report shows one that does not match. */
const once = (work) => {
  let made;
  return () => (made ??= work());
};
const ed25519 = once(() => Promise.all([newEd25519(), newEd25519(), newEd25519()]));
const rsa = once(() => Promise.all([newRsa("demo-1"), newRsa("demo-2")]));
