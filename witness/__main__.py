"""`python -m witness init --name NAME | serve | vkey | sign FILE [--qr] | trust POLICY`.

See docs/ledger-operations.md.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from shared.secretfile import Exposed
from tlog.answers import REFUSALS, UnknownLog
from tlog.note import Unsigned
from tlog.submission import Inconsistent, Stale
from tlog.text import Malformed
from witness.cosigning import WrongLogs, create, open_witness, trust
from witness.settings import WitnessSettings


def init(folder: Path, name: str) -> None:
    """A key of its own and an empty memory; prints the public key for the policy."""
    sys.stdout.write(f"{create(folder, name, secrets.token_bytes(32))}\n")


def serve(settings: WitnessSettings) -> None:
    """Until SIGTERM."""
    import uvicorn

    from shared.logs import configure
    from witness.app import create_app

    configure("witness")
    app = create_app(open_witness(settings.data))
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_level="warning")


def sign(folder: Path, source: str, *, qr: bool) -> None:
    """For isolated networks: the request comes as a file or from a scanned code, the line goes back."""
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    text = (
        data.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    )  # scanners and editors change line ends
    line = open_witness(folder).add(text)
    sys.stdout.write(line)
    if qr:
        import segno

        segno.make_qr(line).terminal(sys.stdout, compact=True)


def why(error: Exception) -> str:
    """The refusal in words for who stands before the screen."""
    match error:
        case Stale(size=size):
            return f"拒绝：本见证方上次见证的是前 {size} 条，请日志方提供从该处起的一致性证明"
        case Inconsistent():
            return f"拒绝：与本见证方此前见证的内容矛盾，历史可能被改写（{error}）。请求已存入 evidence 目录"
        case UnknownLog():
            return "拒绝：本见证方没有登记这个日志（logs.txt）"
        case Unsigned():
            return f"拒绝：签名无效（{error}）"
        case Malformed():
            return f"格式错误：{error}"
        case FileExistsError():
            return f"已经初始化过：{error.filename}"
        case FileNotFoundError():
            return f"没有找到：{error.filename}"
        case _:
            return f"拒绝：{error}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m witness", description="审计日志见证方")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help="生成密钥").add_argument("--name", required=True)
    commands.add_parser("serve", help="提供 HTTP 服务")
    commands.add_parser("vkey", help="显示公钥")
    signing = commands.add_parser("sign", help="离线见证一份请求")
    signing.add_argument("file", help="请求文件，- 表示标准输入")
    signing.add_argument("--qr", action="store_true", help="同时显示二维码")
    trusting = commands.add_parser("trust", help="日志更换密钥：采用经新旧密钥签名的信任策略")
    trusting.add_argument("note", type=Path)
    chosen = parser.parse_args()
    settings = WitnessSettings()
    try:
        match chosen.command:
            case "init":
                init(settings.data, chosen.name)
            case "serve":
                serve(settings)
            case "sign":
                sign(settings.data, chosen.file, qr=chosen.qr)
            case "trust":
                new = trust(open_witness(settings.data), chosen.note.read_bytes())
                sys.stdout.write("".join(f"已登记：{key}\n" for key in new) or "没有新的密钥\n")
            case _:
                sys.stdout.write(f"{open_witness(settings.data).key.vkey}\n")
    except (*REFUSALS, Exposed, WrongLogs, FileExistsError, FileNotFoundError) as error:
        sys.exit(why(error))


if __name__ == "__main__":
    main()
