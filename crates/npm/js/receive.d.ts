/** What the adapters have in common. */
import type { ErrorCode, Delivery, Verifier } from "./types.js";
import type { Once } from "./once.js";

export type { Delivery, ErrorCode, Verifier } from "./types.js";

/**
 * Handles a verified event. The sender gets a 2xx after it resolved, and a 500 if it throws or rejects.
 *
 * Where the sender waits for an answer of yours, as Slack does for a command, return it: a `Response` that you make, such as
 * `Response.json({ text: "done" })`, of which the sender gets status, content type and body, or a text. A response with a status from 300
 * counts as a failure, so that its event is not lost. Any other value is dropped, as is a response that was fetched.
 */
export type Handler<E> = (delivery: Delivery<E>) => unknown;

/** A line of the log. It has no secret, no signature, no header and no part of a body. */
export interface LogRecord {
  /** Always `webhook`: it tells this record from others in the log. */
  event: "webhook";
  /** Why the delivery was not handled. `not_remembered`: it was, and the store of `once` failed afterwards, so that a copy may run again. */
  outcome: ErrorCode | "body_incomplete" | "body_too_large" | "handler_failed" | "handshake_refused" | "in_flight" | "method_not_allowed" | "not_remembered";
  /** The status of the response. */
  status: number;
  /** How to fix it, for those who run the receiver. */
  message?: string;
  /** The form of signature that was verified. */
  scheme?: string;
  /** What the handler threw. It may contain what your code put into it. */
  error?: unknown;
}

/** Options of an adapter's `webhook`. */
export interface ReceiverOptions {
  /** The most bytes of a body; a larger one is a 413. Default: 1 MiB. */
  limit?: number | undefined;
  /**
   * Writes a line of the log, or `false`: none. Default: JSON to `console.warn`, and to `console.error` for a status from 500. If it throws or
   * rejects, the default writes the line.
   */
  log?: ((record: LogRecord) => void) | false | undefined;
  /**
   * What `once(store, ttl)` of `countersign/once` returns: a copy of a handled event is a 2xx without the handler, and one that arrives
   * meanwhile a 409, or a 503 for a sender that tries no more after a 4xx.
   */
  once?: Once | undefined;
  /**
   * For a sender that signs its URL (`hubspot`, `square`, `twilio`): the webhook's URL as you entered it there, if a proxy changes it on the way, or
   * if a request has a part of it alone, as with Next's `basePath` and Hono's `mount`. Without a query it takes the request's. Default: the
   * request's URL, with the scheme and, in Node and Next, the host that a proxy noted in `x-forwarded-*`.
   */
  publicUrl?: string | undefined;
  /**
   * The token that you gave the sender, for one that asks for it with a GET before it sends events: `meta`. Route GET to the adapter too.
   * Default: such a GET is a 405.
   */
  verifyToken?: string | undefined;
  /** As in `unwrap`: `false` if the body need not be JSON. */
  jsonParse?: boolean | undefined;
  /** As in `unwrap`, for tests. */
  now?: number | Date | undefined;
}
