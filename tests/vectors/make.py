"""Writes tests/vectors/<preset>.json: python3 tests/vectors/make.py [--check]

Independent of the Rust code. Nothing is random, so the files are the same each time. Needs `cryptography` for the senders
with public keys.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from senders import body, described, keys, members, oidc, simple, stamped, standard, url  # noqa: E402

FOLDER = Path(__file__).parent
FAMILIES = [body, simple, stamped, members, url, keys, oidc, standard, described]


def text(about, cases):
    """One case a line, so that a change shows as one."""
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    return f'{{\n "about": {json.dumps(about, ensure_ascii=False)},\n "cases": [\n{lines}\n ]\n}}\n'


def main(check):
    stale = []
    for sender in (sender for family in FAMILIES for sender in family.ALL):
        about, cases = sender()
        path = FOLDER / f"{cases[0]['preset']}.json"
        written = text(about, cases)
        if check and (not path.exists() or path.read_text("utf-8") != written):
            stale.append(path.name)
        elif not check:
            path.write_text(written, "utf-8")
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; to fix: python3 tests/vectors/make.py")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
