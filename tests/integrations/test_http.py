"""What the outgoing client promises about time, repeats and answers; redaction is tested apart."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import ConnectionLost, ServiceRefused, ServiceUnreachable
from integrations.http import MAX_ANSWER, Client
from tests.support.http_server import HttpServer, answer, cut, drip, drip_head, hang, reset


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


def client_of(server: HttpServer, **options: Any) -> Client:
    return Client(service="fake", base_url=server.url, **{"deadline": 0.4, **options})


def failure_of(client: Client, method: str = "POST") -> ServiceUnreachable:
    with pytest.raises(ServiceUnreachable) as caught:
        client.request(method, "things")
    return caught.value


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


# --- the answer


def test_a_json_answer_is_parsed(server: HttpServer) -> None:
    server.plan(answer(201, {"id": 7}))

    result = client_of(server).post("/things", body={"имя": "Ёж"}, params={"a": "б"})

    assert (result.status, result.data) == (201, {"id": 7})
    assert server.received[0].json == {"имя": "Ёж"}
    assert server.received[0].query == {"a": "б"}


def test_fractions_in_an_answer_are_exact(server: HttpServer) -> None:
    server.plan(answer(raw=b'{"Amount": 10.10}'))

    assert client_of(server).get("things").data == {"Amount": Decimal("10.10")}


def test_an_empty_answer_is_none(server: HttpServer) -> None:
    server.plan(answer(204))

    assert client_of(server).request("DELETE", "things").data is None


def test_the_base_url_may_end_in_a_slash(server: HttpServer) -> None:
    Client(service="fake", base_url=server.url + "/api/").get("/things")

    assert server.paths() == ["GET /api/things"]


def test_files_go_as_a_multipart_form_with_the_body_as_its_fields(server: HttpServer) -> None:
    files = {"photo": ("qr.png", b"\x89PNG", "image/png")}

    client_of(server).post("upload", body={"caption": "Код"}, files=files)

    sent = server.received[0]
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'filename="qr.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG' in sent.body
    assert 'name="caption"\r\n\r\nКод'.encode() in sent.body


# --- errors by status


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_4xx_is_a_refusal_with_the_parsed_answer(server: HttpServer, status: int) -> None:
    server.plan(answer(status, {"errorCode": "A019"}))

    with pytest.raises(ServiceRefused) as caught:
        client_of(server).post("things")

    assert (caught.value.status, caught.value.payload) == (status, {"errorCode": "A019"})
    assert str(caught.value) == f"fake refused with {status}"


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_failing_service_is_unreachable_and_may_have_acted(
    server: HttpServer, status: int
) -> None:
    server.plan(answer(status, raw=b"<html>Bad Gateway</html>"))

    error = failure_of(client_of(server))

    assert (error.status, error.payload, error.maybe_executed) == (status, None, True)


def test_429_is_unreachable_and_surely_not_executed(server: HttpServer) -> None:
    server.plan(answer(429, {"retry_after": 7}))

    error = failure_of(client_of(server))

    assert (error.status, error.payload) == (429, {"retry_after": 7})
    assert not error.maybe_executed


@pytest.mark.parametrize(
    "garbage",
    [b"<html>hello</html>", b'{"half":', b"\xff\xfe\xfd", b"[" * 200_000],
    ids=["html", "half", "not text", "deep"],
)
def test_an_answer_that_is_not_json_is_unreachable(server: HttpServer, garbage: bytes) -> None:
    server.plan(answer(200, raw=garbage))

    assert "not JSON" in str(failure_of(client_of(server)))


def test_redirects_are_not_followed(server: HttpServer) -> None:
    server.plan(answer(302, headers={"Location": server.url + "/elsewhere"}))

    assert "redirect" in str(failure_of(client_of(server)))
    assert server.paths() == ["POST /things"]


# --- time and size


@pytest.mark.parametrize(
    "slow",
    [
        drip(b"[" + b" " * 500 + b"]", pause=0.05),
        drip_head(pause=0.05),
        hang(),
    ],
    ids=["dripping body", "dripping headers", "silence"],
)
def test_the_deadline_covers_the_whole_answer(server: HttpServer, slow: Any) -> None:
    server.plan(slow)
    started = time.monotonic()

    error = failure_of(client_of(server))

    assert str(error) == "fake did not answer within 0.4 s"
    assert error.maybe_executed
    assert time.monotonic() - started < 0.8


def test_the_deadline_covers_the_repeats_too(server: HttpServer) -> None:
    server.otherwise = hang()
    started = time.monotonic()

    failure_of(client_of(server, retries=5), "GET")

    assert time.monotonic() - started < 0.8
    assert len(server.received) == 1


def test_an_answer_over_the_size_cap_is_not_read_to_its_end(server: HttpServer) -> None:
    server.plan(answer(200, raw=b"x" * (MAX_ANSWER + 100_000)))

    assert f"more than {MAX_ANSWER} bytes" in str(failure_of(client_of(server, deadline=5)))


def test_the_size_cap_counts_unpacked_bytes(server: HttpServer) -> None:
    bomb = gzip.compress(b"[" + b" " * 20 * MAX_ANSWER + b"]")
    server.plan(answer(200, raw=bomb, headers={"Content-Encoding": "gzip"}))

    assert f"more than {MAX_ANSWER} bytes" in str(failure_of(client_of(server, deadline=5)))


# --- broken connections


def test_a_closed_port_means_surely_not_executed() -> None:
    error = failure_of(Client(service="fake", base_url=f"http://127.0.0.1:{free_port()}"))

    assert str(error) == "fake cannot be connected to: ConnectionError"
    assert not error.maybe_executed


def test_an_address_that_is_no_address_means_surely_not_executed() -> None:
    assert not failure_of(Client(service="fake", base_url="htp//nowhere")).maybe_executed


def test_a_failed_handshake_means_surely_not_executed(server: HttpServer) -> None:
    secure = Client(service="fake", base_url=server.url.replace("http:", "https:"), deadline=2)

    assert not failure_of(secure).maybe_executed
    assert server.received == []


@pytest.mark.parametrize("rude", [reset(), cut()], ids=["reset", "closed"])
def test_a_connection_closed_without_an_answer_has_its_own_class(
    server: HttpServer, rude: Any
) -> None:
    server.plan(rude)

    error = failure_of(client_of(server))

    assert isinstance(error, ConnectionLost)
    assert error.maybe_executed


def test_an_answer_broken_off_is_unreachable_but_not_a_lost_connection(server: HttpServer) -> None:
    server.plan(cut(b'{"id":'))

    error = failure_of(client_of(server))

    assert "broke off its answer" in str(error)
    assert not isinstance(error, ConnectionLost)


# --- repeats


def test_a_safe_call_is_repeated_after_a_failure(server: HttpServer) -> None:
    server.plan(answer(503), answer(200, {"ok": True}))

    assert client_of(server, deadline=5).get("things").data == {"ok": True}
    assert len(server.received) == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("fault", [answer(503), reset()], ids=["503", "reset"])
def test_a_call_that_changes_something_is_never_repeated(
    server: HttpServer, method: str, fault: Any
) -> None:
    server.plan(fault)

    failure_of(client_of(server, deadline=5), method)

    assert server.paths() == [f"{method} /things"]


def test_no_repeat_when_told_to_slow_down_or_refused(server: HttpServer) -> None:
    server.plan(answer(429), answer(404))

    failure_of(client_of(server, deadline=5), "GET")
    with pytest.raises(ServiceRefused):
        client_of(server, deadline=5).get("things")

    assert len(server.received) == 2


# --- connections and threads


def test_calls_of_one_thread_share_a_connection(server: HttpServer) -> None:
    client = client_of(server)

    for _ in range(3):
        client.get("things")

    assert len({request.connection for request in server.received}) == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(server: HttpServer) -> None:
    server.plan(answer(200, {}, headers={"Connection": "close"}))
    client = client_of(server)

    client.post("things")
    client.post("things")

    assert len(server.received) == 2


def test_threads_share_a_client_but_no_connection(server: HttpServer) -> None:
    client = client_of(server, deadline=5, headers={"X-Key": "k"})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: client.post("things", body=n), range(40)))

    by_connection = {request.connection for request in server.received}
    assert sorted(request.json for request in server.received) == list(range(40))
    assert 1 <= len(by_connection) <= 4
    assert all(request.headers["x-key"] == "k" for request in server.received)


def test_the_environment_cannot_reroute_calls(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")

    assert client_of(server).get("things").data == {}
