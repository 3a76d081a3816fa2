/** What a check found: the types of a report. */
import type { ErrorCode, SignatureForm } from "./types.js";

/**
 * The steps of a check, in the order in which they are judged.
 *
 * For a list of signatures: `headers`, `id`, `timestamp`, `age`, `signatures`, `keys`, `match`, `json`, `type`. For a token: `headers`,
 * `token`, `algorithm`, `keys`, `key`, `signature`, `claims`, `expiry`, `start`, `audience`, `issuer`, `email` if the receiver names
 * one, `json`, `type`. If the arguments cannot be read, there is one step: `body` for a body that is not raw, otherwise `input`. With a
 * `urlToken`, `url` comes first.
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
  | "email"
  | "json"
  | "type"
  | "body"
  | "input"
  | "url";

/** A step that passed, or that had nothing to check. */
export interface SoundStep {
  /** What was checked. */
  name: StepName;
  /** `skip`: there was nothing to check, or an earlier step could not be read. */
  state: "pass" | "skip";
  /** What was found, in one sentence. */
  detail: string;
  /** Always absent: only a step that failed has an error. */
  code?: undefined;
  /** Always absent: there is nothing to fix. */
  fix?: undefined;
}

/** A step that failed. */
export interface FailedStep {
  /** What was checked. */
  name: StepName;
  /** `fail`: the step does not hold. */
  state: "fail";
  /** What was found, in one sentence. */
  detail: string;
  /** The error. One of `json` does not refuse the delivery: a body that is not JSON is still a valid event. */
  code: ErrorCode;
  /** How to fix it. Absent for arguments that cannot be read, whose fix is in `detail`. */
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
 * - `url_or_key`: the sender signs the URL, so either may be wrong
 * - `other_key`: the key most likely belongs to another endpoint
 */
export interface Verdict {
  /** `waiting`: the key, the body or the URL is missing. */
  state: "genuine" | "waiting" | "refused";
  /** The code of the conclusion: see {@link Verdict}. */
  code: VerdictCode | ErrorCode;
  /** The conclusion in one sentence. */
  detail: string;
  /** How to fix it. Absent if there is nothing to fix, or `detail` says how. */
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
  | "url_or_key"
  | "other_key";

/**
 * A part of the signed bytes: `text` if it is UTF-8, otherwise `base64`. The raw body, `body`, has neither.
 *
 * - `text`: fixed by the scheme, such as a dot
 * - `header`: the value of a header other than those of id and timestamp
 * - `body_sha256`: SHA-256 of the body, in hex
 * - `derived`: made from the URL or the body by the sender's rule, such as Twilio's sorted form fields
 * - `fields`: members of the body, joined by the sender's rule, as Adyen's standard webhooks have it
 * - `token`: a token's header and claims, as they are encoded
 */
export interface SignedPart {
  /** What the part is: see {@link SignedPart}. */
  part: "id" | "timestamp" | "text" | "header" | "method" | "url" | "body" | "body_sha256" | "derived" | "fields" | "token";
  /** The bytes as text. Absent if they are not UTF-8, and for the raw body. */
  text?: string;
  /** The bytes in base64. Absent if they are UTF-8, and for the raw body. */
  base64?: string;
}

/** Every step of a check, each signature against each key, and what would have matched. It contains the expected signatures: not for senders. */
export interface Report {
  /** Whether the delivery is accepted. `json` and `type` may fail in a report that is `ok`. */
  ok: boolean;
  /** The code of the first error. Absent if the report is `ok`. */
  code?: ErrorCode;
  /** The conclusion, for a person. */
  verdict: Verdict;
  /** The form of signature that was verified. Absent unless the report is `ok`. */
  form?: SignatureForm;
  /** The place of the key that matched, among the secrets or in the key set. Absent unless the report is `ok`. */
  key?: number;
  /** The event's id, as it was verified. Absent unless the report is `ok`. */
  id?: string;
  /** The time of the check, in Unix seconds. Absent if the arguments cannot be read. */
  now?: number;
  /** How far the timestamp may be from `now`, in seconds. Absent if the arguments cannot be read. */
  tolerance?: number;
  /** The delivery's timestamp, in Unix seconds. Absent if it has none or it cannot be read, and for a token. */
  timestamp?: number;
  /** Seconds since the timestamp; negative for a timestamp ahead of the clock. Absent without a timestamp. */
  age?: number;
  /** Every step, in the order in which they are judged. */
  steps: Step[];
  /** Details of the body that are easy to overlook. Absent if the arguments cannot be read. */
  body?: {
    /** The length in bytes. */
    bytes: number;
    /** Whether it is UTF-8. */
    utf8: boolean;
    /** Whether it begins with a byte order mark. */
    bom: boolean;
    /** The number of lines that end in CR LF. */
    crlf: number;
    /** The number of lines that end in LF alone. */
    lf: number;
    /** Whether it ends in a line break. */
    finalNewline: boolean;
  };
  /** The signed bytes, part by part in order. Empty if the sender signs nothing; absent if the delivery lacks a part of them. */
  signed?: SignedPart[];
  /** The signed bytes: all parts of {@link Report.signed}, joined. Absent if `signed` is. */
  signedContent?: Uint8Array;
  /** How each secret was read, in order. It does not contain the secret. */
  secrets: {
    /** The place among the secrets, from 0. */
    index: number;
    /** The kind of key: a shared secret, or a public key. `null` for a secret that cannot be read. */
    kind: "hmac" | "ed25519" | "p256" | null;
    /** The length of the key in bytes. Absent for `p256`, and for a secret that cannot be read. */
    bytes?: number;
    /** Why the secret cannot be read. Absent if it can. */
    code?: ErrorCode;
    /** The same in one sentence. Absent if it can be read. */
    detail?: string;
    /** How to fix it. Absent if there is nothing to fix. */
    fix?: string;
  }[];
  /** The keys of the key set, in order: at most 256. Empty without a key set. `kid` to `use` are as the set has them, and absent if it does not. */
  keys: {
    /** The place in the key set, from 0. */
    index: number;
    /** The name of the key. */
    kid?: string;
    /** The type of the key: `OKP`, `RSA`. */
    kty?: string;
    /** The curve of the key: `Ed25519`. */
    crv?: string;
    /** The algorithm that the key is for: `EdDSA`, `RS256`. */
    alg?: string;
    /** What the key is for: `sig`. */
    use?: string;
    /** Whether the key can verify signatures of any form. */
    usable: boolean;
    /** Why the key cannot be used. Absent if it can. */
    reason?: string;
    /** Whether a signature was checked with the key. */
    tried: boolean;
    /** Whether a signature matched under the key. */
    matches: boolean;
  }[];
  /** The signatures of the delivery, in order: at most 64. Empty if a token was checked. */
  signatures: {
    /** The place among the signatures, from 0. */
    index: number;
    /** What precedes the signature: `v1`, `sha256`. Empty if nothing does. */
    version: string;
    /** The signature, as it arrived. */
    text: string;
    /** Whether the signature can match: its version is accepted, and it is well-formed. */
    accepted: boolean;
    /** Why it cannot match. Absent if it can. */
    detail?: string;
  }[];
  /** Each key against each signature of its form: at most 256. Empty if a token was checked. */
  comparisons: {
    /** The place of the secret in {@link Report.secrets}. Absent for a key of the key set. */
    secret?: number;
    /** The place of the key in {@link Report.keys}. Absent for a secret. */
    key?: number;
    /** The place of the signature in {@link Report.signatures}. */
    signature: number;
    /** The signature that would match, as the sender writes it. Absent for a public key, which cannot sign, and if the secret itself is sent. */
    expected?: string;
    /** The signature that arrived. */
    received: string;
    /** Whether the signature is valid under the key. */
    matches: boolean;
  }[];
  /** The decoded token, whether or not its signature is valid. Absent if the delivery has none. */
  token?: {
    /** Its header, like `{ alg: "RS256", kid: "1" }`. Absent if it is not JSON in base64url. */
    header?: unknown;
    /** Its claims. Absent if they are not JSON in base64url. */
    claims?: unknown;
  };
  /** If nothing matches: the changes under which a signature would. */
  nearMisses: NearMiss[];
}

/** A change under which a signature would match. */
export interface NearMiss {
  /** The stable code of the change, like `final_newline_removed`. */
  code: string;
  /** The change, as a clause that continues "matches if". */
  matchesIf: string;
  /** The probable cause, and what to do. */
  fix: string;
  /** The one input to replace, and its replacement. Absent for other changes, and for a secret, which a report never contains. */
  instead?: {
    /** The body. Absent if the change is to another input. */
    body?: Uint8Array;
    /** The URL that was signed. Absent if the change is to another input. */
    url?: string;
    /** The method that was signed. Absent if the change is to another input. */
    method?: string;
    /** The headers that change, by their names in lower case, with their values. Absent if the change is to another input. */
    headers?: [string, string][];
  };
}
