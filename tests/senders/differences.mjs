// Where SDKs differ from Countersign, and why. `cases` are those of `cases.mjs`; `vectors` are names in `tests/vectors`; `codes` are the errors of
// vectors that Countersign refuses and the SDK accepts. The tests fail if a difference is not listed here, or no longer exists.

const NO_AGE = {
  why: "it does not check the age of a delivery",
  cases: ["one second too old", "one second too far in the future", "a year old"],
  codes: ["timestamp_too_old", "timestamp_too_new"],
};
const PAST_ONLY = { why: "it checks for old timestamps only", cases: ["one second too far in the future"], codes: ["timestamp_too_new"] };
const LENIENT_TIME = { why: "it converts or copies the timestamp; Countersign requires the spelling that the sender writes", codes: ["invalid_timestamp"] };
const LAST_TIME = { why: "of two timestamps it takes one", vectors: ["time-twice", "time-twice-another-first"] };
const UPPER_CASE = { why: "it decodes hex, or lowers its case", cases: ["hex in upper case"], vectors: ["signature-upper-case-hex"] };
const UNUSED_BITS = { why: "its base64 decoder ignores unused bits", cases: ["base64 with unused bits set"] };
const UNPADDED = { why: "its base64 decoder does not require padding", cases: ["base64 without padding"], vectors: ["signature-unpadded"] };
const FIRST_SIGNATURE = { why: "it reads the first signature only", cases: ["a right signature after a wrong one"] };
const ANY_VERSION = { why: "it does not read the version of a signature", vectors: ["signature-with-a-wrong-prefix"] };

const narrow = (seconds, ...cases) => ({ why: `it allows ${seconds} s; Countersign allows more, for clocks that differ`, cases });

/** The differences by sender. A variant without an entry has its preset's. */
export const differences = {
  openai: [UNUSED_BITS, UNPADDED, LENIENT_TIME, { why: "it decodes the URL-safe alphabet too", vectors: ["signature-url-safe"] }],
  replicate: [NO_AGE, LENIENT_TIME, { ...ANY_VERSION, vectors: ["signature-with-a-wrong-prefix", "signature-as-v1a"] }],
  clerk: [{ why: "it reads the `svix-` headers only", vectors: ["unbranded-headers"] }],
  "supabase-auth": [{ why: "one secret in the notation of standardwebhooks, not a list", vectors: ["secrets-joined-by-a-bar"] }],
  polar: [UNUSED_BITS, UNPADDED],
  shopify: [{ why: "it returns the topic, shop, API version and id, and refuses a delivery without them", cases: ["an unsigned header is missing"] }],
  linear: [{ ...narrow(60, "as old as allowed", "as far in the future as allowed"), vectors: ["time-oldest", "time-newest"] }],
  notion: [UPPER_CASE],
  adyen: [UNUSED_BITS, UNPADDED],
  stripe: [PAST_ONLY, LAST_TIME],
  slack: [PAST_ONLY, LENIENT_TIME],
  zoom: [
    NO_AGE,
    LENIENT_TIME,
    {
      why: "it verifies the output of JSON.stringify, not the received bytes",
      cases: ["a body with escapes and spaces", "one byte more or less"],
      vectors: ["body-with-a-line-break-more"],
    },
    { why: "it refuses a body that is not an event of Zoom's", vectors: ["providers/computed"] },
  ],
  paddle: [
    PAST_ONLY,
    LAST_TIME,
    { ...narrow(5, "as old as allowed"), vectors: ["time-oldest"] },
    { why: "it reads the last signature only", cases: ["a right signature before a wrong one"], vectors: ["two-signatures-right-first"] },
  ],
  workos: [PAST_ONLY, LENIENT_TIME, FIRST_SIGNATURE, ANY_VERSION, { ...narrow(180, "as old as allowed"), vectors: ["time-oldest"] }],
  elevenlabs: [PAST_ONLY, LENIENT_TIME, FIRST_SIGNATURE, { ...LAST_TIME, vectors: ["time-twice"] }],
  mux: [PAST_ONLY, LAST_TIME],
  sanity: [NO_AGE, { why: "it accepts one signature only", cases: ["a right signature before a wrong one", "a right signature after a wrong one"] }],
  webflow: [NO_AGE, LENIENT_TIME],
  retell: [UPPER_CASE],
  box: [
    UNUSED_BITS,
    UNPADDED,
    LENIENT_TIME,
    { why: "it refuses every timestamp in the future", cases: ["as far in the future as allowed"], vectors: ["time-newest"] },
    { why: "it also accepts a signature over the escaped body", cases: ["a signature over the escaped body"] },
  ],
  hubspot: [PAST_ONLY, { why: "it takes the URL as it is; HubSpot's documentation has some escapes decoded", vectors: ["url-with-escapes"] }],
  discord: [NO_AGE, LENIENT_TIME, UPPER_CASE],
  telnyx: [UNUSED_BITS, LENIENT_TIME],
  "google-pubsub": [{ why: "it accepts a token for 300 s after its end", vectors: ["expired"] }],
  sendgrid: [NO_AGE, LENIENT_TIME, { ...UNPADDED, cases: [] }],
};
