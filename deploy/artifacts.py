"""PostgreSQL, Kafka and browser assets, pinned and unpacked once: `python -m deploy.artifacts`."""

import hashlib
import os
import platform
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from deploy.downloads import Artifact, ArtifactError, cache_folder, fetch, locked, table
from deploy.places import readable_place

ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}


def this_platform() -> str:
    """`linux-amd64` and the like, as the table writes it; raises ArtifactError elsewhere."""
    name = f"{platform.system().lower()}-{ARCHITECTURES.get(platform.machine().lower(), '?')}"
    if name not in {artifact.platform for artifact in table()}:
        raise ArtifactError(f"本机平台 {name} 没有可用的 PostgreSQL 安装包")
    return name


def kafka_lib() -> Path:
    """One folder with Apache Kafka's jars."""
    return _unpacked("kafka", _group("kafka"), cache_folder(), _link_jars)


def postgres_home() -> Path:
    """The folder above PostgreSQL's `bin`, readable by the unprivileged user that will run it."""
    here = this_platform()
    artifacts = [artifact for artifact in _group("postgres") if artifact.platform == here]
    return _unpacked("postgres", artifacts, readable_place(cache_folder()), _untar)


def web_assets() -> Path:
    """One folder: htmx.min.js, echarts.min.js, licences."""
    return _unpacked("web", _group("web"), cache_folder(), _extract_assets)


def prefetch() -> None:
    """Everything this machine needs, in one download with one progress bar."""
    here = this_platform()
    wanted = [artifact for artifact in table() if artifact.platform in (None, here)]
    cache = cache_folder()
    with locked(cache):
        fetch(wanted, cache, _mirror())
    for unpack in (kafka_lib, postgres_home, web_assets):
        unpack()


def _mirror() -> str:
    return os.environ.get("GONGKAI_MIRROR", "")


def _group(name: str) -> list[Artifact]:
    return [artifact for artifact in table() if artifact.group == name]


def _unpacked(
    kind: str,
    artifacts: Sequence[Artifact],
    root: Path,
    unpack: Callable[[list[tuple[Artifact, Path]], Path], None],
) -> Path:
    """The folder named after the content of `artifacts`; made beside it and renamed when whole."""
    digest = hashlib.sha256(
        "".join(a.sha256 + str(a.files) for a in artifacts).encode()
    ).hexdigest()
    folder = root / f"{kind}-{digest[:12]}"
    if folder.exists():
        return folder
    cache = cache_folder()
    with locked(cache):
        if not folder.exists():
            paths = fetch(artifacts, cache, _mirror())
            making = folder.with_name(f"{folder.name}.{os.getpid()}")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(parents=True)
            making.chmod(0o755)
            unpack(list(zip(artifacts, paths, strict=True)), making)
            making.rename(folder)
    return folder


def _link_jars(found: list[tuple[Artifact, Path]], folder: Path) -> None:
    for _, jar in found:
        (folder / jar.name).hardlink_to(jar)


def _untar(found: list[tuple[Artifact, Path]], folder: Path) -> None:
    (_, jar) = found[0]
    with zipfile.ZipFile(jar) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".txz"))
        with tarfile.open(fileobj=BytesIO(outer.read(inner)), mode="r:xz") as archive:
            if sys.version_info >= (3, 12):
                archive.extractall(folder, filter="tar")
            else:
                archive.extractall(folder)  # noqa: S202 - the archive's SHA-256 is pinned


def _extract_assets(found: list[tuple[Artifact, Path]], folder: Path) -> None:
    for artifact, jar in found:
        _, name, version = artifact.parts
        with zipfile.ZipFile(jar) as archive:
            for wanted in artifact.files:
                content = archive.read(f"META-INF/resources/webjars/{name}/{version}/{wanted}")
                leaf = Path(wanted).name
                target = f"{leaf}.{name}" if leaf.startswith("LICENSE") else leaf
                (folder / target).write_bytes(content)


if __name__ == "__main__":
    try:
        prefetch()
    except ArtifactError as problem:
        sys.exit(str(problem))
