"""From a few words to a lead: what is asked, what is shown, what is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integrations.models import MailMessage
from partners.models import Channel, Conversation, Lead, LeadOffer
from partners.services import dialogue
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db
Stage = Conversation.Stage


def test_a_sentence_becomes_a_lead_and_cards_in_the_same_chat(person, roofers):
    anna = person(name="Анна")
    (asked,) = anna.says("Нужно перекрыть крышу в Казани, до 500 тысяч, к августу")
    assert "По какому телефону" in asked
    (summary,) = anna.says("+7 900 000-00-21")
    assert summary.splitlines() == [
        "Правильно понял?",
        "Ищете: Кровельные работы",
        "Где: Казань, Республика Татарстан",
        "Бюджет: до 500\xa0000\xa0₽",
        "Срок: к августу",
        "Телефон: +79000000021",
        "Ответьте «да» или напишите, что поправить.",
    ]
    found, *cards = anna.says("да")
    assert "Подобрали партнёров: 5" in found
    assert "Кровля-Тест" in "".join(cards)
    lead = anna.lead
    assert (lead.source, lead.status, lead.client_name) == ("umnico", "offered", "Анна")
    assert (lead.region.code, lead.city, lead.specialisation.code) == ("16", "Казань", "roofing")
    assert (lead.budget, lead.term, lead.phone) == (Decimal(500_000), "к августу", "+79000000021")
    assert lead.text == "Нужно перекрыть крышу в Казани, до 500 тысяч, к августу"
    assert {offer.partner for offer in lead.offers.all()} < set(roofers)


# What is said one after the other, and of each answer a word that must be in it.
DIALOGUES = {
    "one thing at a time": [
        ("Здравствуйте", "кто вы"),
        ("1", "Что нужно сделать и где"),
        ("крыша", "Где нужны работы"),
        ("Казань", "По какому телефону"),
        ("нет", "Правильно понял"),
        ("да", "Подобрали"),
    ],
    "in words": [
        ("Добрый день!", "2 – хочу стать партнёром"),
        ("ищу исполнителя", "Что нужно сделать"),
        ("перекрыть крышу в Казани", "телефон"),
        ("не хочу", "Правильно понял"),
        ("Да, верно", "Подобрали"),
    ],
    "a place first": [
        ("нужен мастер в Казани", "Какие работы нужны"),
        ("кровля", "телефон"),
        ("89000000022", "+79000000022"),
        ("ага", "Подобрали"),
    ],
    "corrected": [
        ("нужен электрик в Казани", "телефон"),
        ("нет", "Ищете: Электромонтаж"),
        ("нет", "Что поправить"),
        ("кровля", "Ищете: Кровельные работы"),
        ("бюджет 300 тысяч", "Бюджет: до 300\xa0000"),
        ("да, но в Подольске", "Где: Подольск, Московская область"),
        ("в Казани", "Где: Казань"),
        ("да", "Подобрали"),
    ],
    "asked who, he says what": [
        ("Привет", "кто вы"),
        ("крыша в Казани", "телефон"),
    ],
    "begun anew": [
        ("нужен электрик в Москве", "телефон"),
        ("нет", "Правильно понял"),
        ("давай сначала", "Что нужно сделать"),
        ("перекрыть крышу в Казани", "Где: Казань"),
        ("да", "Подобрали"),
    ],
    "in English": [
        ("Hello there", "who you are"),
        ("looking for a contractor", "What needs to be done"),
        ("I need a new roof in Kazan", "phone"),
        ("no", "Did I get it right?"),
        ("yes", "We have found"),
    ],
}


@pytest.mark.parametrize("lines", DIALOGUES.values(), ids=DIALOGUES)
def test_a_dialogue_asks_one_thing_after_another(person, roofers, lines):
    anna = person()
    for said, expected in lines:
        answers = anna.says(said)
        assert expected in "\n".join(answers), (said, answers)
        assert len(answers) == 1 or "Подобрали" in answers[0] or "We have found" in answers[0]


def test_a_known_telephone_is_not_asked_for(person, roofers):
    (summary,) = person(phone="+79000000023").says("перекрыть крышу в Казани, ищу мастера")
    assert "Телефон: +79000000023" in summary


def test_three_messages_in_a_row_are_one_answer(person, roofers):
    answers = person(phone="+79000000024").says("ищу", "кровельщика", "в Казани")
    assert len(answers) == 1
    assert "Где: Казань" in answers[0]


def test_partners_read_the_words_without_contacts(person, roofers):
    anna = person()
    anna.says(
        "Нужна крыша в Казани, мой телефон 8 900 000-00-25, пишите @anna_test или a@example.test"
    )
    anna.says("да")
    lead = anna.lead
    assert (lead.phone, lead.email) == ("+79000000025", "a@example.test")
    assert "Нужна крыша в Казани" in lead.text
    assert not any(secret in lead.text for secret in ("000-00-25", "anna_test", "example"))


def test_the_clients_bot_and_a_form_need_no_question_who(person, roofers):
    (asked,) = person(Channel.PROTALK_CLIENT).says("Здравствуйте")
    assert "Что нужно сделать и где" in asked
    (joined,) = person(Channel.PROTALK_PARTNER).says("Здравствуйте")
    assert "/partners/join/" in joined


def test_a_form_that_says_enough_gets_its_cards_by_mail_at_once(person, roofers):
    anna = person(Channel.FLEXBE, email="anna@example.test", phone="+79000000026", name="Анна")
    assert anna.says("Что нужно: перекрыть крышу\nГород: Казань") == []
    assert anna.conversation.stage == Stage.OFFERED
    assert anna.lead.source == "flexbe"
    letter = MailMessage.objects.get(kind="lead_cards")
    assert letter.to == "anna@example.test"
    assert "Кровля-Тест" in letter.text
    assert anna.conversation.wants_person == ""
    thread = anna.conversation.messages.exclude(author="person")
    assert [message.state for message in thread] == ["sent"]


def test_a_form_that_says_too_little_goes_to_a_person(person):
    anna = person(Channel.FLEXBE, email="anna@example.test")
    (answer,) = anna.says("Хочу консультацию")
    assert "с вами свяжется сотрудник" in answer
    assert anna.conversation.wants_person
    assert not Lead.objects.exists()


def test_a_form_without_an_address_is_offered_and_left_to_a_person(person, roofers):
    anna = person(Channel.FLEXBE, phone="+79000000027")
    assert anna.says("Крыша, Казань") == []
    assert LeadOffer.objects.count() == 5
    assert anna.conversation.wants_person == "ответить некуда: нет ни чата, ни e-mail"
    assert not MailMessage.objects.exists()


def test_nobody_fits_is_said_and_staff_show_cards_later(person, lists):
    anna = person()
    (nobody,) = anna.gets_cards()
    assert "никто из партнёров не подходит" in nobody
    assert (anna.conversation.stage, anna.lead.status) == (Stage.NOBODY, "nobody")
    assert anna.conversation.wants_person == "никто не подошёл"
    assert dialogue.offer(anna.conversation) == []
    assert anna.hears() == []
    a_partner(regions=["16"], name="Кровля-Нова")
    (offer,) = dialogue.offer(anna.conversation)
    assert dialogue.offer(anna.conversation) == [offer]
    found, card = anna.hears()
    assert "Подобрали партнёров: 1" in found
    assert "Кровля-Нова" in card
    assert (anna.conversation.stage, anna.conversation.wants_person) == (Stage.OFFERED, "")
