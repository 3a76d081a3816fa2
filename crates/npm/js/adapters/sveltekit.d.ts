/** An adapter for SvelteKit: request handlers of `+server.js`. */
import type { Handler, ReceiverOptions, Verifier } from "../receive.js";

export type * from "../receive.js";

/**
 * Receives webhooks: reads the raw body, verifies it, runs the handler, and responds.
 *
 * Responses: what the sender takes for a success, mostly 204, after the handler resolved; the reply to the sender's handshake, without the
 * handler; `application/problem+json` with a code for everything else. A failure is logged; a refused delivery gets its code and no detail.
 *
 * SvelteKit's CSRF protection refuses form-encoded deliveries before the route runs, unless its configuration has `csrf: { trustedOrigins: ["*"] }`.
 *
 * @example
 * ```js
 * // src/routes/hooks/gemini/+server.js
 * import { gemini } from "countersign";
 * import { webhook } from "countersign/sveltekit";
 *
 * export const POST = webhook(gemini(process.env.GEMINI_WEBHOOK_SECRET), async ({ id, event }) => {
 *   await store(id, event);
 * });
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option
 */
export function webhook<E>(verifier: Verifier<E>, handler: Handler<E>, options?: ReceiverOptions): (event: { request: Request; platform?: any }) => Promise<Response>;
