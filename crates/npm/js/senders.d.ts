// The senders of `countersign`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import type { ClerkEvent, GithubEvent, LinearEvent, OpenaiEvent, ReplicateEvent, ResendEvent, ShopifyEvent, SlackEvent, StripeEvent } from "./events.js";
import type { KeySetOptions, Secrets, StaticOptions, TokenOptions, Verifier } from "./types.js";

/**
 * Verifies webhooks of [OpenAI](https://developers.openai.com/api/docs/guides/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { openai } from "countersign";
 *
 * const webhooks = openai(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function openai<E = OpenaiEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Anthropic](https://platform.claude.com/docs/en/managed-agents/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { anthropic } from "countersign";
 *
 * const webhooks = anthropic(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function anthropic<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Replicate](https://replicate.com/docs/topics/webhooks/verify-webhook): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { replicate } from "countersign";
 *
 * const webhooks = replicate(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function replicate<E = ReplicateEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [xAI's voice agents](https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { xai } from "countersign";
 *
 * const webhooks = xai(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function xai<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [AI/ML API](https://docs.aimlapi.com): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { aimlapi } from "countersign";
 *
 * const webhooks = aimlapi(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function aimlapi<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Recall.ai](https://docs.recall.ai/docs/authenticating-requests-from-recallai): HMAC-SHA256 (`v1`) in `webhook-signature` or `svix-signature`.
 *
 * @example
 * ```js
 * import { recall } from "countersign";
 *
 * const webhooks = recall(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function recall<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Clerk](https://clerk.com/docs/guides/development/webhooks/syncing): HMAC-SHA256 (`v1`) in `svix-signature` or `webhook-signature`.
 *
 * @example
 * ```js
 * import { clerk } from "countersign";
 *
 * const webhooks = clerk(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function clerk<E = ClerkEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Resend](https://resend.com/docs/webhooks/verify-webhooks-requests): HMAC-SHA256 (`v1`) in `svix-signature` or `webhook-signature`.
 *
 * @example
 * ```js
 * import { resend } from "countersign";
 *
 * const webhooks = resend(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function resend<E = ResendEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Brex](https://developer.brex.com/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature` or `svix-signature`.
 *
 * @example
 * ```js
 * import { brex } from "countersign";
 *
 * const webhooks = brex(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function brex<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Render](https://render.com/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature` or `svix-signature`.
 *
 * @example
 * ```js
 * import { render } from "countersign";
 *
 * const webhooks = render(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function render<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Loops](https://loops.so/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature` or `svix-signature`.
 *
 * @example
 * ```js
 * import { loops } from "countersign";
 *
 * const webhooks = loops(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function loops<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Supabase's auth hooks](https://supabase.com/docs/guides/auth/auth-hooks): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { supabaseAuth } from "countersign";
 *
 * const webhooks = supabaseAuth(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function supabaseAuth<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Polar](https://polar.sh/docs/integrate/webhooks/delivery): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { polar } from "countersign";
 *
 * const webhooks = polar(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function polar<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [GitLab's signing tokens](https://docs.gitlab.com/user/project/integrations/webhooks/): HMAC-SHA256 (`v1`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { gitlab } from "countersign";
 *
 * const webhooks = gitlab(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function gitlab<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [epilot](https://docs.epilot.io/docs/integrations/webhooks/security): HMAC-SHA256 (`v1`) or Ed25519 (`v1a`) in `webhook-signature`.
 *
 * @example
 * ```js
 * import { epilot } from "countersign";
 *
 * const webhooks = epilot(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function epilot<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries): HMAC-SHA256 in `x-hub-signature-256`.
 *
 * @example
 * ```js
 * import { github } from "countersign";
 *
 * const webhooks = github(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function github<E = GithubEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Stripe](https://docs.stripe.com/webhooks#verify-manually): HMAC-SHA256 in `stripe-signature`.
 *
 * @example
 * ```js
 * import { stripe } from "countersign";
 *
 * const webhooks = stripe(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function stripe<E = StripeEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack): HMAC-SHA256 in `x-slack-signature`.
 *
 * @example
 * ```js
 * import { slack } from "countersign";
 *
 * const webhooks = slack(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function slack<E = SlackEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Zoom](https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events): HMAC-SHA256 in `x-zm-signature`.
 *
 * @example
 * ```js
 * import { zoom } from "countersign";
 *
 * const webhooks = zoom(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function zoom<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Paddle](https://developer.paddle.com/webhooks/about/signature-verification): HMAC-SHA256 in `paddle-signature`.
 *
 * @example
 * ```js
 * import { paddle } from "countersign";
 *
 * const webhooks = paddle(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function paddle<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Calendly](https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures): HMAC-SHA256 in `calendly-webhook-signature`.
 *
 * @example
 * ```js
 * import { calendly } from "countersign";
 *
 * const webhooks = calendly(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function calendly<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [WorkOS](https://workos.com/docs/events/data-syncing/webhooks): HMAC-SHA256 in `workos-signature`.
 *
 * @example
 * ```js
 * import { workos } from "countersign";
 *
 * const webhooks = workos(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function workos<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Mux](https://www.mux.com/docs/core/verify-webhook-signatures): HMAC-SHA256 in `mux-signature`.
 *
 * @example
 * ```js
 * import { mux } from "countersign";
 *
 * const webhooks = mux(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function mux<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [ElevenLabs](https://elevenlabs.io/docs/overview/administration/webhooks): HMAC-SHA256 in `elevenlabs-signature`.
 *
 * @example
 * ```js
 * import { elevenlabs } from "countersign";
 *
 * const webhooks = elevenlabs(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function elevenlabs<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [OpenRouter](https://openrouter.ai/docs/cookbook/video-generation/video-generation-webhooks): HMAC-SHA256 in `x-openrouter-signature`.
 *
 * @example
 * ```js
 * import { openrouter } from "countersign";
 *
 * const webhooks = openrouter(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function openrouter<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Retell](https://docs.retellai.com/features/secure-webhook): HMAC-SHA256 in `x-retell-signature`.
 *
 * @example
 * ```js
 * import { retell } from "countersign";
 *
 * const webhooks = retell(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function retell<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Box](https://developer.box.com/guides/webhooks/v2/signatures-v2/): HMAC-SHA256 in `box-signature-primary` or `box-signature-secondary`.
 *
 * @example
 * ```js
 * import { box } from "countersign";
 *
 * const webhooks = box(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function box<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Sanity](https://www.sanity.io/docs/content-lake/webhooks): HMAC-SHA256 in `sanity-webhook-signature`.
 *
 * @example
 * ```js
 * import { sanity } from "countersign";
 *
 * const webhooks = sanity(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function sanity<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Zendesk](https://developer.zendesk.com/documentation/webhooks/verifying/): HMAC-SHA256 in `x-zendesk-webhook-signature`.
 *
 * @example
 * ```js
 * import { zendesk } from "countersign";
 *
 * const webhooks = zendesk(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function zendesk<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Twitch EventSub](https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message): HMAC-SHA256 in `twitch-eventsub-message-signature`.
 *
 * @example
 * ```js
 * import { twitch } from "countersign";
 *
 * const webhooks = twitch(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function twitch<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Webflow](https://developers.webflow.com/data/docs/working-with-webhooks): HMAC-SHA256 in `x-webflow-signature`.
 *
 * @example
 * ```js
 * import { webflow } from "countersign";
 *
 * const webhooks = webflow(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function webflow<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Shopify](https://shopify.dev/docs/apps/build/webhooks/verify-deliveries): HMAC-SHA256 in `x-shopify-hmac-sha256` or `shopify-hmac-sha256`.
 *
 * @example
 * ```js
 * import { shopify } from "countersign";
 *
 * const webhooks = shopify(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function shopify<E = ShopifyEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Meta, for Facebook, Instagram and WhatsApp](https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads): HMAC-SHA256 in `x-hub-signature-256`.
 *
 * @example
 * ```js
 * import { meta } from "countersign";
 *
 * const webhooks = meta(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function meta<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Linear](https://linear.app/developers/webhooks#securing-webhooks): HMAC-SHA256 in `linear-signature`.
 *
 * @example
 * ```js
 * import { linear } from "countersign";
 *
 * const webhooks = linear(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function linear<E = LinearEvent>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Typeform](https://www.typeform.com/developers/webhooks/secure-your-webhooks/): HMAC-SHA256 in `typeform-signature`.
 *
 * @example
 * ```js
 * import { typeform } from "countersign";
 *
 * const webhooks = typeform(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function typeform<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [HubSpot, version 3 of its signatures](https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation): HMAC-SHA256 in `x-hubspot-signature-v3`.
 *
 * @example
 * ```js
 * import { hubspot } from "countersign";
 *
 * const webhooks = hubspot(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function hubspot<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Square](https://developer.squareup.com/docs/webhooks/step3validate): HMAC-SHA256 in `x-square-hmacsha256-signature`.
 *
 * @example
 * ```js
 * import { square } from "countersign";
 *
 * const webhooks = square(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function square<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Twilio](https://www.twilio.com/docs/usage/security#validating-requests): HMAC-SHA1 or HMAC-SHA256 in `x-twilio-signature`.
 *
 * @example
 * ```js
 * import { twilio } from "countersign";
 *
 * const webhooks = twilio(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function twilio<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Vercel](https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks): HMAC-SHA1 in `x-vercel-signature`.
 *
 * @example
 * ```js
 * import { vercel } from "countersign";
 *
 * const webhooks = vercel(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function vercel<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [WooCommerce](https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/): HMAC-SHA256 in `x-wc-webhook-signature`.
 *
 * @example
 * ```js
 * import { woocommerce } from "countersign";
 *
 * const webhooks = woocommerce(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function woocommerce<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Intercom](https://developers.intercom.com/docs/webhooks/webhook-notifications): HMAC-SHA1 in `x-hub-signature`.
 *
 * @example
 * ```js
 * import { intercom } from "countersign";
 *
 * const webhooks = intercom(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function intercom<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Sentry](https://docs.sentry.io/integrations/integration-platform/webhooks/): HMAC-SHA256 in `sentry-hook-signature`.
 *
 * @example
 * ```js
 * import { sentry } from "countersign";
 *
 * const webhooks = sentry(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function sentry<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Notion](https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended): HMAC-SHA256 in `x-notion-signature`.
 *
 * @example
 * ```js
 * import { notion } from "countersign";
 *
 * const webhooks = notion(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function notion<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [PagerDuty](https://developer.pagerduty.com/docs/28e906a0e4f36-verifying-signatures): HMAC-SHA256 in `x-pagerduty-signature`.
 *
 * @example
 * ```js
 * import { pagerduty } from "countersign";
 *
 * const webhooks = pagerduty(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function pagerduty<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Bitbucket Cloud](https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks): HMAC-SHA256 in `x-hub-signature`.
 *
 * @example
 * ```js
 * import { bitbucket } from "countersign";
 *
 * const webhooks = bitbucket(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function bitbucket<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Jira](https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks): HMAC-SHA256 in `x-hub-signature`.
 *
 * @example
 * ```js
 * import { jira } from "countersign";
 *
 * const webhooks = jira(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function jira<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Coinbase Commerce](https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security): HMAC-SHA256 in `x-cc-webhook-signature`.
 *
 * @example
 * ```js
 * import { coinbaseCommerce } from "countersign";
 *
 * const webhooks = coinbaseCommerce(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function coinbaseCommerce<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Razorpay](https://razorpay.com/docs/webhooks/validate-test/): HMAC-SHA256 in `x-razorpay-signature`.
 *
 * @example
 * ```js
 * import { razorpay } from "countersign";
 *
 * const webhooks = razorpay(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function razorpay<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [DocuSign Connect](https://developers.docusign.com/platform/webhooks/connect/validate): HMAC-SHA256 in `x-docusign-signature-1` to `x-docusign-signature-10`.
 *
 * @example
 * ```js
 * import { docusign } from "countersign";
 *
 * const webhooks = docusign(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function docusign<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Black Forest Labs (FLUX)](https://github.com/black-forest-labs/skills/blob/main/skills/bfl-api/references/webhook-integration.md): HMAC-SHA256 in `x-bfl-signature`.
 *
 * @example
 * ```js
 * import { bfl } from "countersign";
 *
 * const webhooks = bfl(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function bfl<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [HeyGen](https://developers.heygen.com/docs/webhooks): HMAC-SHA256 in `heygen-signature` or `signature`.
 *
 * @example
 * ```js
 * import { heygen } from "countersign";
 *
 * const webhooks = heygen(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function heygen<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Vapi](https://docs.vapi.ai/server-url/server-authentication): HMAC-SHA256 in `x-vapi-signature`.
 *
 * @example
 * ```js
 * import { vapi } from "countersign";
 *
 * const webhooks = vapi(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function vapi<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Adyen](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures): HMAC-SHA256 in `hmacsignature`.
 *
 * @example
 * ```js
 * import { adyen } from "countersign";
 *
 * const webhooks = adyen(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function adyen<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Adyen (standard webhooks)](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures): HMAC-SHA256 of fields (`hmac-sha256-fields`) in the body.
 *
 * @example
 * ```js
 * import { adyenStandard } from "countersign";
 *
 * const webhooks = adyenStandard(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function adyenStandard<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Discord](https://docs.discord.com/developers/interactions/overview): Ed25519 in `x-signature-ed25519`.
 *
 * @example
 * ```js
 * import { discord } from "countersign";
 *
 * const webhooks = discord(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function discord<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [Telnyx](https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks): Ed25519 in `telnyx-signature-ed25519`.
 *
 * @example
 * ```js
 * import { telnyx } from "countersign";
 *
 * const webhooks = telnyx(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function telnyx<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [fal](https://docs.fal.ai/model-apis/model-endpoints/webhooks): Ed25519 in `x-fal-webhook-signature`.
 *
 * @example
 * ```js
 * import { fal } from "countersign";
 *
 * const webhooks = fal();
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function fal<E = unknown>(options?: KeySetOptions): Verifier<E>;

/**
 * Verifies webhooks of [GitLab (secret token)](https://docs.gitlab.com/user/project/integrations/webhooks/): a shared token in `x-gitlab-token`.
 *
 * @example
 * ```js
 * import { gitlabToken } from "countersign";
 *
 * const webhooks = gitlabToken(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function gitlabToken<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies webhooks of [AssemblyAI](https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio): a shared token in `x-webhook-secret`.
 *
 * @example
 * ```js
 * import { assemblyai } from "countersign";
 *
 * const webhooks = assemblyai(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function assemblyai<E = unknown>(secrets: Secrets, options?: TokenOptions): Verifier<E>;

/**
 * Verifies webhooks of [Okta](https://developer.okta.com/docs/concepts/event-hooks/): a shared token in `authorization`.
 *
 * @example
 * ```js
 * import { okta } from "countersign";
 *
 * const webhooks = okta(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function okta<E = unknown>(secrets: Secrets, options?: TokenOptions): Verifier<E>;

/**
 * Verifies webhooks of [Vapi (bearer token)](https://docs.vapi.ai/server-url/server-authentication): a shared token in `authorization`.
 *
 * @example
 * ```js
 * import { vapiToken } from "countersign";
 *
 * const webhooks = vapiToken(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function vapiToken<E = unknown>(secrets: Secrets, options?: TokenOptions): Verifier<E>;
