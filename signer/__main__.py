"""`python -m signer init | serve | vkeys | rotate | retire | adopt`. See docs/ledger-operations.md."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from shared.secretfile import Exposed
from signer import keyring
from signer.keyring import NotNow
from signer.settings import SignerSettings
from signer.signing import adopt, open_signer
from tlog.note import Unsigned
from tlog.policy import parse_policy
from tlog.text import Malformed


def serve(settings: SignerSettings) -> None:
    """Until SIGTERM."""
    import uvicorn

    from shared.logs import configure
    from signer.app import create_app

    secret = settings.secret.get_secret_value()
    if len(secret) < 16:
        raise NotNow("GONGKAI_SIGNER_SECRET 至少 16 个字符")
    configure("signer")
    app = create_app(open_signer(settings.data), secret)
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_level="warning")


def rotate(folder: Path, policy: Path | None) -> None:
    """Both keys sign from now on. With a policy, writes its next version, plain and signed by both."""
    text = policy.read_text("utf-8") if policy else None
    vkey, note = keyring.rotate(folder, secrets.token_bytes(32), text)
    say(str(vkey))
    if policy and note:
        plain, signed = policy.with_suffix(".next.txt"), policy.with_suffix(".next.note")
        plain.write_text(note.text, "utf-8")
        signed.write_bytes(note.encode())
        say(f"新的信任策略：{plain}；附新旧两个密钥的签名：{signed}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def run(chosen: argparse.Namespace, settings: SignerSettings) -> None:
    folder = settings.data
    match chosen.command:
        case "init":
            say(str(keyring.create(folder, chosen.origin, secrets.token_bytes(32))))
        case "serve":
            serve(settings)
        case "rotate":
            rotate(folder, chosen.policy)
        case "retire":
            say(f"已停用并销毁：{keyring.retire(folder)}")
        case "adopt":
            known = adopt(
                folder, chosen.note.read_bytes(), parse_policy(chosen.policy.read_bytes())
            )
            say(f"已从前 {known.size} 条的存档点恢复")
        case _:
            say("\n".join(str(key.vkey) for key in keyring.keys(folder)))


def why(error: Exception) -> str:
    """In words for the operator."""
    match error:
        case FileExistsError():
            return f"已经存在，不覆盖：{error.filename}"
        case FileNotFoundError():
            return f"没有找到 {error.filename}；没有记忆的签名器不得签名，恢复用 adopt"
        case Exposed():
            return f"密钥文件的权限过宽，密钥可能已泄露：{error}"
        case Unsigned():
            return f"签名无效：{error}"
        case Malformed():
            return f"格式错误：{error}"
        case _:
            return str(error)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m signer", description="审计日志签名器")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help="生成首个密钥").add_argument("--origin", required=True)
    commands.add_parser("serve", help="提供 HTTP 服务")
    commands.add_parser("vkeys", help="显示公钥")
    rotating = commands.add_parser("rotate", help="增加新密钥，新旧并用")
    rotating.add_argument("--policy", type=Path, help="现行信任策略文件")
    commands.add_parser("retire", help="停用旧密钥")
    adopting = commands.add_parser("adopt", help="记忆丢失或过旧时，从达到法定数的存档点恢复")
    adopting.add_argument("note", type=Path)
    adopting.add_argument("--policy", type=Path, required=True)
    chosen = parser.parse_args()
    try:
        run(chosen, SignerSettings())
    except (NotNow, Exposed, Malformed, Unsigned, FileExistsError, FileNotFoundError) as error:
        sys.exit(why(error))


if __name__ == "__main__":
    main()
