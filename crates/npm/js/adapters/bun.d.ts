/** An adapter for `Bun.serve`, `Deno.serve`, a Worker's `fetch`, and anything else that has a `Request` and returns a `Response`. */
import type { Handler, ReceiverOptions, Verifier } from "../receive.js";

export type * from "../receive.js";

/**
 * Receives webhooks: reads the raw body, verifies it, runs the handler, and responds.
 *
 * Responses: what the sender takes for a success, mostly 204, after the handler resolved; the reply to the sender's handshake, without the
 * handler; `application/problem+json` with a code for everything else. A failure is logged; a refused delivery gets its code and no detail.
 *
 * @example
 * ```js
 * import { gemini } from "countersign";
 * import { webhook } from "countersign/bun";
 *
 * const receive = webhook(gemini(process.env.GEMINI_WEBHOOK_SECRET), async ({ id, event }) => {
 *   await store(id, event);
 * });
 * // Bun.serve({ routes: { "/hooks/gemini": receive } });
 * ```
 *
 * In a Worker, pass it on as it is, `export default { fetch: receive }`, or with the execution context, `receive(request, env, context)`: a stale
 * key set is then refreshed after the response.
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option
 */
export function webhook<E>(verifier: Verifier<E>, handler: Handler<E>, options?: ReceiverOptions): (
  request: Request,
  env?: unknown,
  context?: { waitUntil(promise: Promise<unknown>): void },
) => Promise<Response>;
