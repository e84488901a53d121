from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

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
