/** What the entries of this package have in common. */
import type { SignatureForm } from "./schemes.js";

export type { SchemeName, SignatureForm } from "./schemes.js";

/** A raw body. A parsed object throws `invalid_body`: a signature covers the exact bytes that were sent. */
export type BodyLike = string | ArrayBufferView | ArrayBuffer;

/**
 * Headers as frameworks provide them: `Headers`, Node's `req.headers` (values may be arrays), `rawHeaders`, a `Map`, pairs, or an
 * object with one of these under `headers`. Names are matched without case.
 */
export type HeadersLike =
  | {
      /** The value of a header. */
      get(name: string): string | null | undefined;
    }
  | Iterable<readonly [string, string]>
  | readonly string[]
  | WebhookUnbrandedRequiredHeaders
  | { readonly [name: string]: string | readonly string[] | number | undefined };

/** The headers under the name of their type in npm `standardwebhooks`. */
export interface WebhookUnbrandedRequiredHeaders {
  /** The event's id. */
  "webhook-id": string;
  /** When the delivery was signed, in Unix seconds. */
  "webhook-timestamp": string;
  /** The signatures, each with its version, separated by spaces. */
  "webhook-signature": string;
}

/** A Fetch `Request`, or an object with the same members: `NextRequest`, Hono's `c.req.raw`, … */
export interface RequestLike {
  /** The headers. */
  readonly headers: {
    /** The value of a header. */
    get(name: string): string | null;
  };
  /** The whole URL. Needed only for `urlToken`, and for senders that sign it. */
  readonly url?: string;
  /** Whether the body was already read: then `unwrap` rejects with `invalid_body`. */
  readonly bodyUsed?: boolean;
  /** Reads the body, once. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * The AWS Lambda event of an HTTP request: from API Gateway (REST and HTTP APIs), a load balancer or a function URL. Netlify's have the
 * same shape. The body may be base64.
 */
export interface LambdaEventLike {
  /** The headers: of one that is repeated, the last line alone, or all lines joined. */
  readonly headers?: { readonly [name: string]: string | undefined } | null | undefined;
  /** The headers with each line of one that is repeated. Unless it is empty, it is read in place of `headers`. */
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null | undefined;
  /** The body, as text or in base64. Absent or `null` if it is empty. */
  readonly body?: string | null | undefined;
  /** Whether `body` is base64. An event has this member or `requestContext`, by which it is recognised. */
  readonly isBase64Encoded?: boolean | undefined;
  /** What the platform knows about the request. Nothing in it is read. */
  readonly requestContext?: object | undefined;
  /** The path of the URL, from HTTP APIs and function URLs. Needed only for `urlToken`. */
  readonly rawPath?: string | undefined;
  /** The path of the URL, from REST APIs and load balancers. Read if `rawPath` is absent. */
  readonly path?: string | undefined;
}

/** A key: `whsec_…` (or bare base64) verifies `v1`, `whpk_…` verifies `v1a`. Bytes are a raw HMAC key. */
export type Secret = string | Uint8Array;

/**
 * One secret, or several during a key rotation.
 *
 * An `undefined` or empty secret throws `empty_secret` at first use, so that a bundler may import the module without the receiver's
 * environment. A malformed secret throws at once: at build time, leave the variable unset instead of setting a placeholder.
 */
export type Secrets = Secret | undefined | readonly (Secret | undefined)[];

/** The reason of a failure. Codes are stable. The Worker's responses and logs use the same. */
export type ErrorCode =
  | "config_invalid"
  | "empty_secret"
  | "internal_error"
  | "invalid_body"
  | "invalid_header"
  | "invalid_json"
  | "invalid_secret"
  | "invalid_timestamp"
  | "jwk_unknown_kid"
  | "jwk_unusable"
  | "jwks_invalid"
  | "jwt_alg"
  | "jwt_audience"
  | "jwt_claims"
  | "jwt_expired"
  | "jwt_issuer"
  | "jwt_malformed"
  | "jwt_not_yet_valid"
  | "jwt_signature"
  | "jwt_too_long"
  | "keys_unavailable"
  | "missing_header"
  | "no_matching_signature"
  | "not_found"
  | "timestamp_too_new"
  | "timestamp_too_old"
  | "too_many_signatures"
  | "weak_key"
  | "weak_secret";

/** Options of one call of {@link Webhook.verify}. */
export interface VerifyOptions {
  /** The time of the check, for tests and old deliveries: a `Date`, or Unix seconds. Default: now. */
  now?: number | Date | undefined;
  /** `false`: do not parse the body. It need not be JSON. Default: `true`. */
  jsonParse?: boolean | undefined;
}

/** Options of one call of {@link Verifier.unwrap}. */
export interface UnwrapOptions extends VerifyOptions {
  /**
   * The URL of the request, or its path, for `urlToken`. With Express: `req.originalUrl`. For a sender that signs the URL: the webhook's
   * whole URL, as the sender has it. Default: the `url` of the passed request.
   */
  url?: string | URL | undefined;
  /** The method of the request, for a sender that signs it. Default: that of the passed request, else `POST`. */
  method?: string | undefined;
  /** On Workers, `(promise) => ctx.waitUntil(promise)`: refreshes a stale key set after the response. */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
}

/** A verified delivery. */
export interface Delivery<E> {
  /** The event's id, which the signature covers. Deduplicate by it. */
  id: string;
  /** When the delivery was signed. For the `jwt` form: `iat`, if the token has it. */
  timestamp: Date | undefined;
  /** The form of signature that was verified. */
  scheme: SignatureForm;
  /** The place of the matching key among the secrets, or in the key set. */
  keyIndex: number;
  /** The name of the matching key, if its key set has one. */
  kid?: string;
  /** The parsed body; `undefined` for an empty body, or with `jsonParse: false`. For the `jwt` form: the verified claims. */
  event: E;
  /** A copy of the bytes that were verified. For the `jwt` form: the claims, because a token does not cover the HTTP body. */
  body: Uint8Array;
}

/** Verifies the deliveries of one sender. Construct it once and keep it. */
export interface Verifier<E> {
  /**
   * Reads the body of a request, and checks headers, age and signature. `event` is parsed from the bytes that were verified.
   *
   * It does not deduplicate and does not limit the size of a body.
   *
   * @throws {WebhookVerificationError} the promise rejects with the first check that failed
   */
  unwrap(request: RequestLike | LambdaEventLike, options?: UnwrapOptions): Promise<Delivery<E>>;
  /** Does the same for a raw body that was already read. */
  unwrap(payload: BodyLike, headers: HeadersLike, options?: UnwrapOptions): Promise<Delivery<E>>;
}

/** Options of a verifier with secrets. */
export interface StaticOptions {
  /**
   * `true` accepts a shared key under 16 bytes, and a key that documentation prints, such as those of test vectors. Both can be guessed:
   * use it for tests only. Otherwise they throw `weak_secret` and `invalid_secret`. Default: `false`.
   */
  allowShortKeys?: boolean | undefined;
  /** As in {@link WebhookOptions.tolerance}. Default: the sender's own, which is 300 for most, 600 for Box and Twitch, 1800 for ElevenLabs. */
  tolerance?: number | undefined;
}

/** Options of a sender whose token is in a header that you choose at the sender. */
export interface TokenOptions extends StaticOptions {
  /**
   * The name of that header, like `"X-Hook-Key"`. The secret is its whole value. Default: the header that the sender's documentation names.
   *
   * Headers that HTTP, Cloudflare or Countersign sets throw `config_invalid`.
   */
  header?: string | undefined;
}

/** A key of a key set (RFC 7517). */
export interface Jwk {
  /** The type of the key: `OKP` for Ed25519, or `RSA`. Keys of other types are set aside. */
  kty: string;
  /** The name of the key, by which a token chooses it. */
  kid?: string;
  /** The algorithm that the key is for: `EdDSA` or `Ed25519`, or `RS256`. A key with another is set aside. */
  alg?: string;
  /** What the key is for. A key with anything but `sig` is set aside. */
  use?: string;
  /** The curve of an `OKP` key: `Ed25519`. */
  crv?: string;
  /** The public key of an `OKP` key: 32 bytes in base64url. */
  x?: string;
  /** The modulus of an `RSA` key, in base64url. */
  n?: string;
  /** The exponent of an `RSA` key, in base64url. */
  e?: string;
  [member: string]: unknown;
}

/** Options of a verifier with a key set. */
export interface KeySetOptions {
  /** The https URL of the key set, or the key set itself. Default: the sender's URL. */
  jwks?:
    | string
    | URL
    | {
        /** The keys of the set. */
        keys: readonly Jwk[];
      }
    | undefined;
  /**
   * The secret at the end of the URL that you gave to Google: at least 22 characters (`openssl rand -hex 32`).
   *
   * It is compared in constant time with the last segment of the request's path, before anything else. Any other segment throws
   * `not_found`, status 404. An `undefined` or empty token throws `empty_secret` at first use.
   */
  urlToken?: string | undefined;
  /** As in {@link StaticOptions.tolerance}. */
  tolerance?: number | undefined;
  /** Fetches the key set instead of the global `fetch`. Its key sets are cached separately. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}
