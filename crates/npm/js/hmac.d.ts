/**
 * The package for shared secrets alone: `v1`, with a Wasm of less than a third of the size. The same checks and the same errors; no
 * `v1a`, no key sets, no reports.
 *
 * A `whpk_…` key is refused as `invalid_secret`, as nothing here could check with it.
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

/** Standard Webhooks: `webhook-*` headers. */
export function standard<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Svix: the same under `svix-*`, or under `webhook-*` where that set is complete. */
export function svix<E = unknown>(secrets: Secrets, options?: StaticOptions): Unwrapper<E>;

/** Gemini's static webhooks, signed with the project's secret. */
export function gemini(secrets: Secrets, options?: StaticOptions): Unwrapper<GeminiEvent>;
