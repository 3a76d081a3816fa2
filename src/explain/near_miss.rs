//! The near-miss search: one change at a time to body, secret, headers or signatures, each put to the verifier's own comparison.

use std::ops::ControlFlow;

use super::body_variants::{self, BodyVariant};
use super::header_variants::{self, HeaderVariant};
use super::inputs::Inputs;
use super::json_variants::{HIGHEST_PRICE, JsonVariants, Style};
use super::literal::{self, Dialect};
use super::report::{Instead, NearMiss};
use super::search_budget::Budget;
use super::{prefix_variants, secret_variants, signature_variants, url_variants};
use crate::crypto::Portable;
use crate::delivery::Target;
use crate::scheme::{Form, Part, Template};
use crate::verify::{Claim, Keys, Signed, Tried, find_described_match, read_described, signatures};

/// Every change that makes a signature match, in the order in which to look at them.
///
/// JSON in other styles is the largest part of the search, and tried only if nothing else matches.
pub(super) fn find(inputs: &Inputs<'_>, signed: &Signed<'_>) -> Vec<NearMiss> {
    let Ok(list) = signatures(signed.signatures) else { return Vec::new() };
    let prefix = signed.prefix();
    let matches_list = |list: &[(Form, &[u8])], keys: Keys<'_>, prefix: &[u8], body: &[u8]| {
        inputs.policy.find_match(list, keys, &Tried::default(), prefix, &body, &Portable).is_ok()
    };
    let matches = |keys: Keys<'_>, body: &[u8]| matches_list(&list, keys, &prefix, body);
    let mut search = Search { inputs, matches: &matches, budget: Budget::of(inputs, &list), found: Vec::new() };
    let reverted = body_variants::reverted(inputs.body);
    search.bodies(&reverted);
    search.secrets();
    for variant in prefix_variants::of(inputs, signed) {
        if variant.prefix != prefix && matches_list(&list, inputs.keys(), &variant.prefix, inputs.body) {
            search.note(variant.code, variant.matches_if, variant.fix, None);
        }
    }
    let respelled = signature_variants::of(signed.signatures);
    let list: Vec<_> = respelled.iter().map(|(form, text)| (*form, text.as_bytes())).collect();
    if matches_list(&list, inputs.keys(), &prefix, inputs.body) {
        let matches_if = "the signature is written as `v1,` or `v1a,` and padded standard base64";
        let instead = Instead::Headers(vec![(signed.names.signature, signature_variants::joined(&respelled))]);
        search.note("signature_spelling", matches_if, signature_variants::FIX, Some(instead));
    }
    if search.found.is_empty() {
        search.json(&reverted);
    }
    search.found
}

/// [`find`] for a delivery that a template describes: its body and its secrets.
pub(super) fn find_described(inputs: &Inputs<'_>, claim: &Claim<'_>) -> Vec<NearMiss> {
    let matches = |keys: Keys<'_>, body: &[u8]| {
        find_described_match(claim, &inputs.policy.forms, keys, &Tried::default(), &body, &Portable).is_ok()
    };
    let mut search =
        Search { inputs, matches: &matches, budget: Budget::of_described(inputs, claim), found: Vec::new() };
    // A token covers nothing that could have changed.
    let is_token = inputs.policy.form() == Form::Token;
    let reverted = if is_token { Vec::new() } else { body_variants::reverted(inputs.body) };
    if !is_token {
        search.bodies(&reverted);
    }
    search.secrets();
    search.found.extend(find_headers(inputs, claim.template));
    search.target(claim);
    if search.found.is_empty() && !is_token {
        search.json(&reverted);
    }
    search.found
}

/// Other headers under which a delivery matches that a template describes.
pub(super) fn find_headers(inputs: &Inputs<'_>, template: &'static Template) -> Vec<NearMiss> {
    let (scheme, forms) = (inputs.policy.scheme, &inputs.policy.forms);
    let matches = |variant: &HeaderVariant<'_>| {
        let claim = read_described(scheme, template, &variant.headers);
        let claim = claim.map(|claim| Claim { target: inputs.target, ..claim });
        let find =
            |claim| find_described_match(&claim, forms, inputs.keys(), &Tried::default(), &inputs.body, &Portable);
        claim.and_then(find).is_ok()
    };
    let near = header_variants::of(inputs, template).into_iter().find(matches);
    let near = near.map(|HeaderVariant { code, matches_if, fix, headers }| NearMiss {
        code,
        matches_if,
        fix,
        instead: Some(header_variants::changed(inputs, &headers)),
    });
    near.into_iter().collect()
}

struct Search<'s> {
    inputs: &'s Inputs<'s>,
    /// The verifier's own comparison, with other keys or another body.
    matches: &'s dyn Fn(Keys<'_>, &[u8]) -> bool,
    budget: Budget,
    found: Vec<NearMiss>,
}

impl Search<'_> {
    fn note(&mut self, code: &'static str, matches_if: impl Into<String>, fix: &'static str, instead: Option<Instead>) {
        self.found.push(NearMiss { code, matches_if: matches_if.into(), fix, instead });
    }

    /// Small changes to the body, reverted changes, small changes to those, and no body at all.
    fn bodies(&mut self, reverted: &[BodyVariant]) {
        for altered in body_variants::altered(self.inputs.body) {
            self.body(&altered, &altered.matches_if);
        }
        for body in reverted {
            self.body(body, &body.matches_if);
        }
        // The other half is for JSON, of which a public key can check few texts.
        for body in reverted.iter().take(MAX_ALTERED) {
            if !self.budget.has_half() {
                break;
            }
            for altered in body_variants::altered(&body.bytes) {
                let matches_if = format!("{}, and {}", body.matches_if, altered.matches_if);
                self.body(&BodyVariant { code: body.code, fix: body.fix, ..altered }, &matches_if);
            }
        }
        if !self.inputs.body.is_empty() {
            let empty = BodyVariant { code: "empty", matches_if: String::new(), fix: UNSIGNED_BODY, bytes: Vec::new() };
            self.body(&empty, "the body is left out");
        }
    }

    /// Notes a body that matches, unless its code or the same bytes are noted already.
    fn body(&mut self, body: &BodyVariant, matches_if: &str) {
        let is_same = |near: &NearMiss| matches!(&near.instead, Some(Instead::Body(bytes)) if *bytes == body.bytes);
        if self.found.iter().any(|near| near.code == body.code || is_same(near)) {
            return;
        }
        if self.budget.spend(body.bytes.len()) && (self.matches)(self.inputs.keys(), &body.bytes) {
            self.note(body.code, matches_if, body.fix, Some(Instead::Body(body.bytes.clone())));
        }
    }

    /// The JSON of the body and of each reverted body, in every style. Stops at the first match: any other has the same bytes.
    fn json(&mut self, reverted: &[BodyVariant]) {
        let body = std::str::from_utf8(self.inputs.body).ok().map(|text| (None, text));
        let others = reverted.iter().filter_map(|body| Some((Some(body), std::str::from_utf8(&body.bytes).ok()?)));
        let json = body.into_iter().chain(others).filter_map(|(change, text)| match literal::read(text)? {
            (node, Dialect::Json) => Some((change, JsonVariants::of(node))),
            _ => None,
        });
        let sources: Vec<_> = json.take(MAX_JSON).collect();
        for price in 0..=HIGHEST_PRICE {
            for (change, variants) in &sources {
                match self.json_at(price, variants) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(None) => return,
                    ControlFlow::Break(Some((Style { code, matches_if }, text))) => {
                        let instead = Some(Instead::Body(text.into_bytes()));
                        return match change {
                            Some(body) => {
                                self.note(
                                    body.code,
                                    format!("{}, and {matches_if}", body.matches_if),
                                    body.fix,
                                    instead,
                                );
                            }
                            None => self.note(code, matches_if, REWRITTEN, instead),
                        };
                    }
                }
            }
        }
    }

    /// The texts of one price: breaks with the style that matches and its text, or without them once the budget is spent.
    fn json_at(&mut self, price: usize, variants: &JsonVariants<'_>) -> ControlFlow<Option<(Style, String)>> {
        let keys = self.inputs.keys();
        variants.each(price, &mut |text, style| {
            if !self.budget.spend(text.len()) {
                return ControlFlow::Break(None);
            }
            if (self.matches)(keys, text.as_bytes()) {
                return ControlFlow::Break(Some((style(), text.to_owned())));
            }
            ControlFlow::Continue(())
        })
    }

    /// The nearest other URL, and another method, for a sender that signs them.
    fn target(&mut self, claim: &Claim<'_>) {
        let Some(Target { method, url }) = claim.target.filter(|_| claim.template.signs_target()) else { return };
        let hosts = ["x-forwarded-host", "host"].into_iter().filter_map(|name| self.inputs.headers.get(name));
        let hosts: Vec<_> = hosts.filter_map(|host| std::str::from_utf8(host).ok()).collect();
        let found = url_variants::of(url, &hosts)
            .into_iter()
            .find(|other| self.is_signed(claim, Target { method, url: &other.url }));
        if let Some(variant) = found {
            self.note("url", variant.matches_if, OTHER_URL, Some(Instead::Url(variant.url)));
        }
        let other = url_variants::methods(method).find(|other| self.is_signed(claim, Target { method: other, url }));
        if let Some(method) = other.filter(|_| claim.template.message.iter().any(|part| matches!(part, Part::Method))) {
            self.note("method", format!("the method is `{method}`"), OTHER_METHOD, Some(Instead::Method(method)));
        }
    }

    /// Whether a signature matches for another URL or method, as long as the budget lasts.
    fn is_signed(&mut self, claim: &Claim<'_>, target: Target<'_>) -> bool {
        let claim = Claim { target: Some(target), ..*claim };
        let (forms, keys, body) = (&self.inputs.policy.forms, self.inputs.keys(), self.inputs.body);
        self.budget.spend(body.len())
            && find_described_match(&claim, forms, keys, &Tried::default(), &body, &Portable).is_ok()
    }

    fn secrets(&mut self) {
        for (index, secret) in self.inputs.texts.iter().enumerate() {
            let name = match self.inputs.texts.len() {
                1 => "the secret".to_owned(),
                _ => format!("secret {}", index.saturating_add(1)),
            };
            for variant in secret_variants::of(secret, self.inputs.policy.scheme.secrets) {
                let keys = [variant.key];
                let keys = Keys { secrets: &keys, ..Keys::default() };
                if (self.matches)(keys, self.inputs.body) {
                    self.note(variant.code, format!("{name} {}", variant.matches_if), variant.fix, None);
                }
            }
        }
    }
}

/// Reverted bodies that are also altered.
const MAX_ALTERED: usize = 8;
/// JSON texts that are written in every style.
const MAX_JSON: usize = 6;

const OTHER_URL: &str =
    "pass the webhook's URL as the sender has it: a proxy changed it on the way (in the Worker, set `public_url`)";
const OTHER_METHOD: &str = "pass the method of the request itself: a proxy or a redirect changed it on the way";
const UNSIGNED_BODY: &str =
    "the sender signed an empty body, or does not sign the body: this signature does not cover what arrived";
const REWRITTEN: &str =
    "the body was parsed and written again before the check: pass the raw bytes (Express: `express.raw`)";
