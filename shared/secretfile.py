"""A private key in a file: written once, readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from shared.latest import sync_folder


class Exposed(Exception):
    """Others may read the file: the key in it is no secret any more."""


def write_secret(path: Path, text: str) -> None:
    """A new file with mode 0400, whole and on the disk when it has its name. Raises FileExistsError."""
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as handle:
        handle.write(text + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    try:
        path.hardlink_to(making)
    finally:
        making.unlink()
    sync_folder(path.parent)


def read_secret(path: Path) -> str:
    """Raises Exposed, FileNotFoundError."""
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise Exposed(f"{path}: mode {mode:04o}, at most 0600")
    return path.read_text("utf-8").removesuffix("\n")
