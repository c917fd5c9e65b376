"""The edge: where each path goes, what is taken from requests, and what a stopped service looks like."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.embedded.household import SERVERS, Household
from deploy.embedded.processes import free_port, wait_until
from deploy.embedded.programs import edge


class Echo(BaseHTTPRequestHandler):
    """A service that answers with what reached it."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"path": self.path, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@dataclass
class Edge:
    http: httpx.Client
    portal: Path


@pytest.fixture(scope="module")
def caddy(scratch: Path) -> Iterator[Edge]:
    """Caddy in front of an echo in the place of catalog and publisher; nobody else is there."""
    echo = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=echo.serve_forever, args=(0.02,))
    thread.start()
    ports = {name: free_port() for name in (*SERVERS, "edge")}
    ports |= {"catalog": echo.server_port, "publisher": echo.server_port}
    home = Household(scratch / "edge", {}, ports, f"http://127.0.0.1:{ports['edge']}")
    home.portal.mkdir(parents=True)
    program = edge(home)
    program.begin()
    assert program.process
    wait_until(program.ready, program.process, "caddy", program.log, 20)
    with httpx.Client(base_url=home.public_url, trust_env=False) as http:
        yield Edge(http, home.portal)
    program.stop(5)
    echo.shutdown()
    thread.join()
    echo.server_close()
    shutil.rmtree(home.data)


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/catalog/items?x=1", "/catalog/items?x=1"),
        ("/work", "/catalog/work"),
        ("/work/late?page=2", "/catalog/work/late?page=2"),
        ("/kiosk/x", "/publisher/kiosk/x"),
    ],
)
def test_each_path_has_its_service(caddy: Edge, asked: str, reached: str) -> None:
    assert caddy.http.get(asked).json()["path"] == reached


@pytest.mark.parametrize(
    "name",
    [
        "X-Gongkai-Person",
        "X-Forwarded-User",
        "X-Remote-User",
        "Remote-User",
        "X-Auth-Request-Email",
    ],
)
def test_nobody_can_say_from_outside_who_they_are(caddy: Edge, name: str) -> None:
    seen = caddy.http.get("/catalog/x", headers={name: "mallory"}).json()["headers"]
    assert "mallory" not in seen.values()


def test_a_visitor_cannot_choose_an_address_and_keeps_the_token(caddy: Edge) -> None:
    asked = {"X-Forwarded-For": "9.9.9.9", "Authorization": "Bearer t", "Cookie": "gongkai_token=t"}
    seen = caddy.http.get("/catalog/x", headers=asked).json()["headers"]
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert (seen["authorization"], seen["cookie"]) == ("Bearer t", "gongkai_token=t")


def test_a_service_that_is_down_is_announced_in_chinese(caddy: Edge) -> None:
    page = caddy.http.get("/approval/reviews", headers={"Accept": "text/html"}, timeout=20)
    assert (page.status_code, page.headers["retry-after"]) == (502, "3")
    assert "服务正在启动，请稍候…" in page.text
    problem = caddy.http.get("/feedback/api/v1/tasks", timeout=20)
    assert problem.headers["content-type"].startswith("application/problem+json")
    assert problem.json()["title"] == "服务正在启动，请稍候…"


def test_the_portal_is_served_from_files_with_safe_headers(caddy: Edge) -> None:
    (caddy.portal / "item").mkdir()
    (caddy.portal / "item/index.html").write_text("<h1>公示</h1>" * 100, "utf-8")
    (caddy.portal / ".making").write_text("secret", "utf-8")
    page = caddy.http.get("/item/", headers={"Accept-Encoding": "gzip"})
    assert "公示" in page.text
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert caddy.http.get("/.making").status_code == 404
    missing = caddy.http.get("/none", headers={"Accept": "text/html"})
    assert (missing.status_code, "没有这个页面" in missing.text) == (404, True)


def test_browser_assets_are_served(caddy: Edge) -> None:
    assert "htmx" in caddy.http.get("/static/vendor/htmx.min.js").text


def test_attachments_are_downloaded_and_never_run_as_pages_of_ours(caddy: Edge) -> None:
    file = caddy.portal / "a" / "sfj" / "f" / "ab" / "表格.html"
    file.parent.mkdir(parents=True)
    file.write_text("<script>alert(1)</script>")
    answer = caddy.http.get("/a/sfj/f/ab/表格.html")
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
