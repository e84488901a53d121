"""A letter's wording: `templates/email/<name>.subject.txt`, `.txt` and `.html`, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is written; `text` says everything `html` says."""

    subject: str
    text: str
    html: str
    reply_to: str = ""


def compose(name: str, language: str, context: dict[str, Any]) -> Letter:
    """The letter `name` for a reader of this language. The HTML part escapes whatever it is given."""
    with override(language):
        facts = {"language": language, **context}
        subject = render_to_string(f"email/{name}.subject.txt", facts)
        text = render_to_string(f"email/{name}.txt", facts)
        html = render_to_string(f"email/{name}.html", facts)
    # One line: a line break in a subject would begin another header.
    return Letter(
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        text=text.strip() + "\n",
        html=html.strip() + "\n",
    )
