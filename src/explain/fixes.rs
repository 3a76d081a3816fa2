//! What to do about each fault, for whoever runs the receiver.

use crate::error::{Error, HeaderFault};

pub(super) const fn of(error: Error) -> &'static str {
    match error {
        Error::EmptySecret => {
            "the environment variable is probably not set where this runs; set it to the `whsec_…` value"
        }
        Error::InvalidSecret(fault) => fault.fix(),
        Error::MissingHeader(_) => {
            "a proxy or framework dropped it, or the delivery is of another sender; pass the request's headers as they came"
        }
        Error::InvalidHeader(_, fault) => of_header(fault),
        Error::JwksInvalid(_) => "the document has to be what the sender's key set URL answers: {\"keys\":[…]}",
        Error::JwkUnknownKid => {
            "fetch the key set again; if the token is from another issuer, this is not its receiver"
        }
        Error::JwkUnusable => "the row of that key says why it was set aside; the sender has to sign with another",
        Error::JwtAlg => "only RS256 is accepted; a token with `none` or HS256 is an attack or a misconfigured sender",
        Error::JwtAudience => "set `audience` to exactly what the sender puts into `aud`, if that names you",
        Error::JwtClaims(_) => "the sender has to issue tokens with `exp`, and with dates as numbers",
        Error::JwtExpired => "look at the clock here; a token that was kept or replayed is rightly refused",
        Error::JwtIssuer => "set `issuer` to exactly what the sender puts into `iss`, if that is whom you expect",
        Error::JwtMalformed(_) => {
            "the value is not a token; with `v1,` or `v1a,` in front it is a signature: accept that form"
        }
        Error::JwtNotYetValid => "look at the clock here; the token is valid only from `nbf` on",
        Error::JwtSignature => "fetch the key set again; if it is current, the token was not signed by this sender",
        Error::JwtTooLong => "raise `dedupe` above the lifetime of the sender's tokens, or have them expire sooner",
        Error::NoMatchingSignature => {
            "compare the secret with the endpoint's, and make sure that the body is the raw bytes: not parsed, not decoded"
        }
        Error::InvalidTimestamp => {
            "the sender has to send whole Unix seconds: digits alone, no sign, point or leading zero"
        }
        Error::TimestampTooNew { .. } => {
            "look at the clock here; if the value has 13 digits, the sender sends milliseconds"
        }
        Error::TimestampTooOld { .. } => {
            "look at the clock here; for an old delivery set `now` to its time; a sender has to stamp each retry anew"
        }
        Error::TooManySignatures => "no sender sends this many; it is an attack, or headers were joined by mistake",
        Error::WeakKey => "get the sender's real public key: under this one anybody can sign",
        Error::ShortSecret | Error::WeakSecret => "make a new secret of 24 to 64 random bytes",
    }
}

const fn of_header(fault: HeaderFault) -> &'static str {
    match fault {
        HeaderFault::Repeated => "a proxy sends the header twice; it has to stand once",
        HeaderFault::ShiftedBoundary => {
            "refuse it: an old message was replayed with its timestamp moved into the id; a sender whose ids are like that has to drop the digits"
        }
        HeaderFault::NotStrict => "turn strict mode off if the sender's ids are like that",
        HeaderFault::NotVisible => "the sender has to make ids of letters, digits and punctuation, without spaces",
    }
}
