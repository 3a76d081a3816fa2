"""Constants that the senders publish themselves, with their sources."""

import base64

from .build import NOW


def published(preset, name, secret, headers, body, source, error=None, **more):
    """One published case."""
    out = {"name": name, "preset": preset, "official": True, "secret": secret, "secret_format": "utf8"}
    identity, note = more.pop("id", None), more.pop("note", None)
    now = more.pop("now", NOW)
    out.update(more)
    out["headers"] = [list(pair) for pair in headers]
    out["body_base64"] = base64.b64encode(body).decode()
    out["now"], out["expect"] = now, "reject" if error else "accept"
    if error:
        out["error"] = error
    if identity:
        out["id"] = identity
    out["source"] = source
    if note:
        out["note"] = note
    return out


_GO_PAGERDUTY = "https://github.com/PagerDuty/go-pagerduty/blob/3df5eb4e62dcdf897d37106578d7be6ad54449dc/webhookv3/webhookv3_test.go"
_PAGERDUTY_SECRET = "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK"
_PAGERDUTY_BODY = (
    b'{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident",'
    b'"occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV",'
    b'"self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,'
    b'"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2",'
    b'"html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road",'
    b'"service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH",'
    b'"self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},'
    b'"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G",'
    b'"self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],'
    b'"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE",'
    b'"self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},'
    b'"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0",'
    b'"self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],'
    b'"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM",'
    b'"self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high",'
    b'"conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}'
)


def _pagerduty(name, digits, body, error=None, **more):
    headers = [("X-PagerDuty-Signature", "v1=" + digits)] if digits else [("X-PagerDuty-Signature", "")]
    return published("pagerduty", name, _PAGERDUTY_SECRET, headers, body, _GO_PAGERDUTY, error, **more)


_PAGERDUTY_RIGHT = "0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd"
PAGERDUTY = [
    _pagerduty("go-sdk-valid", _PAGERDUTY_RIGHT, _PAGERDUTY_BODY, id="01BWDWL3NYY7LUFPZCC28QUCMK"),
    _pagerduty(
        "go-sdk-mismatch", "7020c8a7ec668a9b7012bc3dd82e483394b038f4230acc6785efbf2a7d8bcaf5", _PAGERDUTY_BODY, "no_matching_signature"
    ),
    _pagerduty("go-sdk-malformed-header", "", _PAGERDUTY_BODY, "missing_header"),
    _pagerduty("go-sdk-malformed-body", _PAGERDUTY_RIGHT, b"", "no_matching_signature"),
]

_ATLASSIAN_DIGITS = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
_ATLASSIAN = ("It's a Secret to Everybody", [("X-Hub-Signature", "sha256=" + _ATLASSIAN_DIGITS)])
_JIRA_DOCS = "https://developer.atlassian.com/cloud/jira/platform/webhooks/"
_BITBUCKET_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/"
JIRA = [published("jira", "docs-hello-world", *_ATLASSIAN, b"Hello World!", _JIRA_DOCS)]
BITBUCKET = [published("bitbucket", "docs-hello-world", *_ATLASSIAN, b"Hello World!", _BITBUCKET_DOCS)]

_RAZORPAY_SDK = "https://github.com/razorpay/razorpay-node/blob/master/test/utils/razorpay-utils.spec.js"
RAZORPAY = [
    published(
        "razorpay", "node-sdk-valid", "123456",
        [("X-Razorpay-Signature", "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc")],
        b'{"a":1,"b":2,"c":{"d":3}}', _RAZORPAY_SDK,
    )
]

_COINBASE_SDK = "https://github.com/coinbase/coinbase-commerce-node/blob/003e0194097e573ced628fcc87373aff62f052bd/test/testWebhook.spec.js"
_COINBASE_EVENT = "24934862-d980-46cb-9402-43c81b0cdba6"
_COINBASE_HEADERS = [("X-CC-Webhook-Signature", "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d")]
_COINBASE_BODY = (
    b'{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6",'
    b'"type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A",'
    b'"name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age",'
    b'"hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z",'
    b'"expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},'
    b'"pricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000",'
    b'"ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000",'
    b'"bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}'
)
_WRONG = "no_matching_signature"
COINBASE = [
    published(
        "coinbase-commerce", "node-sdk-valid", "30291a20-0bd1-4267-9b0f-e6e7b123c0bf", _COINBASE_HEADERS, _COINBASE_BODY, _COINBASE_SDK,
        id=_COINBASE_EVENT,
    ),
    published(
        "coinbase-commerce", "node-sdk-invalid-secret", "30291a20-0bd1-4267-9b0f-e6e7b123c0bg", _COINBASE_HEADERS, _COINBASE_BODY,
        _COINBASE_SDK, _WRONG,
    ),
]

_MUX_SDK = "https://github.com/muxinc/mux-node-sdk/blob/0b05091f283a5433880be53986e07acccbebad51/tests/api-resources/webhooks.test.ts"
_MUX_DIGITS = "854ece4c22acef7c66b57d4e504153bc512595e8e9c772ece2a68150548c19a7"


def _mux(name, members, body=b'{"test":"body"}', error=None, now=1565125718):
    headers = [("mux-signature", members)]
    return published("mux", "node-sdk-" + name, "SuperSecret123", headers, body, _MUX_SDK, error, now=now)


MUX = [
    _mux("valid", f"t=1565125718,v1={_MUX_DIGITS}"),
    _mux(
        "valid-nested", "t=1565125718,v1=bd315c24bce1c2b8ad325696f26530c8ef7d7d830afb7c1381903705d04607be",
        b'{"test":{"nested":{"nanos":718234, "seconds":1691711005}}}',
    ),
    _mux("outside-threshold", f"t=1565125718,v1={_MUX_DIGITS}", error="timestamp_too_old", now=1565125718 + 360),
    _mux("multiple-signatures", f"t=1565125718,v1=invalid-sig,v1={_MUX_DIGITS}"),
    _mux("different-version", f"t=1565125718,v2={_MUX_DIGITS}", error=_WRONG),
    _mux("two-versions", f"t=1565125718,v2={_MUX_DIGITS},v1={_MUX_DIGITS}"),
]

_SANITY_SDK = "https://github.com/sanity-io/webhook-toolkit/blob/0753ed1948ba318023237109530f6a2799091e6e/test/signature.test.ts"
_SANITY_TEXT = "tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N"


def _sanity(name, members, body=b'{"_id":"resume"}', error=None, secret="test", now=1633519811):
    headers = [("sanity-webhook-signature", members)]
    return published("sanity", "sdk-" + name, secret, headers, body, _SANITY_SDK, error, now=now)


SANITY = [
    _sanity("valid", f"t=1633519811129,v1={_SANITY_TEXT}0"),
    _sanity("other-timestamp", f"t=1633519811128,v1={_SANITY_TEXT}0", error=_WRONG),
    _sanity("other-hash", f"t=1633519811129,v1={_SANITY_TEXT}1", error=_WRONG),
    _sanity("other-payload", f"t=1633519811129,v1={_SANITY_TEXT}0", b'{"_id":"structure"}', _WRONG),
    _sanity("other-version", f"t=1633519811129,v5={_SANITY_TEXT}0", error=_WRONG),
    _sanity(
        "encoded", "t=1633518820676,v1=e7C9h2sfbFfc4V7TEz7PSOp4IoNzl0UdVsBV-1wgdeA", b'{"title":"GROQ-Hooks are neat"}',
        secret="try-me", now=1633518820,
    ),
]

_BOX_SDK = "https://github.com/box/box-node-sdk/blob/01672dba759d5a704c1ae4aeaab1cebcfcfd23c2/tests/lib/managers/webhooks-test.js"
_BOX_BODY = (
    b'{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file",'
    b'"name":"Test.txt"}}'
)
_BOX_TIME = 1577862000  # 2020-01-01T00:00:00-07:00


def _box(name, secret, version="1", algorithm="HmacSHA256", error=None, now=_BOX_TIME):
    headers = [
        ("box-delivery-id", "f96bb54b-ee16-4fc5-aa65-8c2d9e5b546f"), ("box-delivery-timestamp", "2020-01-01T00:00:00-07:00"),
        ("box-signature-algorithm", algorithm), ("box-signature-primary", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="),
        ("box-signature-secondary", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo="), ("box-signature-version", version),
    ]
    return published("box", "sdk-" + name, secret, headers, _BOX_BODY, _BOX_SDK, error, now=now)


BOX = [
    _box("both-keys", ["SamplePrimaryKey", "SampleSecondaryKey"]),
    _box("primary-key", "SamplePrimaryKey"),
    _box("secondary-key", "SampleSecondaryKey"),
    _box("incorrect-key", "IncorrectKey", error=_WRONG),
    _box("wrong-version", "SamplePrimaryKey", version="2", error=_WRONG),
    _box("wrong-algorithm", "SamplePrimaryKey", algorithm="WrongAlgorithm", error=_WRONG),
    _box("fifteen-minutes-late", "SamplePrimaryKey", error="timestamp_too_old", now=_BOX_TIME + 900),
]

_TWILIO_DOCS = "https://www.twilio.com/docs/usage/security#validating-requests"
TWILIO = [
    published(
        "twilio", "docs-form", "12345",
        [("X-Twilio-Signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="), ("Content-Type", "application/x-www-form-urlencoded")],
        b"Digits=1234&To=%2B18005551212&From=%2B12349013030&Caller=%2B12349013030&CallSid=CA1234567890ABCDE", _TWILIO_DOCS,
        method="POST", url="https://mycompany.com/myapp.php?foo=1&bar=2",
    ),
    *(
        published(
            "twilio", name, "12345", [("X-Twilio-Signature", signature), ("Content-Type", "application/x-www-form-urlencoded")],
            b"Digits=1234&CallSid=CA1234567890ABCDE&To=%2B18005551212&Caller=%2B14158675309&From=%2B14158675309",
            "twilio/twilio-python tests/unit/test_request_validator.py", method="POST", url=url + "/myapp.php?foo=1&bar=2",
        )
        for name, url, signature in [
            ("sdk-removes-port-on-https", "https://mycompany.com:1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("sdk-keeps-port-on-http", "http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
            ("sdk-adds-port-on-https", "https://mycompany.com", "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("sdk-adds-port-on-http", "http://mycompany.com", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ]
    ),
    *(
        published(
            "twilio", name, "12345", [("X-Twilio-Signature", signature), ("Content-Type", "application/x-www-form-urlencoded")],
            b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
            "twilio/twilio-node spec/validation.spec.js", method="POST", url=url,
        )
        for name, url, signature in [
            ("sdk-apostrophe", "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's+amazing", "dsq4Ehbj6cs+KdTkpF5sSSplOWw="),
            ("sdk-apostrophe-as-request-has-it", "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It%27s+amazing", "dsq4Ehbj6cs+KdTkpF5sSSplOWw="),
        ]
    ),
]

_OKTA_DOCS = "https://developer.okta.com/docs/guides/common-hook-set-up-steps/nodejs/main/#http-header-basic-authentication"
OKTA = [
    published(
        "okta", "docs-basic", "Basic YWRtaW46c3VwZXJzZWNyZXQ=", [("Authorization", "Basic YWRtaW46c3VwZXJzZWNyZXQ=")], b'{"eventId":"1"}',
        _OKTA_DOCS, note="the secret is the header's whole value",
    )
]
