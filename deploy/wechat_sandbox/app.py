"""The HTTP side: WeChat's paths and error numbers, and `/sandbox` to see posts and switch faults."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from deploy.wechat_sandbox.account import Account, Faults

Answer = dict[str, Any]
router = APIRouter()


def error(code: int, text: str) -> JSONResponse:
    return JSONResponse({"errcode": code, "errmsg": text})


def create_app(account: Account) -> FastAPI:
    app = FastAPI(title="WeChat sandbox", docs_url=None, redoc_url=None)
    app.state.account = account
    app.middleware("http")(faults)
    app.include_router(router)
    return app


def of(request: Request) -> Account:
    account: Account = request.app.state.account
    return account


async def faults(request: Request, call_next: Any) -> Any:
    """Slowness and token errors come before any answer."""
    state = of(request).state
    await asyncio.sleep(state.faults.slow)
    if not request.url.path.startswith("/cgi-bin/") or request.url.path.endswith("stable_token"):
        return await call_next(request)
    if state.faults.expire > 0:
        state.faults.expire -= 1
        state.token = ""
        return error(42001, "access_token expired")
    if state.faults.invalid > 0 or request.query_params.get("access_token") != state.token:
        state.faults.invalid = max(0, state.faults.invalid - 1)
        return error(40001, "invalid credential")
    return await call_next(request)


@router.post("/cgi-bin/stable_token")
async def stable_token(request: Request) -> Answer:
    return {"access_token": of(request).new_token(), "expires_in": 7200}


@router.post("/cgi-bin/draft/add")
async def draft_add(request: Request) -> Any:
    account = of(request)
    if account.state.faults.quota:
        return error(45009, "reach max api daily quota limit")
    articles = (await request.json())["articles"]
    refuse = account.state.faults.refuse
    if refuse and any(refuse in article["title"] for article in articles):
        return error(53503, "draft did not pass the check")
    media_id = account.add_draft(articles)
    if account.state.faults.drop > 0:
        account.state.faults.drop -= 1
        return JSONResponse({"gateway": "timeout"}, 504)
    return {"media_id": media_id}


@router.post("/cgi-bin/draft/batchget")
async def draft_batchget(request: Request) -> Answer:
    drafts = [draft for draft in of(request).state.drafts if not draft["sent"]]
    return _page(await request.json(), drafts, "media_id")


@router.post("/cgi-bin/freepublish/batchget")
async def publish_batchget(request: Request) -> Answer:
    posts = [post for post in of(request).state.posts if not post["rejected"]]
    return _page(await request.json(), posts, "article_id")


@router.post("/cgi-bin/freepublish/submit")
async def submit(request: Request) -> Any:
    account = of(request)
    if account.state.faults.quota:
        return error(45009, "reach max api daily quota limit")
    post = account.submit((await request.json())["media_id"])
    if post is None:
        return error(40007, "invalid media_id")
    return {"errcode": 0, "errmsg": "ok", "publish_id": post["publish_id"]}


@router.post("/cgi-bin/freepublish/get")
async def publish_get(request: Request) -> Any:
    account, wanted = of(request), (await request.json())["publish_id"]
    post = next((post for post in account.state.posts if post["publish_id"] == wanted), None)
    if post is None:
        return error(53600, "invalid publish_id")
    return _status(post, account.state.faults.pending)


@router.post("/cgi-bin/freepublish/getarticle")
async def get_article(request: Request) -> Any:
    wanted = (await request.json())["article_id"]
    post = next((p for p in of(request).state.posts if p["article_id"] == wanted), None)
    if post is None:
        return error(53600, "invalid article_id")
    return {"news_item": [article | {"url": _url(post)} for article in post["articles"]]}


@router.get("/sandbox")
async def look(request: Request) -> Answer:
    return asdict(of(request).state)


@router.post("/sandbox/faults")
async def switch(request: Request) -> Answer:
    account = of(request)
    account.switch(replace(Faults(), **(await request.json())))
    return asdict(account.state.faults)


def _url(post: Answer) -> str:
    return f"https://mp.weixin.example/s/{post['article_id']}"


def _status(post: Answer, pending: int) -> Answer:
    post["polls"] += 1
    body: Answer = {"publish_id": post["publish_id"]}
    if post["polls"] <= pending:
        return body | {"publish_status": 1}
    if post["rejected"]:
        return body | {"publish_status": 4, "fail_idx": [1]}
    detail = {"count": 1, "item": [{"idx": 1, "article_url": _url(post)}]}
    return body | {"publish_status": 0, "article_id": post["article_id"], "article_detail": detail}


def _page(wanted: Answer, rows: list[Answer], name: str) -> Answer:
    chosen = rows[wanted["offset"] : wanted["offset"] + wanted["count"]]
    items = [{name: row[name], "content": {"news_item": row["articles"]}} for row in chosen]
    return {"total_count": len(rows), "item_count": len(items), "item": items}
