"""Senders that a configuration describes by `scheme = "hmac"`: the same cases for each hash."""

import base64
import hmac

from .build import COMPUTED, NOW, WRONG_SECRET, encode

HEADER = "Acme-Signature"
SECRET = "a made-up secret of some length"
BODY = b'{"event":"charge.success","data":{"id":302961}}'
LONG = b'{"data":"0123456789abcdef0123456789abcdef"}\n'

# Key and message of cases 1, 3 and 6 of RFC 4231, and of RFC 2202 for SHA-1. The last key is longer than the block of the hash.
LAST = b"Test Using Larger Than Block-Size Key - Hash Key First"
RFC_4231 = [(b"\x0b" * 20, b"Hi There"), (b"\xaa" * 20, b"\xdd" * 50), (b"\xaa" * 131, LAST)]
RFC_2202 = [(b"\x0b" * 20, b"Hi There"), (b"\xaa" * 20, b"\xdd" * 50), (b"\xaa" * 80, LAST)]

PUBLISHED = {
    "sha256": (
        "RFC 4231", RFC_4231, [
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ],
    ),
    "sha1": (
        "RFC 2202", RFC_2202, [
            "b617318655057264e28bc0b6fb378c8ef146be00",
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
        ],
    ),
    "sha512": (
        "RFC 4231", RFC_4231, [
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
            "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
        ],
    ),
}


def mac(digest, signed, key=SECRET):
    return hmac.new(key.encode() if isinstance(key, str) else key, signed, digest).digest()


def case(digest, name, description, headers, body, error=None, secret=SECRET, official=False, source=COMPUTED, **more):
    given = {"body_base64": base64.b64encode(body).decode()} if isinstance(body, bytes) else {"body_gen": body}
    expected = {"expect": "accept"} if error is None else {"expect": "reject", "error": error}
    return {
        "name": f"{digest}/{name}", "preset": "hmac", "description": {"hash": digest, **description}, "official": official, "secret": secret,
        "headers": headers, **given, "now": NOW, **expected, "source": source, **more,
    }


def published(digest):
    """The vectors of the specification: the body is the message, and the secret is the key in hexadecimal digits."""
    rfc, cases, macs = PUBLISHED[digest]
    for number, (key, message), expected in zip((1, 3, 6), cases, macs, strict=True):
        assert mac(digest, message, key).hex() == expected, (digest, number)
        yield case(
            digest, f"{rfc.lower().replace(' ', '-')}-case-{number}", {"signature": {"header": HEADER}, "secret_encoding": "hex"},
            [[HEADER, expected]], message, secret=key.hex(), official=True, source=f"{rfc}, test case {number}",
        )


def written(digest):
    """Each way to write a signature, and what is not quite that."""
    of_body = mac(digest, BODY)
    for encoding, wrong in [("hex", "HEX"), ("base64", "unpadded"), ("base64url", "padded-url")]:
        description = {"signature": {"header": HEADER, "encoding": encoding}, "id": "/data/id"}
        yield case(digest, encoding, description, [[HEADER, encode(of_body, encoding)]], BODY, id="302961")
        if encode(of_body, wrong) != encode(of_body, encoding):
            yield case(digest, f"{encoding}-as-{wrong}", description, [[HEADER, encode(of_body, wrong)]], BODY, "no_matching_signature")
    plain = {"signature": {"header": HEADER}}
    refused = {
        "another-secret": mac(digest, BODY, WRONG_SECRET), "another-body": mac(digest, BODY + b" "), "cut-to-half": of_body[: len(of_body) // 2],
        "one-byte-less": of_body[:-1], "one-byte-more": of_body + b"\0", "last-bit": of_body[:-1] + bytes([of_body[-1] ^ 1]),
        **{f"{other}-of-the-body": mac(other, BODY) for other in PUBLISHED if other != digest},
    }
    for name, signature in refused.items():
        yield case(digest, name, plain, [[HEADER, signature.hex()]], BODY, "no_matching_signature")
    yield case(digest, "no-header", plain, [], BODY, "missing_header")
    prefixed = {"signature": {"header": HEADER, "prefix": f"{digest}="}}
    yield case(digest, "prefix", prefixed, [[HEADER, f"{digest}={of_body.hex()}"]], BODY)
    yield case(digest, "without-its-prefix", prefixed, [[HEADER, of_body.hex()]], BODY, "no_matching_signature")
    repeated = {"repeat_base64": base64.b64encode(LONG).decode(), "count": 400}
    yield case(digest, "18-kb", plain, [[HEADER, mac(digest, LONG * 400).hex()]], repeated)
    yield case(digest, "18-kb-and-one-line-more", plain, [[HEADER, mac(digest, LONG * 401).hex()]], repeated, "no_matching_signature")
    yield case(digest, "empty-body", plain, [[HEADER, mac(digest, b"").hex()]], b"")


def stamped(digest):
    """Signed text before the body and after it, in a list with a signature of an older secret."""
    list_of = {"signature": {"header": HEADER, "member": "v1"}, "timestamp": {"header": HEADER, "member": "t"}}
    for name, signed, content in [
        ("time-before-the-body", "{timestamp}.{body}", lambda at: f"{at}.".encode() + BODY),
        ("time-after-the-body", "{body}.{timestamp}", lambda at: BODY + f".{at}".encode()),
    ]:
        def value(at, signed_at, content=content):
            return [[HEADER, f"t={at},v1={mac(digest, BODY).hex()},v1={mac(digest, content(signed_at)).hex()}"]]

        description = {**list_of, "signed": signed}
        yield case(digest, name, description, value(NOW, NOW), BODY)
        yield case(digest, f"{name}/another-time", description, value(NOW, NOW - 1), BODY, "no_matching_signature")
        yield case(digest, f"{name}/too-old", description, value(NOW - 301, NOW - 301), BODY, "timestamp_too_old")


def hashes():
    about = (
        'Senders that `scheme = "hmac"` describes: `description` has the keys of docs/configuration.md, and the other fields are those of '
        "standard-webhooks.json."
    )
    return about, [case for digest in PUBLISHED for part in (published, written, stamped) for case in part(digest)]


ALL = [hashes]
