//! The headers that a scheme reads, and their values as JavaScript hands them over.

use countersign::Headers;
use countersign::scheme::Scheme;

/// The names of the headers that a scheme reads, in sets of id, timestamp and signature.
pub fn header_names(scheme: &'static Scheme) -> Vec<String> {
    scheme.header_names().map(str::to_owned).collect()
}

/// The headers of a delivery, from the values of [`header_names`] in the same order. An empty value stands for an absent header.
pub fn headers<'v>(scheme: &'static Scheme, values: &'v [String]) -> Headers<'v> {
    scheme.header_names().zip(values).map(|(name, value)| (name, value.as_bytes())).collect()
}

#[cfg(test)]
mod tests {
    use countersign::scheme;

    use super::*;

    #[test]
    fn values_belong_to_names_by_their_place() {
        let svix = scheme::find("svix").unwrap();
        let values = ["", "", "", "msg_1", "1700000000\n", "v1,a"].map(str::to_owned);
        assert_eq!(header_names(svix).len(), values.len());
        let headers = headers(svix, &values);
        assert_eq!(headers.get("svix-id"), None);
        assert_eq!(headers.get("webhook-id"), Some(&b"msg_1"[..]));
        assert_eq!(headers.get("webhook-timestamp"), Some(&b"1700000000\n"[..]));
    }

    #[test]
    fn missing_values_are_absent_headers() {
        let gemini = scheme::find("gemini").unwrap();
        let values = ["msg_1".to_owned()];
        assert_eq!(headers(gemini, &values).get("webhook-signature"), None);
    }
}
