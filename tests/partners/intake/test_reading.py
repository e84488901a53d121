"""Forms as people fill them in, read into our fields; nothing is refused."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from integrations.tilda.source import fields_of
from partners.fields import FIELDS
from partners.models import FieldAlias
from partners.services import readers
from partners.services.aliases import DEFAULTS, form_of, load_aliases
from partners.services.reading import read, tidy
from partners.services.vocabulary import load_defaults
from tests.integrations.tilda.bodies import body

pytestmark = pytest.mark.django_db
REGISTRATION = "partner_registration"


@pytest.fixture(autouse=True)
def _lists(db):
    load_defaults()


def one(name: str, value: str | list[str]):
    """(what was read, why not) of a single field."""
    data, problems = read("profile_update", {name: value})
    return data.get(name), problems.get(name, "")


def test_a_form_of_tilda_is_read_whole():
    data, problems = read(REGISTRATION, fields_of(body("registration.txt")))
    assert problems == {}
    assert data == {
        "company": "ООО «Ромашка»",
        "legal_form": "ooo",
        "inn": "9901000010",
        "ogrn": "1199900000013",
        "contact_name": "Иван Петров",
        "phone": "+79000000001",
        "email": "ivan@example.test",
        "category": "contractor",
        "specialisations": ["roofing", "foundations"],
        "regions": ["77", "50"],
        "budget_from": "100000.00",
        "about": "Строим и кроем.\nС 2009 года.",
        "consent": True,
    }


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("ИНН*", "inn"),
        ("инн", "inn"),
        ("INN", "inn"),
        ("Название  Компании:", "company"),
        ("E-mail", "email"),
        ("ПОЧТА", "email"),
        ("legal_address", "legal_address"),
        ("Юр. адрес", "legal_address"),
        ("file_2", "documents"),
        ("files[]", "documents"),
        ("Специализация", "specialisations"),
    ],
)
def test_names_are_found_without_case(name, field):
    data, problems = read("profile_update", {name: "9901000010"})
    assert field in {*data, *problems}


def test_staff_name_fields_of_their_own_and_for_one_form():
    FieldAlias.objects.create(form="", alias="Кто ваш шеф", field="director")
    FieldAlias.objects.create(form="document_upload", alias="name", field="company")
    assert read("", {"кто ваш шеф?": "Петров"})[0] == {"director": "Петров"}
    assert read("document_upload", {"Name": "Ромашка"})[0]["company"] == "Ромашка"
    assert read("profile_update", {"Name": "Иван"})[0] == {"contact_name": "Иван"}


def test_the_default_names_are_loaded_once_and_mean_fields_we_have():
    assert load_aliases() == 0
    assert set(DEFAULTS) == set(FIELDS)
    aliases = [alias for names in DEFAULTS.values() for alias in names]
    assert len(aliases) == len(set(aliases))
    assert all(alias == alias.lower() for alias in aliases)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ({"form": "document_upload", "formname": "Регистрация"}, "document_upload"),
        ({"FORM": "Profile_Update"}, "profile_update"),
        ({"formname": "Загрузка документов", "formid": "form1"}, "document_upload"),
        ({"formid": "form555", "formname": "Без имени"}, REGISTRATION),
        ({}, REGISTRATION),
    ],
)
def test_which_form_a_call_is(raw, form):
    assert form_of(raw) == form


def test_a_form_may_be_named_by_its_number():
    FieldAlias.objects.create(form="profile_update", alias="form555000999", field="form")
    assert form_of({"formname": "Анкета 7", "formid": "Form555000999"}) == "profile_update"


def test_the_legal_form_may_stand_in_the_name():
    assert read("", {"company": "ИП Петров П. П."})[0]["legal_form"] == "ip"
    assert "legal_form" not in read("", {"company": "Ипотека и дом"})[0]


@pytest.mark.parametrize(
    ("sent", "kept", "told"),
    [
        ("Москва, Московская обл., СПб", ["77", "50", "78"], ""),
        ("77; 1\n02", ["77", "01", "02"], ""),
        (["Moscow", "г. Севастополь", "77"], ["77", "92"], ""),
        ("Ханты-Мансийский автономный округ - Югра", ["86"], ""),
        ("Москва, Атлантида", ["77"], "Атлантида"),
        ("Атлантида", None, "Атлантида"),
    ],
)
def test_regions(sent, kept, told):
    value, why = one("regions", sent)
    assert value == kept
    assert told in why
    assert bool(told) == bool(why)


def test_specialisations_and_a_category():
    assert one("specialisations", "Roofing, сантехника;windows-doors")[0] == [
        "roofing",
        "plumbing",
        "windows-doors",
    ]
    assert one("category", "SELLER")[0] == "seller"
    value, why = one("category", "Продавец, Подрядчик")
    assert value == "seller"
    assert why


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("от 100 000 ₽", "100000.00"),
        ("1,5 млн", "1500000.00"),
        ("100 тыс. руб.", "100000.00"),
        ("1.234.567,50", "1234567.50"),
        ("500к", "500000.00"),
        ("100-500 тыс", None),
        ("-5", None),
        ("договорная", None),
        ("99999999999", None),
    ],
)
def test_money(sent, kept):
    value, why = one("budget_from", sent)
    assert (value, bool(why)) == (kept, kept is None)


def test_a_range_that_is_none_is_told():
    data, problems = read("", {"budget_from": "500", "budget_to": "100"})
    assert data == {"budget_from": "500.00"}
    assert set(problems) == {"budget_to"}


def test_files_and_words():
    assert one("documents", "https://a.test/1.pdf, https://a.test/2.pdf;http://b.test/x.")[0] == [
        "https://a.test/1.pdf",
        "https://a.test/2.pdf",
        "http://b.test/x",
    ]
    assert one("documents", "C:\\licence.pdf")[1]
    assert one("cities", "Химки; Клин,\nКлин")[0] == ["Химки", "Клин"]
    assert one("radius_km", "50 км")[0] == 50
    assert one("radius_km", "99999")[1]
    assert one("telegram", "https://t.me/romashka_test")[0] == "@romashka_test"
    assert one("consent", "может быть")[1]


def test_a_registration_says_what_is_missing_and_others_do_not():
    assert set(read(REGISTRATION, {})[1]) == {"company", "inn", "email", "phone"}
    assert read("document_upload", {}) == ({}, {})


def test_what_is_too_long_is_cut_and_told():
    data, problems = read("", {"about": "я" * 6000, "company": "к" * 400})
    assert (len(data["about"]), len(data["company"])) == (5000, 300)
    assert set(problems) == {"about", "company"}


def test_what_a_database_cannot_hold_is_taken_out():
    odd: dict[str, str | list[str]] = {
        "\x00na\x00me": "a\x00b\ud800c\x1bd",
        "list": ["\x00", "x" * 30_000],
    }
    assert tidy(odd) == {"name": "abcd", "list": ["", "x" * 20_000]}
    assert len(tidy({str(number): "" for number in range(1000)})) == 300


def test_the_reason_is_said_in_the_language_of_the_reader():
    with override("en"):
        assert one("inn", "нет")[1] == "this is no number: check that only its digits were copied"


@pytest.mark.parametrize("text", ["", "9" * 5000, "+" * 100, "\u202e", "1" + "0" * 400, "(" * 500])
def test_no_reader_breaks_on_odd_text(text):
    names = list(FIELDS)
    read(REGISTRATION, dict.fromkeys(names, text))
    with pytest.raises(readers.Unreadable):
        readers.money("x" + text.replace("9", "").replace("1", "").replace("0", ""))
