"""More senders that sign a timestamp: in one header of members, and in a header of its own."""

from .build import NOW, Mac, Members, Named, Plain, Time, case, derive, iso, iso_nanos, iso_west, laid_out, millis
from .published import BOX, SANITY
from .stamped import dotted

JOB = b'{"status":"completed","id":"job_1"}'


def known(mac, secret, body, value):
    """A case whose header was computed elsewhere before."""
    other = Mac(mac.preset, "", secret, body, mac.place, mac.message, encoding=mac.encoding, time=mac.time)
    time = mac.time.write(NOW)
    headers = laid_out(other, time, [other.sign(time, body)])
    assert headers[0][1] == value, headers
    return case(other, "short", headers, body)


def calendly():
    mac = Mac(
        "calendly",
        "Calendly-Webhook-Signature: t=,v1= holds the hex HMAC-SHA256 of t.body under the subscription's signing key; Calendly's sample "
        "allows 180 s, the preset 300 s. https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
        "a made-up signing key of calendly",
        b'{"event":"invitee.created","created_at":"2023-11-14T22:13:20.000000Z","payload":{"email":"test@example.com"}}',
        Members("Calendly-Webhook-Signature", "t", "v1", repeats=False),
        dotted,
        time=Time(),
    )
    return mac.about, derive(mac)


def workos():
    mac = Mac(
        "workos",
        "WorkOS-Signature: t=, v1= holds the hex HMAC-SHA256 of t.body; t is in milliseconds; WorkOS' SDK refuses after 180 s, the "
        "preset after 300 s. https://github.com/workos/workos-node/blob/main/src/webhooks/webhooks.ts",
        "a made-up secret of workos",
        b'{"id":"wh_123","event":"dsync.user.created","data":{"id":"directory_user_1","object":"directory_user"}}',
        Members("WorkOS-Signature", "t", "v1", ", ", repeats=False),
        dotted,
        time=Time(millis),
        id="wh_123",
    )
    return mac.about, derive(mac)


def elevenlabs():
    mac = Mac(
        "elevenlabs",
        "ElevenLabs-Signature: t=,v0= holds the hex HMAC-SHA256 of t.body; the key is the whole secret as text; 1800 s. "
        "https://github.com/elevenlabs/elevenlabs-js/blob/main/src/wrapper/webhooks.ts",
        "wsec_made_up_and_not_decoded",
        b'{"type":"post_call_transcription","event_timestamp":1700000000,"data":{"conversation_id":"conv_1"}}',
        Members("ElevenLabs-Signature", "t", "v0", repeats=False),
        dotted,
        time=Time(tolerance=1800),
    )
    value = "t=1700000000,v0=e8f124aef21e3a45c546b9061737f05fba330da95332c136c5e1005ea2567d99"
    return mac.about, [known(mac, "wsec_test", JOB, value), *derive(mac)]


def openrouter():
    mac = Mac(
        "openrouter",
        "X-OpenRouter-Signature: t=,v1= holds the hex HMAC-SHA256 of t,body (a comma, not a dot); X-OpenRouter-Idempotency-Key is not "
        "signed. https://openrouter.ai/docs/cookbook/video-generation/video-generation-webhooks",
        "a made-up secret of openrouter",
        b'{"type":"video.generation.completed","data":{"id":"job_1"}}',
        Members("X-OpenRouter-Signature", "t", "v1", repeats=False),
        lambda time, body: time.encode() + b"," + body,
        time=Time(),
        headers=(("X-OpenRouter-Idempotency-Key", "job_1"),),
    )
    value = "t=1700000000,v1=4ae81139911fef6961c59e43e0bb3a381e6c24f95537bb78b01ef323f140b1cc"
    dot = Mac(mac.preset, "", mac.secret, mac.body, mac.place, dotted, time=mac.time)
    with_dot = laid_out(dot, str(NOW), [dot.sign(str(NOW), mac.body)])
    return mac.about, [
        known(mac, "or_test_secret", JOB, value),
        *derive(mac),
        case(mac, "dot-for-the-comma", with_dot, mac.body, "no_matching_signature"),
    ]


def retell():
    mac = Mac(
        "retell",
        "x-retell-signature: v=,d= holds the time in milliseconds and the hex HMAC-SHA256 of body and time, without a separator; the key "
        "is the API key; 300 s both ways. https://github.com/RetellAI/retell-typescript-sdk/blob/main/src/lib/webhook_auth.ts",
        "key_made_up_of_retell",
        b'{"event":"call_ended","call":{"call_id":"call_1"}}',
        Members("x-retell-signature", "v", "d", repeats=False),
        lambda time, body: body + time.encode(),
        time=Time(millis),
    )
    value = "v=1700000000000,d=7a651a6d245fe2d00e6259a535150920113f2e9ffc585605e5f56804a2b36d8f"
    return mac.about, [known(mac, "key_test", JOB, value), *derive(mac)]


def sanity():
    mac = Mac(
        "sanity",
        "sanity-webhook-signature: t=,v1= holds the base64url HMAC-SHA256 of t.body without padding; t is in milliseconds; Sanity's SDK "
        "checks no age, the preset 300 s; idempotency-key is not signed. https://github.com/sanity-io/webhook-toolkit",
        "a made-up secret of sanity",
        b'{"_id":"post-1","_type":"post","title":"What next?"}',
        Members("sanity-webhook-signature", "t", "v1", repeats=False),
        dotted,
        encoding="base64url",
        time=Time(millis),
        headers=(("idempotency-key", "key-1"),),
    )
    time = millis(NOW)
    standard = laid_out(mac, time, [mac.sign(time, mac.body, encoding="base64")])
    return mac.about, [*SANITY, *derive(mac), case(mac, "standard-base64", standard, mac.body, "no_matching_signature")]


def webflow():
    mac = Mac(
        "webflow",
        "x-webflow-signature holds the hex HMAC-SHA256 of t:body; t is x-webflow-timestamp in milliseconds; the key is the webhook's "
        "secretKey or the OAuth client secret. Webhooks made in the dashboard before April 2025 are not signed. "
        "https://github.com/webflow/js-webflow-api/blob/master/src/wrapper/WebhooksClient.ts",
        "a made-up secret of webflow",
        b'{"triggerType":"form_submission","payload":{"name":"Contact","id":"1"}}',
        Plain("x-webflow-signature"),
        lambda time, body: time.encode() + b":" + body,
        time=Time(millis, header="x-webflow-timestamp"),
    )
    return mac.about, derive(mac)


def zendesk():
    mac = Mac(
        "zendesk",
        "X-Zendesk-Webhook-Signature holds the base64 HMAC-SHA256 of the text of X-Zendesk-Webhook-Signature-Timestamp (ISO 8601) and "
        "the body, without a separator. https://developer.zendesk.com/documentation/webhooks/verifying/",
        "a made-up secret of zendesk",
        b'{"type":"zen:event-type:ticket.created","id":"2b1c","subject":"zen:ticket:1"}',
        Plain("X-Zendesk-Webhook-Signature"),
        lambda time, body: time.encode() + body,
        encoding="base64",
        time=Time(iso, header="X-Zendesk-Webhook-Signature-Timestamp"),
        headers=(("X-Zendesk-Webhook-Id", "01GJ"),),
    )
    empty = laid_out(mac, iso(NOW), [mac.sign(iso(NOW), b"")])
    return mac.about, [*derive(mac), case(mac, "signed-without-a-body", empty, b"", note="a GET or DELETE webhook has none")]


def twitch():
    identity = "befa7b53-d79d-478f-86b9-120f112b044e"
    mac = Mac(
        "twitch",
        "Twitch-Eventsub-Message-Signature holds sha256= and the hex HMAC-SHA256 of Twitch-Eventsub-Message-Id, "
        "Twitch-Eventsub-Message-Timestamp (RFC 3339, nanoseconds) and the body, without separators; ten minutes. "
        "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message",
        "a made-up secret of twitch",
        b'{"subscription":{"type":"channel.follow"},"event":{"user_id":"1"}}',
        Plain("Twitch-Eventsub-Message-Signature", "sha256="),
        lambda time, body: identity.encode() + time.encode() + body,
        time=Time(iso_nanos, 600, "Twitch-Eventsub-Message-Timestamp"),
        headers=(("Twitch-Eventsub-Message-Id", identity), ("Twitch-Eventsub-Message-Type", "notification")),
        id=identity,
    )
    time, kind = iso_nanos(NOW), ("Twitch-Eventsub-Message-Type", "notification")
    signature = ("Twitch-Eventsub-Message-Signature", "sha256=" + mac.sign(time, mac.body))
    stamp, name = ("Twitch-Eventsub-Message-Timestamp", time), "Twitch-Eventsub-Message-Id"
    whole = Mac("twitch", "", mac.secret, mac.body, mac.place)  # signs the bytes that it is given
    old = iso_nanos(NOW - 9000)
    split = ("Twitch-Eventsub-Message-Signature", "sha256=" + whole.sign(None, (identity + old + time).encode() + mac.body))
    return mac.about, [
        *derive(mac),
        case(mac, "id-missing", [stamp, signature, kind], mac.body, "missing_header"),
        case(mac, "id-changed", [(name, identity[:-1] + "f"), stamp, signature, kind], mac.body, "no_matching_signature"),
        case(
            mac, "id-that-holds-a-time", [(name, identity + old), stamp, split, kind], mac.body, "invalid_header",
            note="an old message whose body begins with a time, split another way",
        ),
    ]


def box():
    mac = Mac(
        "box",
        "BOX-SIGNATURE-PRIMARY and -SECONDARY hold the base64 HMAC-SHA256 of the body and the text of BOX-DELIVERY-TIMESTAMP, one for "
        "each of two keys; version 1, HmacSHA256; ten minutes; BOX-DELIVERY-ID is not signed. "
        "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
        "a made-up primary key of box",
        b'{"type":"webhook_event","id":"eb0c4e06-751f-442c-86f8-fd5bb404dbec","trigger":"FILE.UPLOADED"}',
        Named(("BOX-SIGNATURE-PRIMARY", "BOX-SIGNATURE-SECONDARY")),
        lambda time, body: body + time.encode(),
        encoding="base64",
        time=Time(iso_west, 600, "BOX-DELIVERY-TIMESTAMP"),
        headers=(("BOX-DELIVERY-ID", "f96b"), ("BOX-SIGNATURE-ALGORITHM", "HmacSHA256"), ("BOX-SIGNATURE-VERSION", "1")),
    )
    time = iso_west(NOW)
    good, bad = mac.sign(time, mac.body), mac.sign(time, b"{}")
    alone = [pair for pair in laid_out(mac, time, [bad, good]) if pair[0] != "BOX-SIGNATURE-PRIMARY"]
    bare = [pair for pair in laid_out(mac, time, [good]) if pair[0] != "BOX-SIGNATURE-VERSION"]
    return mac.about, [
        *BOX,
        *derive(mac),
        case(mac, "secondary-header-alone", alone, mac.body),
        case(mac, "version-missing", bare, mac.body, "missing_header", note="Box always sends it"),
    ]


ALL = [calendly, workos, elevenlabs, openrouter, retell, sanity, webflow, zendesk, twitch, box]
