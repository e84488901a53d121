"""A connection to a checked address speaks TLS in the name it was checked under."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3

from integrations import transport
from integrations.transport import pinned_pool, under_deadline
from tests.support.tls import NO_OPENSSL, make_certificate

NAME = "files.example.test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A key and a certificate of the name, made for this run."""
    if NO_OPENSSL:
        pytest.skip(NO_OPENSSL)
    folder: Path = tmp_path_factory.mktemp("tls")
    make_certificate(folder, NAME)
    return folder


@pytest.fixture
def server(certificate) -> Iterator[Any]:
    asked: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    one = HTTPServer(("127.0.0.1", 0), Handler)
    one.handle_error = lambda *_: None  # type: ignore[method-assign]
    one.socket = context.wrap_socket(one.socket, server_side=True)
    one.asked = asked  # type: ignore[attr-defined]
    thread = threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()


def get(server: Any, name: str) -> bytes:
    with (
        under_deadline(time.monotonic() + 5),
        pinned_pool("https", "127.0.0.1", server.server_port, name=name) as pool,
    ):
        answer = pool.request("GET", "/", headers={"Host": name}, retries=False)
        return answer.data


def test_the_name_is_said_and_its_certificate_believed(server, certificate, monkeypatch):
    monkeypatch.setattr(transport, "CA_BUNDLE", str(certificate / "cert.pem"))
    assert get(server, NAME) == b"ok"
    assert server.asked == [NAME, NAME]


def test_a_certificate_of_another_name_or_of_nobody_is_not(server, certificate, monkeypatch):
    with pytest.raises(urllib3.exceptions.SSLError):
        get(server, NAME)
    monkeypatch.setattr(transport, "CA_BUNDLE", str(certificate / "cert.pem"))
    with pytest.raises(urllib3.exceptions.SSLError):
        get(server, "another.example.test")
