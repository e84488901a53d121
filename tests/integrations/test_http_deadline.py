"""What the outgoing client makes of slow, endless and broken answers."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest

from devtools.ports import any_free
from integrations.errors import ConnectionLost
from integrations.http import MAX_ANSWER, Client
from tests.integrations.http_scenario import client_of, failure_of
from tests.support.http_server import HttpServer, answer, cut, drip, drip_head, hang, reset

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
    error = failure_of(Client(service="fake", base_url=f"http://127.0.0.1:{any_free()}"))

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
