"""By when: what a message says of time, kept in the person's own words."""

from __future__ import annotations

import re

from partners.services.understanding.words import plain

_MONTH = (
    r"(?:январ\w*|феврал\w*|март\w?|апрел\w*|ма[йяею]|июн\w|июл\w|август\w?|сентябр\w*|октябр\w*|ноябр\w*"
    r"|декабр\w*)"
)
_SEASON = r"(?:лет[оауе]|осен[ьию]|зим[аыеу]|весн[аыеу])"
_PERIOD = r"(?:дн[яей]+|день|недел\w*|месяц\w*|сезон\w*|год[ау]?|лет|квартал\w*|мес)"
_COUNT = (
    r"(?:\d+(?:\s?[-–]\s?\d+)?|пар[уы]|полтор[аы]|дв[ауе]х?|две|тр[её]х|три|четыр\w+|пять|пяти|шест\w"
    r"|одн\w+|полгода)"
)
_HOLIDAY = (
    r"(?:нового года|новому году|новый год|майским|майских|праздник\w+|дачного сезона|холодов|морозов"
    r"|снега)"
)
_POINT = (
    rf"(?:\d{{1,2}}\s+{_MONTH}|\d{{1,2}}\.\d{{2}}(?:\.\d{{2,4}})?|{_MONTH}|{_SEASON}|{_HOLIDAY}"
    rf"|концу?\s+{_PERIOD})"
)
_YEAR = r"(?:\s+(?:20\d\d(?:\s*г(?:ода|\.)?)?|следующего года|этого года))?"
_EN_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_EN_SEASON = r"(?:summer|autumn|fall|winter|spring)"
_EN_PERIOD = r"(?:days?|weeks?|months?|years?)"
_PATTERNS = tuple(
    re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
    for pattern in (
        rf"(?:(?:до|к|ко|с|в|по|на|не позднее|после)\s+)?(?:концу?а?|конце|начал[оауе]|середин[аыеу])\s+"
        rf"(?:{_MONTH}|{_SEASON}|{_PERIOD}|этого \w+|следующего \w+|20\d\d(?: года)?){_YEAR}",
        rf"(?:до|к|ко|не позднее|после|начиная с|начать в|с начала|уже к)\s+{_POINT}{_YEAR}",
        rf"(?:в|на|с)\s+(?:\d{{1,2}}\s+)?{_MONTH}{_YEAR}",
        rf"(?:в течение|в течении|через|за|на протяжении|спустя)\s+(?:{_COUNT}\s+)?{_PERIOD}",
        r"(?:через|за) полгода",
        rf"(?:этой|этим|этого|следующей|следующим|будущей|будущим|грядущей|нынешней|ближайшей)\s+(?:{_SEASON}м?|летом|весной|осенью|зимой)",
        r"(?:на|в|до|с)\s+(?:эт\w+|следующ\w+|ближайш\w+|будущ\w+)\s+"
        r"(?:недел\w+|месяц\w*|год\w*|дни|время|сезон\w*|выходн\w+|лето|осень|зиму|весну)",
        r"(?:в|к|до)\s+20\d\d(?:-?м|-му)?\s*(?:год[уа]?|г\.?)?",
        r"(?:весной|летом|осенью|зимой)",
        r"(?:до|перед|к)\s+(?:зим\w|лет\w|осен\w|весн\w|снегом|холодами)",
        rf"\d{{1,2}}\s+{_MONTH}{_YEAR}",
        r"на днях|на выходных|завтра|сегодня|послезавтра|прямо сейчас|не к спеху|не горит",
        r"(?:очень\s+)?(?:не\s+)?срочно|срочный|как можно (?:скорее|быстрее|раньше)|побыстрее|поскорее"
        r"|асап|asap|urgent(?:ly)?",
        rf"(?:by|before|until|in|till|from)\s+(?:the\s+end\s+of\s+)?(?:{_EN_MONTH}|(?:the\s+|this\s+|next\s+)?{_EN_SEASON})",
        rf"(?:this|next)\s+(?:{_EN_SEASON}|week|month|year|{_EN_MONTH})",
        rf"(?:in|within)\s+(?:a|an|one|two|three|\d+)\s+{_EN_PERIOD}",
        r"tomorrow|today|as soon as possible",
    )
)


def term(text: str) -> tuple[str, int, int]:
    """The first time that is named, the longest where several begin there, and where it stands."""
    low = plain(text)
    found = [match.span() for pattern in _PATTERNS for match in pattern.finditer(low)]
    if not found:
        return "", 0, 0
    start, end = min(found, key=lambda span: (span[0], -span[1]))
    return " ".join(text[start:end].split()), start, end
