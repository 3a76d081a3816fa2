//! Who may use `/admin`.

use super::*;
use crate::access::{Role, SESSION_SECONDS};

const TOKEN: &str = "5f0c1d2e3a4b5968778695a4b3c2d1e0";
const READ_TOKEN: &str = "e01d2c3b4a5968778695a4b3c2d1f0c5";
const NOW: u64 = 1_800_000_000;

/// Both tokens, and the table.
struct Office<'a>(&'a str, &'a str, &'a str);

impl Environment for Office<'_> {
    fn secret(&self, name: &str) -> Secret {
        match name {
            "ADMIN_TOKEN" => Secret::Value(Zeroizing::new(self.0.to_owned())),
            "ADMIN_READ_TOKEN" => Secret::Value(Zeroizing::new(self.1.to_owned())),
            _ => Known.secret(name),
        }
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        Known.has(binding)
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "ADMIN" && !self.2.is_empty()).then(|| self.2.to_owned())
    }
}

fn config(token: &str, read_token: &str, table: &str) -> Config {
    Config::parse(Some(&format!(r#"{{"s":{{{}}}}}"#, gemini(""))), &Office(token, read_token, table))
}

fn faults(token: &str, read_token: &str, table: &str) -> (bool, Vec<String>) {
    let config = config(token, read_token, table);
    assert!(config.source(0).is_some(), "the sources work");
    let said = |one: &AtFault<'_>| one.faults.iter().map(|fault| format!("{}: {fault}", one.name)).collect::<Vec<_>>();
    (config.admin().exists(), config.faults().iter().flat_map(said).collect())
}

#[test]
fn one_token_operates_and_the_other_looks() {
    let config = config(TOKEN, &format!(" {READ_TOKEN}\n"), "");
    let role = |token: &str| config.admin().by_token(token).map(|who| (who.role, who.label().to_owned()));
    assert_eq!(role(TOKEN), Some((Role::Operator, "token".to_owned())));
    assert_eq!(role(READ_TOKEN), Some((Role::Viewer, "read-token".to_owned())));
    for wrong in ["", "x", TOKEN.trim_start_matches('5'), &format!("{TOKEN} "), &TOKEN.to_uppercase()] {
        assert_eq!(role(wrong), None, "{wrong}");
    }
}

#[test]
fn any_of_the_three_opens_admin() {
    let access = r#"{"access":{"team":"acme","audience":"tag"}}"#;
    assert_eq!(faults("", "", ""), (false, vec![]));
    assert_eq!(faults(TOKEN, "", ""), (true, vec![]));
    assert_eq!(faults("", READ_TOKEN, ""), (true, vec![]));
    assert_eq!(faults("", "", access), (true, vec![]));
    assert_eq!(faults("", "", r#"{"bodies":true}"#), (false, vec![]));
    assert!(config(TOKEN, "", r#"{"bodies":true}"#).admin().shows_bodies());
    assert!(!config(TOKEN, "", access).admin().shows_bodies());
}

#[test]
fn a_token_that_is_no_token_is_a_fault_and_the_other_works() {
    let (exists, said) = faults("short", READ_TOKEN, "");
    assert!(exists && said.len() == 1 && said[0].starts_with("ADMIN_TOKEN: `ADMIN_TOKEN` cannot be used"), "{said:?}");
    let (exists, said) = faults(TOKEN, "undefined", "");
    assert!(exists && said.len() == 1 && said[0].starts_with("ADMIN_READ_TOKEN: "), "{said:?}");
}

#[test]
fn two_equal_tokens_are_a_fault_whatever_white_space_is_around_them() {
    let padded = format!("{TOKEN}\n");
    for (token, read_token) in [(TOKEN, TOKEN), (TOKEN, padded.as_str()), (padded.as_str(), TOKEN)] {
        let (exists, said) = faults(token, read_token, "");
        assert!(exists && said.len() == 1 && said[0].contains("is the same as `ADMIN_TOKEN`"), "{said:?}");
        let role = config(token, read_token, "").admin().by_token(TOKEN).map(|who| who.role);
        assert_eq!(role, Some(Role::Operator));
    }
}

#[test]
fn an_access_application_has_a_team_and_an_audience() {
    let certs = |team: &str, role: &str| {
        let config = config("", "", &format!(r#"{{"access":{{"team":"{team}","audience":"tag"{role}}}}}"#));
        config.admin().team().map(|team| (team.certs(), team.role))
    };
    let acme = "https://acme.cloudflareaccess.com/cdn-cgi/access/certs".to_owned();
    assert_eq!(certs("acme", ""), Some((acme.clone(), Role::Viewer)));
    assert_eq!(certs("https://acme.cloudflareaccess.com/", r#","role":"operator""#), Some((acme, Role::Operator)));
    assert_eq!(
        certs("http://127.0.0.1:1", "").map(|(url, _)| url).as_deref(),
        Some("http://127.0.0.1:1/cdn-cgi/access/certs")
    );
    for (access, word) in [
        (r#"{"team":"acme"}"#, "`ADMIN.access.audience` is required"),
        (r#"{"audience":"x"}"#, "`ADMIN.access.team` is required"),
        (r#"{"team":"acme.example/","audience":"x"}"#, "`ADMIN.access.team` is not a team"),
        (r#"{"team":"http://acme.example","audience":"x"}"#, "`ADMIN.access.team` is not a team"),
        (r#"{"team":"https://acme.example/path","audience":"x"}"#, "`ADMIN.access.team` is not a team"),
        (r#"{"team":"","audience":"x"}"#, "`ADMIN.access.team` is empty, or not a string"),
        (r#"{"team":"acme","audience":7}"#, "`ADMIN.access.audience` is empty, or not a string"),
        (r#"{"team":"acme","audience":"x","role":"admin"}"#, "`ADMIN.access.role` is not known"),
        (r#"{"team":"acme","audience":"x","rolle":"viewer"}"#, "`ADMIN.access.rolle` is not a key"),
        ("[]", "`ADMIN.access` is not a table"),
    ] {
        let (exists, said) = faults("", "", &format!(r#"{{"access":{access}}}"#));
        assert!(!exists && said.iter().any(|one| one.contains(word)), "{access}: {said:?}");
    }
}

#[test]
fn a_session_has_the_role_of_its_token_and_ends_with_it() {
    let config = config(TOKEN, READ_TOKEN, "");
    let other = self::config(READ_TOKEN, "", "");
    for (_, role) in Role::ALL {
        let cookie = config.admin().begin_session(role, [7; 16], NOW).unwrap();
        let who = config.admin().by_session(&cookie, NOW).unwrap();
        assert_eq!((who.role, who.until, who.is_ambient), (role, Some(NOW + SESSION_SECONDS), true));
        assert_eq!(config.admin().by_session(&cookie, NOW + SESSION_SECONDS), None);
        assert_eq!(other.admin().by_session(&cookie, NOW), None, "the tokens are others now");
    }
    assert_eq!(other.admin().begin_session(Role::Viewer, [7; 16], NOW), None, "nobody has that role by a token");
}
