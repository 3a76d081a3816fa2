/**
 * The package for shared secrets only, with a WebAssembly module of 53 KB gzipped. The checks and errors are those of
 * `countersign`. There is no `v1a`, no key set and no report.
 *
 * A `whpk_…` key throws `invalid_secret`, because nothing here can verify with it.
 */
import type { GeminiEvent, HmacDescription, Secrets, StaticOptions, Unwrapper } from "./index.js";

export { Webhook, WebhookVerificationError } from "./index.js";
export type {
  BodyLike,
  Delivery,
  ErrorCode,
  GeminiEvent,
  GeminiEventData,
  GeminiEventOf,
  GeminiEventType,
  HeadersLike,
  HmacDescription,
  LambdaEventLike,
  RequestLike,
  Secret,
  Secrets,
  Separator,
  StaticOptions,
  Unwrapper,
  UnwrapOptions,
  VerifyOptions,
  WebhookOptions,
  WebhookUnbrandedRequiredHeaders,
} from "./index.js";

/**
 * Describes a sender that has no function of its own, and returns its function. It brings a WebAssembly module of its own, which a bundler
 * leaves out of a program that does not call it. Call it once for each sender.
 *
 * @example
 * ```js
 * import { hmac } from "countersign/hmac";
 *
 * const acme = hmac({ signature: { header: "Acme-Signature", member: "v1" }, timestamp: { header: "Acme-Signature", member: "t" }, signed: "{timestamp}.{body}" });
 * const webhooks = acme(process.env.ACME_SECRET);
 *
 * export async function receive(request) {
 *   const { id, event } = await webhooks.unwrap(request);
 *   await store(id, event);
 * }
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid`. The message names what is wrong in the description, and the fix.
 */
export function hmac(description: HmacDescription): <E = unknown>(secrets: Secrets, options?: StaticOptions) => Unwrapper<E>;

/**
 * Verifies Standard Webhooks: `webhook-*` headers with `v1`.
 *
 * @example
 * ```js
 * import { standard } from "countersign/hmac";
 *
 * const { id, event } = await standard(process.env.WEBHOOK_SECRET).unwrap(request);
 * ```
 *
 * @throws {WebhookVerificationError} as {@link Webhook} does
 */
export function standard<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/**
 * Verifies Svix's webhooks: as {@link standard}, with `svix-*` headers, or `webhook-*` if the `svix-*` set is incomplete.
 *
 * @example
 * ```js
 * import { svix } from "countersign/hmac";
 *
 * const { id, event } = await svix(process.env.WEBHOOK_SECRET).unwrap(rawBody, headers);
 * ```
 *
 * @throws {WebhookVerificationError} as {@link Webhook} does
 */
export function svix<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/**
 * Verifies Gemini's static webhooks, which are signed with the project's secret.
 *
 * @example
 * ```js
 * import { gemini } from "countersign/hmac";
 *
 * const { id, event } = await gemini(process.env.WEBHOOK_SECRET).unwrap(request);
 * ```
 *
 * @throws {WebhookVerificationError} as {@link Webhook} does
 */
export function gemini(secrets: Secrets, options?: StaticOptions): Unwrapper<GeminiEvent>;

// Generated from src/scheme; to update: UPDATE=1 cargo test --test senders

/** Verifies webhooks of [OpenAI](https://developers.openai.com/api/docs/guides/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function openai<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Anthropic](https://platform.claude.com/docs/en/managed-agents/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function anthropic<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Replicate](https://replicate.com/docs/topics/webhooks/verify-webhook): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function replicate<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [xAI's voice agents](https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function xai<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [AI/ML API](https://docs.aimlapi.com): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function aimlapi<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Recall.ai](https://docs.recall.ai/docs/authenticating-requests-from-recallai): HMAC-SHA256 (`v1`) in `webhook-signature` or `svix-signature`. */
export function recall<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Clerk](https://clerk.com/docs/guides/development/webhooks/syncing): HMAC-SHA256 (`v1`) in `svix-signature` or `webhook-signature`. */
export function clerk<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Resend](https://resend.com/docs/webhooks/verify-webhooks-requests): HMAC-SHA256 (`v1`) in `svix-signature` or `webhook-signature`. */
export function resend<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Brex](https://developer.brex.com/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function brex<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Render](https://render.com/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function render<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Loops](https://loops.so/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function loops<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Supabase's auth hooks](https://supabase.com/docs/guides/auth/auth-hooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function supabaseAuth<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Polar](https://polar.sh/docs/integrate/webhooks/delivery): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function polar<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [GitLab's signing tokens](https://docs.gitlab.com/user/project/integrations/webhooks/): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function gitlab<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [epilot](https://docs.epilot.io/docs/integrations/webhooks/security): HMAC-SHA256 (`v1`) or Ed25519 (`v1a`) in `webhook-signature`. */
export function epilot<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries): HMAC-SHA256 in `x-hub-signature-256`. */
export function github<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Stripe](https://docs.stripe.com/webhooks#verify-manually): HMAC-SHA256 in `stripe-signature`. */
export function stripe<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack): HMAC-SHA256 in `x-slack-signature`. */
export function slack<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Zoom](https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events): HMAC-SHA256 in `x-zm-signature`. */
export function zoom<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Paddle](https://developer.paddle.com/webhooks/about/signature-verification): HMAC-SHA256 in `paddle-signature`. */
export function paddle<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Calendly](https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures): HMAC-SHA256 in `calendly-webhook-signature`. */
export function calendly<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [WorkOS](https://workos.com/docs/events/data-syncing/webhooks): HMAC-SHA256 in `workos-signature`. */
export function workos<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Mux](https://www.mux.com/docs/core/verify-webhook-signatures): HMAC-SHA256 in `mux-signature`. */
export function mux<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [ElevenLabs](https://elevenlabs.io/docs/overview/administration/webhooks): HMAC-SHA256 in `elevenlabs-signature`. */
export function elevenlabs<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [OpenRouter](https://openrouter.ai/docs/cookbook/video-generation/video-generation-webhooks): HMAC-SHA256 in `x-openrouter-signature`. */
export function openrouter<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Retell](https://docs.retellai.com/features/secure-webhook): HMAC-SHA256 in `x-retell-signature`. */
export function retell<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Box](https://developer.box.com/guides/webhooks/v2/signatures-v2/): HMAC-SHA256 in `box-signature-primary` or `box-signature-secondary`. */
export function box<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Sanity](https://www.sanity.io/docs/content-lake/webhooks): HMAC-SHA256 in `sanity-webhook-signature`. */
export function sanity<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Zendesk](https://developer.zendesk.com/documentation/webhooks/verifying/): HMAC-SHA256 in `x-zendesk-webhook-signature`. */
export function zendesk<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Twitch EventSub](https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message): HMAC-SHA256 in `twitch-eventsub-message-signature`. */
export function twitch<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Webflow](https://developers.webflow.com/data/docs/working-with-webhooks): HMAC-SHA256 in `x-webflow-signature`. */
export function webflow<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Shopify](https://shopify.dev/docs/apps/build/webhooks/verify-deliveries): HMAC-SHA256 in `x-shopify-hmac-sha256` or `shopify-hmac-sha256`. */
export function shopify<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Meta, for Facebook, Instagram and WhatsApp](https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads): HMAC-SHA256 in `x-hub-signature-256`. */
export function meta<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Linear](https://linear.app/developers/webhooks#securing-webhooks): HMAC-SHA256 in `linear-signature`. */
export function linear<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Typeform](https://www.typeform.com/developers/webhooks/secure-your-webhooks/): HMAC-SHA256 in `typeform-signature`. */
export function typeform<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [HubSpot, version 3 of its signatures](https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation): HMAC-SHA256 in `x-hubspot-signature-v3`. */
export function hubspot<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Square](https://developer.squareup.com/docs/webhooks/step3validate): HMAC-SHA256 in `x-square-hmacsha256-signature`. */
export function square<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Twilio](https://www.twilio.com/docs/usage/security#validating-requests): HMAC-SHA1 or HMAC-SHA256 in `x-twilio-signature`. */
export function twilio<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Vercel](https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks): HMAC-SHA1 in `x-vercel-signature`. */
export function vercel<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [WooCommerce](https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/): HMAC-SHA256 in `x-wc-webhook-signature`. */
export function woocommerce<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Intercom](https://developers.intercom.com/docs/webhooks/webhook-notifications): HMAC-SHA1 in `x-hub-signature`. */
export function intercom<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Sentry](https://docs.sentry.io/integrations/integration-platform/webhooks/): HMAC-SHA256 in `sentry-hook-signature`. */
export function sentry<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Notion](https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended): HMAC-SHA256 in `x-notion-signature`. */
export function notion<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [PagerDuty](https://developer.pagerduty.com/docs/28e906a0e4f36-verifying-signatures): HMAC-SHA256 in `x-pagerduty-signature`. */
export function pagerduty<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Bitbucket Cloud](https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks): HMAC-SHA256 in `x-hub-signature`. */
export function bitbucket<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Jira](https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks): HMAC-SHA256 in `x-hub-signature`. */
export function jira<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Coinbase Commerce](https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security): HMAC-SHA256 in `x-cc-webhook-signature`. */
export function coinbaseCommerce<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Razorpay](https://razorpay.com/docs/webhooks/validate-test/): HMAC-SHA256 in `x-razorpay-signature`. */
export function razorpay<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [DocuSign Connect](https://developers.docusign.com/platform/webhooks/connect/validate): HMAC-SHA256 in `x-docusign-signature-1` to `x-docusign-signature-10`. */
export function docusign<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Black Forest Labs (FLUX)](https://github.com/black-forest-labs/skills/blob/main/skills/bfl-api/references/webhook-integration.md): HMAC-SHA256 in `x-bfl-signature`. */
export function bfl<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [HeyGen](https://developers.heygen.com/docs/webhooks): HMAC-SHA256 in `heygen-signature` or `signature`. */
export function heygen<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Vapi](https://docs.vapi.ai/server-url/server-authentication): HMAC-SHA256 in `x-vapi-signature`. */
export function vapi<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Adyen](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures): HMAC-SHA256 in `hmacsignature`. */
export function adyen<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Adyen (standard webhooks)](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures): HMAC-SHA256 of fields (`hmac-sha256-fields`) in the body. */
export function adyenStandard<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

// End of the generated part.
