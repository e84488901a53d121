from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devtools import ports


@contextmanager
def listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_free_port_is_taken_as_preferred() -> None:
    port = ports.any_free()

    assert ports.choose(port) == port


def test_a_taken_port_is_passed_over_for_another_free_one() -> None:
    with listening() as taken:
        chosen = ports.choose(taken)

        assert chosen != taken
        assert ports.is_free(chosen)


def test_ports_for_servers_are_not_those_of_outgoing_connections() -> None:
    first, last = (int(number) for number in ports.OUTGOING.read_text().split())

    assert not {ports.any_free() for _ in range(50)} & set(range(first, last + 1))


def test_no_port_is_given_twice() -> None:
    given = [ports.any_free() for _ in range(50)]

    assert len(set(given)) == len(given)


def test_where_outgoing_connections_begin_low_ports_are_given_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ports, "OUTGOING", tmp_path / "range")
    ports.OUTGOING.write_text("1024\t65535\n")

    assert ports.is_free(ports.any_free())


def test_where_no_port_is_free_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: False)

    with pytest.raises(RuntimeError, match="no port of"):
        ports.any_free()
