"""Single values as people type them: numbers, phones, addresses, legal forms."""

from __future__ import annotations

import pytest

from partners.services.reading import read
from partners.services.vocabulary import load_defaults

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists(db):
    load_defaults()


def one(name: str, value: str | list[str]):
    """(what was read, why not) of a single field."""
    data, problems = read("profile_update", {name: value})
    return data.get(name), problems.get(name, "")


@pytest.mark.parametrize(
    ("sent", "kept", "told"),
    [
        ("990 100 0010", "9901000010", ""),
        ("ИНН: 9901000010", "9901000010", ""),
        ("990100000038", "990100000038", ""),
        ("0000000000", "0000000000", "нул"),
        ("9901000011", "9901000011", "опечатка"),
        ("99010000", "99010000", "длина"),
        ("9901000010123456", None, "не похоже на номер"),
        ("нет", None, "не похоже на номер"),
        ("０９９０１", None, "не похоже на номер"),
    ],
)
def test_an_inn(sent, kept, told):
    value, why = one("inn", sent)
    assert value == kept
    assert told in why
    assert bool(told) == bool(why)


def test_zeros_in_front_are_part_of_a_number():
    assert one("kpp", "010101001")[0] == "010101001"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("+7 (900) 000-00-01", "+79000000001"),
        ("8 900 000 00 01", "+79000000001"),
        ("9000000001", "+79000000001"),
        ("нет, или 8(900)000-00-01 (Иван)", "+79000000001"),
        ("+375 29 123-45-67", "+375291234567"),
        ("123", None),
        ("звоните вечером", None),
    ],
)
def test_a_phone(sent, kept):
    value, why = one("phone", sent)
    assert (value, bool(why)) == (kept, kept is None)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" Ivan@Example.TEST ", "Ivan@example.test"),
        ("почта@пример.испытание", None),
        ("info@пример.испытание", "info@xn--e1afmkfd.xn--80akhbyknj4f"),
        ("mailto:ivan@example.test", "ivan@example.test"),
        ("a@example.test, b@example.test", "a@example.test"),
        ("ivan(at)example", None),
    ],
)
def test_an_email(sent, kept):
    value, why = one("email", sent)
    assert (value, bool(why)) == (kept, kept is None)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("romashka.example", "https://romashka.example"),
        ("http://romashka.example/a?b=1", "http://romashka.example/a?b=1"),
        ("ромашка.рф", "https://ромашка.рф"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://user@romashka.example", None),
        ("https://", None),
        ("нет", None),
    ],
)
def test_a_website(sent, kept):
    value, why = one("website", sent)
    assert (value, bool(why)) == (kept, kept is None)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("ООО", "ooo"),
        ("ип", "ip"),
        ("Индивидуальный предприниматель", "ip"),
        ("Публичное акционерное общество", "pao"),
        ("А.О.", None),
        ("АО", "ao"),
        ("LLC", "ooo"),
        ("pao", "pao"),
        ("самозанятый", "other"),
        ("кооператив", None),
    ],
)
def test_a_legal_form(sent, kept):
    value, why = one("legal_form", sent)
    assert (value, bool(why)) == (kept, kept is None)
