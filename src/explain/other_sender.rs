//! Whose delivery it is, if not that of the sender that the receiver expects: by the headers of every scheme.

use super::inputs::Inputs;
use super::report::Step;
use crate::error::Error;
use crate::scheme::{self, Layout, Scheme, Signing};

/// The step about headers that are missing: it names the scheme whose headers are there instead.
pub(super) fn missing_step(inputs: &Inputs<'_>, absent: &'static str) -> Step {
    const NAME: &str = "headers";
    let error = Error::MissingHeader(absent);
    let Some((name, schemes)) = find(inputs) else { return Step::failed(NAME, error) };
    let fix = match schemes.as_slice() {
        [one] => format!("the delivery is from another sender: check it with the scheme `{one}`"),
        several => {
            format!("the delivery is from another sender: check it with its scheme, `{}`", several.join("` or `"))
        }
    };
    Step::fail(NAME, error.code(), format!("{error}, but `{name}` is present"), fix)
}

/// Whether the delivery has a header of another scheme.
pub(super) fn is_recognised(inputs: &Inputs<'_>) -> bool {
    find(inputs).is_some()
}

/// A header of another scheme that is present, and the schemes that it may belong to.
fn find(inputs: &Inputs<'_>) -> Option<(&'static str, Vec<&'static str>)> {
    let expected = inputs.policy.scheme;
    let is_other = |name: &&str| !expected.header_names().any(|known| known == *name);
    let is_present = |name: &&str| inputs.headers.get(name).is_some();
    let others = || scheme::ALL.iter().copied().filter(|scheme| scheme.name != expected.name);
    let name = others().find_map(|scheme| marks(scheme).iter().copied().filter(is_other).find(is_present))?;
    let schemes = others().filter(|scheme| marks(scheme).contains(&name));
    // Many senders use the headers of Standard Webhooks or of Svix: the first scheme that has them stands for all.
    let first_of_family = schemes.clone().find(|scheme| matches!(scheme.signing, Signing::Standard(_)));
    let schemes = match first_of_family {
        Some(scheme) => vec![scheme.name],
        None => schemes.map(|scheme| scheme.name).take(MAX_NAMES).collect(),
    };
    Some((name, schemes))
}

/// The headers by which a scheme is recognised.
fn marks(scheme: &'static Scheme) -> Vec<&'static str> {
    let of_layout = |layout: &Layout| layout.signatures.headers.iter().copied();
    match &scheme.signing {
        Signing::Standard(sets) => sets.first().map(|names| names.all().to_vec()).unwrap_or_default(),
        Signing::Template(template) => {
            [&template.layout].into_iter().chain(template.others).flat_map(of_layout).collect()
        }
        Signing::Identity(identity) => vec![identity.header],
    }
}

/// Schemes that one sentence names.
const MAX_NAMES: usize = 4;
