/** An adapter for AWS Lambda behind API Gateway, a load balancer or a function URL. */
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
 * import { webhook } from "countersign/lambda";
 *
 * export const handler = webhook(gemini(process.env.GEMINI_WEBHOOK_SECRET), async ({ id, event }) => {
 *   await store(id, event);
 * });
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option
 */
export function webhook<E>(verifier: Verifier<E>, handler: Handler<E>, options?: ReceiverOptions): (event: any) => Promise<{
  /** The status of the response. */
  statusCode: number;
  /** The headers of the response. A load balancer that has multi-value headers gets `multiValueHeaders` in their place. */
  headers: Record<string, string>;
  /** The body of the response; empty for a 204. */
  body: string;
  /** Whether `body` is base64: if your handler responds with bytes that are no text. */
  isBase64Encoded?: boolean;
}>;
