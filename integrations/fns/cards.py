"""What the tax service knows of a company, a sole trader or a foreign branch, whichever shape it came in.

Any field may be missing. Names differ by method: a sole trader has ИНН and ОГРН in `search`, ИННФЛ and ОГРНИП in
`egr` and `check`; an address is a text in one and an object in the other; an empty list stands for an empty object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

COMPANY, TRADER, BRANCH = "ЮЛ", "ИП", "НР"
ACTIVE = "действующее"  # the only status that means it; the rest is free text
CEASED = ("ликвидир", "прекра", "исключен", "исключён", "закрыт")
DOTTED = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryCard:
    """One entry of a register. Empty texts and None are what the service did not say. `form_code` is OKOPF."""

    kind: str
    inn: str = ""
    ogrn: str = ""
    kpp: str = ""
    short_name: str = ""
    full_name: str = ""
    form: str = ""
    form_code: str = ""
    status: str = ""
    registered_on: date | None = None
    closed_on: date | None = None
    address: str = ""
    region: str = ""
    director: str = ""
    director_post: str = ""
    managed_by: str = ""  # a company in the director's place
    activity_code: str = ""
    activity: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.status.strip().casefold() == ACTIVE and self.closed_on is None

    @property
    def is_ceased(self) -> bool:
        """Liquidated, struck off or closed; «в состоянии реорганизации» and its like are neither this nor active."""
        return self.closed_on is not None or self.status.strip().casefold().startswith(CEASED)


@dataclass(frozen=True, slots=True)
class Marks:
    """The answer of `check`: a mark's presence is the signal, its text a detail."""

    negative: Mapping[str, str]
    positive: Mapping[str, str]


def card_of(item: Mapping[str, Any]) -> RegistryCard | None:
    """Read one item of an answer; None where it is no entry of a register."""
    kind, body = _entry(item)
    if not kind:
        return None
    address, work, boss = (
        body.get("Адрес"),
        body.get("ОснВидДеят"),
        _first(body.get("Руководитель")),
    )
    contacts = _object(body.get("Контакты"))
    return RegistryCard(
        kind=kind,
        inn=_inn(body),
        ogrn=_text(body, "ОГРН", "ОГРНИП"),
        kpp=_text(body, "КПП"),
        short_name=_text(body, "НаимСокрЮЛ", "НаимСокрНР", "НаимСокр", "ФИОПолн"),
        full_name=_text(body, "НаимПолнЮЛ", "НаимПолнНР", "НаимПолн", "ФИОПолн"),
        form=_text(body, "ОКОПФ", "ВидИП"),
        form_code=_text(body, "КодОКОПФ"),
        status=_text(body, "Статус"),
        registered_on=_date(body, "ДатаОГРН", "ДатаРег"),
        closed_on=_date(body, "ДатаПрекр"),
        address=_text(_object(address), "АдресПолн")
        or (address if isinstance(address, str) else "")
        or _text(body, "АдресПолн"),
        region=_text(_object(address), "КодРегион") or _inn(body)[:2],
        director=_text(boss, "ФИОПолн"),
        director_post=_text(boss, "Должн", "ВидДолжн"),
        managed_by=_text(
            _first(body.get("УправлОрг")), "НаимПолнЮЛ", "НаимСокрЮЛ", "НаимПолн", "Наим"
        ),
        activity_code=_text(_object(work), "Код"),
        activity=_text(_object(work), "Текст") or (work if isinstance(work, str) else ""),
        phones=_texts(contacts.get("Телефон"), body.get("НомТел")),
        emails=_texts(contacts.get("e-mail"), body.get("E-mail")),
    )


def choose(data: Any, number: str) -> Mapping[str, Any] | None:
    """The item with this very INN (or OGRN): an active one first, then the newest. Fuzzy hits are not it."""
    found = [(item, card) for item in items(data) if (card := card_of(item)) is not None]
    exact = [pair for pair in found if number in (pair[1].inn, pair[1].ogrn)]
    if not exact:
        return None
    best = max(exact, key=lambda pair: (pair[1].is_active, pair[1].registered_on or date.min))
    return best[0]


def marks_of(data: Any, number: str) -> Marks | None:
    """What `check` says about this INN; None where it says nothing about it."""
    for item in items(data):
        _kind, body = _entry(item)
        if number in (_inn(body), _text(body, "ОГРН", "ОГРНИП")):
            return Marks(_marks(body.get("Негатив")), _marks(body.get("Позитив")))
    return None


def items(data: Any) -> Iterator[Mapping[str, Any]]:
    """The entries of an answer, of which a broken one is left out."""
    listed = data.get("items") if isinstance(data, Mapping) else None
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping):
            yield item


def _entry(item: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The one key of an item and what stands under it. `ИН` has been met for a foreign branch."""
    for name, kind in ((COMPANY, COMPANY), (TRADER, TRADER), (BRANCH, BRANCH), ("ИН", BRANCH)):
        if isinstance(item.get(name), Mapping):
            return kind, item[name]
    return "", {}


def _inn(body: Mapping[str, Any]) -> str:
    return _text(body, "ИНН", "ИННФЛ")


def _text(body: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that says anything. Numbers come as texts and as numbers."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str | int | float) and (text := _clean(value)):
            return text
    return ""


def _texts(*values: Any) -> tuple[str, ...]:
    listed = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return tuple(text for one in listed if isinstance(one, str | int) and (text := _clean(one)))


def _clean(value: object) -> str:
    """Half of a character, which JSON can spell, no database keeps."""
    return str(value).encode("utf-8", "replace").decode().strip()


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _first(value: Any) -> Mapping[str, Any]:
    """An object that may also come as a list of them."""
    return _object(value[0] if isinstance(value, list) and value else value)


def _date(body: Mapping[str, Any], *names: str) -> date | None:
    """Both ways of writing a date have been met."""
    for name in names:
        text = _text(body, name)[:10]
        if dotted := DOTTED.fullmatch(text):
            text = "-".join(reversed(dotted.groups()))
        try:
            return date.fromisoformat(text)
        except ValueError:
            continue
    return None


def _marks(value: Any) -> dict[str, str]:
    said = _object(value).items()
    return {_clean(name): _clean(text) for name, text in said if text not in (None, "", [])}
