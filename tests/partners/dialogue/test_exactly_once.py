"""Every message is dealt with once, whoever comes twice, dies in between, or comes at the same moment."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from integrations.errors import ServiceRefused, ServiceUnreachable
from partners.models import Channel, Conversation, Lead, LeadOffer
from partners.services import attending, cards, dialogue
from partners.services.dialogue import answering
from tests.partners.dialogue.person import Person, react

pytestmark = pytest.mark.django_db
CLIENTS = Channel.PROTALK_CLIENT


def answers_of(anna: Person) -> int:
    return anna.conversation.messages.exclude(author="person").count()


def test_a_reaction_that_runs_twice_answers_once(person, roofers):
    anna = person(CLIENTS)
    message = anna.writes("крыша в Казани")
    for _ in range(3):
        dialogue.answer(message_id=message.pk)
    assert answers_of(anna) == 1
    anna.says("нет")
    anna.says("да")
    for _ in range(3):
        dialogue.offer_lead(lead_id=anna.lead.pk)
        dialogue.offer_more(lead_id=anna.lead.pk, after=5)
    assert LeadOffer.objects.count() == 7
    assert Lead.objects.count() == 1
    said = list(anna.conversation.messages.exclude(author="person").values_list("text", flat=True))
    assert len(said) == len(set(said))


def test_news_are_told_once_however_often_they_come(person, roofers):
    anna = person(CLIENTS)
    anna.gets_cards()
    before = answers_of(anna)
    offer = anna.lead.offers.first()
    LeadOffer.objects.filter(pk=offer.pk).update(status="accepted")
    for _ in range(3):
        dialogue.tell_answer(offer_id=offer.pk)
    assert answers_of(anna) == before + 1
    LeadOffer.objects.filter(lead=anna.lead).update(status="missed")
    for _ in range(3):
        dialogue.tell_unanswered(lead_id=anna.lead.pk)
    assert answers_of(anna) == before + 2
    react()
    assert anna.lead.offers.count() == 7


@pytest.mark.parametrize("where", ["respond", "turn_of"])
def test_a_worker_that_dies_leaves_the_message_to_the_next(person, monkeypatch, where):
    anna = person(CLIENTS)
    message = anna.writes("крыша в Казани")

    def dies(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(answering, where, dies)
        with pytest.raises(KeyboardInterrupt):
            dialogue.answer(message_id=message.pk)
    assert answers_of(anna) == 0
    assert "телефон" in anna.hears()[0]


def test_a_worker_that_dies_between_matching_and_cards_loses_neither(person, roofers, monkeypatch):
    anna = person(CLIENTS, phone="+79000000041")
    anna.says("крыша в Казани")
    with monkeypatch.context() as broken:
        broken.setattr(cards, "send_in_chat", lambda *_args: 1 / 0)
        anna.writes("да")
        with pytest.raises(ZeroDivisionError):
            react()
    assert LeadOffer.objects.count() == 5
    found, *shown = anna.hears()
    assert "Подобрали партнёров: 5" in found
    assert shown
    assert LeadOffer.objects.count() == 5


def test_words_that_are_told_only_when_asked_are_fetched_first(person, window):
    anna = person()
    message = anna.writes(None)
    window.texts[message.external_id] = "Ищу мастера, крыша в Казани"
    assert "телефон" in anna.hears()[0]
    message.refresh_from_db()
    assert (message.text, message.needs_text) == ("Ищу мастера, крыша в Казани", False)


def test_words_that_cannot_be_fetched_wait_or_go_to_a_person(person, window, monkeypatch):
    anna = person()
    message = anna.writes(None)

    def refuses(_message):
        raise ServiceRefused("gone", service="umnico")

    def is_away(_message):
        raise ServiceUnreachable("down", service="umnico", maybe_executed=False)

    monkeypatch.setattr(window, "fetch_text", is_away)
    with pytest.raises(ServiceUnreachable):
        dialogue.answer(message_id=message.pk)
    message.refresh_from_db()
    assert (message.needs_text, message.handled_at) == (True, None)
    monkeypatch.setattr(window, "fetch_text", refuses)
    dialogue.answer(message_id=message.pk)
    assert anna.conversation.wants_person
    message.refresh_from_db()
    assert message.handled_at


def test_while_a_person_of_staff_has_it_the_robot_is_silent(person, roofers):
    anna = person(CLIENTS)
    anna.says("крыша в Казани")
    olga = get_user_model().objects.create_user("olga")
    attending.take(anna.conversation.pk, olga)
    before = anna.conversation.unread
    assert anna.says("Здравствуйте!", "Вы тут?") == []
    assert anna.conversation.unread == before + 2
    assert not anna.conversation.messages.filter(author="person", handled_at=None).exists()
    attending.give_back(anna.conversation.pk)
    assert "Правильно понял" in anna.says("нет")[0]


def test_who_writes_after_the_end_begins_anew(person, roofers):
    anna = person(CLIENTS)
    anna.gets_cards()
    attending.close(anna.conversation.pk)
    assert "Пожалуйста" in anna.says("спасибо")[0]
    assert "Что нужно сделать" in anna.says("Добрый день")[0]
    assert anna.conversation.stage == Conversation.Stage.WHAT
