"""What a draft would do, before anything leaves: how many get it, what stands in the way, how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from bot.mailings import composing, facts
from bot.mailings.audience import EXCLUSIONS, BadAudience, Counted, audience_of, count
from bot.mailings.wording import problems
from bot.models import Mailing
from integrations.mail.letters import Letter

LANGUAGES = (("ru", "Русский"), ("en", "English"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One language: a letter has a subject, HTML and text; a message has HTML and its buttons."""

    language: str
    title: str
    subject: str = ""
    html: str = ""
    text: str = ""
    buttons: list[str] = field(default_factory=list)
    is_letter: bool = False
    is_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What stands beside the form. `counted` is None where a condition cannot be read."""

    counted: Counted | None
    excluded: list[tuple[str, int]]
    problems: list[str]
    looks: list[Look]


def side(mailing: Mailing) -> Side:
    counted = _counted(mailing)
    return Side(
        counted=counted,
        excluded=excluded(counted.excluded if counted else {}),
        problems=problems(mailing),
        looks=[look(mailing, language, title) for language, title in LANGUAGES],
    )


def excluded(codes: dict[str, int]) -> list[tuple[str, int]]:
    """Why people are left out, the most frequent first."""
    rows = [(str(EXCLUSIONS.get(code, code)), number) for code, number in codes.items() if number]
    return sorted(rows, key=lambda row: -row[1])


def look(mailing: Mailing, language: str, title: str) -> Look:
    if not getattr(mailing, f"body_{language}").strip():
        return Look(language=language, title=title, is_empty=True)
    shown = composing.preview(mailing, language)
    if isinstance(shown, Letter):
        return Look(
            language=language,
            title=title,
            subject=shown.subject,
            html=shown.html,
            text=shown.text,
            is_letter=True,
        )
    rows: Any = shown.keyboard.inline_keyboard
    return Look(
        language=language,
        title=title,
        html=mark_safe(shown.text),  # noqa: S308 - Markdown without HTML, values escaped
        buttons=[button.text for row in rows for button in row],
    )


def placeholders() -> list[tuple[str, str, str]]:
    """What may stand in braces: name, what it says, where it works."""
    mail, chat = facts.known(Mailing.Channel.MAIL), facts.known(Mailing.Channel.TELEGRAM)
    found = []
    for name, says in facts.PLACEHOLDERS.items():
        where = {
            (True, True): _("везде"),
            (True, False): _("только e-mail"),
            (False, True): _("только Telegram"),
        }[name in mail, name in chat]
        found.append((f"{{{name}}}", str(says), where))
    return found


def _counted(mailing: Mailing) -> Counted | None:
    try:
        audience = audience_of(mailing)
    except BadAudience:
        return None
    return count(audience, mailing.channel, is_service=mailing.is_service)
