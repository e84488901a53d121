"""The way back through the simulated Umnico, over real HTTP: once, in order, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.umnico.account import Umnico
from partners.models import Channel, ChatMessage, Conversation
from partners.services.channels import port_of
from partners.services.saying import NotYet, deliver, say, send_again
from tests.support.sandbox import calls_of, plan_fault, running_sandbox

pytestmark = pytest.mark.django_db
TOKEN = "umnico-token-of-the-tests"
State = ChatMessage.State


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with running_sandbox(UMNICO_API_KEY=TOKEN) as sandbox:
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "UMNICO_BASE_URL": f"{sandbox.base_url}/umnico/v1.3",
        }
        yield sandbox


@pytest.fixture
def talk(sandbox) -> Conversation:
    """A visitor who has written once; how he is answered is known."""
    umnico = sandbox.get(Umnico)
    with sandbox.lock:
        visitor = umnico.visit(name="Анна")
        umnico.say(visitor, "Нужна крыша")
    return Conversation.objects.create(
        channel=Channel.UMNICO,
        external_id=str(visitor.lead),
        reply_to={"source": str(visitor.real_id), "account": "70", "manager": "15"},
    )


def heard(sandbox: Sandbox) -> list[str]:
    """What the visitor was told."""
    with sandbox.lock:
        (visitor,) = sandbox.get(Umnico).state.talks
        return [one.text for one in visitor.messages if not one.incoming]


def state_of(message: ChatMessage) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.error


def test_an_answer_arrives_under_our_own_number(sandbox, talk):
    message = say(talk, "Здравствуйте!\nЧто строим?")
    deliver(message_id=message.pk)
    assert state_of(message) == (State.SENT, "")
    with sandbox.lock:
        said = sandbox.get(Umnico).state.talks[0].messages[-1]
    assert (said.text, said.custom_id) == ("Здравствуйте!\nЧто строим?", f"out-{message.pk}")
    assert message.external_id == str(said.number)
    assert calls_of(sandbox, "umnico") == ["send"]


def test_what_is_not_known_is_asked_for(sandbox, talk):
    Conversation.objects.update(reply_to={})
    message = say(talk, "Здравствуйте!")
    deliver(message_id=message.pk)
    assert state_of(message) == (State.SENT, "")
    assert calls_of(sandbox, "umnico")[-3:] == ["sources", "managers", "send"]


def test_the_settings_manager_answers_for_everybody(sandbox, talk, settings):
    settings.UMNICO_MANAGER_ID = "16"
    message = say(talk, "Здравствуйте!")
    deliver(message_id=message.pk)
    state, error = state_of(message)
    assert state == State.FAILED
    assert "userId" in error


def test_messages_leave_in_their_order(sandbox, talk):
    first, second = say(talk, "раз"), say(talk, "два")
    with pytest.raises(NotYet):
        deliver(message_id=second.pk)
    assert heard(sandbox) == []
    deliver(message_id=first.pk)
    deliver(message_id=second.pk)
    deliver(message_id=second.pk)
    assert heard(sandbox) == ["раз", "два"]


def test_an_expired_token_is_told_to_people_and_the_message_kept(sandbox, talk):
    sandbox.get(Umnico).state.options.token_expired = True
    message = say(talk, "Здравствуйте!")
    deliver(message_id=message.pk)
    state, error = state_of(message)
    assert state == State.FAILED
    assert "UMNICO_API_KEY" in error
    assert TOKEN not in error
    talk.refresh_from_db()
    assert talk.wants_person
    sandbox.get(Umnico).state.options.token_expired = False
    assert send_again(message, wish="person")
    deliver(message_id=message.pk)
    assert heard(sandbox) == ["Здравствуйте!"]


def test_what_umnico_will_not_take_is_a_persons_case(sandbox, talk):
    message = say(talk, "  ")
    deliver(message_id=message.pk)
    state, error = state_of(message)
    assert state == State.FAILED
    assert "message.text is required" in error


def test_a_busy_service_is_tried_again_later(sandbox, talk):
    plan_fault(sandbox, "umnico", "status", status=429)
    message = say(talk, "Здравствуйте!")
    with pytest.raises(ServiceUnreachable):
        deliver(message_id=message.pk)
    assert state_of(message)[0] == State.WAITING
    deliver(message_id=message.pk)
    assert heard(sandbox) == ["Здравствуйте!"]


@pytest.mark.parametrize(
    ("fault", "options", "said"),
    [("after", {}, 1), ("reset", {}, 0), ("status", {"status": 502}, 0), ("garbage", {}, 0)],
)
def test_a_message_whose_answer_is_lost_is_not_repeated(sandbox, talk, fault, options, said):
    plan_fault(sandbox, "umnico", fault, operation="send", **options)
    message = say(talk, "Здравствуйте!")
    deliver(message_id=message.pk)
    deliver(message_id=message.pk)
    assert state_of(message)[0] == State.UNCLEAR
    assert len(heard(sandbox)) == said
    talk.refresh_from_db()
    assert talk.wants_person


def test_a_question_that_fails_before_the_message_leaves_it_waiting(sandbox, talk):
    Conversation.objects.update(reply_to={})
    plan_fault(sandbox, "umnico", "reset", operation="sources", times=2)
    message = say(talk, "Здравствуйте!")
    with pytest.raises(IntegrationError):
        deliver(message_id=message.pk)
    assert state_of(message)[0] == State.WAITING
    deliver(message_id=message.pk)
    assert heard(sandbox) == ["Здравствуйте!"]


def received(talk: Conversation, number: str) -> ChatMessage:
    return ChatMessage.objects.create(
        conversation=talk,
        author=ChatMessage.Author.PERSON,
        state=State.RECEIVED,
        external_id=number,
        needs_text=True,
    )


def test_words_are_fetched_from_the_history(sandbox, talk):
    umnico = sandbox.get(Umnico)
    with sandbox.lock:
        said = umnico.say(umnico.state.talks[0], "И фундамент", way="without_text")
        umnico.answer(umnico.state.talks[0], "Хорошо", by="manager")
    port = port_of(Channel.UMNICO)
    assert port.fetch_text(received(talk, str(said.number))) == "И фундамент"
    assert port.fetch_text(received(talk, str(said.number - 1))) == "Нужна крыша"
    assert port.fetch_text(received(talk, "event:0")) == "И фундамент"
    unseen = received(talk, "1")
    with pytest.raises(ServiceUnreachable, match="history"):
        port.fetch_text(unseen)
    unseen.created_at -= timedelta(minutes=6)
    with pytest.raises(ServiceRefused, match="history"):
        port.fetch_text(unseen)
