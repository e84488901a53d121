"""Cards leave once, and the journal keeps each of them as it was."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from integrations.models import MailMessage, OutboxMessage
from partners.models import Channel, ChatMessage, SentCard, Shows
from partners.services import cards
from partners.services.channels import PORTS

pytestmark = pytest.mark.django_db


def test_three_cards_are_one_message_and_three_rows(ports, conversation, offers):
    (message,) = cards.send_in_chat(conversation, offers)
    assert (message.kind, message.author) == (ChatMessage.Kind.CARDS, ChatMessage.Author.ROBOT)
    rows = list(SentCard.objects.order_by("id"))
    assert [row.offer for row in rows] == offers
    assert {row.message for row in rows} == {message}
    assert {(row.channel, row.recipient) for row in rows} == {("umnico", "chat-1")}
    assert "\n\n".join(row.text for row in rows) == message.text
    assert all(f"/c/{row.token}/" in row.text for row in rows)
    assert OutboxMessage.objects.filter(topic="message.written").count() == 1


def test_said_again_is_not_said(ports, conversation, offers):
    assert len(cards.send_in_chat(conversation, offers[:2])) == 1
    assert cards.send_in_chat(conversation, offers[:2]) == []
    (later,) = cards.send_in_chat(conversation, offers)
    assert later.cards.get().offer == offers[2]


def test_what_does_not_fit_goes_into_another_message(ports, conversation, offers, monkeypatch):
    one = max(
        cards.length(card.text)
        for card in cards.render(offers, SentCard.Channel.UMNICO, language="ru")
    )
    monkeypatch.setattr(ports[Channel.UMNICO], "longest", one + 5)
    messages = cards.send_in_chat(conversation, offers)
    assert [message.cards.count() for message in messages] == [1, 1, 1]
    assert all(cards.length(message.text) <= one + 5 for message in messages)


def test_telegram_gets_its_markup_beside_the_words(ports, conversation, offers):
    conversation.channel = Channel.TELEGRAM
    conversation.save()
    (message,) = cards.send_in_chat(conversation, offers)
    assert message.data["html"].startswith("<b>1. ООО «Кровля-Тест»</b>")
    assert "<b>" not in message.text


def test_a_partner_who_was_hidden_meanwhile_is_not_shown(ports, conversation, offers):
    for offer in offers:
        offer.partner.status = "hidden"
    assert cards.send_in_chat(conversation, offers) == []
    assert cards.send_by_mail(offers[0].lead, offers, "anna@example.test", "ru") is None
    assert not SentCard.objects.exists()


def test_a_form_has_no_chat_to_answer_in(ports, conversation, offers):
    conversation.channel = Channel.FLEXBE
    with pytest.raises(KeyError):
        cards.send_in_chat(conversation, offers)


def test_shows_are_counted_when_it_is_certain(
    ports, conversation, offers, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        cards.send_in_chat(conversation, offers)
        assert not Shows.objects.exists()
    assert dict(Shows.objects.values_list("partner_id", "surface")) == {
        offer.partner_id: "card" for offer in offers
    }


def test_a_letter_is_written_once_to_an_address(offers):
    lead = offers[0].lead
    letter = cards.send_by_mail(lead, offers, "Anna@example.test", "ru")
    assert letter is not None
    assert cards.send_by_mail(lead, offers, "anna@example.test", "ru") is None
    assert (letter.kind, letter.case) == ("lead_cards", lead.case)
    assert letter.subject == f"Проверенные компании по вашему обращению № {lead.pk}"
    rows = SentCard.objects.order_by("id")
    assert [row.letter for row in rows] == [letter] * 3
    assert all(row.text in letter.text and row.token in letter.html for row in rows)
    assert MailMessage.objects.count() == 1


def test_later_offers_of_a_lead_are_a_letter_of_their_own(offers):
    lead = offers[0].lead
    first = cards.send_by_mail(lead, offers[:2], "anna@example.test", "ru")
    later = cards.send_by_mail(lead, offers, "anna@example.test", "ru")
    assert first is not None
    assert later is not None
    assert first != later
    assert SentCard.objects.get(letter=later).offer == offers[2]


def test_a_letter_in_english_has_no_russian_of_ours(offers):
    letter = cards.send_by_mail(offers[0].lead, offers[1:2], "anna@example.test", "en")
    assert letter is not None
    assert letter.subject.startswith("Checked companies for your request No.")
    assert "1 company fits your request" in letter.text


@pytest.mark.parametrize(
    "change", [{"text": "другое"}, {"version": "x"}, {"recipient": "y"}, {"token": "z"}]
)
def test_the_journal_says_what_was_said(ports, conversation, offers, change):
    cards.send_in_chat(conversation, offers)
    with pytest.raises(DatabaseError), transaction.atomic():
        SentCard.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        SentCard.objects.all()._raw_delete("default")
    assert SentCard.objects.filter(opens=0).update(opens=1) == 3


def test_the_limits_are_those_of_the_ways_back():
    chats = [port for port in PORTS.values() if port.is_chat]
    assert {port.cards for port in chats} == set(cards.LIMITS)
    assert [cards.LIMITS[port.cards] for port in chats] == [port.longest for port in chats]
