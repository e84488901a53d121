"""Who writes, when a person is wanted, and what is not said twice."""

from __future__ import annotations

import pytest

from partners.models import Channel, Conversation, Lead
from partners.services import conversations

pytestmark = pytest.mark.django_db
Speaker, Stage = Conversation.Speaker, Conversation.Stage
UMNICO, CLIENTS, PARTNERS = Channel.UMNICO, Channel.PROTALK_CLIENT, Channel.PROTALK_PARTNER


@pytest.mark.parametrize(
    ("channel", "said", "speaker"),
    [
        (UMNICO, ["хочу стать партнёром"], Speaker.PARTNER),
        (UMNICO, ["Мы строительная компания, хотим сотрудничать"], Speaker.PARTNER),
        (UMNICO, ["ищу мастера"], Speaker.CLIENT),
        (UMNICO, ["подрядчик"], Speaker.UNKNOWN),
        (UMNICO, ["Здравствуйте"], Speaker.UNKNOWN),
        (UMNICO, ["подрядчик", "1"], Speaker.CLIENT),
        (UMNICO, ["подрядчик", "2"], Speaker.PARTNER),
        (UMNICO, ["Здравствуйте", "2 – партнёр"], Speaker.PARTNER),
        (UMNICO, ["Здравствуйте", "стать партнером"], Speaker.PARTNER),
        (UMNICO, ["Здравствуйте", "ищу исполнителя"], Speaker.CLIENT),
        (UMNICO, ["Здравствуйте", "крыша в Казани"], Speaker.CLIENT),
        (UMNICO, ["Здравствуйте", "21"], Speaker.UNKNOWN),
        (CLIENTS, ["подрядчик"], Speaker.CLIENT),
        (CLIENTS, ["хочу стать партнёром"], Speaker.PARTNER),
        (PARTNERS, ["подрядчик"], Speaker.PARTNER),
        (PARTNERS, ["ищу мастера по крыше"], Speaker.CLIENT),
        (PARTNERS, ["Здравствуйте", "нужен ремонт крыши в Казани"], Speaker.CLIENT),
    ],
)
def test_who_writes(person, channel, said, speaker):
    somebody = person(channel)
    for text in said:
        assert len(somebody.says(text)) == 1
    assert somebody.conversation.speaker == speaker


def test_a_would_be_partner_gets_the_link_and_gets_it_again(person):
    partner = person(PARTNERS)
    (first,) = partner.says("Хотим к вам")
    assert first.count("/partners/join/") == 1
    assert partner.conversation.stage == Stage.INVITED
    (again,) = partner.says("А сколько это стоит?")
    assert "/partners/join/" in again
    assert "Пожалуйста" in partner.says("спасибо")[0]
    assert partner.says("спасибо") == []
    assert "Позвали сотрудника" in partner.says("позовите человека")[0]
    assert partner.conversation.wants_person == conversations.ASKED
    assert not Lead.objects.exists()


def test_a_person_is_called_once(person, roofers):
    anna = person(CLIENTS)
    (told,) = anna.says("Позовите человека")
    assert "Позвали сотрудника" in told
    assert anna.conversation.wants_person == "просит человека"
    assert "телефон" in anna.says("перекрыть крышу в Казани")[-1]


def test_twice_not_understood_calls_a_person_and_then_the_robot_is_silent(person):
    anna = person()
    assert "кто вы" in anna.says("Здравствуйте")[0]
    assert anna.says("эх")[0].startswith("Не понял ответ.")
    (given_up,) = anna.says("ух")
    assert "позвали сотрудника" in given_up
    assert anna.conversation.wants_person == "не поняли дважды"
    assert anna.says("ох") == []
    assert "Что нужно сделать" in anna.says("1")[0]


@pytest.mark.parametrize("said", ["ну как сказать", "🙂", "?", "12345"])
def test_what_tells_nothing_is_asked_again_with_an_example(person, said):
    anna = person(CLIENTS)
    anna.says("нужен мастер")
    (asked,) = anna.says(said)
    assert asked.startswith("Не понял ответ.")
    assert "Например" in asked


def test_an_understood_answer_forgives_the_misunderstood_one(person):
    anna = person(CLIENTS)
    for said in ("нужен мастер", "ох", "кровля", "ах"):
        answers = anna.says(said)
    assert answers[0].startswith("Не понял ответ.")
    assert anna.conversation.wants_person == ""


def test_a_file_is_no_answer(person):
    anna = person(CLIENTS)
    photo = [{"type": "photo", "url": "https://files.example/1.jpg"}]
    anna.writes("", attachments=photo)
    (asked,) = anna.hears()
    assert "Файл мы получили" in asked
    assert "Что нужно сделать" in asked
    anna.writes("крыша в Казани", attachments=photo)
    assert "телефон" in anna.hears()[0]


def test_an_empty_message_is_answered_with_nothing(person):
    anna = person()
    anna.writes("  ")
    assert anna.hears() == []
    assert not anna.conversation.messages.filter(handled_at=None).exists()


def test_a_file_after_the_cards_goes_to_a_person(person, roofers):
    anna = person(CLIENTS)
    anna.gets_cards()
    for _ in range(2):
        anna.writes("", attachments=[{"type": "photo", "url": "https://files.example/1.jpg"}])
    assert anna.hears() == ["Файл мы получили, его посмотрит сотрудник."]
    assert anna.conversation.wants_person == "прислал файл"


def test_the_language_follows_the_person(person):
    anna = person(CLIENTS)
    assert "What needs to be done" in anna.says("Hello, I need help")[0]
    assert anna.conversation.language == "en"
    assert "телефон" in anna.says("перекрыть крышу в Казани")[0]
    anna.says("ok")
    assert anna.conversation.language == "ru"
