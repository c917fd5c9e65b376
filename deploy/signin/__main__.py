"""`python -m deploy.signin`: serve the issuer, or `add LOGIN PERSON NAME` an account.

Settings come from GONGKAI_* environment variables; `add` needs GONGKAI_DATA only.
"""

import getpass
import json
import os
import sys
from pathlib import Path

import uvicorn

from deploy.signin.accounts import account, read_accounts, write_accounts
from deploy.signin.app import create_app


def serve() -> None:
    """GONGKAI_DATA, GONGKAI_PUBLIC_URL, GONGKAI_PORT, GONGKAI_CLIENT_SECRETS (JSON: name to secret)."""
    app = create_app(
        Path(os.environ["GONGKAI_DATA"]),
        os.environ["GONGKAI_PUBLIC_URL"],
        json.loads(os.environ["GONGKAI_CLIENT_SECRETS"]),
    )
    port = int(os.environ["GONGKAI_PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


def add(login: str, person: str, name: str) -> None:
    """Add an account or give it a new password, which is asked for (or read from a pipe)."""
    path = Path(os.environ.get("GONGKAI_DATA", "var")) / "signin/accounts.json"
    known = read_accounts(path)
    password = getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if len(password) < 8:
        sys.exit("密码至少 8 个字符")
    people = {**known.by_login, login: account(login, person, name, password)}
    write_accounts(path, people.values(), demo=known.demo)
    print(f"已保存账号 {login}（{name}）")


def main() -> None:
    if len(sys.argv) == 1:
        serve()
    elif len(sys.argv) == 5 and sys.argv[1] == "add":
        add(*sys.argv[2:])
    else:
        sys.exit("用法：python -m deploy.signin [add 用户名 人员编号 姓名]")


if __name__ == "__main__":
    main()
