/** An adapter for Express, and everything else on `node:http`: Connect, or API routes of Next.js' pages with `bodyParser: false`. */
import type { Handler, ReceiverOptions, Verifier } from "../receive.js";

export type * from "../receive.js";

/**
 * Receives webhooks: reads the raw body, verifies it, runs the handler, and responds.
 *
 * Responses: what the sender takes for a success, mostly 204, after the handler resolved; the reply to the sender's handshake, without the
 * handler; `application/problem+json` with a code for everything else. A failure is logged; a refused delivery gets its code and no detail.
 *
 * Register the route before `express.json()`, which would replace the raw body. Middleware that keeps the bytes as `request.rawBody` may come first.
 *
 * @example
 * ```js
 * import express from "express";
 * import { gemini } from "countersign";
 * import { webhook } from "countersign/express";
 *
 * const app = express();
 * app.post("/hooks/gemini", webhook(gemini(process.env.GEMINI_WEBHOOK_SECRET), async ({ id, event }) => {
 *   await store(id, event);
 * }));
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option
 */
export function webhook<E>(verifier: Verifier<E>, handler: Handler<E>, options?: ReceiverOptions): (request: any, response: any) => Promise<void>;
