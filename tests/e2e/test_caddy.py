"""The Caddyfile of deploy/caddy in front of the real processes: TLS, addresses, limits, and who is believed."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from devtools.ports import any_free
from tests.support import caddy, callers
from tests.support.callers import CALLED, FORGED, Site, send

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
    pytest.mark.skipif(caddy.CADDY is None, reason=caddy.NO_CADDY),
]


class Listener(BaseHTTPRequestHandler):
    """In the place of the bot, whose door the stack does not open while it polls, and of a web process that takes
    everything. Answers with what it heard of the caller."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = f"{self.path} {self.headers['X-Forwarded-For']} {self.headers['X-Real-IP']}"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@pytest.fixture(scope="module")
def bot() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caddy")


@pytest.fixture(scope="module")
def front(stack, folder: Path, bot: str) -> Iterator[Site]:
    with caddy.site(folder, web=f"127.0.0.1:{stack.addresses.web_port}", bot=bot) as running:
        yield running


def test_the_file_is_one_that_caddy_reads(tmp_path: Path) -> None:
    env = {
        **caddy.environment(tmp_path, web="web:8000", bot="bot:8081"),
        "DOMAIN": "shop.example.com",
    }
    command = [str(caddy.CADDY), "validate", "--adapter", "caddyfile", "--config", str(caddy.OURS)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert '"level":"warn"' not in done.stderr


def test_http_leads_to_https_and_keeps_the_method(front: Site) -> None:
    callers.leads_to_https(front)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", CALLED)
def test_every_callback_address_is_answered_by_its_receiver(
    front: Site, path: str, slash: str
) -> None:
    callers.is_heard_by_its_receiver(front, f"{path}{slash}")


def test_telegram_reaches_the_bot(front: Site) -> None:
    headers = {"X-Forwarded-For": FORGED, "X-Real-IP": FORGED}
    answer = send(front, "POST", "/bot/webhook", json={}, headers=headers)
    assert answer.text == "/bot/webhook 127.0.0.1 None"


def test_an_address_that_a_caller_writes_himself_is_not_believed(front: Site, stack) -> None:
    callers.forged_address_is_not_believed(front, stack, mark="another forged address")


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory, bot: str) -> Iterator[Site]:
    """Behind it somebody who takes bodies of any size."""
    with caddy.site(tmp_path_factory.mktemp("open-house"), web=bot, bot=bot) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "megabytes", "is_let_in"),
    [
        ("/1plat-webhook", 1, False),
        ("/partners/", 1, False),
        ("/partners/join/", 1, True),
        ("/cabinet/", 59, True),
        ("/cabinet/", 60, False),
        ("/bot/webhook", 1, False),
    ],
)
def test_a_body_beyond_the_limit_is_refused_at_the_door(
    open_house: Site, path: str, megabytes: int, *, is_let_in: bool
) -> None:
    try:
        answer = send(open_house, "POST", path, data=b"x" * (megabytes * 1_000_000 + 100_000))
    except requests.ConnectionError:  # hung up on while it was still sending
        assert not is_let_in
    else:
        assert answer.status_code == 200 if is_let_in else answer.status_code in (413, 502)


@pytest.mark.parametrize("path", ["/metrics", "/health/ready"])
def test_what_is_for_our_machines_is_closed(front: Site, path: str) -> None:
    assert send(front, "GET", path).status_code == 403
    assert send(front, "GET", "/health/live").status_code == 200


def test_a_web_process_that_is_started_anew_is_not_noticed(stack, tmp_path: Path) -> None:
    web = f"127.0.0.1:{any_free()} 127.0.0.1:{stack.addresses.web_port}"
    with caddy.site(tmp_path, web=web, bot="127.0.0.1:9") as front:
        pages = [send(front, "GET", "/health/live").status_code for _ in range(10)]
        assert set(pages) == {200}
        if caddy.version().startswith(caddy.OLD):
            pytest.skip(f"the calls: Caddy {caddy.version()} repeats none that has a body")
        calls = [
            send(front, "POST", "/1plat-webhook", json={"n": n}).status_code for n in range(10)
        ]
        assert set(calls) <= {400, 403}


def test_its_log_tells_no_address_that_was_called(
    front: Site, folder: Path, tmp_path: Path
) -> None:
    with caddy.site(tmp_path, web=f"127.0.0.1:{any_free()}", bot="127.0.0.1:9") as broken:
        answer = send(broken, "POST", "/integrations/callbacks/tilda/kept-secret-part", json={})
    assert answer.status_code == 502
    said = (tmp_path / "caddy.log").read_text()
    assert "dial tcp" in said
    assert "kept-secret-part" not in said
    assert "wrong-secret" not in (folder / "caddy.log").read_text()
    assert "Server" not in send(front, "GET", "/nowhere/").headers
