/**
 * Explains a check: every step, what was found, and what would have matched. Its WebAssembly module has 225 KB, gzipped: import it where an
 * explanation is needed, `await import("countersign/explain")`, and not where every delivery is verified.
 */
import type { Report } from "./reports.js";
import type { BodyLike, HeadersLike, Jwk, LambdaEventLike, RequestLike, SchemeName, Secrets, SignatureForm, UnwrapOptions, Verifier } from "./types.js";

export type * from "./reports.js";
export type * from "./types.js";

/**
 * Explains every step of a verifier's check, for debuggers, tests and support tickets. Takes a verifier of any entry, and the arguments of
 * its `unwrap`. Leaves a request's body readable, and never throws or rejects.
 *
 * A report contains the expected signatures. Show it to people who hold the secret, never to a sender.
 *
 * @example
 * ```js
 * import { gemini } from "countersign";
 * import { inspect } from "countersign/explain";
 *
 * const report = await inspect(gemini(process.env.WEBHOOK_SECRET), rawBody, headers);
 * if (!report.ok) console.log(report.verdict.detail, report.verdict.fix);
 * ```
 */
export function inspect(verifier: Verifier<unknown>, request: RequestLike | LambdaEventLike, options?: UnwrapOptions): Promise<Report>;
export function inspect(verifier: Verifier<unknown>, payload: BodyLike, headers: HeadersLike, options?: UnwrapOptions): Promise<Report>;

/**
 * Explains every step of a check without a verifier: for a debugger that has a secret to look at, or keys that nobody fetches.
 *
 * Never throws or rejects. Fetches nothing. A report contains the expected
 * signatures. Show it to people who hold the secret, never to a sender.
 *
 * @example
 * ```js
 * import { explain } from "countersign/explain";
 *
 * const report = await explain({ scheme: "gemini", secrets: secret }, rawBody, headers, { now: 1700000000 });
 * for (const { name, state, detail } of report.steps) console.log(name, state, detail);
 * ```
 */
export function explain(receiver: Receiver, payload: BodyLike, headers: HeadersLike, options?: ExplainOptions): Promise<Report>;
export function explain(receiver: Receiver, request: RequestLike | LambdaEventLike, options?: ExplainOptions): Promise<Report>;

/** Options of {@link explain}: the time of the check, and what a sender signs besides the body. */
export type ExplainOptions = Pick<UnwrapOptions, "now" | "url" | "method">;

/** A receiver's configuration, unchecked: what is wrong with it becomes part of the report. */
export interface Receiver {
  /** The name of the sender's scheme, as in the Worker's configuration. */
  scheme: SchemeName;
  /** Keys, as text or raw bytes. Leave it out if there is a key set. */
  secrets?: Secrets;
  /** As in {@link TokenOptions.header}. */
  header?: string | undefined;
  /** The key set: text, bytes, or the parsed object. Nothing is fetched. */
  jwks?:
    | string
    | Uint8Array
    | {
        /** The keys of the set. */
        keys: readonly Jwk[];
      }
    | undefined;
  /** As in `accept` of `geminiDynamic` in `countersign/jwt`. Default: the forms of the scheme. */
  accept?: readonly SignatureForm[] | undefined;
  /** As in {@link StaticOptions.allowShortKeys}. A report explains any key. */
  allowShortKeys?: boolean | undefined;
  /** As in `audience` of `geminiDynamic` in `countersign/jwt`: the exact `aud` of a token. */
  audience?: string | undefined;
  /** As in `issuer` of `geminiDynamic` in `countersign/jwt`: the exact `iss` of a token. Default: not checked, or the sender's issuer. */
  issuer?: string | undefined;
  /** As in `email` of `googlePubsub`. */
  email?: string | undefined;
  /** As in `leeway` of `geminiDynamic` in `countersign/jwt`: seconds of grace on `exp` and `nbf` of a token. Default: 60. */
  leeway?: number | undefined;
  /** As in {@link StaticOptions.tolerance}. */
  tolerance?: number | undefined;
}
