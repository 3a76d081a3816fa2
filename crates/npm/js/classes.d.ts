/** The classes of this package. */
import type { BodyLike, ErrorCode, HeadersLike, Secrets, VerifyOptions } from "./types.js";

/**
 * The error that every function of this package throws or rejects with.
 *
 * `message` names the fix. It never contains a secret, a signature or a part of a body.
 *
 * @example
 * ```js
 * import { gemini, WebhookVerificationError } from "countersign";
 *
 * const webhooks = gemini(process.env.WEBHOOK_SECRET);
 *
 * export async function POST(request) {
 *   try {
 *     const { id } = await webhooks.unwrap(request);
 *     return new Response(id);
 *   } catch (error) {
 *     if (error instanceof WebhookVerificationError) return error.toResponse();
 *     throw error;
 *   }
 * }
 * ```
 */
export class WebhookVerificationError extends Error {
  /** An error of your own, for tests of what handles it: `no_matching_signature`, with status 401. */
  constructor(message?: string);
  /** The name of the class. It stays the same in a minified bundle. */
  readonly name: "WebhookVerificationError";
  /** The reason of the failure. */
  readonly code: ErrorCode;
  /**
   * The status to respond with: 400 the delivery is malformed, 401 it is not proved, 404 the URL is wrong, 500 the receiver is
   * misconfigured, 503 the sender should retry.
   */
  readonly status: 400 | 401 | 404 | 500 | 503;
  /** The name of the header at fault, if it is one. */
  readonly header?: string;
  /** The response to the sender: `application/problem+json` (RFC 9457) with a `type` (where the documentation explains the code), a title, the status and the code, and no detail. */
  toResponse(): Response;
}

/** Options of {@link Webhook}. */
export interface WebhookOptions {
  /** `"raw"`: the secret is the key itself, as UTF-8 text or bytes, not base64. */
  format?: "raw" | undefined;
  /**
   * `true` accepts a shared key under 16 bytes, and a key that documentation prints, such as those of test vectors. Both can be guessed:
   * use it for tests only. Otherwise they throw `weak_secret` and `invalid_secret`. Default: `false`.
   */
  allowShortKeys?: boolean | undefined;
  /**
   * How far a timestamp may be from now, in whole seconds, in both directions, the boundary included. Zero means exactly now, not "off". A
   * value that looks like milliseconds throws `config_invalid`, as does any for a sender that signs no time. Default: 300.
   */
  tolerance?: number | undefined;
}

/**
 * Verifies and signs synchronously. Replaces the class of npm `standardwebhooks`, and adds `v1a`, several secrets, and headers and
 * bodies in every form.
 *
 * @example
 * ```js
 * import { Webhook } from "countersign";
 *
 * const webhook = new Webhook(process.env.WEBHOOK_SECRET);
 * const event = webhook.verify(rawBody, headers);
 * ```
 */
export class Webhook {
  /**
   * @throws {WebhookVerificationError} `invalid_secret`, `weak_secret` or `weak_key` for a secret that no sender would use,
   * `config_invalid` for an option
   */
  constructor(secret: Secrets, options?: WebhookOptions);

  /**
   * Checks headers, age and signature, and returns the parsed body; `undefined` for an empty body, or with `jsonParse: false`.
   *
   * @throws {WebhookVerificationError} `invalid_json` if the signature is valid but the body is not JSON; otherwise the first check
   * that failed
   */
  verify<T = unknown>(payload: BodyLike, headers: HeadersLike, options?: VerifyOptions): T;

  /**
   * Signs a body, for tests and senders: returns the value of `webhook-signature`, with one signature for each shared secret.
   *
   * @example
   * ```js
   * import { Webhook } from "countersign";
   *
   * const now = new Date();
   * const headers = {
   *   "webhook-id": "msg_1",
   *   "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
   *   "webhook-signature": new Webhook(process.env.WEBHOOK_SECRET).sign("msg_1", now, "{}"),
   * };
   * ```
   *
   * @throws {WebhookVerificationError} `missing_header` or `invalid_header` for an id that receivers refuse: empty, not visible ASCII, or
   * with a timestamp after a dot. `invalid_timestamp` for a time that is not ten digits of seconds. `invalid_secret` if every key is
   * public
   */
  sign(id: string, timestamp: Date | number, payload: BodyLike): string;
}
