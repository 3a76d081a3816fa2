//! xAI's voice agents: <https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip>, read in November 2026.

use super::bases::with_secret;
use super::types::Scheme;

pub(super) const SCHEME: Scheme = with_secret("xai");
