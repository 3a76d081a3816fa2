//! Parses `signed`: the template of the bytes that a configured scheme signs.

use crate::scheme::Unit;

/// A part of the template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Id,
    Timestamp,
    Body,
    Text(String),
}

/// What is wrong with a template, and the fix.
pub(super) type Problem = (&'static str, &'static str);

/// Reads a template. `unit` is how the sender writes its timestamp, `None` if it signs none; `has_id` is whether the configuration says
/// which header has the event's id.
///
/// # Errors
/// Any template that does not say what every byte of a message means: signed content is one string, and if a boundary in it could
/// move, a valid signature would also cover another id, another timestamp or another body.
pub(super) fn read_template(text: &str, unit: Option<Unit>, has_id: bool) -> Result<Vec<Piece>, Problem> {
    let pieces = pieces(text)?;
    let count = |piece: &Piece| pieces.iter().filter(|one| *one == piece).count();
    if [Piece::Body, Piece::Timestamp, Piece::Id].iter().any(|piece| count(piece) > 1) {
        return Err(("has a placeholder more than once", "use each once"));
    }
    match (count(&Piece::Body), (count(&Piece::Timestamp), unit), (count(&Piece::Id), has_id)) {
        (0, ..) => Err((
            "has no {body}, so a signature would cover no event",
            "add {body} where the sender puts the raw body, like \"{timestamp}.{body}\"",
        )),
        (_, (1, None), _) => Err((
            "has {timestamp}, and nothing says where the sender puts it",
            "add `timestamp`, like { header = \"X-Timestamp\" }, or remove {timestamp}",
        )),
        (.., (1, false)) => Err((
            "has {id}, and nothing says where the sender puts it",
            "add `id`, like { header = \"X-Id\" }, or remove {id}",
        )),
        (_, (1, Some(unit)), _) if !ends_timestamp(end(&pieces, &Piece::Timestamp), unit) => Err((
            "has {timestamp} and {body} with nothing between them that ends the timestamp, so a message could be split another way",
            "put the sender's separator between them, one that is no digit, like \"{timestamp}.{body}\"; a sender without one cannot be \
             configured",
        )),
        (.., (1, true)) if end(&pieces, &Piece::Id).is_none() => Err((
            "has {id} with nothing next to it that ends the id, so a message could be split another way",
            "put the sender's separator there, like \"{id}.{timestamp}.{body}\"; a sender without one cannot be configured",
        )),
        _ => Ok(pieces),
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, Problem> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = if let Some(after) = rest.strip_prefix("{timestamp}") {
            (Piece::Timestamp, after)
        } else if let Some(after) = rest.strip_prefix("{id}") {
            (Piece::Id, after)
        } else if let Some(after) = rest.strip_prefix("{body}") {
            (Piece::Body, after)
        } else {
            let (text, after) =
                rest.split_at_checked(rest.find(['{', '}']).unwrap_or(rest.len())).unwrap_or((rest, ""));
            if text.is_empty() {
                return Err((
                    "has a placeholder that is not known",
                    "use {id}, {timestamp} and {body}; other braces cannot be part of it",
                ));
            }
            (Piece::Text(text.to_owned()), after)
        };
        pieces.push(piece);
        rest = after;
    }
    Ok(pieces)
}

/// The character at which a piece ends, seen from the outside: that of the text next to it, on the side of the body.
///
/// From the outside inwards, each piece ends where that character first occurs, if it has none of its own. So all boundaries are fixed.
fn end(pieces: &[Piece], piece: &Piece) -> Option<char> {
    let place = |wanted: &Piece| pieces.iter().position(|one| one == wanted);
    let (at, body) = (place(piece)?, place(&Piece::Body)?);
    match pieces.get(if at < body { at.checked_add(1) } else { at.checked_sub(1) }?)? {
        Piece::Text(text) if at < body => text.chars().next(),
        Piece::Text(text) => text.chars().next_back(),
        _ => None,
    }
}

/// Whether a character ends a timestamp. A number ends at what is no digit; a date and time of RFC 3339 is never the beginning or the end
/// of a longer one.
fn ends_timestamp(end: Option<char>, unit: Unit) -> bool {
    end.is_some_and(|end| unit == Unit::Rfc3339 || !end.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_text_with_a_body_and_a_timestamp() {
        let text = |text: &str| Piece::Text(text.to_owned());
        for (template, unit, pieces) in [
            ("{body}", None, vec![Piece::Body]),
            ("v0:{timestamp}:{body}", Some(Unit::Seconds), vec![text("v0:"), Piece::Timestamp, text(":"), Piece::Body]),
            (
                "{body}.{timestamp}\n",
                Some(Unit::Milliseconds),
                vec![Piece::Body, text("."), Piece::Timestamp, text("\n")],
            ),
            (
                "{id}.{timestamp}.{body}",
                Some(Unit::Seconds),
                vec![Piece::Id, text("."), Piece::Timestamp, text("."), Piece::Body],
            ),
            ("{body}|{id}", None, vec![Piece::Body, text("|"), Piece::Id]),
            ("{timestamp}0{body}", Some(Unit::Rfc3339), vec![Piece::Timestamp, text("0"), Piece::Body]),
            (
                "9{timestamp}é{body}9",
                Some(Unit::Seconds),
                vec![text("9"), Piece::Timestamp, text("é"), Piece::Body, text("9")],
            ),
        ] {
            assert_eq!(read_template(template, unit, true), Ok(pieces), "{template}");
        }
    }

    #[test]
    fn a_template_that_leaves_anything_open_is_refused() {
        for (template, problem) in [
            ("{timestamp}.", "no {body}"),
            ("", "no {body}"),
            ("{timestamp}.{body}.{body}", "more than once"),
            ("{timestamp}.{timestamp}.{body}", "more than once"),
            ("{id}.{id}.{body}", "more than once"),
            ("{timestamp}.{ID}.{body}", "not known"),
            ("{id}{timestamp}.{body}", "ends the id"),
            ("{timestamp}.{id}{body}", "ends the id"),
            ("{body}{id}.{timestamp}", "ends the id"),
            ("{timestamp}{id}.{body}", "ends the timestamp"),
            ("{timestamp}.{body", "not known"),
            ("{timestamp}}.{body}", "not known"),
            ("{{body}}", "not known"),
            ("{timestamp}{body}", "split another way"),
            ("{body}{timestamp}", "split another way"),
            ("{timestamp}1.{body}", "split another way"),
            ("{body}.1{timestamp}", "split another way"),
            (".{timestamp}{body}.", "split another way"),
        ] {
            let refused = read_template(template, Some(Unit::Seconds), true);
            assert!(refused.as_ref().is_err_and(|(said, _)| said.contains(problem)), "{template}: {refused:?}");
        }
        assert!(read_template("{timestamp}{body}", Some(Unit::Rfc3339), false).is_err());
        for (template, has_id) in [("{timestamp}.{body}", true), ("{id}.{body}", false)] {
            let refused = read_template(template, None, has_id);
            assert!(refused.is_err_and(|(said, _)| said.contains("nothing says where")), "{template}");
        }
    }

    /// What was signed as one pair of timestamp and body never reads as another one.
    #[test]
    fn no_message_of_an_accepted_template_has_two_readings() {
        let reads = |message: &str, separator: &str| {
            let cut = |at: &(usize, &str)| {
                let (timestamp, rest) = message.split_at(at.0);
                crate::Timestamp::parse(timestamp.as_bytes()).is_ok() && rest.starts_with(separator)
            };
            message.match_indices(separator).filter(cut).count()
        };
        for separator in [".", ":", "\n", "x", ".1", "-"] {
            assert!(read_template(&format!("{{timestamp}}{separator}{{body}}"), Some(Unit::Seconds), false).is_ok());
            for body in ["1700000000.{}", "0", "", ".1.1.1", "1x1700000000x", "-1", "1:2\n3"] {
                assert_eq!(reads(&format!("1700000000{separator}{body}"), separator), 1, "{separator:?} {body:?}");
            }
        }
        assert_eq!(reads("17000000001.5", "1"), 1, "one that is refused has a second reading:");
        assert_eq!(reads("170000000011.5", "1"), 2);
    }
}
