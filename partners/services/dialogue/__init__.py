"""What the robot answers: it understands, asks, shows what it understood, matches, and asks how it went."""

from __future__ import annotations

from partners.services.dialogue.answering import answer
from partners.services.dialogue.news import tell_answer, tell_unanswered
from partners.services.dialogue.offering import offer, offer_lead, offer_more
from partners.services.dialogue.rating import ask_due, rate_url

__all__ = [
    "answer",
    "ask_due",
    "offer",
    "offer_lead",
    "offer_more",
    "rate_url",
    "tell_answer",
    "tell_unanswered",
]
