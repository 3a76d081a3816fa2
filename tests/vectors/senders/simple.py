"""Senders whose signature is one HMAC of the body, as a table, and what is special about some of them."""

import json

from .build import NOW, Mac, Plain, case, derive, laid_out, official
from .published import BITBUCKET, COINBASE, JIRA, RAZORPAY

HEX, BASE64 = "hex", "base64"
UUID = "234d1a4e-b617-4388-90fe-adc3633d6b72"

# preset, about, place, digest, encoding, body, id, other headers
TABLE = [
    (
        "meta",
        "X-Hub-Signature-256 holds sha256= and the hex HMAC-SHA256 of the body under the app secret; WhatsApp and Instagram too. One "
        "body may hold several events. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads",
        Plain("X-Hub-Signature-256", "sha256="), "sha256", HEX,
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {}}]}]}, None, [],
    ),
    (
        "typeform",
        "Typeform-Signature holds sha256= and the base64 (not hex) HMAC-SHA256 of the body. "
        "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
        Plain("Typeform-Signature", "sha256="), "sha256", BASE64,
        {"event_id": "01HEXAMPLE0000000000000000", "event_type": "form_response", "form_response": {"form_id": "a1"}},
        "01HEXAMPLE0000000000000000", [],
    ),
    (
        "vercel",
        "x-vercel-signature holds the hex HMAC-SHA1 of the body. https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks",
        Plain("x-vercel-signature"), "sha1", HEX,
        {"id": "uev_1", "type": "deployment.created", "createdAt": 1700000000000, "payload": {}}, "uev_1", [],
    ),
    (
        "woocommerce",
        "X-WC-Webhook-Signature holds the base64 HMAC-SHA256 of the body; the key is the secret with HTML entities decoded "
        "(generate_signature in https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php). "
        "The ping of a new webhook is the form body webhook_id= without a signature (deliver_ping).",
        Plain("X-WC-Webhook-Signature"), "sha256", BASE64,
        {"id": 727, "status": "processing", "total": "29.35"}, None,
        [("X-WC-Webhook-Topic", "order.updated"), ("X-WC-Webhook-Delivery-ID", "1f3a")],
    ),
    (
        "intercom",
        "X-Hub-Signature holds sha1= and the hex HMAC-SHA1 of the body under the app's client secret. "
        "https://developers.intercom.com/docs/webhooks/webhook-notifications",
        Plain("X-Hub-Signature", "sha1="), "sha1", HEX,
        {"type": "notification_event", "id": "notif_1", "topic": "conversation.user.created", "data": {}}, "notif_1", [],
    ),
    (
        "sentry",
        "Sentry-Hook-Signature holds the hex HMAC-SHA256 of the body under the integration's client secret; Request-ID and "
        "Sentry-Hook-Timestamp are not signed. https://docs.sentry.io/integrations/integration-platform/webhooks/",
        Plain("Sentry-Hook-Signature"), "sha256", HEX,
        {"action": "created", "data": {"issue": {"id": "1"}}, "installation": {"uuid": "a8e5"}}, None,
        [("Request-ID", UUID), ("Sentry-Hook-Resource", "issue"), ("Sentry-Hook-Timestamp", "1")],
    ),
    (
        "notion",
        "X-Notion-Signature holds sha256= and the hex HMAC-SHA256 of the body; the key is the verification_token of the first request. "
        "https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended",
        Plain("X-Notion-Signature", "sha256="), "sha256", HEX,
        {"id": "367cba44-b6f3-4c92-81e7-6a2e9659efd4", "type": "page.created", "attempt_number": 1},
        "367cba44-b6f3-4c92-81e7-6a2e9659efd4", [],
    ),
    (
        "heygen",
        "Heygen-Signature holds the hex HMAC-SHA256 of the body, the key is the endpoint's whsec_ secret as text; Heygen-Timestamp and "
        "Heygen-Event-Id are not signed; older webhooks have the header Signature. https://developers.heygen.com/docs/webhooks",
        Plain("Heygen-Signature"), "sha256", HEX,
        {"event_type": "avatar_video.success", "event_data": {"video_id": "v_1", "callback_id": "job_1"}}, None,
        [("Heygen-Timestamp", str(NOW - 9000)), ("Heygen-Event-Id", "evt_1")],
    ),
    (
        "bfl",
        "X-BFL-Signature holds sha256= and the hex HMAC-SHA256 of the body under the request's webhook_secret; id is the task's. "
        "https://github.com/black-forest-labs/skills (skills/bfl-api/references/webhook-integration.md)",
        Plain("X-BFL-Signature", "sha256="), "sha256", HEX,
        {"id": "gen_1", "status": "Ready", "result": {"sample": "https://example.com/1.png"}}, None, [],
    ),
    (
        "coinbase-commerce",
        "X-CC-Webhook-Signature holds the hex HMAC-SHA256 of the body. "
        "https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security",
        Plain("X-CC-Webhook-Signature"), "sha256", HEX,
        {"attempt_number": 1, "event": {"id": "24934862-d980-46cb-9402-43c81b0cdba6", "type": "charge:created"}, "id": 1},
        "24934862-d980-46cb-9402-43c81b0cdba6", [],
    ),
    (
        "razorpay",
        "X-Razorpay-Signature holds the hex HMAC-SHA256 of the body; x-razorpay-event-id is not signed. "
        "https://razorpay.com/docs/webhooks/validate-test/",
        Plain("X-Razorpay-Signature"), "sha256", HEX,
        {"entity": "event", "event": "payment.captured", "created_at": 1700000000}, None, [("x-razorpay-event-id", "evt_1")],
    ),
    (
        "bitbucket",
        "X-Hub-Signature holds sha256= (not sha1=) and the hex HMAC-SHA256 of the body; X-Request-UUID is not signed. "
        "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks",
        Plain("X-Hub-Signature", "sha256="), "sha256", HEX,
        {"push": {"changes": []}, "repository": {"full_name": "example/example"}}, None,
        [("X-Event-Key", "repo:push"), ("X-Request-UUID", UUID)],
    ),
    (
        "jira",
        "X-Hub-Signature holds method= (sha256 today) and the hex HMAC of the body; X-Atlassian-Webhook-Identifier is the same across "
        "retries and not signed. https://developer.atlassian.com/cloud/jira/platform/webhooks/",
        Plain("X-Hub-Signature", "sha256="), "sha256", HEX,
        {"timestamp": 1700000000000, "webhookEvent": "jira:issue_created", "issue": {"id": "10002"}}, None,
        [("X-Atlassian-Webhook-Identifier", UUID)],
    ),
]


def mac_of(row):
    preset, about, place, digest, encoding, body, identity, headers = row
    compact = json.dumps(body, separators=(",", ":")).encode()
    secret = f"a made-up secret of {preset}" if preset != "heygen" else "whsec_made_up_and_not_decoded"
    return Mac(preset, about, secret, compact, place, digest=digest, encoding=encoding, id=identity, headers=tuple(headers))


def signed(mac, body, secret=None):
    return laid_out(mac, None, [mac.sign(None, body, secret)])


def without_id(made):
    return {key: value for key, value in made.items() if key != "id"}


def meta(mac):
    odd = '{"object":"page","entry":[{"id":"1","text":"\\u00e4 / < @"}]}'.encode()
    return [
        *official("meta", "meta", "computed"),
        case(mac, "escaped-unicode", signed(mac, odd), odd, note="signed as it is sent, with its escapes"),
    ]


def typeform(mac):
    digest = mac.sign(None, mac.body, encoding="hex")
    return [case(mac, "hex-after-the-prefix", [("Typeform-Signature", "sha256=" + digest)], mac.body, "no_matching_signature")]


def vercel(mac):
    other = Mac(mac.preset, "", mac.secret, mac.body, mac.place)
    return [
        *official("vercel", "vercel", "computed", ids="uev_1"),
        case(mac, "sha256-instead-of-sha1", signed(other, mac.body), mac.body, "no_matching_signature"),
    ]


def woocommerce(mac):
    ping = b"webhook_id=5"
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    return [case(mac, "ping-without-a-signature", form, ping, "missing_header", note="sent when a webhook is saved; needs a 200")]


def intercom(mac):
    other = Mac(mac.preset, "", mac.secret, mac.body, Plain("X-Hub-Signature", "sha256="))
    no_id = b'{"type":"notification_event","topic":"ping","id":null}'
    return [
        *official("intercom", "intercom", "computed"),
        case(mac, "sha256-instead-of-sha1", signed(other, mac.body), mac.body, "no_matching_signature"),
        without_id(case(mac, "id-is-null", signed(mac, no_id), no_id, note="the id is a hash")),
    ]


def sentry(mac):
    spaced = json.dumps(json.loads(mac.body)).encode()
    old = [("Sentry-Hook-Timestamp", str(NOW - 9000)), *signed(mac, mac.body)[:1]]
    return [
        case(mac, "body-serialised-again", signed(mac, mac.body), spaced, "no_matching_signature"),
        case(mac, "unsigned-time-old", old, mac.body, note="the header is not signed and does not count"),
    ]


def notion(mac):
    first = b'{"verification_token":"secret_made_up_and_not_a_key"}'
    return [case(mac, "first-request", [], first, "missing_header", note="brings the token; a handshake, never an event")]


def heygen(mac):
    known = Mac("heygen", "", "hg_test_secret", b'{"status":"completed","id":"job_1"}', mac.place)
    digits = "a8158bc6f334aa44e71f4bc6cc32ca45a657bcc9edb3aeeee0cf25ad026b5350"
    assert known.sign(None, known.body) == digits
    older = [("Signature", mac.sign(None, mac.body))]
    return [
        case(known, "short", laid_out(known, None, [digits]), known.body),
        case(mac, "older-header", older, mac.body),
        case(mac, "older-header-of-another-body", [("Signature", mac.sign(None, b"{}"))], mac.body, "no_matching_signature"),
    ]


def hub(vectors):
    def more(mac):
        sha1 = Mac(mac.preset, "", mac.secret, mac.body, Plain("X-Hub-Signature", "sha1="), digest="sha1")
        return [
            *vectors,
            case(mac, "sha1", signed(sha1, mac.body), mac.body, "no_matching_signature", note="another method is not taken"),
        ]

    return more


def jira(mac):
    return [*official("jira", "atlassian", "computed"), *hub(JIRA)(mac)]


MORE = {
    "meta": meta, "typeform": typeform, "vercel": vercel, "woocommerce": woocommerce, "intercom": intercom, "sentry": sentry,
    "notion": notion, "heygen": heygen, "bitbucket": hub(BITBUCKET), "jira": jira,
    "coinbase-commerce": lambda mac: COINBASE, "razorpay": lambda mac: RAZORPAY,
}


def vapi():
    mac = Mac(
        "vapi",
        "Vapi has no fixed signature: the server's secret is sent as X-Vapi-Secret and compared "
        "(https://docs.vapi.ai/server-url/server-authentication). HMAC is a custom credential whose header, payload and time are "
        "configured; its defaults are x-signature, x-timestamp and {timestamp}.{body}. The x-vapi-signature cases assume the header "
        "x-vapi-signature, SHA-256, hex, and the body alone as payload, as https://trigger.dev/docs/webhooks/providers/vapi asks for.",
        "a made-up secret of vapi",
        b'{"message":{"type":"end-of-call-report","call":{"id":"1"}}}',
        Plain("x-vapi-signature"),
    )
    token, good = ("X-Vapi-Secret", mac.secret), mac.sign(None, mac.body)
    return mac.about, [
        *derive(mac),
        case(mac, "token-alone", [token], mac.body, "missing_header", note="policy: a token proves nothing about the body"),
        case(mac, "token-and-signature", [("x-vapi-signature", good), token], mac.body),
        case(
            mac, "token-right-signature-wrong", [("x-vapi-signature", mac.sign(None, b"{}")), token], mac.body,
            "no_matching_signature",
        ),
    ]


def table_sender(row):
    def sender():
        mac = mac_of(row)
        return mac.about, [*MORE.get(mac.preset, lambda _mac: [])(mac), *derive(mac)]

    return sender


ALL = [*(table_sender(row) for row in TABLE), vapi]
