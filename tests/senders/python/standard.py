"""SDKs of the senders that sign as Standard Webhooks do, and what all SDKs are called by."""

import datetime
import functools
import importlib


def accepts(act):
    """For an SDK that raises, and returns the event."""

    def verify(delivery):
        act(delivery)
        return True

    return verify


@functools.cache
def client(module, name, **options):
    """An API client, whose constructor is slow. It requires keys, but no test calls an API."""
    return getattr(importlib.import_module(module), name)(**options)


def standard_webhooks(delivery, secret=None):
    from standardwebhooks import Webhook

    Webhook(secret or delivery.secret).verify(delivery.body, delivery.headers)


def sign_standard_webhooks(delivery):
    from standardwebhooks import Webhook

    now = datetime.datetime.fromtimestamp(delivery.now, datetime.timezone.utc)
    return Webhook(delivery.secret).sign(delivery.id, now, delivery.body).removeprefix("v1,")


def svix(delivery):
    from svix import Webhook

    Webhook(delivery.secret).verify(delivery.body, delivery.headers)


def openai(delivery):
    webhooks = client("openai", "OpenAI", api_key="unused").webhooks
    webhooks.unwrap(delivery.body, delivery.headers, secret=delivery.secret)


def anthropic(delivery):
    webhooks = client("anthropic", "Anthropic", api_key="unused").beta.webhooks
    webhooks.unwrap(delivery.body, headers=delivery.headers, key=delivery.secret)


def replicate(delivery):
    from replicate.webhook import Webhooks, WebhookSigningSecret

    Webhooks.validate(headers=delivery.headers, body=delivery.body, secret=WebhookSigningSecret(key=delivery.secret))


def resend(delivery):
    from resend import Webhooks

    prefix = "svix" if "svix-id" in delivery.headers else "webhook"
    headers = {part: delivery.headers.get(f"{prefix}-{part}") for part in ("id", "timestamp", "signature")}
    Webhooks.verify({"payload": delivery.body, "headers": headers, "webhook_secret": delivery.secret})


def polar(delivery):
    from polar.webhooks import PolarWebhookUnknownTypeError, validate_event

    try:
        validate_event(delivery.body, delivery.headers, delivery.secret, frozenset(), dict)
    except PolarWebhookUnknownTypeError:
        pass  # no type is known here; it reads the type after the signature has matched
