/**
 * Verifies signed webhooks: Standard Webhooks (`v1`, `v1a`), Svix and Gemini. Checks the raw bytes, and is ready when imported.
 *
 * Every failure is a {@link WebhookVerificationError} with a stable `code`.
 */

/** A raw body. A parsed object throws `invalid_body`: a signature covers the exact bytes that were sent. */
export type BodyLike = string | ArrayBufferView | ArrayBuffer;

/**
 * Headers as frameworks provide them: `Headers`, Node's `req.headers` (values may be arrays), `rawHeaders`, a `Map`, pairs, or an
 * object with one of these under `headers`. Names are matched without case.
 */
export type HeadersLike =
  | { get(name: string): string | null | undefined }
  | Iterable<readonly [string, string]>
  | readonly string[]
  | WebhookUnbrandedRequiredHeaders
  | { readonly [name: string]: string | readonly string[] | number | undefined };

/** The headers under the name of their type in npm `standardwebhooks`. */
export interface WebhookUnbrandedRequiredHeaders {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}

/** A Fetch `Request`, or an object with the same members: `NextRequest`, Hono's `c.req.raw`, … */
export interface RequestLike {
  readonly headers: { get(name: string): string | null };
  readonly url?: string;
  readonly bodyUsed?: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * The AWS Lambda event of an HTTP request: from API Gateway (REST and HTTP APIs), a load balancer or a function URL. Netlify's have the
 * same shape. The body may be base64.
 */
export interface LambdaEventLike {
  readonly headers?: { readonly [name: string]: string | undefined } | null | undefined;
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?: object | undefined;
  readonly rawPath?: string | undefined;
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
  constructor(message?: string);
  readonly name: "WebhookVerificationError";
  readonly code: ErrorCode;
  /**
   * The status to respond with: 400 the delivery is malformed, 401 it is not proved, 404 the URL is wrong, 500 the receiver is
   * misconfigured, 503 the sender should retry.
   */
  readonly status: 400 | 401 | 404 | 500 | 503;
  /** The name of the header at fault, if it is one. */
  readonly header?: string;
  /** The response to the sender: `application/problem+json` (RFC 9457) with a title, the status and the code, and no detail. */
  toResponse(): Response;
}

/** Options of one call of {@link Webhook.verify}. */
export interface VerifyOptions {
  /** The time of the check, for tests and old deliveries: a `Date`, or Unix seconds. Default: now. */
  now?: number | Date;
  /** `false`: do not parse the body. It need not be JSON. Default: `true`. */
  jsonParse?: boolean;
}

/** Options of one call of {@link Unwrapper.unwrap}. */
export interface UnwrapOptions extends VerifyOptions {
  /**
   * The URL of the request, or its path, for `urlToken`. With Express: `req.originalUrl`. For a sender that signs the URL: the webhook's
   * whole URL, as the sender has it. Default: the `url` of the passed request.
   */
  url?: string | URL;
  /** The method of the request, for a sender that signs it. Default: that of the passed request, else `POST`. */
  method?: string;
  /** On Workers, `(promise) => ctx.waitUntil(promise)`: refreshes a stale key set after the response. */
  waitUntil?: (promise: Promise<unknown>) => void;
}

/** Options of {@link Webhook}. */
export interface WebhookOptions {
  /** `"raw"`: the secret is the key itself, as UTF-8 text or bytes, not base64. */
  format?: "raw";
  /**
   * `true` accepts a shared key under 16 bytes, and a key that documentation prints, such as those of test vectors. Both can be guessed:
   * use it for tests only. Otherwise they throw `weak_secret` and `invalid_secret`. Default: `false`.
   */
  allowShortKeys?: boolean;
  /**
   * How far a timestamp may be from now, in whole seconds, in both directions, the boundary included. Zero means exactly now, not "off". A
   * value that looks like milliseconds throws `config_invalid`. Default: 300.
   */
  tolerance?: number;
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
export interface Unwrapper<E> {
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

/** Verifies, and explains. */
export interface Verifier<E> extends Unwrapper<E> {
  /**
   * Explains every step of a check, for debuggers, tests and support tickets. Takes the arguments of `unwrap`, leaves a request's body
   * readable, and never throws or rejects. Loads the package's second WebAssembly module at first use.
   *
   * A report contains the expected signatures. Show it to people who hold the secret, never to a sender.
   *
   * @example
   * ```js
   * import { gemini } from "countersign";
   *
   * const report = await gemini(process.env.WEBHOOK_SECRET).inspect(rawBody, headers);
   * if (!report.ok) console.log(report.verdict.detail, report.verdict.fix);
   * ```
   */
  inspect(request: RequestLike | LambdaEventLike, options?: UnwrapOptions): Promise<Report>;
  inspect(payload: BodyLike, headers: HeadersLike, options?: UnwrapOptions): Promise<Report>;
}

/** Options of a verifier with secrets. */
export interface StaticOptions {
  /**
   * `true` accepts a shared key under 16 bytes, and a key that documentation prints, such as those of test vectors. Both can be guessed:
   * use it for tests only. Otherwise they throw `weak_secret` and `invalid_secret`. Default: `false`.
   */
  allowShortKeys?: boolean;
  /** As in {@link WebhookOptions.tolerance}. */
  tolerance?: number;
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

/** What separates the items of a list in a header. */
export type Separator = "," | ";" | "|" | "&" | " ";

/** How a sender signs that has no function of its own: the keys of `scheme = "hmac"` in the Worker's configuration. */
export interface HmacDescription {
  /** Where the signature is, and how it is written. */
  signature: {
    /** The header. */
    header: string;
    /** What the signature begins with: `"sha256="`. */
    prefix?: string;
    /** If the header is a list of items like `v1=…`: the name of the signature's. It may occur more than once. */
    member?: string;
    /** What separates the items. Default: `","`. */
    separator?: Separator;
    /** Lower-case hexadecimal digits, padded base64, or base64url without padding. Default: `"hex"`. */
    encoding?: "hex" | "base64" | "base64url";
  };
  /** The hash of the HMAC. Default: `"sha256"`. */
  hash?: "sha256" | "sha1";
  /**
   * What is signed: text, `{body}` (the raw body), `{timestamp}` and `{id}` (as their headers have them). There must be text between them,
   * which ends each. Default: `"{body}"`.
   */
  signed?: string;
  /** Where the timestamp is, if `signed` has it. Without one, a copy of a delivery is as good after a year. */
  timestamp?: {
    /** The header. */
    header: string;
    /** If the header is a list of items like `t=…`: the name of the timestamp's. */
    member?: string;
    /** What separates the items. Default: as for the signature in the same header, else `","`. */
    separator?: Separator;
    /** Seconds or milliseconds since 1970, or a date and time of RFC 3339. Default: `"s"`. */
    unit?: "s" | "ms" | "rfc3339";
  };
  /**
   * What an event is known by: a JSON pointer into the body, like `"/id"`, if the sender documents that value as unique; else `"hash"`, the
   * hash of what is signed without the timestamp. Or the header with the event's id, if `signed` has `{id}`. Default: `"hash"`.
   */
  id?: string | { header: string };
  /** How the sender writes its secrets: the key is the text itself, or the bytes that it stands for. Default: `"text"`. */
  secretEncoding?: "text" | "hex" | "base64";
}

/**
 * Describes a sender that has no function of its own, and returns its function. It brings a WebAssembly module of 29 KB, which a bundler
 * leaves out of a program that does not use it. Call it once for each sender.
 *
 * @example
 * ```js
 * import { hmac } from "countersign";
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

/** A key of a key set (RFC 7517). */
export interface Jwk {
  kty: string;
  kid?: string;
  alg?: string;
  use?: string;
  crv?: string;
  x?: string;
  n?: string;
  e?: string;
  [member: string]: unknown;
}

/** Options of {@link geminiDynamic}. */
export interface GeminiDynamicOptions {
  /** The https URL of the key set, or the key set itself. Default: Google's URL. */
  jwks?: string | URL | { keys: readonly Jwk[] };
  /** The accepted forms of signature. Default: `["v1a"]`, which Google sends. `jwt` is the form that Google documents. */
  accept?: readonly ("v1a" | "jwt")[];
  /**
   * The secret at the end of the URL that you gave to Google: at least 22 characters (`openssl rand -hex 32`).
   *
   * It is compared in constant time with the last segment of the request's path, before anything else. Any other segment throws
   * `not_found`, status 404. An `undefined` or empty token throws `empty_secret` at first use.
   */
  urlToken?: string | undefined;
  /** The exact `aud` of a token. Required with `jwt`; an `undefined` or empty one throws at first use. */
  audience?: string | undefined;
  /** The exact `iss` of a token. Default: not checked. */
  issuer?: string;
  /** Seconds of grace on `exp` and `nbf` of a token. Default: 60. */
  leeway?: number;
  /** As in {@link WebhookOptions.tolerance}. */
  tolerance?: number;
  /** Fetches the key set instead of the global `fetch`. Its key sets are cached separately. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Options of a verifier with a key set. Default of `jwks`: the sender's URL. */
export type KeySetOptions = Pick<GeminiDynamicOptions, "jwks" | "urlToken" | "tolerance" | "fetch">;

/** Options of a verifier with identity tokens, which prove who sent a request and cover nothing of it. */
export interface IdentityOptions extends Pick<GeminiDynamicOptions, "jwks" | "urlToken" | "fetch" | "leeway"> {
  /** The exact `aud` of a token. An `undefined` or empty one throws at first use. */
  audience: string | undefined;
  /** The exact `email` of a token, whose `email_verified` must be `true`. An `undefined` or empty one throws at first use. */
  email: string | undefined;
  /** The exact `iss` of a token. Default: the sender's issuer. */
  issuer?: string;
}

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
export function geminiDynamic(options?: GeminiDynamicOptions): Verifier<GeminiEvent>;

// Generated from src/scheme; to update: UPDATE=1 cargo test --test senders

/** Verifies webhooks of [OpenAI](https://developers.openai.com/api/docs/guides/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function openai<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Anthropic](https://platform.claude.com/docs/en/managed-agents/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function anthropic<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Replicate](https://replicate.com/docs/topics/webhooks/verify-webhook): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function replicate<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [xAI's voice agents](https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function xai<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [AI/ML API](https://docs.aimlapi.com): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function aimlapi<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Recall.ai](https://docs.recall.ai/docs/authenticating-requests-from-recallai): HMAC-SHA256 (`v1`) in `webhook-signature` or `svix-signature`. */
export function recall<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Clerk](https://clerk.com/docs/guides/development/webhooks/syncing): HMAC-SHA256 (`v1`) in `svix-signature` or `webhook-signature`. */
export function clerk<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Resend](https://resend.com/docs/webhooks/verify-webhooks-requests): HMAC-SHA256 (`v1`) in `svix-signature` or `webhook-signature`. */
export function resend<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Brex](https://developer.brex.com/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function brex<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Render](https://render.com/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function render<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Loops](https://loops.so/docs/webhooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function loops<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Supabase's auth hooks](https://supabase.com/docs/guides/auth/auth-hooks): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function supabaseAuth<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Polar](https://polar.sh/docs/integrate/webhooks/delivery): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function polar<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [GitLab's signing tokens](https://docs.gitlab.com/user/project/integrations/webhooks/): HMAC-SHA256 (`v1`) in `webhook-signature`. */
export function gitlab<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [epilot](https://docs.epilot.io/docs/integrations/webhooks/security): HMAC-SHA256 (`v1`) or Ed25519 (`v1a`) in `webhook-signature`. */
export function epilot<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries): HMAC-SHA256 in `x-hub-signature-256`. */
export function github<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Stripe](https://docs.stripe.com/webhooks#verify-manually): HMAC-SHA256 in `stripe-signature`. */
export function stripe<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack): HMAC-SHA256 in `x-slack-signature`. */
export function slack<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Zoom](https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events): HMAC-SHA256 in `x-zm-signature`. */
export function zoom<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Paddle](https://developer.paddle.com/webhooks/about/signature-verification): HMAC-SHA256 in `paddle-signature`. */
export function paddle<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Calendly](https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures): HMAC-SHA256 in `calendly-webhook-signature`. */
export function calendly<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [WorkOS](https://workos.com/docs/events/data-syncing/webhooks): HMAC-SHA256 in `workos-signature`. */
export function workos<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Mux](https://www.mux.com/docs/core/verify-webhook-signatures): HMAC-SHA256 in `mux-signature`. */
export function mux<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [ElevenLabs](https://elevenlabs.io/docs/overview/administration/webhooks): HMAC-SHA256 in `elevenlabs-signature`. */
export function elevenlabs<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [OpenRouter](https://openrouter.ai/docs/cookbook/video-generation/video-generation-webhooks): HMAC-SHA256 in `x-openrouter-signature`. */
export function openrouter<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Retell](https://docs.retellai.com/features/secure-webhook): HMAC-SHA256 in `x-retell-signature`. */
export function retell<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Box](https://developer.box.com/guides/webhooks/v2/signatures-v2/): HMAC-SHA256 in `box-signature-primary` or `box-signature-secondary`. */
export function box<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Sanity](https://www.sanity.io/docs/content-lake/webhooks): HMAC-SHA256 in `sanity-webhook-signature`. */
export function sanity<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Zendesk](https://developer.zendesk.com/documentation/webhooks/verifying/): HMAC-SHA256 in `x-zendesk-webhook-signature`. */
export function zendesk<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Twitch EventSub](https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message): HMAC-SHA256 in `twitch-eventsub-message-signature`. */
export function twitch<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Webflow](https://developers.webflow.com/data/docs/working-with-webhooks): HMAC-SHA256 in `x-webflow-signature`. */
export function webflow<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Shopify](https://shopify.dev/docs/apps/build/webhooks/verify-deliveries): HMAC-SHA256 in `x-shopify-hmac-sha256` or `shopify-hmac-sha256`. */
export function shopify<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Meta, for Facebook, Instagram and WhatsApp](https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads): HMAC-SHA256 in `x-hub-signature-256`. */
export function meta<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Linear](https://linear.app/developers/webhooks#securing-webhooks): HMAC-SHA256 in `linear-signature`. */
export function linear<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Typeform](https://www.typeform.com/developers/webhooks/secure-your-webhooks/): HMAC-SHA256 in `typeform-signature`. */
export function typeform<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [HubSpot, version 3 of its signatures](https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation): HMAC-SHA256 in `x-hubspot-signature-v3`. */
export function hubspot<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Square](https://developer.squareup.com/docs/webhooks/step3validate): HMAC-SHA256 in `x-square-hmacsha256-signature`. */
export function square<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Twilio](https://www.twilio.com/docs/usage/security#validating-requests): HMAC-SHA1 or HMAC-SHA256 in `x-twilio-signature`. */
export function twilio<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Vercel](https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks): HMAC-SHA1 in `x-vercel-signature`. */
export function vercel<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [WooCommerce](https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/): HMAC-SHA256 in `x-wc-webhook-signature`. */
export function woocommerce<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Intercom](https://developers.intercom.com/docs/webhooks/webhook-notifications): HMAC-SHA1 in `x-hub-signature`. */
export function intercom<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Sentry](https://docs.sentry.io/integrations/integration-platform/webhooks/): HMAC-SHA256 in `sentry-hook-signature`. */
export function sentry<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Notion](https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended): HMAC-SHA256 in `x-notion-signature`. */
export function notion<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [PagerDuty](https://developer.pagerduty.com/docs/28e906a0e4f36-verifying-signatures): HMAC-SHA256 in `x-pagerduty-signature`. */
export function pagerduty<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Bitbucket Cloud](https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks): HMAC-SHA256 in `x-hub-signature`. */
export function bitbucket<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Jira](https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks): HMAC-SHA256 in `x-hub-signature`. */
export function jira<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Coinbase Commerce](https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security): HMAC-SHA256 in `x-cc-webhook-signature`. */
export function coinbaseCommerce<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Razorpay](https://razorpay.com/docs/webhooks/validate-test/): HMAC-SHA256 in `x-razorpay-signature`. */
export function razorpay<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [DocuSign Connect](https://developers.docusign.com/platform/webhooks/connect/validate): HMAC-SHA256 in `x-docusign-signature-1` to `x-docusign-signature-10`. */
export function docusign<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Black Forest Labs (FLUX)](https://github.com/black-forest-labs/skills/blob/main/skills/bfl-api/references/webhook-integration.md): HMAC-SHA256 in `x-bfl-signature`. */
export function bfl<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [HeyGen](https://developers.heygen.com/docs/webhooks): HMAC-SHA256 in `heygen-signature` or `signature`. */
export function heygen<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Vapi](https://docs.vapi.ai/server-url/server-authentication): HMAC-SHA256 in `x-vapi-signature`. */
export function vapi<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Adyen](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures): HMAC-SHA256 in `hmacsignature`. */
export function adyen<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Adyen (standard webhooks)](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures): HMAC-SHA256 of fields (`hmac-sha256-fields`) in the body. */
export function adyenStandard<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Discord](https://docs.discord.com/developers/interactions/overview): Ed25519 in `x-signature-ed25519`. */
export function discord<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [Telnyx](https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks): Ed25519 in `telnyx-signature-ed25519`. */
export function telnyx<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [fal](https://docs.fal.ai/model-apis/model-endpoints/webhooks): Ed25519 in `x-fal-webhook-signature`. */
export function fal<E = unknown>(options?: KeySetOptions): Verifier<E>;

/** Verifies webhooks of [SendGrid](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features): ECDSA on P-256 in `x-twilio-email-event-webhook-signature`. */
export function sendgrid<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [GitLab (secret token)](https://docs.gitlab.com/user/project/integrations/webhooks/): a shared token in `x-gitlab-token`. */
export function gitlabToken<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Verifies webhooks of [AssemblyAI](https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio): a shared token in `x-webhook-secret`. */
export function assemblyai<E = unknown>(secrets: Secrets, options?: TokenOptions): Verifier<E>;

/** Verifies webhooks of [Okta](https://developer.okta.com/docs/concepts/event-hooks/): a shared token in `authorization`. */
export function okta<E = unknown>(secrets: Secrets, options?: TokenOptions): Verifier<E>;

/** Verifies webhooks of [Vapi (bearer token)](https://docs.vapi.ai/server-url/server-authentication): a shared token in `authorization`. */
export function vapiToken<E = unknown>(secrets: Secrets, options?: TokenOptions): Verifier<E>;

/** Verifies webhooks of [Google Pub/Sub](https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions): an OpenID Connect token (RS256) in `authorization`. */
export function googlePubsub<E = unknown>(options: IdentityOptions): Verifier<E>;

/** The name of a way to sign. */
export type SchemeName =
  | "standard-webhooks"
  | "svix"
  | "gemini"
  | "gemini-dynamic"
  | "openai"
  | "anthropic"
  | "replicate"
  | "xai"
  | "aimlapi"
  | "recall"
  | "clerk"
  | "resend"
  | "brex"
  | "render"
  | "loops"
  | "supabase-auth"
  | "polar"
  | "gitlab"
  | "epilot"
  | "github"
  | "stripe"
  | "slack"
  | "zoom"
  | "paddle"
  | "calendly"
  | "workos"
  | "mux"
  | "elevenlabs"
  | "openrouter"
  | "retell"
  | "box"
  | "sanity"
  | "zendesk"
  | "twitch"
  | "webflow"
  | "shopify"
  | "meta"
  | "linear"
  | "typeform"
  | "hubspot"
  | "square"
  | "twilio"
  | "vercel"
  | "woocommerce"
  | "intercom"
  | "sentry"
  | "notion"
  | "pagerduty"
  | "bitbucket"
  | "jira"
  | "coinbase-commerce"
  | "razorpay"
  | "docusign"
  | "bfl"
  | "heygen"
  | "vapi"
  | "adyen"
  | "adyen-standard"
  | "discord"
  | "telnyx"
  | "fal"
  | "sendgrid"
  | "gitlab-token"
  | "assemblyai"
  | "okta"
  | "vapi-token"
  | "google-pubsub";

/** The name of a form of signature. */
export type SignatureForm =
  | "v1"
  | "v1a"
  | "jwt"
  | "hmac-sha256"
  | "hmac-sha1"
  | "hmac-sha256-fields"
  | "ed25519"
  | "ecdsa-p256"
  | "token"
  | "id-token";

// End of the generated part.

/** The event types that Google documents. An event of any other type, such as the ping's, is valid too. */
export type GeminiEventType =
  | "batch.succeeded"
  | "batch.failed"
  | "batch.expired"
  | "batch.cancelled"
  | "interaction.requires_action"
  | "interaction.completed"
  | "interaction.failed"
  | "interaction.cancelled"
  | "video.generated";

/** The documented members of `data`. An event of one type has some of them; Google adds members without notice. */
export interface GeminiEventData {
  /** The id of the job or interaction. */
  id: string;
  /** The location of a finished batch or video; absent for inline batches. */
  output_file_uri?: string;
  /** The name of a finished video. */
  file_name?: string;
  error_code?: string | number;
  error_message?: string;
  [member: string]: unknown;
}

/** An event of one type. */
export interface GeminiEventOf<T extends string> {
  type: T;
  version?: string;
  /** When the event happened, RFC 3339. */
  timestamp?: string;
  data: GeminiEventData;
  [member: string]: unknown;
}

/**
 * An event of any type. `switch (event.type)` completes the documented types and needs a `default`, which must also respond with 2xx. An
 * event of a type that is not documented may lack `data`.
 */
export type GeminiEvent =
  | { [T in GeminiEventType]: GeminiEventOf<T> }[GeminiEventType]
  // The last member keeps the union open; with a plain `string`, editors would not complete the types.
  | GeminiEventOf<string & {}>;

/**
 * The steps of a check, in the order in which they are judged.
 *
 * For a list of signatures: `headers`, `id`, `timestamp`, `age`, `signatures`, `keys`, `match`, `json`, `type`. For a token: `headers`,
 * `token`, `algorithm`, `keys`, `key`, `signature`, `claims`, `expiry`, `start`, `audience`, `issuer`, `json`, `type`. If the arguments
 * cannot be read, there is one step: `body` for a body that is not raw, otherwise `input`. With a `urlToken`, `url` comes first.
 */
export type StepName =
  | "headers"
  | "id"
  | "timestamp"
  | "age"
  | "signatures"
  | "keys"
  | "match"
  | "token"
  | "algorithm"
  | "key"
  | "signature"
  | "claims"
  | "expiry"
  | "start"
  | "audience"
  | "issuer"
  | "json"
  | "type"
  | "body"
  | "input"
  | "url";

/** A step that passed, or that had nothing to check. */
export interface SoundStep {
  name: StepName;
  state: "pass" | "skip";
  /** What was found, in one sentence. */
  detail: string;
  code?: undefined;
  fix?: undefined;
}

/** A step that failed. */
export interface FailedStep {
  name: StepName;
  state: "fail";
  /** What was found, in one sentence. */
  detail: string;
  /** The error. One of `json` does not refuse the delivery: a body that is not JSON is still a valid event. */
  code: ErrorCode;
  /** How to fix it. */
  fix?: string;
}

/** One step of a check. Each is judged on its own, even after one that failed. */
export type Step = SoundStep | FailedStep;

/**
 * The conclusion of a report. It claims no more than the evidence shows: it doubts the key only if the body shows no sign of a change.
 *
 * `code` is the code of the first error, or one of these if it says more:
 *
 * - `genuine`
 * - `waiting_for_key`, `waiting_for_body`, `waiting_for_url`: nothing can be said yet
 * - `near_miss`: see the first of {@link Report.nearMisses}
 * - `age_alone`: the signature is valid, but the age is not
 * - `token_not_accepted`: a token arrived, and this receiver does not accept tokens
 * - `keys_of_another_kind`: public keys against `v1`, or shared secrets against `v1a`
 * - `body_lost`, `body_cut`, `body_changed`: the body is not what was sent, so nothing is said about the key
 * - `body_or_key`: the body is not JSON and need not be, so either may be wrong
 * - `other_key`: the key most likely belongs to another endpoint
 */
export interface Verdict {
  /** `waiting`: the key, the body or the URL is missing. */
  state: "genuine" | "waiting" | "refused";
  code: VerdictCode | ErrorCode;
  /** The conclusion in one sentence. */
  detail: string;
  /** How to fix it. */
  fix?: string;
}

/** A code of a {@link Verdict} that is not an error's. */
export type VerdictCode =
  | "genuine"
  | "waiting_for_key"
  | "waiting_for_body"
  | "waiting_for_url"
  | "near_miss"
  | "age_alone"
  | "token_not_accepted"
  | "keys_of_another_kind"
  | "body_lost"
  | "body_cut"
  | "body_changed"
  | "body_or_key"
  | "other_key";

/**
 * A part of the signed bytes: `text` if it is UTF-8, otherwise `base64`. The raw body, `body`, has neither.
 *
 * - `text`: fixed by the scheme, such as a dot
 * - `header`: the value of a header other than those of id and timestamp
 * - `body_sha256`: SHA-256 of the body, in hex
 * - `derived`: made from the URL or the body by the sender's rule, such as Twilio's sorted form fields
 * - `token`: a token's header and claims, as they are encoded
 */
export interface SignedPart {
  part: "id" | "timestamp" | "text" | "header" | "method" | "url" | "body" | "body_sha256" | "derived" | "token";
  text?: string;
  base64?: string;
}

/** Every step of a check, each signature against each key, and what would have matched. It contains the expected signatures: not for senders. */
export interface Report {
  /** Whether the delivery is accepted. `json` and `type` may fail in a report that is `ok`. */
  ok: boolean;
  /** The code of the first error. */
  code?: ErrorCode;
  verdict: Verdict;
  /** The form that matched. */
  form?: SignatureForm;
  /** The place of the key that matched. */
  key?: number;
  id?: string;
  /** The time of the check, in Unix seconds. */
  now?: number;
  /** Seconds. */
  tolerance?: number;
  /** Unix seconds. */
  timestamp?: number;
  /** Seconds since the timestamp; negative for a timestamp ahead of the clock. */
  age?: number;
  steps: Step[];
  body?: { bytes: number; utf8: boolean; bom: boolean; crlf: number; lf: number; finalNewline: boolean };
  /** The signed bytes, part by part in order. Empty if the sender signs nothing; absent if the delivery lacks a part of them. */
  signed?: SignedPart[];
  /** The signed bytes: all parts of {@link Report.signed}, joined. */
  signedContent?: Uint8Array;
  secrets: { index: number; kind: "hmac" | "ed25519" | "p256" | null; bytes?: number; code?: ErrorCode; detail?: string; fix?: string }[];
  keys: {
    index: number;
    kid?: string;
    kty?: string;
    crv?: string;
    alg?: string;
    use?: string;
    usable: boolean;
    reason?: string;
    tried: boolean;
    matches: boolean;
  }[];
  signatures: { index: number; version: string; text: string; accepted: boolean; detail?: string }[];
  comparisons: { secret?: number; key?: number; signature: number; expected?: string; received: string; matches: boolean }[];
  token?: { header?: unknown; claims?: unknown };
  /** If nothing matches: the changes under which a signature would. */
  nearMisses: { code: string; matchesIf: string; fix: string }[];
}

/** A receiver's configuration, unchecked: what is wrong with it becomes part of the report. */
export interface Receiver {
  scheme: SchemeName;
  /** Keys, as text or raw bytes. Leave it out if there is a key set. */
  secrets?: Secrets;
  /** As in {@link TokenOptions.header}. */
  header?: string;
  /** The key set: text, bytes, or the parsed object. Nothing is fetched. */
  jwks?: string | Uint8Array | { keys: readonly Jwk[] };
  /** As in {@link GeminiDynamicOptions.accept}. Default: the forms of the scheme. */
  accept?: readonly SignatureForm[];
  /** As in {@link WebhookOptions.allowShortKeys}. A report explains any key. */
  allowShortKeys?: boolean;
  audience?: string;
  issuer?: string;
  /** As in {@link IdentityOptions.email}. */
  email?: string;
  leeway?: number;
  /** As in {@link WebhookOptions.tolerance}. */
  tolerance?: number;
}

/**
 * Explains every step of a check without a verifier: for a debugger that has a secret to look at, or keys that nobody fetches.
 *
 * Never throws or rejects. Fetches nothing but the package's second WebAssembly module, once. A report contains the expected
 * signatures. Show it to people who hold the secret, never to a sender.
 *
 * @example
 * ```js
 * import { explain } from "countersign";
 *
 * const report = await explain({ scheme: "gemini", secrets: secret }, rawBody, headers, { now: 1700000000 });
 * for (const { name, state, detail } of report.steps) console.log(name, state, detail);
 * ```
 */
export function explain(receiver: Receiver, payload: BodyLike, headers: HeadersLike, options?: { now?: number | Date }): Promise<Report>;
export function explain(receiver: Receiver, request: RequestLike | LambdaEventLike, options?: { now?: number | Date }): Promise<Report>;
