//! ElevenLabs: <https://elevenlabs.io/docs/overview/administration/webhooks>, read in November 2026, and `src/wrapper/webhooks.ts` of
//! elevenlabs/elevenlabs-js.
//!
//! The key is the whole text of the secret, `wsec_` included. The tolerance is ElevenLabs' own half hour; its libraries refuse old
//! timestamps alone, here a future one is refused too. An event has no id, so it is known by the hash of its body.

use super::bases::hmac;
use super::template::{Template, Unit, in_list, stamped};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = hmac(
    "elevenlabs",
    Template { tolerance: 1800, ..stamped(Unit::Seconds, in_list(&["elevenlabs-signature"], b',', "t=", "v0=")) },
);
