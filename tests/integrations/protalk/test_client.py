"""ProTalk's API through our client, against its simulator over real HTTP."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.protalk.client import Bot, ProTalkOff, get_bot
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.protalk.bots import ProTalk
from tests.support.sandbox import calls_of, plan_fault, running_sandbox

KEYS = {
    "PROTALK_CLIENT_BOT_ID": "7001",
    "PROTALK_CLIENT_BOT_TOKEN": "token-of-clients/1",
    "PROTALK_PARTNER_BOT_ID": "7002",
    "PROTALK_PARTNER_BOT_TOKEN": "token-of-partners",
}


@pytest.fixture
def sandbox():
    with running_sandbox(**KEYS) as sandbox:
        yield sandbox


def a_bot(sandbox: Sandbox, **options: Any) -> Bot:
    facts: dict[str, Any] = {"token": "token-of-partners", "bot_id": "7002", "pause": 0.01}
    return Bot(base_url=f"{sandbox.base_url}/protalk", **facts | options)


def choose(sandbox: Sandbox, **options) -> None:
    with sandbox.lock:
        sandbox.get(ProTalk).choose(options)


def test_a_question_is_answered_by_the_right_token_only(sandbox, capfd):
    choose(sandbox, answer="Вы спросили: {question}")
    assert a_bot(sandbox).ask("Цена?", chat="c-1") == "Вы спросили: Цена?"
    for wrong in ({"token": "token-of-nobody"}, {"bot_id": "7001"}):
        with pytest.raises(ServiceRefused) as refused:
            a_bot(sandbox, **wrong).ask("Цена?", chat="c-1")
        assert refused.value.status == 401
        assert "token-of" not in str(refused.value)
    assert "token-of" not in "".join(capfd.readouterr())


def test_an_answer_without_words_is_no_answer(sandbox):
    choose(sandbox, answer="")
    with pytest.raises(ServiceUnreachable, match="without words"):
        a_bot(sandbox).ask("Цена?", chat="c-1")


def test_a_slow_bot_is_waited_for_only_so_long(sandbox):
    plan_fault(sandbox, "protalk", "slow", seconds=0.1, operation="ask")
    assert a_bot(sandbox).ask("Цена?", chat="c-1")
    plan_fault(sandbox, "protalk", "slow", seconds=1.0, operation="ask")
    with pytest.raises(ServiceUnreachable, match="did not answer"):
        a_bot(sandbox, patience=0.3).ask("Цена?", chat="c-1")
    plan_fault(sandbox, "protalk", "status", status=500, operation="ask")
    with pytest.raises(ServiceUnreachable) as broken:
        a_bot(sandbox).ask("Цена?", chat="c-1")
    assert broken.value.status == 500


def test_polling_waits_for_the_reply_and_is_not_taken_in_by_the_last_one(sandbox):
    bot = a_bot(sandbox)
    choose(sandbox, answer="Первый: {question}", polls=3)
    assert bot.ask_and_poll("раз", chat="c-1") == "Первый: раз"
    choose(sandbox, answer="Второй: {question}", stale=True)
    assert bot.ask_and_poll("два", chat="c-1") == "Второй: два"
    assert calls_of(sandbox, "protalk").count("get_last_reply") == 2 * 5


def test_polling_ends(sandbox):
    choose(sandbox, polls=1000)
    with pytest.raises(ServiceUnreachable, match="no reply"):
        a_bot(sandbox, pause=0.02, patience=0.2).ask_and_poll("раз", chat="c-1")


def test_what_is_said_appears_in_the_chat_once(sandbox):
    with sandbox.lock:
        chat = sandbox.get(ProTalk).open("partner", "Пётр")
    bot = a_bot(sandbox)
    for _ in range(2):
        bot.say(chat=chat.id, number="provodnik-1", text="Здравствуйте")
    assert [(line.side, line.text) for line in chat.lines] == [("product", "Здравствуйте")]
    with pytest.raises(ServiceRefused) as elsewhere:
        bot.say(chat="user-unknown", number="provodnik-2", text="Здравствуйте")
    assert elsewhere.value.status == 404


def test_a_bot_without_a_token_is_off(settings):
    settings.CREDENTIALS = {"PROTALK_CLIENT_BOT_TOKEN": "token"}
    assert get_bot("client") is get_bot("client")
    with pytest.raises(ProTalkOff, match="PROTALK_PARTNER_BOT_TOKEN is not set"):
        get_bot("partner")


@pytest.mark.parametrize("extra", [[], ["--poll"]])
def test_staff_can_hear_a_bot(sandbox, settings, monkeypatch, extra):
    monkeypatch.setattr("integrations.protalk.client.PAUSE", 0.01)
    choose(sandbox, answer="Слышу: {question}", polls=0)
    settings.CREDENTIALS = {**KEYS, "PROTALK_BASE_URL": f"{sandbox.base_url}/protalk"}
    out = StringIO()
    call_command("ask_protalk", "partner", "Вы тут?", *extra, stdout=out)
    assert out.getvalue() == "Слышу: Вы тут?\n"
    settings.CREDENTIALS = {}
    with pytest.raises(CommandError, match="PROTALK_PARTNER_BOT_TOKEN is not set"):
        call_command("ask_protalk", "partner", "Вы тут?", *extra)
