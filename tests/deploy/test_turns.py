"""One web process stops the moment the other is back: nginx hands every call to the one that is there."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from devtools.ports import any_free
from tests.support import nginx

pytestmark = pytest.mark.skipif(nginx.NGINX is None, reason=nginx.NO_NGINX)


class Yes(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def web(port: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), Yes) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield
        server.shutdown()


def test_calls_find_the_process_that_is_there(tmp_path: Path) -> None:
    """With max_fails=1 nginx answers 502 here: what was put aside is tried by one call, and all others have nobody."""
    first, second = any_free(), any_free()
    site_of_both = nginx.site(tmp_path, upstreams=[f"127.0.0.1:{first}", f"127.0.0.1:{second}"])
    with site_of_both as site, ThreadPoolExecutor(max_workers=16) as pool:

        def call(_: int) -> int:
            address = f"{site.url}/1plat-webhook"
            return requests.post(address, b"{}", verify=str(site.authority), timeout=10).status_code

        seen: Counter[int] = Counter()
        for present in (first, second, first):
            with web(present):
                seen.update(pool.map(call, range(48)))
    assert seen == {200: 144}
