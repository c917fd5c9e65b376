"""WeChat official account 微信公众号: drafts and publishing over its HTTP API, without doubling anything."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import httpx
import orjson

# Tokens that are invalid, forged or expired: one new token, one more try.
TOKEN_ERRORS = frozenset({40001, 40014, 42001})
UNKNOWN_ID = "UNKNOWN_ID"
CODES = {
    45009: "QUOTA_REACHED",
    45110: "QUOTA_REACHED",
    48001: "NOT_ALLOWED",
    53503: "DRAFT_REFUSED",
    53600: UNKNOWN_ID,
}
TEXTS = {
    "QUOTA_REACHED": "微信接口今日调用次数已用完，将自动重试",
    "NOT_ALLOWED": "该公众号没有发布权限，请在公众平台开通后重试",
    "DRAFT_REFUSED": "微信未接受该草稿，请检查内容后重试",
    "UNREACHABLE": "暂时连接不上微信，将自动重试",
    "REJECTED": "微信审核未通过",
    UNKNOWN_ID: "微信不认识此前的提交编号，将重新提交",
}
PAGE = 20
ARTICLE = "article:"  # an id of something that is out already
EARLY = 300  # seconds before its end a token is renewed

State = Literal["PENDING", "CONFIRMED", "FAILED"]


class WeChatError(Exception):
    """WeChat refused or did not answer. `code` is ours (QUOTA_REACHED …) or WeChat's number."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text}")


@dataclass(frozen=True)
class Outcome:
    """What became of a submitted article: publishing is asynchronous, a call that succeeds proves nothing.

    `url` and `sha256` of the content that WeChat really shows, when it does; `code` when it refuses to.
    """

    state: State
    article_id: str = ""
    url: str = ""
    sha256: str = ""
    code: str = ""


@dataclass(frozen=True)
class Article:
    """What is published. `mark` stands as its author: by it the article is found again."""

    mark: str
    title: str
    html: str
    digest: str

    def wire(self) -> dict[str, str]:
        return {"title": self.title[:64], "author": self.mark, "digest": self.digest[:120],
                "content": self.html}  # fmt: skip


class WeChat:
    """Client of one account."""

    def __init__(self, base_url: str, app_id: str, secret: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=15, trust_env=False)
        self._app_id = app_id
        self._secret = secret
        self._token = ""
        self._renew_at = 0.0
        self._renewing = asyncio.Lock()

    async def submit(self, article: Article, *, again: bool) -> str:
        """Draft and submit; return an id for `status`. Raises WeChatError.

        `draft/add` is not idempotent: when it is done `again`, an article or a draft with our mark
        is looked for first, so that nothing is drafted or published twice.
        """
        media_id = None
        if again:
            if known := await self._submitted(article.mark):
                return known
            media_id = await self._draft(article.mark)
        if media_id is None:
            added = await self._call("draft/add", {"articles": [article.wire()]})
            media_id = added["media_id"]
        sent = await self._call("freepublish/submit", {"media_id": media_id})
        return str(sent["publish_id"])

    async def status(self, publish_id: str) -> Outcome:
        """What became of it. Raises WeChatError when WeChat does not answer."""
        if publish_id.startswith(ARTICLE):
            return await self._shown(publish_id.removeprefix(ARTICLE))
        try:
            body = await self._call("freepublish/get", {"publish_id": publish_id})
        except WeChatError as refusal:
            if refusal.code == UNKNOWN_ID:
                return Outcome("FAILED", code=UNKNOWN_ID)
            raise
        match body["publish_status"]:
            case 0:
                return await self._shown(body["article_id"])
            case 1:
                return Outcome("PENDING")
            case _:
                return Outcome("FAILED", code="REJECTED")

    async def _shown(self, article_id: str) -> Outcome:
        found = await self._call("freepublish/getarticle", {"article_id": article_id})
        news = found["news_item"][0]
        digest = sha256(news["content"].encode()).hexdigest()
        return Outcome("CONFIRMED", article_id, news["url"], digest)

    async def _draft(self, mark: str) -> str | None:
        return await self._search("draft/batchget", mark, "media_id")

    async def _submitted(self, mark: str) -> str | None:
        article_id = await self._search("freepublish/batchget", mark, "article_id")
        return f"{ARTICLE}{article_id}" if article_id else None

    async def _search(self, path: str, mark: str, name: str) -> str | None:
        offset = 0
        while True:
            page = await self._call(path, {"offset": offset, "count": PAGE, "no_content": 1})
            for item in page["item"]:
                if any(news["author"] == mark for news in item["content"]["news_item"]):
                    return str(item[name])
            offset += PAGE
            if offset >= page["total_count"]:
                return None

    async def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._post(path, body)
        if answer.get("errcode", 0) in TOKEN_ERRORS:
            self._renew_at = 0.0
            answer = await self._post(path, body)
        code = answer.get("errcode", 0)
        if code:
            name = CODES.get(code, str(code))
            raise WeChatError(name, TEXTS.get(name, str(answer.get("errmsg", ""))))
        return answer

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        token = await self._access_token()
        return await self._send(f"/cgi-bin/{path}?access_token={token}", body)

    async def _access_token(self) -> str:
        """One token for all, renewed early, by one caller at a time."""
        async with self._renewing:
            if time.monotonic() >= self._renew_at:
                body = {
                    "grant_type": "client_credential",
                    "appid": self._app_id,
                    "secret": self._secret,
                }
                answer = await self._send("/cgi-bin/stable_token", body)
                if "access_token" not in answer:
                    raise WeChatError(str(answer.get("errcode")), str(answer.get("errmsg")))
                self._token = answer["access_token"]
                self._renew_at = time.monotonic() + max(answer["expires_in"] - EARLY, 1)
            return self._token

    async def _send(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        # orjson writes Chinese as it is: WeChat shows escapes literally.
        try:
            response = await self._http.post(path, content=orjson.dumps(body))
            answer: dict[str, Any] = orjson.loads(response.raise_for_status().content)
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise WeChatError("UNREACHABLE", TEXTS["UNREACHABLE"]) from error
        return answer

    async def close(self) -> None:
        await self._http.aclose()
