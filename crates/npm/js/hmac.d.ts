/**
 * The package for shared secrets only: `v1`, with a WebAssembly module of 36 KB gzipped. The checks and errors are those of
 * `countersign`. There is no `v1a`, no key set and no report.
 *
 * A `whpk_…` key throws `invalid_secret`, because nothing here can verify with it.
 */
import type { GeminiEvent, Secrets, StaticOptions, Unwrapper } from "./index.js";

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
  LambdaEventLike,
  RequestLike,
  Secret,
  Secrets,
  StaticOptions,
  Unwrapper,
  UnwrapOptions,
  VerifyOptions,
  WebhookOptions,
  WebhookUnbrandedRequiredHeaders,
} from "./index.js";

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

/** Verifies webhooks of [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries): HMAC-SHA256 in `x-hub-signature-256`. */
export function github<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Stripe](https://docs.stripe.com/webhooks#verify-manually): HMAC-SHA256 in `stripe-signature`. */
export function stripe<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Verifies webhooks of [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack): HMAC-SHA256 in `x-slack-signature`. */
export function slack<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

// End of the generated part.
