// Where SDKs from PyPI differ from Countersign, and why. The tests fail if a difference is not listed here, or no longer exists.
import { AMBIGUOUS, COLONS, NAMED_HASH, NO_AGE, PAST_ONLY, LENIENT_TIME, LAST_TIME, UPPER_CASE, UNUSED_BITS, ANY_VERSION, narrow, ONE_SECRET } from "./reasons.mjs";

/** The differences by sender. A variant without an entry has its preset's. */
export const differences = {
  "standard-webhooks": [UNUSED_BITS],
  svix: [UNUSED_BITS],
  clerk: [UNUSED_BITS],
  anthropic: [UNUSED_BITS],
  "supabase-auth": [UNUSED_BITS, ONE_SECRET],
  polar: [UNUSED_BITS],
  openai: [LENIENT_TIME],
  replicate: [NO_AGE, LENIENT_TIME, UNUSED_BITS, { ...ANY_VERSION, vectors: ["signature-with-a-wrong-prefix", "signature-as-v1a"] }],
  resend: [LENIENT_TIME, { ...ANY_VERSION, vectors: ["signature-with-a-wrong-prefix", "signature-as-v1a"] }],
  stripe: [PAST_ONLY, LENIENT_TIME, { ...LAST_TIME, vectors: ["time-twice"] }],
  slack: [LENIENT_TIME],
  paddle: [
    LAST_TIME,
    { ...narrow(5, "as old as allowed", "as far in the future as allowed"), vectors: ["time-oldest", "time-newest"] },
    { why: "it refuses a header with a member that it does not know", vectors: ["providers/multiple-h1"] },
  ],
  workos: [
    LENIENT_TIME,
    ANY_VERSION,
    { ...narrow(180, "as old as allowed", "as far in the future as allowed"), vectors: ["time-oldest", "time-newest"] },
    { why: "it accepts one signature only", cases: ["a right signature before a wrong one", "a right signature after a wrong one"] },
  ],
  elevenlabs: [PAST_ONLY, LENIENT_TIME, LAST_TIME, { why: "it reads the last signature only", cases: ["a right signature before a wrong one"] }],
  box: [LENIENT_TIME, { why: "it refuses every timestamp in the future", cases: ["as far in the future as allowed"], vectors: ["time-newest"] }],
  twilio: [
    NAMED_HASH,
    {
      why: "it takes the URL as it is; `Request` and other parsers write `%27` for an apostrophe",
      vectors: ["sdk-apostrophe-as-request-has-it", "apostrophe-signed", "apostrophe-signed-with-the-port"],
    },
  ],
  hubspot: [
    PAST_ONLY,
    LENIENT_TIME,
    { ...narrow(299, "as old as allowed"), vectors: ["time-oldest"] },
    { why: "it takes the URL as it is; HubSpot's documentation has some escapes decoded", vectors: ["url-with-escapes"] },
  ],
  discord: [NO_AGE, LENIENT_TIME, UPPER_CASE],
  telnyx: [UNUSED_BITS, LENIENT_TIME],
  "adyen-standard": [COLONS, AMBIGUOUS],
  sendgrid: [NO_AGE, LENIENT_TIME],
  "google-pubsub": [{ why: "it accepts a token for 10 s after its end", vectors: ["expired"] }],
};
