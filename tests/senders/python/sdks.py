"""The senders' own SDKs from PyPI, unmodified, by the names of `signers.mjs`.

A row is the distribution, what verifies, and what signs if the SDK has a helper for it. Both take a delivery: `secret`, `headers` with names in
lower case, `body`, `url`, `method`, and `now` in Unix seconds. An exception is a refusal. SDKs are imported when they are used: the short list of
requirements has three of them.
"""

from types import SimpleNamespace
from urllib.parse import parse_qsl

from standard import (
    accepts,
    anthropic,
    client,
    openai,
    polar,
    replicate,
    resend,
    sign_standard_webhooks,
    standard_webhooks,
    svix,
)


def github(delivery):
    from gidgethub.sansio import validate_event

    signature = delivery.headers["x-hub-signature-256"]
    validate_event(delivery.body.encode(), signature=signature, secret=delivery.secret)


def razorpay(delivery):
    from razorpay import Client

    signature = delivery.headers["x-razorpay-signature"]
    return Client(auth=("unused", "unused")).utility.verify_webhook_signature(delivery.body, signature, delivery.secret)


def coinbase(delivery):
    from coinbase_commerce.webhook import Webhook

    Webhook.construct_event(delivery.body, delivery.headers["x-cc-webhook-signature"], delivery.secret)


def adyen(delivery):
    from Adyen.util import is_valid_hmac_payload

    return is_valid_hmac_payload(delivery.headers["hmacsignature"], delivery.secret, delivery.body.encode())


def sign_adyen(delivery):
    from Adyen.util import generate_payload_sig

    return generate_payload_sig(delivery.body.encode(), delivery.secret).decode()


def adyen_standard(delivery):
    import json

    from Adyen.util import is_valid_hmac_notification

    return is_valid_hmac_notification(json.loads(delivery.body), delivery.secret)


def stripe(delivery):
    from stripe import Webhook

    Webhook.construct_event(delivery.body, delivery.headers["stripe-signature"], delivery.secret, api_key="unused")


def sign_stripe(delivery):
    from stripe import WebhookSignature

    header = WebhookSignature.generate_signature_header(delivery.body, delivery.secret, delivery.now)
    return header.split("v1=")[1]


def slack(delivery):
    from slack_sdk.signature import SignatureVerifier

    return SignatureVerifier(delivery.secret).is_valid_request(delivery.body, delivery.headers)


def sign_slack(delivery):
    from slack_sdk.signature import SignatureVerifier

    signature = SignatureVerifier(delivery.secret).generate_signature(timestamp=str(delivery.now), body=delivery.body)
    return signature.removeprefix("v0=")


def paddle(delivery):
    from paddle_billing.Notifications import Secret, Verifier

    headers = {"Paddle-Signature": delivery.headers["paddle-signature"]}
    return Verifier().verify(SimpleNamespace(headers=headers, body=delivery.body.encode()), Secret(delivery.secret))


def workos(delivery):
    webhooks = client("workos", "WorkOSClient", api_key="unused", client_id="unused").webhooks
    signature = delivery.headers["workos-signature"]
    webhooks.verify_header(event_body=delivery.body.encode(), event_signature=signature, secret=delivery.secret)


def elevenlabs(delivery):
    webhooks = client("elevenlabs", "ElevenLabs", api_key="unused").webhooks
    webhooks.construct_event(delivery.body, delivery.headers["elevenlabs-signature"], delivery.secret)


def retell(delivery):
    from retell.lib.webhook_auth import verify

    return verify(delivery.body, delivery.secret, delivery.headers["x-retell-signature"])


def sign_retell(delivery):
    from retell.lib.webhook_auth import symmetric

    return symmetric["sign"](delivery.body, delivery.secret, delivery.now * 1000).split("d=")[1]


def box(delivery):
    from box_sdk_gen.managers.webhooks import WebhooksManager

    secret = delivery.secret
    return WebhooksManager.validate_message(delivery.body, delivery.headers, secret, secondary_key=secret)


def twilio_form(delivery):
    """What a web framework gives to the SDK: a form with repeated names, or the text of a JSON body."""
    from multidict import MultiDict

    if "bodySHA256=" in delivery.url:
        return delivery.body
    return MultiDict(parse_qsl(delivery.body, keep_blank_values=True))


def twilio(delivery):
    from twilio.request_validator import SIGNATURE_SETTINGS_HEADER, RequestValidator, get_signature_algorithm

    algorithm = get_signature_algorithm(delivery.headers.get(SIGNATURE_SETTINGS_HEADER.lower()))
    signature = delivery.headers["x-twilio-signature"]
    return RequestValidator(delivery.secret).validate(delivery.url, twilio_form(delivery), signature, algorithm)


def sign_twilio(algorithm):
    def sign(delivery):
        from twilio.request_validator import RequestValidator

        form = twilio_form(delivery)
        form = {} if isinstance(form, str) else form
        return RequestValidator(delivery.secret).compute_signature(delivery.url, form, algorithm)

    return sign


def hubspot(delivery):
    from hubspot.utils.signature import Signature

    return Signature.is_valid(
        delivery.headers["x-hubspot-signature-v3"],
        delivery.secret,
        delivery.body,
        delivery.url,
        delivery.method,
        "v3",
        delivery.headers["x-hubspot-request-timestamp"],
    )


def sign_hubspot(delivery):
    from hubspot.utils.signature import Signature

    stamp = str(delivery.now * 1000)
    return Signature.get_signature(delivery.secret, delivery.body, "v3", delivery.url, delivery.method, stamp)


def square(delivery):
    from square.utils.webhooks_helper import verify_signature

    return verify_signature(
        request_body=delivery.body,
        signature_header=delivery.headers["x-square-hmacsha256-signature"],
        signature_key=delivery.secret,
        notification_url=delivery.url,
    )


def discord(delivery):
    from discord_interactions import verify_key

    signature, timestamp = delivery.headers["x-signature-ed25519"], delivery.headers["x-signature-timestamp"]
    return verify_key(delivery.body.encode(), signature, timestamp, delivery.secret)


def telnyx(delivery):
    webhooks = client("telnyx", "Telnyx", api_key="unused").webhooks
    webhooks.unwrap(delivery.body, headers=delivery.headers, key=delivery.secret)


def sendgrid(delivery):
    from sendgrid.helpers.eventwebhook import EventWebhook

    prefix = "x-twilio-email-event-webhook"
    signature, timestamp = delivery.headers[f"{prefix}-signature"], delivery.headers[f"{prefix}-timestamp"]
    return EventWebhook(delivery.secret).verify_signature(delivery.body, signature, timestamp)


def google_pubsub(delivery):
    """As in Google's documentation of push subscriptions, with the keys at hand."""
    from google.auth import jwt

    keys = {"k1": delivery.secret} if isinstance(delivery.secret, str) else delivery.secret
    scheme, token = delivery.headers["authorization"].split(" ")
    claims = jwt.decode(token, certs=keys, audience=delivery.url)
    email = delivery.email or "push@project.iam.gserviceaccount.com"
    known = claims["iss"] == "https://accounts.google.com" and claims["email"] == email
    return scheme == "Bearer" and known and claims["email_verified"] is True


SDKS = {
    "standard-webhooks": ("standardwebhooks", accepts(standard_webhooks), sign_standard_webhooks),
    "svix": ("svix", accepts(svix)),
    "openai": ("openai", accepts(openai)),
    "openai, a secret without prefix": ("openai", accepts(openai)),
    "anthropic": ("anthropic", accepts(anthropic)),
    "replicate": ("replicate", accepts(replicate)),
    # Clerk's documentation has Svix verify in Python.
    "clerk": ("svix", accepts(svix)),
    "resend": ("resend", accepts(resend)),
    # Supabase's documentation removes the `v1,` before it passes the secret to this package.
    "supabase-auth": ("standardwebhooks", accepts(lambda it: standard_webhooks(it, it.secret.removeprefix("v1,")))),
    "polar": ("polar-sdk", accepts(polar)),
    "polar, a secret whose text is the key": ("polar-sdk", accepts(polar)),
    "github": ("gidgethub", accepts(github)),
    "razorpay": ("razorpay", razorpay),
    "coinbase-commerce": ("coinbase-commerce", accepts(coinbase)),
    "adyen": ("Adyen", adyen, sign_adyen),
    "adyen-standard": ("Adyen", adyen_standard),
    "stripe": ("stripe", accepts(stripe), sign_stripe),
    "slack": ("slack-sdk", slack, sign_slack),
    "paddle": ("paddle-python-sdk", paddle),
    "workos": ("workos", accepts(workos)),
    "elevenlabs": ("elevenlabs", accepts(elevenlabs)),
    "retell": ("retell-sdk", retell, sign_retell),
    "box": ("boxsdk", box),
    "twilio": ("twilio", twilio, sign_twilio("HMAC_SHA1")),
    "twilio, JSON": ("twilio", twilio, sign_twilio("HMAC_SHA1")),
    "twilio, a shared key": ("twilio", twilio, sign_twilio("HMAC_SHA256")),
    "hubspot": ("hubspot-api-client", hubspot, sign_hubspot),
    "square": ("squareup", square),
    "discord": ("discord-interactions", discord),
    "telnyx": ("telnyx", accepts(telnyx)),
    "sendgrid": ("sendgrid", sendgrid),
    "google-pubsub": ("google-auth", google_pubsub),
}
