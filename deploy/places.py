"""Folders and the user for programs that refuse to run as root (PostgreSQL does)."""

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

SYSTEM_USER = "gongkai"
SHARED_CACHE = Path("/var/cache/gongkai")
SHARED_DATA = Path("/var/lib/gongkai")


def is_root() -> bool:
    """Whether this process may change its user."""
    return os.geteuid() == 0


def readable_place(folder: Path) -> Path:
    """`folder`, or for root /var/cache/gongkai when others cannot reach it (as under /root)."""
    if not is_root() or _open_to_all(folder):
        return folder
    SHARED_CACHE.mkdir(parents=True, exist_ok=True)
    SHARED_CACHE.chmod(0o755)
    return SHARED_CACHE


def writable_place(folder: Path) -> Path:
    """`folder` made and owned by the unprivileged user.

    As root in a place that others cannot reach (a checkout under /root), the data lives in
    /var/lib/gongkai under a name made from the path, and `folder` is a link to it.
    """
    if not is_root():
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    real = folder
    if not _open_to_all(folder.parent):
        name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
        real = SHARED_DATA / f"{folder.name}-{name}"
        SHARED_DATA.mkdir(parents=True, exist_ok=True)
        SHARED_DATA.chmod(0o755)
        if not folder.is_symlink():
            shutil.rmtree(real, ignore_errors=True)
            folder.symlink_to(real)
    real.mkdir(exist_ok=True)
    user = unprivileged_user()
    os.chown(real, user.pw_uid, user.pw_gid)
    return real


def unprivileged_user() -> pwd.struct_passwd:
    """The system user `gongkai`, made if root can make it; otherwise `nobody`."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        maker = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if maker:
        subprocess.run(
            [maker, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=False,
            capture_output=True,
        )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return pwd.getpwnam("nobody")


def _open_to_all(folder: Path) -> bool:
    """Whether anybody may enter `folder`, going down from the root directory."""
    folder = folder.absolute()
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in existing)
