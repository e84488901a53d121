"""Why Telegram is asked not to charge, in the payer's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from payments.provider import Verdict


def refusal(language_code: str, verdict: Verdict | None) -> str:
    with override("ru" if language_code.startswith("ru") else "en"):
        if verdict is Verdict.NOT_PAYABLE:
            return _("Этот счёт уже оплачен или закрыт. Выберите тариф в боте ещё раз.")
        return _("Счёт не найден или его цена изменилась. Выберите тариф в боте ещё раз.")
