"""Senders with public keys, and tokens that are compared."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from .build import NOW, BAD_NUMBERS, Mac, Plain, case, changed, official
from .published import OKTA

SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
ORDER = 2**252 + 27742317777372353535851937790883648493
WRONG = "no_matching_signature"
SOURCE = "computed with Python cryptography"


def b64(data):
    return base64.b64encode(data).decode()


def ed25519_key(seed=SEED):
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    return key, key.public_key().public_bytes_raw()


def malleable(signature):
    """The same signature with S + L: equal for a lax verifier."""
    s = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + s.to_bytes(32, "little")


def made(preset, name, key, headers, body, error=None, *, now=NOW, identity=None, note=None):
    """One case under a public key or a key set."""
    out = {"name": name, "preset": preset, "official": False, **key}
    out["headers"] = [list(pair) for pair in headers]
    out["body_base64"], out["now"], out["expect"] = b64(body), now, "reject" if error else "accept"
    if error:
        out["error"] = error
    elif identity:
        out["id"] = identity
    out["source"] = SOURCE
    if note:
        out["note"] = note
    return out


class Signer:
    """What is common to the senders with a key pair: how a delivery is signed and laid out."""

    def __init__(self, preset, key, other, sign, write, layout, body, identity=None):
        self.preset, self.key, self.other, self.sign, self.write = preset, key, other, sign, write
        self.layout, self.body, self.identity = layout, body, identity

    def at(self, name, time=str(NOW), error=None, *, body=None, signature=None, drop=None, key=None, note=None):
        body = self.body if body is None else body
        text = self.write(self.sign(time, self.body)) if signature is None else signature
        headers = [pair for pair in self.layout(time, text) if pair[0] != drop]
        return made(self.preset, name, key or self.key, headers, body, error, identity=self.identity, note=note)

    def cases(self, signature_header, time_header, others):
        raw = self.sign(str(NOW), self.body)
        yield self.at("genuine")
        yield self.at("body-changed", body=changed(self.body), error=WRONG)
        yield self.at("body-empty", body=b"", error=WRONG)
        yield self.at("wrong-key", error=WRONG, key=self.other)
        yield self.at("signature-header-missing", error="missing_header", drop=signature_header)
        yield self.at("time-missing", error="missing_header", drop=time_header)
        for name, text in others(raw).items():
            yield self.at("signature-" + name, error=WRONG, signature=text)
        for name, at, error in [
            ("oldest", NOW - 300, None), ("too-old", NOW - 301, "timestamp_too_old"), ("newest", NOW + 300, None),
            ("too-new", NOW + 301, "timestamp_too_new"), ("in-another-unit", NOW * 1000, "timestamp_too_new"),
        ]:
            yield self.at("time-" + name, str(at), error)
        for name, text in BAD_NUMBERS.items():
            yield self.at("time-" + name, text.replace("{t}", str(NOW)), "invalid_timestamp")
        yield self.at("time-changed", str(NOW + 1), WRONG, signature=self.write(raw))


def hex_variants(raw):
    return {
        "upper-case-hex": raw.hex().upper(), "base64": b64(raw), "with-a-wrong-prefix": "v1=" + raw.hex(), "cut-short": raw.hex()[:64],
        "longer": raw.hex() + "00", "malleable": malleable(raw).hex(), "zero": "00" * 64,
    }


def base64_variants(raw):
    return {
        "unpadded": b64(raw).rstrip("="), "hex": raw.hex(), "url-safe": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "with-a-wrong-prefix": "v1=" + b64(raw), "malleable": b64(malleable(raw)), "zero": b64(bytes(64)),
    }


def discord():
    (key, public), (_, other) = ed25519_key(), ed25519_key(OTHER_SEED)

    def named(value):
        return {"public_key": {"format": "ed25519-hex", "value": value.hex()}}

    signer = Signer(
        "discord", named(public), named(other), lambda time, body: key.sign(time.encode() + body), bytes.hex,
        lambda time, text: [("X-Signature-Ed25519", text), ("X-Signature-Timestamp", time)],
        b'{"id":"1234567890","type":2,"data":{"name":"ping"}}',
    )
    about = (
        "X-Signature-Ed25519 holds the hex Ed25519 signature of X-Signature-Timestamp and the body under the application's public key "
        "(hex). Discord probes with bad signatures and wants a 401. "
        "https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers"
    )
    small = named(bytes([1]) + bytes(31))
    return about, [
        *official("discord", "discord", "computed-ping", "computed-bad-signature"),
        *signer.cases("X-Signature-Ed25519", "X-Signature-Timestamp", hex_variants),
        signer.at("key-of-small-order", error="weak_key", signature=(bytes([1]) + bytes(63)).hex(), key=small),
    ]


def telnyx():
    (key, public), (_, other) = ed25519_key(), ed25519_key(OTHER_SEED)

    def named(value):
        return {"public_key": {"format": "ed25519-base64", "value": b64(value)}}

    signer = Signer(
        "telnyx", named(public), named(other), lambda time, body: key.sign(time.encode() + b"|" + body), b64,
        lambda time, text: [("telnyx-signature-ed25519", text), ("telnyx-timestamp", time)],
        b'{"data":{"record_type":"event","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0","event_type":"call.initiated"}}',
        "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0",
    )
    about = (
        "telnyx-signature-ed25519 holds the base64 Ed25519 signature of t|body; t is telnyx-timestamp; the public key is base64. "
        "https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks"
    )
    return about, list(signer.cases("telnyx-signature-ed25519", "telnyx-timestamp", base64_variants))


def jwk(public, kid=None):
    out = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(public).decode().rstrip("=")}
    return {**out, "kid": kid} if kid else out


def fal():
    (key, public), (_, other) = ed25519_key(), ed25519_key(OTHER_SEED)
    head = "X-Fal-Webhook-"

    def message(time, body):
        return f"req-1\nuser-1\n{time}\n{hashlib.sha256(body).hexdigest()}".encode()

    def layout(time, text):
        return [(head + "Request-Id", "req-1"), (head + "User-Id", "user-1"), (head + "Timestamp", time), (head + "Signature", text)]

    both = {"jwks": {"keys": [jwk(other), jwk(public)]}}
    signer = Signer(
        "fal", both, {"jwks": {"keys": [jwk(other)]}}, lambda time, body: key.sign(message(time, body)), bytes.hex, layout,
        b'{"status":"completed","id":"job_1"}', "req-1",
    )
    digits = (
        "ebb5afc531a33bff6806d20a5f47ee788d27b4da05dbdea0117bc046f1548f6b5d898c68b339b4c8a461c1f77ee14a419f8fcb55320cf544abfbef371da9d80f"
    )
    assert signer.sign(str(NOW), signer.body).hex() == digits
    about = (
        "X-Fal-Webhook-Signature holds the hex Ed25519 signature of request id, user id, timestamp and the hex SHA-256 of the body, "
        "joined by line feeds; any key of https://rest.fal.ai/.well-known/jwks.json may match; 300 s. "
        "https://docs.fal.ai/model-apis/model-endpoints/webhooks"
    )

    def swapped(name, replaced):
        headers = [(name, replaced) if pair[0] == name else pair for pair in layout(str(NOW), digits)]
        return made("fal", name[len(head) :].lower() + "-changed", both, headers, signer.body, WRONG)

    return about, [
        *signer.cases(head + "Signature", head + "Timestamp", hex_variants),
        signer.at("user-id-missing", error="missing_header", drop=head + "User-Id"),
        signer.at("request-id-missing", error="missing_header", drop=head + "Request-Id"),
        swapped(head + "Request-Id", "req-2"),
        swapped(head + "User-Id", "user-2"),
        signer.at("key-alone-with-a-kid", key={"jwks": {"keys": [jwk(public, "1")]}}),
        signer.at("key-set-empty", error=WRONG, key={"jwks": {"keys": []}}),
        signer.at("key-of-another-curve-first", key={"jwks": {"keys": [{**jwk(other), "crv": "X25519"}, jwk(public)]}}),
    ]


def sendgrid():
    key = ec.derive_private_key(int.from_bytes(SEED, "big"), ec.SECP256R1())
    other = ec.derive_private_key(int.from_bytes(OTHER_SEED, "big"), ec.SECP256R1())
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    def named(private):
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = private.public_key().public_bytes(serialization.Encoding.DER, form)
        return {"public_key": {"format": "p256-spki-base64", "value": b64(public)}}

    def sign(time, body):
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return key.sign(time.encode() + body, algorithm)

    def variants(raw):
        r, s = utils.decode_dss_signature(raw)
        return {
            "unpadded": b64(raw).rstrip("="), "hex": raw.hex(), "with-a-wrong-prefix": "v1=" + b64(raw),
            "raw-r-and-s": b64(r.to_bytes(32, "big") + s.to_bytes(32, "big")), "longer": b64(raw + b"\0"),
            "zero": b64(utils.encode_dss_signature(0, 0)),
        }

    signer = Signer(
        "sendgrid", named(key), named(other), sign, b64,
        lambda time, text: [
            ("X-Twilio-Email-Event-Webhook-Signature", text), ("X-Twilio-Email-Event-Webhook-Timestamp", time),
        ],
        b'[{"email":"test@example.com","event":"delivered","sg_event_id":"a"}]\r\n',
    )
    assert b64(sign(str(NOW), signer.body)).endswith("="), "choose a body whose signature is padded"
    r, s = utils.decode_dss_signature(sign(str(NOW), signer.body))
    negated = b64(utils.encode_dss_signature(r, order - s))
    about = (
        "X-Twilio-Email-Event-Webhook-Signature holds the base64 DER ECDSA P-256 SHA-256 signature of "
        "X-Twilio-Email-Event-Webhook-Timestamp and the body, which ends with CRLF; the public key is base64 SPKI; one body holds several "
        "events. https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features"
    )
    names = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
    return about, [
        *official("sendgrid", "sendgrid", "single-event", "bad-payload", "bad-signature", "bad-timestamp"),
        *signer.cases(*names, variants),
        signer.at("signature-with-s-negated", signature=negated, note="ECDSA has two signatures; never dedupe by the signature"),
        signer.at("line-break-stripped", body=signer.body.rstrip(b"\r\n"), error=WRONG),
    ]


def token(preset, about, header, secret, body, extra=()):
    """A token in a header: it proves the sender and nothing about the body."""
    mac = Mac(preset, about, secret, body, Plain(header))
    good = [(header, secret), *extra]

    def at(name, value, error=WRONG, **more):
        return case(mac, name, [(header, value), *extra], body, error, **more)

    return about, [
        *(OKTA if preset == "okta" else []),
        at("genuine", secret, None),
        case(mac, "header-names-in-lower-case", [(name.lower(), value) for name, value in good], body),
        case(mac, "body-changed", good, changed(body), note="a token proves the sender, nothing about the body"),
        at("wrong-secret", secret, secret="another made-up secret"),
        at("second-of-two-secrets", secret, None, secret=["another made-up secret", secret]),
        case(mac, "header-missing", list(extra), body, "missing_header"),
        at("token-empty", "", "missing_header"),
        at("token-cut-short", secret[:-1]),
        at("token-longer", secret + "x"),
        at("token-of-another-case", secret.upper()),
        at("token-with-a-prefix", "Bearer " + secret),
        at("token-hashed", hashlib.sha256(secret.encode()).hexdigest()),
        case(mac, "token-twice", [(header, secret), *good], body, WRONG, note="joined by a comma, as Fetch joins lines"),
    ]


def gitlab_token():
    about = (
        "X-Gitlab-Token holds the webhook's secret token, which is compared; X-Gitlab-Event-UUID is not signed. "
        "https://docs.gitlab.com/user/project/integrations/webhooks/#custom-headers"
    )
    extra = (("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Event-UUID", "13792a34-cac6-4fda-95a8-c58e00a3954e"))
    return token("gitlab-token", about, "X-Gitlab-Token", "a-made-up-token-of-gitlab", b'{"object_kind":"push"}', extra)


def assemblyai():
    about = (
        "A header that is compared: its name and value are chosen with each request (webhook_auth_header_name, "
        "webhook_auth_header_value), so there is no fixed name; X-Webhook-Secret here is the example of the documentation. "
        "https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio"
    )
    body = b'{"transcript_id":"5552493-16d8-42d8-8feb-c2a16b56f6e8","status":"completed"}'
    return token("assemblyai", about, "X-Webhook-Secret", "a-made-up-token-of-assemblyai", body)


def okta():
    about = (
        "The hook's authentication field (Authorization unless it is set otherwise) holds the authentication secret, whole and compared. "
        "https://developer.okta.com/docs/concepts/event-hooks/"
    )
    body = json.dumps({"eventType": "com.okta.event_hook", "eventId": "b5a188b9", "data": {"events": []}}).encode()
    return token("okta", about, "Authorization", "a-made-up-token-of-okta", body)


def vapi_token():
    about = (
        "A custom credential of the type Bearer Token: Authorization, unless another header is chosen, holds Bearer and the token. "
        "https://docs.vapi.ai/server-url/server-authentication"
    )
    body = b'{"message":{"type":"end-of-call-report","call":{"id":"1"}}}'
    return token("vapi-token", about, "Authorization", "Bearer a-made-up-token-of-vapi", body)


ALL = [discord, telnyx, fal, sendgrid, gitlab_token, assemblyai, okta, vapi_token]
