from __future__ import annotations

import pytest

from bot.free_text import Intent, understand


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Оплатил, что дальше?", Intent.PAID),
        ("аплатил", Intent.PAID),
        ("я уже перевёл деньги", Intent.PAID),
        ("где мой платёж", Intent.PAID),
        ("Где ключ?", Intent.LINK),
        ("сылка где", Intent.LINK),
        ("Не работает!!!", Intent.TROUBLE),
        ("оплатил, но не рабтает", Intent.TROUBLE),
        ("хочу вазврат", Intent.REFUND),
        ("верните мои деньги", Intent.REFUND),
        ("сколько это стоит", Intent.PLANS),
        ("как пригласить друга", Intent.INVITE),
        ("есть прамокод", Intent.PROMO),
        ("I have a promo code", Intent.PROMO),
        ("I have paid", Intent.PAID),
        ("it is not working", Intent.TROUBLE),
        ("привет", Intent.UNCLEAR),
        ("работает отлично, спасибо", Intent.UNCLEAR),
        ("👍", Intent.UNCLEAR),
        ("", Intent.UNCLEAR),
    ],
)
def test_people_are_understood_with_their_typos(text: str, intent: Intent):
    assert understand(text) is intent


def test_a_very_long_letter_costs_little():
    assert understand("слово " * 5000) is Intent.UNCLEAR
