"""Senders that sign the URL, and Adyen, which signs fields inside the body."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl, urlencode

from .build import NOW, Mac, Plain, Time, case, derive, laid_out, millis, official
from .published import TWILIO

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")


def square():
    url = "https://example.com/webhooks/square"
    mac = Mac(
        "square",
        "x-square-hmacsha256-signature holds the base64 HMAC-SHA256 of the notification URL and the body. "
        "https://developer.squareup.com/docs/webhooks/step3validate",
        "a made-up signature key of square",
        b'{"merchant_id":"MLEFBHHSJGVHD","type":"payment.created","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","data":{}}',
        Plain("x-square-hmacsha256-signature"),
        lambda _time, body: url.encode() + body,
        encoding="base64",
        request={"method": "POST", "url": url},
        id="ac3ac95b-f97d-458c-a6e6-18981597e05f",
    )
    good = laid_out(mac, None, [mac.sign(None, mac.body)])
    return mac.about, [
        *official("square", "square", "pass", "url-mismatch", ids="ac3ac95b-f97d-458c-a6e6-18981597e05f"),
        *official("square", "square", "special-characters"),
        *derive(mac),
        case(mac, "url-without-tls", good, mac.body, "no_matching_signature", url=url.replace("https", "http")),
        case(mac, "url-with-a-slash-more", good, mac.body, "no_matching_signature", url=url + "/"),
        case(mac, "url-with-a-query", good, mac.body, "no_matching_signature", url=url + "?a=1"),
    ]


def hubspot():
    url = "https://www.example.com/webhook_uri?x=1"

    def message(address=url, method="POST"):
        return lambda time, body: method.encode() + address.encode() + body + time.encode()

    mac = Mac(
        "hubspot",
        "X-HubSpot-Signature-v3 holds the base64 HMAC-SHA256 of method, URL, body and X-HubSpot-Request-Timestamp (milliseconds), "
        "without separators; some percent-escapes of the URL are decoded first; 300 s. v1 and v2 are no HMAC and not taken. One body "
        "holds several events. https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
        "a made-up client secret of hubspot",
        b'[{"eventId":1,"subscriptionId":12345,"subscriptionType":"contact.creation","objectId":123}]',
        Plain("X-HubSpot-Signature-v3"),
        message(),
        encoding="base64",
        time=Time(millis, header="X-HubSpot-Request-Timestamp"),
        request={"method": "POST", "url": url},
    )
    time, body = millis(NOW), mac.body
    good = laid_out(mac, time, [mac.sign(time, body)])
    plain, escaped = "https://www.example.com/a?to=b@c.d:e", "https://www.example.com/a?to=b%40c.d%3Ae"
    decoded = Mac("hubspot", "", mac.secret, body, mac.place, message(plain), encoding="base64", time=mac.time, request=mac.request)
    put = Mac("hubspot", "", mac.secret, body, mac.place, message(method="PUT"), encoding="base64", time=mac.time, request=mac.request)
    older = official("hubspot", "hubspot", "v1", "v2")
    for made in older:
        made.update(expect="reject", error="missing_header", note="a valid older signature; the preset takes v3 alone")
    return mac.about, [
        *official("hubspot", "hubspot", "v3"),
        *older,
        *derive(mac),
        case(mac, "url-changed", good, body, "no_matching_signature", url=url + "2"),
        case(mac, "method-changed", good, body, "no_matching_signature", method="PUT"),
        case(put, "method-put", laid_out(put, time, [put.sign(time, body)]), body, method="PUT"),
        case(
            decoded, "url-with-escapes", laid_out(decoded, time, [decoded.sign(time, body)]), body, url=escaped,
            note="%40 and %3A are decoded before the URL is signed",
        ),
    ]


def twilio_sign(token, url, form=b""):
    """URL and pairs sorted by name; the values of one name unique and sorted."""
    pairs = sorted(set(parse_qsl(form.decode(), keep_blank_values=True)))
    signed = url + "".join(name + value for name, value in pairs)
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), "sha1").digest()).decode()


def twilio():
    url, token = "https://example.com/twilio?foo=1&bar=2", "a made-up auth token of twilio"
    body = urlencode({"To": "+18005551212", "CallSid": "CA1", "Body": "a b&c=d\u00e4", "From": "+14158675309", "Empty": ""}).encode()
    mac = Mac(
        "twilio",
        "X-Twilio-Signature holds the base64 HMAC-SHA1 or HMAC-SHA256 of the URL and the form's pairs, sorted by name; where the URL carries "
        "bodySHA256, of the URL alone, and the body's hash must be that. https://www.twilio.com/docs/usage/security#validating-requests",
        token, body, Plain("X-Twilio-Signature"), request={"method": "POST", "url": url},
    )

    def at(name, form, error=None, signature=None, where=url, kind=FORM, **more):
        value = twilio_sign(token, where, form) if signature is None else signature
        return case(mac, name, [("X-Twilio-Signature", value), kind], form, error, url=where, **more)

    good = twilio_sign(token, url, body)
    wrong = "no_matching_signature"
    text = b'{"MessageSid":"SM1"}'
    hashed = "https://example.com/twilio?bodySHA256=" + hashlib.sha256(text).hexdigest()
    of_url = twilio_sign(token, hashed)
    sha256 = base64.b64encode(hmac.new(token.encode(), url.encode(), "sha256").digest()).decode()
    other = {"secret": "another made-up secret"}
    with_port = url.replace(".com", ".com:8443")
    event = hashlib.sha256((url + "A1").encode()).hexdigest()
    plain = "https://example.com/twilio?name=O'Neil"
    encoded, plain_event = plain.replace("'", "%27"), hashlib.sha256((plain + "A1").encode()).hexdigest()
    return mac.about, [
        *TWILIO,
        *official("twilio", "twilio", "node-form", "node-form-wrong-url", "node-json-bodysha256", "node-json-bodysha256-body-changed"),
        at("genuine", body),
        at("body-changed", body.replace(b"CA1", b"CA2"), wrong, good),
        at("pair-added", body + b"&More=1", wrong, good),
        at("pair-removed", body.replace(b"&Empty=", b""), wrong, good),
        at("pairs-in-another-order", b"&".join(reversed(body.split(b"&"))), None, good, note="the pairs are sorted"),
        at("wrong-secret", body, wrong, good, **other),
        at("second-of-two-secrets", body, None, good, secret=["another made-up secret", token]),
        case(mac, "signature-header-missing", [FORM], body, "missing_header"),
        at("signature-unpadded", body, wrong, good.rstrip("=")),
        at("signature-hex", body, wrong, base64.b64decode(good).hex()),
        at("signature-with-a-wrong-prefix", body, wrong, "sha1=" + good),
        at("signature-sha256", b"", None, sha256, note="what a webhook rule's setting makes, in the same header"),
        at("signature-sha256-of-another-url", b"", wrong, sha256, where=url + "3"),
        at("signature-sha256-wrong-secret", b"", wrong, sha256, **other),
        case(mac, "url-changed", [("X-Twilio-Signature", good), FORM], body, wrong, url=url + "3"),
        at("port-not-signed", b"A=1", None, twilio_sign(token, url, b"A=1"), with_port, id=event, note="the event's id leaves the port out"),
        at("port-signed", b"A=1", None, None, with_port, id=event),
        at("port-implied", b"A=1", None, twilio_sign(token, url.replace(".com", ".com:443"), b"A=1"), id=event),
        at("port-implied-by-http", b"A=1", None, twilio_sign(token, url.replace("https", "http").replace(".com", ".com:80"), b"A=1"), url.replace("https", "http")),
        at("port-of-another-protocol", b"A=1", wrong, twilio_sign(token, url.replace(".com", ".com:80"), b"A=1")),
        at("port-of-another-url", b"A=1", wrong, twilio_sign(token, url.replace(".com", ".com:443"), b"A=1"), with_port),
        at("apostrophe-signed", b"A=1", None, twilio_sign(token, plain, b"A=1"), encoded, id=plain_event, note="parsers of URLs write %27 for it"),
        at("apostrophe-signed-with-the-port", b"A=1", None, twilio_sign(token, plain.replace(".com", ".com:443"), b"A=1"), encoded, id=plain_event),
        at("apostrophe-signed-as-it-came", b"A=1", None, None, plain, id=plain_event),
        at("apostrophe-encoded-and-signed", b"A=1", None, None, encoded, id=plain_event, note="the event's id has it plain"),
        at("apostrophe-signed-encoded", b"A=1", wrong, twilio_sign(token, encoded, b"A=1"), plain, note="no parser decodes it"),
        at("quotation-mark-signed", b"A=1", wrong, twilio_sign(token, plain.replace("'", '"'), b"A=1"), plain.replace("'", "%22")),
        at("form-empty", b"", note="the URL alone is signed"),
        at("name-repeated", b"Media=b&Media=a&Media=b&Sid=1", note="each value once, sorted"),
        at("names-sorted-by-case", b"b=1&B=2&a=3&A=4"),
        at("plus-is-a-space", b"Body=a+b", None, twilio_sign(token, url, b"Body=a%20b")),
        at("json", text, None, of_url, hashed, JSON),
        at("json-body-changed", text + b" ", wrong, of_url, hashed, JSON),
        at("json-without-a-hash", text, wrong, twilio_sign(token, url), url, JSON, note="nothing would protect the body"),
    ]


FIELDS = ["pspReference", "originalReference", "merchantAccountCode", "merchantReference", "value", "currency", "eventCode", "success"]


def adyen_item(key, signed=None, **changes):
    """An item of a standard webhook, signed; `changes` come after the signature, `signed` before it."""
    item = {
        "pspReference": "7914073381342284", "originalReference": "", "merchantAccountCode": "ExampleAccount",
        "merchantReference": "order-1", "amount": {"value": 1130, "currency": "EUR"}, "eventCode": "AUTHORISATION",
        "eventDate": "2023-11-14T22:13:20+01:00", "reason": "1234:7777:12/2030", "success": "true",
    }
    item.update(signed or {})
    flat = {**item, **item["amount"]}
    text = ":".join(str(flat[name]) for name in FIELDS)
    mac = hmac.new(bytes.fromhex(key), text.encode(), "sha256").digest()
    item["additionalData"] = {"hmacSignature": base64.b64encode(mac).decode()}
    return {**item, **changes}


def adyen_body(*items):
    wrapped = [{"NotificationRequestItem": item} for item in items]
    return json.dumps({"live": "false", "notificationItems": wrapped}, separators=(",", ":")).encode()


def adyen():
    key = "00112233445566778899AABBCCDDEEFF" * 2
    mac = Mac(
        "adyen",
        "HmacSignature holds the base64 HMAC-SHA256 of the body; the key is hex. Standard webhooks, with a signature inside, are adyen-standard. "
        "https://github.com/Adyen/adyen-node-api-library/blob/main/src/utils/hmacValidator.ts",
        key,
        b'{"type":"balancePlatform.transfer.created","environment":"test","data":{"id":"1"}}',
        Plain("HmacSignature"),
        encoding="base64",
        headers=(("Protocol", "HmacSHA256"),),
        secret_format="hex",
        key=bytes.fromhex,
    )
    wrong = "no_matching_signature"
    other = {"secret": "FF" * 32}

    made = [one for one in derive(mac) if one["name"] != "wrong-secret"]
    good = laid_out(mac, None, [mac.sign(None, mac.body)])
    return mac.about, [
        *official("adyen", "adyen", "balance-platform-header"),
        *made,
        case(mac, "wrong-secret", good, mac.body, wrong, **other),
        case(mac, "second-of-two-secrets", good, mac.body, secret=[other["secret"], key]),
        case(
            mac, "standard-webhook", [], adyen_body(adyen_item(key)), "missing_header",
            note="its signature is in the body, and covers eight fields: another scheme",
        ),
    ]


def adyen_standard():
    key = "00112233445566778899AABBCCDDEEFF" * 2
    mac = Mac(
        "adyen-standard",
        "additionalData.hmacSignature of the one notification item holds the base64 HMAC-SHA256 of eight of its fields, joined by colons without "
        "escapes; the key is hex. https://github.com/Adyen/adyen-node-api-library/blob/main/src/utils/hmacValidator.ts",
        key,
        b"",
        Plain("HmacSignature"),
        secret_format="hex",
    )
    wrong = "no_matching_signature"
    other = {"secret": "FF" * 32}
    item = adyen_item(key)

    def at(name, *items, error=None, **more):
        return case(mac, name, [], adyen_body(*items), error, **more)

    def text(name, old, new, error=wrong, **more):
        body = adyen_body(item)
        assert old.encode() in body, old
        return case(mac, name, [], body.replace(old.encode(), new.encode()), error, **more)

    event = hashlib.sha256(b"7914073381342284::ExampleAccount:order-1:1130:EUR:AUTHORISATION:true").hexdigest()
    return mac.about, [
        *official("adyen-standard", "adyen", "standard-notification"),
        at("genuine", item, id=event),
        at("wrong-secret", item, error=wrong, **other),
        at("second-of-two-secrets", item, secret=[other["secret"], key]),
        *[at(f"{name}-changed", {**item, name: "x"}, error=wrong) for name in FIELDS if name not in ("value", "currency")],
        at("value-changed", {**item, "amount": {"value": 1, "currency": "EUR"}}, error=wrong),
        at("currency-changed", {**item, "amount": {"value": 1130, "currency": "USD"}}, error=wrong),
        *[at(f"{name}-missing", {k: v for k, v in item.items() if k != name}, error=wrong) for name in ("pspReference", "amount", "success")],
        at("original-reference-missing", {k: v for k, v in item.items() if k != "originalReference"}, note="it counts as empty", id=event),
        at("signature-missing", adyen_item(key, additionalData={}), error=wrong),
        at("signature-hex", adyen_item(key, additionalData={"hmacSignature": "00" * 32}), error=wrong),
        at("unsigned-field-changed", adyen_item(key, reason="changed"), note="eight fields are signed, no others", id=event),
        at("reference-with-colons", adyen_item(key, {"merchantReference": "a:1:EUR"})),
        at("account-with-a-colon", adyen_item(key, {"merchantAccountCode": "a:b"}), error=wrong, note="policy: only one field may have colons"),
        at(
            "text-moved-to-the-next-field", {**item, "pspReference": "7914073381342284:", "originalReference": "ExampleAccount",
            "merchantAccountCode": "order-1", "merchantReference": "1130:EUR", "amount": {"value": "AUTHORISATION", "currency": "true"},
            "eventCode": "", "success": ""}, error=wrong,
        ),
        at("two-items", item, adyen_item(key), error=wrong, note="policy: Adyen sends one"),
        at("no-items", error=wrong),
        text("member-twice", '"success":"true"', '"success":"true","success":"false"'),
        text("member-twice-equal", '"success":"true"', '"success":"true","success":"true"'),
        text("member-of-another-case", '"success":"true"', '"success":"true","Success":"false"'),
        text("list-twice", '"live":"false"', '"notificationItems":[]'),
        text("value-as-text", '"value":1130', '"value":"1130"', None, note="the same signed text", id=event),
        text("value-with-a-fraction", '"value":1130', '"value":1130.0'),
        text("white-space", '"success":"true"', ' "success" : "true" ', None, note="the fields are signed, not the bytes", id=event),
        case(mac, "body-empty", [], b"", wrong),
        case(mac, "body-not-json", [], adyen_body(item)[:-1], wrong),
        case(mac, "signature-in-a-header", [("HmacSignature", item["additionalData"]["hmacSignature"])], adyen_body({**item, "additionalData": {}}), wrong),
    ]


ALL = [square, hubspot, twilio, adyen, adyen_standard]
