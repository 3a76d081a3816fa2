// How senders are answered. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders

/** What a sender asks of an endpoint, by the name of its scheme. */
export const HANDSHAKES = {
  __proto__: null,
  "slack": { method: "POST", kind: "echo", marker: "/type", equals: "url_verification", challenge: "/challenge", takesJson: true },
  "zoom": { method: "POST", kind: "encrypted_token" },
  "twitch": { method: "POST", kind: "echo", marker: "/subscription/status", equals: "webhook_callback_verification_pending", challenge: "/challenge", sends: ["twitch-eventsub-message-type", "webhook_callback_verification"] },
  "meta": { method: "GET", kind: "hub_challenge" },
  "intercom": { method: "HEAD", kind: "probe" },
  "heygen": { method: "OPTIONS", kind: "probe" },
  "discord": { method: "POST", kind: "ping" },
  "okta": { method: "GET", kind: "header_challenge", header: "x-okta-verification-challenge" },
};

/** The response to a delivery that was taken, for senders that do not take every success. */
export const ACKNOWLEDGEMENTS = {
  __proto__: null,
  "slack": { status: 200 },
  "zoom": { status: 200 },
  "paddle": { status: 200 },
  "workos": { status: 200 },
  "elevenlabs": { status: 200 },
  "meta": { status: 200 },
  "linear": { status: 200 },
  "twilio": { status: 200, type: "text/xml", body: "<Response/>" },
  "jira": { status: 200 },
  "coinbase-commerce": { status: 200 },
  "adyen": { status: 200, type: "text/plain", body: "[accepted]" },
  "adyen-standard": { status: 200, type: "text/plain", body: "[accepted]" },
  "discord": { status: 204 },
  "telnyx": { status: 200 },
  "okta": { status: 204 },
};

/** The senders that sign the URL of the webhook. */
export const SIGNED_URL = ["hubspot", "square", "twilio"];

/** The senders that make no further attempt after a 4xx. */
export const ENDS_AT_4XX = ["elevenlabs", "sanity", "pagerduty", "assemblyai"];
