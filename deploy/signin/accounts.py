"""Accounts (账号) of embedded mode: a JSON file with argon2 hashes."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True)
class Account:
    """Who may sign in as `person`. `shown` is the password of a demo account, shown on the page."""

    login: str
    person: str
    name: str
    password_hash: str
    title: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Accounts:
    """The file's content; `demo` allows showing passwords and the password grant."""

    demo: bool
    by_login: Mapping[str, Account]


def read_accounts(path: Path) -> Accounts:
    """No file means no accounts."""
    if not path.exists():
        return Accounts(demo=False, by_login={})
    data = json.loads(path.read_text("utf-8"))
    accounts = [Account(**row) for row in data["accounts"]]
    return Accounts(bool(data.get("demo")), {account.login: account for account in accounts})


def write_accounts(path: Path, accounts: Iterable[Account], *, demo: bool) -> None:
    """Replace the file (mode 0600) at once."""
    data = {"demo": demo, "accounts": [asdict(account) for account in accounts]}
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(data, handle, ensure_ascii=False, indent=1)
    making.rename(path)


def account(
    login: str, person: str, name: str, password: str, title: str = "", *, demo: bool = False
) -> Account:
    """An account with its password hashed; in a demo the password is kept readable as well."""
    hashed = PasswordHasher().hash(password)
    return Account(login, person, name, hashed, title, password if demo else "")


def matches(found: Account | None, password: str) -> bool:
    """Whether the password is right; takes as long for an unknown login as for a known one."""
    hasher = PasswordHasher()
    if found is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(found.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
