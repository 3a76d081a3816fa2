//! The type of an event, for its log record.

use std::borrow::Cow;

use crate::delivery::Headers;
use crate::json::value;
use crate::scheme::{EventType, Scheme};
use crate::verify::Verified;

/// The type that a verified event states: in a header, which nothing signs, or in its JSON, which a signature covers.
///
/// The body is not read for it: it counts if the check has read it, or if `body` has it. A token's claims are read. Text that is no name
/// like `batch.succeeded`, or is longer than 128 bytes, is left out, so that no other text of a sender's gets into logs.
pub fn event_type<'h, B>(
    scheme: &Scheme,
    headers: &'h Headers<'_>,
    verified: &Verified<'_, B>,
    body: Option<&[u8]>,
) -> Option<Cow<'h, str>> {
    match scheme.event_type {
        EventType::Pointer(_) if verified.event_type().is_some() => verified.event_type().and_then(owned),
        _ => stated_type(scheme, headers, verified.claims().or(body)),
    }
}

/// The type that an event of a scheme states, whether it is verified or not: in a header, or in its JSON.
pub fn stated_type<'h>(scheme: &Scheme, headers: &'h Headers<'_>, json: Option<&[u8]>) -> Option<Cow<'h, str>> {
    match scheme.event_type {
        EventType::Header(names) => {
            let stated = names.iter().find_map(|name| headers.get(name))?;
            printable(std::str::from_utf8(stated).ok()?).map(Cow::Borrowed)
        }
        EventType::Pointer(pointer) => {
            let event = value(std::str::from_utf8(json?).ok()?)?;
            event.pointer(pointer)?.as_str().and_then(owned)
        }
        EventType::None => None,
    }
}

fn owned(text: &str) -> Option<Cow<'static, str>> {
    printable(text).map(|text| Cow::Owned(text.to_owned()))
}

fn printable(text: &str) -> Option<&str> {
    let is_in_names = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/ ".contains(&byte);
    Some(text).filter(|text| (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_in_names))
}

/// In bytes.
const LONGEST: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Portable;
    use crate::{Delivery, HmacKey, Keys, Policy, SecretKey, Timestamp, scheme};

    /// The type of a delivery of that scheme, signed over its body alone or at `NOW`, if its body may be read for it or not.
    fn types(name: &str, kind: &str, body: &str) -> [Option<String>; 2] {
        let (scheme, key) = (scheme::find(name).unwrap(), HmacKey::from_bytes(b"a key of many letters").unwrap());
        let (now, text) = (Timestamp::from_unix(NOW), NOW.to_string());
        let hex = |prefix: &str| crate::crypto::hex(&key.mac([prefix.as_bytes(), body.as_bytes()]));
        let values = [
            ("x-hub-signature-256", ["sha256=", &hex("")].concat()),
            ("x-github-event", kind.to_owned()),
            ("stripe-signature", ["t=", &text, ",v1=", &hex(&[&text, "."].concat())].concat()),
            ("webhook-id", "1".to_owned()),
            ("webhook-timestamp", text.clone()),
            ("webhook-signature", crate::sign(std::slice::from_ref(&key), b"1", now, body, &Portable).unwrap()),
        ];
        let headers: Headers<'_> = values.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let delivery = Delivery::new(headers, body);
        let secrets = [SecretKey::Hmac(key.clone())];
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let verified = Policy::of(scheme).verify(keys, &delivery, now, &Portable).unwrap();
        let of = |body| event_type(scheme, delivery.headers(), &verified, body).map(Cow::into_owned);
        [of(None), of(Some(body.as_bytes()))]
    }

    const NOW: u64 = 1_700_000_000;

    #[test]
    fn a_type_is_known_where_the_event_is_read() {
        let found = |text: &str| Some(text.to_owned());
        let nested = r#"{"id":"evt_1","type":"event","data":{"type":"session.status_idled"}}"#;
        assert_eq!(types("github", "push", "{}"), [found("push"), found("push")], "by a header");
        assert_eq!(types("stripe", "", nested), [found("event"), found("event")], "the id's body is read anyway");
        assert_eq!(types("openai", "", nested), [None, found("event")], "else the body has to be there");
        assert_eq!(types("anthropic", "", nested), [None, found("session.status_idled")]);
        assert_eq!(types("replicate", "", nested), [None, None]);
        assert_eq!(types("openai", "", "no JSON"), [None, None]);
    }

    /// Shopify's Events have other names of headers than its webhooks.
    #[test]
    fn a_type_is_in_the_first_header_that_is_there() {
        let shopify = scheme::find("shopify").unwrap();
        let of = |lines: &[(&str, &[u8])]| {
            let headers = Headers::from_iter(lines.iter().copied());
            stated_type(shopify, &headers, None).map(Cow::into_owned)
        };
        assert_eq!(of(&[("shopify-topic", b"Product")]).as_deref(), Some("Product"));
        assert_eq!(
            of(&[("shopify-topic", b"Product"), ("X-Shopify-Topic", b"orders/create")]).as_deref(),
            Some("orders/create")
        );
        assert_eq!(of(&[("shopify-hmac-sha256", b"x")]), None);
    }

    /// What a record must not be able to say: more than a name.
    #[test]
    fn text_that_is_no_name_stays_out() {
        for odd in ["", "a\"b", "a\\b", "<b>", "a\nb", "jos\u{e9}", "a@b.example", &"a".repeat(129)] {
            let body = serde_json::json!({ "id": "evt_1", "type": odd }).to_string();
            assert_eq!(types("stripe", "", &body), [None, None], "{odd:?}");
            if !odd.contains('\n') {
                assert_eq!(types("github", odd, "{}"), [None, None], "{odd:?}");
            }
        }
        assert_eq!(types("github", &"a".repeat(128), "{}")[0], Some("a".repeat(128)));
    }
}
