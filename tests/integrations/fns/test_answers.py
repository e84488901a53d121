"""Answers of the tax service as bytes: what they say, or which error they stand for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from integrations.fns.client import Fns
from integrations.fns.errors import (
    AddressRefused,
    BadKey,
    FnsProblem,
    NoAnswer,
    Odd,
    QuotaOver,
    SoftError,
)
from tests.support.http_server import HttpServer, answer, hang, reset

FIXTURES = Path(__file__).parent / "fixtures"
KEY = "0123456789abcdef0123456789abcdef01234567"


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


@pytest.fixture
def fns(server: HttpServer) -> Fns:
    return Fns(base_url=server.url, key=KEY, deadline=2.0)


def asked(fns: Fns, server: HttpServer, name: str, number: str = "9901000010"):
    server.plan(answer(raw=sent(name)))
    return fns.egr(number)


def test_the_key_goes_in_the_query_and_the_number_too(fns, server):
    asked(fns, server, "egr__company.json")

    assert server.paths() == ["GET /api/egr"]
    assert server.received[0].query == {"req": "9901000010", "key": KEY}


def test_the_address_may_end_in_api(server):
    server.plan(answer(raw=sent("egr__not_found.json")))

    Fns(base_url=f"{server.url}/api/", key=KEY).egr("9901000010")

    assert server.paths() == ["GET /api/egr"]


def test_a_company_is_read_whole(fns, server):
    found = asked(fns, server, "egr__company.json")

    card = found.card
    assert card is not None
    assert (card.kind, card.inn, card.ogrn, card.kpp) == (
        "ЮЛ", "9901000010", "1199900000013", "990101001",
    )  # fmt: skip
    assert card.short_name == 'ООО "РОМАШКА"'
    assert card.full_name == 'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "РОМАШКА"'
    assert (card.form_code, card.region) == ("12300", "99")
    assert (card.registered_on, card.closed_on) == (date(2019, 2, 11), None)
    assert card.address == "г. Тестовск, ул. Примерная, д. 1"
    assert (card.director, card.director_post) == ("Петров Пётр Петрович", "ГЕНЕРАЛЬНЫЙ ДИРЕКТОР")
    assert (card.activity_code, card.phones, card.emails) == ("68.31", (), ())
    assert card.is_active
    assert not card.is_ceased
    assert found.reply.sha256 == hashlib.sha256(sent("egr__company.json")).hexdigest()
    assert found.reply.text == sent("egr__company.json").decode()
    assert found.item is not None
    assert found.item["ЮЛ"]["ИНН"] == "9901000010"


def test_a_liquidated_company_has_ceased(fns, server):
    card = asked(fns, server, "egr__liquidated.json", "9901000027").card

    assert (card.status, card.closed_on) == ("Ликвидировано по 129-ФЗ", date(2024, 6, 3))
    assert (card.is_active, card.is_ceased) == (False, True)
    assert (card.phones, card.emails) == (("+7 (900) 000-00-02",), ("lutik@example.test",))
    assert card.director == ""


def test_a_sole_trader_has_names_of_his_own(fns, server):
    card = asked(fns, server, "egr__trader.json", "990100000038").card

    assert (card.kind, card.inn, card.ogrn, card.kpp) == (
        "ИП", "990100000038", "319990000001070", "",
    )  # fmt: skip
    assert card.short_name == card.full_name == "Иванов Иван Иванович"
    assert card.emails == ("ivanov@example.test",)


def test_of_several_entries_the_newest_active_one_of_this_very_inn_is_taken(fns, server):
    card = asked(fns, server, "egr__two_for_one_inn.json", "990100000038").card

    assert (card.ogrn, card.is_active) == ("319990000001070", True)


def test_a_fuzzy_hit_is_not_the_company(fns, server):
    found = asked(fns, server, "egr__company.json", "9901000027")

    assert (found.card, found.item) == (None, None)


def test_missing_fields_and_broken_items_are_no_trouble(fns, server):
    card = asked(fns, server, "egr__managed.json", "9901000034").card

    assert (card.inn, card.address, card.region) == ("9901000034", "г. Тестовск", "99")
    assert (card.director, card.managed_by) == ("", 'ООО "УПРАВЛЕНИЕ"')
    assert (card.is_active, card.is_ceased) == (False, False)
    assert card.registered_on is None


@pytest.mark.parametrize("name", ["egr__not_found.json", "egr__not_found_in_words.json"])
def test_nothing_found_is_an_answer(fns, server, name):
    found = asked(fns, server, name)

    assert found.card is None
    assert found.reply.text == sent(name).decode()


def test_search_calls_a_traders_numbers_as_a_companys(fns, server):
    server.plan(answer(raw=sent("search__mixed.json")))

    company, trader = fns.search("ромашка")

    assert company.address == "г. Тестовск, ул. Примерная, д. 1"
    assert company.activity == "Деятельность агентств недвижимости"
    assert (trader.inn, trader.ogrn, trader.is_ceased) == ("990100000038", "319990000001070", True)


def test_marks_are_keys_with_words(fns, server):
    server.plan(answer(raw=sent("check__marks.json")), answer(raw=sent("check__trader_clean.json")))

    bad, clean = fns.check("9901000010").marks, fns.check("990100000038").marks

    assert bad.negative == {
        "МассАдрес": "Да (16 юрлиц)", "РегНедавно": "Да", "Текст": "Массовый адрес.",
    }  # fmt: skip
    assert bad.positive["КапБолее50тыс"] == "Да"
    assert (clean.negative, clean.positive) == ({}, {})


def test_limits_come_as_texts_and_as_numbers(fns, server):
    server.plan(answer(raw=sent("stat__limits.json")))

    stat = fns.stat()

    assert (stat.status, stat.until) == ("Подписка", "2026-11-30")
    assert (stat.methods["egr"].left, stat.methods["check"].left) == (95, 0)


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (403, "any__bad_key.txt", BadKey),
        (200, "any__bad_key.txt", BadKey),
        (403, "any__quota.txt", QuotaOver),
        (200, "any__quota_in_json.json", QuotaOver),
        (429, "any__page.html", QuotaOver),
        (403, "any__address.txt", AddressRefused),
        (403, "any__page.html", Odd),
        (403, "any__words.txt", BadKey),
        (200, "any__page_with_keywords.html", Odd),
        (200, "any__soft_error.json", SoftError),
        (200, "any__message.json", SoftError),
        (200, "any__string.json", SoftError),
        (200, "any__excluded.json", SoftError),  # «исключена» names no key
        (200, "any__page.html", Odd),
        (502, "any__page.html", Odd),
        (200, "any__half.json", Odd),
        (200, "any__empty_list.json", Odd),
        (500, "egr__company.json", Odd),
    ],
)
def test_every_other_answer_is_an_error_with_a_name(fns, server, status, name, kind):
    server.plan(answer(status, raw=sent(name)))

    with pytest.raises(FnsProblem) as caught:
        fns.egr("9901000010")

    assert type(caught.value) is kind
    reply = caught.value.reply
    assert reply is not None
    assert reply.sha256 == hashlib.sha256(sent(name)).hexdigest()
    assert len(server.received) == 1, "an answer in words must not be paid for twice"


def test_words_may_come_in_the_old_encoding(fns, server):
    words = sent("any__bad_key.txt").decode().encode("cp1251")
    server.plan(answer(403, raw=words))

    with pytest.raises(BadKey, match="Неверный ключ") as caught:
        fns.egr("9901000010")

    reply = caught.value.reply
    assert reply is not None
    assert reply.sha256 == hashlib.sha256(words).hexdigest()


@pytest.mark.parametrize("echo", [KEY.encode(), f"Ошибка: ключ {KEY}".encode("cp1251")])
def test_a_key_that_comes_back_is_hidden(fns, server, echo):
    server.plan(answer(403, raw=echo))

    with pytest.raises(BadKey) as caught:
        fns.egr("9901000010")

    reply = caught.value.reply
    assert reply is not None
    assert KEY not in str(caught.value) + reply.text
    assert "•••" in reply.text


def test_a_network_failure_is_asked_again_once(fns, server):
    server.plan(reset(), answer(raw=sent("egr__company.json")))

    assert fns.egr("9901000010").card is not None
    assert len(server.received) == 2


@pytest.mark.parametrize("failure", [[reset(), reset()], [hang()]], ids=["reset", "slow"])
def test_no_answer_has_a_name_too(server, failure):
    server.plan(*failure)

    with pytest.raises(NoAnswer) as caught:
        Fns(base_url=server.url, key=KEY, deadline=0.5).egr("9901000010")

    assert KEY not in f"{caught.value!r} {caught.value.__context__!r}"
    assert caught.value.reply is None


def test_a_nul_does_not_reach_what_is_kept(fns, server):
    body = sent("egr__company.json").replace(b"\xd0\x9f\xd1\x91\xd1\x82\xd1\x80", b"A\\u0000B")
    server.plan(answer(raw=body), answer(raw=b"\x00\x00"))

    found = fns.egr("9901000010")
    with pytest.raises(Odd) as caught:
        fns.egr("9901000010")

    reply = caught.value.reply
    assert found.card.director == "Петров AB Петрович"
    assert reply is not None
    assert "\x00" not in reply.text
