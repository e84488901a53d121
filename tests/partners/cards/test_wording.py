"""A card in each channel: the same facts, within its limit, and nothing of a partner's words is markup."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from integrations.mail.letters import compose
from partners.models import LeadOffer, SentCard, Specialisation
from partners.services import cards
from partners.services.cards.content import NAME, one_line
from tests.partners.factories import a_lead, a_partner, an_offer

Channel = SentCard.Channel
CHATS = (Channel.UMNICO, Channel.PROTALK, Channel.TELEGRAM)
HOSTILE = [
    "<b>Жирный</b><script>alert(1)</script> & «Ко»",
    "Ромашка\n\nОткройте https://evil.example/",
    "Я" * 4000,
    "🏠" * 4000,
    "Ромашка \u202edrawkcab\u202c \u200f\u2067x\u2069",
    "[Ромашка](https://evil.example/) **жирно** `код`",
    "{{ card.code }}{% load i18n %}",
    "&amp;lt;a href=x&gt;",
]


class Seen(HTMLParser):
    """What a reader of the markup sees, and which elements and addresses made it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", set[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_card_says_why_this_company(offers):
    card = cards.render(offers, Channel.UMNICO, language="ru")[0]
    lines = card.text.splitlines()
    assert lines[0] == "1. ООО «Кровля-Тест»"
    assert lines[1].startswith("Подрядчик · ")
    assert re.fullmatch(r"Что делает: Кровельные работы, [^,]+, [^,]+ и ещё 1", lines[2])
    assert lines[3:7] == [
        "Цена: 1\xa0000\xa0₽ – 2\xa0000\xa0₽ / м²",
        "Бюджет работ: от 50\xa0000\xa0₽",
        "★ 4,8 · 12 оценок",
        "Отвечает на 95 % обращений за 24 часа",
    ]
    assert re.fullmatch(r"✓ Проверен в ФНС \d\d\.\d\d\.\d{4}", lines[7])
    assert lines[8:] == [
        "Почему он: работает в вашем регионе, делает такие работы, "
        "хорошие оценки клиентов, отвечает вовремя",
        f"Страница: {card.link}",
    ]


def test_what_nobody_knows_is_left_out(offers):
    newcomer = cards.render(offers, Channel.UMNICO, language="ru")[1]
    assert newcomer.text.startswith("2. Ромашка")
    for word in ("★", "Цена", "Бюджет", "Отвечает", "оценки", "None", "\n\n"):
        assert word not in newcomer.text


def test_in_english_to_the_last_word(offers):
    for channel in Channel:
        card = cards.render(offers, channel, language="en")[0]
        said = (card.text + card.html).replace("ООО «Кровля-Тест»", "").replace("м²", "")
        assert re.findall("[а-яё]+", said, re.I) == []
        assert "works in your region" in said


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("channel", CHATS)
def test_a_hostile_name_stays_one_short_line_of_words(db, channel, name):
    partner = a_partner()
    partner.name = name  # longer than the column: as if it had come in by another door
    card = cards.render([an_offer(partner=partner, lead=a_lead())], channel, language="ru")[0]
    assert cards.length(card.text) <= cards.LIMITS[channel] // 3
    assert card.text.splitlines()[1].startswith("Подрядчик")
    assert not set("\u202e\u202c\u200f\u2067\u2069") & set(card.text)
    if channel == Channel.TELEGRAM:
        seen = Seen(card.html)
        assert seen.tags <= {"b", "i", "a"}
        assert seen.links == [card.link]
        assert seen.text.splitlines()[0] == card.text.splitlines()[0]
        assert cards.length(seen.text) <= cards.LIMITS[channel]
    if channel == Channel.PROTALK:
        assert not set("[]*`_") & set(card.text.replace(card.link, ""))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_no_markup_of_a_letter(db, name):
    partner = a_partner()
    partner.name = name
    made = cards.render([an_offer(partner=partner, lead=a_lead())], Channel.MAIL, language="ru")
    letter = compose(
        "lead_cards", "ru", {"number": 7, "cards": [card.as_context() for card in made]}
    )
    plain = compose("lead_cards", "ru", {"number": 7, "cards": []})
    assert Seen(letter.html).tags - Seen(plain.html).tags <= {"strong", "br", "a"}
    assert Seen(letter.html).links == [made[0].link]
    assert made[0].content.name in unescape(letter.html)
    assert made[0].text in letter.text


@given(st.text(max_size=300), st.integers(10, 120))
def test_one_line_is_one_line_of_that_length(text, longest):
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line == " ".join(line.split())
    assert len(line.splitlines()) <= 1
    assert one_line(line, longest) == line


def test_the_longest_card_there_can_be_fits_into_a_message(db):
    partner = a_partner(
        rating=Decimal(5),
        ratings=10**6,
        response_rate=Decimal(1),
        budget_from=Decimal(10**9),
        budget_to=Decimal(10**9),
    )
    lead = a_lead(specialisation=Specialisation.objects.first())
    partner.specialisations.set(Specialisation.objects.all())
    partner.services.create(
        title="x", specialisation=lead.specialisation, price_from=Decimal(10**9), unit="🏠" * 40
    )
    partner.name = "🏠" * NAME
    why = [[code, 1] for code in ("region", "specialisation", "category", "budget", "city")]
    made = cards.render(
        [an_offer(partner=partner, lead=lead, why=[*why, ["rating", 1], ["response", 1]])],
        Channel.TELEGRAM,
        language="ru",
    )
    assert cards.length(made[0].text) < 1500


def test_the_version_is_of_the_words_alone(offers):
    first = cards.render(offers, Channel.UMNICO, language="ru")
    again = cards.render(offers[::-1], Channel.TELEGRAM, language="ru")[::-1]
    assert [card.version for card in first] == [card.version for card in again]
    assert {card.token for card in first}.isdisjoint(card.token for card in again)
    offers[0].partner.name = "Иначе"
    assert cards.render(offers, Channel.UMNICO, language="ru")[0].version != first[0].version


def test_many_cards_cost_the_queries_of_one(offers, django_assert_num_queries):
    for number in (1, 3):
        chosen = list(
            LeadOffer.objects.filter(pk__in=[offer.pk for offer in offers[:number]]).select_related(
                "lead", "partner__category"
            )
        )
        with django_assert_num_queries(3):
            cards.render(chosen, Channel.UMNICO, language="ru")


def test_a_preview_counts_nothing_and_leads_to_the_page(offers):
    partner = offers[0].partner
    for channel in Channel:
        shown = cards.preview(partner, channel, language="en")
        assert f"/partners/{partner.code}/" in shown.text
        assert "/c/" not in shown.text + shown.html
    with override("en"):
        assert cards.content_of(partner).why == []
