//! Reads what events have in common that are delivered one after the other.

use super::durable::only_durable;
use super::reader::Reader;
use crate::gateway::order::placeholders;
use crate::scheme::{Covers, EventType, Scheme};
use crate::verify::Policy;

/// Reads `order`. What it names must be signed: who could change it could reorder events, or make them wait for others.
pub(super) fn read_order(
    reader: &mut Reader<'_>,
    scheme: Option<&Scheme>,
    policy: Option<&Policy>,
    is_durable: bool,
) -> Option<String> {
    only_durable(reader, "order", is_durable);
    let template = reader.text("order")?;
    let names: Option<Vec<&str>> = placeholders(&template).collect();
    let Some(names) = names.filter(|_| template.matches('}').count() == template.matches('{').count()) else {
        let fix = "use {data.id}, {type}, {source}, {id}, or a JSON pointer like {/data/object/id}";
        reader.fault("order", "has a placeholder that is not known", fix);
        return None;
    };
    let is_signed = |name: &str| match name {
        "source" | "id" => true,
        "type" => {
            matches!(scheme.map(|scheme| scheme.event_type), None | Some(EventType::Pointer(_))) && covers_json(policy)
        }
        _ => covers_json(policy),
    };
    if !names.iter().all(|name| is_signed(name)) {
        let fix = "use a placeholder of what is signed, or remove it";
        reader.fault("order", "rests on what this sender does not sign", fix);
        return None;
    }
    Some(template)
}

/// Whether all forms that are accepted cover the event's JSON.
fn covers_json(policy: Option<&Policy>) -> bool {
    policy.is_none_or(|policy| policy.forms.iter().all(|form| matches!(form.covers(), Covers::Body | Covers::Claims)))
}
