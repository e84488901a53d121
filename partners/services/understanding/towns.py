"""Towns as people name them, and which of their names are ordinary words as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from partners.models import City
from partners.services.understanding.words import plain, readings

# Names that a town goes by, where it is large enough to have one: region's number, the town, the names.
NICKNAMES = (
    (
        "78",
        "Санкт-Петербург",
        (
            "питер",
            "спб",
            "петербург",
            "санкт петербург",
            "saint petersburg",
            "st petersburg",
            "spb",
        ),
    ),
    ("77", "Москва", ("мск", "москоу", "moscow")),
    ("66", "Екатеринбург", ("екб", "екат", "ебург", "ёбург", "екатеринбурх", "ekaterinburg")),
    ("52", "Нижний Новгород", ("нижний", "ннов", "nizhny novgorod")),
    ("54", "Новосибирск", ("новосиб", "нск")),
    ("61", "Ростов-на-Дону", ("ростов", "рнд", "rostov", "rostov on don")),
    ("16", "Набережные Челны", ("челны",)),
    ("74", "Челябинск", ("челяба",)),
    ("74", "Магнитогорск", ("магнитка",)),
    ("24", "Красноярск", ("крск",)),
    ("23", "Новороссийск", ("новорос",)),
    ("25", "Владивосток", ("владик",)),
    ("63", "Тольятти", ("тлт",)),
    ("50", "Сергиев Посад", ("посад",)),
    ("50", "Королёв", ("королев",)),
    ("68", "Тамбов", ("тамбов",)),
)
LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
KNOWN_ABROAD = 100_000  # people: English messages name larger towns
PEOPLE = frozenset({"Name", "Surn", "Patr"})


@dataclass(frozen=True, slots=True)
class Town:
    """`key`: the name it is found by; `kin` is "word" or "person" where the name is that too."""

    key: str
    name: str
    region: int
    population: int
    kin: str = ""


_NICKNAMES = frozenset(plain(name) for _code, _town, names in NICKNAMES for name in names)


def towns(cities: Iterable[City]) -> Iterator[Town]:
    """Each under its name and whatever else it is called."""
    other = {(code, name): names for code, name, names in NICKNAMES}
    for city in cities:
        name = plain(city.name)
        yield _town(city, name, kin(name))
        for nickname in other.get((city.region.code, city.name), ()):
            yield _town(city, plain(nickname), "word" if kin(plain(nickname)) == "word" else "")
        if city.population >= KNOWN_ABROAD:
            yield _town(city, "".join(LATIN.get(char, char) for char in name), "")


def _town(city: City, key: str, its_kin: str) -> Town:
    return Town(key, city.name, city.region_id, city.population, its_kin)


@lru_cache(maxsize=5_000)
def kin(name: str) -> str:
    """What else a name of one word may be: "word", "person", or "" for nothing else."""
    if not name.isalpha():
        return ""
    other = [
        one
        for one in readings(name)
        if one.is_known and "Geox" not in one.tag and one.normal_form.replace("ё", "е") == name
    ]
    if not other:
        return ""
    return "person" if all(PEOPLE & set(one.tag.grammemes) for one in other) else "word"


@lru_cache(maxsize=5_000)
def is_person(word: str) -> bool:
    """Whether this form of a word is first of all somebody's name."""
    return word not in _NICKNAMES and bool(PEOPLE & set(readings(word)[0].tag.grammemes))
