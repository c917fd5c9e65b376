"""The one lock file in two parts: what the product runs on, then what only building and testing it needs.

`python -m deploy.lock ALL RUNTIME` writes requirements.lock from two compiled lists (see `make lock`);
`python -m deploy.lock` prints the first part, which is all that `make demo` and `make up` install.
"""

import re
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
TESTS = "# Only for building and testing:\n"


def entries(compiled: str) -> dict[str, str]:
    """Name of each package → its lines (version, marker, hashes)."""
    plain = compiled.replace(TESTS, "")
    found = re.split(r"^(?=[A-Za-z0-9])", plain, flags=re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in found if "==" in entry}


def parted(everything: str, runtime: str) -> str:
    """Every package once, those of `runtime` first."""
    of_all = entries(everything)
    first = [text for name, text in of_all.items() if name in entries(runtime)]
    rest = [text for name, text in of_all.items() if name not in entries(runtime)]
    return "".join([*first, TESTS, *rest])


def runtime_part(lock: str) -> str:
    return lock.partition(TESTS)[0]


if __name__ == "__main__":
    if len(sys.argv) == 3:
        everything, runtime = (Path(name).read_text("utf-8") for name in sys.argv[1:])
        LOCK.write_text(parted(everything, runtime), "utf-8")
    else:
        sys.stdout.write(runtime_part(LOCK.read_text("utf-8")))
