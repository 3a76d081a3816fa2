//! Reads who may use `/admin`: the secrets `ADMIN_TOKEN` and `ADMIN_READ_TOKEN`, and the table `ADMIN`.

use zeroize::Zeroizing;

use super::environment::{Environment, Secret};
use super::fault::Fault;
use super::reader::Reader;
use super::secrets::{Carrier, token_fault};
use super::urls;
use crate::access::{Role, SESSION_SECONDS, Session, Team, Who, session_key};
use crate::crypto::{HmacKey, constant_time_eq};

/// Who may use `/admin`, and how they prove it.
#[derive(Debug, Default)]
pub struct Admin {
    /// `ADMIN_TOKEN`.
    operator: Option<Zeroizing<String>>,
    /// `ADMIN_READ_TOKEN`.
    viewer: Option<Zeroizing<String>>,
    team: Option<Team>,
    /// Whether operators may read the bodies of events and captures: `bodies`.
    shows_bodies: bool,
    /// `counts`, which is the default.
    counts: Option<bool>,
    /// What is wrong, by variable. A credential with a fault proves nothing.
    pub(super) faults: Vec<(&'static str, Vec<Fault>)>,
}

impl Admin {
    pub(super) fn read(environment: &impl Environment) -> Self {
        let mut admin = Self::default();
        admin.operator = admin.token(OPERATOR, environment);
        admin.viewer = admin.token(VIEWER, environment);
        if admin.operator.is_some() && admin.operator == admin.viewer {
            admin.viewer = None;
            let fix = "make another one with `openssl rand -hex 32`";
            admin.fault(VIEWER, "is the same as `ADMIN_TOKEN`, so whoever looks could operate", fix);
        }
        if let Some(text) = environment.variable(TABLE) {
            let mut reader = Reader::new(&text, "ADMIN.");
            let team = read_team(&mut reader);
            let shows_bodies = reader.flag("bodies").unwrap_or_default();
            let counts = reader.flag("counts");
            let faults = reader.finish();
            if faults.is_empty() {
                (admin.team, admin.shows_bodies, admin.counts) = (team, shows_bodies, counts);
            } else {
                admin.faults.push((TABLE, faults));
            }
        }
        admin
    }

    /// Whether anybody may: without anybody, `/admin` does not exist.
    pub const fn exists(&self) -> bool {
        self.operator.is_some() || self.viewer.is_some() || self.team.is_some()
    }

    /// The Access application whose users may, if there is one.
    pub const fn team(&self) -> Option<&Team> {
        self.team.as_ref()
    }

    /// Whether deliveries are counted for `/admin`: if it exists, unless the configuration says otherwise.
    pub fn counts(&self) -> bool {
        self.exists() && self.counts.unwrap_or(true)
    }

    /// Whether operators may read the bodies of events and captures.
    pub const fn shows_bodies(&self) -> bool {
        self.shows_bodies
    }

    /// Who has a token, in a time that says nothing about the tokens.
    pub fn by_token(&self, token: &str) -> Option<Who> {
        let is = |own: &Option<Zeroizing<String>>| {
            own.as_ref().is_some_and(|own| constant_time_eq(token.as_bytes(), own.as_bytes()))
        };
        let (is_operator, is_viewer) = (is(&self.operator), is(&self.viewer));
        let role = if is_operator { Role::Operator } else { Some(Role::Viewer).filter(|_| is_viewer)? };
        Some(Who { role, name: None, until: None, is_ambient: false })
    }

    /// Who has a session.
    pub fn by_session(&self, cookie: &str, now: u64) -> Option<Who> {
        let mut roles = Role::ALL.into_iter();
        roles.find_map(|(_, role)| {
            let Session { role, until } = Session::of_cookie(cookie, (role, &self.session_key(role)?), now)?;
            Some(Who { role, name: None, until: Some(until), is_ambient: true })
        })
    }

    /// Begins a session: the value of its cookie. `random` has to be that.
    pub fn begin_session(&self, role: Role, random: [u8; 16], now: u64) -> Option<String> {
        let session = Session { role, until: now.saturating_add(SESSION_SECONDS) };
        Some(session.to_cookie(&self.session_key(role)?, random))
    }

    fn session_key(&self, role: Role) -> Option<HmacKey> {
        let token = match role {
            Role::Operator => &self.operator,
            Role::Viewer => &self.viewer,
        };
        session_key(token.as_ref()?)
    }

    /// Reads a token without the white space around it: a file that it was piped from ends in a line feed.
    fn token(&mut self, name: &'static str, environment: &impl Environment) -> Option<Zeroizing<String>> {
        let Secret::Value(value) = environment.secret(name) else { return None };
        let token = Zeroizing::new(value.trim_ascii().to_owned());
        if token.is_empty() {
            return None;
        }
        let Some((problem, fix)) = token_fault(&token, Carrier::Header) else { return Some(token) };
        self.fault(name, &["cannot be used, so there is no /admin for it: ", &problem].concat(), fix);
        None
    }

    fn fault(&mut self, name: &'static str, problem: &str, fix: &str) {
        self.faults.push((name, vec![Fault::new(name, problem, fix)]));
    }
}

/// Reads `ADMIN.access`.
fn read_team(reader: &mut Reader<'_>) -> Option<Team> {
    let mut access = reader.part("access", "ADMIN.access.")?;
    let team = access.text("team");
    let origin = team.as_deref().and_then(origin_of);
    if team.is_some() && origin.is_none() {
        access.fault(
            "team",
            "is not a team of Cloudflare Access",
            "write its name: \"acme\" for acme.cloudflareaccess.com",
        );
    }
    let audience = access.text("audience");
    for key in ["team", "audience"] {
        if !access.had(key) {
            access.fault(key, "is required", "copy it from the Access application: its team, and its audience tag");
        }
    }
    let role = access.choice("role", &Role::ALL);
    reader.absorb(access);
    Some(Team { origin: origin?, audience: audience?, role: role? })
}

/// The origin of a team: of its name, or of the URL of one that has a domain of another form.
fn origin_of(team: &str) -> Option<String> {
    let is_label = |text: &str| {
        (1..=63).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if is_label(team) {
        return Some(["https://", &team.to_ascii_lowercase(), ".cloudflareaccess.com"].concat());
    }
    let team = team.strip_suffix('/').unwrap_or(team);
    let (_, authority) = team.split_once("://")?;
    (urls::is_jwks_url(team) && !authority.contains(['/', '?', '#'])).then(|| team.to_owned())
}

/// The secret of those who operate.
const OPERATOR: &str = "ADMIN_TOKEN";
/// The secret of those who look.
const VIEWER: &str = "ADMIN_READ_TOKEN";
/// The variable of everything else.
const TABLE: &str = "ADMIN";
