"""What each automatic channel does: website, internal pages, WeChat."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from services.publisher.channels.wechat import WeChat, WeChatError
from services.publisher.delivering import Act, DeliveryRefused, HandedOver, Job, Shown
from services.publisher.domain.errors import LeaksOutside
from services.publisher.domain.events import Evidence
from services.publisher.portal.site import Site, item_url
from services.publisher.texts import digest_of, plain_text
from shared.runtime import Runtime


def acts(runtime: Runtime, site: Site, wechat: WeChat | None) -> Mapping[str, Act]:
    """Channel code → act. WeChat only where its address is given."""

    async def website(job: Job) -> Shown:
        _guard(job)
        page = await site.publish(job)
        url = item_url(job.due.agency, page.item_id)
        return Shown((Evidence(kind="URL", ref=url, sha256=page.sha256),))

    async def intranet(job: Job) -> Shown:
        shown = sha256(job.content.body.encode()).hexdigest()
        ref = f"/publisher/internal/items/{job.due.item_id}"
        return Shown((Evidence(kind="URL", ref=ref, sha256=shown),))

    async def weixin(job: Job) -> Shown | HandedOver:
        _guard(job)
        assert wechat is not None
        try:
            if job.due.state == "SUBMITTED" and job.due.ref:
                return await _outcome(wechat, job)
            return HandedOver(await _submit(wechat, runtime, job))
        except WeChatError as refusal:
            raise DeliveryRefused(refusal.code) from refusal

    found: dict[str, Act] = {"WEBSITE": website, "INTRANET": intranet}
    if wechat is not None:
        found["WECHAT"] = weixin
    return found


def _guard(job: Job) -> None:
    """The last door: whatever was planned, only PUBLIC goes out. Raises LeaksOutside."""
    if job.cleared.rings[job.due.ring].scope != "PUBLIC":
        raise LeaksOutside


async def _submit(wechat: WeChat, runtime: Runtime, job: Job) -> str:
    url = runtime.settings.public_url + item_url(job.due.agency, job.due.item_id)
    html = f'{job.content.body}<p>索引号：{job.publication.index_no}</p><p><a href="{url}">查看原文</a></p>'
    return await wechat.submit(
        f"{job.due.item_id[-12:]}-{job.due.round}",
        job.cleared.title,
        html,
        digest_of(job.content.body),
    )


async def _outcome(wechat: WeChat, job: Job) -> Shown | HandedOver:
    assert job.due.ref is not None
    outcome = await wechat.status(job.due.ref)
    if outcome.state == "PENDING":
        return HandedOver(job.due.ref)
    if outcome.state == "FAILED":
        raise DeliveryRefused(outcome.code or "REJECTED")
    shown = sha256(plain_text(job.content.body).encode()).hexdigest()
    article = Evidence(kind="ARTICLE", ref=outcome.url or outcome.article_id or "", sha256=shown)
    return Shown((article,))
