//! ElevenLabs: <https://elevenlabs.io/docs/overview/administration/webhooks>, read in November 2026, and `src/wrapper/webhooks.ts` of
//! elevenlabs/elevenlabs-js.
//!
//! The key is the whole text of the secret, `wsec_` included. The tolerance is ElevenLabs' own half hour; its libraries refuse old
//! timestamps alone, here a future one is refused too. An event has no id, so it is known by the hash of its body.
//!
//! ElevenLabs expects 200: <https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks>. It retries if the webhook says so: four
//! times, the last time about 41 minutes after the first attempt, and after no 4xx but 408 and 429.
//! <https://elevenlabs.io/docs/eleven-api/resources/webhooks>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::template::{Template, Unit, in_list, stamped};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    acknowledgement: Acknowledgement::Ok,
    retries: Some(45 * 60),
    ends_at_4xx: true,
    ..hmac(
        "elevenlabs",
        Template { tolerance: 1800, ..stamped(Unit::Seconds, in_list(&["elevenlabs-signature"], b',', "t=", "v0=")) },
    )
};
