/** What a check found: the types of a report. */
import type { ErrorCode, SignatureForm } from "./types.js";

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
  nearMisses: NearMiss[];
}

/** A change under which a signature would match. */
export interface NearMiss {
  code: string;
  /** The change, as a clause that continues "matches if". */
  matchesIf: string;
  /** The probable cause, and what to do. */
  fix: string;
  /** The one input to replace, and its replacement. Absent for other changes, and for a secret, which a report never contains. */
  instead?: { body?: Uint8Array; url?: string; method?: string; signature?: string };
}
