"""A screen: what one message of the bot says and which buttons stand under it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.template.loader import render_to_string
from django.utils.translation import override
from telegram import InlineKeyboardMarkup

from payments.models import Customer

MAX_TEXT = 4096  # Telegram's limit, counted without the markup

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """`payment_id`: the message is this payment's invoice, and later news may edit it.

    `secret` is a part of the text that the journal must not keep (the access link).
    """

    text: str
    keyboard: InlineKeyboardMarkup
    payment_id: int | None = None
    secret: str = ""

    @property
    def journal_text(self) -> str:
        return self.text.replace(self.secret, "…") if self.secret else self.text


def render(name: str, **context: Any) -> str:
    """The text of `templates/telegram/<name>.html` in the active language."""
    return tidy(render_to_string(f"telegram/{name}.html", context))


def tidy(text: str) -> str:
    """Take out what template tags leave behind: spaces around lines, and more than one empty line."""
    lines = "\n".join(line.strip(" \t") for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def for_customer(
    build: Callable[Concatenate[Customer, P], R],
) -> Callable[Concatenate[Customer, P], R]:
    """A function whose first argument is a customer runs in that customer's language."""

    @wraps(build)
    def in_language(customer: Customer, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with override(customer.language):
            return build(customer, *args, **kwargs)

    return in_language
