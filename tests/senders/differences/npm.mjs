// Where SDKs from npm differ from Countersign, and why. The tests fail if a difference is not listed here, or no longer exists.
import { AMBIGUOUS, COLONS, NAMED_HASH, ONE_SECRET, NO_AGE, PAST_ONLY, LENIENT_TIME, LAST_TIME, UPPER_CASE, UNUSED_BITS, UNPADDED, FIRST_SIGNATURE, ANY_VERSION, narrow } from "./reasons.mjs";

/** The differences by sender. A variant without an entry has its preset's. */
export const differences = {
  openai: [UNUSED_BITS, UNPADDED, LENIENT_TIME, { why: "it decodes the URL-safe alphabet too", vectors: ["signature-url-safe"] }],
  replicate: [NO_AGE, LENIENT_TIME, { ...ANY_VERSION, vectors: ["signature-with-a-wrong-prefix", "signature-as-v1a"] }],
  clerk: [{ why: "it reads the `svix-` headers only", vectors: ["unbranded-headers"] }],
  "supabase-auth": [ONE_SECRET],
  polar: [UNUSED_BITS, UNPADDED],
  shopify: [{ why: "it returns the topic, shop, API version and id, and refuses a delivery without them", cases: ["an unsigned header is missing"] }],
  linear: [{ ...narrow(60, "as old as allowed", "as far in the future as allowed"), vectors: ["time-oldest", "time-newest"] }],
  notion: [UPPER_CASE],
  adyen: [UNUSED_BITS, UNPADDED, { why: "it also verifies the signature inside a classic notification", vectors: ["standard-webhook"] }],
  "adyen-standard": [UNUSED_BITS, { ...UNPADDED, vectors: [] }, COLONS, AMBIGUOUS, { why: "it parses the amount as a number", vectors: ["value-with-a-fraction"] }],
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
  twilio: [
    NAMED_HASH,
    { why: "it writes `%20` for `+` where it decodes an apostrophe", vectors: ["sdk-apostrophe-as-request-has-it"] },
    { why: "it also encodes the apostrophe of a URL that has one", vectors: ["apostrophe-signed-encoded"] },
  ],
  hubspot: [PAST_ONLY, { why: "it takes the URL as it is; HubSpot's documentation has some escapes decoded", vectors: ["url-with-escapes"] }],
  discord: [NO_AGE, LENIENT_TIME, UPPER_CASE],
  telnyx: [UNUSED_BITS, LENIENT_TIME],
  "google-pubsub": [{ why: "it accepts a token for 300 s after its end", vectors: ["expired"] }],
  sendgrid: [NO_AGE, LENIENT_TIME, { ...UNPADDED, cases: [] }],
};
