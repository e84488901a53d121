"""Made-up facts to look at every letter with; `settings.LETTER_SAMPLES` names the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from integrations.mail.letters import Letter, compose


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A letter as somebody might get it: `case` tells samples of one template apart, `title` says when it is sent."""

    kind: str
    case: str = ""
    title: Any
    facts: Mapping[str, Any] | Callable[[str], Mapping[str, Any]]

    @property
    def slug(self) -> str:
        return f"{self.kind}-{self.case}" if self.case else self.kind

    def compose(self, language: str) -> Letter:
        facts = self.facts(language) if callable(self.facts) else self.facts
        return compose(self.kind, language, dict(facts))


def samples() -> tuple[Sample, ...]:
    """All of them, in the order in which they are shown."""
    found: tuple[Sample, ...] = import_string(settings.LETTER_SAMPLES)
    return found
