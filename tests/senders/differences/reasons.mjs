// Why SDKs differ from Countersign. `cases` are those of `cases.mjs`; `vectors` are names in `tests/vectors`; `codes` are the errors of
// vectors that Countersign refuses and the SDK accepts.

export const NO_AGE = {
  why: "it does not check the age of a delivery",
  cases: ["one second too old", "one second too far in the future", "a year old"],
  codes: ["timestamp_too_old", "timestamp_too_new"],
};
export const PAST_ONLY = { why: "it checks for old timestamps only", cases: ["one second too far in the future"], codes: ["timestamp_too_new"] };
export const LENIENT_TIME = { why: "it converts or copies the timestamp; Countersign requires the spelling that the sender writes", codes: ["invalid_timestamp"] };
export const LAST_TIME = { why: "of two timestamps it takes one", vectors: ["time-twice", "time-twice-another-first"] };
export const UPPER_CASE = { why: "it decodes hex, or lowers its case", cases: ["hex in upper case"], vectors: ["signature-upper-case-hex"] };
export const UNUSED_BITS = { why: "its base64 decoder ignores unused bits", cases: ["base64 with unused bits set"] };
export const UNPADDED = { why: "its base64 decoder does not require padding", cases: ["base64 without padding"], vectors: ["signature-unpadded"] };
export const FIRST_SIGNATURE = { why: "it reads the first signature only", cases: ["a right signature after a wrong one"] };
export const ANY_VERSION = { why: "it does not read the version of a signature", vectors: ["signature-with-a-wrong-prefix"] };
export const ONE_SECRET = { why: "one secret in the notation of standardwebhooks, not a list", vectors: ["secrets-joined-by-a-bar"] };
export const NAMED_HASH = { why: "it takes SHA-256 only if a header, which nothing signs, names the algorithm", vectors: ["signature-sha256"] };
export const COLONS = { why: "it accepts colons in two members, which another notification with the same signed bytes could have", vectors: ["account-with-a-colon"] };
export const AMBIGUOUS = {
  why: "it accepts a body that another parser may read as another notification",
  vectors: ["two-items", "member-twice-equal", "member-of-another-case", "list-twice"],
};

/** A sender's own limit for ages, which Countersign does not take. */
export const narrow = (seconds, ...cases) => ({ why: `it allows ${seconds} s; Countersign allows more, for clocks that differ`, cases });
