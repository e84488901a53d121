"""Who writes: phone, e-mail and name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import phonenumbers

from partners.services.understanding.words import Token, readings

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\d.,])\+?\d[\d\s()\-–.]{8,20}\d(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_INTRODUCED = (
    ("меня", "зовут"), ("зовут", "меня"), ("мое", "имя"), ("my", "name", "is"), ("зовите", "меня"),
    ("с", "уважением", ","),
    ("зовут",), ("имя", ":"), ("имя", "-"),
)  # fmt: skip
_PERSON = frozenset({"Name", "Surn", "Patr"})
MOST_NAMES = 3


def email(text: str) -> tuple[str, str]:
    """The address, in small letters, and the message without it and without links."""
    found = _EMAIL.search(text)
    rest = _LINK.sub(_blank, _EMAIL.sub(_blank, text))
    return (found.group().rstrip(".").lower() if found else "", rest)


def phone(text: str) -> tuple[str, str]:
    """The first number that can be one, as +79000000000, and the message without it."""
    for found in _PHONE.finditer(text):
        try:
            number = phonenumbers.parse(found.group(), "RU")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            rest = text[: found.start()] + _blank(found) + text[found.end() :]
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), rest
    return "", text


def name(tokens: Sequence[Token]) -> tuple[str, int, int]:
    """How somebody introduces himself, and the tokens that say so."""
    texts = [token.text for token in tokens]
    for words in _INTRODUCED:
        for start in range(len(texts) - len(words)):
            end = start + len(words)
            if tuple(texts[start:end]) != words:
                continue
            names = _names(tokens[end : end + MOST_NAMES])
            if names:
                return " ".join(names), start, end + len(names)
    return "", 0, 0


def _names(tokens: Sequence[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if not token.is_word:
            break
        person = next(
            (one for one in readings(token.raw.lower()) if _PERSON & set(one.tag.grammemes)), None
        )
        known = person is not None and person.is_known and person.score > 0.1
        if not (known or token.is_capital) or (found and not known and not token.is_capital):
            break
        if person is not None and "ablt" in person.tag:  # «зовут Иваном»
            found.append(str(person.normal_form).capitalize())
        else:
            found.append(token.raw.capitalize())
    return found


def _blank(found: re.Match[str]) -> str:
    """As many spaces, so that every place of the message stays where it was."""
    return " " * len(found.group())
