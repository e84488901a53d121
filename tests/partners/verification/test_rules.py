"""Each rule, by what was sent and what the register says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.clock import now
from integrations.fns.cards import Marks, RegistryCard
from partners.marks import FATAL, TITLES
from partners.services.verification import likeness, rules
from partners.services.verification.claims import Claims
from partners.services.verification.evidence import as_document, card_from
from partners.services.verification.likeness import Likeness

COMPANY: dict[str, Any] = {
    "kind": "ЮЛ",
    "inn": "9901000010",
    "ogrn": "1199900000013",
    "kpp": "990101001",
    "short_name": 'ООО "РОМАШКА"',
    "full_name": 'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "РОМАШКА"',
    "form_code": "12300",
    "status": "Действующее",
    "registered_on": now().date() - timedelta(days=2000),
    "address": "999000, г. Тестовск, ул. Примерная, д. 1",
    "director": "Петров Пётр Петрович",
}
TRADER: dict[str, Any] = {
    "kind": "ИП",
    "inn": "990100000038",
    "ogrn": "319990000001070",
    "short_name": "Иванов Иван Иванович",
    "full_name": "Иванов Иван Иванович",
    "status": "Действующее",
}


def verdict(rule: str, claims: dict[str, str], card: dict[str, Any]) -> str:
    found = rules.of_card(
        Claims(**{"inn": card["inn"], **claims}), RegistryCard(**card), answer=None
    )
    return next((str(one.result) for one in found if one.rule == rule), "")


@pytest.mark.parametrize(
    ("sent", "result"),
    [
        ("ООО «Ромашка»", "pass"),
        ("Ромашка", "pass"),
        ('Общество с ограниченной ответственностью "Ромашка"', "pass"),
        ("  ромашка, ООО ", "pass"),
        ("ООО Ромашки", "doubt"),
        ("ООО Василёк", "fail"),
        ("", ""),
    ],
)
def test_the_name_of_a_company(sent, result):
    assert verdict("name_matches", {"company": sent}, COMPANY) == result


@pytest.mark.parametrize(
    ("sent", "result"),
    [
        ("ИП Иванов Иван Иванович", "pass"),
        ("Индивидуальный предприниматель иванов иван иванович", "pass"),
        ("Иван Иванович Иванов", "pass"),
        ("ИП Иванов И.И.", "doubt"),
        ("ИП Сидоров С.С.", "fail"),
        ("Окна и двери", "fail"),
    ],
)
def test_the_name_of_a_sole_trader(sent, result):
    assert verdict("name_matches", {"company": sent}, TRADER) == result


def test_yo_is_e():
    card = {**COMPANY, "short_name": 'ООО "ЧЁРНЫЙ ПЕНЬ"', "full_name": ""}

    assert verdict("name_matches", {"company": "Черный пень"}, card) == "pass"


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "pass"),
        ({"status": "Ликвидировано"}, "fail"),
        ({"status": "Ликвидировано по 129-ФЗ"}, "fail"),
        ({"status": "Прекратило деятельность"}, "fail"),
        ({"closed_on": now().date()}, "fail"),  # whatever the status says
        ({"status": "В состоянии реорганизации"}, "doubt"),
        ({"status": "Действующее, юридический адрес недостоверен"}, "doubt"),
        ({"status": ""}, "doubt"),
    ],
)
def test_only_one_status_is_active(changes, result):
    assert verdict("active", {}, {**COMPANY, **changes}) == result


@pytest.mark.parametrize(
    ("rule", "claims", "card", "result"),
    [
        ("ogrn_matches", {"ogrn": "1199900000013"}, COMPANY, "pass"),
        ("ogrn_matches", {"ogrn": "1199900000024"}, COMPANY, "fail"),
        ("ogrn_matches", {"ogrn": "1199900000024"}, {**COMPANY, "ogrn": ""}, "unknown"),
        ("ogrn_matches", {}, COMPANY, ""),
        ("kpp", {"kpp": "990101001"}, COMPANY, "pass"),
        ("kpp", {"kpp": "990143001"}, COMPANY, "doubt"),
        ("kpp", {"kpp": "99"}, COMPANY, "fail"),
        ("kpp", {"kpp": "990101001"}, TRADER, "doubt"),
        ("form_matches", {"legal_form": "ooo"}, COMPANY, "pass"),
        ("form_matches", {"legal_form": "ao"}, COMPANY, "doubt"),
        ("form_matches", {"legal_form": "other"}, COMPANY, "doubt"),
        ("form_matches", {"legal_form": "ip"}, COMPANY, "fail"),
        ("form_matches", {"legal_form": "ooo"}, TRADER, "fail"),
        ("form_matches", {"legal_form": "ip"}, TRADER, "pass"),
        ("form_matches", {"legal_form": "zao"}, {**COMPANY, "form_code": "12267"}, "pass"),
        ("form_matches", {"legal_form": "ooo"}, {**COMPANY, "form_code": ""}, "pass"),
        ("director", {"director": "петров петр петрович"}, COMPANY, "pass"),
        ("director", {"director": "Петров П.П."}, COMPANY, "doubt"),
        ("director", {"director": "Сидоров С. С."}, COMPANY, "doubt"),
        (
            "director",
            {"director": "Петров"},
            {**COMPANY, "director": "", "managed_by": "ООО"},
            "doubt",
        ),
        ("director", {"director": "Петров"}, {**COMPANY, "director": ""}, "unknown"),
        ("director", {"director": "Иванов Иван Иванович"}, TRADER, "pass"),
        ("address", {"legal_address": "Тестовск, Примерная 1"}, COMPANY, "pass"),
        ("address", {"legal_address": "г Тестовск, ул Примерная, 2"}, COMPANY, "doubt"),
        ("address", {"legal_address": "Москва"}, {**COMPANY, "address": ""}, "unknown"),
        ("age", {}, COMPANY, "pass"),
        ("age", {}, {**COMPANY, "registered_on": now().date() - timedelta(days=30)}, "doubt"),
        ("age", {}, {**COMPANY, "registered_on": None}, "unknown"),
        ("found", {}, COMPANY, "pass"),
    ],
)
def test_the_rest_of_the_card(rule, claims, card, result):
    assert verdict(rule, claims, card) == result


def test_a_person_who_trades_not_is_not_found():
    (verdict,) = rules.of_card(Claims(inn="990100000038"), None, answer=None)

    assert (verdict.rule, verdict.result) == ("found", "fail")
    assert "предпринимателя" in verdict.detail


def test_marks_that_nobody_has_described_are_looked_at_too():
    verdicts = rules.of_marks(Marks({"Новое": "Да", "Текст": "Итог"}, {}), answer=None)

    assert [(one.rule, one.result, one.found) for one in verdicts] == [
        ("marks", "doubt", "Итог"),
        ("mark:Новое", "doubt", "Да"),
    ]
    assert rules.of_marks(Marks({}, {}), answer=None)[0].result == "pass"
    assert set(TITLES) >= FATAL


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("г. Тестовск, ул. Примерная, д. 1", "ТЕСТОВСК Г, ПРИМЕРНАЯ УЛ, Д.1", Likeness.SAME),
        ("999000, Тестовск, Примерная 1, офис 5", "Тестовск, Примерная 1", Likeness.CLOSE),
        ("Тестовск, Примерная 1", "Тестовск, Примерная 2", Likeness.OTHER),
        ("Тестовск, Луговая 1", "Тестовск, Примерная 1", Likeness.OTHER),
        ("", "Тестовск", Likeness.OTHER),
    ],
)
def test_addresses(one, other, like):
    assert likeness.addresses(one, other) is like


def test_a_card_is_kept_and_read_back():
    card = RegistryCard(**COMPANY, phones=("1",), closed_on=None)
    document = as_document(card)

    assert card_from(document) == card
    assert document["legal_name"] == COMPANY["full_name"]
    assert document["legal_address"] == COMPANY["address"]
    assert document["registered_on"] == COMPANY["registered_on"].isoformat()
