// The sender of a delivery, by its headers: the Standard Webhooks family, and others by the headers they sign with.

/** A header of the family. The prefix tells the scheme. */
const FAMILY = /^(?:webhook|svix)-(?:id|timestamp|signature)$/;

/**
 * Other senders, by a header of theirs; the first that is present decides. Only headers that identify a sender: many senders sign in
 * `x-hub-signature-256`. Source: each sender's own documentation.
 */
const OTHERS = [
  ["x-github-event", "GitHub", "x-hub-signature-256"],
  ["x-gitlab-event", "GitLab", "x-gitlab-token"],
  ["x-gitea-event", "Gitea", "x-gitea-signature"],
  ["stripe-signature", "Stripe"],
  ["x-slack-signature", "Slack"],
  ["x-shopify-hmac-sha256", "Shopify"],
  ["shopify-hmac-sha256", "Shopify"],
  ["x-twilio-signature", "Twilio"],
  ["paddle-signature", "Paddle"],
  ["linear-signature", "Linear"],
  ["x-zm-signature", "Zoom"],
  ["x-hubspot-signature-v3", "HubSpot"],
  ["x-hubspot-signature", "HubSpot"],
  ["x-square-hmacsha256-signature", "Square"],
  ["x-docusign-signature-1", "DocuSign"],
  ["typeform-signature", "Typeform"],
  ["x-vercel-signature", "Vercel"],
  ["x-wc-webhook-signature", "WooCommerce"],
  ["calendly-webhook-signature", "Calendly"],
  ["sentry-hook-signature", "Sentry"],
  ["workos-signature", "WorkOS"],
  ["x-notion-signature", "Notion"],
  ["x-pagerduty-signature", "PagerDuty"],
  ["elevenlabs-signature", "ElevenLabs"],
  ["x-openrouter-signature", "OpenRouter"],
  ["heygen-signature", "HeyGen"],
  ["x-bfl-signature", "Black Forest Labs"],
  ["x-retell-signature", "Retell"],
  ["x-vapi-signature", "Vapi"],
  ["mux-signature", "Mux"],
  ["telnyx-signature-ed25519", "Telnyx"],
  ["box-signature-primary", "Box"],
  ["sanity-webhook-signature", "Sanity"],
  ["x-cc-webhook-signature", "Coinbase Commerce"],
  ["x-razorpay-signature", "Razorpay"],
  ["x-zendesk-webhook-signature", "Zendesk"],
  ["twitch-eventsub-message-signature", "Twitch"],
  ["x-webflow-signature", "Webflow"],
  ["x-event-key", "Bitbucket", "x-hub-signature"],
  ["x-signature-ed25519", "Discord"],
  ["x-fal-webhook-signature", "fal"],
  ["x-twilio-email-event-webhook-signature", "SendGrid"],
  ["paypal-transmission-sig", "PayPal"],
  ["x-amz-sns-message-type", "Amazon SNS"],
  ["x-dropbox-signature", "Dropbox"],
  ["x-hook-signature", "Asana"],
  ["x-xero-signature", "Xero"],
  ["intuit-signature", "Intuit"],
  ["x-line-signature", "LINE"],
  ["x-hub-signature-256", "GitHub, Meta, or a sender that signs as they do"],
  ["x-hub-signature", "GitHub, Intercom, or a sender that signs as they do"],
];

/** Whether a text mentions a header of a signed delivery, in any spelling. */
export const mentionsOne = (text) => MENTIONED.test(text);
const MENTIONED = new RegExp(["(?:webhook|svix)-(?:id|timestamp|signature)", ...OTHERS.map(([header]) => header)].join("|").replaceAll("-", "[-_]"), "i");

/** Whether a name is one of the three headers that this page checks. */
export const isFamily = (name) => FAMILY.test(name.toLowerCase());

/** Another sender, `{ name, header }`; undefined if the headers are of the family, or unknown. */
export function otherSender(headers) {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if ([...names].some((name) => FAMILY.test(name) && name.endsWith("-signature"))) return undefined;
  const found = OTHERS.find(([header]) => names.has(header));
  if (found === undefined) return undefined;
  const [header, name, signature] = found;
  return { name, header: signature !== undefined && names.has(signature) ? signature : header };
}

/** Whether headers belong to a signed delivery, of any sender. */
export const isDelivery = (headers) => headers.length > 0 && (headers.some(([name]) => isFamily(name)) || otherSender(headers) !== undefined);

/** What to say about another sender's delivery. */
export const aboutOther = ({ name, header }) => `This is a delivery of ${name}, because it has the header \`${header}\`. This page cannot check its signature; use the sender’s own library.`;
