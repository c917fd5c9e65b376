"""`python -m deploy.signin`: serve the issuer. Settings come from GONGKAI_* environment variables."""

import json
import os
from pathlib import Path

import uvicorn

from deploy.signin.app import create_app


def main() -> None:
    """GONGKAI_DATA, GONGKAI_PUBLIC_URL, GONGKAI_PORT, GONGKAI_CLIENT_SECRETS (JSON: name to secret)."""
    app = create_app(
        Path(os.environ["GONGKAI_DATA"]),
        os.environ["GONGKAI_PUBLIC_URL"],
        json.loads(os.environ["GONGKAI_CLIENT_SECRETS"]),
    )
    port = int(os.environ["GONGKAI_PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
