//! How senders sign, and the registry of all schemes.
//!
//! A scheme is of the family of Standard Webhooks, or has a [`Template`] of its own. To add a sender: write one file in this folder with
//! a `SCHEME`, add its `mod` line and its entry in [`ALL`], and add test vectors. The test run fails if one of these is missing.
//!
//! ```
//! use countersign::scheme::{self, Form};
//!
//! let gemini = scheme::find("gemini").ok_or("no such scheme")?;
//! assert_eq!((gemini.sets()[0].id, gemini.forms), ("webhook-id", &[Form::V1][..]));
//! # Ok::<(), &str>(())
//! ```

mod acknowledgement;
mod adyen;
mod adyen_standard;
mod aimlapi;
mod anthropic;
mod assemblyai;
mod bases;
mod bfl;
mod bitbucket;
mod r#box;
mod brex;
mod calendly;
mod clerk;
mod coinbase_commerce;
mod configured;
mod discord;
mod docusign;
mod elevenlabs;
mod epilot;
mod fal;
mod form;
mod gemini;
mod gemini_dynamic;
mod github;
mod gitlab;
mod gitlab_token;
mod google_pubsub;
mod handshake;
mod heygen;
mod hubspot;
mod intercom;
mod jira;
mod linear;
mod loops;
mod meta;
mod mux;
pub mod notation;
mod notion;
mod okta;
mod openai;
mod openrouter;
mod paddle;
mod pagerduty;
mod polar;
mod razorpay;
mod recall;
mod render;
mod replicate;
mod resend;
mod retell;
mod sanity;
mod sendgrid;
mod sentry;
mod shopify;
mod slack;
mod square;
mod standard_webhooks;
mod stripe;
mod supabase_auth;
mod svix;
mod telnyx;
mod template;
mod twilio;
mod twitch;
mod typeform;
mod types;
mod vapi;
mod vapi_token;
mod vercel;
mod webflow;
mod woocommerce;
mod workos;
mod xai;
mod zendesk;
mod zoom;

pub use acknowledgement::Acknowledgement;
pub(crate) use bases::STANDARD;
pub(crate) use configured::{AT_FAULT, CONFIGURED, configured, kept, kept_list, with_header};
pub use form::{Covers, Form};
pub(crate) use gemini::EVENTS as GEMINI_EVENTS;
pub use handshake::{Handshake, Media};
pub use template::{Derive, Encoding, Field, Fields, IdSource, Layout, Part, Signatures, Template, Time, Unit};
pub use types::{EventType, HeaderNames, Identity, KeySource, Scheme, Signing};

/// Every scheme, in the order of lists.
pub static ALL: &[&Scheme] = &[
    &standard_webhooks::SCHEME,
    &svix::SCHEME,
    &gemini::SCHEME,
    &gemini_dynamic::SCHEME,
    &openai::SCHEME,
    &anthropic::SCHEME,
    &replicate::SCHEME,
    &xai::SCHEME,
    &aimlapi::SCHEME,
    &recall::SCHEME,
    &clerk::SCHEME,
    &resend::SCHEME,
    &brex::SCHEME,
    &render::SCHEME,
    &loops::SCHEME,
    &supabase_auth::SCHEME,
    &polar::SCHEME,
    &gitlab::SCHEME,
    &epilot::SCHEME,
    &github::SCHEME,
    &stripe::SCHEME,
    &slack::SCHEME,
    &zoom::SCHEME,
    &paddle::SCHEME,
    &calendly::SCHEME,
    &workos::SCHEME,
    &mux::SCHEME,
    &elevenlabs::SCHEME,
    &openrouter::SCHEME,
    &retell::SCHEME,
    &r#box::SCHEME,
    &sanity::SCHEME,
    &zendesk::SCHEME,
    &twitch::SCHEME,
    &webflow::SCHEME,
    &shopify::SCHEME,
    &meta::SCHEME,
    &linear::SCHEME,
    &typeform::SCHEME,
    &hubspot::SCHEME,
    &square::SCHEME,
    &twilio::SCHEME,
    &vercel::SCHEME,
    &woocommerce::SCHEME,
    &intercom::SCHEME,
    &sentry::SCHEME,
    &notion::SCHEME,
    &pagerduty::SCHEME,
    &bitbucket::SCHEME,
    &jira::SCHEME,
    &coinbase_commerce::SCHEME,
    &razorpay::SCHEME,
    &docusign::SCHEME,
    &bfl::SCHEME,
    &heygen::SCHEME,
    &vapi::SCHEME,
    &adyen::SCHEME,
    &adyen_standard::SCHEME,
    &discord::SCHEME,
    &telnyx::SCHEME,
    &fal::SCHEME,
    &sendgrid::SCHEME,
    &gitlab_token::SCHEME,
    &assemblyai::SCHEME,
    &okta::SCHEME,
    &vapi_token::SCHEME,
    &google_pubsub::SCHEME,
];

/// Finds a scheme by its name.
pub fn find(name: &str) -> Option<&'static Scheme> {
    ALL.iter().copied().find(|scheme| scheme.name == name)
}

/// The scheme name that was probably meant by one that [`find`] does not find: at most two letters differ, or one of a short name.
///
/// ```
/// use countersign::scheme;
///
/// assert_eq!(scheme::nearest("strpe"), Some("stripe"));
/// assert_eq!(scheme::nearest("coinbaseCommerce"), Some("coinbase-commerce"));
/// assert_eq!(scheme::nearest("carrier-pigeon"), None);
/// ```
pub fn nearest(name: &str) -> Option<&'static str> {
    let names: Vec<_> = ALL.iter().map(|scheme| scheme.name).collect();
    crate::nearest::nearest(name, &names).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_defaults_are_allowed() {
        for scheme in ALL {
            assert_eq!(find(scheme.name).map(|found| found.name), Some(scheme.name));
            assert!(scheme.default_forms.iter().all(|form| scheme.forms.contains(form)), "{}", scheme.name);
            let names: Vec<_> = scheme.header_names().collect();
            assert!(!names.is_empty() || scheme.template().is_some_and(|of| of.fields().is_some()), "{}", scheme.name);
            for (at, name) in names.iter().enumerate() {
                assert_eq!(*name, name.to_ascii_lowercase(), "{}", scheme.name);
                assert!(!names[..at].contains(name), "{}: {name} would be read twice", scheme.name);
            }
        }
    }

    /// Which check is made follows from the one form, or else from the length of an HMAC. Where nothing is signed, the hash of the body is all that an event can be known by.
    #[test]
    fn a_template_has_one_kind_of_form_and_signs_the_body_unless_it_says_so() {
        for scheme in ALL {
            let Some(template) = scheme.template() else { continue };
            let hmacs = [Form::HmacSha1, Form::HmacSha256, Form::HmacSha512];
            let form = match scheme.forms {
                [form] => form,
                [first, ..] if scheme.forms.iter().all(|form| hmacs.contains(form)) => first,
                forms => panic!("{}: {forms:?}", scheme.name),
            };
            let of_body = |part: &Part| matches!(part, Part::Body | Part::BodySha256 | Part::Derived(_));
            let covers = form.covers();
            assert_eq!(template.message.iter().any(of_body), covers == Covers::Body, "{}", scheme.name);
            assert_eq!(template.fields().is_some(), covers == Covers::Fields, "{}", scheme.name);
            assert_eq!(template.id == IdSource::BodyHash, covers == Covers::Sender, "{}", scheme.name);
        }
    }

    /// A header that the receiver chose may be `Authorization`, whose value begins with a method.
    #[test]
    fn where_the_header_is_chosen_the_secret_is_its_whole_value() {
        for scheme in ALL.iter().filter(|scheme| scheme.header_is_chosen) {
            for secret in ["Bearer a-token-of-some-length", "a-token-of-some-length"] {
                let keys = scheme.secrets.parse_hmac(secret).map_err(|error| error.code());
                assert_eq!(keys.as_deref().map(|keys| keys[0].as_bytes()), Ok(secret.as_bytes()), "{}", scheme.name);
            }
        }
    }

    #[test]
    fn no_scheme_takes_both_a_static_and_a_shared_key() {
        for scheme in ALL {
            if let KeySource::SharedJwks(_) = scheme.keys {
                assert!(!scheme.forms.iter().any(|form| form.is_shared()), "{}", scheme.name);
            }
        }
    }
}
