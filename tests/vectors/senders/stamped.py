"""Senders that sign a timestamp with the body."""

from .build import NOW, Mac, Members, Plain, Time, case, derive, laid_out, millis, official
from .published import MUX


def dotted(time, body):
    return time.encode() + b"." + body


def slack_message(time, body):
    return b"v0:" + time.encode() + b":" + body


def stripe():
    mac = Mac(
        "stripe",
        "Stripe-Signature: t=,v1= (several v1 while a secret rolls, v0 for test events) holds the hex HMAC-SHA256 of t.body; the key is "
        "the secret's text with whsec_. https://docs.stripe.com/webhooks?verify=verify-manually",
        "whsec_made_up_and_not_decoded",
        b'{\n  "id": "evt_1",\n  "object": "event",\n  "type": "charge.succeeded"\n}',
        Members("Stripe-Signature", "t", "v1"),
        dotted,
        time=Time(),
        id="evt_1",
    )
    time, good = str(NOW), mac.sign(str(NOW), mac.body)
    zero = [("Stripe-Signature", f"t={time},v1={good},v0={'0' * 64}")]
    only = [("Stripe-Signature", f"v0={good}")]
    plain = Mac("stripe", "", "made_up_and_not_decoded", mac.body, mac.place, dotted, time=mac.time)
    decoded = laid_out(mac, time, [plain.sign(time, mac.body)])
    no_id = b'{"object":"event","type":"charge.succeeded"}'
    many = {"name": "Stripe-Signature", "prefix": f"t={time}", "repeat": ",v1=" + "0" * 64, "count": 1025, "suffix": f",v1={good}"}
    unnamed = laid_out(mac, time, [mac.sign(time, no_id)])
    return mac.about, [
        *official("stripe", "stripe", "dotnet-fixture", "dotnet-fixture-too-old", "dotnet-fixture-appended", ids="evt_123"),
        *official("stripe", "stripe", "node-constants-multiple-v1", "future-timestamp", ids="evt_test_webhook"),
        *derive(mac),
        case(mac, "v0-beside-v1", zero, mac.body, note="other schemes are ignored"),
        case(mac, "v0-alone", [(only[0][0], f"t={time},{only[0][1]}")], mac.body, "no_matching_signature"),
        case(mac, "key-without-its-prefix", decoded, mac.body, "no_matching_signature", note="whsec_ is part of the key"),
        case(mac, "more-than-a-thousand-signatures", [], mac.body, "too_many_signatures", header_gen=[many], note="policy: 1024"),
        {key: value for key, value in case(mac, "body-without-an-id", unnamed, no_id, note="the id is a hash").items() if key != "id"},
    ]


def slack():
    mac = Mac(
        "slack",
        "X-Slack-Signature holds v0= and the hex HMAC-SHA256 of v0:t:body; t is X-Slack-Request-Timestamp, 300 s. "
        "https://docs.slack.dev/authentication/verifying-requests-from-slack",
        "made-up-signing-secret",
        b'{"type":"event_callback","event_id":"Ev08MFMKH6","event":{"type":"app_mention"}}',
        Plain("X-Slack-Signature", "v0="),
        slack_message,
        time=Time(header="X-Slack-Request-Timestamp"),
        id="Ev08MFMKH6",
    )
    return mac.about, [
        *official("slack", "slack", "docs-vector", "docs-vector-modified-body", "docs-vector-expired"),
        *derive(mac),
    ]


def zoom():
    mac = Mac(
        "zoom",
        "x-zm-signature holds v0= and the hex HMAC-SHA256 of v0:t:body; t is x-zm-request-timestamp. "
        "https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events",
        "made-up-secret-token",
        b'{"event":"meeting.started","event_ts":1700000000000,"payload":{"object":{"uuid":"4444AAAiAAAAAiAiAiiAii=="}}}',
        Plain("x-zm-signature", "v0="),
        slack_message,
        time=Time(header="x-zm-request-timestamp"),
    )
    return mac.about, [*official("zoom", "zoom", "computed"), *derive(mac)]


def paddle():
    mac = Mac(
        "paddle",
        "Paddle-Signature: ts=;h1= (several h1 while a secret rotates) holds the hex HMAC-SHA256 of ts:body. Paddle's SDKs refuse after "
        "5 s; the preset takes 300 s. https://developer.paddle.com/webhooks/signature-verification",
        "made-up-endpoint-secret",
        b'{"event_id":"evt_01h000000000000000000000000","event_type":"transaction.completed","notification_id":"ntf_01h1"}',
        Members("Paddle-Signature", "ts", "h1", ";"),
        lambda time, body: time.encode() + b":" + body,
        time=Time(),
        id="evt_01h000000000000000000000000",
    )
    five = official("paddle", "paddle", "boundary-5s", "boundary-6s", "reformatted-body", "valid", "multiple-h1")
    return mac.about, [*five, *derive(mac)]


def mux():
    mac = Mac(
        "mux",
        "Mux-Signature: t=,v1= holds the hex HMAC-SHA256 of t.body; 300 s. https://www.mux.com/docs/core/verify-webhook-signatures",
        "made-up-mux-secret",
        b'{"type":"video.asset.ready","id":"3a56ac3d-33da-4366-855b-f592d898409d","data":{"id":"asset-1"}}',
        Members("mux-signature", "t", "v1"),
        dotted,
        time=Time(),
        id="3a56ac3d-33da-4366-855b-f592d898409d",
    )
    return mac.about, [*MUX, *derive(mac)]


def linear():
    def body(at, stamp=None):
        text = millis(at) if stamp is None else stamp
        return b'{"action":"create","type":"Issue","data":{"id":"1"},"webhookTimestamp":' + text.encode() + b"}"

    mac = Mac(
        "linear",
        "Linear-Signature holds the hex HMAC-SHA256 of the body; the signed time is webhookTimestamp in the body, in milliseconds. "
        "Linear's SDK allows 60 s, the preset 300 s. https://linear.app/developers/webhooks#securing-webhooks",
        "made-up-linear-secret",
        body,
        Plain("Linear-Signature"),
        headers=(("Linear-Delivery", "234d1a4e-b617-4388-90fe-adc3633d6b72"), ("Linear-Event", "Issue")),
    )

    def at(name, body, error=None, **more):
        return case(mac, name, laid_out(mac, None, [mac.sign(None, body)]), body, error, **more)

    unsigned = [*laid_out(mac, None, [mac.sign(None, body(NOW))]), ("Linear-Timestamp", millis(NOW - 9000))]
    fresh = [*laid_out(mac, None, [mac.sign(None, body(NOW - 9000))]), ("Linear-Timestamp", millis(NOW))]
    return mac.about, [
        *official("linear", "linear", "computed"),
        *derive(mac),
        at("time-oldest", body(NOW - 300)),
        at("time-too-old", body(NOW - 301), "timestamp_too_old"),
        at("time-newest", body(NOW + 300)),
        at("time-too-new", body(NOW + 301), "timestamp_too_new"),
        at("time-in-another-unit", body(0, str(NOW)), "timestamp_too_old"),
        at("time-letters", body(0, '"yesterday"'), "invalid_timestamp"),
        at("time-missing", b'{"action":"create","type":"Issue","data":{"id":"1"}}', "invalid_timestamp"),
        at("body-not-json", b"action=create", "invalid_timestamp", note="the time cannot be read"),
        case(mac, "unsigned-time-header-old", unsigned, body(NOW), note="the header is not signed and does not count"),
        case(mac, "unsigned-time-header-fresh", fresh, body(NOW - 9000), "timestamp_too_old"),
    ]


ALL = [stripe, slack, zoom, paddle, mux, linear]
