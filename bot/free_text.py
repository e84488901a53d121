"""What a free text is about: a few rules that forgive a typo. Whatever they do not know goes to a person."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum


class Intent(StrEnum):
    REFUND = "refund"
    TROUBLE = "trouble"
    PAID = "paid"
    LINK = "link"
    INVITE = "invite"
    PROMO = "promo"
    PLANS = "plans"
    UNCLEAR = "unclear"


# The first rule that fits decides: «оплатил, но не работает» is about the trouble, not about the payment.
# Every word of a phrase must be found in the text, near enough.
RULES: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    (Intent.REFUND, ("возврат", "верните деньги", "вернуть деньги", "деньги назад", "refund", "money back")),
    (
        Intent.TROUBLE,
        ("не работает", "не подключается", "не грузит", "не открывается", "сломалось", "тормозит",
         "not working", "doesn't work", "broken"),
    ),
    (
        Intent.PAID,
        ("оплатил", "оплатила", "оплата прошла", "заплатил", "заплатила", "перевел", "перевела",
         "деньги ушли", "где платеж", "paid", "payment"),
    ),
    (Intent.LINK, ("где ключ", "ключ", "где ссылка", "ссылка", "подключиться", "настройка", "key", "link", "connect")),
    (Intent.INVITE, ("пригласить", "реферал", "реферальная", "друга", "invite", "referral", "friend")),
    (Intent.PROMO, ("промокод", "купон", "promo code", "promocode", "coupon")),
    (Intent.PLANS, ("тариф", "тарифы", "цена", "сколько стоит", "купить", "продлить", "подписка",
                    "price", "plans", "buy", "renew", "subscribe")),
)  # fmt: skip
NEAR = 0.8  # similarity of two words that a typo still leaves
SHORT = 3  # letters; a shorter word must be right: «не» is one slip away from everything
LONGEST = 60  # words looked at; more is a letter for a person


def understand(text: str) -> Intent:
    words = re.findall(r"[a-zа-я']+", text.lower().replace("ё", "е"))[:LONGEST]
    for intent, phrases in RULES:
        if any(all(_said(part, words) for part in phrase.split()) for phrase in phrases):
            return intent
    return Intent.UNCLEAR


def _said(wanted: str, words: list[str]) -> bool:
    return any(_near(wanted, word) for word in words)


def _near(wanted: str, word: str) -> bool:
    if wanted == word:
        return True
    if len(wanted) <= SHORT or abs(len(wanted) - len(word)) > 2:
        return False
    return SequenceMatcher(None, wanted, word, autojunk=False).ratio() >= NEAR
