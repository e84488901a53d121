"""A letter's wording: `templates/email/<name>.subject.txt`, `.txt` and `.html`, in one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from css_inline import CSSInliner
from django.template.loader import render_to_string
from django.utils.translation import override

from integrations.mail.brand import Look, look

LONGEST_SUBJECT = 150
LONGEST_PREHEADER = 110
LONG_ENOUGH = 25  # a greeting is shorter
NO_MORE_THAN_ONE = re.compile(r"\n{3,}")  # empty line
# Mail programs that drop a style sheet see what stands in the tags; the rest finds phones and dark mode in the sheet.
INLINER = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is written; `text` says everything `html` says."""

    subject: str
    text: str
    html: str
    reply_to: str = ""


def compose(
    name: str, language: str, context: dict[str, Any], *, brand: Look | None = None
) -> Letter:
    """The letter `name` for a reader of this language, its styles put into the tags.

    In the look staff chose, which is asked of the database, or in the one that is given. The HTML part escapes
    whatever it is given.
    """
    brand = brand or look(language)
    with override(language):
        facts = {"language": language, "brand": brand, **context}
        subject = render_to_string(f"email/{name}.subject.txt", facts)
        text = render_to_string(f"email/{name}.txt", facts)
        html = render_to_string(f"email/{name}.html", {**facts, "preheader": preheader(text)})
    # One line: a line break in a subject would begin another header.
    return Letter(
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        text=NO_MORE_THAN_ONE.sub("\n\n", text.strip()) + "\n",
        html=INLINER.inline(html.strip()) + "\n",
        reply_to=brand.reply_to,
    )


def preheader(text: str) -> str:
    """What a list of letters shows behind the subject: the first line that says something."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    telling = [line for line in lines if len(line) > LONG_ENOUGH and "://" not in line]
    return telling[0][:LONGEST_PREHEADER] if telling else ""
