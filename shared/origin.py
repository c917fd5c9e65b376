"""Where a request comes from: an unsafe one with a cookie must come from our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(Forbidden):
    text = "请求不是从本站页面发出的，已拒绝。请回到本站页面重新提交"


def require_own_origin(method: str, headers: Mapping[str, str], ours: str) -> None:
    """`ours` is the public address; `headers` have lower-case names. Raises CrossSite.

    A request with a bearer token proves itself: no other site can make a browser send one.
    """
    if method in SAFE or headers.get("authorization", "").lower().startswith("bearer "):
        return
    claimed = headers.get("origin") or headers.get("referer") or ""
    if not claimed or _site(claimed) != _site(ours):
        raise CrossSite


def _site(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
