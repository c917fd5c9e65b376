"""The ledger's signer and a witness: keys and policy at the first start, and the two programs.

Here they run beside what they guard, which shows how it works and protects nothing: see
docs/ledger-operations.md.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.household import ROOT, Household
from deploy.embedded.processes import StartError
from deploy.embedded.programs import Command, answers, common_environment

POLICY = """# 信任策略（tlog-policy）。请当面或从盖章的公告取得，并核对指纹。
# 见证方 demo 与平台在同一台机器上，仅供演示；正式使用须换成其他单位运行的见证方。
# version 1
log {log} {public_url}/audit/log
witness demo {witness} {url}
quorum demo
"""
LOCAL = re.compile(r"http://127\.0\.0\.1:[0-9]+$", re.MULTILINE)


def prepare(home: Household) -> None:
    """Keys and policy, if this folder has none yet. Raises StartError."""
    policy, url = home.policy, home.url_of("witness")
    if policy.exists():
        text = policy.read_text("utf-8")
        if (moved := LOCAL.sub(url, text)) != text:  # the witness's port was taken
            _write(policy, moved)
        return
    host = home.public_url.partition("://")[2]
    log = _key(home, "signer", "key-1", ("init", "--origin", f"{host}/audit/log"), "vkeys")
    witness = _key(home, "witness", "key", ("init", "--name", f"{host}/witness"), "vkey")
    _trust(home.data / "witness/logs.txt", f"log {log}\n")
    text = POLICY.format(log=log, witness=witness, url=url, public_url=home.public_url)
    policy.parent.mkdir(exist_ok=True)
    _write(policy, text)


def programs(home: Household) -> Iterator[tuple[str, Command]]:
    """Each with a folder of its own."""
    for name, path in (("signer", "/status"), ("witness", "/")):
        own = {f"GONGKAI_{name.upper()}_PORT": str(home.ports[name])}
        if name == "signer":
            own["GONGKAI_SIGNER_SECRET"] = home.secrets["signer"]
        command = [sys.executable, "-m", name, "serve"]
        check = answers(home.ports[name], path)
        yield (
            name,
            Command(command, _environment(home, name) | own, home.logs / f"{name}.log", check),
        )


def _environment(home: Household, name: str) -> dict[str, str]:
    return common_environment(home) | {f"GONGKAI_{name.upper()}_DATA": str(home.data / name)}


def _key(home: Household, name: str, file: str, init: tuple[str, ...], show: str) -> str:
    """The public key of an interrupted start, or of a key made now."""
    arguments = (show,) if (home.data / name / file).exists() else init
    done = subprocess.run(
        [sys.executable, "-m", name, *arguments], cwd=ROOT, env=_environment(home, name),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise StartError(f"{name}：{done.stderr}")
    return done.stdout.split("\n")[0]


def _trust(logs: Path, line: str) -> None:
    text = logs.read_text("utf-8")
    if line not in text:
        logs.write_text(text + line, "utf-8")


def _write(path: Path, text: str) -> None:
    making = path.with_suffix(".making")
    making.write_text(text, "utf-8")
    making.rename(path)
