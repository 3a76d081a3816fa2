//! Who may use `/admin`, and what for: tokens, sessions of the console, and Cloudflare Access.
//!
//! Nothing here waits or reads a clock. A shell passes the headers that [`Credentials`] names, fetches the key set of
//! [`Team::certs`], and asks [`Admin`](crate::config::Admin).

mod assertion;
mod credentials;
mod guesses;
mod session;

pub use self::assertion::Team;
pub use self::credentials::{Credential, Credentials, HEADERS};
pub use self::guesses::{Guessed, Guesses};
pub(crate) use self::session::session_key;
pub use self::session::{COOKIE, SESSION_SECONDS, Session};

/// What somebody may do at `/admin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks: no body, and no change.
    Viewer,
    /// Looks, and changes things.
    Operator,
}

impl Role {
    /// Both, by the names that configuration and responses use.
    pub const ALL: [(&'static str, Self); 2] = [("viewer", Self::Viewer), ("operator", Self::Operator)];

    /// The name in configuration and responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }
}

/// Somebody who proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// What they may do.
    pub role: Role,
    /// The address or the name that Access gives; `None` for whoever has a token.
    pub name: Option<String>,
    /// When the proof ends, in Unix seconds; `None` for a token, which does not end.
    pub until: Option<u64>,
    /// Whether a browser sends the proof by itself, so that another site could make it do so.
    pub is_ambient: bool,
}

impl Who {
    /// What the audit calls them: an address, `token` or `read-token`.
    pub fn label(&self) -> &str {
        match (&self.name, self.role) {
            (Some(name), _) => name,
            (None, Role::Operator) => "token",
            (None, Role::Viewer) => "read-token",
        }
    }

    /// How they proved it: `access` or `token`.
    pub const fn by(&self) -> &'static str {
        if self.name.is_some() { "access" } else { "token" }
    }
}
