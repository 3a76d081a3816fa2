"""Google Pub/Sub: an OIDC token in Authorization. The two key pairs were generated for these files and protect nothing."""

import base64
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .build import NOW
from .keys import b64

PRIMES = (
    "ec3d0437fe76c98b272b7dab195befe8f10acc67804d79babb2e4d47774ce26e99c157020ad6b9373adcbd116367d12224a000b1958b46b1269379f2f460c50f"
    "68b7fec4e812e831d184f93264e0220f2ce35fabf3966098b265a6b40f1f66c12dbd6b253d4a634b7cda9b18f438c3327f2afab7ee538ca7b252f47fe0225bcd",
    "e474d2c33f01422434ec8da1fc44248b6fecdc541a338a20380a55a98c159c9021d4d3164d9a89a2d66face8575f1edcd94eae643938c828bd65f1eebb554706"
    "91d45a153e35d770f505b0b7c07825666744379a043ad98a933742f67194690a3a019bb2587630b6ff4f210e7db2f59a1dcde4fb8a35759426f6f919129840d7",
)
OTHER_PRIMES = (
    "ccbe1f2e737005c41c0ec7985586bcbdfa6c084176bb9a32f3101fc96c708ed040cc6d3d8dfc42e3f05c0052bae8359d7d2da004954211095dbbf06fd314efed"
    "6357ce8ebc9f2bfa113bfd9ab77727c769e79dd0bf2d970df2ec8cbbe914c9511d178e8fd9dfe24163fc4f980c278d859c59330e040c129937ca8994221c1d05",
    "bb2c9c80dc8c2dea173905882e81da58b0fcbf6cd1ae8ee9381b544c9901b6bcb73c9b5de76dd5242718f5d8980dc3034e21002a1f91f07a3bbbb44b897f0bbf"
    "dd204bf93a484413e1d519130ffc08c5efb48205febfd12eadb48308f8bac390253bf1bbecc49eea010477672dafb97beab1d7c7eb900fbd8dcef6898b2e5841",
)
AUDIENCE, EMAIL = "https://example.com/pubsub", "pusher@example-project.iam.gserviceaccount.com"
BODY = b'{"message":{"data":"aGVsbG8=","messageId":"136969346945","publishTime":"2023-11-14T22:13:20Z"},"subscription":"s"}'


def url64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def key_of(primes):
    p, q = (int(prime, 16) for prime in primes)
    e, n = 65537, p * q
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, n)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def jwk_of(key, kid):
    numbers = key.public_key().public_numbers()
    n = numbers.n.to_bytes(256, "big")
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": url64(n), "e": url64(b"\x01\x00\x01")}


KEY, OTHER = key_of(PRIMES), key_of(OTHER_PRIMES)
JWKS = {"keys": [jwk_of(OTHER, "2"), jwk_of(KEY, "1")]}


def claims(**changes):
    out = {
        "aud": AUDIENCE, "azp": "113774264463038321964", "email": EMAIL, "email_verified": True, "exp": NOW + 3600, "iat": NOW,
        "iss": "https://accounts.google.com", "sub": "113774264463038321964", **changes,
    }
    return {name: value for name, value in out.items() if value is not None}


def jwt(payload, key=KEY, **header):
    parts = [{"alg": "RS256", "kid": "1", "typ": "JWT", **header}, payload]
    signed = ".".join(url64(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()) if key else b""
    return f"{signed}.{url64(signature)}"


def google_pubsub():
    about = (
        "Authorization holds Bearer and an OIDC token (RS256, keys at https://www.googleapis.com/oauth2/v3/certs): aud and email are the "
        "ones of the subscription, email_verified is true, iss is https://accounts.google.com. The token says nothing about the body and "
        "may be up to an hour old. https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions"
    )

    def at(name, value, error=None, *, body=BODY, header="Authorization", now=NOW, note=None):
        out = {"name": name, "preset": "google-pubsub", "official": False, "jwks": JWKS, "audience": AUDIENCE, "email": EMAIL}
        out["headers"] = [[header, value]] if value is not None else []
        out["body_base64"], out["now"], out["expect"] = b64(body), now, "reject" if error else "accept"
        if error:
            out["error"] = error
        out["source"] = "computed with Python cryptography"
        if note:
            out["note"] = note
        return out

    def with_claims(name, error=None, **changes):
        return at(name, "Bearer " + jwt(claims(**changes)), error)

    good = jwt(claims())
    return about, [
        at("genuine", "Bearer " + good),
        at("header-names-in-lower-case", "Bearer " + good, header="authorization"),
        at("body-changed", "Bearer " + good, body=BODY + b" ", note="the token does not cover the body"),
        at("just-before-its-end", "Bearer " + good, now=NOW + 3599),
        at("expired", "Bearer " + good, "jwt_expired", now=NOW + 3600),
        at("header-missing", None, "missing_header"),
        at("another-method", "Basic " + good, "missing_header", note="no bearer token"),
        at("without-the-method", good, "missing_header", note="no bearer token"),
        at("signature-changed", "Bearer " + good[:-6] + "AAAAAA", "jwt_signature"),
        at("signature-missing", "Bearer " + good.rsplit(".", 1)[0] + ".", "jwt_signature"),
        at("not-a-token", "Bearer token", "jwt_malformed"),
        at("signed-by-another-key", "Bearer " + jwt(claims(), OTHER), "jwt_signature"),
        at("kid-of-another-key", "Bearer " + jwt(claims(), kid="2"), "jwt_signature"),
        at("kid-unknown", "Bearer " + jwt(claims(), kid="3"), "jwk_unknown_kid"),
        at("alg-none", "Bearer " + jwt(claims(), None, alg="none"), "jwt_alg"),
        with_claims("audience-of-another", "jwt_audience", aud="https://example.com/another"),
        with_claims("audience-missing", "jwt_audience", aud=None),
        with_claims("email-of-another", "jwt_claims", email="someone@another-project.iam.gserviceaccount.com"),
        with_claims("email-missing", "jwt_claims", email=None),
        with_claims("email-not-verified", "jwt_claims", email_verified=False),
        with_claims("email-verified-as-text", "jwt_claims", email_verified="true"),
        with_claims("issuer-of-another", "jwt_issuer", iss="https://accounts.example.com"),
        with_claims("end-missing", "jwt_claims", exp=None),
    ]


ALL = [google_pubsub]
