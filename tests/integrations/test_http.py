"""What the outgoing client promises about answers, repeats and connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from devtools.ports import any_free
from integrations.errors import ServiceRefused
from integrations.http import Client
from tests.integrations.http_scenario import client_of, failure_of
from tests.support.http_server import HttpServer, answer, reset

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


def test_fractions_in_a_request_are_exact(server: HttpServer) -> None:
    body = {"Amount": Decimal("199.10"), "rows": [Decimal("1E+2"), None, True, {"a": "ё"}]}

    client_of(server).post("things", body=body)

    sent = server.received[0]
    assert sent.body == b'{"Amount": 199.10, "rows": [100, null, true, {"a": "\\u0451"}]}'
    assert sent.headers["content-type"] == "application/json"


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


# --- connections


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


def test_a_forked_process_does_not_talk_over_its_parents_connection(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(server)
    client.get("things")
    monkeypatch.setattr("integrations.http.os.getpid", lambda: 1)

    client.get("things")

    assert len({request.connection for request in server.received}) == 2


def test_the_environment_cannot_reroute_calls(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{any_free()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{any_free()}")

    assert client_of(server).get("things").data == {}


# --- answers in words


@pytest.mark.parametrize("status", [200, 301, 403, 500])
def test_a_fetched_answer_comes_unread_whatever_its_status(server: HttpServer, status: int) -> None:
    server.plan(answer(status, raw="Ошибка: ключ".encode("cp1251"), headers={"X-A": "b"}))

    got = client_of(server).fetch("api/egr", params={"req": "1"})

    assert (got.status, got.content) == (status, "Ошибка: ключ".encode("cp1251"))
    assert got.headers["X-A"] == "b"
    assert server.received[0].query == {"req": "1"}
    assert server.paths() == ["GET /api/egr"]  # an answer in words is an answer: not asked again


def test_a_fetch_without_an_answer_is_repeated_once(server: HttpServer) -> None:
    server.plan(reset(), answer(200, raw=b"ok"))

    assert client_of(server).fetch("things").content == b"ok"
    assert len(server.received) == 2
