"""Drafting, revising, submitting: looks up the rules, stores the texts, then issues the command."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from services.catalog import contents, posts, queries, seen
from services.catalog.aggregates import ITEM
from services.catalog.bodies import safe_html
from services.catalog.domain import disclosure
from services.catalog.domain.errors import AlreadyDrafted, NoSuchItem, NoSuchOrgan
from services.catalog.domain.item_commands import (
    DraftItem,
    ItemCommand,
    ReviseItem,
    SubmitItem,
    WithdrawItem,
)
from services.catalog.domain.item_events import Duty, ItemEvent, Particulars, Relation
from services.catalog.forms import DraftForm
from services.catalog.obligations import publish_by
from services.catalog.policy.model import PolicySet
from services.catalog.uploads import checked_files
from shared import directory, reference
from shared.caller import Asking
from shared.db import Db
from shared.errors import Invalid, Stale
from shared.events import Json
from shared.facts import Recorded
from shared.store import StaleVersion
from shared.workdays import legal_day

ITEM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


async def save(
    caller: Asking,
    item_id: str,
    form: DraftForm,
    expected: int | None,
    also: Callable[[Db], Awaitable[None]] | None = None,
) -> Sequence[Recorded[ItemEvent]]:
    """Draft a new item (`expected` None or 0) or revise one from the version the form was made of.

    `also` is done in the same transaction.

    Raises NotYours, Invalid kinds, and Stale with both texts (`yours`, `current`).
    """
    post = posts.drafting_post(caller, form.agency, form.disclosing_body)
    if not ITEM_ID.fullmatch(item_id):
        raise Invalid("信息编号只能用英文字母、数字和连字符", field="itemId")
    try:
        async with caller.writing() as db:
            particulars = await _particulars(caller, db, item_id, form, post.position)
            command: ItemCommand = DraftItem(particulars)
            if expected:
                left = await posts.drafter_left(caller, db, await queries.item(db, item_id))
                command = ReviseItem(particulars, caller.person, drafter_left=left)
            context = caller.context(form.agency)
            if also:
                await also(db)
            version = await seen.as_seen(db, item_id, expected or None)
            return await caller.facts.execute_in(db, ITEM, item_id, command, context, version)
    except Stale as stale:
        raise await _with_both_texts(caller, item_id, form, stale) from stale
    except StaleVersion:
        if expected:
            raise
        # The id is taken, perhaps by an item this person may not see.
        raise AlreadyDrafted from None


async def _with_both_texts(caller: Asking, item_id: str, form: DraftForm, stale: Stale) -> Stale:
    async with caller.reading() as db:
        current = await queries.item_text(db, item_id)
    yours = {"title": form.title, "body": safe_html(form.body)}
    return Stale(version=stale.extra.get("current"), yours=yours, current=current)


async def _particulars(
    caller: Asking, db: Db, item_id: str, form: DraftForm, position: str
) -> Particulars:
    row = await reference.policy(db, form.agency, legal_day(caller.now))
    policy = PolicySet.model_validate(row.data)
    _plausible(form, caller)
    await _own_organ(db, form)
    await _known_audience(db, form)
    body = safe_html(form.body)
    files = await checked_files(db, form.agency, form.files)
    manifest = contents.manifest_of(form.title.strip(), form.doc_no, body, files)
    rings = [(ring.scope, ring.audience, ring.channels) for ring in form.rings]
    item = Particulars(
        **_plain(form),
        affairs_type=form.affairs_type or policy.affairs_of(form.category),
        **await _addresses(caller, db, form),
        item_id=item_id,
        revision=1,
        policy_agency=row.agency,
        policy_version=row.version,
        manifest_hash=await contents.store(db, form.agency, item_id, manifest, body),
        rings=disclosure.rings_of(policy, rings),
        drafter=caller.person,
        position=position,
    )
    disclosure.check(policy, item)
    found = await publish_by(db, policy, item)
    return item.model_copy(update={"publish_by": found.wire() if found else None})


PLAIN = (
    "agency", "kind", "relations", "disclosing_body", "category", "attribute", "ground",
    "duration_class", "stage", "event_on", "formed_on", "changed_on", "document_kind", "important",
    "topic_tags",
)  # fmt: skip


def _plain(form: DraftForm) -> dict[str, Any]:
    values = {name: getattr(form, name) for name in PLAIN}
    relations = tuple(Relation(**relation.model_dump()) for relation in form.relations)
    empty = {name: values[name] or None for name in ("ground", "stage", "document_kind")}
    return values | empty | {"relations": relations}


async def _own_organ(db: Db, form: DraftForm) -> None:
    """Raises NoSuchOrgan for another agency's organ."""
    organs = {organ.organ for organ in await directory.organs(db, form.agency)} | {form.agency, ""}
    for field, organ in (
        ("disclosingBody", form.disclosing_body),
        ("dutyLeadOrgan", form.duty.lead_organ or ""),
    ):
        if organ not in organs:
            raise NoSuchOrgan(field=field)


async def _known_audience(db: Db, form: DraftForm) -> None:
    """Raises Invalid for an organ or a person that nobody registered: they would never be reached."""
    wanted = {one for ring in form.rings for one in ring.audience}
    rows = await db.fetch(
        "SELECT organ AS id FROM directory_organs WHERE organ = ANY($1)"
        " UNION SELECT person FROM directory_grants WHERE person = ANY($1)",
        list(wanted),
    )
    unknown = wanted - {row["id"] for row in rows}
    if unknown:
        raise Invalid(f"没有登记这些公开对象：{'、'.join(sorted(unknown))}", field="rings")


async def _addresses(caller: Asking, db: Db, form: DraftForm) -> dict[str, Any]:
    """Every typed text into the text store; facts get the addresses."""

    async def kept(text: str | None) -> str | None:
        return (
            await caller.texts.put(db, form.agency, text.strip()) if text and text.strip() else None
        )

    basis = await kept(form.legal_basis)
    duty = form.duty
    return {
        "ground_reason_hash": await kept(form.ground_reason),
        "off_catalog_reason": await kept(form.off_catalog_reason),
        "legal_basis": (basis,) if basis else (),
        "duty": Duty(
            task_hash=await kept(duty.task),
            leader=duty.leader or None,
            lead_organ=duty.lead_organ or None,
            deadline=duty.deadline,
            responsible=duty.responsible or None,
        ),
    }


def _plausible(form: DraftForm, caller: Asking) -> None:
    """Dates of things that have happened are not in the future. Raises Invalid naming the field."""
    today = legal_day(caller.now)
    for field, day in (("formedOn", form.formed_on), ("changedOn", form.changed_on)):
        if day and day > today:
            raise Invalid("日期不能晚于今天", field=field)
    if form.event_on and form.event_on > today + timedelta(days=366):
        raise Invalid("事项日期过远，请核对", field="eventOn")


async def submit(caller: Asking, item_id: str, expected: int | None = None) -> None:
    """Lock the revision and send it to review. Raises Incomplete naming what is missing."""
    async with caller.writing() as db:
        row = await queries.item(db, item_id)
        caller.require(row.agency, *posts.DRAFTERS)
        state, _ = await caller.facts.load(db, ITEM, item_id)
        item = state.particulars
        if item is None:
            raise NoSuchItem
        policy = await reference.policy_version(db, item.policy_agency, item.policy_version)
        manifest: Json = await contents.manifest(db, item.manifest_hash)
        missing = disclosure.missing_for_review(
            item, has_body=bool(manifest["parts"]), has_title=bool(manifest["title"])
        )
        chain = PolicySet.model_validate(policy.data).chain_for(item.affairs_type, item.category)
        command = SubmitItem(caller.person, chain, missing)
        version = await seen.as_seen(db, item_id, expected)
        await caller.facts.execute_in(
            db, ITEM, item_id, command, caller.context(row.agency), version
        )


async def withdraw(caller: Asking, item_id: str, expected: int | None = None) -> None:
    """Take the revision back while it is in review."""
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        version = await seen.as_seen(db, item_id, expected)
    await caller.execute(
        ITEM, item_id, WithdrawItem(caller.person), agency=row.agency, expected=version
    )
