"""Fetches pinned Maven artifacts and verifies them; a broken download costs only its own file."""

import fcntl
import hashlib
import os
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jgo.maven import MavenContext, PythonResolver
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

TABLE = Path(__file__).with_name("artifacts.toml")
TRIES = 4
PAUSE = 1.0


class ArtifactError(Exception):
    """An artifact could not be fetched, or is not what was pinned. The text is for people."""


@dataclass(frozen=True)
class Artifact:
    """One pinned file: Maven coordinate `group:name:version`, SHA-256 and size in bytes."""

    group: str
    coordinate: str
    sha256: str
    size: int
    platform: str | None = None
    files: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, str, str]:
        group, name, version = self.coordinate.split(":")
        return group, name, version

    @property
    def filename(self) -> str:
        _, name, version = self.parts
        return f"{name}-{version}.jar"


def table(path: Path = TABLE) -> tuple[Artifact, ...]:
    """All artifacts of all platforms."""
    rows = tomllib.loads(path.read_text("utf-8"))["artifact"]
    return tuple(Artifact(**{**row, "files": tuple(row.get("files", ()))}) for row in rows)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time in this folder; the system frees the lock when its holder dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fetch(artifacts: Sequence[Artifact], cache: Path, mirror: str = "") -> list[Path]:
    """Download what is missing and verify everything; call it inside `locked(cache)`.

    `mirror` is the URL of a Maven repository or a local folder (its layout, or files side by side).
    Raises ArtifactError.
    """
    missing = [artifact for artifact in artifacts if not _verified(artifact, cache)]
    if missing:
        _announce(missing, cache, mirror)
        with _progress() as progress:
            bar = progress.add_task("下载", total=sum(a.size for a in missing))

            @contextmanager
            def counting(filename: str, _size: int) -> Iterator[Any]:
                progress.update(bar, description=f"下载 {filename[:40]}")
                yield lambda count: progress.advance(bar, count)

            context = _context(cache, mirror, PythonResolver(progress_callback=counting))
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda artifact: _fetch_one(artifact, context, mirror), missing))
    return [_stored(artifact, cache) for artifact in artifacts]


def _announce(missing: Sequence[Artifact], cache: Path, mirror: str) -> None:
    size = sum(artifact.size for artifact in missing) / 1e6
    source = f"，来源 {mirror}" if mirror else ""
    groups = "、".join(sorted({artifact.group for artifact in missing}))
    text = f"需下载 {len(missing)} 个文件（{groups}），共 {size:.0f} MB，存入 {cache}{source}"
    Console(stderr=True).print(text, highlight=False, soft_wrap=True)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description:<46}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=False)


def _context(cache: Path, mirror: str, resolver: PythonResolver) -> MavenContext:
    choices: dict[str, Any] = {"repo_cache": cache / "maven", "resolver": resolver, "timeout": 60}
    if "://" in mirror:
        choices["remote_repos"] = {"mirror": mirror.rstrip("/")}
    return MavenContext(**choices)


def _fetch_one(artifact: Artifact, context: MavenContext, mirror: str) -> None:
    target = _stored(artifact, context.repo_cache.parent)
    for attempt in range(1, TRIES + 1):
        target.unlink(missing_ok=True)
        try:
            _bring(artifact, context, mirror, target)
            break
        except (OSError, RuntimeError) as problem:  # requests' errors are OSErrors
            if attempt == TRIES or isinstance(problem, FileNotFoundError):
                raise ArtifactError(f"下载 {artifact.coordinate} 失败：{problem}") from problem
            time.sleep(PAUSE * attempt)
    if not _matches(artifact, target):
        target.unlink(missing_ok=True)
        raise ArtifactError(f"{artifact.coordinate} 的校验值与清单不符，已删除，不予使用")
    _mark(target).touch()


def _bring(artifact: Artifact, context: MavenContext, mirror: str, target: Path) -> None:
    group, name, version = artifact.parts
    if not mirror or "://" in mirror:
        context.project(group, name).at_version(version).artifact().resolve()
        return
    folder = Path(mirror)
    nested = folder / group.replace(".", "/") / name / version / artifact.filename
    source = nested if nested.exists() else folder / artifact.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def _stored(artifact: Artifact, cache: Path) -> Path:
    group, name, version = artifact.parts
    return cache / "maven" / group.replace(".", "/") / name / version / artifact.filename


def _mark(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _verified(artifact: Artifact, cache: Path) -> bool:
    path = _stored(artifact, cache)
    if not path.exists() or path.stat().st_size != artifact.size:
        return False
    if not _mark(path).exists() and not _matches(artifact, path):
        return False
    _mark(path).touch()
    return True


def _matches(artifact: Artifact, path: Path) -> bool:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() == artifact.sha256


def cache_folder() -> Path:
    """Where fetched files live, for all checkouts: GONGKAI_CACHE, else ~/.cache/gongkai."""
    chosen = os.environ.get("GONGKAI_CACHE")
    return Path(chosen).absolute() if chosen else Path.home() / ".cache" / "gongkai"
