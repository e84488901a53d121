"""The doctor goes to PUBLIC_URL as a provider would."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests.adapters

from integrations import transport
from project.doctor import outside
from project.doctor.findings import Finding, Level
from project.health import proof_of
from tests.support.http_server import HttpServer, answer
from tests.support.tls import NO_OPENSSL, make_certificate


def found() -> dict[str, Finding]:
    return {finding.title: finding for finding in outside.public_address()}


class Handler(BaseHTTPRequestHandler):
    """Web, as far as the question goes."""

    def do_GET(self) -> None:
        number = parse_qs(urlsplit(self.path).query)["proof"][0]
        body = f'{{"status":"ok","proof":"{proof_of(number)}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module", params=[2, 90], ids=["old", "new"])
def certificate(request, tmp_path_factory) -> tuple[Path, int]:
    if NO_OPENSSL:
        pytest.skip(NO_OPENSSL)
    folder: Path = tmp_path_factory.mktemp("tls")
    make_certificate(folder, "localhost", days=request.param)
    return folder, request.param


@pytest.fixture
def site(certificate, settings) -> Iterator[None]:
    """Our web behind a certificate of its own."""
    folder, _days = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    one = HTTPServer(("127.0.0.1", 0), Handler)
    one.handle_error = lambda *_: None  # type: ignore[method-assign]
    one.socket = context.wrap_socket(one.socket, server_side=True)
    thread = Thread(target=one.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    settings.PUBLIC_URL = f"https://localhost:{one.server_port}"
    yield
    one.shutdown()
    one.server_close()


def test_a_good_certificate_leads_to_this_installation(site, certificate, monkeypatch):
    folder, days = certificate
    for module, name in ((transport, "CA_BUNDLE"), (requests.adapters, "DEFAULT_CA_BUNDLE_PATH")):
        monkeypatch.setattr(module, name, str(folder / "cert.pem"))
    said = found()
    assert said["Answer"].detail.startswith("this installation, in ")
    shown = said["Certificate"]
    assert f"good for {days - 1} days, signed by Authority of the tests" in shown.detail
    assert shown.level is (Level.FINE if days > 14 else Level.WARNING)


def test_a_certificate_nobody_believes_ends_the_questions(site):
    said = found()
    assert said["Certificate"].level is Level.FAILED
    assert "not believed: self-signed certificate" in said["Certificate"].detail
    assert "Answer" not in said


@pytest.fixture
def web(settings) -> Iterator[HttpServer]:
    with HttpServer() as server:
        settings.PUBLIC_URL = server.url
        yield server


def elsewhere(server: HttpServer) -> None:
    server.otherwise = answer(200, {"status": "ok"})


def another_key(server: HttpServer) -> None:
    server.otherwise = answer(200, {"status": "ok", "proof": "0" * 64})


def parked(server: HttpServer) -> None:
    server.otherwise = answer(200, raw=b"<html>This domain is for sale</html>")


@pytest.mark.parametrize("plan", [elsewhere, another_key, parked])
def test_whoever_else_answers_there_is_not_us(web, plan: Callable[[HttpServer], None]):
    plan(web)
    assert (found()["Answer"].level, found()["Answer"].detail) == (
        Level.FAILED,
        "200, and not of this installation",
    )


def test_a_redirect_loses_the_calls(web):
    web.otherwise = answer(301, headers={"Location": "https://www.shop.example.com/"})
    assert found()["Answer"].detail == "redirects (301)"


def test_nobody_there_breaks_a_shop_and_worries_a_sandbox(settings):
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    assert found()["Answer"].level is Level.FAILED
    assert found()["Name"].detail == "127.0.0.1: an inner address"
    settings.SANDBOX = True
    assert found()["Answer"].level is Level.WARNING
    assert found()["Name"].level is Level.FINE


def test_before_the_name_is_set_there_is_a_hint(settings, monkeypatch):
    def nothing(*_: Any) -> list[str]:
        raise OSError("Name or service not known")

    monkeypatch.setattr(outside, "resolve", nothing)
    settings.PUBLIC_URL = "https://shop.example.com"
    (name,) = outside.public_address()
    assert (name.level, name.detail) == (
        Level.WARNING,
        "shop.example.com does not resolve yet",
    )
    assert "A record of shop.example.com" in name.hint


def test_the_address_of_the_world_is_shown(settings, monkeypatch):
    monkeypatch.setattr(outside, "resolve", lambda *_: ["8.8.8.8"])
    monkeypatch.setattr(outside, "certificate_of", lambda *_, **__: 1 / 0)
    settings.PUBLIC_URL = "http://shop.example.com:9"
    monkeypatch.setattr(outside, "_answer", lambda _parts: Finding(Level.FINE, "Answer"))
    assert found()["Name"].detail == "shop.example.com is 8.8.8.8"
