"""`python -m deploy.embedded.run SERVICE ARGUMENT…`: one command of a service beside the running platform.

It is told what the platform of this data folder tells the service; where the environment already names a
database (one server, cluster), that is left as it is.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from deploy.embedded.household import ROOT, data_folder, running_household
from deploy.embedded.programs import Servers, service_environment


def environment(service: str) -> Mapping[str, str]:
    """Everything the service is told."""
    if os.environ.get("GONGKAI_WORKER_DSN"):
        return os.environ
    folder = data_folder()
    try:
        home = running_household(folder)
    except FileNotFoundError:
        raise SystemExit(
            f"{folder} 中没有平台：请先启动，或用环境变量 GONGKAI_DATA 指定数据目录"
        ) from None
    parts = urlsplit(os.environ.get("GONGKAI_POSTGRES_URL", ""))
    host, port = parts.hostname or "127.0.0.1", parts.port or home.ports["postgres"]
    kafka = os.environ.get("GONGKAI_KAFKA") or f"127.0.0.1:{home.ports['kafka']}"
    own = service_environment(home, Servers(host, port, kafka), service)
    return {**os.environ, **own, "PYTHONPATH": str(ROOT)}


def main() -> int:
    """The command's exit code."""
    if len(sys.argv) < 3:
        raise SystemExit("用法：python -m deploy.embedded.run 服务 命令 [参数…]")
    service, *arguments = sys.argv[1:]
    command = [sys.executable, "-m", f"services.{service}", *arguments]
    return subprocess.run(command, env=environment(service), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
