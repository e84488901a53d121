"""Sockets that honour one deadline for a whole call, and remember whether the request went out.

A socket timeout starts anew with every byte, so a service that drips its headers or its body holds
a worker for as long as it likes. Here each read and each write gets what is left of the call's
time, and no more.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

CA_BUNDLE = str(DEFAULT_CA_BUNDLE_PATH)


@dataclass(slots=True)
class Call:
    """One attempt in flight. `until` is a moment of time.monotonic()."""

    until: float
    sent: bool = False  # a byte of the request may have reached the service
    answered: bool = False  # the head of the answer has been read

    def time_left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        return left


_current: ContextVar[Call] = ContextVar("current_call")


@contextmanager
def under_deadline(until: float) -> Iterator[Call]:
    """Everything our sockets do inside the block counts against `until`."""
    call = Call(until)
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)


class _TimedReader(io.RawIOBase):
    """A socket's reading end whose every read waits for the rest of the call's time at most."""

    def __init__(self, sock: socket.socket, source: Any, call: Call) -> None:
        super().__init__()
        self._sock = sock
        self._source = source
        self._call = call

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._call.time_left())
        count: int | None = self._source.readinto(buffer)
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """The standard library's response, reading through a `_TimedReader`."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        plain: Any = self.fp
        self.fp = io.BufferedReader(_TimedReader(sock, plain.detach(), _current.get()))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse

    def send(self, data: Any) -> None:
        call = _current.get()
        if self.sock is None:
            self.connect()
        call.sent = True
        self.sock.settimeout(call.time_left())
        super().send(data)

    def getresponse(self) -> Any:
        response = super().getresponse()
        _current.get().answered = True
        return response


class _TimedTLSConnection(_TimedConnection, HTTPSConnection):
    """The same over TLS; the handshake belongs to connecting."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTLSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


def new_session() -> requests.Session:
    """A session on these sockets: no retries of its own, nothing taken from the environment.

    Its calls must be made inside `under_deadline`.
    """
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor ~/.netrc may reroute or sign our calls
    session.mount("http://", _Adapter(max_retries=0))
    session.mount("https://", _Adapter(max_retries=0))
    return session


def pinned_pool(scheme: str, address: str, port: int, *, name: str) -> HTTPConnectionPool:
    """Connections to this very address, whatever its name resolves to by now; TLS is that of `name`.

    Its calls must be made inside `under_deadline`.
    """
    if scheme == "https":
        return _TLSPool(
            address, port, server_hostname=name, assert_hostname=name, cert_reqs="CERT_REQUIRED",
            ca_certs=CA_BUNDLE,
        )  # fmt: skip
    return _Pool(address, port)
