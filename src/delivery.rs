//! One HTTP request from a sender, as far as verification looks at it: headers, raw body, and for some senders method and URL.

use std::borrow::Cow;

/// Headers as bytes. Names are matched without case. Repeated headers count as one value joined by `, `, as Fetch gives them.
///
/// ```
/// use countersign::Headers;
///
/// let lines: [(&str, &[u8]); 2] = [("Webhook-Signature", b"v1,a"), ("webhook-signature", b"v1,b")];
/// let headers = Headers::from_iter(lines);
/// assert_eq!(headers.get("webhook-signature"), Some(&b"v1,a, v1,b"[..]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Headers<'a>(Vec<(&'a str, Cow<'a, [u8]>)>);

impl<'a> Headers<'a> {
    /// The value of a header; `None` if it is absent or empty, which the schemes treat alike.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let mut lines = self.0.iter();
        let (_, value) = lines.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value.as_ref()).filter(|value| !value.is_empty())
    }

    /// The same headers, with another value for one that is there.
    pub(crate) fn with(&self, name: &str, value: &[u8]) -> Self {
        let mut headers = self.clone();
        for (_, known) in headers.0.iter_mut().filter(|(known, _)| known.eq_ignore_ascii_case(name)) {
            *known = Cow::Owned(value.to_vec());
        }
        headers
    }
}

impl<'a> FromIterator<(&'a str, &'a [u8])> for Headers<'a> {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a [u8])>>(lines: T) -> Self {
        let mut headers: Vec<(&str, Cow<'_, [u8]>)> = Vec::new();
        for (name, value) in lines {
            match headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, joined)) => {
                    let joined = joined.to_mut();
                    joined.extend_from_slice(b", ");
                    joined.extend_from_slice(value);
                }
                None => headers.push((name, Cow::Borrowed(value))),
            }
        }
        Self(headers)
    }
}

/// Headers and raw body as received. Nothing about it is known to be true.
///
/// `B` is the body: bytes in memory, or a handle to bytes that the platform holds, so that a body need not be copied to be
/// verified.
///
/// ```
/// use countersign::{Delivery, Headers};
///
/// let delivery = Delivery::new(Headers::from_iter([("webhook-id", b"msg_1".as_slice())]), "{}");
/// assert_eq!((delivery.headers().get("Webhook-Id"), *delivery.body()), (Some(&b"msg_1"[..]), "{}"));
/// ```
#[derive(Clone, Debug)]
pub struct Delivery<'a, B> {
    headers: Headers<'a>,
    body: B,
    target: Option<Target<'a>>,
}

/// The method and the URL of a request, for the senders that sign them.
///
/// The URL is the one that the sender called, with its query: the public URL, if a proxy changes it on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The absolute URL.
    pub url: &'a str,
}

impl<'a, B> Delivery<'a, B> {
    /// Makes a delivery from its parts.
    pub const fn new(headers: Headers<'a>, body: B) -> Self {
        Self { headers, body, target: None }
    }

    /// Adds the method and the URL. [`Scheme::signs_target`](crate::scheme::Scheme::signs_target) says which senders need them: without
    /// them no signature of theirs matches.
    #[must_use]
    pub fn with_target(self, target: Target<'a>) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The headers.
    pub const fn headers(&self) -> &Headers<'a> {
        &self.headers
    }

    /// The raw body.
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// The method and the URL, where they were added.
    pub const fn target(&self) -> Option<Target<'a>> {
        self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_lines_are_joined_and_names_have_no_case() {
        let lines: [(&str, &[u8]); 3] = [("A", b"1"), ("b", b""), ("a", b"2")];
        let headers: Headers<'_> = lines.into_iter().collect();
        assert_eq!(headers.get("a"), Some(&b"1, 2"[..]));
        assert_eq!(headers.get("B"), None);
        assert_eq!(headers.get("c"), None);
    }
}
