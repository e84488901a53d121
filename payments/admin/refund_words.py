"""Refunds in words: states, and why a decision was not taken."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integrations.admin.badges import Tone, badge
from payments.errors import RefundRefusal
from payments.models import Refund

Status = Refund.Status

TONES = {
    Status.REQUESTED: Tone.WARN,
    Status.SECOND: Tone.WARN,
    Status.ORDERED: Tone.WAIT,
    Status.PENDING: Tone.WAIT,
    Status.MANUAL: Tone.WARN,
    Status.SUCCEEDED: Tone.BACK,
    Status.FAILED: Tone.BAD,
    Status.REJECTED: Tone.IDLE,
    Status.WITHDRAWN: Tone.IDLE,
}
REFUSALS: dict[RefundRefusal, str | Promise] = {
    RefundRefusal.NOT_PAID: _("За этим платежом нет денег: возвращать нечего."),
    RefundRefusal.NOTHING_LEFT: _("Все деньги этого платежа уже возвращены или обещаны."),
    RefundRefusal.UNDECIDED: _(
        "По этому платежу уже ждёт решения другой возврат: решите сначала о нём."
    ),
    RefundRefusal.TOO_SOON: _("Клиенту недавно отказали, просить снова рано."),
    RefundRefusal.AMOUNT: _("Столько вернуть нельзя: посмотрите, сколько осталось за платежом."),
    RefundRefusal.MOVED: _("Кто-то уже решил: состояние возврата изменилось."),
    RefundRefusal.SAME_PERSON: _("Подтвердить должен другой сотрудник, не тот, кто решил первым."),
}


def refund_badge(refund: Refund) -> SafeString:
    return badge(refund.get_status_display(), TONES[Status(refund.status)])
