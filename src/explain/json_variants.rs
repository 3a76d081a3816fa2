//! Writes a JSON text in every style that may have been signed, cheapest first.

use std::ops::ControlFlow;

use super::json_styles::{self, Choice, Features};
use super::json_writer::{Escapes, Layout, Spelling, write};
use super::literal::{Node, Text};

/// A tree, and every choice of style that changes its text.
pub(super) struct JsonVariants<'t> {
    orders: Vec<Choice<Node<'t>>>,
    /// Indexed by price.
    layouts: Vec<Vec<Choice<Layout>>>,
    escapes: Vec<Choice<Escapes>>,
    numbers: Vec<Choice<Spelling>>,
}

/// The name of the style of a text.
#[derive(Clone, Debug)]
pub(super) struct Style {
    pub(super) code: &'static str,
    /// Continues "matches if".
    pub(super) matches_if: String,
}

impl<'t> JsonVariants<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        let features = Features::of(&node);
        let mut layouts: Vec<Vec<_>> = Vec::new();
        for layout in json_styles::layouts(features) {
            layouts.resize_with(layouts.len().max(layout.price.saturating_add(1)), Vec::new);
            layouts.get_mut(layout.price).into_iter().for_each(|list| list.push(layout));
        }
        let (escapes, numbers) = (json_styles::escapes(features), json_styles::numbers(&node, features));
        Self { orders: orders(node), layouts, escapes, numbers }
    }

    /// Passes each text of that total price to `visit`, until `visit` breaks.
    pub(super) fn each<B>(
        &self,
        price: usize,
        visit: &mut impl FnMut(&str, &dyn Fn() -> Style) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        for numbers in &self.numbers {
            for order in &self.orders {
                for ending in &ENDINGS {
                    for escapes in &self.escapes {
                        let spent = [numbers.price, order.price, ending.price, escapes.price].iter().sum();
                        let layouts = price.checked_sub(spent).and_then(|left| self.layouts.get(left));
                        for layout in layouts.into_iter().flatten() {
                            let mut text = write(&order.what, &layout.what, escapes.what, numbers.what);
                            text.push_str(ending.what);
                            visit(&text, &|| style(layout, escapes, order, numbers, ending))?;
                        }
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

fn style(
    layout: &Choice<Layout>,
    escapes: &Choice<Escapes>,
    order: &Choice<Node<'_>>,
    numbers: &Choice<Spelling>,
    ending: &Choice<&str>,
) -> Style {
    let written = match (layout.code, escapes.code) {
        (layout, "" | "json_stringify") if layout != "json_compact" => layout,
        ("json_compact", "") => "json_compact",
        ("json_compact", escapes) => escapes,
        ("json_python", "json_ascii") => "json_python",
        _ => "json_style",
    };
    let code = [numbers.code, order.code, written].into_iter().find(|code| !code.is_empty()).unwrap_or(written);
    let numbers =
        if numbers.words.is_empty() { String::new() } else { format!("with numbers as {} writes them", numbers.words) };
    let parts = [layout.words, escapes.words, order.words, numbers.as_str(), ending.words];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Style { code, matches_if: format!("the JSON is written {}", parts.join(", ")) }
}

/// The sort key of a member's name.
type Rank = dyn Fn(&str) -> (usize, usize, String);

/// The tree with its members in every order that changes its text.
fn orders(node: Node<'_>) -> Vec<Choice<Node<'_>>> {
    let mut all = vec![Choice { price: 0, code: "", words: "", what: node }];
    let bytes = |name: &str| (0, name.len(), name.to_owned());
    let sorted: [(usize, &str, &Rank); 3] = [
        (1, "with its members sorted", &|name| (0, 0, name.to_owned())),
        (1, "with its members in the order of PostgreSQL's `jsonb`, shortest names first", &bytes),
        (2, "with its members in the order of JavaScript, numbers first", &|name| match name.parse::<u32>() {
            Ok(index) if index.to_string() == name => (0, usize::try_from(index).unwrap_or_default(), String::new()),
            _ => (1, 0, String::new()),
        }),
    ];
    for (price, words, key) in sorted {
        let mut node = all.first().map_or(Node::List(Vec::new()), |choice| choice.what.clone());
        sort(&mut node, key);
        if all.iter().all(|known| known.what != node) {
            all.push(Choice { price, code: "json_sorted", words, what: node });
        }
    }
    all
}

fn sort(node: &mut Node<'_>, key: &Rank) {
    match node {
        Node::List(items) => items.iter_mut().for_each(|item| sort(item, key)),
        Node::Map(members) => {
            let name = |text: &Text<'_>| text.value.clone().or_else(|| text.raw.map(str::to_owned)).unwrap_or_default();
            members.sort_by_cached_key(|(text, _)| key(&name(text)));
            members.iter_mut().for_each(|(_, value)| sort(value, key));
        }
        Node::Plain(_) | Node::Text(_) => {}
    }
}

const ENDINGS: [Choice<&str>; 3] = [
    Choice { price: 0, code: "", words: "", what: "" },
    Choice { price: 1, code: "", words: "and ends in a newline", what: "\n" },
    Choice { price: 2, code: "", words: "and ends in CR LF", what: "\r\n" },
];

/// No style costs more.
pub(super) const HIGHEST_PRICE: usize = 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::Portable;
    use crate::explain::literal;
    use crate::explain::{self, Receiver, Secret};
    use crate::scheme;
    use crate::{Delivery, Headers, HmacKey, Policy, Timestamp, sign};

    /// Objects with everything that styles write differently.
    fn value() -> impl Strategy<Value = serde_json::Value> {
        let text = "[a-z]{0,3}[<>&'=+`/\"é\u{2028}\u{7f}😀\u{1}\u{8}]{0,2}[a-z]{0,2}";
        let leaf = prop_oneof![
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(serde_json::Value::from),
            text.prop_map(serde_json::Value::from),
        ];
        let node = leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
                proptest::collection::btree_map("[a-z]{1,3}", inner, 0..3)
                    .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        });
        proptest::collection::btree_map("[a-z]{1,3}", node, 1..4)
            .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into())
    }

    /// One of the texts that cost at most `most`, selected by `pick`.
    fn style(text: &str, most: usize, pick: prop::sample::Index) -> String {
        let rewriting = JsonVariants::of(literal::read(text).unwrap().0);
        let mut all = Vec::new();
        for price in 0..=most {
            let _ = rewriting.each(price, &mut |text, _| {
                all.push(text.to_owned());
                if all.len() < 3000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        pick.get(&all).clone()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whichever style was signed and whichever arrived: the search finds one from the other.
        #[test]
        fn every_style_is_found_from_every_other(value in value(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
            let received = style(&value.to_string(), 3, b);
            // Sorting and shortening cannot be reverted, so the signed text is written from the received one.
            let signed = style(&received, 2, a);
            prop_assume!(signed != received);
            let key = HmacKey::from_bytes(&[7; 32]).unwrap();
            let (now, policy) = (Timestamp::from_unix(1_614_265_330), Policy::of(scheme::find("gemini").unwrap()));
            let signature = sign(&[key], b"msg_1", now, signed.as_bytes(), &Portable).unwrap();
            let lines = [("webhook-id", b"msg_1".as_slice()), ("webhook-timestamp", b"1614265330"), ("webhook-signature", signature.as_bytes())];
            let receiver = Receiver { policy: &policy, secrets: &[Secret::Raw(&[7; 32])], jwks: None, now };
            let report = explain::report(&receiver, &Delivery::new(Headers::from_iter(lines), received.as_bytes()));
            let near = report.near_misses.first().map(|near| (near.code, near.fix.contains("raw bytes") || near.fix.contains("trim") || near.fix.contains("append") || near.fix.contains("line ends")));
            let (code, fix) = near.unwrap_or_default();
            prop_assert!(fix && (code.starts_with("json_") || code.starts_with("final_") || ["trimmed", "crlf_to_lf", "lf_to_crlf"].contains(&code)), "{code} {signed:?} {received:?} {:?}", report.near_misses);
        }
    }
}
