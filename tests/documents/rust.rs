//! The example of docs/crate.md, which is an excerpt of this file, verifies a delivery.

#[test]
#[allow(clippy::disallowed_methods, reason = "a server reads the clock")]
fn the_example_of_the_crate() -> Result<(), Box<dyn std::error::Error>> {
    let secret = "whsec_aSecretForTests0123456789".to_owned();
    let body = r#"{"id":"evt_1","type":"invoice.paid"}"#;
    let request = signed(&secret, body)?;

    use countersign::{Delivery, Headers, Receiver, scheme};
    use std::time::SystemTime;

    let stripe = Receiver::new(scheme::find("stripe").expect("a known sender"), &[&secret])?; // once, at the start
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let delivery = Delivery::new(Headers::from_iter(headers), &body); // the raw body
    let verified = stripe.verify(&delivery, SystemTime::now().into())?;
    println!("{}", String::from_utf8_lossy(verified.id()));

    assert_eq!(verified.id(), b"evt_1");
    Ok(())
}

/// A request as Stripe signs it.
fn signed(secret: &str, body: &str) -> Result<http::Request<()>, Box<dyn std::error::Error>> {
    use countersign::crypto::Portable;
    use countersign::{HmacKey, SigningKey, Unsigned, scheme, sign_as};

    let key = SigningKey::Hmac(HmacKey::from_bytes(secret.as_bytes())?);
    let unsigned = Unsigned { id: "", timestamp: now(), target: None, body };
    let mut request = http::Request::new(());
    for (name, value) in sign_as(scheme::find("stripe").ok_or("no such scheme")?, &[key], &unsigned, &Portable)? {
        request.headers_mut().insert(http::HeaderName::from_static(name), value.parse()?);
    }
    Ok(request)
}

#[allow(clippy::disallowed_methods, reason = "the server reads the same clock")]
fn now() -> countersign::Timestamp {
    std::time::SystemTime::now().into()
}
