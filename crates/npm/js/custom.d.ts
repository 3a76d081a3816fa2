/** Senders that have no function of their own: describe how they sign. Its WebAssembly is that of `countersign/hmac`, and a module of 32 KB. */
import type { Secrets, StaticOptions, Verifier } from "./types.js";

export { WebhookVerificationError } from "./classes.js";
export type * from "./types.js";

/** What separates the items of a list in a header. */
export type Separator = "," | ";" | "|" | "&" | " ";

/** How a sender signs that has no function of its own: the keys of `scheme = "hmac"` in the Worker's configuration. */
export interface HmacDescription {
  /** Where the signature is, and how it is written. */
  signature: {
    /** The header. */
    header: string;
    /** What the signature begins with: `"sha256="`. */
    prefix?: string | undefined;
    /** If the header is a list of items like `v1=…`: the name of the signature's. It may occur more than once. */
    member?: string | undefined;
    /** What separates the items. Default: `","`. */
    separator?: Separator | undefined;
    /** Lower-case hexadecimal digits, padded base64, or base64url without padding. Default: `"hex"`. */
    encoding?: "hex" | "base64" | "base64url" | undefined;
  };
  /** The hash of the HMAC. Default: `"sha256"`. */
  hash?: "sha256" | "sha1" | "sha512" | undefined;
  /**
   * What is signed: text, `{body}` (the raw body), `{timestamp}` and `{id}` (as their headers have them). There must be text between them,
   * which ends each. Default: `"{body}"`.
   */
  signed?: string | undefined;
  /** Where the timestamp is, if `signed` has it. Without one, a copy of a delivery is as good after a year. */
  timestamp?:
    | {
        /** The header. */
        header: string;
        /** If the header is a list of items like `t=…`: the name of the timestamp's. */
        member?: string | undefined;
        /** What separates the items. Default: as for the signature in the same header, else `","`. */
        separator?: Separator | undefined;
        /** Seconds or milliseconds since 1970, or a date and time of RFC 3339. Default: `"s"`. */
        unit?: "s" | "ms" | "rfc3339" | undefined;
      }
    | undefined;
  /**
   * What an event is known by: a JSON pointer into the body, like `"/id"`, if the sender documents that value as unique; else `"hash"`, the
   * hash of what is signed without the timestamp. Or the header with the event's id, if `signed` has `{id}`. Default: `"hash"`.
   */
  id?:
    | string
    | {
        /** The header. */
        header: string;
      }
    | undefined;
  /** How the sender writes its secrets: the key is the text itself, or the bytes that it stands for. Default: `"text"`. */
  secretEncoding?: "text" | "hex" | "base64" | undefined;
}

/**
 * Describes a sender that has no function of its own, and returns its function. Call it once for each
 * sender.
 *
 * @example
 * ```js
 * import { hmac } from "countersign/custom";
 *
 * const acme = hmac({
 *   signature: { header: "X-Acme-Signature", prefix: "sha256=" },
 *   timestamp: { header: "X-Acme-Timestamp" },
 *   signed: "{timestamp}.{body}",
 *   id: "/id",
 * });
 * const webhooks = acme(process.env.ACME_SECRET);
 *
 * export async function receive(request) {
 *   const { id, event } = await webhooks.unwrap(request);
 *   await store(id, event);
 * }
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid`. The message names what is wrong in the description, and the fix.
 */
export function hmac(description: HmacDescription): <E = unknown>(secrets: Secrets, options?: StaticOptions) => Verifier<E>;
