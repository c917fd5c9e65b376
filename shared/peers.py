"""HTTP to our own services, where an answer is needed at once; with a service token."""

from __future__ import annotations

import time
from collections.abc import Mapping

import httpx
import structlog

from shared.errors import NotFound, Unavailable
from shared.settings import Settings

log = structlog.get_logger()

NAMES: Mapping[str, str] = {
    "catalog": "信息目录",
    "approval": "审查审批",
    "publisher": "发布",
    "feedback": "公众意见",
    "audit": "监督审计",
}


class PeerDown(Unavailable):
    """Another of our services does not answer; `service` names it."""


class Peers:
    """A client for the other services. Made by the runtime, closed with it."""

    def __init__(self, service: str, settings: Settings) -> None:
        self._service = service
        self._settings = settings
        self._http = httpx.AsyncClient(timeout=10, trust_env=False)
        self._token = ""
        self._expires = 0.0

    async def get(
        self, service: str, path: str, *, as_person: str | None = None, patience: float = 10
    ) -> httpx.Response:
        """GET `/<service>` + path. Raises PeerDown when unreachable or failing, NotFound on 404.

        `as_person` is that person's token; without it the service speaks for itself. `patience` in seconds.
        """
        try:
            response = await self._http.get(
                f"{self._settings.url_of(service)}/{service}{path}",
                headers={"Authorization": f"Bearer {as_person or await self._own_token()}"},
                timeout=patience,
            )
        except httpx.HTTPError as error:
            log.warning("peer down", peer=service, error=repr(error))
            raise PeerDown(
                f"「{NAMES[service]}」暂时没有响应，请稍后再试", service=service
            ) from error
        if response.status_code == 404:
            raise NotFound
        if response.status_code >= 400:
            log.warning("peer refused", peer=service, path=path, status=response.status_code)
            raise PeerDown(f"「{NAMES[service]}」暂时无法提供所需内容，请稍后再试", service=service)
        return response

    async def _own_token(self) -> str:
        if time.monotonic() > self._expires - 60:
            answer = await self._http.post(
                self._settings.token_url,
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._service,
                    "client_secret": self._settings.client_secret.get_secret_value(),
                },
            )
            body = answer.raise_for_status().json()
            self._token = body["access_token"]
            self._expires = time.monotonic() + float(body.get("expires_in", 300))
        return self._token

    async def close(self) -> None:
        await self._http.aclose()
