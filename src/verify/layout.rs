//! Which layout of a template a delivery has, and what it lacks of it.

use crate::delivery::Headers;
use crate::scheme::{Field, Layout, Scheme, Template};

/// The layout of a delivery: the first that is complete, else the first that is there in part, else the first.
pub(crate) fn layout(template: &'static Template, headers: &Headers<'_>) -> &'static Layout {
    let has = |any: &[&str]| is_present(any, headers);
    let layouts = || [&template.layout].into_iter().chain(template.others);
    let complete = layouts().find(|layout| groups(layout).all(has));
    complete.or_else(|| layouts().find(|layout| groups(layout).any(has))).unwrap_or(&template.layout)
}

/// The first header that a delivery lacks, of a layout, of what is signed, and of those with a fixed value.
pub(crate) fn missing(
    scheme: &Scheme,
    template: &'static Template,
    layout: &'static Layout,
    headers: &Headers<'_>,
) -> Option<&'static str> {
    let of_layout = groups(layout).find(|any| !is_present(any, headers)).and_then(|any| any.first().copied());
    let mut others = template.signed_headers().chain(scheme.constants.iter().map(|(name, _)| name)).copied();
    of_layout.or_else(|| others.find(|name| headers.get(name).is_none()))
}

/// The headers of a layout: of each group, one has to be present.
fn groups(layout: &'static Layout) -> impl Iterator<Item = &'static [&'static str]> {
    let timestamp = layout.timestamp.as_ref().map(|field| match field {
        Field::Header(header) | Field::Item { header, .. } => std::slice::from_ref(header),
    });
    [layout.signatures.headers].into_iter().chain(timestamp).chain(layout.id.as_ref().map(std::slice::from_ref))
}

fn is_present(any: &[&str], headers: &Headers<'_>) -> bool {
    any.iter().any(|name| headers.get(name).is_some())
}
