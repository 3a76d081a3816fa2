"""Senders of the Standard Webhooks family: other names, other key rules, the same signature."""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import serialization

from .build import BAD_NUMBERS, NOW, changed, official
from .keys import WRONG, b64, ed25519_key

ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
KEY, OTHER = hashlib.sha256(b"a made-up key").digest(), hashlib.sha256(b"another made-up key").digest()
SECRET, OTHER_SECRET = "whsec_" + b64(KEY), "whsec_" + b64(OTHER)

# preset, about, header prefix, body
TABLE = [
    (
        "openai", "Standard Webhooks; a secret without whsec_ is text; the event's type is at type. "
        "https://developers.openai.com/api/docs/guides/webhooks", "webhook",
        b'{"id":"evt_1","object":"event","created_at":1700000000,"type":"response.completed","data":{"id":"resp_123"}}',
    ),
    (
        "anthropic", "Standard Webhooks; type is always event, the event's type is at data.type. "
        "https://github.com/anthropics/anthropic-sdk-python/blob/main/src/anthropic/resources/beta/webhooks.py", "webhook",
        b'{"id":"wevt_1","type":"event","created_at":"2023-11-14T22:13:20Z","data":{"type":"session.status_idled","id":"sesn_1"}}',
    ),
    (
        "replicate", "Standard Webhooks; Replicate's SDK checks no age, the preset 300 s. "
        "https://replicate.com/docs/topics/webhooks/verify-webhook", "webhook",
        b'{"id":"ufawqhfynnddngldkgtslldrkq","status":"succeeded","output":[]}',
    ),
    (
        "xai", "Standard Webhooks; voice events such as realtime.call.incoming. "
        "https://docs.x.ai/developers/model-capabilities/audio/voice-agent/sip", "webhook",
        b'{"object":"event","id":"evt_123","type":"realtime.call.incoming","created_at":1700000000,"data":{"call_id":"0"}}',
    ),
    (
        "aimlapi", "Standard Webhooks; the documentation says that OpenAI's unwrap() works. https://docs.aimlapi.com", "webhook",
        b'{"id":"evt_1","object":"event","type":"response.completed","data":{"id":"resp_1"}}',
    ),
    (
        "recall", "Standard Webhooks with webhook-*; svix-* for accounts from before 2025-12-15. "
        "https://docs.recall.ai/docs/authenticating-requests-from-recallai", "webhook",
        b'{"event":"bot.done","data":{"bot":{"id":"1"},"data":{"code":"done"}}}',
    ),
    (
        "clerk", "Standard Webhooks with svix-*. https://clerk.com/docs/guides/development/webhooks/syncing", "svix",
        b'{"data":{"id":"user_1"},"object":"event","type":"user.created"}',
    ),
    (
        "resend", "Standard Webhooks with svix-*. https://resend.com/docs/webhooks/verify-webhooks-requests", "svix",
        b'{"type":"email.delivered","created_at":"2023-11-14T22:13:20Z","data":{"email_id":"1"}}',
    ),
    (
        "brex", "Standard Webhooks with webhook-*; secrets without a prefix, from /v1/webhooks/secrets. "
        "https://developer.brex.com/docs/webhooks, https://trigger.dev/apis/brex/examples/brex-http-endpoint", "webhook",
        b'{"event_type":"TRANSFER_PROCESSED","transfer_id":"dptx_1","company_id":"cuacc_1"}',
    ),
    (
        "render", "Standard Webhooks with webhook-*. https://github.com/render-examples/webhook-receiver/blob/main/app.ts", "webhook",
        b'{"type":"deploy_ended","timestamp":"2023-11-14T22:13:20Z","data":{"id":"evt-1","serviceId":"srv-1"}}',
    ),
    (
        "loops", "Standard Webhooks with webhook-*. https://loops.so/docs/webhooks", "webhook",
        b'{"eventName":"email.delivered","eventTime":1700000000,"webhookSchemaVersion":"1.0.0"}',
    ),
    (
        "supabase-auth", "Standard Webhooks; the secret is v1,whsec_ and base64, several joined by a vertical bar. "
        "https://supabase.com/docs/guides/auth/auth-hooks", "webhook",
        b'{"user":{"id":"6481a5c1-3d37-4a56-9f6a-bee08c554965"},"sms":{"otp":"561166"}}',
    ),
    (
        "polar", "Standard Webhooks; older secrets are the key as text, prefix and all, newer ones are base64 after whsec_. "
        "https://github.com/polarsource/polar-js/blob/main/src/webhooks.ts", "webhook",
        b'{"type":"order.created","data":{"id":"1"}}',
    ),
    (
        "gitlab", "Standard Webhooks under a signing token: whsec_ and the base64 of 32 bytes. "
        "https://docs.gitlab.com/user/project/integrations/webhooks/", "webhook",
        b'{"object_kind":"push","project_id":1}',
    ),
    (
        "epilot", "Standard Webhooks; one header holds v1a (the organisation's Ed25519 key, PEM) and v1 (the webhook's secret). "
        "https://docs.epilot.io/docs/integrations/webhooks/security", "webhook",
        b'{"_org_id":"1","_webhook_event_id":"2","payload":{}}',
    ),
]
FORMATS = {"supabase-auth": "supabase", "polar": "polar"}


class Family:
    """How a delivery of the family is signed and laid out."""

    def __init__(self, preset, prefix, body):
        self.preset, self.prefix, self.body = preset, prefix, body
        self.secret = {"supabase-auth": "v1," + SECRET, "brex": b64(KEY)}.get(preset, SECRET)
        self.other = {"supabase-auth": "v1," + OTHER_SECRET, "brex": b64(OTHER)}.get(preset, OTHER_SECRET)
        self.format = FORMATS.get(preset, "whsec")

    def sign(self, time=str(NOW), body=None, key=KEY, identity=ID):
        body = self.body if body is None else body
        return hmac.new(key, f"{identity}.{time}.".encode() + body, "sha256").digest()

    def v1(self, **what):
        return "v1," + b64(self.sign(**what))

    def at(self, name, error=None, *, time=str(NOW), signature=None, identity=ID, body=None, prefix=None, drop=None, note=None, **key):
        text = self.v1(time=time, identity=identity) if signature is None else signature
        prefix = prefix or self.prefix
        headers = [(f"{prefix}-id", identity), (f"{prefix}-timestamp", time), (f"{prefix}-signature", text)]
        out = {"name": name, "preset": self.preset, "official": False}
        out.update(key or {"secret": self.secret, "secret_format": self.format})
        out["headers"] = [list(pair) for pair in headers if pair[0] != f"{prefix}-{drop}"]
        out["body_base64"], out["now"] = b64(self.body if body is None else body), NOW
        out["expect"] = "reject" if error else "accept"
        out.update({"error": error} if error else {"id": identity})
        out["source"] = "computed with Python hmac/hashlib" if "public_key" not in key else "computed with Python cryptography"
        if note:
            out["note"] = note
        return out

    def secrets(self, *secrets):
        return {"secret": list(secrets), "secret_format": self.format} if len(secrets) > 1 else {
            "secret": secrets[0], "secret_format": self.format
        }

    def common(self):
        good, bad, raw = self.v1(), self.v1(key=OTHER), self.sign()
        at = self.at
        yield at("genuine")
        yield at("body-changed", WRONG, body=changed(self.body))
        yield at("body-empty", WRONG, body=b"")
        yield at("id-changed", WRONG, identity=ID + "2", signature=good)
        yield at("time-changed", WRONG, time=str(NOW + 1), signature=good)
        yield at("wrong-secret", WRONG, signature=good, **self.secrets(self.other))
        yield at("second-of-two-secrets", **self.secrets(self.other, self.secret))
        for name in ["id", "timestamp", "signature"]:
            yield at(name + "-header-missing", "missing_header", drop=name)
        yield at("two-signatures-right-last", signature=f"{bad} {good}")
        yield at("two-signatures-right-first", signature=f"{good} {bad}")
        yield at("two-signatures-none-right", WRONG, signature=f"{bad} {bad}")
        for name, text in {
            "unpadded": good.rstrip("="), "hex": "v1," + raw.hex(), "with-a-wrong-prefix": "v2," + b64(raw),
            "with-an-equals-sign": "v1=" + b64(raw),
            "url-safe": "v1," + base64.urlsafe_b64encode(raw).decode(), "cut-short": good[:20], "as-v1a": "v1a," + b64(raw),
        }.items():
            if text != good:
                yield at("signature-" + name, WRONG, signature=text)
        for name, when, error in [
            ("oldest", NOW - 300, None), ("too-old", NOW - 301, "timestamp_too_old"), ("newest", NOW + 300, None),
            ("too-new", NOW + 301, "timestamp_too_new"), ("in-another-unit", NOW * 1000, "timestamp_too_new"),
        ]:
            yield at("time-" + name, error, time=str(when))
        for name, text in BAD_NUMBERS.items():
            yield at("time-" + name, "invalid_timestamp", time=text.replace("{t}", str(NOW)))

    def headers_of_svix(self):
        """Which of the two sets of headers count."""
        if self.prefix == "svix":
            return [self.at("unbranded-headers", prefix="webhook", note="Svix customers may drop the brand")]
        if self.preset == "recall":
            return [self.at("svix-headers", prefix="svix", note="accounts from before 2025-12-15")]
        if self.preset in ("brex", "render", "loops"):
            return [self.at("svix-headers", prefix="svix", note="as some programs expect them")]
        return [self.at("svix-headers", "missing_header", prefix="svix")]


def openai(made):
    text = "a made-up secret without a prefix"
    key = {"secret": text, "secret_format": "utf8"}
    return [
        *official("openai", "openai", "fixed-vector", ids="wh_685c059ae39c8190af8c71ed1022a24d"),
        made.at("secret-as-text", signature=made.v1(key=text.encode()), **key),
        made.at("secret-as-text-and-wrong", WRONG, signature=made.v1(), **key),
    ]


def supabase(made):
    joined = f"{made.other}|{made.secret}"
    return [
        *official("supabase-auth", "supabase", "auth-hook", ids="2b7a9c1e-1111-4a56-9f6a-bee08c554965"),
        made.at("secrets-joined-by-a-bar", secret=joined, secret_format="supabase"),
        made.at("secret-without-v1", secret=SECRET, secret_format="supabase"),
    ]


def polar(made):
    names = ["legacy-polar-whs-utf8", "legacy-whsec-utf8", "standard-whsec-base64", "neither-key"]
    known = official("polar", "polar", *names, ids="msg_p5jXN8AQM9LWM0D4loKWxJek")
    chosen = "whsec_6f1c0d2a-6a9c-4f30-9c5e-0d8f4f0b9a11"
    return [
        *known,
        made.at("secret-as-text", signature=made.v1(key=SECRET.encode())),
        made.at("secret-chosen-and-no-base64", signature=made.v1(key=chosen.encode()), secret=chosen),
        made.at("secret-chosen-and-wrong", WRONG, secret=chosen),
    ]


def gitlab(made):
    return official("gitlab", "gitlab", "signing-token", ids="f1a2b3c4-0000-4000-8000-000000000001")


def epilot(made):
    form = serialization.PublicFormat.SubjectPublicKeyInfo

    def pem(seed):
        public = ed25519_key(seed)[0].public_key()
        return public.public_bytes(serialization.Encoding.PEM, form).decode()

    own, other = bytes(range(32)), bytes(range(1, 33))
    key = {"public_key": {"format": "ed25519-spki-pem", "value": pem(own)}}
    v1a = "v1a," + b64(ed25519_key(own)[0].sign(f"{ID}.{NOW}.".encode() + made.body))
    bad = "v1a," + b64(ed25519_key(other)[0].sign(f"{ID}.{NOW}.".encode() + made.body))
    both, wrong_first, wrong_last = f"{v1a} {made.v1()}", f"{bad} {made.v1()}", f"{v1a} {made.v1(key=OTHER)}"
    return [
        made.at("both-secret", signature=both),
        made.at("both-public-key", signature=both, **key),
        made.at("both-public-key-body-changed", WRONG, signature=both, body=changed(made.body), **key),
        made.at("both-v1a-wrong-secret", signature=wrong_first, note="a secret answers to v1 alone"),
        made.at("both-v1a-wrong-public-key", WRONG, signature=wrong_first, **key),
        made.at("both-v1-wrong-secret", WRONG, signature=wrong_last),
        made.at("both-v1-wrong-public-key", signature=wrong_last, **key),
        made.at("v1-alone-public-key", WRONG, **key),
    ]


MORE = {
    "openai": openai, "supabase-auth": supabase, "polar": polar, "gitlab": gitlab, "epilot": epilot,
    "replicate": lambda made: official("replicate", "replicate", "fixed-vector", ids="msg_p5jXN8AQM9LWM0D4loKWxJek"),
}


def table_sender(row):
    preset, about, prefix, body = row

    def sender():
        made = Family(preset, prefix, body)
        return about, [*MORE.get(preset, lambda _made: [])(made), *made.common(), *made.headers_of_svix()]

    return sender


ALL = [table_sender(row) for row in TABLE]
