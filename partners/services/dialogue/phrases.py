"""What is said around a wish: thanks, and a wish to see more. Whole words, so that a sentence is not taken for one."""

from __future__ import annotations

import re

WORD = re.compile(r"[a-zа-я]+")
THANKS = frozenset(
    {"спасибо", "спс", "благодарю", "пасиб", "пасибо", "thanks", "thank", "thx", "cheers"}
)
MORE = frozenset(
    {"еще", "другие", "других", "другого", "другой", "варианты", "more", "others", "other"}
)
BESIDE = frozenset(
    {"покажи", "покажите", "дай", "дайте", "есть", "можно", "а", "и", "кого", "нибудь", "кто", "пришлите", "подберите",
     "партнеров", "партнера", "вариантов", "компании", "компаний", "пожалуйста", "хочу", "посмотреть", "show", "me",
     "any", "please", "some", "the", "partners", "companies", "options", "see", "want", "to", "i", "are", "there"}
)  # fmt: skip
CHOICE = re.compile(r"\W*([12])(?!\d)")
CLIENTS, PARTNERS = (
    frozenset({"ищу", "клиент", "исполнителя"}),
    frozenset({"стать", "партнер", "партнером"}),
)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN_WORD = re.compile(r"(?<![\w@./:])[a-z]{2,}(?![\w@./:])", re.IGNORECASE)


def words(text: str) -> list[str]:
    return WORD.findall(text.casefold().replace("ё", "е"))


def is_thanks(text: str) -> bool:
    said = words(text)
    return len(said) <= 6 and not THANKS.isdisjoint(said)


def is_more(text: str) -> bool:
    """«Покажи ещё», «а другие есть?», and nothing else besides."""
    said = words(text)
    return not MORE.isdisjoint(said) and set(said) <= MORE | BESIDE


def choice(text: str) -> int | None:
    """Which of the two that were offered: by its number, or by its own words."""
    if found := CHOICE.match(text):
        return int(found[1])
    said = set(words(text))
    if bool(said & CLIENTS) == bool(said & PARTNERS):
        return None
    return 1 if said & CLIENTS else 2


def language(text: str, *, so_far: str) -> str:
    """A single foreign word is a name or an «ok», two are a language."""
    if CYRILLIC.search(text):
        return "ru"
    return "en" if len(LATIN_WORD.findall(text)) >= 2 else so_far
