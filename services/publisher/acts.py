"""What each automatic channel does: website, internal pages, WeChat."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from services.publisher.channels.wechat import Article, WeChat, WeChatError
from services.publisher.domain.errors import LeaksOutside
from services.publisher.domain.events import Evidence
from services.publisher.jobs import Act, DeliveryRefused, HandedOver, Job, Shown
from services.publisher.portal.rows import item_url
from services.publisher.portal.site import Site
from services.publisher.texts import digest_of
from shared.runtime import Runtime


def acts(runtime: Runtime, site: Site, wechat: WeChat | None) -> Mapping[str, Act]:
    """Channel code → act. WeChat only where its address is given."""

    async def website(job: Job) -> Shown:
        _guard(job)
        page = await site.publish(job)
        return Shown((Evidence(kind="URL", ref=page.url, sha256=page.sha256),))

    async def intranet(job: Job) -> Shown:
        shown = sha256(job.content.body.encode()).hexdigest()
        about = job.cleared.responds_to or job.due.item_id
        ref = f"/publisher/internal/items/{about}"
        return Shown((Evidence(kind="URL", ref=ref, sha256=shown),))

    found: dict[str, Act] = {"WEBSITE": website, "INTRANET": intranet}
    if wechat is not None:
        found["WECHAT"] = _weixin(wechat, runtime.settings.public_url)
    return found


def _weixin(wechat: WeChat, origin: str) -> Act:
    async def act(job: Job) -> Shown | HandedOver:
        _guard(job)
        try:
            if job.due.ref:
                outcome = await _outcome(wechat, job, job.due.ref)
                if outcome is not None:
                    return outcome
            article = _article(job, origin)
            return HandedOver(await wechat.submit(article, again=job.due.state != "PENDING"))
        except WeChatError as refusal:
            raise DeliveryRefused(refusal.code) from refusal

    return act


def _guard(job: Job) -> None:
    """The last door: whatever was planned, only PUBLIC goes out. Raises LeaksOutside."""
    if job.cleared.rings[job.due.ring].scope != "PUBLIC":
        raise LeaksOutside


def _article(job: Job, origin: str) -> Article:
    footer = f"<p>索引号：{job.publication.index_no}</p>"
    if "WEBSITE" in job.cleared.rings[job.due.ring].channels:
        url = origin + item_url(job.due.agency, job.due.item_id)
        footer += f'<p><a href="{url}">查看原文</a></p>'
    return Article(
        mark=f"{job.due.item_id[-12:]}-{job.due.round}",
        title=job.cleared.title,
        html=job.content.body + footer,
        digest=digest_of(job.content.body),
    )


async def _outcome(wechat: WeChat, job: Job, ref: str) -> Shown | HandedOver | None:
    """What became of the last submission; None when it failed, and that is known already."""
    outcome = await wechat.status(ref)
    if outcome.state == "PENDING":
        return HandedOver(ref)
    if outcome.state == "FAILED":
        if job.due.state == "SUBMITTED":
            raise DeliveryRefused(outcome.code or "REJECTED")
        return None
    return Shown((Evidence(kind="ARTICLE", ref=outcome.url, sha256=outcome.sha256),))
