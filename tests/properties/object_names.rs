//! Names of Durable Objects, filled with what senders choose.

use countersign::gateway::dedupe::EventKey;
use countersign::gateway::header_list::HeaderList;
use countersign::gateway::object_name::{Named, object_name};
use countersign::scheme::EventType;
use proptest::prelude::*;

/// What senders choose freely, close to what separates it in names. Most are so short that two events often fill a template with one text.
fn chosen() -> impl Strategy<Value = String> {
    "[a:/-]{1,2}|[ab:/-]{1,3}|[ab:/{}.-]{1,6}|::+|victim"
}

fn name_of(template: &str, source: &str, id: &str, body: &str) -> String {
    let (event_type, headers) = (EventType::Pointer("/type"), &HeaderList::default());
    object_name(template, Named { source, id: id.as_bytes(), event_type, headers, json: body.as_bytes() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Two events share a Durable Object only if the template says so: whatever senders put into type and id, none reaches the object
    /// of another source, and none that of an event with other values.
    #[test]
    fn one_object_per_filled_template(
        template in prop_oneof![
            Just("{source}:{data.id}"), Just("{source}/{type}/{data.id}"), Just("{source}-{id}"), Just("a{source}::{type}:{id}"),
            Just("{type}:{source}"), Just("{source}{id}"), Just("{data.id}{type}-{source}"),
        ],
        events in proptest::collection::vec(
            ("a|b|a-b|a-", chosen(), proptest::option::of(chosen()), proptest::option::of(chosen())), 2..12,
        ),
    ) {
        let mut named: Vec<(String, Vec<String>, bool)> = Vec::new();
        for (source, id, kind, data) in events {
            let body = serde_json::json!({ "type": kind, "data": { "id": data } }).to_string();
            let name = name_of(template, &source, &id, &body);
            let hashed = name == EventKey::new(&source, id.as_bytes()).to_hex();
            let all = [("{source}", Some(source.clone())), ("{id}", Some(id.clone())), ("{type}", kind), ("{data.id}", data)];
            let filled = all.iter().fold(template.to_owned(), |text, (placeholder, value)| {
                text.replace(placeholder, value.as_deref().unwrap_or_default())
            });
            // An id may happen to be what the template says.
            prop_assert!(hashed || name != id || name == filled, "a bare id");
            let used: Vec<_> = all.into_iter().filter(|(placeholder, _)| template.contains(placeholder)).collect();
            prop_assert!(hashed || used.iter().all(|(_, value)| value.is_some()));
            let values = if hashed { vec![source, id] } else { used.into_iter().filter_map(|(_, value)| value).collect() };
            for (other, of_other, other_hashed) in &named {
                prop_assert_eq!(*other == name, (of_other, *other_hashed) == (&values, hashed), "{} {}", name, template);
            }
            named.push((name, values, hashed));
        }
    }

    /// Names by which applications address their objects stay as they are written.
    #[test]
    fn plain_names_are_not_hashed(source in "[a-z0-9-]{1,8}", id in "[!-~]{1,40}", data in "[!-~é漢]{1,40}", kind in "[a-z_]{1,9}\\.[a-z_]{1,9}") {
        let body = serde_json::json!({ "type": kind, "data": { "id": data } }).to_string();
        let name = |template| name_of(template, &source, &id, &body);
        prop_assert_eq!(name("{id}"), id.clone());
        prop_assert_eq!(name("{data.id}"), data.clone());
        prop_assert_eq!(name("{source}/{data.id}"), format!("{source}/{data}"));
        prop_assert_eq!(name("{source}:{id}"), format!("{source}:{id}"));
        prop_assert_eq!(name("{type}/{data.id}"), format!("{kind}/{data}"));
    }
}
