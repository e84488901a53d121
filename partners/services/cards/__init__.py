"""A partner's card as a client gets it: one content, a wording for each channel, a journal of what was sent."""

from __future__ import annotations

from partners.services.cards.content import Content, content_of
from partners.services.cards.looking import Look, chats, letter
from partners.services.cards.opening import opened
from partners.services.cards.rendering import LIMITS, CardText, Wording, length, preview, render
from partners.services.cards.sending import send_by_mail, send_in_chat

__all__ = [
    "LIMITS",
    "CardText",
    "Content",
    "Look",
    "Wording",
    "chats",
    "content_of",
    "length",
    "letter",
    "opened",
    "preview",
    "render",
    "send_by_mail",
    "send_in_chat",
]
