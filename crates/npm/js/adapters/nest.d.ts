/** An adapter for Nest. */
import type { Handler, ReceiverOptions, Verifier } from "../receive.js";

export type * from "../receive.js";

/**
 * Receives webhooks: reads the raw body, verifies it, runs the handler, and responds.
 *
 * Responses: what the sender takes for a success, mostly 204, after the handler resolved; the reply to the sender's handshake, without the
 * handler; `application/problem+json` with a code for everything else. A failure is logged; a refused delivery gets its code and no detail.
 *
 * Methods that the sender does not use go on to the next middleware.
 *
 * @example
 * ```js
 * import { gemini } from "countersign";
 * import { webhook } from "countersign/nest";
 *
 * // Before `app.listen`, so that it runs before Nest's body parser.
 * app.use("/hooks/gemini", webhook(gemini(process.env.GEMINI_WEBHOOK_SECRET), async ({ id, event }) => {
 *   await store(id, event);
 * }));
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option
 */
export function webhook<E>(verifier: Verifier<E>, handler: Handler<E>, options?: ReceiverOptions): (request: any, response: any, next: () => void) => Promise<void>;
