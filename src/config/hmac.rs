//! Reads the scheme `hmac`: where a sender puts signature and timestamp, and which bytes it signs.

use super::header_name::{is_in_names, read_header};
use super::reader::Reader;
use super::signed_template::{Piece, read_template};
use crate::key::KeyFormat;
use crate::scheme::{
    AT_FAULT, Encoding, Field, Form, IdSource, Layout, Part, Scheme, Signatures, Template, Time, Unit, configured,
    kept, kept_list,
};

/// The keys of a source that this scheme alone has.
const KEYS: [&str; 6] = ["signature", "hash", "signed", "timestamp", "id", "secret_encoding"];

/// Reads the scheme. If it has a fault, another one is returned, with which the rest of the source can be read.
#[inline(never)]
pub(super) fn read_hmac(reader: &mut Reader<'_>) -> &'static Scheme {
    let (signature, timestamp) = read_places(reader);
    if let Some(SignaturePlace { place: Place { separator: Some(separator), prefix, .. }, .. }) = &signature
        && prefix.as_bytes().contains(separator)
    {
        reader.fault("signature.prefix", "contains the separator, so no item begins with it", USUAL_PREFIX);
    }
    let hashes = [("sha256", &[Form::HmacSha256]), ("sha1", &[Form::HmacSha1]), ("sha512", &[Form::HmacSha512])];
    let hash = reader.choice("hash", &hashes);
    let unit = timestamp.as_ref().map(|timestamp| timestamp.unit);
    let id = read_id(reader);
    let message = read_message(reader, unit, matches!(id, Some(Id::Header(_))));
    if let (Some(Id::Header(header)), Some(signature)) = (&id, &signature)
        && (*header == signature.place.header || timestamp.as_ref().is_some_and(|of| of.place.header == *header))
    {
        reader.fault("id.header", "also has the signature or the timestamp", "name the header that has the id alone");
    }
    let encodings = [("text", KeyFormat::Text), ("hex", KeyFormat::Hex), ("base64", KeyFormat::Base64)];
    let secrets = reader.choice("secret_encoding", &encodings);
    match (signature, message, id, hash.zip(secrets), reader.is_faultless()) {
        (Some(signature), Some(message), Some(id), Some((form, secrets)), true) => {
            configured(form, secrets, template(signature, timestamp, message, id))
        }
        _ => &AT_FAULT,
    }
}

/// Adds a fault for each key that only this scheme has.
#[inline(never)]
pub(super) fn refuse_keys(reader: &mut Reader<'_>) {
    for key in KEYS {
        if reader.discard(key) {
            reader.fault(key, "is only for `scheme = \"hmac\"`", "remove it: a preset knows how its sender signs");
        }
    }
}

/// Where something is: in a header, or in an item of a list in it.
struct Place {
    header: String,
    separator: Option<u8>,
    /// Whether the separator is configured, and not the usual one.
    has_own_separator: bool,
    prefix: String,
}

struct SignaturePlace {
    place: Place,
    encoding: Encoding,
}

struct TimestampPlace {
    place: Place,
    unit: Unit,
}

/// Reads `signature` and `timestamp`. Without a value, there is a fault, or for the timestamp none was configured.
fn read_places(reader: &mut Reader<'_>) -> (Option<SignaturePlace>, Option<TimestampPlace>) {
    let mut signature = read_signature(reader);
    let Some(mut table) = reader.part("timestamp", "timestamp.") else { return (signature, None) };
    let unit = table.choice("unit", &[("s", Unit::Seconds), ("ms", Unit::Milliseconds), ("rfc3339", Unit::Rfc3339)]);
    let mut place = read_place(&mut table);
    let of_signature = signature.as_mut().map(|signature| &mut signature.place);
    match (of_signature, &mut place) {
        (Some(of_signature), Some(place)) if of_signature.header == place.header => {
            share_header(of_signature, place, &mut table);
        }
        (_, Some(Place { separator: Some(_), prefix, .. })) if prefix.is_empty() => {
            table.fault("separator", "needs `member`", "name the timestamp's item, like \"t\", or remove `separator`");
        }
        _ => {}
    }
    reader.absorb(table);
    (signature, place.zip(unit).map(|(place, unit)| TimestampPlace { place, unit }))
}

/// Checks a timestamp in the header of the signature. The two are items of one list.
fn share_header(signature: &mut Place, timestamp: &mut Place, table: &mut Reader<'_>) {
    const FIX: &str = "name the timestamp's item, like \"t\"";
    if timestamp.prefix.is_empty() {
        table.fault("member", "is required, because the header also has the signature", FIX);
    } else if timestamp.prefix == signature.prefix {
        table.fault("member", "is also that of the signature", FIX);
    }
    match (signature.separator, timestamp.separator) {
        (Some(separator), _) if !table.had("separator") => timestamp.separator = Some(separator),
        (Some(one), Some(other)) if one != other && signature.has_own_separator => {
            table.fault("separator", "is not that of the signature, in the same header", "use one for both");
        }
        (_, separator) => signature.separator = separator,
    }
}

fn read_signature(reader: &mut Reader<'_>) -> Option<SignaturePlace> {
    let Some(mut table) = reader.part("signature", "signature.") else {
        if !reader.had("signature") {
            reader.fault(
                "signature",
                "is required",
                "say where it is, like { header = \"X-Signature\", encoding = \"hex\" }",
            );
        }
        return None;
    };
    let encodings = [("hex", Encoding::Hex), ("base64", Encoding::Base64), ("base64url", Encoding::Base64Url)];
    let encoding = table.choice("encoding", &encodings);
    let prefix = table.text("prefix");
    let mut place = read_place(&mut table);
    if let (Some(prefix), Some(place)) = (prefix, &mut place) {
        if !place.prefix.is_empty() {
            table.fault("prefix", "does not go with `member`", "use `member` for an item like v1=…, else `prefix`");
        } else if !prefix.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            table.fault("prefix", "cannot stand in a header", USUAL_PREFIX);
        }
        place.prefix = prefix;
    }
    reader.absorb(table);
    place.zip(encoding).map(|(place, encoding)| SignaturePlace { place, encoding })
}

/// Reads `header`, `member` and `separator`.
fn read_place(table: &mut Reader<'_>) -> Option<Place> {
    const SEPARATORS: [(&str, u8); 5] = [(",", b','), (";", b';'), ("|", b'|'), ("&", b'&'), (" ", b' ')];
    let (header, member) = (read_header(table, "header"), table.text("member"));
    let separator = table.had("separator").then(|| table.choice("separator", &SEPARATORS)).flatten();
    if member.as_ref().is_some_and(|member| !member.bytes().all(is_in_names)) {
        table.fault("member", "is not the name of an item", "use the text before its `=`, like \"v1\"");
    }
    let Some(header) = header else {
        if !table.had("header") {
            table.fault("header", "is required", "name the header, like \"X-Signature\"");
        }
        return None;
    };
    let has_own_separator = separator.is_some();
    Some(match member {
        Some(member) => {
            let separator = separator.or(Some(b','));
            Place { header, separator, has_own_separator, prefix: [&member, "="].concat() }
        }
        None => Place { header, separator, has_own_separator, prefix: String::new() },
    })
}

const USUAL_PREFIX: &str = "use what the signature begins with, like \"sha256=\"";

fn read_message(reader: &mut Reader<'_>, unit: Option<Unit>, has_id: bool) -> Option<Vec<Piece>> {
    if unit.is_none() && reader.had("timestamp") {
        // Its fault is known, and `signed` may well be right.
        reader.discard("signed");
        return None;
    }
    let text = if reader.had("signed") { reader.text("signed")? } else { "{body}".to_owned() };
    match read_template(&text, unit, has_id) {
        Ok(pieces) => {
            if has_id && !pieces.contains(&Piece::Id) {
                reader.fault(
                    "id.header",
                    "is not part of `signed`, so anybody can change it",
                    "put {id} into `signed` where the sender signs it, or name the header as `dedupe_header`",
                );
            }
            if unit.is_some() && !pieces.contains(&Piece::Timestamp) {
                reader.fault(
                    "timestamp",
                    "is not part of `signed`, so anybody can change it",
                    "remove it, or put {timestamp} into `signed` where the sender signs it",
                );
            }
            Some(pieces)
        }
        Err((problem, fix)) => {
            reader.fault("signed", problem, fix);
            None
        }
    }
}

/// What an event is known by.
enum Id {
    /// A header, which is signed.
    Header(String),
    /// Anything else.
    Other(IdSource),
}

fn read_id(reader: &mut Reader<'_>) -> Option<Id> {
    if !reader.had("id") || reader.is("id", "\"hash\"") {
        return Some(Id::Other(IdSource::Signed));
    }
    if reader.is_table("id") {
        let mut table = reader.part("id", "id.")?;
        let header = read_header(&mut table, "header");
        if !table.had("header") {
            table.fault("header", "is required", "name the header, like \"X-Id\"");
        }
        reader.absorb(table);
        return header.map(Id::Header);
    }
    let pointer = reader.text("id")?;
    // RFC 6901: `~` begins an escape.
    let is_escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if !pointer.starts_with('/') || !is_escaped {
        let fix = "use \"/id\" for the member `id` of the body (RFC 6901), { header = \"X-Id\" } for a header that is signed, or \"hash\" \
                   for the hash of what is signed";
        reader.fault("id", "is neither a JSON pointer nor \"hash\"", fix);
        return None;
    }
    Some(Id::Other(IdSource::Body(kept(pointer))))
}

fn template(signature: SignaturePlace, timestamp: Option<TimestampPlace>, message: Vec<Piece>, id: Id) -> Template {
    let SignaturePlace { place: Place { header, separator, prefix, .. }, encoding } = signature;
    let signatures = Signatures { headers: kept_list(vec![kept(header)]), separator, prefix: kept(prefix) };
    let time = timestamp.as_ref().map_or(Time::None, |timestamp| Time::Header(timestamp.unit));
    let timestamp =
        timestamp.map(|TimestampPlace { place: Place { header, separator, prefix, .. }, .. }| match separator {
            Some(separator) => Field::Item { header: kept(header), separator, prefix: kept(prefix) },
            None => Field::Header(kept(header)),
        });
    let (header_of_id, id) = match id {
        Id::Header(header) => (Some(kept(header)), IdSource::Header),
        Id::Other(id) => (None, id),
    };
    let part = |piece| match piece {
        Piece::Id => Part::Id,
        Piece::Timestamp => Part::Timestamp,
        Piece::Body => Part::Body,
        Piece::Text(text) => Part::Text(kept(text)),
    };
    Template {
        layout: Layout { signatures, timestamp, id: header_of_id },
        others: &[],
        encoding,
        message: kept_list(message.into_iter().map(part).collect()),
        time,
        tolerance: 300,
        id,
    }
}
