"""Getting the text under review from catalog, verified; and names and titles for lists."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import quote

import orjson
from pydantic import ValidationError

from services.approval.domain.errors import TextTampered
from services.approval.domain.manifest import Content, Part, verified, verified_file
from services.approval.queries import ReviewRow
from shared.caller import Asking
from shared.errors import DomainError, NotFound

UNKNOWN_TITLE = "（标题暂时无法取得）"
PATIENCE = 3.0  # seconds for what a list can do without


async def content_of(caller: Asking, manifest_hash: str, patience: float = 10) -> Content:
    """The content a hash stands for. Raises PeerDown, NotFound (destroyed), TextTampered."""
    answer = await caller.peers.get(
        "catalog", f"/api/v1/contents/{manifest_hash}", patience=patience
    )
    try:
        return verified(orjson.loads(answer.content), manifest_hash)
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError, ValidationError) as error:
        raise TextTampered from error


async def file_of(caller: Asking, review: ReviewRow, sha: str) -> tuple[Part, bytes]:
    """One attachment of the manifest. Raises NotFound when the manifest does not name it."""
    content = await content_of(caller, review.manifest_hash)
    part = next((part for part in content.manifest.parts if part.sha256 == sha), None)
    if part is None:
        raise NotFound
    path = f"/api/v1/contents/{review.manifest_hash}/blobs/{sha}"
    answer = await caller.peers.get("catalog", path, patience=30)
    return part, verified_file(answer.content, sha)


async def titles_of(caller: Asking, reviews: Iterable[ReviewRow]) -> dict[str, str]:
    """Titles by manifest hash; a list stays useful when catalog is away."""
    slots = asyncio.Semaphore(8)

    async def title(manifest_hash: str) -> tuple[str, str]:
        async with slots:
            try:
                content = await content_of(caller, manifest_hash, PATIENCE)
            except DomainError:
                return manifest_hash, UNKNOWN_TITLE
            return manifest_hash, content.manifest.title

    return dict(await asyncio.gather(*(title(review.manifest_hash) for review in reviews)))


async def names_of(caller: Asking, people: Iterable[str]) -> dict[str, str]:
    """Names by person id; the id stands for a name that cannot be had now."""
    wanted = sorted({person for person in people if person})
    known = {person: person for person in wanted}
    if not wanted:
        return known
    try:
        ids = ",".join(quote(person) for person in wanted)
        answer = await caller.peers.get("catalog", f"/api/v1/people?ids={ids}", patience=PATIENCE)
        return known | {id: who["name"] for id, who in orjson.loads(answer.content).items()}
    except DomainError:
        return known
