/**
 * Verifies signed webhooks: Standard Webhooks (`v1`, `v1a`), Svix and Gemini, on the raw bytes, synchronously after import.
 *
 * Every failure is a {@link WebhookVerificationError} with a stable `code`.
 */

/** A raw body. A parsed object is refused: a signature covers the exact bytes that were sent. */
export type BodyLike = string | ArrayBufferView | ArrayBuffer;

/**
 * Headers as frameworks hand them over: `Headers`, Node's `req.headers` (values may be arrays), `rawHeaders`, a `Map`, pairs,
 * or anything that has them under `headers`. Names have no case.
 */
export type HeadersLike =
  | { get(name: string): string | null | undefined }
  | Iterable<readonly [string, string]>
  | readonly string[]
  | WebhookUnbrandedRequiredHeaders
  | { readonly [name: string]: string | readonly string[] | number | undefined };

/** The headers as npm `standardwebhooks` names their type. */
export interface WebhookUnbrandedRequiredHeaders {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}

/** A request of Fetch, or what is as good as one: `NextRequest`, Hono's `c.req.raw`, … */
export interface RequestLike {
  readonly headers: { get(name: string): string | null };
  readonly url?: string;
  readonly bodyUsed?: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * An event of AWS Lambda that an HTTP request made: API Gateway (REST and HTTP APIs), a load balancer, a function URL. Netlify's are
 * alike. Its body may be base64.
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

/** A key: `whsec_…` (or bare base64) answers to `v1`, `whpk_…` to `v1a`; bytes are those of a raw HMAC key. */
export type Secret = string | Uint8Array;

/**
 * One secret, or several for a rotation. One that is `undefined` or empty, as an unset variable is where a bundler imports the module,
 * is refused as `empty_secret` when it is first used. A malformed one is refused at once: leave a variable unset at build time rather
 * than setting it to a placeholder.
 */
export type Secrets = Secret | undefined | readonly (Secret | undefined)[];

/** What failed. Codes are stable, and the same in the Worker's answers and logs. */
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

/** The one error of this package. Its message says what to do, and never holds a secret, a signature or a piece of a body. */
export class WebhookVerificationError extends Error {
  constructor(message?: string);
  readonly name: "WebhookVerificationError";
  readonly code: ErrorCode;
  /** What to answer: 400 nobody could verify it, 401 it is not proved, 404 another URL, 500 the receiver is at fault, 503 the sender should try again. */
  readonly status: 400 | 401 | 404 | 500 | 503;
  /** Which header is at fault, where one is. */
  readonly header?: string;
  /** The answer to the sender: `application/problem+json` (RFC 9457) with the code and nothing else. */
  toResponse(): Response;
}

export interface VerifyOptions {
  /** The time of the check, for tests and old deliveries: a `Date`, or Unix seconds. Default: the clock. */
  now?: number | Date;
  /** `false`: the body is not parsed, and need not be JSON. */
  jsonParse?: boolean;
}

export interface UnwrapOptions extends VerifyOptions {
  /** The URL of the request, or its path, for `urlToken`: with Express `req.originalUrl`. Default: the `url` of the request that is passed. */
  url?: string | URL;
  /** On Workers, `ctx.waitUntil`: lets a stale key set be refreshed behind the answer. */
  waitUntil?: (promise: Promise<unknown>) => void;
}

export interface WebhookOptions {
  /** `"raw"`: the secret is the key itself, as text (UTF-8) or bytes, not base64. */
  format?: "raw";
  /**
   * `true` lets a shared key under 16 bytes pass, and one that documentation prints, as in the test vectors of specifications. Both can
   * be guessed: not for anything that matters. Without it they are `weak_secret` and `invalid_secret`.
   */
  allowShortKeys?: boolean;
  /** How far a timestamp may be from now, in whole seconds, both ways, the boundary included. Default: 300. Zero is exact, not "off". What looks like milliseconds is refused. */
  tolerance?: number;
}

/**
 * A drop-in for the class of npm `standardwebhooks`, with `v1a`, several secrets (rotation), and headers and bodies in every form.
 *
 * ```js
 * const event = new Webhook(process.env.WEBHOOK_SECRET).verify(rawBody, req.headers);
 * ```
 */
export class Webhook {
  /** @throws {WebhookVerificationError} `invalid_secret`, `weak_secret`, `weak_key`, `config_invalid` */
  constructor(secret: Secrets, options?: WebhookOptions);

  /**
   * Checks headers, age and signature, and returns the parsed body; `undefined` for an empty one, or with `jsonParse: false`.
   *
   * @throws {WebhookVerificationError} `invalid_json` where the signature holds and the body is not JSON; else why it does not hold
   */
  verify<T = unknown>(payload: BodyLike, headers: HeadersLike, options?: VerifyOptions): T;

  /**
   * The value of `webhook-signature`, for tests and for senders: one signature for each shared secret.
   *
   * @throws {WebhookVerificationError} `invalid_header` for an id that receivers refuse: not visible ASCII, or with a timestamp behind a dot.
   * `invalid_timestamp` for a time that is not ten digits in seconds
   */
  sign(id: string, timestamp: Date | number, payload: BodyLike): string;
}

/** A delivery that holds. */
export interface Delivery<E> {
  /** The event's id, covered by the signature: the key to deduplicate by. */
  id: string;
  /** When the delivery was signed. In the `jwt` form `iat`, where the token has one. */
  timestamp: Date | undefined;
  /** What was verified. */
  scheme: "v1" | "v1a" | "jwt";
  /** Which key matched: its place in the secrets, or in the key set. */
  keyIndex: number;
  /** The name of the matching key of a set, where it has one. */
  kid?: string;
  /** The parsed body; `undefined` for an empty one, or with `jsonParse: false`. In the `jwt` form the verified claims. */
  event: E;
  /** The bytes that are verified, a copy of their own. In the `jwt` form those of the claims: no token binds the HTTP body. */
  body: Uint8Array;
}

/** Verifies the deliveries of one sender. Make one and keep it. */
export interface Unwrapper<E> {
  /** Reads the request's body, checks it, and returns the delivery. */
  unwrap(request: RequestLike | LambdaEventLike, options?: UnwrapOptions): Promise<Delivery<E>>;
  /** The same for a body that was read as it is. */
  unwrap(payload: BodyLike, headers: HeadersLike, options?: UnwrapOptions): Promise<Delivery<E>>;
}

/** Verifies, and explains. */
export interface Verifier<E> extends Unwrapper<E> {
  /**
   * Explains every step, for debuggers, tests and support tickets. Never throws, whatever it is given.
   *
   * A report holds the signatures that were expected. Show it to those who hold the secret, never to a sender.
   */
  inspect(request: RequestLike | LambdaEventLike, options?: UnwrapOptions): Promise<Report>;
  inspect(payload: BodyLike, headers: HeadersLike, options?: UnwrapOptions): Promise<Report>;
}

export interface StaticOptions {
  /**
   * `true` lets a shared key under 16 bytes pass, and one that documentation prints, as in the test vectors of specifications. Both can
   * be guessed: not for anything that matters. Without it they are `weak_secret` and `invalid_secret`.
   */
  allowShortKeys?: boolean;
  /** As in {@link WebhookOptions.tolerance}. */
  tolerance?: number;
}

/** Standard Webhooks: `webhook-*` headers, `v1` and `v1a` by the kind of each secret. */
export function standard<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Svix: the same under `svix-*`, or under `webhook-*` where that set is complete. */
export function svix<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;

/** Gemini's static webhooks, signed with the project's secret: `v1` alone, because Google's `v1a` keys sign for every customer. */
export function gemini(secrets: Secrets, options?: StaticOptions): Verifier<GeminiEvent>;

/** A key of a set (RFC 7517). */
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

export interface GeminiDynamicOptions {
  /** Where the keys come from: an https URL, or the set itself. Default: Google's. */
  jwks?: string | URL | { keys: readonly Jwk[] };
  /** What is accepted. Default: `["v1a"]`, which is what is on the wire; `jwt` is what Google documents. */
  accept?: readonly ("v1a" | "jwt")[];
  /**
   * The secret that ends the path of the URL you gave to Google, at least 22 characters (`openssl rand -hex 32`). It is compared in
   * constant time with the last segment of the request's URL, before anything else; another one is `not_found`, status 404. One that
   * is `undefined` or empty is refused as `empty_secret` when it is first used.
   */
  urlToken?: string | undefined;
  /** The exact `aud` of tokens; required with `jwt`. */
  audience?: string | undefined;
  /** The exact `iss` of tokens. */
  issuer?: string;
  /** Seconds of grace on `exp` and `nbf` of tokens. Default: 60. */
  leeway?: number;
  /** As in {@link WebhookOptions.tolerance}. */
  tolerance?: number;
  /** Fetches the key set, in place of the global `fetch`. Sets fetched by it are kept apart. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Gemini's dynamic webhooks (`webhook_config`), signed with Google's keys.
 *
 * **A valid signature proves that Google sent it for some customer, not for you.** End the URL that you give to Google
 * with a secret and name it as `urlToken`, or look the event's `data.id` up among your own jobs.
 *
 * The key set is fetched when first needed, kept for as long as `Cache-Control` says (5 minutes to 24 hours), refreshed in the
 * background when stale, used for 24 hours more while its URL fails, and fetched anew at most once a minute for a signature
 * that matches no key.
 */
export function geminiDynamic(options?: GeminiDynamicOptions): Verifier<GeminiEvent>;

/** The types that Google documents. Types are open: an event of another one, the ping's among them, is as good. */
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

/** What documented events have in their `data`, whichever of it an event of one type has; Google adds members without notice. */
export interface GeminiEventData {
  /** The job or interaction that the event is about. */
  id: string;
  /** Where a finished batch or video is; absent for inline batches. */
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
 * Any event. `switch (event.type)` completes the documented types and needs a `default`, which answers 2xx as well. An event of a
 * type that is not documented may be without `data`.
 */
export type GeminiEvent =
  | { [T in GeminiEventType]: GeminiEventOf<T> }[GeminiEventType]
  // The last member keeps the union open without making its `type` plain text to an editor.
  | GeminiEventOf<string & {}>;

/**
 * The steps of a check, in the order in which they are judged.
 *
 * A list of signatures: `headers`, `id`, `timestamp`, `age`, `signatures`, `keys`, `match`, `json`, `type`. A token: `headers`,
 * `token`, `algorithm`, `keys`, `key`, `signature`, `claims`, `expiry`, `start`, `audience`, `issuer`, `json`, `type`. What cannot be
 * looked at has one step: `body` where that is no raw body, else `input`. With a `urlToken`, `url` comes first.
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

/** A step that holds, or that there was nothing to judge in. */
export interface SoundStep {
  name: StepName;
  state: "pass" | "skip";
  /** What was found, in one sentence. */
  detail: string;
  code?: undefined;
  fix?: undefined;
}

/** A step that does not hold. */
export interface FailedStep {
  name: StepName;
  state: "fail";
  /** What was found, in one sentence. */
  detail: string;
  /** The fault. That of `json` decides nothing: a body that is not JSON is still a valid event. */
  code: ErrorCode;
  /** What to do about it. */
  fix?: string;
}

/** One step of a check. Each is judged by itself, also behind one that failed. */
export type Step = SoundStep | FailedStep;

/**
 * What a report comes to. It is no surer than the evidence: the key is doubted only over a body that shows no sign of having been
 * changed. `code` is the fault's where none of these says more:
 *
 * - `genuine`
 * - `waiting_for_key`, `waiting_for_body`: nothing can be said yet
 * - `near_miss`: the first of {@link Report.nearMisses}
 * - `age_alone`: the signature is right, and the age is not
 * - `token_not_accepted`: a token came, and this receiver takes none
 * - `keys_of_another_kind`: public keys against `v1`, shared secrets against `v1a`
 * - `body_lost`, `body_cut`, `body_changed`: the body is not what was sent, so nothing is said of the key
 * - `body_or_key`: the body is not JSON and need not be, so it may be either
 * - `other_key`: most likely the key is another endpoint's
 */
export interface Verdict {
  /** `waiting`: the key or the body is missing. */
  state: "genuine" | "waiting" | "refused";
  code: VerdictCode | ErrorCode;
  detail: string;
  /** What to do about it. */
  fix?: string;
}

/** A code of a {@link Verdict} that is no fault's. */
export type VerdictCode =
  | "genuine"
  | "waiting_for_key"
  | "waiting_for_body"
  | "near_miss"
  | "age_alone"
  | "token_not_accepted"
  | "keys_of_another_kind"
  | "body_lost"
  | "body_cut"
  | "body_changed"
  | "body_or_key"
  | "other_key";

/** Every step of a check, each signature against each key, and what would have matched. Not for senders: it holds expected signatures. */
export interface Report {
  /** Whether the delivery is accepted. `json` and `type` may fail in a report that is `ok`. */
  ok: boolean;
  /** The code of the first fault. */
  code?: ErrorCode;
  /** What it comes to, in one sentence for a person. */
  verdict: Verdict;
  form?: "v1" | "v1a" | "jwt";
  key?: number;
  id?: string;
  now?: number;
  tolerance?: number;
  timestamp?: number;
  /** Seconds since the timestamp; negative for one ahead of the clock. */
  age?: number;
  steps: Step[];
  body?: { bytes: number; utf8: boolean; bom: boolean; crlf: number; lf: number; finalNewline: boolean };
  /** `id.timestamp.`: what is signed in front of the body. */
  signedPrefix?: string;
  /** The bytes that were compared: the prefix and the body. */
  signedContent?: Uint8Array;
  secrets: { index: number; kind: "hmac" | "ed25519" | null; bytes?: number; code?: ErrorCode; detail?: string; fix?: string }[];
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
  /** Where nothing matches: what to change so that it does. */
  nearMisses: { code: string; matchesIf: string; fix: string }[];
}

/** How a sender signs. */
export type SchemeName = "standard-webhooks" | "svix" | "gemini" | "gemini-dynamic";

/** What a receiver knows, as it was given: it need not make sense, since how it does not is what a report says. */
export interface Receiver {
  scheme: SchemeName;
  /** Keys, as text or raw bytes; none, where there is a key set. */
  secrets?: Secrets;
  /** The document of a key set: as text or bytes, unread, or parsed. Nothing is fetched. */
  jwks?: string | Uint8Array | { keys: readonly Jwk[] };
  /** As in {@link GeminiDynamicOptions.accept}; default: what the scheme takes. */
  accept?: readonly ("v1" | "v1a" | "jwt")[];
  /** As in {@link WebhookOptions.allowShortKeys}; a report explains any key. */
  allowShortKeys?: boolean;
  audience?: string;
  issuer?: string;
  leeway?: number;
  /** As in {@link WebhookOptions.tolerance}. */
  tolerance?: number;
}

/**
 * {@link Verifier.inspect} for a receiver that cannot be made, or not yet: a debugger that has a secret to be looked at, and keys
 * that nobody fetches. Explains every step, never throws, and asks for nothing but the package's second Wasm, once.
 *
 * ```js
 * const report = await explain({ scheme: "gemini", secrets: pasted }, body, headers, { now: 1700000000 });
 * ```
 *
 * A report holds the signatures that were expected. Show it to those who hold the secret, never to a sender.
 */
export function explain(receiver: Receiver, payload: BodyLike, headers: HeadersLike, options?: { now?: number | Date }): Promise<Report>;
export function explain(receiver: Receiver, request: RequestLike | LambdaEventLike, options?: { now?: number | Date }): Promise<Report>;
