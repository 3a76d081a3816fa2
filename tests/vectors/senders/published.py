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
