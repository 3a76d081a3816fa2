"""Judges deliveries by the SDKs of `sdks.py`: one JSON object a line in, one out.

The first line out is the list of SDKs that are installed, with their versions. The clock stands at the delivery's `now`.
"""

import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace

import time_machine
from sdks import SDKS

# Some SDKs print why they refuse.
replies = os.fdopen(os.dup(1), "w")
sys.stdout = sys.stderr = open(os.devnull, "w")


def reply(value):
    replies.write(json.dumps(value) + "\n")
    replies.flush()


def installed():
    for name, (package, _, *sign) in SDKS.items():
        try:
            yield {"name": name, "package": package, "version": version(package), "signs": bool(sign)}
        except PackageNotFoundError:
            pass


def answer(delivery):
    _, verify, *sign = SDKS[delivery.sender]
    with time_machine.travel(delivery.now, tick=False):
        if delivery.act == "sign":
            return {"signature": sign[0](delivery)}
        return {"accepted": bool(verify(delivery))}


reply(list(installed()))
for line in sys.stdin:
    try:
        reply(answer(SimpleNamespace(**json.loads(line))))
    except Exception as error:  # an SDK refuses by raising whatever it raises
        reply({"accepted": False, "error": repr(error)})
