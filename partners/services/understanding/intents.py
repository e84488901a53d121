"""What a message wants of the conversation itself: a person, an answer, a mark, another start."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

from partners.services.understanding.phrases import Phrases, phrase
from partners.services.understanding.words import Token

PERSON = (
    "позвать * человека", "позвать * оператора", "позвать * менеджера", "позвать * специалиста",
    "позвать * сотрудника", "соединить * человеком", "соединить * оператором", "соединить * менеджером",
    "соединить * специалистом", "переключить * человека", "переключить * оператора", "переключить * менеджера",
    "живой человек", "живой оператор", "реальный человек", "нормальный человек", "оператор",
    "поговорить * человеком", "поговорить * менеджером", "поговорить * оператором", "пообщаться * человеком",
    "пообщаться * менеджером", "связаться * менеджером", "связаться * оператором", "связать * менеджером",
    "нужен менеджер", "нужен человек", "дать * человека", "дать * оператора", "дать * менеджера", "не бот",
    "не с ботом", "не * роботом", "не * ботом", "позвать * кого нибудь", "позвать * живого", "менеджера",
    "=перезвоните", "=позвоните", "служба поддержки", "человек * на связь", "talk to * human", "speak * human",
    "real person", "operator", "human", "live agent", "speak * person", "talk to * person", "call me", "manager",
)  # fmt: skip
OVER = (
    "начать сначала", "начать заново", "давай сначала", "давай заново", "другой запрос", "новый запрос",
    "новая заявка", "другая заявка", "другой вопрос", "по новой", "сбросить", "начать с начала", "с нуля",
    "другая задача", "новый подбор", "start over", "start again", "restart", "new request", "another request",
    "from the beginning", "/start", "перезапустить", "начать новый", "отменить * запрос", "забудь", "заново",
)  # fmt: skip
ALONE_OVER = frozenset({"сначала", "заново", "сброс", "start"})
YES = frozenset({
    "да", "ага", "угу", "yes", "yep", "yeah", "sure", "верно", "ок", "окей", "ok", "okay", "конечно", "именно",
    "согласен", "согласна", "подходит", "правильно", "точно", "хорошо", "отлично", "давайте", "давай",
    "подтверждаю", "+", "👍", "✅", "👌", "correct", "right", "устраивает", "так", "все",
})  # fmt: skip
SURE_YES = frozenset({"да", "ага", "угу", "yes", "yep", "yeah", "+", "👍", "✅", "👌", "верно"})
NO = frozenset({
    "нет", "не", "неа", "no", "nope", "неверно", "неправильно", "👎", "❌", "ошибка", "wrong", "not", "отмена",
})  # fmt: skip
FILLERS = frozenset({"ну", "а", "ой", "эм", "well"})
# «не так» refuses, «не более» does not.
REFUSED = frozenset({
    "так", "то", "подходит", "надо", "нужно", "верно", "правильно", "устраивает", "хочу", "согласен", "согласна",
    "совсем", "right", "correct",
})  # fmt: skip
SURE_NO = frozenset({"нет", "неа", "no", "nope", "👎", "❌", "неверно", "неправильно"})
SHORT, STOPS = 3, frozenset(".,!;:)–-—")
UNDECIDED = frozenset({
    "знать", "понять", "уверенный", "помнить", "понимать", "know", "sure", "важно", "решить",
})  # fmt: skip
STARS = frozenset("⭐★🌟✨")
MARKS = {
    "пятерка": 5, "четверка": 4, "тройка": 3, "двойка": 2, "единица": 1, "пять": 5, "четыре": 4, "три": 3, "два": 2,
    "один": 1, "кол": 1, "five": 5, "four": 4, "three": 3, "two": 2, "one": 1, "пятак": 5, "трояк": 3,
}  # fmt: skip
MARK_WORDS = frozenset({
    "на", "оценка", "оценить", "ставить", "поставить", "балл", "звезда", "твердый", "из", "отлично", "хорошо",
    "спасибо", "нормально", "супер", "stars", "star", "rate", "rating", "моя", "мой", "моё", "с", "плюс", "минус",
    "out", "of", "пусть", "будет", "быть", "оценивать", "points",
})  # fmt: skip
MARK_NOUNS = frozenset({
    "пятерка", "четверка", "тройка", "двойка", "оценка", "балл", "звезда", "stars", "star", "оценить",
    "оценивать",
})  # fmt: skip


def wants_person(words: Sequence[Token]) -> bool:
    return any(not _is_denied(words, hit.start) for hit in _phrases(PERSON).find(words))


def start_over(words: Sequence[Token]) -> bool:
    alone = len(words) <= 2 and any(word.text in ALONE_OVER for word in words)
    return alone or bool(_phrases(OVER).find(words))


def says(tokens: Sequence[Token]) -> Literal["yes", "no", ""]:
    """The first word decides, where it stands apart or the message is short."""
    if not tokens:
        return ""
    while len(tokens) > 1 and tokens[0].text in FILLERS:
        tokens = tokens[1:]
    first, count = tokens[0].text, sum(token.is_word for token in tokens)
    apart = len(tokens) == 1 or tokens[1].text in STOPS
    texts = {token.text for token in tokens}
    if any(token.forms & UNDECIDED for token in tokens) and count <= SHORT:
        return ""
    if first in ("не", "not") and not texts & REFUSED:
        return ""
    if first in NO or (first in YES and count <= SHORT and texts & (NO - {"ошибка"})):
        return "no" if (first in SURE_NO and (apart or count <= SHORT)) or count <= SHORT else ""
    if first in SURE_YES and (apart or count <= SHORT):
        return "yes"
    return "yes" if first in YES and (count <= SHORT - 1 or (apart and count <= SHORT)) else ""


def rating(tokens: Sequence[Token]) -> int | None:
    """Stars, a mark by its name, or a figure from 1 to 5 that stands alone or is called a mark."""
    stars = sum(token.text in STARS for token in tokens)
    if stars:
        return stars if stars <= 5 else None
    words = [token for token in tokens if token.is_word or token.is_number]
    marks = [
        (at, MARKS[form]) for at, word in enumerate(words) for form in word.forms if form in MARKS
    ]
    marks += [
        (at, int(word.text))
        for at, word in enumerate(words)
        if word.text in ("1", "2", "3", "4", "5")
    ]
    if not marks:
        return None
    at, mark = min(marks)
    others = [word for place, word in enumerate(words) if place != at and word.text != "5"]
    called = any(word.forms & MARK_NOUNS for word in words)
    if called or all(word.forms & MARK_WORDS or word.text in MARK_WORDS for word in others):
        return mark
    return None


def _is_denied(words: Sequence[Token], start: int) -> bool:
    return any(word.text == "не" for word in words[max(0, start - 3) : start])


@cache
def _phrases(texts: tuple[str, ...]) -> Phrases:
    return Phrases(phrase(text, text) for text in texts)
