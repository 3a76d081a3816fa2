"""Senders that sign the body and nothing else."""

from dataclasses import replace

from .build import Mac, Numbered, Plain, case, derive, laid_out, official
from .published import PAGERDUTY


def github():
    mac = Mac(
        "github",
        "X-Hub-Signature-256 holds sha256= and the hex HMAC-SHA256 of the body; X-GitHub-Delivery is not signed. "
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        "a made-up secret, with spaces in it",
        b'{"action":"opened","number":1,"repository":{"full_name":"example/example"}}',
        Plain("X-Hub-Signature-256", "sha256="),
        headers=(("X-GitHub-Event", "pull_request"), ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")),
    )
    sha1 = Mac("github", "", mac.secret, mac.body, Plain("X-Hub-Signature", "sha1="), digest="sha1", headers=mac.headers)
    older = laid_out(sha1, None, [sha1.sign(None, sha1.body)])
    good, wrong = laid_out(mac, None, [mac.sign(None, mac.body)]), laid_out(mac, None, [mac.sign(None, b"")])
    return mac.about, [
        *official("github", "github", "docs-hello-world", "docs-hello-world-tampered", "octokit-sign"),
        *derive(mac),
        case(mac, "sha1-alone", older, mac.body, "missing_header", note="the older header is never enough"),
        case(mac, "both-headers", older[:1] + good, mac.body, note="GitHub sends both"),
        case(mac, "sha1-right-sha256-wrong", older[:1] + wrong, mac.body, "no_matching_signature"),
        *chosen(mac, "beyond-ascii", "Zoë über 日本 🎉"),
        *chosen(mac, "with-an-equals-sign", "k3=pv{{x${7mY%A$B]q"),
    ]


def chosen(mac, name, secret):
    """A secret that a person or a password manager made up: any text is a key."""
    of = replace(mac, secret=secret)
    yield case(of, f"secret-{name}", laid_out(of, None, [of.sign(None, of.body)]), of.body)
    yield case(of, f"secret-{name}-and-wrong", laid_out(of, None, [mac.sign(None, of.body)]), of.body, "no_matching_signature")


def shopify():
    mac = Mac(
        "shopify",
        "X-Shopify-Hmac-Sha256, or the newer shopify-hmac-sha256, holds the base64 HMAC-SHA256 of the body under the app's client "
        "secret; nothing else is signed. https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
        "made-up-client-secret",
        b'{"id":820982911946154508,"email":"jon@example.com","total_price":"10.00"}',
        Plain("X-Shopify-Hmac-Sha256"),
        encoding="base64",
        headers=(("X-Shopify-Topic", "orders/create"), ("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")),
    )
    newer = [("shopify-hmac-sha256", mac.sign(None, mac.body)), ("shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")]
    changed = [("shopify-hmac-sha256", mac.sign(None, b"{}"))]
    return mac.about, [
        *official("shopify", "shopify", "computed", "computed-lowercase-header-new-style", "hex-instead-of-base64"),
        *derive(mac),
        case(mac, "newer-header", newer, mac.body),
        case(mac, "newer-header-of-another-body", changed, mac.body, "no_matching_signature"),
    ]


def docusign():
    mac = Mac(
        "docusign",
        "X-DocuSign-Signature-1 and on, one for each Connect key, hold the base64 HMAC-SHA256 of the body; the key is the secret's "
        "text; one that matches is enough. https://developers.docusign.com/platform/webhooks/connect/validate",
        "made-up+connect/key=",
        b'{"event":"envelope-completed","data":{"envelopeId":"11111111-2222-3333-4444-555555555555"}}',
        Numbered("X-DocuSign-Signature-"),
        encoding="base64",
    )
    good, bad = mac.sign(None, mac.body), mac.sign(None, b"{}")
    hole = [("X-DocuSign-Signature-2", good)]
    ten = [(f"X-DocuSign-Signature-{at}", bad) for at in range(1, 10)] + [("X-DocuSign-Signature-10", good)]
    return mac.about, [
        *official("docusign", "docusign", "computed"),
        *derive(mac),
        case(mac, "second-header-alone", hole, mac.body, note="policy: a number may be missing"),
        case(mac, "ten-signatures-right-last", ten, mac.body),
    ]


def pagerduty():
    mac = Mac(
        "pagerduty",
        "X-PagerDuty-Signature holds v1= and the hex HMAC-SHA256 of the body, several joined by commas while a secret rotates. "
        "https://developer.pagerduty.com/docs/28e906a0e4f36-verifying-signatures",
        "a-made-up-secret-of-pagerduty",
        b'{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.triggered","data":{"id":"PGR0VU2","type":"incident"}}}',
        Plain("X-PagerDuty-Signature", "v1=", ","),
        id="01BWDWL3NYY7LUFPZCC28QUCMK",
    )
    good = mac.sign(None, mac.body)
    mixed = [("X-PagerDuty-Signature", f"v0={good},v2={good},v1={good}")]
    inside = [("X-PagerDuty-Signature", f"v0=v1={good}")]
    return mac.about, [
        *PAGERDUTY,
        *derive(mac),
        case(mac, "unknown-versions-before-the-right-one", mixed, mac.body),
        case(mac, "version-inside-another-item", inside, mac.body, "no_matching_signature", note="an item is v1= from its start"),
    ]


ALL = [github, shopify, docusign, pagerduty]
