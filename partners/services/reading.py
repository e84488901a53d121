"""From what a form sent to our fields. Nothing is refused: what cannot be read is named among the problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from partners.fields import FIELDS, REQUIRED, Field, Kind
from partners.models import Application, Category, Region, Specialisation
from partners.services import readers
from partners.services.aliases import Raw, field_of, names_for
from partners.services.readers import Unreadable, clean, line

Data = dict[str, Any]
Problems = dict[str, str]

MOST_FIELDS = 300  # names of one call that are kept
LONGEST_NAME = 200
LONGEST_VALUE = 20_000
MOST_WORDS = 50
LONGEST_WORD = 120
MOST_FILES = 20
LONG_TEXTS = frozenset({"about", "services", "comment"})
MODELS: dict[str, type[Category] | type[Specialisation] | type[Region]] = {
    "category": Category,
    "specialisations": Specialisation,
    "regions": Region,
}
# How people call a region besides its title.
NICKNAMES = {
    "мск": "77", "спб": "78", "питер": "78", "петербург": "78", "st petersburg": "78",
    "подмосковье": "50", "ленобласть": "47", "кубань": "23", "татарстан": "16", "башкирия": "02",
    "якутия": "14", "крым": "91", "хмао": "86", "янао": "89", "чечня": "20", "удмуртия": "18",
}  # fmt: skip
_SHORT = (
    ("обл.", "область"),
    ("обл ", "область "),
    ("респ.", "республика"),
    ("г. ", ""),
    ("город ", ""),
)


def tidy(raw: Raw) -> dict[str, str | list[str]]:
    """What came, as it may be stored: whole characters, no NUL, and no more of it than people write."""
    kept: dict[str, str | list[str]] = {}
    for name, value in list(raw.items())[:MOST_FIELDS]:
        texts = [value] if isinstance(value, str) else value
        cleaned = [clean(str(text))[:LONGEST_VALUE] for text in list(texts)[:MOST_FIELDS]]
        kept[clean(str(name))[:LONGEST_NAME]] = cleaned[0] if len(cleaned) == 1 else cleaned
    return kept


def read(form: str, raw: Raw) -> tuple[Data, Problems]:
    """(our fields, why others could not be read); both by our names, the reasons in the active language.

    A number whose check digit is wrong, or a text that was cut, stands in both.
    """
    data: Data = {}
    problems: Problems = {}
    for name, texts in _collected(form, raw).items():
        try:
            value = _READERS[FIELDS[name].kind](FIELDS[name], texts)
        except Unreadable as error:
            problems[name] = str(error)
            value = error.kept
        if value not in (None, "", []):
            data[name] = value
    _look_across(data, problems)
    if form == Application.Form.REGISTRATION:
        for name in REQUIRED:
            if name not in data:
                problems.setdefault(name, _("не указано"))
    return data, problems


def _collected(form: str, raw: Raw) -> dict[str, list[str]]:
    """{our field: texts under any of its names}, empty ones left out."""
    names = names_for(form)
    found: dict[str, list[str]] = {}
    for name, value in tidy(raw).items():
        field = field_of(name, names)
        texts = [text for text in ([value] if isinstance(value, str) else value) if text]
        if field and texts:
            found.setdefault(field, []).extend(texts)
    return found


def _look_across(data: Data, problems: Problems) -> None:
    """What one field says about another."""
    if "legal_form" not in data and "legal_form" not in problems and "company" in data:
        try:
            data["legal_form"] = readers.legal_form(data["company"])
        except Unreadable:
            data.pop("legal_form", None)
    low, high = data.get("budget_from"), data.get("budget_to")
    if low and high and Decimal(low) > Decimal(high):
        del data["budget_to"]
        problems["budget_to"] = _("«до» меньше, чем «от»")


def _text(field: Field, texts: list[str]) -> str:
    whole = "\n".join(texts) if field.name in LONG_TEXTS else line(texts[0])
    if field.name == "telegram":
        whole = readers.telegram(whole)
    if len(whole) > field.longest:
        why = _("текст длиннее %(longest)s знаков, конец отрезан") % {"longest": field.longest}
        raise Unreadable(why, whole[: field.longest].rstrip())
    return whole


def _number(field: Field, texts: list[str]) -> str:
    return readers.number(field.name, line(texts[0]), field.longest)


def _term(field: Field, texts: list[str]) -> str:
    codes, unknown = _terms_of(field, texts)
    if not codes:
        raise Unreadable(_not_listed(unknown))
    if len(codes) > 1:
        raise Unreadable(_("выберите что-то одно"), codes[0])
    return codes[0]


def _terms(field: Field, texts: list[str]) -> list[str]:
    codes, unknown = _terms_of(field, texts)
    if unknown:
        raise Unreadable(_not_listed(unknown), codes)
    return codes


def _not_listed(unknown: list[str]) -> str:
    return _("этого нет в списке: %(words)s") % {"words": ", ".join(unknown)[:200]}


def _terms_of(field: Field, texts: list[str]) -> tuple[list[str], list[str]]:
    """(codes of a list, words that are not in it), each once and in the order they came."""
    known: dict[str, str] = {}
    for term in MODELS[field.name].objects.filter(is_active=True):
        for word in (term.code, term.title_ru, term.title_en):
            known.setdefault(_plain(word), term.code)
    if field.name == "regions":
        codes = set(known.values())
        known |= {name: code for name, code in NICKNAMES.items() if code in codes}
        known |= {code.lstrip("0"): code for code in codes}
    found: list[str] = []
    unknown: list[str] = []
    for text in texts:
        # A title may hold a comma: the whole text first.
        words = [text] if _plain(text) in known else _split(text)
        for word in words:
            code = known.get(_plain(word))
            (found if code else unknown).append(code or word)
    return list(dict.fromkeys(found)), list(dict.fromkeys(unknown))


def _plain(word: str) -> str:
    text = word.casefold().replace("ё", "е")
    for short, long in _SHORT:
        text = f"{text} ".replace(short, long)
    text = re.sub(r"[\"«»()–—-]", " ", text)
    return " ".join(text.split()).strip(" .")


def _split(text: str) -> list[str]:
    return [word.strip() for word in re.split(r"[,;|\n]", text) if word.strip()]


def _words(field: Field, texts: list[str]) -> list[str]:
    words = list(dict.fromkeys(line(word) for text in texts for word in _split(text)))
    kept = [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]
    if kept != words:
        raise Unreadable(_("слишком много или слишком длинно, часть отрезана"), kept)
    return kept


def _files(field: Field, texts: list[str]) -> list[str]:
    found = readers.links("\n".join(texts))
    if len(found) > MOST_FILES:
        why = _("больше %(most)s файлов: остальные пришлите отдельно") % {"most": MOST_FILES}
        raise Unreadable(why, found[:MOST_FILES])
    return found


def _first(reader: Callable[[str], Any]) -> Callable[[Field, list[str]], Any]:
    """A reader of one value: of the first where a form has two fields for it."""
    return lambda _field, texts: reader(line(texts[0]))


_READERS: Mapping[Kind, Callable[[Field, list[str]], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.PHONE: lambda _field, texts: readers.phone("\n".join(texts)),
    Kind.EMAIL: _first(readers.email),
    Kind.URL: lambda field, texts: readers.website(line(texts[0]), field.longest),
    Kind.FORM: _first(readers.legal_form),
    Kind.TERM: _term,
    Kind.TERMS: _terms,
    Kind.WORDS: _words,
    Kind.MONEY: _first(readers.money),
    Kind.WHOLE: _first(readers.whole),
    Kind.FILES: _files,
    Kind.YES: _first(readers.yes),
}
