"""A person in a conversation: taken, answered once, given back, never two at a time."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from integrations.models import OutboxMessage
from partners.models import Channel, ChatMessage, Conversation
from partners.services import channels
from tests.partners.talks import a_conversation, ours
from tests.support.office import messages_of, page, shown, signed_in, staff_member
from tests.support.ports import stand_ins

pytestmark = pytest.mark.django_db
RIGHTS = ("partners.view_conversation", "partners.answer_conversation")


@pytest.fixture(autouse=True)
def _a_way_back(monkeypatch):
    monkeypatch.setattr(channels, "PORTS", stand_ins())


@pytest.fixture
def talk() -> Conversation:
    return a_conversation("Позовите человека", wants_person="просит человека", name="Анна")


@pytest.fixture
def olga(db) -> User:
    return staff_member(*RIGHTS, name="olga")


@pytest.fixture
def vera(db) -> Client:
    return signed_in(staff_member(*RIGHTS, name="vera"))


def press(client: Client, talk: Conversation, name: str, **data: object) -> str:
    """Press a button of the page; what the page says then."""
    said = client.post(page(talk, name), data, follow=True)
    talk.refresh_from_db()
    return messages_of(said)


def test_whoever_takes_it_has_it(talk, olga, vera):
    assert "Диалог ваш" in press(signed_in(olga), talk, "take")
    assert (talk.taken_by, talk.taken_at is not None) == (olga, True)
    assert "Диалог ведёт olga" in press(vera, talk, "take")
    assert talk.taken_by == olga
    assert "Сейчас диалог ведёт olga" in vera.get(page(talk, "take_over")).content.decode()
    press(vera, talk, "take_over")
    assert talk.taken_by.get_username() == "vera"
    press(vera, talk, "give_back")
    assert (talk.taken_by, talk.taken_at, talk.wants_person) == (None, None, "")


def test_an_answer_is_said_once_and_takes_the_conversation(talk, olga):
    client = signed_in(olga)
    form = client.get(page(talk)).context["card"].extra["form"]
    key = form["key"].value()
    for _ in range(2):
        assert "Ответ отправляется" in press(client, talk, "reply", key=key, text="Здравствуйте!")
    message = ChatMessage.objects.get(author="staff")
    assert (message.text, message.staff, message.state) == ("Здравствуйте!", olga, "waiting")
    assert OutboxMessage.objects.filter(topic="message.written").count() == 1
    assert (talk.taken_by, talk.wants_person) == (olga, "")


def test_nobody_answers_over_a_colleague(talk, olga, vera):
    press(signed_in(olga), talk, "take")
    assert "Диалог ведёт olga" in press(vera, talk, "reply", key=uuid4(), text="А я?")
    assert not ChatMessage.objects.filter(author="staff").exists()


@pytest.mark.parametrize("text", ["", "  ", "я" * 4097])
def test_what_the_channel_does_not_take_is_not_said(talk, olga, text):
    press(signed_in(olga), talk, "reply", key=uuid4(), text=text)
    assert not ChatMessage.objects.filter(author="staff").exists()
    assert talk.taken_by is None


def test_a_channel_without_a_way_back_says_so(olga, monkeypatch):
    monkeypatch.delitem(channels.PORTS, Channel.FLEXBE)
    talk = a_conversation("Форма", channel="flexbe")
    assert "В этом канале ответить нельзя" in signed_in(olga).get(page(talk)).content.decode()


def test_a_message_that_failed_is_sent_again_once(talk, olga):
    message = ours(talk, "Где строите?", state="failed", attempts=1, error="chat closed")
    client = signed_in(olga)
    assert "ещё раз" in press(client, talk, "again", message=message.pk)
    assert "Отправлять нечего" in press(client, talk, "again", message=message.pk)
    message.refresh_from_db()
    assert (message.state, message.error) == ("waiting", "")
    other = ours(a_conversation("x"), "y", state="failed")
    assert "Отправлять нечего" in press(client, talk, "again", message=other.pk)


def test_closed_is_closed(talk, olga):
    press(signed_in(olga), talk, "close")
    assert (talk.stage, talk.taken_by, talk.wants_person) == ("closed", None, "")


def test_whom_a_colleague_answers_in_umnico_waits_for_nobody_and_can_be_handed_back(talk, olga):
    client = signed_in(olga)
    assert shown(client, Conversation, "queue=person") == {talk.pk}
    assert "Вернуть роботу" not in client.get(page(talk)).content.decode()
    Conversation.objects.update(wants_person="отвечает сотрудник в Umnico")
    assert shown(client, Conversation, "queue=person") == set()
    assert shown(client, Conversation, "queue=taken") == {talk.pk}
    text = client.get(page(talk)).content.decode()
    assert "отвечает сотрудник в Umnico" in text
    assert "Вернуть роботу" in text
    assert "Дальше отвечает робот" in press(client, talk, "give_back")
    assert talk.wants_person == ""


@pytest.mark.parametrize("name", ["take", "take_over", "give_back", "reply", "again", "close"])
def test_who_only_looks_changes_nothing(talk, name):
    client = signed_in(staff_member("partners.view_conversation", name="auditor"))
    assert client.post(page(talk, name), {"key": uuid4(), "text": "x"}).status_code == 403
    assert "Взять диалог" not in client.get(page(talk)).content.decode()
    assert client.get(page(talk, "news")).status_code == 200
    assert Conversation.objects.filter(pk=talk.pk, taken_by=None, stage=talk.stage).exists()
    assert signed_in(staff_member(name="nobody")).get(page(talk, "news")).status_code == 403


@pytest.mark.parametrize("name", ["take", "give_back", "reply", "again", "close"])
def test_a_link_alone_changes_nothing(talk, olga, name):
    assert signed_in(olga).get(page(talk, name)).status_code == 405
