"""An Umnico that has connected us, as it does when the sandbox starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from integrations.sandbox.core.sandbox import Sandbox
from tests.support.sandbox import running_sandbox


@contextmanager
def connected(settings: Any) -> Iterator[Sandbox]:
    settings.PUBLIC_URL = "https://shop.example.com"
    secrets = {
        "UMNICO_API_KEY": "umnico-token-of-the-tests",
        "UMNICO_WEBHOOK_SECRET": "umnico-address",
    }
    with running_sandbox(**secrets) as sandbox:
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "UMNICO_BASE_URL": f"{sandbox.base_url}/umnico/v1.3",
        }
        requests.get(f"{sandbox.base_url}/health", timeout=10)  # by now it has connected us
        yield sandbox
