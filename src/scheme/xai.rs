//! xAI's voice agents: <https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip>, read in November 2026.

use super::types::{Scheme, with_secret};

pub(super) const SCHEME: Scheme =
    with_secret("xai", "https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip");
