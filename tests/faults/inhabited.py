"""A house with people in it: the accounts of the demo story, its agencies, posts and rules."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import httpx

from deploy.demo.accounts import make_accounts, setup_token
from deploy.demo.client import Platform
from deploy.demo.setting_up import set_up, settled
from deploy.demo.story import Story
from tests.faults.house import House


@contextmanager
def inhabited(story: Story) -> Iterator[House]:
    """A platform of its own in a folder of its own; both are gone afterwards. Raises NotBack."""
    folder = Path(tempfile.mkdtemp(prefix="gongkai-house-"))
    folder.chmod(0o711)
    house = House(folder)
    try:
        (folder / "signin").mkdir()
        make_accounts(story, folder)
        house.start()
        with visiting(house, story) as platform:
            for _ in set_up(platform, story):
                pass
            settled(platform, story)
        yield house
    finally:
        house.stop()
        for place in [p.resolve() for p in folder.iterdir() if p.is_symlink()]:
            rmtree(place, ignore_errors=True)
        rmtree(folder, ignore_errors=True)


@contextmanager
def visiting(house: House, story: Story) -> Iterator[Platform]:
    """Its HTTP, as anybody in the story. Anew after the supervisor was killed: the address may be another."""
    origin = house.home.public_url
    logins = {person.id: person.login for person in story.people}
    with httpx.Client(base_url=origin, timeout=15, trust_env=False) as http:
        yield Platform(http, logins, story.password, setup_token(house.folder, origin))
