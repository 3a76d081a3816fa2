/**
 * The package for shared secrets only, with a smaller WebAssembly module. The checks and errors are those of `countersign`. There is no
 * `v1a` and no key set.
 *
 * A `whpk_…` key throws `invalid_secret`, because nothing here can verify with it.
 */
import type { GeminiEvent } from "./events.js";
import type { Secrets, StaticOptions, Verifier } from "./types.js";

export { Webhook, WebhookVerificationError } from "./classes.js";
export type { WebhookOptions } from "./classes.js";
export * from "./hmac-senders.js";
export type * from "./events.js";
export type * from "./types.js";

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
export function standard<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

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
export function svix<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

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
export function gemini(secrets: Secrets, options?: StaticOptions): Verifier<GeminiEvent>;
