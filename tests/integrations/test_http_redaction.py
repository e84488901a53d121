"""No secret that goes out with a call may show in a log, an error or a repr."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from integrations.errors import IntegrationError
from integrations.http import Client
from tests.support.http_server import HttpServer, answer, cut, reset

SECRETS = ("HeaderSecret", "PasswordSecret", "QuerySecret", "BodySecret", "PathSecret", "OwnSecret")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """Everything anybody logs, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    config = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    yield stream
    structlog.configure(**config)
    logging.getLogger().removeHandler(handler)


def secretive(url: str) -> Client:
    return Client(
        service="fake",
        base_url=url,
        headers={"Authorization": "Bearer HeaderSecret"},
        auth=("shop", "PasswordSecret"),
        deadline=1,
    )


def everything_said_of(client: Client, logged: io.StringIO) -> str:
    """Log, error and traceback of one call; the traceback with all that hides behind the error."""
    said: list[Any] = [client]
    try:
        client.post(
            "bot/PathSecret/send",
            params={"key": "QuerySecret"},
            body={"token": "BodySecret"},
            headers={"X-Key": "OwnSecret"},
            log_path="bot/***/send",
        )
    except IntegrationError as error:
        said += [error, repr(error), error.args, *traceback.format_exception(error)]
        said += [repr(error.__context__), repr(error.__cause__)]
    return "\n".join([*map(str, said), logged.getvalue()])


FAULTS = {
    "fine": answer(200, {"ok": True}),
    "refused": answer(403, {"echo": "BodySecret"}),
    "failing": answer(500, raw=b"<html>QuerySecret</html>"),
    "garbage": answer(200, raw=b"BodySecret"),
    "odd headers": answer(
        200, {}, headers={"X-Bad\x01 name": "v", "Broken": "a\r\n b c\r\nno colon"}
    ),
    "reset": reset(),
    "cut": cut(),
    "half": cut(b'{"BodySecret":'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_secrets_are_neither_logged_nor_in_errors(
    server: HttpServer, logged: io.StringIO, fault: str
) -> None:
    server.plan(FAULTS[fault])

    said = everything_said_of(secretive(server.url), logged)

    assert [secret for secret in SECRETS if secret in said] == []
    assert '"path": "bot/***/send"' in said
    assert "PathSecret" in server.received[0].path


def test_secrets_stay_out_when_nobody_listens(logged: io.StringIO) -> None:
    said = everything_said_of(secretive("http://127.0.0.1:9"), logged)

    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.parametrize(
    "header",
    ["Bearer HeaderSecret\r\nX: y", "Bearer HeaderSecretЫ"],
    ids=["line break", "Cyrillic"],
)
def test_a_secret_that_cannot_be_a_header_is_not_quoted(
    server: HttpServer, logged: io.StringIO, header: str
) -> None:
    client = Client(service="fake", base_url=server.url, headers={"Authorization": header})

    said = everything_said_of(client, logged)

    assert "fake cannot be connected to: " in said
    assert "HeaderSecret" not in said


def test_a_call_is_logged_with_its_outcome(server: HttpServer, logged: io.StringIO) -> None:
    server.plan(answer(200, {}), reset())

    everything_said_of(secretive(server.url), logged)
    everything_said_of(secretive(server.url), logged)

    first, second = [line for line in logged.getvalue().splitlines() if "http.call" in line]
    assert '"service": "fake", "method": "POST", "path": "bot/***/send"' in first
    assert '"status": 200' in first
    assert '"failure": "ConnectionError"' in second


@pytest.mark.parametrize("fault", ["fine", "refused", "reset", "half"])
def test_a_fetched_address_is_not_quoted(
    server: HttpServer, logged: io.StringIO, fault: str
) -> None:
    server.plan(FAULTS[fault], FAULTS[fault])
    said: list[Any] = []
    secret = SECRETS[2]

    try:
        secretive(server.url).fetch("api/egr", params={"key": secret})
    except IntegrationError as error:
        said += [*traceback.format_exception(error), repr(error.__context__), repr(error.__cause__)]

    assert secret not in "\n".join([*map(str, said), logged.getvalue()])
    assert server.received[0].query["key"] == secret
