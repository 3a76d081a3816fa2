// The senders' own SDKs from npm, unmodified: one entry for each sender of `signers.mjs`.
//
// An entry has
// - `package`, and the installed `version`;
// - `verify({ secret, headers, body, url, method })`: whether the SDK accepts. It reads the time from `Date`. A throw is a refusal;
// - `sign({ secret, body, now, url, id })`: the signature that the SDK's own helper computes, if there is one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mock } from "node:test";
import { hmacValidator } from "@adyen/api-library";
import Anthropic from "@anthropic-ai/sdk";
import { verifyWebhook as clerk } from "@clerk/backend/webhooks";
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";
import { Signature as HubSpot } from "@hubspot/api-client";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import Mux from "@mux/mux-node";
import * as notion from "@notionhq/client";
import * as octokit from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import { webhooks as polar } from "@polar-sh/sdk/2026-10";
import * as sanity from "@sanity/webhook";
import { EventWebhook as SendGrid } from "@sendgrid/eventwebhook";
import "@shopify/shopify-api/adapters/web-api";
import { LogSeverity, shopifyApi } from "@shopify/shopify-api";
import { verifySlackRequest } from "@slack/bolt";
import { WorkOS } from "@workos-inc/node";
import { AwsLambdaReceiver as Zoom } from "@zoom/rivet/marketplace";
import { WebhooksManager as Box } from "box-node-sdk/managers";
import coinbase from "coinbase-commerce-node";
import { verifyKey } from "discord-interactions";
import { OAuth2Client } from "google-auth-library";
import OpenAI from "openai";
import Razorpay from "razorpay";
import { validateWebhook as replicate } from "replicate";
import { Resend } from "resend";
import * as retell from "retell-sdk";
import { WebhooksHelper as Square } from "square";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as Svix } from "svix";
import Telnyx from "telnyx";
import { WebflowClient } from "webflow-api";
import { EMAIL } from "./signers.mjs";

// The package's main module does not export all of them.
const twilio = createRequire(import.meta.url)("twilio/lib/webhooks/webhooks.js");
// The clients' constructors require an API key. No test calls an API.
const apiKey = "unused";
const stripe = new Stripe(apiKey);
const anthropic = new Anthropic({ apiKey });
const openai = new OpenAI({ apiKey });
const workos = new WorkOS(apiKey).webhooks;
const paddle = new Paddle(apiKey).webhooks;
const adyen = new hmacValidator();

const lower = (headers) => Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
const accepts = async (act) => {
  await act();
  return true;
};

const standardWebhooks = {
  "standard-webhooks": {
    package: "standardwebhooks",
    verify: ({ secret, headers, body }) => accepts(() => new Webhook(secret).verify(body, lower(headers))),
    sign: ({ secret, body, now, id }) => new Webhook(secret).sign(id, new Date(now * 1000), body).slice(3),
  },
  svix: {
    package: "svix",
    verify: ({ secret, headers, body }) => accepts(() => new Svix(secret).verify(body, lower(headers))),
    sign: ({ secret, body, now, id }) => new Svix(secret).sign(id, new Date(now * 1000), body).slice(3),
  },
  openai: { package: "openai", verify: ({ secret, headers, body }) => accepts(() => openai.webhooks.unwrap(body, lower(headers), secret)) },
  anthropic: { package: "@anthropic-ai/sdk", verify: ({ secret, headers, body }) => accepts(() => anthropic.beta.webhooks.unwrap(body, { headers: lower(headers), key: secret })) },
  replicate: { package: "replicate", verify: ({ secret, headers, body }) => replicate({ headers: lower(headers), body }, secret) },
  clerk: {
    package: "@clerk/backend",
    verify: ({ secret, headers, body, url }) => accepts(() => clerk(new Request(url, { method: "POST", headers, body }), { signingSecret: secret })),
  },
  resend: {
    package: "resend",
    verify: ({ secret, headers, body }) => {
      const prefix = "svix-id" in lower(headers) ? "svix" : "webhook";
      const { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: timestamp, [`${prefix}-signature`]: signature } = lower(headers);
      return accepts(() => new Resend(apiKey).webhooks.verify({ payload: body, headers: { id, timestamp, signature }, webhookSecret: secret }));
    },
  },
  // Supabase's documentation removes the `v1,` before it passes the secret to this package.
  "supabase-auth": { package: "standardwebhooks", verify: ({ secret, headers, body }) => accepts(() => new Webhook(secret.replace(/^v1,/, "")).verify(body, lower(headers))) },
  polar: { package: "@polar-sh/sdk", verify: ({ secret, headers, body }) => accepts(() => polar.validateEvent(body, lower(headers), secret)) },
};

const bodyOnly = {
  github: {
    package: "@octokit/webhooks-methods",
    verify: ({ secret, headers, body }) => octokit.verify(secret, body, lower(headers)["x-hub-signature-256"]),
    sign: async ({ secret, body }) => (await octokit.sign(secret, body)).slice("sha256=".length),
  },
  shopify: {
    package: "@shopify/shopify-api",
    verify: async ({ secret, headers, body, url }) => {
      const config = { apiKey, apiSecretKey: secret, apiVersion: "2026-10", hostName: "app.example.com", isEmbeddedApp: false, logger: { level: LogSeverity.Error } };
      const rawRequest = new Request(url, { method: "POST", headers, body });
      return (await shopifyApi(config).webhooks.validate({ rawBody: body, rawRequest })).valid;
    },
  },
  linear: {
    package: "@linear/sdk",
    verify: ({ secret, headers, body }) => accepts(() => new LinearWebhookClient(secret).parseData(Buffer.from(body), lower(headers)["linear-signature"])),
  },
  notion: {
    package: "@notionhq/client",
    verify: ({ secret, headers, body }) => notion.verifyWebhookSignature({ body, signature: lower(headers)["x-notion-signature"], verificationToken: secret }),
    sign: async ({ secret, body }) => (await notion.signWebhookPayload({ body, verificationToken: secret })).slice("sha256=".length),
  },
  razorpay: { package: "razorpay", verify: ({ secret, headers, body }) => Razorpay.validateWebhookSignature(body, lower(headers)["x-razorpay-signature"], secret) },
  "coinbase-commerce": {
    package: "coinbase-commerce-node",
    verify: ({ secret, headers, body }) => accepts(() => coinbase.Webhook.verifyEventBody(body, lower(headers)["x-cc-webhook-signature"], secret)),
    sign: ({ secret, body }) => coinbase.Webhook.computeSignature(body, secret),
  },
  adyen: {
    package: "@adyen/api-library",
    verify: verifyAdyen,
    sign: ({ secret, body }) => adyen.calculateHmac(body, secret),
  },
  "adyen-standard": {
    package: "@adyen/api-library",
    verify: verifyAdyen,
    sign: ({ secret, body }) => adyen.calculateHmac(itemsOf(body)[0], secret),
  },
};

const withTime = {
  stripe: {
    package: "stripe",
    verify: ({ secret, headers, body }) => accepts(() => stripe.webhooks.constructEvent(body, lower(headers)["stripe-signature"], secret)),
    sign: ({ secret, body, now }) => stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: now }).split("v1=")[1],
  },
  slack: { package: "@slack/bolt", verify: ({ secret, headers, body }) => accepts(() => verifySlackRequest({ signingSecret: secret, body, headers: lower(headers) })) },
  zoom: { package: "@zoom/rivet", verify: verifyZoom },
  paddle: { package: "@paddle/paddle-node-sdk", verify: ({ secret, headers, body }) => paddle.isSignatureValid(body, secret, lower(headers)["paddle-signature"]) },
  workos: {
    package: "@workos-inc/node",
    verify: ({ secret, headers, body }) => workos.verifyHeader({ payload: body, sigHeader: lower(headers)["workos-signature"], secret }),
    sign: ({ secret, body, now }) => workos.computeSignature(now * 1000, body, secret),
  },
  elevenlabs: {
    package: "@elevenlabs/elevenlabs-js",
    verify: ({ secret, headers, body }) => accepts(() => new ElevenLabsClient({ apiKey }).webhooks.constructEvent(body, lower(headers)["elevenlabs-signature"], secret)),
  },
  mux: { package: "@mux/mux-node", verify: ({ secret, headers, body }) => accepts(() => new Mux({ tokenId: apiKey, tokenSecret: apiKey }).webhooks.unwrap(body, lower(headers), secret)) },
  sanity: {
    package: "@sanity/webhook",
    verify: ({ secret, headers, body }) => sanity.isValidRequest({ headers: lower(headers), body }, secret),
    sign: async ({ secret, body, now }) => (await sanity.encodeSignatureHeader(body, now * 1000, secret)).split("v1=")[1],
  },
  webflow: { package: "webflow-api", verify: ({ secret, headers, body }) => new WebflowClient({ accessToken: apiKey }).webhooks.verifySignature({ headers: lower(headers), body, secret }) },
  retell: {
    package: "retell-sdk",
    verify: ({ secret, headers, body }) => retell.verify(body, secret, lower(headers)["x-retell-signature"]),
    sign: async ({ secret, body }) => (await retell.sign(body, secret)).split("d=")[1],
  },
  box: { package: "box-node-sdk", verify: ({ secret, headers, body }) => Box.validateMessage(body, lower(headers), secret, { secondaryKey: secret }) },
};

const withUrl = {
  twilio: {
    package: "twilio",
    verify: verifyTwilio,
    sign: ({ secret, body, url }) => twilio.getExpectedTwilioSignature(secret, url, form(body)),
  },
  "twilio, JSON": {
    package: "twilio",
    verify: verifyTwilio,
    sign: ({ secret, url }) => twilio.getExpectedTwilioSignature(secret, url, null),
  },
  "twilio, a shared key": {
    package: "twilio",
    verify: verifyTwilio,
    sign: ({ secret, body, url }) => twilio.getExpectedTwilioSignature(secret, url, form(body), "HMAC_SHA256"),
  },
  hubspot: {
    package: "@hubspot/api-client",
    verify: ({ secret, headers, body, url, method }) => {
      const { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp } = lower(headers);
      return HubSpot.isValid({ signatureVersion: "v3", clientSecret: secret, requestBody: body, url, method, signature, timestamp: timestamp && Number(timestamp) });
    },
    sign: ({ secret, body, url, now }) => HubSpot.getSignature("POST", "v3", { clientSecret: secret, requestBody: body, url, timestamp: now * 1000 }),
  },
  square: {
    package: "square",
    verify: ({ secret, headers, body, url }) => Square.verifySignature({ requestBody: body, signatureHeader: lower(headers)["x-square-hmacsha256-signature"], signatureKey: secret, notificationUrl: url }),
  },
};

const withPublicKey = {
  discord: {
    package: "discord-interactions",
    verify: ({ secret, headers, body }) => verifyKey(body, lower(headers)["x-signature-ed25519"], lower(headers)["x-signature-timestamp"], secret),
  },
  telnyx: { package: "telnyx", verify: ({ secret, headers, body }) => accepts(() => new Telnyx({ apiKey }).webhooks.unwrap(body, { headers: lower(headers), key: secret })) },
  sendgrid: {
    package: "@sendgrid/eventwebhook",
    verify: ({ secret, headers, body }) => {
      const [sdk, prefix] = [new SendGrid(), "x-twilio-email-event-webhook"];
      const { [`${prefix}-signature`]: signature, [`${prefix}-timestamp`]: timestamp } = lower(headers);
      return sdk.verifySignature(sdk.convertPublicKeyToECDSA(secret), body, signature, timestamp);
    },
  },
  "google-pubsub": {
    package: "google-auth-library",
    verify: async ({ secret, headers, url, email = EMAIL }) => {
      const [token, keys] = [lower(headers).authorization.slice("Bearer ".length), typeof secret === "string" ? { k1: secret } : secret];
      const claims = (await new OAuth2Client().verifySignedJwtWithCertsAsync(token, keys, url, ["https://accounts.google.com"])).getPayload();
      // As in Google's documentation of push subscriptions.
      return claims.email_verified === true && claims.email === email;
    },
  },
};

const SAME = {
  "openai, a secret without prefix": "openai",
  "polar, a secret whose text is the key": "polar",
  "shopify, headers of events": "shopify",
};

const entries = { ...standardWebhooks, ...bodyOnly, ...withTime, ...withUrl, ...withPublicKey };
for (const [name, other] of Object.entries(SAME)) entries[name] = entries[other];

/** The SDKs by the name of the sender in `signers.mjs`. */
export const sdks = Object.fromEntries(
  Object.entries(entries).map(([name, entry]) => [name, { ...entry, preset: name.split(",")[0], version: version(entry.package) }]),
);

function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}

/** A form as Express parses it: an array for a repeated name. */
function form(body) {
  const form = new URLSearchParams(body);
  return Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)]));
}

/** Adyen's header, or the signature in each item of a classic notification. */
function verifyAdyen({ secret, headers, body }) {
  const { hmacsignature: signature } = lower(headers);
  if (signature !== undefined) return adyen.validateHMACSignature(secret, signature, body);
  return itemsOf(body).length > 0 && itemsOf(body).every((item) => adyen.validateHMAC(item, secret));
}

function itemsOf(body) {
  return JSON.parse(body).notificationItems.map(({ NotificationRequestItem }) => NotificationRequestItem);
}

/** Verifies as Twilio's middleware for Express does. */
function verifyTwilio({ secret, headers, body, url }) {
  const header = (name) => lower(headers)[name.toLowerCase()];
  const algorithm = twilio.getSignatureAlgorithm(header(twilio.SIGNATURE_SETTINGS_HEADER));
  return twilio.validateExpressRequest({ header, body: form(body), rawBody: body }, secret, { url, algorithm });
}

/** Verifies with Zoom's receiver for AWS Lambda, and hides the events that it prints. */
async function verifyZoom({ secret, headers, body }) {
  const debug = mock.method(console, "debug", () => {});
  try {
    const receiver = new Zoom({ webhooksSecretToken: secret });
    receiver.init({ eventEmitter: { emit: async () => {} } });
    return (await receiver.start()({ headers: lower(headers), body, isBase64Encoded: false })).statusCode === 200;
  } finally {
    debug.mock.restore();
  }
}
