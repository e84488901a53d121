from __future__ import annotations

from typing import TYPE_CHECKING

import polib
import pytest

from devtools import catalogues
from devtools.messages import Message, in_python, in_template

if TYPE_CHECKING:
    from pathlib import Path

PAID = Message("Оплачено: %(amount)s")
DAYS = Message("%(n)s день", plural="%(n)s дней")


@pytest.fixture
def english(tmp_path: Path) -> catalogues.Catalogue:
    catalogue = catalogues.Catalogue("en", tmp_path, {PAID: ["a.py"], DAYS: ["b.html"]})
    catalogue.write()
    return catalogue


def translate(catalogue: catalogues.Catalogue, *, paid: str, days: tuple[str, str]) -> None:
    file = polib.pofile(str(catalogue.file))
    file.find(PAID.text).msgstr = paid
    file.find(DAYS.text).msgstr_plural = dict(enumerate(days))
    file.save()
    catalogue.write()


def test_python_marks_messages_with_any_of_djangos_functions() -> None:
    source = '_("Да")\npgettext_lazy("меню", "Кот")\nngettext("день", "дней", 3)\nother("Нет")\n'

    assert set(in_python(source)) == {
        Message("Да"),
        Message("Кот", context="меню"),
        Message("день", plural="дней"),
    }


def test_templates_mark_messages_with_tags_and_filters() -> None:
    source = (
        '{% load i18n %}{% translate "Да" %}{{ name|default:_("гость") }}'
        "{% blocktranslate count n=days %}{{ n }} день{% plural %}"
        "{{ n }} дней{% endblocktranslate %}"
    )

    assert set(in_template(source)) == {Message("Да"), Message("гость"), DAYS}


def test_a_new_message_has_no_translation_yet(english: catalogues.Catalogue) -> None:
    assert [problem for problem in english.problems() if "no translation" in problem] == [
        f"has no translation of {PAID.text!r}",
        f"has no translation of {DAYS.text!r}",
    ]


def test_a_complete_catalogue_has_no_problem(english: catalogues.Catalogue) -> None:
    translate(english, paid="Paid: %(amount)s", days=("%(n)s day", "%(n)s days"))

    assert list(english.problems()) == []


def test_a_translation_that_names_another_value_is_found(english: catalogues.Catalogue) -> None:
    translate(english, paid="Paid: %(sum)s", days=("%(n)s day", "%(n)s days"))

    assert list(english.problems()) == [
        f"names other values than {PAID.text!r}: %(amount)s, %(sum)s"
    ]


def test_an_edit_that_was_not_compiled_is_found(english: catalogues.Catalogue) -> None:
    translate(english, paid="Paid: %(amount)s", days=("%(n)s day", "%(n)s days"))
    text = english.file.read_text(encoding="utf-8")
    english.file.write_text(text.replace("Paid", "Received"), encoding="utf-8")

    assert list(english.problems()) == ["is not compiled; ./dev messages does it"]


def test_russian_holds_only_the_forms_of_its_plurals(tmp_path: Path) -> None:
    russian = catalogues.Catalogue("ru", tmp_path, {PAID: ["a.py"], DAYS: ["b.html"]})

    assert list(russian.needed) == [DAYS]
    assert russian.forms == 3
