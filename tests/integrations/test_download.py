"""Addresses that strangers give us: none leads to this machine or behind it, and none holds a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integrations import download as module
from integrations.download import NotFetched, Reason, TryLater, download, target_of
from integrations.public_addresses import is_public
from tests.support.http_server import (
    HttpServer,
    Received,
    answer,
    cut,
    drip,
    drip_head,
    hang,
    reset,
)

PUBLIC = "93.184.215.14"
Names = Callable[..., None]


@pytest.fixture
def names(monkeypatch) -> Names:
    """Makes names resolve as told; a list of lists answers anew each time."""
    known: dict[str, list[list[str]]] = {}

    def resolve(host: str, port: int) -> list[str]:
        if host not in known:
            raise OSError("no such name")
        answers = known[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def add(host: str, *answers: list[str]) -> None:
        known[host] = list(answers)

    monkeypatch.setattr(module, "resolve", resolve)
    return add


@pytest.fixture
def files(settings) -> Iterator[HttpServer]:
    """The simulators' host: the only one that may be on this machine."""
    with HttpServer() as server:
        settings.SANDBOX = True
        settings.SANDBOX_URL = server.url
        yield server


def fetch(url: str, *, max_bytes: int = 1000, seconds: float = 5.0) -> bytes:
    with download(url, max_bytes=max_bytes, seconds=seconds) as body:
        return body.read()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.0x1/",
        "https://017700000001/",
        "https://0177.0.0.01/",
        "https://0/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "http://[::ffff:127.0.0.1]/",
        "https://[::]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://files.example.test@127.0.0.1/",
        "https://user:word@files.example.test/",
        "https://files.example.test:22/",
        "https://files.example.test:8443/",
        "https://files.example.test:0/",
        "https://files.example.test:99999/",
        "http://files.example.test/a.pdf",
        "file:///etc/passwd",
        "gopher://files.example.test/",
        "ftp://files.example.test/",
        "dict://files.example.test:11211/",
        "data:text/plain,a",
        "javascript:alert(1)",
        "//files.example.test/a.pdf",
        "/etc/passwd",
        "https://",
        "https:///a",
        "https://files.example.test\\@127.0.0.1/",
        "https://files.example.test\t/",
        "https://files.example.test/\r\nX: y",
        "https://files.example.test/a b",
        "https://files..example.test/",
        "https://-/",
        "https://１２７.０.０.１/",
        "https://127。0。0。1/",
        "https://" + "a" * 300 + ".test/",
        "https://files.example.test/" + "a" * 3000,
        "",
    ],
)
def test_an_address_that_is_not_opened(url, names):
    names("files.example.test", [PUBLIC])
    with pytest.raises(NotFetched) as refused:
        target_of(url)
    assert refused.value.reason is Reason.ADDRESS


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.255.255.250",
        "240.0.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "::", "::1", "::127.0.0.1", "::ffff:8.8.8.8", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00::1", "2001:db8::1",
        "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "ff02::1", "100::1", "3fff::1", "5f00::1",
        "", "nonsense",
    ],
)  # fmt: skip
def test_a_name_of_a_private_address_is_refused(address, names):
    assert not is_public(address)
    names("inside.example.test", [PUBLIC, address])
    with pytest.raises(NotFetched) as refused:
        target_of("https://inside.example.test/")
    assert refused.value.reason is Reason.ADDRESS
    assert "inside" not in str(refused.value)


def test_a_public_name_is_opened_at_the_address_that_was_checked(names):
    names("files.example.test", [PUBLIC, "2a00:1450:4010:c0e::65"])
    target = target_of("https://FILES.example.test:443/a%20b.pdf?x=1#part")
    assert (target.host, target.address, target.port) == ("files.example.test", PUBLIC, 443)
    assert target.path == "/a%20b.pdf?x=1"


def test_a_second_answer_of_the_name_server_changes_nothing(names, monkeypatch):
    """DNS rebinding: the first answer is public, the next one is not, and it is never asked for."""
    names("rebind.example.test", [PUBLIC], ["127.0.0.1"])
    went: list[tuple[str, str, int, str]] = []

    def pool(scheme: str, address: str, port: int, *, name: str):
        went.append((scheme, address, port, name))
        raise OSError("as far as the test goes")

    monkeypatch.setattr(module, "pinned_pool", pool)
    with pytest.raises(OSError, match="as far"):
        fetch("https://rebind.example.test/a.pdf")
    assert went == [("https", PUBLIC, 443, "rebind.example.test")]


def test_a_name_in_cyrillic_goes_in_its_ascii_form(names):
    names("xn--80ak6aa92e.xn--p1ai", [PUBLIC])
    names("xn--e1afmkfd.xn--80akhbyknj4f", [PUBLIC])
    assert target_of("https://пример.испытание/файл").host == "xn--e1afmkfd.xn--80akhbyknj4f"


def test_a_name_nobody_knows_is_asked_for_again_later(names):
    with pytest.raises(TryLater):
        target_of("https://nobody.example.test/")


def test_a_file_is_fetched(files):
    files.plan(answer(200, raw=b"%PDF-1.7"))
    assert fetch(f"{files.url}/файл 1.pdf".replace(" ", "%20")) == b"%PDF-1.7"
    (request,) = files.received
    assert request.path == "/%D1%84%D0%B0%D0%B9%D0%BB%201.pdf"
    assert request.headers["host"] == files.url.removeprefix("http://")
    assert "cookie" not in request.headers


def test_the_simulators_host_is_open_in_the_sandbox_only(files, settings):
    settings.SANDBOX = False
    with pytest.raises(NotFetched):
        fetch(f"{files.url}/a.pdf")
    settings.SANDBOX = True
    with HttpServer() as another, pytest.raises(NotFetched):
        fetch(f"{another.url}/a.pdf")
    assert files.received == []


@pytest.mark.parametrize(
    "where",
    [
        "http://127.0.0.1:1/",
        "https://169.254.169.254/latest/",
        "https://inside.example.test/",
        "//inside.example.test/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
    ],
)
def test_a_redirect_is_looked_at_like_the_first_address(files, names, where):
    names("inside.example.test", ["10.0.0.7"])
    files.plan(answer(302, headers={"Location": where}))
    with pytest.raises(NotFetched) as refused:
        fetch(f"{files.url}/a.pdf")
    assert refused.value.reason is Reason.ADDRESS
    assert len(files.received) == 1


def test_redirects_are_followed_three_times(files):
    onward = [answer(301, headers={"Location": f"/{number}"}) for number in range(3)]
    files.plan(*onward, answer(200, raw=b"here"))
    assert fetch(f"{files.url}/a.pdf") == b"here"
    assert files.paths() == ["GET /a.pdf", "GET /0", "GET /1", "GET /2"]
    files.plan(*onward, answer(302, headers={"Location": "/again"}))
    with pytest.raises(NotFetched) as refused:
        fetch(f"{files.url}/a.pdf")
    assert refused.value.reason is Reason.REDIRECTS


def test_a_body_is_counted_while_it_comes(files):
    def unannounced(handler: Any, request: Received) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000)
        handler.close_connection = True

    files.plan(answer(200, raw=b"x" * 1001), unannounced)
    for _announced in (True, False):
        with pytest.raises(NotFetched) as refused:
            fetch(f"{files.url}/a.pdf")
        assert refused.value.reason is Reason.TOO_LARGE
    files.plan(answer(200, raw=b"x" * 1000))
    assert len(fetch(f"{files.url}/a.pdf")) == 1000


def test_a_packed_body_is_not_unpacked(files):
    files.plan(answer(200, raw=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(NotFetched) as refused:
        fetch(f"{files.url}/a.pdf")
    assert refused.value.reason is Reason.ENCODED
    assert files.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "reply",
    [drip(b"%PDF" * 100, pause=0.05), drip_head(pause=0.05), hang()],
    ids=["slow body", "slow head", "silence"],
)
def test_whoever_drips_is_left_at_the_deadline(files, reply):
    files.plan(reply)
    started = time.monotonic()
    with pytest.raises(TryLater):
        fetch(f"{files.url}/a.pdf", seconds=0.4)
    assert time.monotonic() - started < 3


def test_one_deadline_covers_every_redirect(files):
    files.otherwise = drip_head(pause=0.05)
    files.plan(answer(302, headers={"Location": "/b"}))
    started = time.monotonic()
    with pytest.raises(TryLater):
        fetch(f"{files.url}/a.pdf", seconds=0.4)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(404), NotFetched),
        (answer(403), NotFetched),
        (answer(204), NotFetched),
        (answer(500), TryLater),
        (answer(429), TryLater),
        (reset(), TryLater),
        (cut(), TryLater),
        (cut(b"half", announced=8), TryLater),
    ],
)
def test_what_may_work_later_and_what_will_not(files, reply, error):
    files.plan(reply)
    with pytest.raises(error):
        fetch(f"{files.url}/a.pdf")
