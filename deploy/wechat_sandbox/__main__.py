"""`python -m deploy.wechat_sandbox --port N [--data DIR]`: WeChat's API for tests and demo."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from deploy.wechat_sandbox.account import Account
from deploy.wechat_sandbox.app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="wechat_sandbox")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, default=None)
    given = parser.parse_args()
    folder = given.data
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    account = Account(folder / "account.jsonl" if folder else None)
    uvicorn.run(
        create_app(account),
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
