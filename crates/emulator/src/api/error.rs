//! Refusals in Google's form: `{"error":{"code":400,"message":"…","status":"INVALID_ARGUMENT"}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The resource as JSON, or a refusal.
pub(super) type ApiResult = Result<Json<Value>, ApiError>;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    name: &'static str,
    message: String,
}

impl ApiError {
    /// 400: the request is malformed.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: "INVALID_ARGUMENT", message: message.into() }
    }

    /// 403: no API key.
    pub(crate) fn no_key() -> Self {
        let message = "Method doesn't allow unregistered callers (callers without established identity). \
                       Please use API Key or other form of API consumer identity to call this API.";
        Self::forbidden(message)
    }

    /// 403: a web page of another site, or a name that is not this server's.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, name: "PERMISSION_DENIED", message: message.into() }
    }

    /// 404.
    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!("Requested entity was not found: {what}");
        Self { status: StatusCode::NOT_FOUND, name: "NOT_FOUND", message }
    }

    /// 400: the request is valid, but not in the current state.
    pub(crate) fn failed_precondition(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: "FAILED_PRECONDITION", message: message.into() }
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, name: "INTERNAL", message: format!("{error:#}") }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.status.as_u16(), "message": self.message, "status": self.name });
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}
