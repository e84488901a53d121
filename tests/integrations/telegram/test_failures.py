"""Speaking to a Telegram that refuses, fails or does not answer."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.telegram.client import BotApi
from integrations.telegram.errors import (
    ChatMigrated,
    ChatUnavailable,
    MaybeSent,
    MessageGone,
    RetryLater,
)
from tests.integrations.telegram.scenario import TOKEN, Scenario
from tests.support.http_server import HttpServer, Reply, answer, cut, hang, reset

NOWHERE = "http://127.0.0.1:9"


def refusal(status: int, description: str, **parameters: Any) -> Reply:
    body = {"ok": False, "error_code": status, "description": description}
    return answer(status, body | ({"parameters": parameters} if parameters else {}))


def error_of_send(api: BotApi) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        api.send_message(1, "Доступ открыт")
    return caught.value


# --- was it sent?


@pytest.mark.parametrize("outage", ["reset", "hang", "garbage", "after"])
def test_a_send_without_an_answer_may_have_been_sent(scenario: Scenario, outage: str) -> None:
    scenario.fault(outage)

    with pytest.raises(MaybeSent) as caught:
        scenario.api.send_message(scenario.chat.id, "Доступ открыт")

    assert caught.value.maybe_executed
    assert caught.value.retryable
    assert len(scenario.messages()) == (1 if outage == "after" else 0)


def test_a_photo_without_an_answer_may_have_been_sent(scenario: Scenario) -> None:
    scenario.fault("after", operation="sendPhoto")

    with pytest.raises(MaybeSent):
        scenario.api.send_photo(scenario.chat.id, b"\x89PNG")
    assert len(scenario.messages()) == 1


@pytest.mark.parametrize(
    "odd",
    [
        answer(502, raw=b"<html>Bad Gateway</html>"),
        answer(200, {"ok": False}),
        answer(200, {"ok": True}),
        answer(200, {"ok": True, "result": {"message_id": None}}),
        answer(200, []),
    ],
)
def test_a_send_with_an_odd_answer_may_have_been_sent(
    server: HttpServer, api: BotApi, odd: Reply
) -> None:
    server.plan(odd)

    assert isinstance(error_of_send(api), MaybeSent)


def test_a_send_that_found_no_server_was_surely_not_sent() -> None:
    error = error_of_send(BotApi(token=TOKEN, base_url=NOWHERE))

    assert isinstance(error, ServiceUnreachable)
    assert not isinstance(error, MaybeSent)
    assert not error.maybe_executed


@pytest.mark.parametrize("fault", [hang(), reset(), answer(502)], ids=["hang", "reset", "502"])
def test_an_edit_or_delete_is_simply_to_be_repeated(
    server: HttpServer, api: BotApi, fault: Reply
) -> None:
    server.otherwise = fault

    for repeatable in (lambda: api.edit_message(1, 2, "x"), lambda: api.delete_message(1, 2)):
        with pytest.raises(ServiceUnreachable) as caught:
            repeatable()
        assert not isinstance(caught.value, MaybeSent)
    assert len(server.received) == 2


# --- refusals


def test_too_many_messages_say_how_long_to_wait(scenario: Scenario) -> None:
    scenario.fault("status", status=429, detail={"retry_after": 7})

    with pytest.raises(RetryLater) as caught:
        scenario.api.send_message(scenario.chat.id, "Доступ открыт")

    assert (caught.value.retry_after, caught.value.maybe_executed) == (7, False)
    assert caught.value.retryable


@pytest.mark.parametrize("body", [b"", b"slow down", b'{"parameters": {"retry_after": "soon"}}'])
def test_a_429_that_does_not_say_how_long_has_a_default(
    server: HttpServer, api: BotApi, body: bytes
) -> None:
    server.plan(answer(429, raw=body))

    error = error_of_send(api)

    assert isinstance(error, RetryLater)
    assert error.retry_after == 5


def test_a_group_that_became_a_supergroup_gives_its_new_id(server: HttpServer, api: BotApi) -> None:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    server.plan(refusal(400, text, migrate_to_chat_id=-1001234567890))

    error = error_of_send(api)

    assert isinstance(error, ChatMigrated)
    assert error.new_chat_id == -1001234567890


@pytest.mark.parametrize(
    ("status", "description", "kind"),
    [
        (403, "Forbidden: bot was blocked by the user", ChatUnavailable),
        (403, "Forbidden: user is deactivated", ChatUnavailable),
        (403, "Forbidden: bot can't initiate conversation with a user", ChatUnavailable),
        (403, "Forbidden: bot was kicked from the supergroup chat", ChatUnavailable),
        (400, "Bad Request: chat not found", ChatUnavailable),
        (400, "Bad Request: PEER_ID_INVALID", ChatUnavailable),
        (400, "Bad Request: message can't be edited", MessageGone),
        (400, "Bad Request: MESSAGE_ID_INVALID", MessageGone),
        (400, "Bad Request: message is too long", ServiceRefused),
        (401, "Unauthorized", ServiceRefused),
        (404, "Not Found", ServiceRefused),
        (409, "Conflict: terminated by other getUpdates request", ServiceRefused),
    ],
)
def test_refusals_are_told_apart(
    server: HttpServer, api: BotApi, status: int, description: str, kind: type[ServiceRefused]
) -> None:
    server.plan(refusal(status, description))

    error = error_of_send(api)

    assert type(error) is kind
    assert not error.retryable


def test_a_refusal_without_a_reason_is_still_a_refusal(server: HttpServer, api: BotApi) -> None:
    server.plan(answer(400, raw=b"<html>Bad Request</html>"))

    assert type(error_of_send(api)) is ServiceRefused


def test_a_refusal_shows_telegrams_words_but_not_ours(server: HttpServer, api: BotApi) -> None:
    link = "https://pay.example.test/pay/LinkSecret"
    server.plan(
        refusal(400, f"Bad Request: inline keyboard button URL '{link}' is invalid: at {link}")
    )

    error = str(error_of_send(api))

    assert error == (
        "telegram refused with 400: Bad Request: inline keyboard button URL … is invalid: at …"
    )


# --- the token


@pytest.mark.parametrize(
    "fault",
    [answer(200, {"ok": True, "result": {"message_id": 1}}), refusal(401, "x"), cut(), hang()],
    ids=["fine", "refused", "cut", "hang"],
)
def test_the_token_shows_nowhere(
    server: HttpServer,
    api: BotApi,
    fault: Reply,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server.plan(fault)
    said = repr(api) + repr(vars(api)["_client"])

    try:
        api.send_message(1, "Доступ открыт")
    except IntegrationError as error:
        said += repr(error) + repr(error.__context__) + "".join(traceback.format_exception(error))
    printed = capfd.readouterr()

    assert TOKEN in server.received[0].path
    assert TOKEN not in said + caplog.text + printed.out + printed.err
    assert "bot…/sendMessage" in caplog.text + printed.out + printed.err
