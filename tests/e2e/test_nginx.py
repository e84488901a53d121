"""The site of deploy/nginx in front of the real processes: TLS, addresses, limits, and who is believed."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.ports import any_free
from tests.support import callers, nginx
from tests.support.callers import CALLED, Site, send

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
    pytest.mark.skipif(nginx.NGINX is None, reason=nginx.NO_NGINX),
]


@pytest.fixture(scope="module")
def front(stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    with nginx.site(folder, upstreams=[f"127.0.0.1:{stack.addresses.web_port}"]) as running:
        yield running


def test_the_file_is_one_that_nginx_reads(tmp_path: Path) -> None:
    nginx.certify(tmp_path)
    main = nginx.written(tmp_path, upstreams=["127.0.0.1:9"], https=8443, http=8080)
    done = subprocess.run(
        [str(nginx.NGINX), "-t", "-c", str(main), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_http_leads_to_https_and_keeps_the_method(front: Site) -> None:
    callers.leads_to_https(front)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", CALLED)
def test_every_callback_address_is_answered_by_its_receiver(
    front: Site, path: str, slash: str
) -> None:
    callers.is_heard_by_its_receiver(front, f"{path}{slash}")


def test_an_address_that_a_caller_writes_himself_is_not_believed(front: Site, stack) -> None:
    callers.forged_address_is_not_believed(front, stack, mark="a forged address")


def test_a_body_beyond_the_limit_is_refused_at_the_door(front: Site) -> None:
    assert send(front, "POST", "/1plat-webhook", data=b"x" * (1024 * 1024 + 1)).status_code == 413


def test_guessing_a_password_is_slowed_down_and_callbacks_are_not(front: Site) -> None:
    guesses = [send(front, "GET", "/admin/login/").status_code for _ in range(25)]
    assert guesses[0] == 200
    assert 429 in guesses
    calls = [send(front, "POST", "/1plat-webhook", json={"n": n}).status_code for n in range(60)]
    assert 429 not in calls


def test_nginx_tells_nothing_of_itself(front: Site) -> None:
    answer = send(front, "GET", "/nowhere/")
    assert answer.status_code == 404
    assert answer.headers["Server"] == "nginx"  # and no version


def test_a_process_that_hangs_does_not_cost_a_call(stack, tmp_path: Path) -> None:
    """It is given up while whoever calls still waits: Tilda does for five seconds, others for ten."""
    port = any_free()
    upstreams = [f"127.0.0.1:{port}", f"127.0.0.1:{stack.addresses.web_port}"]
    with (
        nginx.site(tmp_path, upstreams=upstreams) as front,
        socket.create_server(("127.0.0.1", port)) as hanging,
    ):
        asked = [
            send(front, "POST", "/1plat-webhook", json={"n": n}, timeout=5).status_code
            for n in range(4)
        ]
        hanging.accept()[0].close()
    assert set(asked) == {403}
