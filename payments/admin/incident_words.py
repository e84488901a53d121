"""An exception in one sentence, and the signs of its kinds."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import Tone, badge, duration, moment
from integrations.clock import now, wall_clock
from payments.admin.badges import sum_of
from payments.models import Incident
from payments.registry import provider_label
from payments.services.incident_desk import TAKEN_FOR
from payments.services.incidents import money_of

Kind = Incident.Kind

KIND_TONES = {
    Kind.NO_ACCESS: Tone.BAD,
    Kind.NO_CALLBACK: Tone.BAD,
    Kind.LATE: Tone.WAIT,
    Kind.UNDERPAID: Tone.WARN,
    Kind.OVERPAID: Tone.WARN,
    Kind.PAID_TWICE: Tone.WARN,
    Kind.WRONG_CURRENCY: Tone.WARN,
    Kind.UNKNOWN_PAYER: Tone.WARN,
    Kind.REFUND_FOUND: Tone.BACK,
    Kind.CHARGEBACK: Tone.BAD,
}
SENTENCES = {
    Kind.NO_ACCESS: gettext_lazy("Клиент заплатил %(price)s, а доступа до сих пор нет."),
    Kind.NO_CALLBACK: gettext_lazy(
        "Платёжная система говорит, что %(came)s у неё, но сама нам об этом не сообщила."
    ),
    Kind.LATE: gettext_lazy("Деньги пришли, когда счёт уже был закрыт. Доступ выдан."),
    Kind.UNDERPAID: gettext_lazy("Пришло %(came)s вместо %(price)s: меньше, чем стоит счёт."),
    Kind.OVERPAID: gettext_lazy("Пришло %(came)s вместо %(price)s: больше, чем стоит счёт."),
    Kind.WRONG_CURRENCY: gettext_lazy("Пришло %(came)s вместо %(price)s: валюта другая."),
    Kind.PAID_TWICE: gettext_lazy("За один счёт пришло ещё %(came)s другой операцией."),
    Kind.UNKNOWN_PAYER: gettext_lazy(
        "%(provider)s сообщает об оплате %(came)s, а такого заказа у нас нет."
    ),
    Kind.REFUND_FOUND: gettext_lazy(
        "Платёжная система вернула клиенту %(came)s, а возврат начали не мы."
    ),
    Kind.CHARGEBACK: gettext_lazy("Клиент опротестовал оплату %(came)s в своём банке."),
}
RESOLUTIONS = {
    "accepted": gettext_lazy("сумма засчитана"),
    "accepted_part": gettext_lazy("цена засчитана, лишнее возвращено"),
    "bought_again": gettext_lazy("срок выдан ещё раз"),
    "given_back": gettext_lazy("деньги возвращены"),
    "refunded": gettext_lazy("деньги возвращаются, доступ закончится"),
    "kept": gettext_lazy("оставлено как есть"),
    "counted": gettext_lazy("засчитано по ответу платёжной системы"),
    "linked": gettext_lazy("привязано к платежу"),
    "charged_back": gettext_lazy("списание проведено, срок снят"),
    "overtaken": gettext_lazy("разрешилось само"),
}


def kind_badge(incident: Incident) -> SafeString:
    return badge(incident.get_kind_display(), KIND_TONES[Kind(incident.kind)])


def state_badge(incident: Incident) -> SafeString:
    if incident.status == Incident.Status.OPEN:
        return badge(_("ждёт %(age)s") % {"age": age_of(incident)}, Tone.WAIT)
    return badge(how(incident), Tone.OK)


def age_of(incident: Incident) -> str:
    return duration(now() - incident.opened_at)


def how(incident: Incident) -> str:
    """The resolution in words; a word nobody knows any more is shown as it is."""
    words = RESOLUTIONS.get(incident.resolution)
    return str(words) if words is not None else incident.resolution


def what_happened(incident: Incident) -> str:
    """One sentence: whose money, how much, and what does not fit."""
    words: dict[str, Any] = {
        "came": sum_of(money_of(incident)),
        "price": sum_of(incident.payment.money) if incident.payment else "",
        "provider": provider_label(incident.provider),
    }
    return str(SENTENCES[Kind(incident.kind)]) % words


def who_looks(incident: Incident) -> str:
    """The colleague who is looking at it, with since when; "" where nobody is."""
    if incident.taken_by is None or incident.taken_at is None or not is_taken(incident):
        return ""
    words = {"who": incident.taken_by.get_username(), "since": moment(incident.taken_at)}
    return _("%(who)s с %(since)s") % words


def is_taken(incident: Incident) -> bool:
    return incident.taken_at is not None and incident.taken_at > wall_clock() - TAKEN_FOR
