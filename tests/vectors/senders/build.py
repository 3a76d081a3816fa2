"""How the cases of a sender with a shared secret are derived from one description of it."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Optional, Union

NOW = 1700000000
COMPUTED = "computed with Python hmac/hashlib"
WRONG_SECRET = "another made-up secret"
OLDER = json.loads((Path(__file__).parent.parent / "providers.json").read_text("utf-8"))["cases"]


def official(preset, provider, *names, ids=None, skip_tolerance=False):
    """Cases of providers.json, under the name of their preset."""
    out = []
    for case in OLDER:
        if case["provider"] != provider or case["name"] not in names:
            continue
        case = {key: value for key, value in case.items() if key != "provider"}
        if skip_tolerance:
            case.pop("tolerance", None)
        case = {"name": "providers/" + case.pop("name"), "preset": preset, **case}
        case.setdefault("now", NOW)
        if ids and case["expect"] == "accept":
            case["id"] = ids
        out.append(case)
    assert len(out) == len(names), (preset, names)
    return out


def encode(mac, encoding):
    """A MAC or signature as text."""
    return {
        "hex": mac.hex(),
        "HEX": mac.hex().upper(),
        "base64": base64.b64encode(mac).decode(),
        "unpadded": base64.b64encode(mac).decode().rstrip("="),
        "base64url": base64.urlsafe_b64encode(mac).decode().rstrip("="),
        "padded-url": base64.urlsafe_b64encode(mac).decode(),
    }[encoding]


def seconds(at):
    return str(at)


def millis(at):
    return str(at * 1000)


def iso(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_nanos(at):
    return iso(at)[:-1] + ".000000000Z"


def iso_west(at):
    """Written at an offset of seven hours, as Box does."""
    return iso(at - 7 * 3600)[:-1] + "-07:00"


BAD_NUMBERS = {
    "letters": "yesterday", "leading-zero": "0{t}", "plus-sign": "+{t}", "fraction": "{t}.0", "exponent": "1.7e9",
    "negative": "-{t}", "beyond-64-bits": "99999999999999999999",
}
BAD_DATES = {
    "letters": "yesterday", "no-time": "2023-11-14", "no-offset": "2023-11-14T22:13:20", "no-such-day": "2023-02-30T22:13:20Z",
    "number": "1700000000",
}


@dataclass(frozen=True)
class Time:
    """A signed timestamp: how it is written, how far off it may be, and its header where it has one of its own."""

    write: Callable[[int], str] = seconds
    tolerance: int = 300
    header: Optional[str] = None

    def malformed(self):
        return BAD_NUMBERS if self.write in (seconds, millis) else BAD_DATES


@dataclass(frozen=True)
class Plain:
    """One header: a prefix and the signature, or a list of them."""

    header: str
    prefix: str = ""
    separator: Optional[str] = None

    def headers(self, _time, signatures, prefix=None):
        prefix = self.prefix if prefix is None else prefix
        return [(self.header, (self.separator or "").join(prefix + text for text in signatures))]

    def several(self):
        return self.separator is not None


@dataclass(frozen=True)
class Members:
    """One header of members: t=…,v1=…"""

    header: str
    time: str
    signature: str
    separator: str = ","
    repeats: bool = True

    def headers(self, time, signatures, prefix=None):
        name = self.signature if prefix is None else prefix
        times = time if isinstance(time, list) else [time]
        members = [f"{self.time}={text}" for text in times] + [f"{name}={text}" for text in signatures]
        return [(self.header, self.separator.join(members))]

    def several(self):
        return self.repeats


@dataclass(frozen=True)
class Numbered:
    """One header for each signature: X-DocuSign-Signature-1 and on."""

    header: str

    def headers(self, _time, signatures, prefix=None):
        return [(f"{self.header}{at + 1}", (prefix or "") + text) for at, text in enumerate(signatures)]

    def several(self):
        return True


@dataclass(frozen=True)
class Named:
    """One header for each signature, each with a name of its own."""

    names: tuple

    def headers(self, _time, signatures, prefix=None):
        return [(name, (prefix or "") + text) for name, text in zip(self.names, signatures)]

    def several(self):
        return True


@dataclass(frozen=True)
class Mac:
    """A sender that signs with HMAC."""

    preset: str
    about: str
    secret: str
    body: Union[bytes, Callable[[int], bytes]]
    place: Union[Plain, Members, Numbered, Named]
    message: Callable[[str, bytes], bytes] = lambda _time, body: body
    digest: str = "sha256"
    encoding: str = "hex"
    time: Optional[Time] = None
    id: Optional[str] = None
    headers: tuple = ()
    secret_format: str = "utf8"
    request: dict = field(default_factory=dict)
    key: Callable[[str], bytes] = lambda text: text.encode()

    def sign(self, time, body, secret=None, encoding=None):
        key = self.key(self.secret) if secret is None else secret.encode()
        mac = hmac.new(key, self.message(time, body), self.digest).digest()
        return encode(mac, encoding or self.encoding)

    def body_at(self, at=NOW):
        return self.body(at) if callable(self.body) else self.body


def case(mac, name, headers, body, error=None, *, now=NOW, note=None, **more):
    """One case; accepted unless it names an error."""
    out = {"name": name, "preset": mac.preset, "official": False, "secret": mac.secret, "secret_format": mac.secret_format}
    out.update(mac.request)
    out.update(more)
    out["headers"] = [list(pair) for pair in headers]
    out["body_base64"] = base64.b64encode(body).decode()
    out["now"] = now
    out["expect"] = "reject" if error else "accept"
    if error:
        out["error"] = error
    elif mac.id:
        out["id"] = mac.id
    out["source"] = COMPUTED
    if note:
        out["note"] = note
    return out


def laid_out(mac, time, signatures, prefix=None):
    """The headers of a request, the sender's other headers last."""
    out = list(mac.place.headers(time, signatures, prefix))
    if mac.time and mac.time.header and time is not None:
        out.insert(0, (mac.time.header, time))
    return out + list(mac.headers)


def changed(body):
    """The body with its middle bit turned."""
    at = len(body) // 2
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def bodies_and_secrets(mac):
    """The genuine delivery, and the ones whose body or secret is another."""
    time, body = mac.time.write(NOW) if mac.time else None, mac.body_at()
    headers = laid_out(mac, time, [mac.sign(time, body)])
    lower = [(name.lower(), value) for name, value in headers]
    yield case(mac, "genuine", headers, body)
    yield case(mac, "header-names-in-lower-case", lower, body)
    yield case(mac, "body-changed", headers, changed(body), "no_matching_signature")
    yield case(mac, "body-with-a-line-break-more", headers, body + b"\n", "no_matching_signature")
    yield case(mac, "body-empty", headers, b"", "no_matching_signature")
    yield case(mac, "wrong-secret", headers, body, "no_matching_signature", secret=WRONG_SECRET, secret_format="utf8")
    if mac.secret_format == "utf8":
        yield case(mac, "second-of-two-secrets", headers, body, secret=[WRONG_SECRET, mac.secret])


def signatures(mac):
    """The signature missing, spelled otherwise, shortened; several of them where the sender may send several."""
    time, body, place = mac.time.write(NOW) if mac.time else None, mac.body_at(), mac.place
    good, bad = mac.sign(time, body), mac.sign(time, body, WRONG_SECRET)
    none = [] if not (mac.time and mac.time.header) else [(mac.time.header, time)]
    yield case(mac, "signature-header-missing", none + list(mac.headers), body, "missing_header")
    spellings = {"hex": ["HEX", "base64"], "base64": ["unpadded", "hex"], "base64url": ["padded-url", "hex"]}[mac.encoding]
    for spelling in spellings:
        text = mac.sign(time, body, encoding=spelling)
        if text != good:
            name = {"HEX": "upper-case-hex", "padded-url": "padded"}.get(spelling, spelling)
            yield case(mac, f"signature-{name}", laid_out(mac, time, [text]), body, "no_matching_signature")
    yield case(mac, "signature-cut-short", laid_out(mac, time, [good[: len(good) // 2]]), body, "no_matching_signature")
    yield case(mac, "signature-of-another-secret", laid_out(mac, time, [bad]), body, "no_matching_signature")
    wrong = "v9" if isinstance(place, Members) else "sha512=" if getattr(place, "prefix", "") != "v0=" else "v9="
    yield case(mac, "signature-with-a-wrong-prefix", laid_out(mac, time, [good], wrong), body, "no_matching_signature")
    if getattr(place, "prefix", ""):
        yield case(mac, "signature-without-its-prefix", laid_out(mac, time, [good], ""), body, "no_matching_signature")
    if place.several():
        yield case(mac, "two-signatures-right-last", laid_out(mac, time, [bad, good]), body)
        yield case(mac, "two-signatures-right-first", laid_out(mac, time, [good, bad]), body)
        yield case(mac, "two-signatures-none-right", laid_out(mac, time, [bad, bad]), body, "no_matching_signature")


def ages(mac):
    """A signed timestamp at its tolerance and past it, malformed, missing, changed, twice."""
    if mac.time is None:
        return
    limit, write = mac.time.tolerance, mac.time.write
    for name, at, error in [
        ("oldest", NOW - limit, None), ("too-old", NOW - limit - 1, "timestamp_too_old"),
        ("newest", NOW + limit, None), ("too-new", NOW + limit + 1, "timestamp_too_new"),
    ]:
        body = mac.body_at(at)
        yield case(mac, f"time-{name}", laid_out(mac, write(at), [mac.sign(write(at), body)]), body, error)
    body = mac.body_at()
    other = {seconds: (millis, "timestamp_too_new"), millis: (seconds, "timestamp_too_old")}.get(write)
    if other:
        text = other[0](NOW)
        yield case(mac, "time-in-another-unit", laid_out(mac, text, [mac.sign(text, body)]), body, other[1])
    for name, text in mac.time.malformed().items():
        text = text.replace("{t}", write(NOW))
        yield case(mac, f"time-{name}", laid_out(mac, text, [mac.sign(text, body)]), body, "invalid_timestamp")
    good, text = mac.sign(write(NOW), body), write(NOW + 1)
    yield case(mac, "time-changed", laid_out(mac, text, [good]), body, "no_matching_signature")
    if isinstance(mac.place, Members):
        yield case(mac, "time-missing", laid_out(mac, [], [good]), body, "invalid_timestamp")
        twice = laid_out(mac, [write(NOW), write(NOW)], [good])
        yield case(mac, "time-twice", twice, body, "invalid_header")
        first = laid_out(mac, [write(NOW - 9000), write(NOW)], [good])
        yield case(mac, "time-twice-another-first", first, body, "invalid_header")
    else:
        headers = [pair for pair in laid_out(mac, write(NOW), [good]) if pair[0] != mac.time.header]
        yield case(mac, "time-missing", headers, body, "missing_header")


def derive(mac):
    """All cases that every sender with HMAC has."""
    return [*bodies_and_secrets(mac), *signatures(mac), *ages(mac)]
