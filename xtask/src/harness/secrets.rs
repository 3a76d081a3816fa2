//! The secrets of a local Worker: created at the first start and kept, so that pasted commands keep working.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::demo::{Secret, random_hex};
use crate::wrangler;

const GEMINI: &str = "GEMINI_WEBHOOK_SECRET";
const JOBS_TOKEN: &str = "GEMINI_JOBS_TOKEN";
const ORIGIN: &str = "ORIGIN_SECRET";
const ADMIN: &str = "ADMIN_TOKEN";

/// The secrets of a local Worker.
pub struct Secrets {
    /// The project's webhooks.
    pub gemini: Secret,
    /// The URL token for webhooks of single jobs.
    pub jobs_token: String,
    /// The Worker's signing secret for the origin.
    pub origin: Secret,
    /// The bearer token of `/admin`.
    pub admin: String,
}

impl Secrets {
    /// Reads `dir/.dev.vars`, or creates it with new secrets.
    pub(super) fn kept_in(dir: &Path) -> Result<Self> {
        let known = wrangler::dev_vars(&dir.join("wrangler.toml"), None, &toml::Table::new())?;
        let secret = |name| known.get(name).and_then(|text| Secret::parse(text)).map_or_else(Secret::random, Ok);
        // A secret that the Worker would refuse is replaced.
        let token = |name| known.get(name).filter(|token| token.len() >= 22).cloned().map_or_else(random_hex, Ok);
        let secrets = Self {
            gemini: secret(GEMINI)?,
            jobs_token: token(JOBS_TOKEN)?,
            origin: secret(ORIGIN)?,
            admin: token(ADMIN)?,
        };
        let file = dir.join(".dev.vars");
        fs::write(&file, secrets.text()).with_context(|| format!("{} cannot be written", file.display()))?;
        Ok(secrets)
    }

    fn text(&self) -> String {
        let lines = [
            (GEMINI, self.gemini.text()),
            (JOBS_TOKEN, self.jobs_token.clone()),
            (ORIGIN, self.origin.text()),
            (ADMIN, self.admin.clone()),
        ];
        lines.map(|(name, value)| format!("{name}={value}\n")).concat()
    }
}

/// The sources that use them. The project's webhooks are forwarded at once; those of single jobs are stored first.
pub(super) fn sources(origin: &str, key_set: &str) -> toml::Table {
    toml::toml! {
        [gemini]
        scheme = "gemini"
        secrets = [GEMINI]
        forward = { origin = origin, sign_with = ORIGIN }

        [gemini-jobs]
        scheme = "gemini-dynamic"
        url_token = JOBS_TOKEN
        jwks = key_set
        durable = true
        forward = { origin = origin, sign_with = ORIGIN }
    }
}
