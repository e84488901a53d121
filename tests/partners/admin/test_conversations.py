"""Conversations in the back office: the right ones found, read whole, at the same cost however many there are."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from partners.models import Channel, Conversation, SentCard
from tests.partners.factories import an_offer
from tests.partners.talks import a_busy_conversation, a_conversation, a_message, ours
from tests.support.office import list_of, page, queries_of, shown, signed_in, staff_member

pytestmark = pytest.mark.django_db


def test_a_conversation_is_found_by_what_one_knows_of_the_person(office):
    wanted = a_conversation(
        "x",
        name="Анна Тестова",
        phone="+79005550001",
        email="Anna@example.test",
        external_id="user-42",
    )
    a_conversation("y", name="Борис")
    for words in (
        f"№ {wanted.pk}",
        "анна",
        "8 900 555 00 01",
        "+79005550001",
        "anna@example.test",
        "user-42",
    ):
        assert shown(office, Conversation, f"q={words}") == {wanted.pk}, words


def test_the_queues(office, boss):
    asks = a_conversation("x", wants_person="просит человека")
    mine = a_conversation("x", taken_by=boss)
    other = a_conversation("x", taken_by=User.objects.create_user("vera"), channel=Channel.FLEXBE)
    broken = a_conversation("x", stage="offered")
    ours(broken, "y", state="failed")
    for query, found in (
        ("queue=person", {asks}),
        ("queue=mine", {mine}),
        ("queue=taken", {mine, other}),
        ("queue=failed", {broken}),
        ("channel__exact=flexbe", {other}),
        ("stage__exact=offered", {broken}),
    ):
        assert shown(office, Conversation, query) == {row.pk for row in found}, query


def test_the_list_says_who_said_what_last(office):
    talk = a_conversation("Нужна\nкрыша", name="Анна", wants_person="просит человека")
    body = office.get(list_of(Conversation)).content.decode()
    for words in ("Анна", "Нужна крыша", "просит человека", f"№\N{NO-BREAK SPACE}{talk.pk}"):
        assert words in body
    ours(talk, "Где строите?")
    assert "автоответ: Где строите?" in office.get(list_of(Conversation)).content.decode()


def test_nobody_has_written_yet(office):
    assert office.get(list_of(Conversation)).status_code == 200
    assert shown(office, Conversation) == set()


def test_the_page_shows_all_there_is(office, boss):
    talk = a_busy_conversation(boss, an_offer())
    body = office.get(page(talk)).content.decode()
    for words in (
        "Нужна крыша",
        "Сейчас отвечу",
        "chat closed",
        "Отправить ещё раз",
        "не открывали",
        "Тестовск",
        "до 500",
        "https://files.example/1",
        "Кому предложено",
    ):
        assert words in body, words
    assert "javascript:alert" not in body


def test_what_people_write_is_no_markup(office):
    talk = a_conversation("<script>alert(1)</script>", name="<img src=x onerror=alert(1)>")
    for body in (
        office.get(page(talk)).content.decode(),
        office.get(list_of(Conversation)).content.decode(),
        office.get(page(talk, "news")).json()["html"],
    ):
        assert "<script>alert" not in body
        assert "<img src=x" not in body


def test_reading_is_reading_for_those_who_answer(office):
    talk = a_conversation("x", "y")
    auditor = signed_in(staff_member("partners.view_conversation"))
    auditor.get(page(talk))
    talk.refresh_from_db()
    assert talk.unread == 2
    office.get(page(talk))
    talk.refresh_from_db()
    assert talk.unread == 0


def test_earlier_messages_are_a_link_away(office, monkeypatch):
    monkeypatch.setattr("partners.admin.conversation_page.SHOWN", 3)
    talk = a_conversation(*(f"слово-{number}" for number in range(5)))
    seen = office.get(page(talk))
    thread = seen.context["card"].extra["thread"]
    assert [line.text for line in thread.lines] == ["слово-2", "слово-3", "слово-4"]
    earlier = office.get(f"{page(talk)}?before={thread.earlier}").context["card"].extra["thread"]
    assert [line.text for line in earlier.lines] == ["слово-0", "слово-1"]
    assert earlier.earlier == 0


def test_news_come_with_a_mark_and_only_when_there_are_any(office):
    talk = a_conversation("x")
    first = office.get(page(talk, "news"))
    same = office.get(page(talk, "news"), headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    a_message(talk, "Ау?")
    fresh = office.get(page(talk, "news"), headers={"If-None-Match": first["ETag"]})
    assert "Ау?" in fresh.json()["html"]
    reply = ours(talk, "Тут", state="waiting")
    known = office.get(page(talk, "news"))["ETag"]
    reply.state = "sent"
    reply.save()
    assert office.get(page(talk, "news"), headers={"If-None-Match": known}).status_code == 200


def test_a_page_costs_the_same_however_long(office, boss):
    few = a_busy_conversation(boss, an_offer())
    many = a_busy_conversation(boss, an_offer())
    for number in range(20):
        ours(many, f"ещё {number}")
    assert queries_of(office, page(many)) == queries_of(office, page(few))
    assert queries_of(office, page(many, "news")) == queries_of(office, page(few, "news"))


def test_the_list_costs_the_same_for_one_and_for_many(office, boss):
    a_busy_conversation(boss, an_offer())
    one = queries_of(office, list_of(Conversation)), queries_of(office, list_of(SentCard))
    for _ in range(5):
        a_busy_conversation(boss, an_offer())
    assert (queries_of(office, list_of(Conversation)), queries_of(office, list_of(SentCard))) == one


def test_the_journal_of_cards_is_filtered_and_searched(office, boss):
    first, second = an_offer(), an_offer()
    a_busy_conversation(boss, first)
    opened = a_busy_conversation(boss, second)
    card = SentCard.objects.get(offer=second)
    SentCard.objects.filter(pk=card.pk).update(opens=2)
    SentCard.objects.filter(pk=card.pk).update(opened_at=card.created_at)
    opened.messages.filter(kind="cards").update(state="failed")
    for query in (
        "opened=yes",
        "state=trouble",
        f"q={second.partner.code}",
        f"q={second.partner.inn}",
        f"q={second.lead_id}",
        f"q={opened.external_id}",
    ):
        assert shown(office, SentCard, query) == {card.pk}, query
    assert shown(office, SentCard, "state=sent&opened=no") == {SentCard.objects.get(offer=first).pk}
    body = office.get(page(card)).content.decode()
    assert "открыли: 2" in body
    assert "1. Ромашка" in body


def test_a_lead_shows_its_conversation_and_its_cards(office, boss):
    offer = an_offer()
    talk = a_busy_conversation(boss, offer)
    body = office.get(page(offer.lead)).content.decode()
    assert page(talk) in body
    assert "Отправленные карточки" in body


def test_the_first_page_tells_who_waits(office):
    talk = a_conversation("x", wants_person="просит человека")
    ours(talk, "y", state="unclear")
    tiles = {tile.title: tile for tile in office.get("/admin/").context["dashboard"].tiles}
    for title, query in (
        ("Диалоги ждут человека", "queue=person"),
        ("Сообщения не доставлены", "queue=failed"),
    ):
        assert tiles[title].count == "1"
        assert tiles[title].url == list_of(Conversation, query)
