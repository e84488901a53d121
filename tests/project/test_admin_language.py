from __future__ import annotations

import re

import polib
import pytest
from django.conf import settings
from django.utils.translation import get_language

from payments.models import Payment, Plan
from tests import factories
from tests.support.office import list_of, owner, page, signed_in

THEME = settings.BASE_DIR / "project" / "locale" / "ru" / "LC_MESSAGES" / "django.po"


@pytest.fixture
def pages(db) -> list[str]:
    payment = factories.a_payment_in_review()
    addresses = ["/admin/", "/admin/two-factor/", list_of(Payment), list_of(Payment, "q=zzz")]
    return [*addresses, page(payment), f"{list_of(Plan)}add/", "/admin/auth/user/"]


def words(text: str) -> str:
    text = re.sub(r"(?s)<(script|style|head|code|pre)\b.*?</\1>", " ", text)
    text = re.sub(r'<span class="material-symbols.*?</span>', " ", text, flags=re.DOTALL)
    return re.sub(r"(?s)<[^>]*>", " ", text)


@pytest.mark.parametrize(
    "phrase", ["Filters", "Type to search", "No results", "Clear all", "Search apps", "Sign in"]
)
def test_the_theme_speaks_russian_too(pages, phrase):
    client = signed_in(owner())

    for address in pages:
        assert phrase not in words(client.get(address).content.decode()), address


def test_the_office_speaks_english_to_who_asks_for_it(pages):
    client = signed_in(owner())

    for address in pages:
        text = words(client.get(address, headers={"accept-language": "en"}).content.decode())
        found = set(re.findall(r"[А-Яа-яЁё]{3,}", text)) - {"месяц", "Анна"}
        assert found <= {"Банк", "Пример", "Иван"}, (address, found)


@pytest.mark.parametrize("_time", ["first", "after another test"])
def test_who_asked_for_english_asked_for_himself_only(client, db, _time):
    assert get_language() == settings.LANGUAGE_CODE

    client.get("/admin/login/", headers={"accept-language": "en"})

    assert get_language() == "en"  # Django leaves it so in the thread


def test_the_words_of_the_theme_are_compiled():
    assert THEME.with_suffix(".mo").read_bytes() == polib.pofile(str(THEME)).to_binary()
