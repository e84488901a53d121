"""A manager answers in Umnico's own window: the thread is complete, and the robot silent until it is told to speak."""

from __future__ import annotations

import pytest

from integrations.callbacks import RawCallback
from integrations.clock import now
from integrations.models import InboundCallback
from partners.models import Channel, ChatMessage, Conversation
from partners.services import attending, conversations, dialogue
from partners.services.channels import ByHand, Incoming, Learned, umnico
from tests.integrations.umnico.events import event
from tests.partners.talks import ours

pytestmark = pytest.mark.django_db
Author, State = ChatMessage.Author, ChatMessage.State
LEAD = "900001"


def raw(body: bytes) -> RawCallback:
    return InboundCallback(source="umnico", body=body, headers={}).as_raw()


def comes(body: bytes) -> list[bool]:
    """Whether each thing the event tells was new."""
    return [
        conversations.overhear(one)[1]
        if isinstance(one, ByHand)
        else bool(conversations.learn(one))
        for one in umnico.read(raw(body))
        if not isinstance(one, Incoming)
    ]


def person_writes(text: str, number: str = "m1") -> ChatMessage:
    message, _is_new = conversations.receive(
        Incoming(channel=Channel.UMNICO, chat=LEAD, message_id=number, text=text)
    )
    dialogue.answer(message_id=message.pk)
    return message


def robot_said(talk: Conversation) -> int:
    return talk.messages.filter(author=Author.ROBOT).count()


@pytest.fixture
def talk(db) -> Conversation:
    made: Conversation = Conversation.objects.create(channel=Channel.UMNICO, external_id=LEAD)
    return made


def reason(talk: Conversation) -> str:
    talk.refresh_from_db()
    return talk.wants_person


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("message_outgoing__a_managers", ByHand),
        ("message_outgoing__ours", Learned),
        ("message_incoming__not_incoming", ByHand),
        ("message_incoming__whatsapp", Incoming),
    ],
)
def test_who_has_spoken_is_told_from_the_event(name, kind):
    (said,) = umnico.read(raw(event(name)))
    assert type(said) is kind


def test_a_managers_words_are_in_the_thread_once(talk):
    body = event("message_outgoing__a_managers")
    assert comes(body) == [True]
    assert comes(body.replace(b'"accountId":3001', b'"accountId":3002')) == [False]
    message = talk.messages.get()
    assert (message.author, message.state, message.text) == (
        Author.STAFF,
        State.SENT,
        "Я посмотрю",
    )
    assert (message.external_id, message.staff) == ("5557", None)
    assert reason(talk) == "отвечает сотрудник в Umnico"


def test_the_robot_is_silent_until_the_conversation_is_handed_back(talk):
    comes(event("message_outgoing__a_managers"))
    message = person_writes("Нужна крыша в Казани")
    message.refresh_from_db()
    assert message.handled_at is not None
    assert robot_said(talk) == 0
    attending.give_back(talk.pk)
    assert reason(talk) == ""
    person_writes("Так что с крышей?", "m2")
    assert robot_said(talk) == 1


def test_the_robot_speaks_where_no_manager_has(talk):
    person_writes("Нужна крыша в Казани")
    assert robot_said(talk) == 1


def test_a_manager_outranks_whatever_a_person_was_wanted_for(talk):
    conversations.want_person(talk.pk, conversations.ASKED)
    comes(event("message_outgoing__a_managers"))
    assert reason(talk) == umnico.UmnicoPort.answered_there


def test_whoever_is_written_to_first_is_not_met_by_the_robot():
    comes(event("message_outgoing__a_managers"))
    talk = Conversation.objects.get(external_id=LEAD)
    person_writes("Здравствуйте")
    assert robot_said(talk) == 0


@pytest.mark.parametrize(
    ("state", "number", "text"),
    [
        (State.SENT, "5557", "Другие слова"),
        (State.SENDING, None, "Я посмотрю"),
        (State.UNCLEAR, None, "Я посмотрю"),
    ],
)
def test_ours_without_our_name_silences_nobody(talk, state, number, text):
    message = ours(talk, text, state=state, external_id=number)
    assert comes(event("message_outgoing__a_managers")) == [False]
    assert reason(talk) == ""
    assert talk.messages.get() == message
    message.refresh_from_db()
    assert (message.delivered_at is not None) is (number is not None)


@pytest.mark.parametrize(
    ("state", "number", "text"),
    [
        (State.SENT, "5551", "Я посмотрю"),
        (State.SENDING, None, "Чем помочь?"),
        (State.WAITING, None, "Я посмотрю"),
    ],
)
def test_another_message_of_ours_hides_no_manager(talk, state, number, text):
    ours(talk, text, state=state, external_id=number, sent_at=now())
    assert comes(event("message_outgoing__a_managers")) == [True]
    assert reason(talk) == umnico.UmnicoPort.answered_there
