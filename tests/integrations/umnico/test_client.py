"""The API's client over real HTTP: what it sends, and what each answer means."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.umnico.client import KeyRefused, UmnicoApi, UmnicoOff, get_umnico
from tests.support.http_server import answer, cut, reset

TOKEN = "eyJ.sandbox.umnico-token-of-the-tests"


@pytest.fixture
def umnico(server) -> UmnicoApi:
    return UmnicoApi(base_url=f"{server.url}/v1.3", token=TOKEN, deadline=2.0)


def say(umnico: UmnicoApi, **facts: str) -> str:
    named = {"text": "Здравствуйте!", "source": "256", "manager": "15", "custom_id": "out-17"}
    return umnico.send("900001", **{**named, **facts})


def test_a_message_is_sent_as_the_contract_has_it(umnico, server):
    server.plan(answer(200, {"messageId": 5556}))
    assert say(umnico) == "5556"
    (request,) = server.received
    assert (request.method, request.path) == ("POST", "/v1.3/messaging/900001/send")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.json == {
        "message": {"text": "Здравствуйте!"},
        "source": "256",
        "userId": 15,
        "customId": "out-17",
    }


@pytest.mark.parametrize("told", [{}, [], None, {"messageId": None}, "ok", {"id": 3}])
def test_an_answer_without_a_number_is_a_success(umnico, server, told):
    server.plan(answer(200, told))
    assert say(umnico) == ""


def test_an_expired_token_is_named_and_never_shown(umnico, server):
    server.plan(answer(401, {"message": f"jwt expired: {TOKEN}"}))
    with capture_logs() as lines, pytest.raises(KeyRefused) as caught:
        say(umnico)
    assert "UMNICO_API_KEY" in str(caught.value)
    assert TOKEN not in f"{caught.value!r}{lines}{umnico!r}{vars(caught.value)['service']}"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"message": "text is required"}, "text is required"),
        ({"error": {"message": "no such source"}}, "no such source"),
        ({"errors": ["a", "b"]}, "a; b"),
        (f"bad {TOKEN}", "bad ***"),
    ],
)
def test_a_refusal_is_told_in_umnicos_words(umnico, server, told, said):
    server.plan(answer(422, told))
    with pytest.raises(ServiceRefused, match="422") as caught:
        say(umnico)
    assert str(caught.value).endswith(said)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "maybe"),
    [
        (answer(429), False),
        (answer(500), True),
        (answer(503), True),
        (reset(), True),
        (cut(), True),
    ],
    ids=["429", "500", "503", "reset", "closed"],
)
def test_a_message_that_may_have_gone_is_not_sent_again_by_itself(umnico, server, reply, maybe):
    server.plan(reply)
    with pytest.raises(ServiceUnreachable) as caught:
        say(umnico)
    assert caught.value.maybe_executed is maybe
    assert len(server.received) == 1


def test_a_question_that_failed_has_changed_nothing(umnico, server):
    server.otherwise = answer(500)
    asked = (
        lambda: umnico.sources("900001"),
        lambda: umnico.history("900001", "256"),
        umnico.managers,
        umnico.webhooks,
    )
    for ask in asked:
        with pytest.raises(ServiceUnreachable) as caught:
            ask()
        assert caught.value.maybe_executed is False


@pytest.mark.parametrize("wrapped", [False, True])
def test_lists_come_bare_or_wrapped(umnico, server, wrapped):
    rows = [{"id": 255, "realId": 256, "saId": 71, "type": "message"}, "odd"]
    server.plan(answer(200, {"data": rows} if wrapped else rows))
    (source,) = umnico.sources("900001")
    assert (source.real_id, source.account, source.type) == ("256", "71", "message")


def test_something_else_than_a_list_is_no_answer(umnico, server):
    server.plan(answer(200, {"items": 1}))
    with pytest.raises(ServiceUnreachable, match="no list"):
        umnico.managers()


def test_a_history_is_read_newest_first(umnico, server):
    rows = [
        {"messageId": 2, "incoming": False, "message": {"text": "Да?"}},
        {"messageId": 1, "incoming": True, "message": {"text": "Добрый день"}},
    ]
    server.plan(answer(200, rows))
    assert [(one.number, one.text) for one in umnico.history("9/1", "256")] == [
        ("2", "Да?"),
        ("1", "Добрый день"),
    ]
    assert server.paths() == ["POST /v1.3/messaging/9%2F1/history/256"]


def test_the_first_manager_is_asked_for_once(umnico, server):
    server.plan(answer(200, [{"id": 15, "name": "Мария"}, {"id": 16}]))
    assert [umnico.first_manager(), umnico.first_manager()] == ["15", "15"]
    assert len(server.received) == 1


def test_an_account_without_managers_cannot_answer(umnico, server):
    server.plan(answer(200, []))
    with pytest.raises(ServiceRefused, match="no manager"):
        umnico.first_manager()


@pytest.mark.parametrize("status", [400, 422, 500])
def test_an_address_that_is_there_already_is_a_success(umnico, server, status):
    server.plan(answer(status, {"message": "This server already exists"}))
    assert umnico.add_webhook("https://shop.example.com/x", name="Provodnik") is False
    server.plan(answer(200, {"id": 1}))
    assert umnico.add_webhook("https://shop.example.com/y", name="Provodnik") is True


def test_without_a_token_there_is_nobody_to_ask(settings):
    settings.CREDENTIALS = {}
    with pytest.raises(UmnicoOff, match="UMNICO_API_KEY"):
        get_umnico()
