/**
 * Verifies signed webhooks with shared secrets and Ed25519 keys: Standard Webhooks (`v1`, `v1a`), Svix, Gemini and many other senders. Checks
 * the raw bytes, and is ready when imported.
 *
 * Every failure is a {@link WebhookVerificationError} with a stable `code`.
 */
import type { GeminiEvent } from "./events.js";
import type { KeySetOptions, Secrets, StaticOptions, Verifier } from "./types.js";

export { Webhook, WebhookVerificationError } from "./classes.js";
export type { WebhookOptions } from "./classes.js";
export * from "./senders.js";
export type * from "./events.js";
export type * from "./types.js";

/**
 * Verifies Standard Webhooks: `webhook-*` headers, and `v1` or `v1a` by the kind of each secret.
 *
 * @example
 * ```js
 * import { standard } from "countersign";
 *
 * const webhooks = standard([process.env.WEBHOOK_SECRET, process.env.OLD_WEBHOOK_SECRET]);
 * const { id, event } = await webhooks.unwrap(request);
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
 * import { svix } from "countersign";
 *
 * const { id, event } = await svix(process.env.WEBHOOK_SECRET).unwrap(rawBody, headers);
 * ```
 *
 * @throws {WebhookVerificationError} as {@link Webhook} does
 */
export function svix<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/**
 * Verifies Gemini's static webhooks, which are signed with the project's secret. Accepts only `v1`: Google's `v1a` keys sign for every
 * customer.
 *
 * @example
 * ```js
 * import { gemini } from "countersign";
 *
 * const { event } = await gemini(process.env.WEBHOOK_SECRET).unwrap(request);
 * if (event.type === "batch.succeeded") console.log(event.data.id, event.data.output_file_uri);
 * ```
 *
 * @throws {WebhookVerificationError} as {@link Webhook} does
 */
export function gemini(secrets: Secrets, options?: StaticOptions): Verifier<GeminiEvent>;

/**
 * Verifies Gemini's dynamic webhooks (`webhook_config`), which are signed with Google's keys.
 *
 * **A valid signature proves that Google sent the event for some customer, not for you.** End the URL that you give to Google with a
 * secret and pass it as `urlToken`, or look up the event's `data.id` among your own jobs.
 *
 * The key set is fetched at first use and cached for as long as `Cache-Control` says, between 5 minutes and 24 hours. A stale one is
 * refreshed in the background, and serves for 24 hours more while its URL fails. A signature that matches no key causes a fetch at
 * most once a minute. Limits: 5 s, 64 KiB, 32 usable keys, no redirects; a failed fetch is not repeated for 5 to 30 s.
 *
 * `geminiDynamic` of `countersign/jwt` also accepts tokens, the form that Google documents and does not send.
 *
 * @example
 * ```js
 * import { geminiDynamic } from "countersign";
 *
 * const webhooks = geminiDynamic({ urlToken: process.env.URL_TOKEN });
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option, `jwks_invalid` for a key set. `unwrap` also rejects with
 * `keys_unavailable` if the key set cannot be fetched; `cause` says why
 */
export function geminiDynamic(options?: KeySetOptions): Verifier<GeminiEvent>;
