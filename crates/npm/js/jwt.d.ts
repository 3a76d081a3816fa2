/** Senders that sign with RS256, in JSON Web Tokens. Its WebAssembly module has 225 KB, gzipped. */
import type { GeminiEvent } from "./events.js";
import type { KeySetOptions, Verifier } from "./types.js";

export { WebhookVerificationError } from "./classes.js";
export * from "./jwt-senders.js";
export type * from "./events.js";
export type * from "./types.js";

/** Options of {@link geminiDynamic}. */
export interface GeminiDynamicOptions extends KeySetOptions {
  /** The accepted forms of signature. Default: `["v1a"]`, which Google sends. `jwt` is the form that Google documents. */
  accept?: readonly ("v1a" | "jwt")[] | undefined;
  /** The exact `aud` of a token. Required with `jwt`; an `undefined` or empty one throws at first use. */
  audience?: string | undefined;
  /** The exact `iss` of a token. Default: not checked. */
  issuer?: string | undefined;
  /** Seconds of grace on `exp` and `nbf` of a token. Default: 60. */
  leeway?: number | undefined;
}

/** Options of a verifier with identity tokens, which prove who sent a request and cover nothing of it. */
export interface IdentityOptions extends Pick<KeySetOptions, "jwks" | "urlToken" | "fetch"> {
  /** The exact `aud` of a token. An `undefined` or empty one throws at first use. */
  audience: string | undefined;
  /** The exact `email` of a token, whose `email_verified` must be `true`. An `undefined` or empty one throws at first use. */
  email: string | undefined;
  /** The exact `iss` of a token. Default: the sender's issuer. */
  issuer?: string | undefined;
  /** Seconds of grace on `exp` and `nbf` of a token. Default: 60. */
  leeway?: number | undefined;
}

/**
 * Verifies Gemini's dynamic webhooks as `geminiDynamic` of `countersign` does, and accepts the tokens that Google documents if `accept` names
 * `jwt`. `audience` is then required.
 *
 * @example
 * ```js
 * import { geminiDynamic } from "countersign/jwt";
 *
 * const webhooks = geminiDynamic({ accept: ["v1a", "jwt"], audience: "my-project", urlToken: process.env.URL_TOKEN });
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for an option, `jwks_invalid` for a key set. `unwrap` also rejects with
 * `keys_unavailable` if the key set cannot be fetched; `cause` says why
 */
export function geminiDynamic(options?: GeminiDynamicOptions): Verifier<GeminiEvent>;
