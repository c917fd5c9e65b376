"""Accounts of the people in the story, and the operator's token for the very first steps."""

from __future__ import annotations

from pathlib import Path

from deploy.demo.client import now
from deploy.demo.story import Story
from deploy.signin.accounts import account, read_accounts, write_accounts
from deploy.signin.keys import Issuer, signing_key

SETUP = "service:setup"


def make_accounts(story: Story, data: Path) -> None:
    """Write the accounts file of the sign-in from the story, unless it is there already."""
    path = data / "signin/accounts.json"
    known = read_accounts(path).by_login
    if all(person.login in known for person in story.people):
        return
    made = [
        account(person.login, person.id, person.name, story.password, person.title, demo=True)
        for person in story.people
    ]
    write_accounts(path, made, demo=True)


def setup_token(data: Path, origin: str) -> str:
    """Whoever holds the data folder may set the platform up: catalog accepts it while there is no
    administrator."""
    return Issuer(signing_key(data / "signin"), origin).token(SETUP, now())
