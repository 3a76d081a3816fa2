//! Reads which events a destination gets.

use super::reader::Reader;
use crate::gateway::when::{Test, When};
use crate::json::{self, Scalar};

/// Reads `when`: one table of conditions, or a list of such tables, all of which must hold. `None` if it is not there or at fault.
pub(super) fn read_when(reader: &mut Reader<'_>) -> Option<When> {
    let text = reader.raw("when")?;
    let tables = if text.starts_with('[') { json::items(text).unwrap_or_default() } else { vec![text] };
    if tables.is_empty() {
        reader.fault("when", "has no condition", "write { type = [\"…\"] }, or remove it");
    }
    let mut when = Some(When::default());
    for table in tables {
        let mut conditions = reader.within("when", table);
        when = when.and_then(|when| read_conditions(&mut conditions, when));
        reader.absorb(conditions);
    }
    let when = when?;
    if when.len() > When::MOST {
        reader.fault("when", "has too many conditions", "use at most 16");
    }
    Some(when)
}

fn read_conditions(reader: &mut Reader<'_>, mut when: When) -> Option<When> {
    let types = reader.list("type");
    let pointer = reader.text("pointer");
    let test = read_test(reader);
    if !reader.had("type") && !reader.had("pointer") {
        reader.fault("", "has no condition", "write `type`, or `pointer` with `equals`, `begins` or `one_of`");
        return None;
    }
    if let Some(types) = types {
        let more = when.and_type(types.iter().map(String::as_str));
        if more.is_none() {
            reader.fault("type", "has an invalid pattern", "write a type, or its beginning and `*`");
        }
        when = more?;
    }
    if !reader.had("pointer") {
        return Some(when);
    }
    let more = when.and_value(&pointer?, test?);
    if more.is_none() {
        reader.fault("pointer", "is not a JSON pointer with 1 to 16 parts", "write it like \"/data/livemode\"");
    }
    more
}

/// Reads what the value at `pointer` must be.
fn read_test(reader: &mut Reader<'_>) -> Option<Test> {
    let given = ["equals", "begins", "one_of"].into_iter().filter(|key| reader.had(key)).count();
    let has_pointer = reader.had("pointer");
    let (equals, begins, one_of) = (reader.raw("equals"), reader.text("begins"), reader.raw("one_of"));
    if given != usize::from(has_pointer) {
        reader.fault(
            "pointer",
            "goes with exactly one of `equals`, `begins` and `one_of`",
            "say what the value there must be, once for each pointer",
        );
        return None;
    }
    let scalars = |texts: Vec<&str>| texts.into_iter().map(Scalar::parse).collect::<Option<Vec<_>>>();
    let test = equals
        .map(|text| scalars(vec![text]))
        .or_else(|| one_of.map(|text| json::items(text).and_then(scalars).filter(|all| !all.is_empty())));
    match test {
        None => Some(Test::Begins(begins?.into())),
        Some(Some(all)) => Some(Test::OneOf(all)),
        Some(None) => {
            let key = if one_of.is_some() { "one_of" } else { "equals" };
            let fix = "use a string, a number of at most 15 digits, true, false or null; `one_of` takes a list of them";
            reader.fault(key, "is not a value to compare with", fix);
            None
        }
    }
}
