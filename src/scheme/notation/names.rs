//! The names of values in the notation.

use crate::key::KeyFormat;
use crate::scheme::template::{Derive, Encoding, Fields, Unit};
use crate::scheme::{adyen_standard, hubspot, twilio};

/// How a sender with shared secrets writes them. Text is the default.
pub(super) const KEY_FORMATS: [(&str, KeyFormat); 8] = [
    ("standard", KeyFormat::Standard),
    ("joined", KeyFormat::Joined),
    ("pem", KeyFormat::Pem),
    ("prefixed-or-text", KeyFormat::PrefixedOrText),
    ("text-or-decoded", KeyFormat::TextOrDecoded),
    ("header-value", KeyFormat::HeaderValue),
    ("hex", KeyFormat::Hex),
    ("base64", KeyFormat::Base64),
];

/// How signatures are written. Hexadecimal digits are the default.
pub(super) const ENCODINGS: [(&str, Encoding); 2] = [("base64", Encoding::Base64), ("base64url", Encoding::Base64Url)];

pub(super) const UNITS: [(&str, Unit); 3] =
    [("s", Unit::Seconds), ("ms", Unit::Milliseconds), ("rfc3339", Unit::Rfc3339)];

/// What senders make of the URL or the body.
pub(super) const DERIVED: [(&str, Derive); 2] = [("decoded-url", hubspot::url), ("form", twilio::content)];

/// Members of a body that are signed.
pub(super) const FIELDS: [(&str, &Fields); 1] = [("adyen-fields", adyen_standard::FIELDS)];
