//! Request bodies: JSON, parsed as strictly as the live service is known to.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::ApiError;
use crate::job::WebhookConfig;
use crate::json::compact;
use crate::outgoing::parse_url;

/// A webhook's configuration in a request, in camel or snake case.
#[derive(Debug, serde::Deserialize)]
pub(super) struct ConfigBody {
    #[serde(default)]
    uris: Vec<String>,
    user_metadata: Option<Box<RawValue>>,
    #[serde(rename = "userMetadata")]
    camel_metadata: Option<Box<RawValue>>,
}

impl ConfigBody {
    /// Validates the configuration. `strict` refuses `userMetadata`; `at` is its path in the body.
    pub(super) fn check(self, strict: bool, at: &str) -> Result<WebhookConfig, ApiError> {
        if strict && self.camel_metadata.is_some() {
            return Err(unknown("userMetadata", at));
        }
        if self.uris.is_empty() {
            return Err(ApiError::invalid(format!("{at}.uris must name at least one URI.")));
        }
        self.uris.iter().try_for_each(|uri| check_uri(uri))?;
        let user_metadata = self.user_metadata.or(self.camel_metadata);
        if user_metadata.as_ref().is_some_and(|metadata| !metadata.get().starts_with('{')) {
            return Err(ApiError::invalid(format!("{at}.user_metadata must be an object.")));
        }
        let user_metadata = user_metadata.as_deref().map(compact);
        Ok(WebhookConfig { uris: self.uris, user_metadata })
    }
}

/// The members of a body, which may be empty.
pub(super) fn members(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    read(body)
}

/// Parses a body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. {error}")))
}

/// Refuses unknown members. The live service refuses camel case in these bodies.
pub(super) fn only(members: &Map<String, Value>, known: &[&str]) -> Result<(), ApiError> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown(name, "")),
        None => Ok(()),
    }
}

/// Refuses camel case in bodies with too many members to list.
pub(super) fn no_camel_case(members: &Map<String, Value>) -> Result<(), ApiError> {
    match members.keys().find(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
        Some(name) => Err(unknown(name, "")),
        None => Ok(()),
    }
}

/// A member that must be text, if it is present.
pub(super) fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, ApiError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ApiError::invalid(format!("Invalid value at '{name}' (TYPE_STRING)."))),
    }
}

/// Checks the URI of a receiver. The live service reportedly requires HTTPS; local receivers do not have it.
pub(super) fn check_uri(uri: &str) -> Result<(), ApiError> {
    parse_url(uri).map(drop).map_err(|error| ApiError::invalid(format!("The webhook URI {error}.")))
}

fn unknown(name: &str, at: &str) -> ApiError {
    let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
    ApiError::invalid(format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."))
}
